"""The pictures of metrics and trends: drawn from the page object, each in the forms that its place needs."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from markupsafe import Markup

from surefoot import bands, bars, charts
from surefoot.pages.trends import CategoryTrend, GroupTrend, TrendDay, Trends
from surefoot.scoring.periods import Period
from surefoot.scoring.trends import Step
from surefoot.web.html import formats
from surefoot.web.html.overview import path

Draw = Callable[[charts.Form], str]

NEAR = 15.0
"""A bound this near to the line, in points of percent, is on the chart's axis."""
EACH = {Step.DAY: "day", Step.WEEK: "week", Step.MONTH: "month"}
PARTS = (
    ("up", "gained", "gained"),
    ("down", "lost", "lost"),
    ("catalogue", "catalogue", "Microsoft's catalogue or licences"),
    ("rest", "other", "not in any control"),
)
"""The parts of a period: class, field, words."""
WHOLE = 100.0

_BROAD = charts.Form(name="broad", width=1020, height=300, left=44, right=14, top=14, bottom=28, dates=7, label=52)
_WIDE = charts.WIDE
_HALF = charts.Form(name="wide", width=640, height=220, left=40, right=14, top=14, bottom=28, dates=4, label=52)
_NARROW = charts.NARROW
_SMALL = charts.Form(name="small", width=300, height=128, left=36, right=10, top=10, bottom=24, dates=2, label=52)
_HALF_BARS = charts.Form(name="wide", width=640, height=170, left=34, right=10, top=20, bottom=26, dates=9, label=52)
_NARROW_BARS = charts.Form(name="narrow", width=328, height=160, left=30, right=6, top=20, bottom=26, dates=5, label=52)


def _drawn(forms: Iterable[charts.Form], draw: Draw) -> tuple[Markup, ...]:
    return tuple(Markup(draw(form)) for form in forms)  # noqa: S704 - charts escapes


def _points(page: Trends, value: Callable[[TrendDay], float | None]) -> list[charts.Point]:
    return [charts.Point(d.date, value(d)) for d in page.days]


def _span(page: Trends) -> tuple[dt.date, dt.date] | None:
    return (page.since, page.until) if page.since and page.until else None


def _caption(key: str, name: str, title: str, said: str) -> charts.Caption:
    when = title if title[:1].isdigit() else title.lower()
    return charts.Caption(key=key, title=f"{name}, {when}", summary=said)


def zones(page: Trends, title: str) -> tuple[Markup, ...]:
    """Draw the score over the bands of its zones."""
    if not page.days:
        return ()
    z = page.zones
    shown = [
        bands.Band(kind="good", low=z.good, high=WHOLE, label=f"Good from {formats.points(z.good)} %"),
        bands.Band(kind="okay", low=z.okay, high=z.good, label=f"Okay from {formats.points(z.okay)} %"),
        bands.Band(kind="bad", low=0.0, high=z.okay, label="Bad"),
    ]
    known = [d.percent for d in page.days if d.percent is not None]
    near = tuple(b for b in (z.good, z.okay) if known and min(known) - NEAR <= b <= max(known) + NEAR)
    counts = page.in_zone
    said = f"{counts.good} days are good, {counts.okay} okay, {counts.bad} bad. The days are in the table below."
    axis = charts.Axis(holds=near, behind=bands.behind(shown))
    caption, points = _caption("zone", "Secure Score over its zones", title, said), _points(page, lambda d: d.percent)
    return _drawn(
        (_BROAD, _WIDE, _NARROW),
        lambda form: charts.history(points, caption, form=form, span=_span(page), shown=axis),
    )


def zone_stack(page: Trends) -> Markup:
    """Draw the days in each zone as one bar."""
    counts = page.in_zone
    parts = [
        charts.Part("Good", "zone-good", counts.good),
        charts.Part("Okay", "zone-okay", counts.okay),
        charts.Part("Bad", "zone-bad", counts.bad),
        charts.Part("Not known", "zone-unknown", counts.unknown),
    ]
    label = ", ".join(f"{p.label.lower()}: {formats.plural(int(p.value), 'day', 'days')}" for p in parts if p.value)
    return Markup(charts.stacked(parts, label=label or "No days"))  # noqa: S704


def changes(page: Trends, title: str) -> tuple[Markup, ...]:
    """Draw what each period gained and lost; each bar leads to why."""
    if not page.periods:
        return ()
    drawn = [_change_bar(p, page) for p in page.periods]
    caption = _caption(
        "changes",
        f"Score changes by {EACH[page.by]}",
        title,
        "Points of percent gained, lost, and moved by Microsoft's catalogue; select a bar to see why. "
        "The numbers are in the table below.",
    )
    forms = (bars.BROAD, bars.WIDE, bars.NARROW)
    return _drawn(forms, lambda form: bars.bars(drawn, caption, form=form, unit=" %"))


