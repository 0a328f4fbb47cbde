"""The commands that decide about many actions at once."""

from typing import Annotated

import typer
from msgspec import UNSET

from surefoot.access.viewers import LOCAL
from surefoot.cli import many, show
from surefoot.cli.home import opened
from surefoot.cli.options import Data, Json, day
from surefoot.cli.scores import impact_of, status_of
from surefoot.errors import InputRefused
from surefoot.model import DECIDABLE, Grounds, Status
from surefoot.pages import bulks
from surefoot.pages.actions import Filter
from surefoot.pages.outlets import snake
from surefoot.pages.selection import Where, select
from surefoot.store import database
from surefoot.sync.bulk import Change, Item

app = typer.Typer(help="Decide about many actions at once; undo it by its number.", no_args_is_help=True)

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")]


@app.command("set")
def set_many(
    tenant: Annotated[list[str] | None, typer.Option(help="A name or id; it may be given several times.")] = None,
    all_tenants: Annotated[bool, typer.Option("--all-tenants", help="In every tenant.")] = False,
    label: Annotated[str | None, typer.Option(help="In the tenants with this label.")] = None,
    control: Annotated[list[str] | None, typer.Option(help="Only this action; several times for several.")] = None,
    where_status: Annotated[str | None, typer.Option(help="Only actions with this status.")] = None,
    category: Annotated[str | None, typer.Option(help="Only actions of this category.")] = None,
    impact: Annotated[str | None, typer.Option(help="Only actions with this impact: high, medium or low.")] = None,
    text: Annotated[str | None, typer.Option(help="Only actions with this in name, id, product or plan.")] = None,
    status: Annotated[str | None, typer.Option(help="What to decide: planned, riskAccepted ...")] = None,
    comment: str | None = None,
    evidence: Annotated[str | None, typer.Option(help="What resolves it elsewhere: a text or a link.")] = None,
    review_on: Annotated[str | None, typer.Option(help="Until when a risk is accepted, as 2026-12-31.")] = None,
    grounds: Annotated[str | None, typer.Option(help="Of an acceptance: risk or notApplicable.")] = None,
    owner: Annotated[str | None, typer.Option(help='Who does it; "" takes the owner away.')] = None,
    due: Annotated[str | None, typer.Option(help='By when, as 2026-12-31; "" takes the date away.')] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """Set status, owner or due date of many actions: of a tenant's, or of the same action in many tenants.

    Example: surefoot bulk set --tenant contoso --where-status toAddress --impact high --status planned --due 2027-03-31

    Example: surefoot bulk set --all-tenants --control BlockLegacyAuthentication --status inProgress --dry-run
    """
    if not (tenant or all_tenants or label):
        message = "Say in which tenants: --tenant, --label or --all-tenants."
        raise InputRefused(message)
    if tenant and all_tenants:
        message = "Either --tenant or --all-tenants."
        raise InputRefused(message)
    if status is None and owner is None and due is None:
        message = "Say what is to be set: --status, --owner or --due."
        raise InputRefused(message)
    wanted = Change(
        status=None if status is None else status_of(status, [s for s in Status if s in DECIDABLE]),
        comment=comment,
        evidence=evidence,
        review_on=day(review_on),
        grounds=None if grounds is None else _grounds(grounds),
        owner=UNSET if owner is None else owner or None,
        due=UNSET if due is None else day(due or None),
    )
    where = Where(
        tenants=tuple(tenant) if tenant else None,
        label=label,
        controls=tuple(control) if control else None,
        filter=Filter(
            category=category,
            status=None if where_status is None else status_of(where_status),
            impact=None if impact is None else impact_of(impact),
            text=text,
        ),
    )
    with opened(data) as home:
        with database.reading(home.engine) as conn:
            found = select(conn, where, LOCAL.tenants, ratings=home.ratings)
        items = [Item(tenant=held, control=action, change=wanted) for held, action in found]
        many.change(home, items, dry=dry_run, yes=yes, json=json)


def _grounds(text: str) -> Grounds:
    try:
        return Grounds(snake(text.replace("-", "_")))
    except ValueError:
        message = f"{text!r} are no grounds; these are: risk, notApplicable."
        raise InputRefused(message) from None


@app.command()
def undo(
    key: Annotated[int, typer.Argument(metavar="N", help="Its number, as `surefoot bulk list` shows it.")],
    json: Json = False,
    data: Data = None,
) -> None:
    """Put back what was done to many, where nobody has changed it since. It can be done once.

    Example: surefoot bulk undo 3
    """
    with opened(data) as home:
        many.undo(home, key, json=json)


@app.command("list")
def list_bulks(json: Json = False, data: Data = None) -> None:
    """List what was done to many at once, newest first.

    Example: surefoot bulk list
    """
    with opened(data) as home, database.reading(home.engine) as conn:
        page = bulks.build(conn, LOCAL.tenants)
    if json:
        show.json(page)
        return
    if not page.total:
        show.line("Nothing was done to many at once yet: surefoot bulk set.")
        return
    rows = [
        [
            str(b.key),
            show.when(b.made_at),
            b.made_by,
            ", ".join(f"{count} {outcome}" for outcome, count in sorted(b.outcomes.items())),
            show.counted(b.tenants, "tenant"),
            f"{show.when(b.undone_at)} by {b.undone_by}" if b.undone_at else "",
        ]
        for b in page.bulks
    ]
    show.table(["Number", "When", "By", "What", "In", "Undone"], rows)
