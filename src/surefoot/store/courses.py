"""The controls of a tenant over time, as the history keeps them: one query."""

import datetime as dt
import functools
from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, select, type_coerce

from surefoot.model import Tenant
from surefoot.scoring.courses import Piece
from surefoot.store import history, schema
from surefoot.store.columns import date_of
from surefoot.store.series import number_of


def of(
    conn: Connection, tenant: Tenant, *, until: dt.date | None = None, control: str | None = None
) -> dict[str, tuple[Piece, ...]]:
    """Give the pieces of each control from the first stored day on, oldest first, by its id as Graph spells it.

    There is one for each change, so even years are few; earlier ones tell the maxima of later ones.
    """
    newest = history.newest_day(conn, tenant)
    if newest is None:
        return {}
    asked: dict[str, Any] = {"tenant": tenant.key}
    asked |= {} if control is None else {"control": control.casefold()}
    asked |= {} if until is None else {"until": until}
    query = _pieces(one=control is not None, ended=until is not None)
    found: dict[str, list[Piece]] = {}
    last = number_of(newest)
    for identity, begun, ended, points, share, category in conn.execute(query, asked).all():
        piece = Piece(date_of(begun), newest if ended >= last else date_of(ended), points, share, category)
        if identity in found:
            found[identity].append(piece)
        else:
            found[identity] = [piece]
    return {identity: tuple(pieces) for identity, pieces in found.items()}


@functools.cache
def _pieces(*, one: bool, ended: bool) -> Select[Any]:
    c, names, texts = schema.span.c, schema.control, schema.shared_text
    days = (type_coerce(c.from_day, Integer), type_coerce(c.to_day, Integer))
    query = (
        select(names.c.id, *days, c.points, c.percent, texts.c.text)
        .join(names, names.c.key == c.control)
        .join(texts, texts.c.key == c.category)
        .where(c.tenant == bindparam("tenant"))
        .order_by(names.c.folded, c.from_day)
    )
    query = query.where(names.c.folded == bindparam("control")) if one else query
    return query.where(c.from_day <= bindparam("until")) if ended else query
