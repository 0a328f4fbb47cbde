"""A control over many tenants: who has all of its points, and how those came to have them."""

import functools
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, bindparam, case, func, select

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
        for folded, scored, completed in conn.execute(_shares(), _asked(part, controls)).all():
            held = found.get(folded, Share(0, 0))
            found[folded] = Share(held.scored + scored, held.completed + completed)
    return found


def _asked(tenants: Sequence[int], controls: Collection[str]) -> dict[str, Any]:
    return {"tenants": tenants, "controls": [c.casefold() for c in controls]}


@functools.cache
def _shares() -> Select[Any]:
    return (
        select(
            control.c.folded,
            func.count().label("scored"),
            func.sum(case((span.c.percent >= FULL, 1), else_=0)).label("completed"),
        )
        .join(control, control.c.key == span.c.control)
        .join(summary, summary.c.tenant == span.c.tenant)
        .where(_MEANT, span.c.from_day <= summary.c.day, span.c.to_day >= summary.c.day)
        .group_by(control.c.folded)
    )


_MEANT = and_(
    span.c.tenant.in_(bindparam("tenants", expanding=True)), control.c.folded.in_(bindparam("controls", expanding=True))
)


def changed(
    conn: Connection, tenants: Sequence[Tenant], controls: Collection[str]
) -> dict[str, dict[int, tuple[Piece, ...]]]:
    """Give the pieces of controls that ever changed, oldest first, by folded id and tenant's key."""
    found: dict[str, dict[int, list[Piece]]] = {}
    for part in chunks([t.key for t in tenants], 10_000):
        for name, key, *piece in conn.execute(_changed(), _asked(part, controls)).all():
            found.setdefault(name, {}).setdefault(key, []).append(Piece(*piece))
    return {name: {key: tuple(pieces) for key, pieces in held.items()} for name, held in found.items()}


@functools.cache
def _changed() -> Select[Any]:
    names, c = control.c, span.c
    often = (
        select(c.tenant, c.control)
        .join(control, names.key == c.control)
        .where(_MEANT)
        .group_by(c.tenant, c.control)
        .having(func.count() > 1)
        .subquery()
    )
    return (
        select(names.folded, c.tenant, c.from_day, c.to_day, c.points, c.percent, shared_text.c.text)
        .join(often, and_(often.c.tenant == c.tenant, often.c.control == c.control))
        .join(control, names.key == c.control)
        .join(shared_text, shared_text.c.key == c.category)
        .order_by(c.tenant, c.control, c.from_day)
    )
