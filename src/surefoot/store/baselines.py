"""Baselines: named sets of decisions, every version kept, and the tenants that are to be as they say."""

import datetime as dt
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select

from surefoot.errors import NotFound
from surefoot.model import Tenant
from surefoot.scoring.baselines import Baseline, Rule
from surefoot.store.schema import baseline as table
from surefoot.store.schema import baseline_tenant as link


def record(conn: Connection, made: Baseline) -> None:
    """Keep a version; one without rules removes the baseline."""
    row = {
        "name": made.name,
        "rules": msgspec.json.encode(made.rules).decode(),
        "description": made.description,
        "changed_at": made.changed_at,
        "changed_by": made.changed_by,
    }
    conn.execute(insert(table), row)


def newest(conn: Connection) -> list[Baseline]:
    """Give the baselines in force, by name."""
    found = {row.name: row for row in conn.execute(select(table).order_by(table.c.key))}
    made = (_baseline(row) for row in found.values())
    return sorted((b for b in made if b.rules), key=lambda b: (b.name.casefold(), b.name))


def spelling(conn: Connection, name: str) -> str | None:
    """Give a name as it was first written, for any case; None when there never was such a baseline."""
    names = conn.execute(select(table.c.name).distinct()).scalars()
    return next((n for n in names if n.casefold() == name.strip().casefold()), None)


def versions(conn: Connection, name: str) -> list[Baseline]:
    """List every version, newest first; one without rules is a removal. The name counts without regard to case."""
    query = select(table).where(table.c.name == (spelling(conn, name) or name)).order_by(table.c.key.desc())
    return [_baseline(row) for row in conn.execute(query)]


def find(conn: Connection, name: str) -> Baseline:
    """Give the baseline in force; `NotFound` when there is none of this name."""
    held = spelling(conn, name)
    query = select(table).where(table.c.name == held).order_by(table.c.key.desc()).limit(1)
    row = conn.execute(query).one_or_none()
    made = None if row is None else _baseline(row)
    if made is None or not made.rules:
        message = f"There is no baseline {name[:LONGEST_TOLD]!r}."
        raise NotFound(message)
    return made


LONGEST_TOLD = 100
"""How much of a name that is not there is repeated."""


def assign(conn: Connection, tenant: Tenant, name: str, *, by: str, at: dt.datetime) -> None:
    """From now on the tenant is to be as the baseline says."""
    conn.execute(insert(link), {"tenant": tenant.key, "name": name, "since": at, "by": by})


def unassign(conn: Connection, tenant: Tenant, name: str) -> None:
    """It is no longer to be so."""
    conn.execute(delete(link).where(link.c.tenant == tenant.key, link.c.name == name))


def assigned(conn: Connection, tenants: Sequence[Tenant]) -> dict[str, list[Tenant]]:
    """Give, by the baseline's name, which of some tenants are to be as it says, in their order."""
    found: dict[int, list[str]] = {}
    for row in conn.execute(select(link.c.tenant, link.c.name)):
        found.setdefault(row.tenant, []).append(row.name)
    made: dict[str, list[Tenant]] = {}
    for tenant in tenants:
        for name in found.get(tenant.key, ()):
            made.setdefault(name, []).append(tenant)
    return made


def _baseline(row: Row[*tuple[object, ...]]) -> Baseline:
    return Baseline(
        name=row.name,
        description=row.description,
        rules=_RULES.decode(row.rules),
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )


_RULES = msgspec.json.Decoder(tuple[Rule, ...])
