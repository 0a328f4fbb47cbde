"""What people decided about actions, every decision kept."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Row, bindparam, insert, select

from surefoot.model import Decision, Grounds, Side, Status, Tenant
from surefoot.store.memory import remembered
from surefoot.store.schema import control, decision, work
from surefoot.store.shared import control_keys


def record(conn: Connection, tenant: Tenant, made: Decision) -> None:
    """Keep a decision; the newest by time is in force, of the same time the last recorded."""
    key = control_keys(conn, [made.control])[made.control.casefold()]
    conn.execute(
        insert(decision),
        {
            "tenant": tenant.key,
            "control": key,
            "status": made.status.value,
            "decided_at": made.decided_at,
            "decided_by": made.decided_by,
            "comment": made.comment,
            "owner": made.owner,
            "due": made.due,
            "review_on": made.review_on,
            "evidence": made.evidence,
            "grounds": made.grounds.value if made.grounds else None,
            "approved_by": made.approved_by,
            "decided_in": None if made.decided_in is Side.SUREFOOT else made.decided_in.value,
        },
    )


_EVERY = (
    select(decision, control.c.id, control.c.folded)
    .join(control, control.c.key == decision.c.control)
    .order_by(decision.c.decided_at, decision.c.key)
)
_ALL = _EVERY.where(decision.c.tenant == bindparam("tenant"))
_ONE = _ALL.where(control.c.folded == bindparam("folded"))


@remembered
def newest(conn: Connection, tenant: Tenant) -> Mapping[str, Decision]:
    """Give the decision in force by the control's folded id."""
    rows = conn.execute(_ALL, {"tenant": tenant.key}).all()
    return {folded: _decision(row) for folded, row in {row.folded: row for row in rows}.items()}


@remembered
def every(conn: Connection, tenant: Tenant) -> Sequence[Decision]:
    """List every decision of a tenant, oldest first."""
    rows = conn.execute(_ALL, {"tenant": tenant.key}).all()
    return tuple([_decision(row) for row in rows])


def of(conn: Connection, tenant: Tenant, control_id: str) -> list[Decision]:
    """List the decisions about one control, oldest first."""
    rows = conn.execute(_ONE, {"tenant": tenant.key, "folded": control_id.casefold()}).all()
    return [_decision(row) for row in rows]


@remembered
def behind(
    conn: Connection, status: Status, *, tenant: int | None = None
) -> Mapping[tuple[int, str], Sequence[Decision]]:
    """Give the decisions about the actions that have a status on the newest days, oldest first.

    By the tenant's key and the folded id; `tenant` is the one that is asked for, by its key; None: all.
    """
    held = work.c
    query = _EVERY.join(work, (held.tenant == decision.c.tenant) & (held.control == decision.c.control))
    query = query.where(held.status == status.value, *([] if tenant is None else [held.tenant == tenant]))
    found = dict[tuple[int, str], list[Decision]]()
    for row in conn.execute(query).all():
        found.setdefault((row.tenant, row.folded), []).append(_decision(row))
    return found


def _decision(row: Row[*tuple[object, ...]]) -> Decision:
    return Decision(
        control=row.id,
        status=Status(row.status),
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        comment=row.comment,
        owner=row.owner,
        due=row.due,
        review_on=row.review_on,
        evidence=row.evidence,
        grounds=Grounds(row.grounds) if row.grounds else None,
        approved_by=row.approved_by,
        decided_in=Side(row.decided_in or Side.SUREFOOT),
    )
