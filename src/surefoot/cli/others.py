"""The commands that compare: one tenant with others, and all tenants in a table."""

import datetime as dt
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated

import typer

from surefoot.access.viewers import LOCAL, other_for, tenant_for, visible_to
from surefoot.cli import show
from surefoot.cli.home import now, opened
from surefoot.cli.options import Data, Days, Json, TenantName
from surefoot.errors import InputRefused
from surefoot.pages import comparison as comparison_page
from surefoot.pages import portfolio as portfolio_page
from surefoot.pages import search as search_page
from surefoot.pages import tables
from surefoot.pages.against import Counterpart
from surefoot.pages.comparison import Comparison
from surefoot.pages.outlets import camel, snake
from surefoot.pages.portfolio import LIMIT, MOST, Portfolio, PortfolioRow
from surefoot.pages.search import Search
from surefoot.store import database
from surefoot.store.portfolio import Sort, Wanted

app = typer.Typer()


@app.command()
def compare(
    tenant: TenantName = None,
    against: Annotated[
        str | None, typer.Option(metavar="TENANT", help="Another tenant, or label:Gold, to stand beside.")
    ] = None,
    days: Days = 90,
    json: Json = False,
    data: Data = None,
) -> None:
    """Compare a tenant with similar organizations, all tenants, and your other tenants.

    Example: surefoot compare contoso

    Example: surefoot compare contoso --against fabrikam
    """
    with opened(data) as home, database.reading(home.engine) as conn:
        found, visible = tenant_for(conn, LOCAL, tenant), visible_to(conn, LOCAL)
        other = other_for(conn, LOCAL, against)
        page = comparison_page.build(conn, found, visible, ratings=home.ratings, days=days, against=other)
    show.json(page) if json else _comparison(page)


def _comparison(page: Comparison) -> None:
    show.wrapped(f"{page.verdict.answer}. {page.verdict.sentence}")
    if page.no_groups:
        show.wrapped(page.no_groups)
    if page.ladder:
        show.line()
        moved = {g.basis: g.movement for g in page.groups}
        rows = [
            [r.name, show.percent(r.percent), "" if r.kind == "you" else show.signed(r.distance),
             moved.get(r.kind) or "", str(r.as_of)]
            for r in page.ladder
        ]  # fmt: skip
        show.table(["", "Percent", "Distance", "It is", "As of"], rows, numbers=frozenset({1, 2}))
    _estimate(page)
    _categories(page)
    _cohorts(page)
    if page.against:
        _against(page.against, {c.category for c in page.categories if c.scored})
    known = [s for s in page.actions if s.scored is not None]
    if known:
        show.line()
        show.wrapped("Your first open actions, among your tenants:")
    for share in known:
        show.wrapped(f"{share.name}: {share.sentence}", indent=2)


def _categories(page: Comparison) -> None:
    """Print every category beside every group's."""
    if not page.categories or not page.categories[0].groups:
        return
    names = {g.basis: g.name for g in page.groups} | {"portfolio": "Your tenants"}
    heads = ["Category", "Percent", *(names[b.kind] for b in page.categories[0].groups)]
    rows = [
        [
            c.category,
            show.percent(c.percent) if c.scored else "not scored",
            *(_beside(b.average, b.distance) for b in c.groups),
        ]
        for c in page.categories
    ]
    show.line()
    show.table(heads, rows, numbers=frozenset(range(1, len(heads))))


def _beside(average: float | None, distance: float | None) -> str:
    if average is None:
        return "not known"
    return show.percent(average) + ("" if distance is None else f" ({show.signed(distance)})")


def _cohorts(page: Comparison) -> None:
    rows = [
        [c.name, f"{c.tenants} of {c.members}", f"{c.rank}" if c.rank else "not known", show.percent(c.percentile),
         show.percent(c.average), show.percent(c.median), show.percent(c.highest), show.percent(c.lowest)]
        for c in page.cohorts if c.tenants is not None
    ]  # fmt: skip
    if rows:
        show.line()
        heads = ["Your tenants", "With a score", "Rank", "Percentile", "Average", "Median", "Highest", "Lowest"]
        show.table(heads, rows, numbers=frozenset(range(1, 8)))
    small = [c.name for c in page.cohorts if c.too_small]
    if small:
        show.wrapped(f"Too few of your tenants to compare: {'; '.join(small)}.")


