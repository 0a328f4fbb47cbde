"""Requests for acceptances: asked by one, answered by another, all kept."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from surefoot.model import AcceptanceRequest, Decision, RequestState, Tenant
from surefoot.store.schema import acceptance_request as table
from surefoot.store.schema import control
from surefoot.store.shared import control_keys


def add(conn: Connection, tenant: Tenant, asked: Decision) -> AcceptanceRequest:
    """Keep a request."""
    key = control_keys(conn, [asked.control])[asked.control.casefold()]
    row = {
        "tenant": tenant.key,
        "control": key,
        "asked": msgspec.json.encode(asked).decode(),
        "state": RequestState.PENDING.value,
    }
    made = conn.execute(insert(table).returning(table.c.key), row).scalar_one()
    return AcceptanceRequest(key=made, asked=asked)


def answer(
    conn: Connection, tenant: Tenant, key: int, state: RequestState, *, by: str, at: dt.datetime, answer: str | None
) -> None:
    """Write down what became of a request."""
    values = {"state": state.value, "answered_at": at, "answered_by": by, "answer": answer}
    conn.execute(update(table).where(table.c.tenant == tenant.key, table.c.key == key).values(**values))


def of(
    conn: Connection,
    tenant: Tenant,
    *,
    states: Sequence[RequestState] = tuple(RequestState),
    control_id: str | None = None,
) -> list[AcceptanceRequest]:
    """List a tenant's requests, newest first."""
    asked: dict[str, Any] = {"tenant": tenant.key, "states": [s.value for s in states]}
    if control_id is None:
        rows = conn.execute(_ALL, asked)
    else:
        rows = conn.execute(_ONE, asked | {"folded": control_id.casefold()})
    return [_request(row) for row in rows.all()]


_ALL = (
    select(table, control.c.folded)
    .join(control, control.c.key == table.c.control)
    .where(table.c.tenant == bindparam("tenant"), table.c.state.in_(bindparam("states", expanding=True)))
    .order_by(table.c.key.desc())
)
_ONE = _ALL.where(control.c.folded == bindparam("folded"))


def pending(conn: Connection, tenants: Sequence[Tenant]) -> list[tuple[Tenant, AcceptanceRequest]]:
    """List what waits for an answer over some tenants, oldest first."""
    by_key = {t.key: t for t in tenants}
    query = select(table).where(table.c.state == RequestState.PENDING.value).order_by(table.c.key)
    return [(by_key[row.tenant], _request(row)) for row in conn.execute(query) if row.tenant in by_key]


def _request(row: Row[*tuple[object, ...]]) -> AcceptanceRequest:
    return AcceptanceRequest(
        key=row.key,
        asked=_DECISION.decode(row.asked),
        state=RequestState(row.state),
        answered_at=row.answered_at,
        answered_by=row.answered_by,
        answer=row.answer,
    )


_DECISION = msgspec.json.Decoder(Decision)
