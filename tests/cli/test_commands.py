"""Every command as its user calls it: what it prints, what it refuses, its exit code."""

import io
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer
from cli_run import Run

from surefoot.cli.commands import COMMANDS
from surefoot.emulator import answers
from surefoot.emulator.server import Emulator, Fault


def leaves() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, place in COMMANDS.items():
        group = typer.main.get_group(import_module(f"surefoot.cli.{place.module}").app)
        found += [(name,)] if name in group.commands else [(name, sub) for sub in group.commands]
    return found


@pytest.mark.parametrize("words", leaves(), ids=" ".join)
def test_every_command_has_help_with_an_example(run: Run, words: tuple[str, ...]) -> None:
    ran = run(*words, "--help")
    assert ran.code == 0
    assert f"Example: surefoot {' '.join(words)}" in " ".join(ran.out.replace("│", " ").split())


def test_the_summary_of_a_command_is_what_it_says_of_itself() -> None:
    for name, place in COMMANDS.items():
        group = typer.main.get_group(import_module(f"surefoot.cli.{place.module}").app)
        said = group.commands.get(name, group).help or ""
        assert said.strip(), name


def test_help_imports_none_of_the_heavy_libraries() -> None:
    code = (
        "import sys; sys.argv = ['surefoot', '--help']\n"
        "from surefoot.cli.main import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'sqlalchemy', 'aiohttp', 'fastapi', 'alembic', 'azure', 'msal', 'jinja2', 'rich'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert "HEAVY []" in done.stdout


def test_a_day_of_work_from_adding_to_deciding(connected: Run, emulator: Emulator) -> None:
    run = connected
    name = emulator.world.tenants[0].name
    checked = run("tenant", "check", name)
    assert checked.code == 0
    assert "Everything that Surefoot needs works." in checked.out
    synced = run("sync", "--json")
    assert synced.code == 0
    assert [r["error"] for r in synced.json] == [None, None]
    listed = run("tenant", "list")
    assert "2 tenants, 0 failing." in listed.out
    page = run("overview", name, "--json").json
    world = emulator.world.tenants[0]
    newest = answers.score_of(world, world.days(emulator.world.today)[0], rich=True)
    assert (page["points"], page["maxPoints"]) == (newest["currentScore"], newest["maxScore"])
    action = run("actions", name, "--status", "toAddress", "--json").json["actions"][0]
    decided = run("set-status", name, action["id"], "planned", "--comment", "soon")
    assert decided.code == 0
    assert "is now planned" in decided.out
    after = run("actions", name, "--status", "planned", "--json").json
    assert [a["id"] for a in after["actions"]] == [action["id"]]
    assert len(run("history", name, "--days", "30", "--json").json["history"]) <= 30
    assert run("doctor", "--json").json["problems"] == []


def test_one_that_fails_sets_the_exit_code_and_is_told_by_the_doctor(connected: Run, emulator: Emulator) -> None:
    first, second = emulator.world.tenants
    emulator.faults.append(Fault(tenant=second.id, path="secureScores", status=403, body=b"{}"))
    ran = connected("sync")
    assert ran.code == 1
    assert f"{first.name}: " in ran.out
    assert "1 of 2 tenants read." in ran.out
    assert "SecurityEvents.Read.All" in ran.out
    told = connected("doctor")
    assert "1 failing" in told.out
    assert f"! {second.name}:" in told.out


def test_check_says_which_permission_is_missing(connected: Run, emulator: Emulator) -> None:
    emulator.world.tenants[0].trouble = "no_consent"
    ran = connected("tenant", "check", emulator.world.tenants[0].name)
    assert ran.code == 1
    assert "FAILED  Secure scores (SecurityEvents.Read.All)" in ran.out
    assert "Grant admin consent" in " ".join(ran.out.split())


def test_check_says_which_sources_of_events_are_off_and_passes(connected: Run, emulator: Emulator) -> None:
    world = emulator.world.tenants[0]
    world.denied, world.intune = frozenset({"AuditLog.Read.All"}), False
    ran = connected("tenant", "check", world.name)
    assert ran.code == 0
    assert "ok      Incidents (SecurityIncident.Read.All)" in ran.out
    assert "missing Directory audits (AuditLog.Read.All)" in ran.out
    assert "no licence for Microsoft Intune" in ran.out


def test_doctor_says_how_widely_events_are_read(connected: Run, emulator: Emulator) -> None:
    for world in emulator.world.tenants:
        world.intune = True
    emulator.world.tenants[0].denied = frozenset({"AuditLog.Read.All"})
    assert connected("sync").code == 0
    out = connected("doctor").out
    assert "incidents of 2 of 2 tenants" in out
    assert "directory audits of 1 of 2 tenants, the others lack AuditLog.Read.All" in " ".join(out.split())


def test_check_says_when_the_secret_has_expired(connected: Run, emulator: Emulator) -> None:
    emulator.world.tenants[0].trouble = "secret_expired"
    ran = connected("tenant", "check", emulator.world.tenants[0].name, "--json")
    assert ran.code == 1
    assert [s["result"] for s in ran.json["steps"]] == ["secret-expired"]


def test_removing_asks_first(connected: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    name = emulator.world.tenants[0].name
    monkeypatch.setattr("sys.stdin", io.StringIO())  # nobody answers
    assert connected("tenant", "remove", name).code != 0
    assert connected("tenant", "remove", name, "--yes").code == 0
    assert name not in connected("tenant", "list").out


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("overview",), 1, "There is no tenant yet"),
        (("overview", "nobody"), 1, "nobody"),
        (("tenant", "add", "x", "--tenant-id", "no-guid", "--method", "managed_identity"), 2, "GUID"),
        (("tenant", "add", "x", "--tenant-id", "no-guid", "--cloud", "china", "--client-id", "c"), 1, "21Vianet"),
        (("history", "--days", "0"), 2, "--days"),
        (("overview", "--days", "-4"), 2, "--days"),
        (("import", "missing.json"), 1, "No such file"),
        (("token", "revoke", "x"), 1, "no token"),
        (("nonsense",), 2, "nonsense"),
        (("set-status", "x", "y", "done"), 2, "is no status"),
        (("emulator", "--tenants", "0"), 2, "--tenants"),
    ],
)
def test_what_cannot_be_done_says_what_to_do(run: Run, words: tuple[str, ...], code: int, says: str) -> None:
    ran = run(*words)
    assert (ran.code, says in " ".join(ran.err.replace("│", " ").split())) == (code, True), ran.err
    assert "Traceback" not in ran.err


