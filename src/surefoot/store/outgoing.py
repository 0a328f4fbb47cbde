"""Decisions on their way to Microsoft: written with the decision, delivered later, kept for ever."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

from surefoot.model import Outgoing, Stage, Tenant
from surefoot.store.schema import control
from surefoot.store.schema import outgoing as table
from surefoot.store.shared import control_keys

OPEN = (Stage.WAITING, Stage.SENT)


def add(conn: Connection, tenant: Tenant, made: Outgoing) -> None:
    """Keep one; those of the same control that still wait are superseded."""
    key = control_keys(conn, [made.control])[made.control.casefold()]
    same = update(table).where(table.c.tenant == tenant.key, table.c.control == key)
    waiting = same.where(table.c.stage.in_([Stage.WAITING.value, Stage.HELD.value]))
    conn.execute(waiting.values(stage=Stage.SUPERSEDED.value, ended_at=made.made_at, due_at=None))
    row = msgspec.structs.asdict(made) | {"tenant": tenant.key, "control": key, "stage": made.stage.value}
    del row["key"]
    conn.execute(insert(table), row)


def mark(conn: Connection, tenant: Tenant, made: Outgoing) -> None:
    """Write how one stands now; one that was superseded in the meantime stays so."""
    row = msgspec.structs.asdict(made) | {"stage": made.stage.value}
    for name in ("key", "control"):
        del row[name]
    same = (table.c.tenant == tenant.key, table.c.key == made.key, table.c.stage != Stage.SUPERSEDED.value)
    conn.execute(update(table).where(*same).values(**row))


def hold(conn: Connection, tenant: Tenant, control_id: str) -> None:
    """Send nothing that waits for a control, until somebody has said which side holds."""
    _shift(conn, tenant, control_id, Stage.WAITING, {"stage": Stage.HELD.value, "due_at": None})


def drop(conn: Connection, tenant: Tenant, control_id: str, *, now: dt.datetime) -> None:
    """Give up what waits, or is held, for a control."""
    for stage in (Stage.WAITING, Stage.HELD):
        given_up = {"stage": Stage.SUPERSEDED.value, "due_at": None, "ended_at": now}
        _shift(conn, tenant, control_id, stage, given_up)


def _shift(conn: Connection, tenant: Tenant, control_id: str, stage: Stage, values: dict[str, Any]) -> None:
    key = control_keys(conn, [control_id])[control_id.casefold()]
    c = table.c
    mine = (c.tenant == tenant.key, c.control == key, c.stage == stage.value)
    conn.execute(update(table).where(*mine).values(**values))


def tried(conn: Connection, tenant: Tenant) -> list[Outgoing]:
    """List what somebody tried to send, and may so have arrived, oldest first."""
    c = table.c
    never = [Stage.KEPT.value, Stage.REFUSED.value]
    clause = (c.tenant == tenant.key, c.attempts > 0, c.stage.not_in(never))
    return [_made(row) for row in conn.execute(_all().where(*clause).order_by(c.key))]


def see(conn: Connection, tenant: Tenant, one: Outgoing, at: dt.datetime) -> None:
    """Note when Microsoft set it; what waited or was held has thus been sent."""
    c = table.c
    mine = (c.tenant == tenant.key, c.key == one.key)
    conn.execute(update(table).where(*mine).values(seen_at=at))
    arrived = (*mine, c.stage.in_([Stage.WAITING.value, Stage.HELD.value]))
    conn.execute(update(table).where(*arrived).values(stage=Stage.SENT.value, sent_at=at, due_at=None))


def due(conn: Connection, tenant: Tenant, now: dt.datetime) -> list[Outgoing]:
    """List what is to be sent, in the order in which it was decided."""
    c = table.c
    clause = (c.tenant == tenant.key, c.stage == Stage.WAITING.value, c.due_at <= now)
    return [_made(row) for row in conn.execute(_all().where(*clause).order_by(c.key))]


def claim(conn: Connection, tenant: Tenant, now: dt.datetime, *, lease: dt.timedelta) -> list[Outgoing]:
    """Take what is due: nobody else gets it before the lease is over, when a killed sender's is due again."""
    found = due(conn, tenant, now)
    keys = [one.key for one in found]
    mine = update(table).where(table.c.tenant == tenant.key, table.c.key.in_(keys))
    conn.execute(mine.values(due_at=now + lease, attempts=table.c.attempts + 1))
    return [msgspec.structs.replace(one, attempts=one.attempts + 1) for one in found]


def of(
    conn: Connection, tenant: Tenant, stages: Sequence[Stage] = tuple(Stage), *, control_id: str | None = None
) -> list[Outgoing]:
    """List those in some stages, of all controls or of one, newest first."""
    asked: dict[str, Any] = {"tenant": tenant.key, "stages": [s.value for s in stages]}
    if control_id is None:
        rows = conn.execute(_MINE, asked)
    else:
        rows = conn.execute(_ONE, asked | {"folded": control_id.casefold()})
    return [_made(row) for row in rows.all()]


def over(conn: Connection, tenants: Sequence[Tenant], stages: Sequence[Stage]) -> list[tuple[Tenant, Outgoing]]:
    """List those of some tenants in some stages, newest first."""
    mine, c = {t.key: t for t in tenants}, table.c
    query = _all().where(c.stage.in_([s.value for s in stages])).order_by(c.key.desc())
    query = query if len(mine) != 1 else query.where(c.tenant == next(iter(mine)))
    return [(mine[row.tenant], _made(row)) for row in conn.execute(query) if row.tenant in mine]


def owing(conn: Connection, tenants: Sequence[Tenant], now: dt.datetime) -> list[Tenant]:
    """List the tenants to which something is to be sent."""
    c = table.c
    query = select(c.tenant).where(c.stage == Stage.WAITING.value, c.due_at <= now).distinct()
    found = set(conn.execute(query).scalars())
    return [t for t in tenants if t.key in found]


def troubled(conn: Connection, tenants: Sequence[Tenant]) -> list[Tenant]:
    """List the tenants with something that was refused, or sent and not yet shown."""
    c = table.c
    query = select(c.tenant).where(c.stage.in_([Stage.REFUSED.value, Stage.SENT.value])).distinct()
    found = set(conn.execute(query).scalars())
    return [t for t in tenants if t.key in found]


def _all() -> Any:  # noqa: ANN401 - a query
    return select(table, control.c.id).join(control, control.c.key == table.c.control)


_MINE = (
    _all()
    .where(table.c.tenant == bindparam("tenant"), table.c.stage.in_(bindparam("stages", expanding=True)))
    .order_by(table.c.key.desc())
)
_ONE = _MINE.where(control.c.folded == bindparam("folded"))


def _made(row: Any) -> Outgoing:  # noqa: ANN401 - a row
    held = row._asdict()
    del held["tenant"]
    return Outgoing(**held | {"control": held.pop("id"), "stage": Stage(row.stage)})
