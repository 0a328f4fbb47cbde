"""Charts as SVG text, drawn from plain values: the same picture for page, report and e-mail.

Colours come from CSS classes only. Every text that reaches the picture is escaped here.
"""

import datetime as dt
import functools
import math
from collections.abc import Callable, Iterable, Sequence
from html import escape
from itertools import pairwise
from operator import lt

import msgspec

from surefoot import locales

GAP_PIXELS = 1.5
"""A run of missing days narrower than this cannot be seen and is not drawn."""


LINE = 13.0
"""The height of a line of text."""
MARK = 20.0
"""The room that a numbered mark needs."""


class Point(msgspec.Struct, frozen=True):
    """One day of a line; None: the value is not known."""

    day: dt.date
    value: float | None


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The size of a chart in its own units, its margins, and how many labels fit."""

    name: str
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    dates: int
    """The most dates along the bottom."""
    label: int
    """The width that the words "no data" need."""

    @property
    def inner(self) -> int:
        """The width of the plot."""
        return self.width - self.left - self.right


WIDE = Form(name="wide", width=760, height=232, left=40, right=14, top=16, bottom=28, dates=5, label=52)
NARROW = Form(name="narrow", width=328, height=220, left=34, right=10, top=16, bottom=28, dates=3, label=52)


class Caption(msgspec.Struct, frozen=True, kw_only=True):
    """What a picture says to those who do not see it."""

    key: str
    """Makes the ids unique on the page."""
    title: str
    summary: str


class Mark(msgspec.Struct, frozen=True):
    """A number above a day, explained under the chart."""

    day: dt.date
    number: int
    kind: str
    """Its class: `down` where the score fell on that day, else `plain`."""


class Beside(msgspec.Struct, frozen=True):
    """Another line in the same picture, to compare with."""

    kind: str
    """Its class: `b1`, `b2`, ..."""
    points: Sequence[Point]


class Part(msgspec.Struct, frozen=True):
    """One part of a stacked bar: what it is called, its class, how much."""

    label: str
    kind: str
    value: float


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """From days and values to places in the picture."""

    form: Form
    first: dt.date
    last: dt.date
    low: float
    high: float

    @property
    def floor(self) -> float:
        """The place of the axis."""
        return float(self.form.height - self.form.bottom)

    @property
    def day_width(self) -> float:
        """How far apart two days are."""
        return self.form.inner / max(1, (self.last - self.first).days)

    def x(self, day: dt.date) -> float:
        """Give the place of a day."""
        days = (self.last - self.first).days
        share = (day - self.first).days / days if days else 1.0
        return self.form.left + self.form.inner * share

    def y(self, value: float) -> float:
        """Give the place of a value."""
        return self.floor - (self.floor - self.form.top) * (value - self.low) / (self.high - self.low)

    def places(self, run: Iterable[Point]) -> list[tuple[float, float]]:
        """Give the places of the known points of a run, as `x` and `y` do for one of them."""
        first, days = self.first.toordinal(), (self.last - self.first).days
        left, inner, floor, low = self.form.left, self.form.inner, self.floor, self.low
        tall, span = floor - self.form.top, self.high - low
        return [
            (
                left + inner * ((p.day.toordinal() - first) / days if days else 1.0),
                floor - tall * (p.value - low) / span,
            )
            for p in run
            if p.value is not None
        ]


class Axis(msgspec.Struct, frozen=True, kw_only=True):
    """How the values of a line are shown: as percents, when nothing is said."""

    unit: str = " %"
    zero: bool = False
    """Whether it begins at 0, as it does for counts."""
    holds: tuple[float, ...] = ()
    """Values that have a place on it, whatever the line does."""
    behind: Callable[[Scale], str] | None = None
    """Draws what lies behind the line."""


PERCENTS = Axis()
FEW = 5.0
"""An axis of counts is at least so long: its steps are whole then."""


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Choose at most `most` round numbers that enclose `low` to `high`; they differ even when the two are equal."""
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError("an axis needs finite ends")
    low, high = min(low, high), max(low, high)
    span = max(high - low, 1e-9, 1e-9 * max(abs(low), abs(high)))
    step = _round_step(span / max(1, most - 1))
    while True:
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first < most:
            return [round(step * i, 10) for i in range(first, max(last, first + 1) + 1)]
        step = _round_step(step * 1.01)


def _round_step(raw: float) -> float:
    """Take the next of 1, 2, 2.5, 5 or 10 times a power of ten, not below `raw` (all divide 100)."""
    power = 10.0 ** math.floor(math.log10(raw))
    return next(power * m for m in (1, 2, 2.5, 5, 10, 20) if power * m >= raw * (1 - 1e-12))


