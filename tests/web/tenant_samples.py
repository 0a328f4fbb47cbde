"""Pages about tenants as values, ordinary, hostile and empty."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import msgspec
from web_samples import CONTOSO, HOSTILE, NOW, TODAY

from surefoot.access.viewers import Viewer
from surefoot.graph.wire import Refusal
from surefoot.model import AuthMethod, Cloud, EventSource, Reading, Role, TenantName
from surefoot.pages.consents import CONSENTS
from surefoot.pages.doctor import Coverage, Doctor
from surefoot.pages.governance import PolicyPage, Setting
from surefoot.pages.mending import mend_of
from surefoot.pages.overview import Synced
from surefoot.pages.playbooks import PlaybookRow, Playbooks
from surefoot.pages.tenants import RunRow, State, SyncHistory, TenantPage, TenantRow, Tenants
from surefoot.pages.tokens import TokenRow
from surefoot.scoring.baselines import Baseline
from surefoot.scoring.policy import MEANINGS, Policy
from surefoot.settings import told
from surefoot.store.holdings import Holdings
from surefoot.sync.checks import Check, Step
from surefoot.sync.imports import ImportReport
from surefoot.web.html import connection as connection_view
from surefoot.web.html import imports as imports_view
from surefoot.web.html import settings as settings_view
from surefoot.web.html import tenants as tenants_view
from surefoot.web.html.contexts import Frame
from surefoot.web.html.entra import entra
from surefoot.web.html.policy import fields
from surefoot.web.site import Emulated, Tried

NAMED = TenantName(id=CONTOSO.id, name=HOSTILE)


def state(state: State, error: str | None = None) -> dict[str, Any]:
    synced = Synced(
        at=NOW if state is State.CONNECTED else None, error=error, message=HOSTILE if error else None,
        failing_since=NOW if error else None, request_id=HOSTILE if error else None,
        due_at=None if state is State.IMPORTED else NOW + dt.timedelta(days=1),
    )  # fmt: skip
    return {
        "as_of": TODAY, "points": 1.0, "max_points": 2.0, "percent": 50.0, "trend": None, "trend_since": None,
        "method": AuthMethod.NONE if state is State.IMPORTED else AuthMethod.SECRET, "cloud": Cloud.GLOBAL,
        "write_back": state is State.CONNECTED, "days": 90 if state is State.CONNECTED else 0,
        "first_day": TODAY if state is State.CONNECTED else None, "labels": (HOSTILE,) if error else (),
        "state": state, "problem": HOSTILE if error else None, "mend": mend_of(error) if error else None,
        "synced": synced,
    }  # fmt: skip


def tenant_list(frame: Frame, *rows: TenantRow, **query: str) -> tenants_view.TenantsPage:
    page = Tenants(tenants=rows, total=len(rows), failing=sum(r.synced.error is not None for r in rows))
    return tenants_view.TenantsPage(frame=frame, can_add=True, can_import=True, **tenants_view.list_view(page, query))


def rows() -> list[TenantRow]:
    return [
        TenantRow(tenant=CONTOSO, **state(State.CONNECTED)),
        TenantRow(tenant=NAMED, **state(State.FAILING, "consent-missing")),
        TenantRow(tenant=NAMED, **state(State.WAITING)),
        TenantRow(tenant=NAMED, **state(State.IMPORTED)),
    ]


def add_page(frame: Frame, *, hostile: bool = False) -> tenants_view.AddPage:
    emulated = Emulated(url="http://127.0.0.1:1", client_id=HOSTILE, client_secret=HOSTILE) if hostile else None
    text = HOSTILE if hostile else ""
    return tenants_view.AddPage(
        frame=frame, consents=CONSENTS, entra=entra(client_id=text or None), emulated=emulated,
        typed=tenants_view.TypedTenant(name=text, tenant_id=text, client_id=text), refused=text or None,
        methods=tenants_view.methods("secret"), clouds=tenants_view.clouds("global", emulated),
    )  # fmt: skip


class _Site:
    """As much of a site as the view looks at."""

    def __init__(self, tried: Tried | None) -> None:
        self.reach: Any = SimpleNamespace(emulated=None) if tried else None
        self.graph_sync = print if tried else None
        self.tried = {CONTOSO.id: tried} if tried else {}


POLICY = PolicyPage(
    tenant=CONTOSO, policy=Policy(),
    settings=tuple(Setting(name=n, value="false", set_for="nobody", meaning=m) for n, m in MEANINGS.items()),
)  # fmt: skip
STEPS = (
    Step(name="Sign-in", permission=None, needed=True, result="ok", message=None),
    Step(name=HOSTILE, permission=HOSTILE, needed=True, result="secret-wrong", message=HOSTILE),
    Step(name="Organisation", permission="Organization.Read.All", needed=False, result="consent-missing", message=""),
    Step(name="Incidents", permission="SecurityIncident.Read.All", needed=False, result="unavailable", message=None),
)


def history(*, whole: bool, live: bool = False) -> SyncHistory:
    runs = (
        RunRow(began_at=NOW, ended_at=NOW, seconds=0.4, error=HOSTILE, message=HOSTILE, request_id=HOSTILE),
        RunRow(
            began_at=NOW, ended_at=NOW, seconds=2.0, days=90, days_new=1, days_changed=0, profiles=91, refused=0
        ),
    )  # fmt: skip
    synced = Synced(
        at=NOW if whole else None, error=None, message=None, failing_since=None, request_id=None, due_at=NOW
    )
    reading = Reading(began_at=NOW, days=3, controls=4) if live else None
    return SyncHistory(
        tenant=CONTOSO, runs=runs if whole else (), total=400 if whole else 0, reading=reading, synced=synced,
        days=90 if whole else 0,
    )  # fmt: skip


def connection(
    frame: Frame, found: State = State.CONNECTED, error: str | None = None, *, role: Role = Role.ADMINISTRATOR,
    typed: connection_view.Typed | None = None,
) -> connection_view.ConnectionPage:  # fmt: skip
    check = Check(tenant_id=CONTOSO.id, name="Contoso", passed=error is None, steps=STEPS)
    live, whole = found is State.WAITING, found is State.CONNECTED
    held = Holdings(
        days=90 if whole else 0, changes=1, decisions=2, plans=0, requests=0, outgoing=0, events=0, labels=0,
        readings=2, secrets=1,
    )  # fmt: skip
    page = TenantPage(
        tenant=NAMED if error else CONTOSO, client_id=HOSTILE if error else None, secret=whole, created_at=NOW,
        holdings=held, reading=None, **state(found, error),
    )  # fmt: skip
    view = connection_view.view(
        page, history(whole=whole or error is not None, live=live), POLICY, frame,
        site=_Site(Tried(check=check, at=NOW) if error or live else None),
        viewer=Viewer(name="anna", tenants=None, role=role), typed=typed or connection_view.Typed(),
    )  # fmt: skip
    return msgspec.structs.replace(view, new=live, live=live)


def hostile_form(form: str) -> connection_view.Typed:
    names = ("client_id", "name", "labels", "confirm", "usual_days", "two_persons")
    return connection_view.Typed(form=form, why=HOSTILE, sent=dict.fromkeys(names, HOSTILE))


def import_page(frame: Frame, *, looked: bool, text: str = "scores.json") -> imports_view.ImportPage:
    report = ImportReport(
        tenant=NAMED, stored=False, first=TODAY, last=TODAY, days_new=1, days_changed=2, days_kept=3, controls=4,
        profiles=5, decisions=6, refused=tuple(Refusal(text, text) for _ in range(3)), notes=(text,),
    )  # fmt: skip
    return imports_view.ImportPage(
        frame=frame, tenant=text if looked else None, action="/tenants/import", back_href="/tenants",
        report=report if looked else None, file=text, word="w", nothing=False, named=2, name=text, day="2026-11-01",
        refused=None if looked else text,
    )  # fmt: skip


def settings_page(frame: Frame, *, whole: bool) -> settings_view.SettingsPage:
    token = TokenRow(name=HOSTILE, tenants=("a",), role=Role.READER, created_at=NOW, expires_at=NOW)
    doctor = Doctor(
        version="1", python="3", data=HOSTILE, database_bytes=2**21, integrity=None, revision="0007",
        newest_revision="0007", key="k", key_from="secret.key", tokens=1, tenants=2, failing=1, due=0,
        events=(Coverage(source=EventSource.INCIDENT, permission=HOSTILE, read=1, tried=2),), conflicts=0, requests=1,
        problems=(),
    )  # fmt: skip
    book = PlaybookRow(control=HOSTILE, name=HOSTILE, text=HOSTILE, changed_at=NOW, changed_by=HOSTILE)
    base = Baseline(name=HOSTILE, description=HOSTILE, rules=(), changed_at=NOW, changed_by=HOSTILE)
    return settings_view.SettingsPage(
        frame=frame, can_change=whole, policies=fields(POLICY, {"usual_days": HOSTILE} if whole else None),
        policy_refused=HOSTILE if whole else None,
        tokens=(settings_view.TokenLine(token=token, role="Reader", sees="1", expired=True),) if whole else (),
        roles=(), typed=settings_view.TypedToken(name=HOSTILE, tenants=HOSTILE, only=True, ends=HOSTILE),
        token_refused=HOSTILE if whole else None, made=HOSTILE if whole else None,
        playbooks=Playbooks(playbooks=(book,) if whole else (), total=int(whole)), playbook_hrefs=("/x",),
        baselines=(base,) if whole else (), told=told({"SUREFOOT_KEY": "x", "SUREFOOT_DATA": HOSTILE}),
        doctor=doctor if whole else None,
        faults=(settings_view.Fault(tenant=HOSTILE, what=HOSTILE, since=NOW, href="/x"),), zones_href=None,
    )  # fmt: skip