def _against(page: Counterpart, scored: set[str]) -> None:
    """Print the other side, and the controls that differ most."""
    show.line()
    show.wrapped(page.sentence)
    if page.unknown:
        return
    show.wrapped(page.warning or f"{page.common} of {show.counted(page.scored, 'control')} in common.")
    rows = [
        [
            c.category,
            show.percent(c.percent) if c.category in scored else "not scored",
            "not scored" if c.category in page.unscored else _beside(c.average, c.distance),
        ]
        for c in page.categories
    ]
    show.table(["Category", "Percent", page.name], rows, numbers=frozenset({1, 2}))
    gaps = [*page.ahead, *page.behind]
    rows = [[g.name, show.percent(g.percent), show.percent(g.average), show.signed(g.worth)] for g in gaps]
    if rows:
        show.table(["Control", "Earned", "There", "Worth"], rows, numbers=frozenset({1, 2, 3}))
    more = page.ahead_total + page.behind_total - len(gaps)
    left = f"{show.counted(more, 'more control')} differ, " if more else ""
    here, there = page.only_here, page.only_there
    show.wrapped(f"{left}{page.same} are the same, {here} are scored here alone, {there} there alone.")


def _estimate(page: Comparison) -> None:
    found = page.estimate.range
    if found is None:
        show.wrapped(f"Among all tenants: not known. {page.estimate.unknown or ''}")
        return
    low, high = comparison_page.bounds(found)
    show.wrapped(f"Among all tenants (an estimate): {low} to {high} % of them score lower.")
    show.wrapped(page.estimate.method, indent=2)
    show.wrapped(page.estimate.given, indent=2)


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="A few letters; all of its words have to be there.")],
    tenant: Annotated[str | None, typer.Option(help="Only controls of this tenant.")] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Find tenants and controls by a few letters of their names or ids.

    Example: surefoot search "legacy auth"
    """
    with opened(data) as home, database.reading(home.engine) as conn:
        one = tenant_for(conn, LOCAL, tenant) if tenant else None
        page = search_page.build(conn, text, visible_to(conn, LOCAL), ratings=home.ratings, tenant=one)
    show.json(page) if json else _found(page)


def _found(page: Search) -> None:
    if not page.tenants_total and not page.controls_total:
        show.wrapped(f"Nothing has {page.text!r} in its name or id.")
        return
    for name in page.tenants:
        show.wrapped(f"{name.name}  {name.id}")
    _left(page.tenants_total - len(page.tenants), "tenant")
    for c in page.controls:
        where = c.tenant.name if c.tenants == 1 else show.counted(c.tenants, "tenant")
        show.wrapped(f"{c.name}  {c.control} ({where})")
    _left(page.controls_total - len(page.controls), "control")


def _left(count: int, what: str) -> None:
    if count:
        show.line(f"... and {show.counted(count, f'more {what}')}: give more letters.")


@app.command()
def portfolio(
    sort: Annotated[
        str, typer.Option(help="name, percent, change7, pointsAvailable, ...; -percent: highest first")
    ] = "name",
    label: Annotated[str | None, typer.Option(help="Only tenants with this label.")] = None,
    labelled: Annotated[bool | None, typer.Option(help="Only tenants with any label, or without.")] = None,
    industry: Annotated[str | None, typer.Option(help="Only tenants of this industry.")] = None,
    text: Annotated[str | None, typer.Option(help="In the name or the id.")] = None,
    problem: Annotated[bool | None, typer.Option(help="Only tenants with a problem, or without.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="Rows at most.")] = LIMIT,
    cursor: Annotated[str | None, typer.Option(help="Where the page before ended.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write a file instead: .xlsx or .csv.")] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """List all tenants: score, changes, points available, rank, regressions, problem.

    Example: surefoot portfolio --sort -change7 --label gold
    """  # fmt: skip
    wanted = Wanted(
        visible=LOCAL.tenants,
        label=label,
        labelled=labelled,
        industry=industry,
        text=text,
        problem=problem,
        sort=_sort(sort.removeprefix("-")),
        descending=sort.startswith("-"),
        limit=limit,
    )
    with opened(data) as home, database.reading(home.engine) as conn:
        page = portfolio_page.build(conn, wanted, cursor=cursor)
    if out is not None:
        _file(page, out)
    else:
        show.json(page) if json else _portfolio(page)


def _file(page: Portfolio, out: Path) -> None:
    from surefoot.reports import sheets

    match out.suffix:
        case ".csv":
            body = tables.write(page.tenants, PortfolioRow)
        case ".xlsx":
            told = (
                ("Newest day", str(page.newest or "none is stored yet")),
                ("Rows", f"{len(page.tenants)} of {page.total}"),
            )
            body = sheets.of_portfolio(page, sheets.About(title="Portfolio", told=told, made_at=now()))
        case _:
            message = f"{out.name} ends neither in .xlsx nor in .csv: which of them is wanted?"
            raise InputRefused(message)
    try:
        out.write_bytes(body)
    except OSError as error:
        message = f"{out} cannot be written ({error.strerror})."
        raise InputRefused(message) from error
    show.line(f"{show.counted(len(page.tenants), 'tenant')} in {out}.")


def _sort(text: str) -> Sort:
    names = {camel(s.value): s for s in Sort}
    if text not in names and snake(text) not in set(Sort):
        message = f"{text!r} is nothing to sort by; these are: {', '.join(names)}."
        raise InputRefused(message)
    return names.get(text) or Sort(snake(text))


def _portfolio(page: Portfolio) -> None:
    if not page.tenants:
        show.line("No tenant matches." if page.total else "There is no tenant yet: `surefoot tenant add`.")
        return
    heads = ["Tenant", "Score", "1 d", "7 d", "30 d", "90 d", "Available", "Rank", "Regr.", "Read"]
    odd = {r.tenant.id: portfolio_page.odd_spans(r, page.newest, now().date()) for r in page.tenants}
    show.table(heads, [_row(r, odd[r.tenant.id]) for r in page.tenants], numbers=frozenset(range(1, 9)))
    show.wrapped(_sums(page))
    for row in page.tenants:
        if odd[row.tenant.id]:
            show.wrapped(_dated(row, odd[row.tenant.id]))
    for row in page.tenants:
        if row.problem:
            show.wrapped(f"! {row.tenant.name}: {row.problem}")
    if page.next:
        show.line(f"More: --cursor {page.next}")


def _sums(page: Portfolio) -> str:
    read = f"{show.counted(page.total, 'tenant')}, {page.on_newest} of them read on {page.newest}"
    if not page.scored:
        return f"{show.counted(page.total, 'tenant')}, none with a score."
    shares = f"average {show.percent(page.average)}, highest {show.percent(page.highest)}"
    return f"{read}; {shares}, lowest {show.percent(page.lowest)} of {page.scored} with a score."


def _row(row: PortfolioRow, odd: Collection[int]) -> list[str]:
    changes = {1: row.change_1, 7: row.change_7, 30: row.change_30, 90: row.change_90}
    return [
        row.tenant.name,
        show.percent(row.percent) if row.percent is not None else "?",
        *("?" if c is None else show.change(c) + ("*" if span in odd else "") for span, c in changes.items()),
        "?" if row.points_available is None else show.points(row.points_available),
        "?" if row.rank is None else str(row.rank),
        "?"
        if row.regressions is None
        else f"{row.regressions}" + (f" ({row.dismissed} dismissed)" if row.dismissed else ""),
        _read(row),
    ]


def _read(row: PortfolioRow) -> str:
    """Say of which day a row is; one that was never read has days from files."""
    if row.as_of is None:
        return "never"
    return f"{row.as_of}" if row.synced_at else f"imported {row.as_of}"


def _dated(row: PortfolioRow, odd: Mapping[int, tuple[dt.date, dt.date]]) -> str:
    since = ", ".join(f"{span} d since {days[0]}" for span, days in odd.items())
    return f"* {row.tenant.name}: changes up to {row.as_of}, {since}."