def date_marks(first: dt.date, last: dt.date, most: int) -> list[dt.date]:
    """Spread at most `most` dates evenly from the first to the last, both included."""
    days = (last - first).days
    count = max(1, min(most, days + 1))
    if count == 1:
        return [last]
    return [first + dt.timedelta(days=round(days * i / (count - 1))) for i in range(count)]


def day_label(day: dt.date, *, year: bool = False) -> str:
    """Write a day for an axis: 24 Oct, or Oct 2026."""
    return locales.month(day) if year else locales.short_day(day)


def history(
    points: Sequence[Point],
    caption: Caption,
    *,
    form: Form = WIDE,
    span: tuple[dt.date, dt.date] | None = None,
    marks: Sequence[Mark] = (),
    beside: Sequence[Beside] = (),
    shown: Axis = PERCENTS,
) -> str:
    """Draw percents, or what `shown` says, over days as a line; days without a value are gaps, never joined over.

    `span` widens the axis beyond the points. Longer than a day per pixel, each pixel column keeps its first, least,
    greatest and last value. `marks` stand above their days, in the form's top margin; of those and of the lines
    `beside`, what lies outside the days is left out.
    """
    known = _known(points)
    head = _head(caption, form)
    if not known:
        text = f'<text x="{form.width // 2}" y="{form.height // 2}" text-anchor="middle">no data</text>'
        return f"{head}{text}</svg>"
    days = (known[0].day, known[-1].day, *(span or ()))
    first, last = min(days), max(days)
    others = [(b.kind, [p for p in _known(b.points) if first <= p.day <= last]) for b in beside]
    values = [p.value for line in (known, *(o for _, o in others)) for p in line if p.value is not None]
    axis = ticks(0.0, max(FEW, *values)) if shown.zero else _axis([*values, *shown.holds])
    scale = Scale(form=form, first=first, last=last, low=axis[0], high=axis[-1])
    body = [
        shown.behind(scale) if shown.behind else "",
        _frame(scale, axis, shown.unit),
        _gaps(known, scale),
        *(_beside(kind, run, scale) for kind, line in others for run in _runs(line, scale)),
        *(_run(run, scale) for run in _runs(known, scale)),
        _end_dot(known[-1], scale),
        _marks([m for m in marks if first <= m.day <= last], known, scale),
    ]
    data = (
        f' data-first="{scale.first}" data-last="{scale.last}" data-low="{_n(scale.low)}" data-high="{_n(scale.high)}"'
        f' data-left="{form.left}" data-right="{form.width - form.right}"'
        f' data-top="{form.top}" data-bottom="{_n(scale.floor)}"'
    )
    return head.replace("<svg ", f"<svg{data} ", 1) + "".join(body) + "</svg>"


def _known(points: Sequence[Point]) -> list[Point]:
    known = [p for p in points if p.value is not None and math.isfinite(p.value)]
    days = [p.day for p in known]
    if all(map(lt, days, days[1:])):  # as nearly always
        return known
    return sorted({p.day: p for p in known}.values(), key=_day)


def _day(point: Point) -> dt.date:
    return point.day


def _axis(values: Sequence[float]) -> list[float]:
    """Give the line at least four units of room, so that hundredths do not look like cliffs."""
    low, high = min(values), max(values)
    room = max((high - low) / 12, (4.0 - (high - low)) / 2)
    low, high = low - room, high + room
    if min(values) >= 0:
        low, high = max(0.0, low), max(high, 4.0)
    if max(values) <= 100:  # noqa: PLR2004 - percents end there
        low, high = min(low, 96.0), min(100.0, high)
    return ticks(low, high)


def _head(caption: Caption, form: Form) -> str:
    ident = escape(f"{caption.key}-{form.name}")
    return (
        f'<svg class="chart {form.name}" viewBox="0 0 {form.width} {form.height}" role="img" '
        f'aria-labelledby="{ident}-title" aria-describedby="{ident}-desc">'
        f'<title id="{ident}-title">{escape(caption.title)}</title>'
        f'<desc id="{ident}-desc">{escape(caption.summary)}</desc>'
    )


