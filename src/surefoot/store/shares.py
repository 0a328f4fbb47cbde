"""A control over many tenants: who has all of its points, and how those came to have them."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_, case, func, select

from surefoot.model import Tenant
from surefoot.scoring.courses import Piece
from surefoot.scoring.ways import FULL
from surefoot.store.schema import control, shared_text, span, summary
from surefoot.store.shared import chunks


class Share(NamedTuple):
    """How many tenants are scored for a control on their newest day, and how many have all of its points."""

    scored: int
    completed: int


def of(conn: Connection, tenants: Sequence[Tenant], controls: Collection[str]) -> dict[str, Share]:
    """Give the shares of some controls among some tenants, by folded id."""
    found: dict[str, Share] = {}
    for part in chunks([t.key for t in tenants], 10_000):
        query = (
            select(
                control.c.folded,
                func.count().label("scored"),
                func.sum(case((span.c.percent >= FULL, 1), else_=0)).label("completed"),
            )
            .join(control, control.c.key == span.c.control)
            .join(summary, summary.c.tenant == span.c.tenant)
            .where(
                span.c.tenant.in_(part),
                control.c.folded.in_([c.casefold() for c in controls]),
                span.c.from_day <= summary.c.day,
                span.c.to_day >= summary.c.day,
            )
            .group_by(control.c.folded)
        )
        for row in conn.execute(query):
            held = found.get(row.folded, Share(0, 0))
            found[row.folded] = Share(held.scored + row.scored, held.completed + row.completed)
    return found


def changed(
    conn: Connection, tenants: Sequence[Tenant], controls: Collection[str]
) -> dict[str, dict[int, tuple[Piece, ...]]]:
    """Give the pieces of controls that ever changed, oldest first, by folded id and tenant's key."""
    names, c = control.c, span.c
    folded = [i.casefold() for i in controls]
    found: dict[str, dict[int, tuple[Piece, ...]]] = {}
    for part in chunks([t.key for t in tenants], 10_000):
        often = (
            select(c.tenant, c.control)
            .join(control, names.key == c.control)
            .where(c.tenant.in_(part), names.folded.in_(folded))
            .group_by(c.tenant, c.control)
            .having(func.count() > 1)
            .subquery()
        )
        query = (
            select(names.folded, c.tenant, c.from_day, c.to_day, c.points, c.percent, shared_text.c.text)
            .join(often, and_(often.c.tenant == c.tenant, often.c.control == c.control))
            .join(control, names.key == c.control)
            .join(shared_text, shared_text.c.key == c.category)
            .order_by(c.tenant, c.control, c.from_day)
        )
        for name, key, *piece in conn.execute(query):
            held = found.setdefault(name, {})
            held[key] = (*held.get(key, ()), Piece(*piece))
    return found
