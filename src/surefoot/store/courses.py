"""The controls of a tenant over time, as the history keeps them: one query."""

import datetime as dt

from sqlalchemy import Connection, select

from surefoot.model import Tenant
from surefoot.scoring.courses import Piece
from surefoot.store import history, schema


def of(
    conn: Connection, tenant: Tenant, *, until: dt.date | None = None, control: str | None = None
) -> dict[str, tuple[Piece, ...]]:
    """Give the pieces of each control from the first stored day on, oldest first, by its id as Graph spells it.

    There is one for each change, so even years are few; earlier ones tell the maxima of later ones.
    """
    newest = history.newest_day(conn, tenant)
    if newest is None:
        return {}
    c, names, texts = schema.span.c, schema.control, schema.shared_text
    query = (
        select(names.c.id, c.from_day, c.to_day, c.points, c.percent, texts.c.text)
        .join(names, names.c.key == c.control)
        .join(texts, texts.c.key == c.category)
        .where(c.tenant == tenant.key)
        .order_by(names.c.folded, c.from_day)
    )
    query = query if control is None else query.where(names.c.folded == control.casefold())
    query = query if until is None else query.where(c.from_day <= until)
    found: dict[str, list[Piece]] = {}
    for identity, begun, ended, points, share, category in conn.execute(query).all():
        piece = Piece(begun, min(ended, newest), points, share, category)
        found.setdefault(identity, []).append(piece)
    return {identity: tuple(pieces) for identity, pieces in found.items()}
