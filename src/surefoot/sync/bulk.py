"""Many actions at once: weighed, carried out a tenant at a time, and undone once."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

import msgspec
from sqlalchemy import Connection, Engine

from surefoot.errors import InputRefused, NotFound, NotPermitted
from surefoot.model import Actor, Role, Tenant
from surefoot.scoring.ratings import Ratings
from surefoot.store import audit, bulks, database, decisions, plans, tenants
from surefoot.store.audit import Deed
from surefoot.store.bulks import BulkItem, Held
from surefoot.sync.acceptances import ask
from surefoot.sync.decisions import keep
from surefoot.sync.derived import summarise
from surefoot.sync.desk import Desk, desk_of
from surefoot.sync.plans import PlanChange, keep_plan
from surefoot.sync.undoing import put_back
from surefoot.sync.weighing import Change, Item, Outcome, Past, Result, Weighed, Who, result_of, weigh

__all__ = [
    "BulkAnswer", "Change", "Done", "Item", "Outcome", "Past", "Result", "answer_of", "carry_out", "preview", "undo",
]  # fmt: skip

WRITTEN = frozenset({Outcome.CHANGED, Outcome.ASKED})

Told = Callable[[Result], None]
"""Hears of each result as it comes; what is told of a tenant holds once all of that tenant is done."""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What was done."""

    key: int
    """The number to undo it by."""
    results: tuple[Result, ...]


class Outcomes(msgspec.Struct, frozen=True, kw_only=True):
    """How many items end how."""

    changed: int
    unchanged: int
    asked: int
    refused: int


class BulkAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to many actions, or would be."""

    key: int | None
    """The number to undo it by; None: nothing was written."""
    outcomes: Outcomes
    results: tuple[Result, ...]


def answer_of(results: Sequence[Result], key: int | None = None) -> BulkAnswer:
    """Count results."""
    counts = {o.value: sum(r.outcome is o for r in results) for o in Outcome}
    return BulkAnswer(key=key, outcomes=Outcomes(**counts), results=tuple(results))


def _quiet(_result: Result) -> None:
    """Tell nobody."""


def preview(
    engine: Engine, items: Sequence[Item], *, by: str, role: Role, ratings: Ratings, now: dt.datetime
) -> tuple[Result, ...]:
    """Say what `carry_out` would do; nothing is written."""
    _may(role)
    who = Who(name=by, role=role, now=now)
    with database.reading(engine) as conn:
        groups = list(_by_tenant(items))
        return tuple(w.result for tenant, mine in groups for w in _weigh_all(conn, tenant, mine, ratings, who)[1])


def carry_out(
    engine: Engine,
    items: Sequence[Item],
    *,
    by: Actor,
    role: Role,
    ratings: Ratings,
    clock: Callable[[], dt.datetime],
    told: Told = _quiet,
    key: int | None = None,
) -> Done:
    """Change many actions, each tenant in one transaction: whenever it ends, a tenant is all done or not at all.

    What is refused is a result and harms no other item. With `key` it goes on with a deed that the same person began
    with the same change; a tenant that has its part already is passed over. `InputRefused` when there are no items, or
    no such deed goes on.
    """
    _may(role)
    if not items:
        message = "Nothing is selected."
        raise InputRefused(message)
    results, change, onward = list[Result](), _common(items), key is not None
    had = _begun(engine, key, change, by.name) if key is not None else frozenset[int]()
    for tenant, mine in _by_tenant(items):
        if tenant.key in had:
            continue
        with database.writing(engine, by=by) as conn:
            if onward and key is not None and bulks.items(conn, tenant, key):
                continue  # the same part was sent twice, and the other was quicker
            who = Who(name=by.name, role=role, now=clock())
            key = key or bulks.begin(conn, change, by=by.name, now=who.now)
            results += _carry_out(conn, key, (tenant, mine), ratings, who, told)
    return Done(key=key or 0, results=tuple(results))


def _begun(engine: Engine, key: int, change: str, by: str) -> frozenset[int]:
    """Give the keys of the tenants that have their part of a deed already."""
    with database.reading(engine) as conn:
        made = bulks.one(conn, key, None)
        if made is None or made.made_by != by or made.change != change or made.undone_at is not None:
            message = f"There is no deed {key} of yours to go on with."
            raise InputRefused(message)
        return bulks.touched(conn, key, None)


def undo(
    engine: Engine,
    key: int,
    visible: frozenset[str] | None,
    *,
    by: Actor,
    role: Role,
    ratings: Ratings,
    clock: Callable[[], dt.datetime],
    told: Told = _quiet,
) -> tuple[Result, ...]:
    """Put the visible items of a deed back as they were, by new decisions, each where nobody has changed it since.

    `NotFound` when no visible tenant was touched by such a deed, `InputRefused` when nothing is left to undo.
    """
    _may(role)
    with database.reading(engine) as conn:
        left = _left(conn, key, visible)
    results: list[Result] = []
    for tenant in left:
        with database.writing(engine, by=by) as conn:
            results += _undo(conn, key, tenant, ratings, Who(name=by.name, role=role, now=clock()), told)
    return tuple(results)


def _may(role: Role) -> None:
    if not role.may(Role.EDITOR):
        message = f"Deciding needs the role editor, and yours is {role.value}."
        raise NotPermitted(message)


def _by_tenant(items: Sequence[Item]) -> Iterator[tuple[Tenant, list[Item]]]:
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(item.tenant.id, []).append(item)
    for mine in groups.values():
        yield mine[0].tenant, mine


def _common(items: Sequence[Item]) -> str:
    """Write down what all items have in common: their change, or nothing."""
    first = items[0].change
    shared = first if all(i.change == first for i in items) else None
    return msgspec.json.encode(shared).decode()


def _held(conn: Connection, tenant: Tenant) -> dict[str, Held]:
    decided, planned = decisions.newest(conn, tenant), plans.newest(conn, tenant)
    return {folded: Held(decision=decided.get(folded), plan=planned.get(folded)) for folded in {**decided, **planned}}


def _weigh_all(
    conn: Connection, tenant: Tenant, items: Sequence[Item], ratings: Ratings, who: Who
) -> tuple[Desk, list[Weighed], dict[str, Held]]:
    desk, held = desk_of(conn, tenant, ratings), _held(conn, tenant)
    found, seen = [], set[str]()
    for item in items:
        folded = item.control.casefold()
        if folded in seen:
            twice = result_of(desk, item.control, Outcome.REFUSED, f"{item.control} is in the list twice.")
            found.append(Weighed(result=twice))
            continue
        seen.add(folded)
        found.append(weigh(desk, held.get(folded, Held()), item, who))
    return desk, found, held


def _carry_out(
    conn: Connection, key: int, group: tuple[Tenant, list[Item]], ratings: Ratings, who: Who, told: Told
) -> list[Result]:
    """Write all of a tenant's items."""
    tenant, items = group
    desk, weighed, before = _weigh_all(conn, tenant, items, ratings, who)
    requests: dict[str, int] = {}
    for one in weighed:
        asked = _write(conn, desk, before, one, who)
        if asked is not None:
            requests[one.result.control.casefold()] = asked
        told(one.result)
    results = [w.result for w in weighed]
    if tenants.by_id(conn, tenant.id) is None:  # removed since it was selected: all of it was refused
        return results
    if any(w.decision for w in weighed):
        summarise(conn, tenant, ratings)
    after = _held(conn, tenant)
    kept = {r.control.casefold(): _item(r, before, after, requests) for r in reversed(results)}
    bulks.add(conn, tenant, key, list(kept.values()))
    _note(conn, "bulk.made", key, tenant, results, who)
    return results


