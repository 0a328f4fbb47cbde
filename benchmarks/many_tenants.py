"""A portfolio to measure pages with: a hundred tenants of a year, as a year of daily syncs leaves them.

Ten pasts are saved through the store, each is then given to ten tenants, which differ by what was decided about them.
The first past has 400 controls, the others some 250. Points change on 0.4 % of the control-days, as in the real file;
every fourth control has a sentence with numbers, which change on every tenth day (assumed: poor records lack them).
"""

import datetime as dt
import json
import random
from collections.abc import Iterator
from pathlib import Path

import msgspec
from sqlalchemy import Connection, Engine

from surefoot.access import tokens
from surefoot.emulator import answers
from surefoot.emulator.catalogue import catalogue
from surefoot.emulator.controls import Control
from surefoot.emulator.world import TenantWorld
from surefoot.graph import wire
from surefoot.model import (
    AuthMethod,
    Average,
    Cloud,
    ControlScore,
    Decision,
    Profile,
    Role,
    Snapshot,
    Status,
    Tenant,
)
from surefoot.model import Connection as Way
from surefoot.scoring.ratings import load
from surefoot.store import database, decisions, history, labels, profiles, standings, tenants
from surefoot.sync import derived

PASTS = 10
DAYS = 365
CHANGED, SAID = 0.004, 0.1
"""Share of the control-days on which points change, and of those on which a sentence's numbers do."""
SHARES = (0.0, 0.25, 0.5, 1.0, 1.0)
DECIDED = (Status.PLANNED, Status.IN_PROGRESS, Status.RISK_ACCEPTED, Status.THIRD_PARTY)
COPIED = ("day", "span", "reading", "membership", "freshness", "profile", "state_update")
LONG = 400
"""Controls of the first past; the others have USUAL."""
USUAL = 250
WAY = Way(method=AuthMethod.SECRET, cloud=Cloud.GLOBAL, client_id="x")


class Filled(msgspec.Struct, frozen=True):
    """Whom to look at, and how to sign in."""

    token: str
    tenants: tuple[str, ...]
    """Ids; the first has the most controls."""
    control: str
    """One of the first tenant's actions."""
    today: dt.date


def identity(number: int) -> str:
    """Make a tenant's id."""
    return f"0c0a1e5e-0000-4000-8000-{number:012d}"


def open_or_fill(folder: Path, *, count: int = 100, days: int = DAYS) -> Filled:
    """Fill a new database in a folder, or take the one that an earlier run left there."""
    note = folder / "filled.json"
    folder.mkdir(parents=True, exist_ok=True)
    engine = database.engine(folder / "surefoot.db")
    database.upgrade(engine)
    if note.exists():
        engine.dispose()
        return msgspec.json.decode(note.read_bytes(), type=Filled)
    made = fill(engine, count=count, days=days)
    engine.dispose()
    note.write_bytes(msgspec.json.encode(made))
    return made


def fill(engine: Engine, *, count: int, days: int) -> Filled:
    """Save the tenants, each with its past, decisions and labels, and what is derived from them."""
    now = dt.datetime.now(dt.UTC)
    today = now.date() - dt.timedelta(days=1)
    known = catalogue(5, today, LONG + 20)
    rated = load()
    for number in range(count):
        with database.writing(engine) as conn:
            tenant = tenants.add(
                conn, id=identity(number), name=f"Customer {number:03d}", connection=WAY, now=now, due_at=now
            )
            if number < PASTS:
                _save(conn, tenant, known, today, days, now)
            else:
                _copy(conn, tenant, number % PASTS)
            labels.add(conn, tenant, {("gold", "silver")[number % 2], f"region {number % 7}"})
            _decide(conn, tenant, now)
            derived.refresh(conn, tenant, rated)
            tenants.mark_synced(conn, tenant, now=now, due_at=now + dt.timedelta(days=1))
    with database.writing(engine) as conn:
        conn.exec_driver_sql("ANALYZE")
        token = tokens.create_token(conn, name="reader", tenants=None, role=Role.ADMINISTRATOR, now=now)
        first = tenants.find(conn, identity(0), None)
        control = standings.of(conn, first, today)[0].score.control
    return Filled(token, tuple(identity(n) for n in range(count)), control, today)


