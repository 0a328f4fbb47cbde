"""One control over many tenants: how each stands on its newest day, who does it and what was decided last."""

import datetime as dt
import functools
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, Subquery, Table, bindparam, func, select

from surefoot.model import Impact, Status, TenantName
from surefoot.store.schema import control, decision, plan, tenant, work


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """How a tenant stands with the control."""

    tenant: TenantName
    status: Status
    earned_points: float
    max_points: float | None
    points: float | None
    """To gain; None when the maximum is not known."""
    impact: Impact | None
    regressed: bool
    owner: str | None
    due: dt.date | None
    decided_at: dt.datetime | None
    """When somebody decided last; None: nobody did."""
    decided_by: str | None


def of(conn: Connection, visible: frozenset[str] | None, control_id: str) -> list[Row]:
    """List the tenants with these ids (None: all) whose newest day scores the control, by name."""
    asked: dict[str, Any] = {"folded": control_id.casefold()}
    asked |= {} if visible is None else {"visible": list(visible)}
    return [_row(row) for row in conn.execute(_scored(some=visible is not None), asked).all()]


@functools.cache
def _scored(*, some: bool) -> Select[Any]:
    key = select(control.c.key).where(control.c.folded == bindparam("folded")).scalar_subquery()
    plans, decided = _newest(plan, plan.c.key, key), _newest(decision, decision.c.decided_at, key)
    c = work.c
    query = (
        select(
            tenant.c.id, tenant.c.name, c.status, c.earned, c.max_points, c.points, c.impact, c.regressed,
            plans.c.owner, plans.c.due, decided.c.decided_at, decided.c.decided_by,
        )
        .join(tenant, tenant.c.key == c.tenant)
        .outerjoin(plans, plans.c.tenant == c.tenant)
        .outerjoin(decided, decided.c.tenant == c.tenant)
        .where(c.control == key)
        .order_by(func.lower(tenant.c.name), tenant.c.id)
    )  # fmt: skip
    return query.where(tenant.c.id.in_(bindparam("visible", expanding=True))) if some else query


def _newest(table: Table, order: ColumnElement[Any], key: ColumnElement[Any]) -> Subquery:
    """Take each tenant's newest row about the control."""
    place = func.row_number().over(partition_by=table.c.tenant, order_by=(order.desc(), table.c.key.desc()))
    ranked = select(table, place.label("place")).where(table.c.control == key).subquery()
    return select(ranked).where(ranked.c.place == 1).subquery()


def _row(row: Any) -> Row:  # noqa: ANN401 - a row
    return Row(
        tenant=TenantName(id=row.id, name=row.name),
        status=Status(row.status),
        earned_points=row.earned,
        max_points=row.max_points,
        points=row.points,
        impact=Impact(row.impact) if row.impact else None,
        regressed=row.regressed,
        owner=row.owner,
        due=row.due,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )
