"""The commands that show scores, and the one that decides."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Annotated

import typer

from surefoot.access.viewers import LOCAL, tenant_for
from surefoot.cli import show, summaries
from surefoot.cli.home import now, opened, somebody
from surefoot.cli.options import Data, Days, Json, TenantName
from surefoot.errors import InputRefused
from surefoot.model import DECIDABLE, AcceptanceRequest, Decision, Grounds, Impact, Status
from surefoot.pages import overview as overview_page
from surefoot.pages.outlets import camel, snake
from surefoot.pages.overview import Overview
from surefoot.scoring.actions import Action
from surefoot.store import database
from surefoot.sync.acceptances import submit

app = typer.Typer()


@app.command()
def overview(
    tenant: TenantName = None,
    days: Days = 90,
    how: Annotated[bool, typer.Option("--how", help="Say of every way to count the score how it is counted.")] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """Show how a tenant stands: score, categories, top actions, statuses.

    Example: surefoot overview contoso
    """
    with opened(data) as home, database.reading(home.engine) as conn:
        found = tenant_for(conn, LOCAL, tenant)
        page = overview_page.build(conn, found, ratings=home.ratings, days=days, visible=LOCAL.tenants, now=now())
    show.json(page) if json else _overview(page, how=how)


def _overview(page: Overview, *, how: bool) -> None:
    show.line(f"{page.tenant.name}  {page.as_of or ''}")
    if page.synced.message and page.as_of:
        show.line(f"! {page.synced.message} (failing since {show.when(page.synced.failing_since)})")
    if page.percent is None:
        show.line(f"Secure Score: not known. {page.unknown or ''}")
        return
    change = f"  {show.signed(page.trend.percent)} since {page.trend.since}" if page.trend else ""
    show.line(f"Secure Score: {show.percent(page.percent)}{change}")
    show.line(f"Points achieved: {show.points(page.points)} of {show.points(page.max_points)}")
    show.line(f"Points available: {show.points(page.points_available)}")
    for view in page.views[1:]:
        most = f"/{show.points(view.max_points)}" if view.max_points is not None else ""
        show.wrapped(f"{view.name}: {show.percent(view.percent)}  {show.points(view.points)}{most} points")
        if how:
            show.wrapped(view.counted, indent=2)
    if page.maxima.known < page.maxima.controls or page.maxima.estimated:
        show.wrapped(_maxima(page))
    show.line()
    rows = [
        [c.category, show.percent(c.percent), f"{show.points(c.points)}/{show.points(c.max_points)}"]
        for c in page.categories
    ]
    show.table(["Category", "Score", "Points"], rows, numbers=frozenset({1, 2}))
    show.line()
    list_actions(list(page.top_actions))
    show.line()
    show.wrapped(", ".join(f"{count} {show.STATUSES[s].lower()}" for s, count in page.statuses.items() if count))
    summaries.below(page)


def _maxima(page: Overview) -> str:
    known = f"{page.maxima.known} of {page.maxima.controls} controls have a known maximum"
    return f"{known}, {page.maxima.estimated} of them by Surefoot's estimate." if page.maxima.estimated else f"{known}."


def list_actions(listed: Sequence[Action], *, ids: bool = False) -> None:
    """Print actions as a table."""
    rows = [
        [
            a.name
            + (" *" if a.quick_win else "")
            + (" (regressed)" if a.regressed else "")
            + (f" ({a.id})" if ids else ""),
            a.category,
            "" if a.impact is None else show.level(a.impact),
            show.level(a.difficulty) + ("~" if a.difficulty_estimated else ""),
            "?" if a.points is None else "+" + show.points(a.points),
            show.STATUSES[a.status],
        ]
        for a in listed
    ]
    heads = ["Recommended action", "Category", "Impact", "Difficulty", "Points", "Status"]
    show.table(heads, rows, numbers=frozenset({4}))
    if any(a.quick_win for a in listed):
        show.line("* quick win")
    if any(a.difficulty_estimated for a in listed):
        show.line("~ Surefoot's estimate")


def status_of(text: str, possible: Iterable[Status] = Status) -> Status:
    """Read a status as the API writes it, in any case, or as it is shown: Third party."""
    folded = text.casefold().replace("-", "").replace("_", "").replace(" ", "")
    for status in Status:
        if folded == status.value.replace("_", ""):
            return status
    message = f"{text!r} is no status; these are: {', '.join(camel(s.value) for s in possible)}."
    raise InputRefused(message)


def impact_of(text: str) -> Impact:
    """Read an impact."""
    try:
        return Impact(text.lower())
    except ValueError:
        message = f"{text!r} is no impact; these are: high, medium, low."
        raise InputRefused(message) from None


def _grounds(text: str) -> Grounds:
    try:
        return Grounds(snake(text.replace("-", "_")))
    except ValueError:
        message = f"{text!r} are no grounds; these are: risk, notApplicable."
        raise InputRefused(message) from None


@app.command("set-status")
def set_status(
    tenant: Annotated[str, typer.Argument(help="A name or id.")],
    action: Annotated[str, typer.Argument(help="The action's id, as `surefoot actions` shows it.")],
    status: Annotated[str, typer.Argument(help="planned, inProgress, riskAccepted, toAddress, thirdParty, alternate")],
    comment: str | None = None,
    owner: str | None = None,
    due: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    review_on: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Until when a risk is accepted; 90 days if left out."),
    ] = None,
    evidence: Annotated[str | None, typer.Option(help="What resolves it elsewhere: a text or a link.")] = None,
    grounds: Annotated[str | None, typer.Option(help="Of an accepted risk: risk or notApplicable.")] = None,
    data: Data = None,
) -> None:
    """Decide about an action: planned, in progress, risk accepted ...

    Example: surefoot set-status contoso MFARegistrationV2 planned --comment "after the pilot"
    """
    decided = Decision(
        control=action,
        status=status_of(status, [s for s in Status if s in DECIDABLE]),
        decided_at=now(),
        decided_by=somebody().name,
        comment=comment,
        owner=owner,
        due=due.date() if due else None,
        review_on=review_on.date() if review_on else None,
        evidence=evidence,
        grounds=None if grounds is None else _grounds(grounds),
    )
    with opened(data) as home, home.writing() as conn:
        found = tenant_for(conn, LOCAL, tenant)
        kept = submit(conn, found, decided, role=LOCAL.role, ratings=home.ratings)
    if isinstance(kept, AcceptanceRequest):
        show.wrapped(f"{found.name}: asked for (request {kept.key}); somebody else says `surefoot approve {kept.key}`.")
        return
    until = f", until {kept.review_on}" if kept.review_on else ""
    show.line(f"{found.name}: {kept.control} is now {show.STATUSES[kept.status].lower()}{until}.")