def _frame(scale: Scale, axis: Sequence[float], sign: str) -> str:
    """Draw the grid with its percents, and the dates."""
    form, parts = scale.form, []
    for i, value in enumerate(axis):
        y = scale.y(value)
        kind = "grid base" if i == 0 else "grid"
        parts.append(f'<path class="{kind}" d="M{form.left} {_n(y)}H{form.width - form.right}"/>')
        unit = sign if i == len(axis) - 1 else ""
        parts.append(f'<text x="{form.left - 6}" y="{_n(y + 4)}" text-anchor="end">{_label(value)}{unit}</text>')
    marks = date_marks(scale.first, scale.last, form.dates)
    year = (scale.last - scale.first).days > 420  # noqa: PLR2004 - beyond some 14 months days say too little
    for mark in marks:
        anchor = "end" if mark == scale.last else "start" if mark == scale.first else "middle"
        text = day_label(mark, year=year)
        parts.append(f'<text x="{_n(scale.x(mark))}" y="{form.height - 8}" text-anchor="{anchor}">{text}</text>')
    return "".join(parts)


def _label(value: float) -> str:
    return f"{value:g}".replace(".", locales.decimal_point())


def _gaps(known: Sequence[Point], scale: Scale) -> str:
    """Shade the days without a value, also before the first and after the last."""
    if len(known) == (scale.last - scale.first).days + 1:
        return ""
    edges = [scale.first - dt.timedelta(days=1), *(p.day for p in known), scale.last + dt.timedelta(days=1)]
    return "".join(_gap(a, b, scale) for a, b in pairwise(edges) if (b - a).days > 1)


def _gap(before: dt.date, after: dt.date, scale: Scale) -> str:
    one = dt.timedelta(days=1)
    form = scale.form
    left = max(float(form.left), scale.x(before + one) - scale.day_width / 2)
    right = min(float(form.width - form.right), scale.x(after - one) + scale.day_width / 2)
    if right - left < GAP_PIXELS:
        return ""
    said = f"no data from {before + one} to {after - one}"
    rect = (
        f'<rect class="gap" x="{_n(left)}" y="{form.top}" width="{_n(right - left)}" '
        f'height="{_n(scale.floor - form.top)}"><title>{said}</title></rect>'
    )
    return rect + _gap_words((left + right) / 2, right - left, form)


def _gap_words(middle: float, width: float, form: Form) -> str:
    """Write "no data" across a wide gap, up a narrow one, and not at all where it would not fit."""
    if width >= form.label:
        return f'<text x="{_n(middle)}" y="{form.top + 14}" text-anchor="middle">no data</text>'
    if width < LINE:
        return ""
    x, y = _n(middle + 4), form.top + 8
    return f'<text x="{x}" y="{y}" text-anchor="end" transform="rotate(-90 {x} {y})">no data</text>'


def _runs(known: Sequence[Point], scale: Scale) -> list[list[Point]]:
    """Cut the points into runs without a visible gap."""
    if known and len(known) == (known[-1].day - known[0].day).days + 1:
        return [list(known)]
    runs: list[list[Point]] = []
    width, before = scale.day_width, 0
    for point in known:
        at = point.day.toordinal()
        missing = at - before - 1 if runs else 1
        if not runs or (missing > 0 and missing * width >= GAP_PIXELS):
            runs.append([])
        runs[-1].append(point)
        before = at
    return runs


def _run(run: Sequence[Point], scale: Scale) -> str:
    """Draw one run: a line above a light area, or a dot for a day that stands alone."""
    places = _columns(scale.places(run), scale.day_width)
    x, y = places[0]
    if len(places) == 1:
        return f'<circle class="alone" cx="{_n(x)}" cy="{_n(y)}" r="2"/>'
    line = f"M{_joined(places)}"
    end = f"V{_n(scale.floor)}H{_n(x)}Z"
    return f'<path class="area" d="{line}{end}"/><path class="line" d="{line}"/>'


def _joined(places: Sequence[tuple[float, float]]) -> str:
    """Write places as `_n` writes each number, and lines between them."""
    text = "L".join([f"{x:.2f} {y:.2f}" for x, y in places]) + "L"
    if "-" in text:
        return "L".join([f"{_n(x)} {_n(y)}" for x, y in places])
    # All have two decimals: zeros go from the last one, then from the one before it.
    return text.replace("0 ", " ").replace("0L", "L").replace(".0 ", " ").replace(".0L", "L")[:-1]


TWO_OF_A_COLUMN = 0.5
"""Days that are further apart than this are at most two in a pixel column."""


def _columns(places: list[tuple[float, float]], day_width: float) -> list[tuple[float, float]]:
    """Keep the first, least, greatest and last value of each pixel column, in their order."""
    if day_width > TWO_OF_A_COLUMN:
        return places
    columns: dict[int, list[tuple[float, float]]] = {}
    for place in places:
        columns.setdefault(int(place[0]), []).append(place)
    return [place for column in columns.values() for place in (column if len(column) < 3 else _extremes(column))]  # noqa: PLR2004 - of two both are extremes


