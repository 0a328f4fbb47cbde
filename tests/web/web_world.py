"""A site over a real store with two tenants: small, and with a hostile title in it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.testclient import TestClient
from web_samples import HOSTILE, PROFILE

from surefoot.access import sessions, tokens
from surefoot.model import (
    AuthMethod,
    Cloud,
    Connection,
    ControlScore,
    Level,
    Profile,
    Reading,
    Role,
    Snapshot,
    StateUpdate,
    Tenant,
)
from surefoot.pages.doctor import Place
from surefoot.scoring import ratings
from surefoot.settings import told
from surefoot.store import database, history, profiles, secrets, tenants
from surefoot.sync.checks import Check, Step
from surefoot.sync.derived import refresh
from surefoot.web.app import create
from surefoot.web.site import Reach

NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 23)
OURS = "0c0a1e5e-0000-4000-8000-000000000001"
THEIRS = "0c0a1e5e-0000-4000-8000-000000000002"
MISSING = "0c0a1e5e-0000-4000-8000-00000000dead"
SAME_SITE = {"sec-fetch-site": "same-origin"}

CONTROLS = (
    ("aad_mfa", "Identity", 5.0, 50.0, 10.0),
    ("mdo_safe", "Apps", 8.0, 100.0, 8.0),
    ("mip_dlp", "Data", 0.0, None, 6.0),
    ("scid_1", "Device", 0.0, None, None),
)
PASSED = Check(
    tenant_id=OURS, name="Contoso", passed=True,
    steps=(
        Step(name="Sign-in", permission=None, needed=True, result="ok", message=None),
        Step(name="Secure scores", permission="SecurityEvents.Read.All", needed=True, result="ok", message=None),
        Step(
            name="Incidents", permission="SecurityIncident.Read.All", needed=False, result="consent-missing",
            message="Optional: grant it.",
        ),
    ),
)  # fmt: skip


@dataclass
class World:
    """The site, who may do what, and what was asked of it."""

    app: FastAPI
    engine: Engine
    tokens: dict[str, str]
    asked: list[Tenant] = field(default_factory=list)
    now: dt.datetime = NOW
    verdict: Check = PASSED
    """What trying a connection finds."""
    under_way: dict[str, Reading] = field(default_factory=dict)

    def client(self, token: str | None = None, **options: object) -> TestClient:
        headers = {"authorization": f"Bearer {self.tokens[token]}"} if token else {}
        options = {"follow_redirects": False, "base_url": "http://127.0.0.1", **options}
        return TestClient(self.app, headers=headers, **options)

    def link(self) -> str:
        with database.writing(self.engine) as conn:
            return sessions.make_link(conn, now=self.now)


def snapshot(tenant: str, back: int, gain: float = 0.0) -> Snapshot:
    controls = tuple(
        ControlScore(
            control=name,
            category=category,
            points=points + (gain if name == "aad_mfa" else 0.0),
            percent=None if percent is None else percent + gain * 10 if name == "aad_mfa" else percent,
            status_text="12 of 40 users <b>are</b> protected." if back == 0 else None,
            description="rich" if back == 0 else None,
        )
        for name, category, points, percent, _ in CONTROLS
    )
    return Snapshot(
        tenant=tenant,
        day=TODAY - dt.timedelta(days=back),
        points=sum(c.points for c in controls),
        max_points=26.0,
        licensed_users=40,
        controls=controls,
    )


def profile(name: str, category: str, max_points: float | None) -> Profile:
    return Profile(
        control=name,
        title=HOSTILE if name == "mip_dlp" else f"Title of {name}",
        category=category,
        service="AzureAD",
        max_points=max_points,
        cost=Level.LOW,
        user_impact=Level.LOW,
        remediation=PROFILE.remediation,
        action_url="javascript:alert(1)" if name == "mip_dlp" else "https://entra.example/x",
        updates=(StateUpdate(state="Default"),),
    )


def _fill(engine: Engine) -> None:
    connection = Connection(method=AuthMethod.SECRET, cloud=Cloud.GLOBAL, client_id="x")
    with database.writing(engine) as conn:
        for tenant_id, name in ((OURS, "Contoso"), (THEIRS, "Fabrikam")):
            tenant = tenants.add(conn, id=tenant_id, name=name, connection=connection, now=NOW, due_at=NOW)
            days = [snapshot(tenant_id, back, gain=1.0 if back > 10 else 2.0) for back in range(45) if back != 20]
            history.save(conn, tenant, days, now=NOW)
            profiles.save(conn, tenant, [profile(n, c, m) for n, c, _, _, m in CONTROLS if n != "scid_1"], now=NOW)
            refresh(conn, tenant, ratings.load())
            tenants.mark_synced(conn, tenant, now=NOW, due_at=NOW + dt.timedelta(days=1))


def make(folder: Path) -> Iterator[World]:
    """Make the site, and close its store afterwards."""
    engine = database.engine(folder / "surefoot.db")
    database.upgrade(engine)
    _fill(engine)
    both = frozenset({OURS, THEIRS})
    rights = {
        "reader": (frozenset({OURS}), Role.READER),
        "writer": (frozenset({OURS}), Role.ADMINISTRATOR),
        "msp": (both, Role.EDITOR),
        "nobody": (frozenset(), Role.EDITOR),
        "root": (None, Role.ADMINISTRATOR),
    }
    made = {}
    with database.writing(engine) as conn:
        for name, (visible, role) in rights.items():
            made[name] = tokens.create_token(conn, name=name, tenants=visible, role=role, now=NOW)
    asked: list[Tenant] = []
    world = World(app=FastAPI(), engine=engine, tokens=made, asked=asked)
    place = Place(
        version="1", python="3.11", data="/data", free_bytes=2**40, database_bytes=2**20, integrity=None,
        revision="0007", newest_revision="0007", key="abc", key_from="secret.key",
    )  # fmt: skip
    reach = Reach(
        keys=secrets.load_key(folder / "secret.key", None),
        check=lambda _tenant: world.verdict,
        reading=lambda tenant: world.under_way.get(tenant.id),
        place=lambda integrity: msgspec.structs.replace(place, integrity="ok" if integrity else None),
        settings=told({"SUREFOOT_KEY": "do not show", "SUREFOOT_PORT": "9000"}),
    )
    world.app = create(
        engine=engine, ratings=ratings.load(), clock=lambda: world.now, graph_sync=asked.append, reach=reach,
        longest_body=10_000,
    )  # fmt: skip
    yield world
    engine.dispose()
