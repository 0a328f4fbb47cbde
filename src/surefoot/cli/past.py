"""The commands about the past: the score over time, why it moved, what Microsoft did to its catalogue."""

from typing import Annotated

import typer

from surefoot.access.viewers import LOCAL, tenant_for, visible_to
from surefoot.cli import options, show
from surefoot.cli.home import now, opened
from surefoot.cli.options import AnyTenant, Data, Days, From, Json, Sort, TenantName, To
from surefoot.errors import InputRefused
from surefoot.pages import catalogue as catalogue_page
from surefoot.pages import changes as changes_page
from surefoot.pages import history as history_page
from surefoot.pages.catalogue import Catalogue, Entry
from surefoot.pages.changes import ChangeRow, Changes
from surefoot.pages.history import History, Wanted
from surefoot.scoring.catalogue import Did
from surefoot.scoring.causes import Cause
from surefoot.scoring.trends import Step
from surefoot.store import database

app = typer.Typer()


@app.command()
def history(
    tenant: TenantName = None,
    days: Days = 90,
    since: From = None,
    until: To = None,
    by: Annotated[str, typer.Option(help="day, week or month")] = "day",
    category: Annotated[str | None, typer.Option(help="Of one category.")] = None,
    service: Annotated[str | None, typer.Option(help="Of one service, for example MDO.")] = None,
    control: Annotated[str | None, typer.Option(help="Of one control, by its id.")] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """List the scores over time; days that are missing are not invented.

    Example: surefoot history contoso --days 30 --control BlockLegacyAuthentication
    """
    wanted = Wanted(
        days=days,
        since=options.day(since),
        until=options.day(until),
        by=_step(by),
        category=category,
        service=service,
        control=control,
    )
    with opened(data) as home, database.reading(home.engine) as conn:
        page = history_page.build(conn, tenant_for(conn, LOCAL, tenant), ratings=home.ratings, wanted=wanted)
    show.json(page) if json else _history(page)


def _step(text: str) -> Step:
    try:
        return Step(text.lower())
    except ValueError:
        message = f"{text!r} is no step; these are: day, week, month."
        raise InputRefused(message) from None


def _history(page: History) -> None:
    show.line(f"{page.tenant.name}: {page.of.name}")
    rows = [
        [str(d.date), show.percent(d.percent), f"{show.points(d.points)}/{show.points(d.max_points)}"]
        for d in page.history
    ]
    show.table(["Day", "Score", "Points"], rows, numbers=frozenset({1, 2}))
    shown = show.counted(len(page.history), page.by.value)
    show.wrapped(f"{shown} shown, {show.counted(page.missing, 'day')} missing between them.")
    if page.of.estimated:
        show.wrapped("Some maxima are Surefoot's estimates.")
    if page.best and page.worst:
        best, worst = (f"{show.percent(end.percent)}, last on {end.date}" for end in (page.best, page.worst))
        show.wrapped(f"Best {best}; worst {worst}.")
    if page.repair and page.repair.last_fall:
        show.wrapped(_repaired(page))
    for flap in page.flapping:
        show.wrapped(f"{flap.name} fell {flap.falls} times and was repaired {flap.repaired} times.")


def _repaired(page: History) -> str:
    if page.repair is None:
        return ""
    told = f"{show.counted(page.repair.falls, 'fall')} of controls, {page.repair.repaired} repaired"
    mean = "" if page.repair.mean_days is None else f" in {page.repair.mean_days:.1f} days on average"
    return f"{told}{mean}; the last fall was {show.counted(page.repair.days_since or 0, 'day')} before."


@app.command()
def explain(
    tenant: TenantName = None, since: From = None, until: To = None, json: Json = False, data: Data = None
) -> None:
    """Say why the score moved between two stored days: by control, adding up, with what may have caused it.

    Example: surefoot explain contoso --from 2026-11-02 --to 2026-11-03
    """
    first, last = options.day(since), options.day(until)
    with opened(data) as home, database.reading(home.engine) as conn:
        found = tenant_for(conn, LOCAL, tenant)
        page = changes_page.build(conn, found, ratings=home.ratings, since=first, until=last)
    show.json(page) if json else _changes(page)


def _changes(page: Changes) -> None:
    show.line(page.tenant.name)
    show.wrapped(page.sentence)
    if not page.changes:
        return
    show.line()
    rows = [_change(c) for c in page.changes]
    rows.append(["Together", show.change(page.difference), "", "", ""])
    show.table(["Control", "Percent", "Points", "What", "Day"], rows, numbers=frozenset({1, 2}))
    _causes([(c.name or "", c.causes) for c in page.changes if c.causes])


def _change(row: ChangeRow) -> list[str]:
    name = row.name or _NAMELESS[row.kind.value]
    return [name, show.change(row.percent), _points(row), _KINDS[row.kind.value], str(row.day or "")]


_KINDS = {
    "gained": "gained",
    "regressed": "regressed",
    "control_added": "added",
    "control_retired": "retired",
    "max_changed": "re-weighed",
    "unknown_maxima": "sum of maxima",
    "unexplained": "unexplained",
}
_NAMELESS = {
    "unknown_maxima": "Controls whose maxima are known only as a sum",
    "unexplained": "What Microsoft's total holds beyond its controls",
}


def _points(row: ChangeRow) -> str:
    before, after = (show.points(p) if p is not None else "-" for p in (row.points_before, row.points_after))
    return f"{before} -> {after}"


def _causes(told: list[tuple[str, tuple[Cause, ...]]]) -> None:
    """Name the candidates, one list for the changes that share them."""
    if not told:
        return
    show.line()
    show.wrapped("What may have caused it (candidates, no proof):")
    seen: set[str] = set()
    for name, causes in told:
        fresh = [c for c in causes if c.event.id not in seen]
        seen |= {c.event.id for c in fresh}
        if fresh:
            show.wrapped(name, indent=2)
        for cause in fresh:
            event = cause.event
            who = f" - {event.actor}" if event.actor else ""
            what = f" ({', '.join(event.targets)})" if event.targets else ""
            show.wrapped(f"{show.when(event.at)}  {event.title}{what}{who}. {' '.join(cause.why)}", indent=4)


@app.command()
def catalogue(
    tenant: AnyTenant = None,
    since: From = None,
    until: To = None,
    did: Annotated[str | None, typer.Option(help="added, retired, reWeighed, reworded or reclassified.")] = None,
    text: Annotated[str | None, typer.Option(help="In title, id, category, product or detail.")] = None,
    sort: Sort = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Log what Microsoft did to its catalogue, and what that did to a tenant, or to all of them.

    Example: surefoot catalogue contoso --from 2026-09-01
    """
    first, last = options.days(since, until, now().date())
    by, falling = options.order(sort, catalogue_page.By.DATE, falling=True)
    wanted = catalogue_page.Wanted(did=options.choice(did, "deed", Did), text=text, by=by, falling=falling)
    with opened(data) as home, database.reading(home.engine) as conn:
        meant = [tenant_for(conn, LOCAL, tenant)] if tenant else visible_to(conn, LOCAL)
        page = catalogue_page.build(
            conn, meant, LOCAL.tenants, ratings=home.ratings, since=first, until=last, wanted=wanted,
            one=len(meant) == 1,
        )  # fmt: skip
    show.json(page) if json else _catalogue(page)


def _catalogue(page: Catalogue) -> None:
    show.wrapped(page.paragraph)
    if not page.entries:
        return
    show.line()
    rows = [_entry(e) for e in page.entries]
    heads = ["Control", "First seen", "Microsoft", "Detail", "Tenants", "Percent"]
    show.table(heads, rows, numbers=frozenset({4, 5}))


def _entry(entry: Entry) -> list[str]:
    moved = show.change(entry.percent) if entry.tenants else ""
    did = entry.did.value.replace("_", "-")
    return [entry.name, str(entry.date), did, entry.detail, str(entry.tenants), moved]
