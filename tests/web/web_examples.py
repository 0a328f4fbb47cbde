"""Write the examples of the API's description anew, from the demo world: python tests/web/web_examples.py."""

import asyncio
import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

import surefoot.web.api.openapi
from surefoot import jobs
from surefoot.emulator.contoso import ID
from surefoot.emulator.demo import demo
from surefoot.emulator.server import Running
from surefoot.model import Event, Role, Status, TenantName
from surefoot.pages import (
    actions,
    audit,
    baselines,
    bulks,
    catalogue,
    changes,
    comparison,
    controls,
    detail,
    doctor,
    events,
    governance,
    heatmap,
    history,
    outbox,
    overview,
    playbooks,
    portfolio,
    regressions,
    risks,
    search,
    tokens,
    trends,
    unlicensed,
    views,
    zones,
)
from surefoot.pages import (
    tenants as tenants_page,
)
from surefoot.pages.outlets import plain
from surefoot.scoring.baselines import Rule
from surefoot.scoring.ratings import load
from surefoot.store import baselines as kept
from surefoot.store import database, secrets, tenants
from surefoot.store.audit import Wanted
from surefoot.store.bulks import Bulk
from surefoot.store.heatmap import Among
from surefoot.store.portfolio import Wanted as Rows
from surefoot.store.views import SavedView
from surefoot.sync import baselines as sync
from surefoot.sync import bulk
from surefoot.sync.bulk import Change, Item, answer_of, preview
from surefoot.sync.checks import Check, Step
from surefoot.sync.decision_csv import Decisions, rows
from surefoot.sync.decisions import decide
from surefoot.sync.imports import ImportReport
from surefoot.sync.notes import note
from surefoot.sync.playbooks import set_playbook

TODAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 24, 6, 12, tzinfo=dt.UTC)
TARGET = Path(surefoot.web.api.openapi.__file__).with_name("examples.json")
CONTROL = "mdo_atpprotection"
BEGUN = "BlockLegacyAuthentication"
CHECK = Check(
    tenant_id=ID, name="Contoso", passed=True,
    steps=(Step(name="Sign-in", permission=None, needed=True, result="ok", message=None),),
)  # fmt: skip
IMPORT = ImportReport(
    tenant=TenantName(id=ID, name="Contoso"), stored=True, first=dt.date(2026, 6, 1), last=dt.date(2026, 8, 30),
    days_new=91, days_changed=0, days_kept=0, controls=88, profiles=0, decisions=0, refused=(), notes=(),
)  # fmt: skip
PLACE = doctor.Place(
    version="0.1.0", python="3.12.3", data="/var/lib/surefoot", free_bytes=2**36, database_bytes=12_582_912,
    integrity=None, revision="0007", newest_revision="0007", key="1bda9e9729a2007a", key_from="secret.key",
)  # fmt: skip
TOKENS = tokens.Tokens(
    tokens=(tokens.TokenRow(name="grafana", role=Role.READER, tenants=None, created_at=NOW, expires_at=None),), total=1
)
VIEW = SavedView(
    key=7, owner="administrator", page="actions", name="Quick wins", query="show=quick&sort=-points", made_at=NOW
)
STEPS = "1. Tell the service desk\n2. Begin with the pilot group"


ANSWERED = ("action", "planAction", "undoDecision", "resolveConflict", "approveRequest", "declineRequest")
"""Operations that answer with the action."""


def main() -> None:
    """Read the demo world and write what the API would answer, lists cut to their first item."""
    with tempfile.TemporaryDirectory() as folder:
        engine = database.engine(Path(folder) / "surefoot.db")
        database.upgrade(engine)
        fill(engine, Path(folder))
        made = {name: cut(plain(page)) for name, page in pages(engine).items()}
        engine.dispose()
    TARGET.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", "utf-8")


def fill(engine: Engine, folder: Path) -> None:
    """Read the demo world from the emulator."""
    world = demo(TODAY)
    keys = secrets.load_key(folder / "secret.key", None)
    with Running(world, now=lambda: NOW) as emulator:
        way = emulator.connection
        with database.writing(engine) as conn:
            for one in world.tenants:
                kept = tenants.add(conn, id=one.id, name=one.name, connection=way, now=NOW, due_at=NOW)
                secrets.put(conn, keys, kept, "client_secret", emulator.client_secret)
            every = tenants.all_of(conn, None)
        asyncio.run(jobs.read(engine, keys, load(), every, lambda: NOW))
    with database.writing(engine) as conn:
        contoso = tenants.find(conn, ID, None)
        set_playbook(conn, CONTROL, STEPS, "anna.m@contoso.example", NOW)
        rules = [Rule(control=BEGUN, expected=Status.COMPLETED, owner="Service desk", due=dt.date(2027, 6, 30))]
        sync.put(conn, "Standard", "What every customer has", rules, by="anna.m@contoso.example", now=NOW)
        sync.assign(conn, [contoso], "Standard", by="anna.m@contoso.example", now=NOW)
        for decision in world.tenants[0].decisions:
            decide(conn, contoso, decision, ratings=load())
        for told in world.tenants[0].notes:
            note(conn, contoso, told.text, by="anna.m@contoso.example", now=NOW, at=told.at)