def _extremes(column: Sequence[tuple[float, float]]) -> Iterable[tuple[float, float]]:
    indexes = range(len(column))
    least = min(indexes, key=lambda i: column[i][1])
    greatest = max(indexes, key=lambda i: column[i][1])
    return [column[i] for i in sorted({0, least, greatest, len(column) - 1})]


def _end_dot(point: Point, scale: Scale) -> str:
    value = point.value if point.value is not None else scale.low
    return f'<circle class="dot-last" cx="{_n(scale.x(point.day))}" cy="{_n(scale.y(value))}" r="4"/>'


def _beside(kind: str, run: Sequence[Point], scale: Scale) -> str:
    places = _columns(scale.places(run), scale.day_width)
    return f'<path class="beside {escape(kind)}" d="M{_joined(places)}"/>' if len(places) > 1 else ""


def _marks(marks: Sequence[Mark], known: Sequence[Point], scale: Scale) -> str:
    """Put the numbers side by side above the plot, each with a thread down to its day."""
    form, values = scale.form, {p.day: p.value for p in known}
    ordered = sorted(marks, key=lambda m: (m.day, m.number))
    places = _apart([scale.x(m.day) for m in ordered], form.left + MARK / 2, form.width - form.right - MARK / 2)
    drawn, y = [], form.top - MARK
    for mark, place in zip(ordered, places, strict=True):
        value = values.get(mark.day)
        foot = scale.y(value) - 4 if value is not None else scale.floor
        thread = f"M{_n(place)} {_n(y + MARK / 2)}L{_n(scale.x(mark.day))} {form.top}V{_n(max(foot, form.top))}"
        drawn.append(
            f'<g class="mark {escape(mark.kind)}"><path d="{thread}"/><circle cx="{_n(place)}" cy="{_n(y)}" r="9"/>'
            f'<text x="{_n(place)}" y="{_n(y + 4)}" text-anchor="middle">{mark.number}</text></g>'
        )
    return "".join(drawn)


def _apart(wanted: Sequence[float], low: float, high: float) -> list[float]:
    """Move places as little as makes them a mark's width apart and keeps them between two ends, if they fit."""
    places: list[float] = []
    for x in wanted:
        places.append(max(x, low, places[-1] + MARK if places else low))
    limit = high
    for i in range(len(places) - 1, -1, -1):
        places[i] = min(places[i], limit)
        limit = places[i] - MARK
    return places


def line_swatch(kind: str) -> str:
    """Draw the piece of line that a legend puts before a word."""
    return (
        '<svg class="swatch line-swatch" width="26" height="10" aria-hidden="true">'
        f'<path class="{escape(kind)}" d="M1 5H25"/></svg>'
    )


SPARK = Form(name="spark", width=96, height=26, left=2, right=4, top=3, bottom=3, dates=0, label=0)
LEAST_SPAN = 4.0
"""A line that moves less than this many points of percent is drawn no steeper than if it moved that much."""


def spark(points: Sequence[Point], span: tuple[dt.date, dt.date], *, label: str) -> str:
    """Draw a line without axes, small enough for a row of a table; missing days are gaps."""
    head = (
        f'<svg class="chart spark" viewBox="0 0 {SPARK.width} {SPARK.height}" role="img"><title>{escape(label)}</title>'
    )
    known = [p for p in points if p.value is not None and math.isfinite(p.value) and span[0] <= p.day <= span[1]]
    if not known:
        return f"{head}</svg>"
    values = [p.value for p in known if p.value is not None]
    spare = max(0.0, LEAST_SPAN - (max(values) - min(values))) / 2
    low, high = min(values) - spare, max(values) + spare
    scale = Scale(form=SPARK, first=span[0], last=span[1], low=low, high=high)
    return f"{head}{''.join(_spark_run(run, scale) for run in _runs(known, scale))}{_end_dot(known[-1], scale)}</svg>"


