"""Controls by their titles, over many tenants."""

import functools
from collections.abc import Callable, Sequence
from itertools import product
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


Fits = Callable[[str, str | None], bool]
"""Says of a control's id and title whether somebody looks for it."""

_DECODER = msgspec.json.Decoder(_Title)


def titles(conn: Connection, tenants: Sequence[Tenant], fits: Fits) -> list[Titled]:
    """List the controls that these tenants' newest days score, each once, with a title that Microsoft gives it.

    Only those of which one of the titles that they ever had fits are looked at, or, for whoever lacks one, the id.
    """
    found: dict[int, Titled] = {}
    wanted = _fitting(conn, fits)
    for part, some in product(chunks([t.key for t in tenants], 10_000), list(chunks(wanted))):
        for row in conn.execute(_query(part, some)):
            before = found.get(row.key)
            count = row.tenants + (before.tenants if before else 0)
            title = _title(row.body) if row.body else None
            found[row.key] = Titled(row.id, title or (before.title if before else None), count, row.example)
    return list(found.values())


def _fitting(conn: Connection, fits: Fits) -> list[int]:
    c = control.c
    query = select(c.key, c.id, profile_content.c.body).outerjoin(profile_content, profile_content.c.control == c.key)
    rows = conn.execute(query).all()
    return sorted({key for key, name, body in rows if fits(name, None) or (body and fits(name, _title(body)))})


@functools.lru_cache(maxsize=8192)
def _title(body: str) -> str | None:
    """Decode a text that tenants share, once."""
    return _DECODER.decode(body).title


def _query(keys: Sequence[int], controls: Sequence[int]):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a query
    """Group by control first: its text is fetched once, not for every tenant."""
    w, p, c = work.c, profile.c, control.c
    listed = and_(p.tenant == w.tenant, p.control == w.control, p.until_day.is_(None))
    held = (
        select(
            w.control, func.count().label("tenants"), func.min(w.tenant).label("example"),
            func.max(p.content).label("content"),
        )
        .select_from(work.outerjoin(profile, listed))
        .where(w.tenant.in_(keys), w.control.in_(controls))
        .group_by(w.control)
        .subquery()
    )  # fmt: skip
    return select(c.key, c.id, held.c.tenants, held.c.example, profile_content.c.body).select_from(
        held.join(control, c.key == held.c.control).outerjoin(profile_content, profile_content.c.key == held.c.content)
    )
