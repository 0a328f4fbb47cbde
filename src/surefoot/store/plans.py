"""Who does what by when: every version kept, the last one in force."""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Row, bindparam, insert, select

from surefoot.model import Decision, Plan, Priority, Tenant
from surefoot.store.memory import remembered
from surefoot.store.schema import control
from surefoot.store.schema import plan as table
from surefoot.store.shared import control_keys


def record(conn: Connection, tenant: Tenant, made: Plan) -> None:
    """Keep a plan; from now on it is the one in force for its control."""
    key = control_keys(conn, [made.control])[made.control.casefold()]
    conn.execute(
        insert(table),
        {
            "tenant": tenant.key,
            "control": key,
            "changed_at": made.changed_at,
            "changed_by": made.changed_by,
            "owner": made.owner,
            "due": made.due,
            "priority": made.priority.value if made.priority else None,
            "labels": json.dumps(made.labels),
            "ticket": made.ticket,
        },
    )


_ALL = (
    select(table, control.c.id, control.c.folded)
    .join(control, control.c.key == table.c.control)
    .where(table.c.tenant == bindparam("tenant"))
    .order_by(table.c.key)
)
_ONE = _ALL.where(control.c.folded == bindparam("folded"))


@remembered
def newest(conn: Connection, tenant: Tenant) -> Mapping[str, Plan]:
    """Give the plan in force by the control's folded id."""
    return {row.folded: _plan(row) for row in conn.execute(_ALL, {"tenant": tenant.key}).all()}


def of(conn: Connection, tenant: Tenant, control_id: str) -> list[Plan]:
    """List the plans of one control, oldest first."""
    rows = conn.execute(_ONE, {"tenant": tenant.key, "folded": control_id.casefold()}).all()
    return [_plan(row) for row in rows]


def of_step(held: Sequence[Plan], made: Decision) -> tuple[Plan | None, Plan] | None:
    """Give the plan before a decision, and the one in force where the decision's own step set it; else None.

    `held` are the control's plans, oldest first.
    """
    if not held or (held[-1].changed_at, held[-1].changed_by) != (made.decided_at, made.decided_by):
        return None
    earlier = [plan for plan in held if plan.changed_at < made.decided_at]
    return (earlier[-1] if earlier else None), held[-1]


def _plan(row: Row[*tuple[object, ...]]) -> Plan:
    return Plan(
        control=row.id,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        owner=row.owner,
        due=row.due,
        priority=Priority(row.priority) if row.priority else None,
        labels=tuple(json.loads(row.labels)),
        ticket=row.ticket,
    )