def test_an_empty_folder_says_what_to_do_next(run: Run) -> None:
    assert "surefoot tenant add" in run("tenant", "list").out
    assert "surefoot demo" in " ".join(run("doctor").out.split())
    assert "surefoot token create" in run("token", "list").out
    assert "surefoot tenant add" in run("sync").out


def test_a_folder_that_cannot_be_made_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = run("doctor", "--data", str(tmp_path / "file" / "data"))
    assert ran.code == 1
    assert "Name another one with --data" in ran.err


def test_tokens_are_made_listed_and_revoked(run: Run) -> None:
    made = run("token", "create", "grafana", "--read-only")
    assert made.out.startswith("sf_")
    listed = run("token", "list", "--json")
    assert [(t["name"], t["role"]) for t in listed.json["tokens"]] == [("grafana", "reader")]
    assert made.out.strip() not in listed.out
    assert run("token", "revoke", "grafana").code == 0
    assert run("token", "list", "--json").json == {"tokens": [], "total": 0}


@pytest.mark.parametrize("columns", [45, 60, 100, 200])
def test_no_line_is_wider_than_the_terminal_and_nothing_is_cut(
    connected: Run, emulator: Emulator, columns: int
) -> None:
    name = emulator.world.tenants[0].name
    connected("sync")
    whole = connected("actions", name, "--json").json["actions"]
    for words in (("overview", name), ("actions", name), ("history", name), ("tenant", "list")):
        out = connected(*words, columns=columns).out
        assert max(map(len, out.splitlines())) <= columns, words
        assert "…" not in out
    plain = "".join(connected("actions", name, columns=columns).out.split())
    assert all("".join(a["name"].split()) in plain for a in whole) or columns < 200