def _write(conn: Connection, desk: Desk, before: dict[str, Held], one: Weighed, who: Who) -> int | None:
    """Write what was weighed; give the number of the request where it is asked for."""
    control = one.result.control
    if one.plan:
        earlier = before.get(control.casefold(), Held()).plan
        keep_plan(conn, desk.tenant, earlier, one.plan, by=who.name, now=who.now)
    if one.decision is None:
        return None
    if one.result.outcome is Outcome.ASKED:
        return ask(conn, desk, one.decision).key
    profile = desk.standing(control).profile
    keep(conn, desk.tenant, one.decision, plan=PlanChange(), profile=profile, now=who.now)
    return None


def _item(result: Result, before: dict[str, Held], after: dict[str, Held], requests: dict[str, int]) -> BulkItem:
    folded = result.control.casefold()
    written = result.outcome in WRITTEN
    now = msgspec.structs.replace(after.get(folded, Held()), request=requests.get(folded))
    return BulkItem(
        control=result.control,
        outcome=result.outcome.value,
        message=result.message,
        before=before.get(folded, Held()) if written else None,
        after=now if written else None,
    )


def _left(conn: Connection, key: int, visible: frozenset[str] | None) -> list[Tenant]:
    """List the tenants in which something can be undone."""
    made = bulks.one(conn, key, visible)
    if made is None:
        message = f"Nothing was done to many at once under the number {key}."
        raise NotFound(message)
    ids = bulks.left(conn, key, visible)
    if not ids:
        changed = sum(made.outcomes.get(o.value, 0) for o in WRITTEN)
        by = f" by {made.undone_by}" if made.undone_by else ""
        message = f"It was undone already{by}." if changed else "It changed nothing: there is nothing to undo."
        raise InputRefused(message)
    return [t for t in tenants.all_of(conn, visible) if t.id in ids]


def _undo(conn: Connection, key: int, tenant: Tenant, ratings: Ratings, who: Who, told: Told) -> list[Result]:
    """Put all of a tenant's items back."""
    left = [i for i in bulks.items(conn, tenant, key) if i.after is not None and i.undo is None]
    desk, held = desk_of(conn, tenant, ratings), _held(conn, tenant)
    results = []
    for item in left:
        now = held.get(item.control.casefold(), Held())
        result = put_back(conn, desk, now, item, who, why=f"undo of bulk {key}")
        results.append(result)
        told(result)
    if left:
        summarise(conn, tenant, ratings)
        said = {r.control: r.outcome.value + (f": {r.message}" if r.message else "") for r in results}
        bulks.mark(conn, tenant, key, said)
        bulks.end(conn, key, [tenant], by=who.name, now=who.now)
        _note(conn, "bulk.undone", key, tenant, results, who)
    return results


def _note(conn: Connection, action: str, key: int, tenant: Tenant, results: Sequence[Result], who: Who) -> None:
    deed = Deed(action=action, tenant=tenant.id, subject=str(key), after=answer_of(results).outcomes)
    audit.append(conn, deed, by=who.name, now=who.now)
