"""Playbooks: an MSP's own steps a control, for all tenants; every version is kept, the newest counts."""

import datetime as dt

from sqlalchemy import Connection, Row, insert, select

from surefoot.model import Playbook
from surefoot.store.schema import control
from surefoot.store.schema import playbook as table
from surefoot.store.shared import control_keys


def record(conn: Connection, control_id: str, text: str, by: str, at: dt.datetime) -> None:
    """Keep a version; an empty text removes the playbook."""
    key = control_keys(conn, [control_id])[control_id.casefold()]
    conn.execute(insert(table), {"control": key, "text": text, "changed_at": at, "changed_by": by})


_ALL = select(table, control.c.id, control.c.folded).join(control, control.c.key == table.c.control)
_NEWEST = _ALL.order_by(table.c.key)


def newest(conn: Connection) -> dict[str, Playbook]:
    """Give the playbooks in force by the control's folded id."""
    found = {row.folded: _playbook(row) for row in conn.execute(_NEWEST).all()}
    return {folded: playbook for folded, playbook in found.items() if playbook.text}


def versions(conn: Connection, control_id: str) -> list[Playbook]:
    """List every version of one control's playbook, newest first; one without text is a removal."""
    query = _ALL.where(control.c.folded == control_id.casefold())
    return [_playbook(row) for row in conn.execute(query.order_by(table.c.key.desc()))]


def _playbook(row: Row[*tuple[object, ...]]) -> Playbook:
    return Playbook(control=row.id, text=row.text, changed_at=row.changed_at, changed_by=row.changed_by)