def _change_bar(period: Period, page: Trends) -> bars.Bar:
    label = label_of(period, page.by, short=True)
    parts = [charts.Part(words, kind, value) for kind, field, words in PARTS if (value := getattr(period, field))]
    told = ", ".join(f"{p.label} {formats.signed(p.value, 2)}" for p in parts) or "nothing moved"
    name = label_of(period, page.by)
    known = period.change is not None
    return bars.Bar(
        label=label,
        said=f"{name}: {formats.signed(period.change, 2)} ({told})" if known else f"{name}: not known",
        parts=tuple(parts) if known else None,
        net=formats.signed(period.change),
        href=why(page.tenant.id, period),
    )


def change_legend(page: Trends) -> tuple[tuple[str, Markup], ...]:
    """Name the colours that the bars use."""
    return tuple(
        (words, Markup(charts.swatch(f"fall {kind}")))  # noqa: S704
        for kind, field, words in PARTS
        if any(getattr(p, field) for p in page.periods)
    )


def label_of(period: Period, step: Step, *, short: bool = False) -> str:
    """Name a period; short: for an axis."""
    match step:
        case Step.DAY:
            return charts.day_label(period.first) if short else formats.day(period.first)
        case Step.WEEK:
            begun = charts.day_label(period.first)
            return begun if short else f"Week of {formats.day(period.first)}"
        case Step.MONTH:
            return charts.day_label(period.first, year=True)


def why(tenant: str, period: Period) -> str | None:
    """Give the address that explains a period; None when nothing of it can be."""
    if period.since is None or period.until is None:
        return None
    return path(tenant, "history/why", **{"from": period.since.isoformat(), "to": period.until.isoformat()})


def comparison(page: Trends, title: str, groups: Sequence[tuple[str, GroupTrend]]) -> tuple[Markup, ...]:
    """Draw the score beside Microsoft's averages; each group with the field of a day that holds its average."""
    if not groups:
        return ()
    beside = [
        charts.Beside(f"b{n}", [charts.Point(d.date, getattr(d, field)) for d in page.days])
        for n, (field, _) in enumerate(groups, 1)
    ]
    told = "; ".join(f"{g.name} {formats.percent(g.average)}" for _, g in groups)
    caption = _caption("comparison", "Secure Score beside Microsoft's averages", title, f"{told}.")
    points = _points(page, lambda d: d.percent)
    return _drawn(
        (_HALF, _NARROW), lambda form: charts.history(points, caption, form=form, span=_span(page), beside=beside)
    )


def category(place: int, trend: CategoryTrend, page: Trends, title: str) -> Markup | None:
    """Draw a category small; None when none of its percents is known."""
    points = [charts.Point(d.date, d.percent) for d in trend.days]
    if all(p.value is None for p in points):
        return None
    said = f"From {formats.percent(trend.days[0].percent)} to {formats.percent(trend.percent)}."
    caption = _caption(f"category-{place}", trend.category, title, said)
    return Markup(charts.history(points, caption, form=_SMALL, span=_span(page)))  # noqa: S704 - charts escapes


COUNTED: dict[str, tuple[str, str, Callable[[TrendDay], float]]] = {
    "regressed": ("Controls below their best", "", lambda d: float(d.regressed)),
    "given-up": ("Points given up by accepted risks", "", lambda d: d.points_given_up),
}


def counts(page: Trends, title: str, key: str) -> tuple[Markup, ...]:
    """Draw a count of each day, from 0."""
    if not page.days:
        return ()
    name, unit, value = COUNTED[key]
    said = f"From {formats.points(value(page.days[0]))} to {formats.points(value(page.days[-1]))}."
    caption, points = _caption(key, name, title, said), _points(page, value)
    axis = charts.Axis(unit=unit, zero=True)
    return _drawn(
        (_HALF, _NARROW), lambda form: charts.history(points, caption, form=form, span=_span(page), shown=axis)
    )


def falls(page: Trends, title: str) -> tuple[Markup, ...]:
    """Draw falls downwards and what was mended upwards."""
    if not any(p.falls or p.mended for p in page.periods):
        return ()
    drawn = [_fall_bar(p, page) for p in page.periods]
    caption = _caption("falls", f"Falls and repairs by {EACH[page.by]}", title, "The numbers are in the table above.")
    return _drawn((_HALF_BARS, _NARROW_BARS), lambda form: bars.bars(drawn, caption, form=form, whole=True))


def _fall_bar(period: Period, page: Trends) -> bars.Bar:
    falls = formats.plural(period.falls, "fall", "falls")
    parts = (charts.Part("mended", "up", period.mended), charts.Part("falls", "down", -period.falls))
    return bars.Bar(
        label=label_of(period, page.by, short=True),
        said=f"{label_of(period, page.by)}: {falls}, {period.mended} mended",
        parts=parts if period.since else None,
        href=why(page.tenant.id, period),
    )
