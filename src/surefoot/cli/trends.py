"""The commands about metrics and trends: all of them over one range, and the bounds of the score's zones."""

from typing import Annotated

import typer

from surefoot.access.viewers import LOCAL, tenant_for
from surefoot.cli import options, show
from surefoot.cli.home import now, opened, somebody
from surefoot.cli.options import Data, Days, From, Json, TenantName, To
from surefoot.errors import InputRefused
from surefoot.pages import trends as trends_page
from surefoot.pages import zones as zones_page
from surefoot.pages.trends import Trends, Wanted
from surefoot.pages.zones import Zones
from surefoot.scoring.periods import Period
from surefoot.scoring.trends import Step
from surefoot.scoring.zones import Bounds
from surefoot.store import database
from surefoot.sync.zones import set_bounds

app = typer.Typer()


@app.command()
def trends(
    tenant: TenantName = None,
    days: Days = 90,
    since: From = None,
    until: To = None,
    by: Annotated[Step | None, typer.Option(help="How long the periods are; what fits when left out.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All stored days.")] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """Show metrics and trends of a range: zones, categories, averages, score changes, regressions, accepted risks.

    Example: surefoot trends contoso --days 30
    """
    back = None if everything else days
    wanted = Wanted(days=back, since=options.day(since), until=options.day(until), by=by)
    with opened(data) as home, database.reading(home.engine) as conn:
        page = trends_page.build(conn, tenant_for(conn, LOCAL, tenant), ratings=home.ratings, wanted=wanted)
    show.json(page) if json else _trends(page)


def _trends(page: Trends) -> None:
    show.line(page.tenant.name)
    if not page.days:
        show.wrapped("No day of this range is stored." if page.first else "No day of this tenant is stored yet.")
        return
    first, last = page.days[0], page.days[-1]
    missing = f", {show.counted(page.missing, 'day')} missing" if page.missing else ""
    show.wrapped(f"{first.date} to {last.date}: {show.percent(first.percent)} to {show.percent(last.percent)}{missing}")
    _zone(page)
    show.line()
    rows = [[c.category, show.percent(c.percent), show.change(c.change)] for c in page.categories]
    rows += [[g.name, show.percent(g.average), show.change(g.distance)] for g in page.groups]
    show.table(["Category or average", "Percent", "Change, distance"], rows, numbers=frozenset({1, 2}))
    show.line()
    heads = [page.by.value.capitalize(), "Change", "Gained", "Lost", "Catalogue", "Other", "Falls", "Mended"]
    show.table(heads, [_period(p) for p in page.periods], numbers=frozenset(range(1, 8)))
    show.line()
    _counts(page)


def _zone(page: Trends) -> None:
    counts, zones = page.in_zone, page.zones
    days = f"{counts.good} good, {counts.okay} okay, {counts.bad} bad"
    unknown = f", {counts.unknown} not known" if counts.unknown else ""
    show.wrapped(f"Days by zone (good from {zones.good:g} %, okay from {zones.okay:g} %): {days}{unknown}")
    if page.present:
        before = f", {page.present.before.value} before" if page.present.before else ""
        held = show.counted(page.present.days, "day")
        show.wrapped(f"{page.present.zone.value.capitalize()} since {page.present.since} ({held}){before}")


def _period(period: Period) -> list[str]:
    parts = (period.change, period.gained, period.lost, period.catalogue, period.other)
    return [str(period.first), *(show.change(p) for p in parts), str(period.falls), str(period.mended)]


def _counts(page: Trends) -> None:
    first, last = page.days[0], page.days[-1]
    dismissed = f", {page.dismissed} of them dismissed" if page.dismissed else ""
    show.wrapped(
        f"Below their best: {show.counted(last.regressed, 'control')}, "
        f"lost {show.points(last.points_lost)} points since{dismissed}; {first.regressed} at the beginning."
    )
    for low in page.regressed:
        show.wrapped(f"{low.name} ({low.control}): -{show.points(low.lost)} points, lost since {low.since}", indent=2)
    show.wrapped(
        f"Accepted: {show.counted(last.accepted, 'risk')}, {show.points(last.points_given_up)} points given up; "
        f"{first.accepted} and {show.points(first.points_given_up)} at the beginning."
    )
    if page.repair and page.repair.falls:
        repair = page.repair
        mean = "" if repair.mean_days is None else f", {repair.mean_days:.1f} days on average"
        show.wrapped(f"{show.counted(repair.falls, 'fall')} of controls, {repair.repaired} mended{mean}.")
    for flap in page.flapping:
        show.wrapped(f"{flap.name} fell {flap.falls} times and was mended {flap.repaired} times.", indent=2)


@app.command()
def zones(
    tenant: Annotated[
        str | None, typer.Argument(metavar="TENANT", help="A name or id; the installation when left out.")
    ] = None,
    good: Annotated[float | None, typer.Option(help="From which percent on a score is good.")] = None,
    okay: Annotated[float | None, typer.Option(help="From which percent on it is okay; below that it is bad.")] = None,
    unset: Annotated[bool, typer.Option("--unset", help="Take the bounds away again.")] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """Show or set from where on a score is good or okay: for a tenant, or for all without bounds of their own.

    Example: surefoot zones contoso --good 80 --okay 50
    """
    if (good is None) is not (okay is None) or (unset and good is not None):
        message = "Give both bounds, --good and --okay, or --unset alone."
        raise InputRefused(message)
    with opened(data) as home:
        if unset or good is not None:
            bounds = None if good is None or okay is None else Bounds(good=good, okay=okay)
            with home.writing() as conn:
                found = tenant_for(conn, LOCAL, tenant) if tenant else None
                set_bounds(conn, found, bounds, by=somebody().name, now=now())
        with database.reading(home.engine) as conn:
            page = zones_page.build(conn, tenant_for(conn, LOCAL, tenant) if tenant else None)
    show.json(page) if json else _zones(page)


def _zones(page: Zones) -> None:
    whose = page.tenant.name if page.tenant else "All tenants without bounds of their own"
    show.wrapped(f"{whose}: good from {page.good:g} %, okay from {page.okay:g} %, bad below.")
    if page.set_for == "nobody":
        show.wrapped("The usual bounds: nobody has set others.")
    else:
        where = "this tenant" if page.set_for == "tenant" else "all tenants"
        show.wrapped(f"Set for {where} by {page.set_by} on {show.when(page.set_at)}.")
