"""Controls by their titles, over many tenants."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, and_, func, select

from surefoot.model import Tenant
from surefoot.store.schema import control, profile, profile_content, work
from surefoot.store.shared import chunks


class Titled(NamedTuple):
    """A control that some tenants are scored for."""

    id: str
    title: str | None
    """None: a score without a profile."""
    tenants: int
    """How many of them."""
    example: int
    """The key of one of them."""


class _Title(msgspec.Struct):
    title: str | None = None


_DECODER = msgspec.json.Decoder(_Title)


def titles(conn: Connection, tenants: Sequence[Tenant]) -> list[Titled]:
    """List the controls that these tenants' newest days score, each once, with a title that Microsoft gives it."""
    found: dict[int, Titled] = {}
    for part in chunks([t.key for t in tenants], 10_000):
        for row in conn.execute(_query(part)):
            before = found.get(row.key)
            count = row.tenants + (before.tenants if before else 0)
            title = _DECODER.decode(row.body).title if row.body else None
            found[row.key] = Titled(row.id, title or (before.title if before else None), count, row.example)
    return list(found.values())


def _query(keys: Sequence[int]):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a query
    """Group by control first: its text is fetched once, not for every tenant."""
    w, p, c = work.c, profile.c, control.c
    listed = and_(p.tenant == w.tenant, p.control == w.control, p.until_day.is_(None))
    held = (
        select(
            w.control, func.count().label("tenants"), func.min(w.tenant).label("example"),
            func.max(p.content).label("content"),
        )
        .select_from(work.outerjoin(profile, listed))
        .where(w.tenant.in_(keys))
        .group_by(w.control)
        .subquery()
    )  # fmt: skip
    return select(c.key, c.id, held.c.tenants, held.c.example, profile_content.c.body).select_from(
        held.join(control, c.key == held.c.control).outerjoin(profile_content, profile_content.c.key == held.c.content)
    )