def test_an_import_tells_what_was_read_and_what_was_refused(run: Run, emulator: Emulator, tmp_path: Path) -> None:
    world = emulator.world.tenants[0]
    days = [answers.score_of(world, d, rich=False) for d in world.days(emulator.world.today)[:3]]
    (tmp_path / "scores.json").write_text(json.dumps({"value": [*days, {"createdDateTime": "never"}]}))
    ran = run("import", "scores.json", "--tenant", "Mine")
    assert ran.code == 0
    assert "3 days from" in ran.out
    assert "1 record refused:" in ran.out
    again = run("import", "scores.json", "scores.json", "--tenant", "Mine", "--json")
    assert [(f["daysKept"], f["error"]) for f in again.json] == [(3, None), (3, None)]


def test_explaining_noting_dismissing_and_labelling(connected: Run, emulator: Emulator) -> None:
    run, name = connected, emulator.world.tenants[0].name
    run("sync")
    assert "Score" in run("explain", name).out
    noted = run("note", "add", name, "a new policy", "--at", str(emulator.world.today))
    identity = noted.out.rstrip(".\n").rpartition(" ")[2]
    assert "a new policy" in run("events", name, "--source", "note").out
    assert run("note", "remove", name, identity).code == 0
    assert run("note", "remove", name, identity).code == 1
    assert run("dismiss", name, "nope", "--reason", "x").code == 1
    assert run("dismiss", name, "nope").code == 2
    assert run("tenant", "label", name, "gold", "north").out == f"{name}: gold, north.\n"
    assert run("tenant", "label", name, "gold", "--remove").out == f"{name}: north.\n"
    rows = run("portfolio", "--label", "north", "--json").json["tenants"]
    assert [r["tenant"]["name"] for r in rows] == [name]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("explain", "--from", "soon"), "'soon' is no day"),
        (("history", "--by", "hour"), "these are: day, week, month"),
        (("events", "--source", "rumour"), "directoryAudit"),
        (("portfolio", "--sort", "beauty"), "pointsAvailable"),
        (("catalogue", "--from", "2026-02-02", "--to", "2026-01-01"), "turn them round"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(connected: Run, words: tuple[str, ...], said: str) -> None:
    tenant = [] if words[0] in {"portfolio", "catalogue"} else ["Tenant 1"]
    ran = connected(words[0], *tenant, *words[1:])
    assert ran.code == 2
    assert said in ran.err


@pytest.mark.parametrize("columns", [45, 60, 100, 200])
def test_no_new_line_is_wider_than_the_terminal(connected: Run, emulator: Emulator, columns: int) -> None:
    name, other = (tenant.name for tenant in emulator.world.tenants)
    connected("sync")
    listed = [
        ("explain", name), ("regressions", name), ("compare", name), ("catalogue",), ("catalogue", name),
        ("events", name), ("history", name, "--by", "week"), ("overview", name, "--how"),
        ("compare", name, "--against", other),
    ]  # fmt: skip
    for words in listed:
        out = connected(*words, columns=columns).out
        assert out.strip(), words
        assert max(map(len, out.splitlines())) <= columns, words


def test_odd_things_in_the_data_folder_are_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "logs").write_text("a file")
    ran = run("doctor")
    assert ran.code == 1
    assert "The log folder" in ran.err


def test_the_database_is_for_its_owner_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o755)
    run("doctor")
    assert (tmp_path / "data" / "surefoot.db").stat().st_mode & 0o077 == 0


def test_a_graph_address_is_for_the_emulator(run: Run) -> None:
    ran = run("tenant", "add", "x", "--tenant-id", "x", "--graph-url", "http://127.0.0.1:1")
    assert (ran.code, "--cloud emulator" in ran.err) == (2, True)


def test_a_status_that_is_none_names_those_that_can_be_set(connected: Run) -> None:
    ran = connected("set-status", "Tenant 1", "x", "maybe")
    assert "inProgress" in ran.err
    assert "completed" not in ran.err


