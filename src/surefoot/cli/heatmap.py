"""The command that shows controls by tenants."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from surefoot.access.viewers import LOCAL
from surefoot.cli import show
from surefoot.cli.home import now, opened, somebody
from surefoot.cli.options import Data, Json
from surefoot.errors import InputRefused
from surefoot.model import Difficulty, Status
from surefoot.pages import heatmap as heatmap_page
from surefoot.pages import tables
from surefoot.pages.heatmap import CONTROLS, MOST, TENANTS, HeatCell, HeatControl, Heatmap, HeatRow, Wanted
from surefoot.scoring.heatmap import State
from surefoot.store import audit, database
from surefoot.store.audit import Deed
from surefoot.store.heatmap import Among

app = typer.Typer()

MARKS = {
    State.COMPLETED: "#",
    State.PARTIAL: "+",
    State.OPEN: "-",
    State.RISK_ACCEPTED: "a",
    State.RESOLVED_ELSEWHERE: "r",
    State.NOT_SCORED: ".",
    State.NOT_KNOWN: "?",
}
PLANNED = "p"
"""Open, and planned or in progress."""
LEGEND = (
    "# completed, + some points, - no points, p planned or in progress, a risk accepted, "
    "r resolved elsewhere, . not licensed or not scored, ? not known"
)
DIFFICULTIES = {Difficulty.EASY: "Easy", Difficulty.MEDIUM: "Medium", Difficulty.COMPLEX: "Complex"}


@app.command()
def heatmap(
    label: Annotated[str | None, typer.Option(help="Only tenants with this label.")] = None,
    tenants: Annotated[str | None, typer.Option(help="Only tenants with this in the name or the id.")] = None,
    text: Annotated[str | None, typer.Option(help="Only controls with this in the title or the id.")] = None,
    category: Annotated[str | None, typer.Option(help="Only controls of this category.")] = None,
    product: Annotated[str | None, typer.Option(help="Only controls of this product.")] = None,
    only_open: Annotated[bool, typer.Option("--open", help="Only controls that are open somewhere.")] = False,
    control: Annotated[str | None, typer.Option(help="Only this control, by its id.")] = None,
    page: Annotated[int, typer.Option(min=1, help="Which page of controls.")] = 1,
    limit: Annotated[int | None, typer.Option(min=1, max=MOST, help="Controls on a page: 40, in a file all.")] = None,
    tenant_page: Annotated[int, typer.Option(min=1, help="Which page of tenants.")] = 1,
    tenant_limit: Annotated[
        int | None, typer.Option(min=1, max=MOST, help="Tenants on a page: 60, in a file all.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write a file instead: .xlsx or .csv.")] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Show controls by tenants: who has what, points left over all, what is best done next for everybody.

    Example: surefoot heatmap --label gold --category identity --open --out heatmap.xlsx
    """  # fmt: skip
    wanted = Wanted(
        among=Among(visible=LOCAL.tenants, label=label, text=tenants),
        text=text,
        category=category,
        product=product,
        open_only=only_open,
        control=control,
        page=page,
        limit=limit or (MOST if out else CONTROLS),
        tenant_page=tenant_page,
        tenant_limit=tenant_limit or (MOST if out else TENANTS),
    )
    with opened(data) as home:
        with database.reading(home.engine) as conn:
            found = heatmap_page.build(conn, wanted, ratings=home.ratings)
        if out is not None:
            body = _file(found, out)
            with home.writing() as conn:
                deed = Deed(action="export.made", subject=out.name, after={"rows": len(found.controls)})
                audit.append(conn, deed, by=somebody().name, now=now())
    if out is not None:
        _written(out, body, found)
    else:
        show.json(found) if json else _heatmap(found, wanted.among)


def _file(page: Heatmap, out: Path) -> bytes:
    from surefoot.reports import sheets

    if out.suffix == ".csv":
        return tables.write(heatmap_page.rows(page), HeatRow)
    if out.suffix != ".xlsx":
        message = f"{out.name} ends neither in .xlsx nor in .csv: which of them is wanted?"
        raise InputRefused(message)
    about = sheets.About(title="Control by tenant", told=heatmap_page.told(page), made_at=now())
    return sheets.of_heatmap(page, about)


def _written(out: Path, body: bytes, page: Heatmap) -> None:
    try:
        out.write_bytes(body)
    except OSError as error:
        message = f"{out} cannot be written ({error.strerror})."
        raise InputRefused(message) from error
    controls, tenants = show.counted(len(page.controls), "control"), show.counted(len(page.tenants), "tenant")
    show.line(f"{controls} by {tenants} in {out}.")


def _heatmap(page: Heatmap, among: Among) -> None:
    if not page.controls:
        show.wrapped(_nothing(page))
        return
    _best(page, among)
    show.wrapped(_coverage(page))
    show.line()
    heads = ["Control", "Left", "Open in", "Tenants"]
    show.table(heads, [_row(c, page.scored) for c in page.controls], numbers=frozenset({1, 2}))
    show.line()
    show.wrapped(LEGEND)
    show.wrapped("Tenants, from left to right: " + ", ".join(t.tenant.name for t in page.tenants))
    for column in page.tenants:
        if column.problem:
            show.wrapped(f"! {column.tenant.name}, {_dated(column.as_of)}: {column.problem}")
    if page.page < page.pages:
        show.line(f"More controls: --page {page.page + 1} of {page.pages}")
    if page.tenant_page < page.tenant_pages:
        show.line(f"More tenants: --tenant-page {page.tenant_page + 1} of {page.tenant_pages}")


def _nothing(page: Heatmap) -> str:
    if not page.total:
        return "There is no such tenant: `surefoot tenant list` names those that there are."
    if not page.scored:
        return f"{show.counted(page.total, 'tenant')}, none with a score: `surefoot doctor` says why."
    return f"None of {page.all_controls} controls matches."


def _best(page: Heatmap, among: Among) -> None:
    found = page.best
    if found is None:
        return
    hard = DIFFICULTIES[found.difficulty] if found.difficulty else "not rated"
    where = f"still to address in {found.tenants} of {page.scored} tenants"
    show.wrapped(
        f"Next best for everybody: {found.name} ({hard}), {where}, {show.points(found.points)} points together."
    )
    if among.text is None:
        who = f"--label {shlex.quote(among.label)}" if among.label else "--all-tenants"
        how = "--where-status toAddress --status planned"
        show.wrapped(f"surefoot bulk set {who} --control {shlex.quote(found.id)} {how}", indent=2)


def _coverage(page: Heatmap) -> str:
    said = f"{show.counted(page.total, 'tenant')}, {page.scored} with a score"
    if page.newest:
        said += f", {page.on_newest} read on {page.newest}"
    return f"{said}; {page.problems} need attention." if page.problems else f"{said}."


def _row(control: HeatControl, scored: int) -> list[str]:
    left = show.points(control.points_left) + ("+?" if control.unknown and control.points_left is not None else "")
    return [control.name, left, f"{control.open} of {scored}", _strip(control.cells)]


def _strip(cells: Sequence[HeatCell]) -> str:
    return "".join(PLANNED if c.status in {Status.PLANNED, Status.IN_PROGRESS} else MARKS[c.state] for c in cells)


def _dated(day: object) -> str:
    return f"as of {day}" if day else "never read"