def pages(engine: Engine) -> dict[str, object]:
    """Build every page object that the API sends, by the name of its operation."""
    with database.reading(engine) as conn:
        contoso = tenants.find(conn, ID, None)
        items = sync.items_of(conn, kept.find(conn, "Standard"), [contoso], ratings=load(), today=NOW.date())
    planned = bulk.preview(engine, items, by="anna", role=Role.ADMINISTRATOR, ratings=load(), now=NOW)
    with database.reading(engine) as conn:
        contoso, every = tenants.find(conn, ID, None), tenants.all_of(conn, None)
        ratings, fabrikam = load(), tenants.find(conn, "Fabrikam", None)
        fell = regressions.build(conn, contoso, ratings=ratings)
        standard = baselines.one(conn, "Standard", None, ratings=ratings)
        steps = playbooks.one(conn, CONTROL, None, ratings=ratings)
        worked = detail.build(conn, contoso, CONTROL, ratings=ratings, now=NOW, visible=None)
        happened = events.build(conn, contoso, since=TODAY - dt.timedelta(days=30), until=TODAY)
        items = [Item(tenant=contoso, control=CONTROL, change=Change(status=Status.PLANNED))]
        seen = preview(engine, items, by="anna.m@contoso.example", role=Role.EDITOR, ratings=ratings, now=NOW)
        decided = tuple(rows(conn, [contoso], ratings))
        deed = Bulk(
            key=7, made_at=NOW, made_by="anna.m@contoso.example", change='{"status": "planned"}', undone_at=None,
            undone_by=None, outcomes={"changed": 17}, tenants=1,
        )  # fmt: skip
        return {
            "bulks": bulks.Bulks(bulks=(deed,), total=1),
            "previewBulk": answer_of(seen),
            "bulk": answer_of(seen, 7),
            "undoBulk": answer_of(seen, 7),
            "decisions": Decisions(decisions=decided, total=len(decided), tenant=overview.name_of(contoso)),
            "secureScore": overview.build(conn, contoso, ratings=ratings, visible=None, now=NOW),
            "recommendations": actions.build(conn, contoso, ratings=ratings),
            "setStatus": actions.one(conn, contoso, CONTROL, ratings=ratings).action,
            "history": history.build(conn, contoso, ratings=ratings),
            "trends": trends.build(conn, contoso, ratings=ratings),
            **dict.fromkeys(("zones", "setZones"), zones.build(conn, contoso)),
            "changes": changes.build(
                conn, contoso, ratings=ratings, since=dt.date(2026, 11, 2), until=dt.date(2026, 11, 3)
            ),
            "control": controls.build(conn, contoso, CONTROL, every, ratings=ratings),
            "comparison": comparison.build(conn, contoso, every, ratings=ratings, against=fabrikam),
            "events": happened,
            "addNote": next((e for e in happened.events if e.source == "note"), Event),
            "regressions": fell,
            "dismissRegression": fell,
            "restoreRegression": fell,
            "outbox": outbox.build(conn, [contoso], ratings=ratings, now=NOW, one=True),
            **dict.fromkeys(ANSWERED, worked),
            "conflicts": governance.disputed(conn, every, ratings=ratings, everything=True),
            "requests": governance.asked(conn, every, ratings=ratings),
            **dict.fromkeys(("notices", "readNotices"), governance.told(conn, every, ratings=ratings)),
            **dict.fromkeys(("policy", "setPolicy"), governance.governed(conn, contoso)),
            "unlicensed": unlicensed.build(conn, contoso, ratings=ratings),
            "views": views.Views(views=(VIEW,), total=1),
            **dict.fromkeys(("saveView", "renameView"), VIEW),
            "risks": risks.build(conn, [contoso], ratings=ratings, today=TODAY, one=True),
            "catalogue": catalogue.build(
                conn, [contoso], None, ratings=ratings, since=TODAY - dt.timedelta(days=89), until=TODAY, one=True
            ),
            "playbooks": playbooks.build(conn, None, ratings=ratings),
            "playbook": steps,
            "setPlaybook": steps,
            "baselines": baselines.build(conn, None, ratings=ratings, today=NOW.date()),
            "baseline": standard,
            "setBaseline": standard,
            "assignBaseline": standard,
            "baselineDrift": baselines.drifts(
                conn, kept.find(conn, "Standard"), [contoso], None, ratings=ratings, today=NOW.date()
            ),
            "applyBaseline": sync.applied("Standard", planned, bulk=None),
            "audit": audit.build(conn, None, Wanted(limit=1), every, ratings=ratings),
            "tenants": tenants_page.build(conn, every[:1]),
            **dict.fromkeys(("addTenant", "tenant", "changeTenant"), tenants_page.one(conn, contoso)),
            **dict.fromkeys(("syncTenant", "syncs"), tenants_page.syncs(conn, contoso)),
            "checkTenant": CHECK,
            "importFile": IMPORT,
            "tokens": TOKENS,
            "makeToken": tokens.MadeToken(name="grafana", token="sf_..."),
            "doctor": doctor.build(conn, PLACE, ratings=ratings, now=NOW),
            "portfolio": portfolio.build(conn, Rows(visible=None, limit=1)),
            "heatmap": heatmap.build(conn, heatmap.Wanted(among=Among(visible=None)), ratings=ratings),
            "search": search.build(conn, "legacy", [contoso], ratings=ratings),
        }


def cut(value: Any) -> Any:
    """Leave of every list its first item."""
    match value:
        case list():
            return [cut(item) for item in value[:1]]
        case dict():
            return {key: cut(item) for key, item in value.items()}
        case _:
            return value


if __name__ == "__main__":
    main()
