"""The commands about baselines."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from surefoot.access.viewers import LOCAL, tenant_for, visible_to
from surefoot.cli import show
from surefoot.cli.home import Home, now, opened, somebody
from surefoot.cli.options import Data, Json
from surefoot.errors import InputRefused
from surefoot.model import Tenant
from surefoot.pages import baseline_files
from surefoot.pages import baselines as pages
from surefoot.pages.baselines import BaselinePage, DriftPage
from surefoot.scoring.baselines import Drift, Rule
from surefoot.store import baselines, database, labels
from surefoot.sync import baselines as sync
from surefoot.sync import bulk
from surefoot.sync.baselines import Applied
from surefoot.sync.bulk import Item, Outcome

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer(help="Keep sets of decisions that tenants are to have, and see who drifts.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The baseline's name, without regard to case.")]
Named = Annotated[list[str] | None, typer.Argument(metavar="TENANT...", help="Names or ids.")]
All = Annotated[bool, typer.Option("--all", help="All tenants.")]
Label = Annotated[str | None, typer.Option(help="The tenants with this label.")]
Only = Annotated[str | None, typer.Option("--tenant", help="A name or id; every tenant that has it when left out.")]

WORDS = {Drift.MISSING: "not scored", Drift.DIFFERS: "differs", Drift.LATE: "late", Drift.DUE: "due"}


@app.command("list")
def list_baselines(json: Json = False, data: Data = None) -> None:
    """List the baselines: rules, tenants, and how many of them drift.

    Example: surefoot baseline list
    """
    with opened(data) as home, database.reading(home.engine) as conn:
        page = pages.build(conn, LOCAL.tenants, ratings=home.ratings, today=now().date())
    if json:
        show.json(page)
        return
    if not page.total:
        show.line("No baseline yet: surefoot baseline set NAME --file baseline.json.")
        return
    rows = [[b.name, str(b.rules), str(b.tenants), str(b.drifting), show.when(b.changed_at)] for b in page.baselines]
    show.table(["Baseline", "Rules", "Tenants", "Drifting", "Changed"], rows, numbers=frozenset({1, 2, 3}))


@app.command("show")
def show_baseline(name: Name, json: Json = False, data: Data = None) -> None:
    """Show a baseline's rules, and which tenants have it.

    Example: surefoot baseline show Standard --json > standard.json
    """
    with opened(data) as home, database.reading(home.engine) as conn:
        page = pages.one(conn, name, LOCAL.tenants, ratings=home.ratings)
    if json:
        show.json(page)
        return
    show.wrapped(f"{page.name}, of {show.when(page.changed_at)} by {page.changed_by}")
    if page.description:
        show.wrapped(page.description)
    show.wrapped(f"Tenants: {', '.join(t.name for t in page.tenants) or 'none'}")
    for rule in page.rules:
        show.line()
        show.wrapped(f"{page.names[rule.control]} ({rule.control})")
        show.wrapped(_said(rule), indent=2)
    _unknown(page)


def _said(rule: Rule) -> str:
    told = (
        show.STATUSES[rule.expected] + (", also through something else" if rule.elsewhere else ""),
        f"by {rule.due}" if rule.due else None,
        rule.owner,
        f"for {rule.review_days} days" if rule.review_days else None,
        "not applicable" if rule.grounds == "not_applicable" else None,
        rule.comment,
        rule.evidence,
    )
    return "; ".join(part for part in told if part)


def _unknown(page: BaselinePage) -> None:
    if page.unknown:
        show.wrapped(f"! No tenant ever had {', '.join(page.unknown)}: perhaps misspelled.")


@app.command("set")
def set_baseline(
    name: Name,
    file: Annotated[Path, typer.Option(help="A file in JSON, as `show --json` prints it; - is standard input.")],
    json: Json = False,
    data: Data = None,
) -> None:
    """Set a baseline's rules from a file. The versions before stay.

    Example: surefoot baseline set Standard --file standard.json
    """
    body = baseline_files.read(_read(file))
    rules = baseline_files.rules_of(body)
    with opened(data) as home, home.writing() as conn:
        kept = sync.put(conn, name, body.description, rules, by=somebody().name, now=now())
        page = pages.one(conn, kept.name, LOCAL.tenants, ratings=home.ratings)
    _kept(page, json=json)


def _read(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        message = f"The file {file} cannot be read: {error.strerror}."
        raise InputRefused(message) from error


def _kept(page: BaselinePage, *, json: bool) -> None:
    if json:
        show.json(page)
        return
    show.wrapped(f"{page.name}: {show.counted(len(page.rules), 'rule')}, {show.counted(len(page.tenants), 'tenant')}.")
    _unknown(page)


@app.command("from")
def from_tenant(
    tenant: Annotated[str, typer.Argument(help="A name or id.")], name: Name, json: Json = False, data: Data = None
) -> None:
    """Set a baseline's rules to what is decided about a tenant now.

    Example: surefoot baseline from contoso Standard
    """
    with opened(data) as home, home.writing() as conn:
        found = tenant_for(conn, LOCAL, tenant)
        rules = sync.rules_of(conn, found, ratings=home.ratings)
        if not rules:
            message = f"Nothing is decided about {found.name} yet: there is nothing to make rules of."
            raise InputRefused(message)
        kept = sync.put(conn, name, f"As {found.name} on {now().date()}", rules, by=somebody().name, now=now())
        page = pages.one(conn, kept.name, LOCAL.tenants, ratings=home.ratings)
    _kept(page, json=json)


@app.command("remove")
def remove_baseline(name: Name, data: Data = None) -> None:
    """Remove a baseline, also from its tenants. Decisions stay, and its versions in its history.

    Example: surefoot baseline remove Standard
    """
    with opened(data) as home, home.writing() as conn:
        sync.remove(conn, name, by=somebody().name, now=now())
    show.line(f"{name}: the baseline is gone.")


@app.command()
def history(name: Name, json: Json = False, data: Data = None) -> None:
    """List a baseline's versions, newest first, with what each changed.

    Example: surefoot baseline history Standard
    """
    with opened(data) as home, database.reading(home.engine) as conn:
        page = pages.history(conn, name, LOCAL.tenants)
    if json:
        show.json(page)
        return
    for version in page.versions:
        rules = show.counted(version.rules, "rule") if version.rules else "removed"
        show.wrapped(f"{show.when(version.changed_at)}, {version.changed_by}: {rules}")
        for what, controls in (("added", version.added), ("changed", version.changed), ("gone", version.removed)):
            if controls and version.rules:
                show.wrapped(f"{what}: {', '.join(controls)}", indent=2)


@app.command()
def assign(name: Name, named: Named = None, every: All = False, label: Label = None, data: Data = None) -> None:
    """Say which tenants are to be as a baseline says. Nothing is decided yet: see `drift` and `apply`.

    Example: surefoot baseline assign Standard --label gold
    """
    with opened(data) as home, home.writing() as conn:
        fresh = sync.assign(conn, _meant(conn, named, label, every=every), name, by=somebody().name, now=now())
    show.wrapped(f"{name}: assigned to {show.counted(len(fresh), 'more tenant')}.")


@app.command()
def unassign(name: Name, named: Named = None, every: All = False, label: Label = None, data: Data = None) -> None:
    """Say which tenants are no longer to be as a baseline says. Their decisions stay.

    Example: surefoot baseline unassign Standard contoso
    """
    with opened(data) as home, home.writing() as conn:
        gone = sync.unassign(conn, _meant(conn, named, label, every=every), name, by=somebody().name, now=now())
    show.wrapped(f"{name}: no longer assigned to {show.counted(len(gone), 'tenant')}.")


def _meant(conn: "Connection", named: list[str] | None, label: str | None, *, every: bool) -> list[Tenant]:
    if sum((bool(named), label is not None, every)) != 1:
        message = "Name tenants, or give --label or --all."
        raise InputRefused(message)
    if named:
        return [tenant_for(conn, LOCAL, text) for text in named]
    visible = visible_to(conn, LOCAL)
    if label is None:
        return visible
    held = labels.of(conn, visible)
    found = [t for t in visible if label in held.get(t.key, ())]
    if not found:
        message = f"No tenant has the label {label!r}."
        raise InputRefused(message)
    return found


@app.command()
def drift(
    name: Name,
    tenant: Only = None,
    check: Annotated[bool, typer.Option("--check", help="End with 1 when a tenant drifts.")] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """Show what tenants lack of a baseline: what differs, is late, or is still due.

    Example: surefoot baseline drift Standard --check
    """
    with opened(data) as home, database.reading(home.engine) as conn:
        found = baselines.find(conn, name)
        wanted = (
            [tenant_for(conn, LOCAL, tenant)]
            if tenant
            else sync.chosen(conn, found.name, visible_to(conn, LOCAL), None)
        )
        page = pages.drifts(conn, found, wanted, LOCAL.tenants, ratings=home.ratings, today=now().date())
    show.json(page) if json else _drift(page)
    if check and page.drifting:
        raise typer.Exit(1)


def _drift(page: DriftPage) -> None:
    if not page.tenants:
        show.wrapped(f"{page.name} is assigned to no tenant: surefoot baseline assign {page.name!r} TENANT.")
        return
    rows = [[t.tenant.name, *map(str, (t.fulfilled, t.open, t.differs, t.late, t.not_scored))] for t in page.tenants]
    heads = ["Tenant", "As it says", "Due later", "Differs", "Late", "Not scored"]
    show.table(heads, rows, numbers=frozenset({1, 2, 3, 4, 5}))
    for row in page.rows:
        if row.drift is Drift.MISSING:
            continue
        status = show.STATUSES[row.status] if row.status else "not scored"
        by = f" by {row.due}" if row.due else ""
        wanted = f"{status.lower()} instead of {show.STATUSES[row.expected].lower()}{by}"
        show.wrapped(f"{row.tenant.name}: {WORDS[row.drift]}: {row.name} ({row.control}): {wanted}")
    show.line(f"{page.drifting} of {show.counted(len(page.tenants), 'tenant')} drift.")


@app.command("apply")
def apply_baseline(
    name: Name,
    tenant: Only = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """Decide what a baseline says, wherever its tenants drift and somebody can decide it.

    Example: surefoot baseline apply Standard --tenant contoso --dry-run
    """
    with opened(data) as home:
        found, items = _items(home, name, tenant)
        results = bulk.preview(home.engine, items, by=somebody().name, role=LOCAL.role, ratings=home.ratings, now=now())
        planned = sync.applied(found, results, bulk=None)
        if not json:
            _planned(planned, items)
        if dry_run or not planned.changed + planned.asked:
            show.json(planned) if json else None
            return
        if not yes:
            typer.confirm(f"Carry out {show.counted(planned.changed + planned.asked, 'change')}?", abort=True, err=True)
        done = bulk.carry_out(
            home.engine, items, by=somebody(), role=LOCAL.role, ratings=home.ratings, clock=now
        )  # fmt: skip
    made = sync.applied(found, done.results, bulk=done.key)
    if json:
        show.json(made)
        return
    _counts(made, "")
    show.line(f"Undo with `surefoot bulk undo {done.key}`.")


def _items(home: Home, name: str, tenant: str | None) -> tuple[str, list[Item]]:
    with database.reading(home.engine) as conn:
        found = baselines.find(conn, name)
        named = [tenant_for(conn, LOCAL, tenant)] if tenant else None
        wanted = sync.chosen(conn, found.name, visible_to(conn, LOCAL), named)
        return found.name, sync.items_of(conn, found, wanted, ratings=home.ratings, today=now().date())


def _planned(planned: Applied, items: list[Item]) -> None:
    changes = {(i.tenant.id, i.control.casefold()): i.change for i in items}
    for result in planned.results:
        change = changes[result.tenant.id, result.control.casefold()]
        then = show.STATUSES[change.status].lower() if change.status else "owner or due date"
        what = f"{show.STATUSES[result.before].lower()} -> {then}" if result.before else then
        if result.outcome in {Outcome.ASKED, Outcome.REFUSED}:
            what += f", {result.outcome.value}"
        why = f": {result.message}" if result.message else ""
        if result.outcome is not Outcome.UNCHANGED:
            show.wrapped(f"{result.tenant.name}: {result.name} ({result.control}): {what}{why}")
    _counts(planned, "would be ")


def _counts(made: Applied, would: str) -> None:
    told = f"{made.changed} {would}changed, {made.unchanged} unchanged, {made.asked} asked, {made.refused} refused"
    show.line(f"{made.name}: {told}.")