def test_what_is_done_on_the_command_line_is_in_the_trail(connected: Run, emulator: Emulator, tmp_path: Path) -> None:
    run, name = connected, emulator.world.tenants[0].name
    run("sync")
    run("note", "add", name, "x")
    run("token", "create", "grafana")
    run("token", "revoke", "grafana")
    run("tenant", "label", name, "gold")
    run("tenant", "remove", name, "--yes")
    listed = run("audit", "list", "--json").json["entries"]
    assert [e["action"] for e in listed] == [
        "tenant.removed", "tenant.labelled", "token.revoked", "token.made", "note.added", "tenant.added",
        "tenant.added",
    ]  # fmt: skip
    assert {e["origin"] for e in listed} == {"command line"}
    assert emulator.client_secret not in json.dumps(listed)
    whole = run("audit", "verify")
    assert (whole.code, "7 entries" in whole.out) == (0, True)
    told = run("audit", "list", "--action", "audit", "--json").json
    assert [(e["action"], e["said"], e["sequence"]) for e in told["entries"]] == [
        ("audit.verified", "Audit trail verified", 8)
    ]
    assert told["verified"]["sequence"] == 8
    run("audit", "export", str(tmp_path / "trail.jsonl"))
    assert len((tmp_path / "trail.jsonl").read_text().splitlines()) == 9
    (tmp_path / "data" / "audit.head").write_text("10 " + "0" * 64)
    broken = run("audit", "verify")
    assert (broken.code, "BROKEN: The entry 10" in broken.out) == (1, True)
    assert run("audit", "list", "--json").json["verified"]["sequence"] == 8
    assert run("audit", "list", "--text", "TRAIL", "--json").json["entries"][0]["subject"] == "audit trail"


def test_a_decision_is_sent_when_it_is_switched_on(connected: Run, emulator: Emulator) -> None:
    run, world = connected, emulator.world.tenants[0]
    run("sync")
    listed = run("actions", world.name, "--status", "toAddress", "--json").json["actions"]
    control = next(a["id"] for a in listed if a["service"] and not a["id"].casefold().startswith("scid_"))
    assert "are not sent" in " ".join(run("outbox", world.name).out.split())
    assert run("write-back", world.name).code == 0
    run("set-status", world.name, control, "thirdParty", "--evidence", "we use X")
    dry = run("send", world.name, "--dry-run")
    assert "ThirdParty (we use X)" in dry.out
    assert "1 decision would be sent." in dry.out
    assert world.updates.get(control) is None or world.updates[control][-1].state != "ThirdParty"
    done = run("send", world.name)
    assert (done.code, "1 sent, 0 not." in done.out) == (0, True)
    states = [u.state for c, made in world.updates.items() if c.casefold() == control.casefold() for u in made]
    assert states == ["ThirdParty"]
    assert "waiting for Microsoft" in " ".join(run("outbox", world.name).out.split())
    assert "0 decisions would be sent." in run("send", "--dry-run").out
    run("sync")
    assert run("outbox", world.name, "--json").json["sending"] == []
    whole = run("outbox", world.name, "--all", "--json").json["sending"]
    assert [s["outgoing"]["stage"] for s in whole] == ["confirmed"]


def test_a_tenant_is_shown_renamed_and_its_readings_listed(connected: Run, emulator: Emulator) -> None:
    one = emulator.world.tenants[0]
    assert "was not read from Graph yet" in connected("tenant", "syncs", one.id).out
    assert connected("sync", one.id).code == 0
    shown = connected("tenant", "show", one.id)
    assert "secret kept, encrypted" in shown.out
    assert emulator.client_secret not in shown.out
    assert connected("tenant", "rename", one.id, "Litware Ltd").code == 0
    page = connected("tenant", "show", "litware ltd", "--json").json
    assert (page["state"], page["secret"], page["holdings"]["readings"]) == ("connected", True, 1)
    listed = connected("tenant", "syncs", "litware ltd")
    assert "1 of 1 reading." in listed.out
    runs = connected("tenant", "syncs", "litware ltd", "--json").json["runs"]
    assert [(r["error"], r["days"] > 80, r["profiles"] > 0) for r in runs] == [(None, True, True)]
    one.trouble = "secret_expired"
    connected("sync", one.id)
    assert "! The secret or certificate of the app has expired." in connected("tenant", "show", one.id).out