def _save(
    conn: Connection, tenant: Tenant, known: tuple[Control, ...], today: dt.date, days: int, now: dt.datetime
) -> None:
    size = LONG if tenant.id == identity(0) else USUAL
    chance = random.Random(tenant.id)  # noqa: S311 - made-up points
    mine = chance.sample(known, size)
    history.save(conn, tenant, _days(tenant, mine, today, days, chance), now=now)
    profiles.save(conn, tenant, _profiles(tenant, mine, today), now=now)


def _profiles(tenant: Tenant, mine: list[Control], today: dt.date) -> list[Profile]:
    world = TenantWorld(
        id=tenant.id, name=tenant.name, industry="Retail", licensed_users=400, active_users=380, services=(), held=(),
        first_day=today,
    )  # fmt: skip
    bodies = [answers.profile_of(world, c) for c in mine if c.listed]
    return list(wire.profiles(json.dumps({"value": bodies}).encode()).items)


def _days(tenant: Tenant, mine: list[Control], today: dt.date, days: int, chance: random.Random) -> Iterator[Snapshot]:
    """Let a year pass; what does not change stays the same value, so that this costs little."""
    shares = {c.id: chance.choice(SHARES) for c in mine}
    held: dict[str, ControlScore] = {}
    for back in range(days - 1, -1, -1):
        day = today - dt.timedelta(days=back)
        for n, control in enumerate(mine):
            moved, said = chance.random() < CHANGED, n % 4 == 0 and chance.random() < SAID
            if moved:
                shares[control.id] = chance.choice(SHARES)
            if moved or said or control.id not in held:
                held[control.id] = _score(control, shares[control.id], day, chance, told=n % 4 == 0)
        yield Snapshot(
            tenant=tenant.id,
            day=day,
            points=sum(c.points for c in held.values()),
            max_points=sum(c.max_points for c in mine),
            active_users=380,
            licensed_users=400,
            services=("HasAADP1", "HasEOP") if back > days // 3 else ("HasAADP1", "HasAADP2", "HasEOP"),
            controls=tuple(held.values()),
            averages=_averages(back),
        )


def _score(control: Control, share: float, day: dt.date, chance: random.Random, *, told: bool) -> ControlScore:
    count = chance.randint(0, 380)
    return ControlScore(
        control=control.id,
        category=control.category.capitalize(),
        points=round(share * control.max_points, 2),
        percent=100 * share,
        status_text=f"You have {count} of 380 users that are not covered." if told else "You have  of  users covered.",
        description=f"<p>{control.title.strip()} lowers the risk.</p>",
        synced_at=dt.datetime.combine(day, dt.time(6), dt.UTC),
        count=float(count) if told else None,
        total=380.0 if told else None,
    )


def _averages(back: int) -> tuple[Average, ...]:
    return (
        Average(basis="AllTenants", percent=round(52 - back * 0.004, 2)),
        Average(basis="TotalSeats", percent=round(47 - back * 0.004, 2), seats_from=101, seats_to=999),
        Average(basis="IndustryTypes", percent=round(55 - back * 0.004, 2), industry="Retail"),
    )


def _copy(conn: Connection, tenant: Tenant, past: int) -> None:
    """Give a tenant the past of an earlier one."""
    for table in COPIED:
        names = [
            row[1] for row in conn.exec_driver_sql(f"PRAGMA table_info({table})") if row[1] not in {"tenant", "key"}
        ]
        columns = ", ".join(f'"{name}"' for name in names)
        conn.exec_driver_sql(
            f"INSERT INTO {table} (tenant, {columns}) SELECT ?, {columns} FROM {table} "  # noqa: S608 - our own names
            "WHERE tenant = (SELECT key FROM tenant WHERE id = ?)",
            (tenant.key, identity(past)),
        )


def _decide(conn: Connection, tenant: Tenant, now: dt.datetime) -> None:
    """Decide about a tenth of what is scored, as people do in a year."""
    chance = random.Random(f"decisions {tenant.id}")  # noqa: S311 - made-up decisions
    newest = history.newest_total(conn, tenant)
    scored = standings.of(conn, tenant, newest.day) if newest else []
    for standing in chance.sample(scored, len(scored) // 10):
        status = chance.choice(DECIDED)
        made = Decision(
            control=standing.score.control,
            status=status,
            decided_at=now - dt.timedelta(days=chance.randint(1, 300)),
            decided_by="ada",
            comment="Agreed with the customer",
            review_on=(now + dt.timedelta(days=90)).date() if status is Status.RISK_ACCEPTED else None,
        )
        decisions.record(conn, tenant, made)
