"""The commands about the list of recommended actions: filtered, sorted, as a file; and what has no licence."""

import enum
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from surefoot.access.viewers import LOCAL, tenant_for
from surefoot.cli import show
from surefoot.cli.home import now, opened, somebody
from surefoot.cli.options import Data, Json, TenantName
from surefoot.cli.scores import impact_of, list_actions, status_of
from surefoot.errors import InputRefused
from surefoot.model import Difficulty
from surefoot.pages import actions as actions_page
from surefoot.pages import tables
from surefoot.pages import unlicensed as unlicensed_page
from surefoot.pages.actions import Actions, Due, Filter, Way
from surefoot.pages.columns import Column, columns_of, order_of
from surefoot.pages.outlets import camel, snake
from surefoot.scoring.actions import NewsKind
from surefoot.store import audit, database
from surefoot.store.audit import Deed

app = typer.Typer()

E = TypeVar("E", bound=enum.StrEnum)


@app.command()
def actions(
    tenant: TenantName = None,
    category: str | None = None,
    status: Annotated[str | None, typer.Option(help="toAddress, planned, inProgress, riskAccepted, ...")] = None,
    impact: Annotated[str | None, typer.Option(help="high, medium or low")] = None,
    difficulty: Annotated[str | None, typer.Option(help="easy, medium or complex")] = None,
    product: Annotated[str | None, typer.Option(help="By name, as Microsoft Entra ID.")] = None,
    owner: Annotated[str | None, typer.Option(help="By name; - is nobody.")] = None,
    due: Annotated[str | None, typer.Option(help="overdue, within7 or within30")] = None,
    microsoft: Annotated[str | None, typer.Option(help="waiting or conflict")] = None,
    recent: Annotated[NewsKind | None, typer.Option(help="What Microsoft did so to in the last 30 days.")] = None,
    text: Annotated[str | None, typer.Option(help="In name, id, product, owner, ticket or labels.")] = None,
    only_open: Annotated[bool, typer.Option("--open", help="Only what is open.")] = False,
    quick_wins: Annotated[bool, typer.Option("--quick-wins", help="Only quick wins.")] = False,
    regressed: Annotated[bool, typer.Option("--regressed", help="Only what has regressed.")] = False,
    sort: Annotated[str | None, typer.Option(help="A column, as points; -points puts the most first.")] = None,
    columns: Annotated[str | None, typer.Option(help="Of the file, apart by commas.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write a file instead: .xlsx or .csv.")] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """List the recommended actions, most worthwhile first or as --sort says.

    Example: surefoot actions contoso --open --owner anna --sort -points --out actions.xlsx
    """
    wanted = Filter(
        category=category,
        status=None if status is None else status_of(status),
        impact=None if impact is None else impact_of(impact),
        difficulty=_one(difficulty, "difficulty", Difficulty),
        product=product,
        owner=owner,
        due=_one(due, "due date", Due),
        today=now().date(),
        microsoft=_one(microsoft, "way with Microsoft", Way),
        recent=recent,
        text=text,
        only_open=only_open,
        quick_wins=quick_wins,
        regressed=regressed,
    )
    order, shown = order_of(sort), columns_of([columns] if columns else [])
    with opened(data) as home:
        with database.reading(home.engine) as conn:
            found = tenant_for(conn, LOCAL, tenant)
            page = actions_page.build(conn, found, ratings=home.ratings, wanted=wanted, order=order)
        if out is not None:
            body = _file(page, shown, out, sort)
            with home.writing() as conn:
                deed = Deed(action="export.made", tenant=found.id, subject=out.name, after={"rows": page.total})
                audit.append(conn, deed, by=somebody().name, now=now())
    if out is not None:
        _written(out, body, page)
    elif json:
        show.json(page)
    elif page.actions:
        list_actions(page.actions, ids=True)
        if page.points_lost:
            gain = "" if page.points is None else f", +{show.points(page.points)} to gain"
            show.wrapped(f"Together: lost {show.points(page.points_lost)} points since their best{gain}.")
    else:
        show.line("No action matches." if page.scored else "Nothing is known of this tenant yet: run `surefoot sync`.")


def _one(text: str | None, what: str, kind: type[E]) -> E | None:
    if text is None:
        return None
    folded = snake(text.replace("-", "_"))
    found = next((v for v in kind if folded.replace("_", "") == v.value.replace("_", "")), None)
    if found is None:
        message = f"{text!r} is no {what}; these are: {', '.join(camel(v.value) for v in kind)}."
        raise InputRefused(message)
    return found


def _file(page: Actions, columns: tuple[Column, ...], out: Path, sort: str | None) -> bytes:
    from surefoot.pages.columns import column_cells
    from surefoot.reports import sheets

    if out.suffix == ".csv":
        cells = column_cells(columns)
        return tables.write_cells([h for h, _ in cells], ([c.value(a) for _, c in cells] for a in page.actions))
    if out.suffix != ".xlsx":
        message = f"{out.name} ends neither in .xlsx nor in .csv: which of them is wanted?"
        raise InputRefused(message)
    told = (
        ("Tenant", f"{page.tenant.name} ({page.tenant.id})"),
        ("Day of the score", str(page.as_of or "none is stored yet")),
        ("Sorted by", sort or "impact, then difficulty, then points"),
        ("Rows", f"{page.total} of {page.scored} scored controls"),
    )
    about = sheets.About(title=f"Recommended actions of {page.tenant.name}", told=told, made_at=now())
    return sheets.of_actions(page, columns, about)


def _written(out: Path, body: bytes, page: Actions) -> None:
    try:
        out.write_bytes(body)
    except OSError as error:
        message = f"{out} cannot be written ({error.strerror})."
        raise InputRefused(message) from error
    show.line(f"{page.tenant.name}: {show.counted(page.total, 'action')} in {out}.")


@app.command()
def unlicensed(tenant: TenantName = None, json: Json = False, data: Data = None) -> None:
    """List what Microsoft lists for a tenant and its score has not: not applicable or not licensed.

    Example: surefoot unlicensed contoso
    """
    with opened(data) as home, database.reading(home.engine) as conn:
        page = unlicensed_page.build(conn, tenant_for(conn, LOCAL, tenant), ratings=home.ratings)
    if json:
        show.json(page)
        return
    rows = [
        [
            f"{c.name} ({c.control})",
            c.category,
            c.product or "",
            "?" if c.max_points is None else show.points(c.max_points),
        ]
        for c in page.controls
    ]
    if rows:
        show.table(["Recommended action", "Category", "Product", "Worth"], rows, numbers=frozenset({3}))
    show.line(f"{show.counted(page.total, 'control')} without a score: they count in no sum.")