def _spark_run(run: Sequence[Point], scale: Scale) -> str:
    """Draw one run as `_run` does, for a list that has hundreds: in steps of a tenth of a pixel, without columns."""
    if len(run) == 1 or len(run) > SPARK.width * 2:
        return _run(run, scale)
    first, left, wide = scale.first.toordinal(), SPARK.left, 10 * scale.day_width
    floor, high = 10 * scale.floor, 10 * (scale.floor - SPARK.top) / (scale.high - scale.low)
    xs = [10 * left + round(wide * (p.day.toordinal() - first)) for p in run]
    ys = [round(floor - high * (p.value - scale.low)) for p in run if p.value is not None]
    begun = f"{_tenth(xs[0])} {_tenth(ys[0])}"
    line = "".join(
        [f"l{_tenth(b - a)} {_tenth(d - c)}" for (a, b), (c, d) in zip(pairwise(xs), pairwise(ys), strict=True)]
    )
    area = f"M{begun}{line}V{_n(scale.floor)}H{_tenth(xs[0])}Z"
    return f'<path class="area" d="{area}"/><path class="line" d="M{begun}{line}"/>'


@functools.lru_cache(maxsize=4096)
def _tenth(value: int) -> str:
    """Write a number of tenths short: 1, -.3, 2.5."""
    return _n(value / 10).replace("0.", ".") if abs(value) < 10 else _n(value / 10)  # noqa: PLR2004 - below one


def meter(percent: float | None, *, label: str, kind: str = "accent") -> str:
    """Draw a percent as a bar that is as wide as its place; not known is an empty, dashed bar."""
    head = f'<svg class="meter" width="100%" height="8" role="img"><title>{escape(label)}</title>'
    if percent is None or not math.isfinite(percent):
        return f'{head}<rect class="unknown" x="0.5" y="0.5" width="99%" height="7" rx="3.5"/></svg>'
    track = '<rect class="track" width="100%" height="8"/>'
    return f'{head}{track}<rect class="fill {escape(kind)}" width="{_share(percent)}" height="8"/></svg>'


def score_bar(now: float, planned: float | None, achievable: float | None, *, label: str, key: str) -> str:
    """Draw the score as one bar: now solid, what is planned hatched, what is achievable light."""
    pattern = f"{escape(key)}-hatch"
    parts = ['<rect class="track" width="100%" height="14"/>']
    if achievable is not None:
        parts.append(f'<rect class="achievable" width="{_share(achievable)}" height="14"/>')
    if planned is not None:
        parts.append(f'<rect class="planned-base" width="{_share(planned)}" height="14"/>')
        parts.append(f'<rect fill="url(#{pattern})" width="{_share(planned)}" height="14"/>')
    parts.append(f'<rect class="fill accent" width="{_share(now)}" height="14"/>')
    return (
        f'<svg class="scorebar" width="100%" height="14" role="img"><title>{escape(label)}</title>'
        f"{_hatch(pattern)}{''.join(parts)}</svg>"
    )


def swatch(kind: str, *, key: str = "") -> str:
    """Draw the small square that a legend puts before a word; `planned` is hatched."""
    if kind == "planned-score":
        pattern = f"{escape(key)}-swatch"
        inner = f'{_hatch(pattern)}<rect class="planned-base" width="10" height="10" rx="2"/>'
        inner += f'<rect fill="url(#{pattern})" width="10" height="10" rx="2"/>'
    else:
        inner = f'<rect class="part {escape(kind)}" width="10" height="10" rx="2"/>'
    return f'<svg class="swatch" width="10" height="10" aria-hidden="true">{inner}</svg>'


def _hatch(ident: str) -> str:
    return (
        f'<defs><pattern id="{ident}" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect class="hatch" width="3" height="6"/></pattern></defs>'
    )


def stacked(parts: Sequence[Part], *, label: str) -> str:
    """Draw counts as one bar cut in proportion; parts of 0 are left out."""
    shown = [p for p in parts if p.value > 0 and math.isfinite(p.value)]
    whole = math.fsum(p.value for p in shown)
    rects, at = [], 0.0
    for part in shown:
        wide = 100 * part.value / whole
        rects.append(
            f'<rect class="part {escape(part.kind)}" x="{_share(at)}" width="{_share(wide)}" height="14">'
            f"<title>{escape(part.label)}: {part.value:g}</title></rect>"
        )
        if at > 0:
            rects.append(f'<rect class="seam" x="{_share(at)}" width="2" height="14"/>')
        at += wide
    track = '<rect class="track" width="100%" height="14"/>'
    return (
        f'<svg class="stack" width="100%" height="14" role="img"><title>{escape(label)}</title>'
        f"{track}{''.join(rects)}</svg>"
    )


def _share(percent: float) -> str:
    """Write a width in percent, between 0 and 100."""
    return f"{_n(min(100.0, max(0.0, percent if math.isfinite(percent) else 0.0)))}%"


def _n(value: float) -> str:
    """Write a coordinate short and without an exponent."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
