"""Who does what by when: checked here, then kept with who planned it."""

import datetime as dt

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Connection

from surefoot.errors import InputRefused
from surefoot.model import Plan, Priority, Tenant
from surefoot.store import audit, plans
from surefoot.store.audit import Deed
from surefoot.sync.words import cleaned

LONGEST_OWNER = 200
LONGEST_TICKET = 500
LONGEST_LABEL = 50
MOST_LABELS = 20


class PlanChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be changed; what is left out stays, None takes away."""

    owner: str | UnsetType | None = UNSET
    due: dt.date | UnsetType | None = UNSET
    priority: Priority | UnsetType | None = UNSET
    labels: tuple[str, ...] | UnsetType = UNSET
    ticket: str | UnsetType | None = UNSET


def replan(
    conn: Connection, tenant: Tenant, control: str, change: PlanChange, *, by: str, now: dt.datetime
) -> Plan | None:
    """Change a control's plan, and give it as kept; None when there was none and nothing is asked for.

    Raises `InputRefused` for a due date that has passed, for texts that are too long and for tickets that are no
    address of the web.
    """
    held = plans.of(conn, tenant, control)
    before = held[-1] if held else None
    made = planned(before, control, change, by=by, now=now)
    if made is not None and made != before:
        keep_plan(conn, tenant, before, made, by=by, now=now)
    return made


def planned(before: Plan | None, control: str, change: PlanChange, *, by: str, now: dt.datetime) -> Plan | None:
    """Give the plan that a change leads to, the same one when it changes nothing; raises as `replan` does."""
    start = before or Plan(control=control, changed_at=now, changed_by=by)
    given = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not UNSET}
    wanted = _checked(msgspec.structs.replace(start, **given), start, now)
    return before if wanted == start else msgspec.structs.replace(wanted, changed_at=now, changed_by=by)


def keep_plan(conn: Connection, tenant: Tenant, before: Plan | None, made: Plan, *, by: str, now: dt.datetime) -> None:
    """Record a plan that was checked, with its entry in the audit trail."""
    plans.record(conn, tenant, made)
    deed = Deed(action="plan.changed", tenant=tenant.id, subject=made.control, before=before, after=made)
    audit.append(conn, deed, by=by, now=now)


def _checked(wanted: Plan, start: Plan, now: dt.datetime) -> Plan:
    if wanted.due != start.due and wanted.due is not None and wanted.due < now.date():
        message = f"The due date {wanted.due} has passed."
        raise InputRefused(message)
    return msgspec.structs.replace(
        wanted,
        owner=cleaned(wanted.owner, "The owner's name", LONGEST_OWNER),
        labels=_labels(wanted.labels),
        ticket=_ticket(wanted.ticket),
    )


def _labels(wanted: tuple[str, ...]) -> tuple[str, ...]:
    found = {cleaned(label, "A label", LONGEST_LABEL) for label in wanted}
    if len(found) > MOST_LABELS:
        message = f"{MOST_LABELS} labels are possible."
        raise InputRefused(message)
    if any("," in label for label in found if label):
        message = "A label holds no comma: commas part labels."
        raise InputRefused(message)
    return tuple(sorted(label for label in found if label))


def _ticket(wanted: str | None) -> str | None:
    kept = cleaned(wanted, "The ticket", LONGEST_TICKET)
    if kept and ":" in kept and not kept.lower().startswith(("https://", "http://")):
        message = "A ticket is a number, or an address that begins with https:// or http://."
        raise InputRefused(message)
    return kept
