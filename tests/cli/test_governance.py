"""The commands about one action's work, and what waits for somebody."""

import datetime as dt

import pytest
from cli_run import Run

from surefoot.emulator.server import Emulator
from surefoot.emulator.world import Update


@pytest.fixture
def synced(connected: Run) -> Run:
    assert connected("sync").code == 0
    return connected


def named(emulator: Emulator, run: Run) -> tuple[str, str]:
    """Name a tenant, and an open control of it that Graph takes."""
    tenant = emulator.world.tenants[0].name
    found = run("actions", tenant, "--status", "toAddress", "--json").json["actions"]
    return tenant, next(a["id"] for a in found if not a["id"].startswith("scid_"))


def test_a_plan_is_made_shown_and_cleared(synced: Run, emulator: Emulator) -> None:
    tenant, control = named(emulator, synced)
    made = synced("plan", tenant, control, "--owner", "anna", "--due", "2099-12-31", "--label", "pilot")
    assert (made.code, made.out) == (0, f"{tenant}: {control}: anna, due 2099-12-31, pilot.\n")
    shown = synced("action", tenant, control)
    assert "anna, due 2099-12-31, pilot" in shown.out
    assert "May become" in shown.out
    assert "no due date" in synced("plan", tenant, control, "--clear", "due").out
    plan = synced("action", tenant, control, "--json").json["action"]["plan"]
    assert (plan["owner"], plan["due"], plan["labels"]) == ("anna", None, ["pilot"])
    assert synced("plan", tenant, control, "--clear", "colour").code == 2
    assert (
        "anna, no due date, high, pilot, 4711"
        in synced("plan", tenant, control, "--priority", "high", "--ticket", "4711").out
    )


def test_an_id_is_found_in_the_list_and_a_status_is_read_as_it_is_shown(synced: Run, emulator: Emulator) -> None:
    tenant, control = named(emulator, synced)
    assert f"({control})" in " ".join(synced("actions", tenant).out.split())
    assert "the list of actions has the ids" in synced("set-status", tenant, "No such action", "planned").err
    assert synced("set-status", tenant, control, "In Progress").code == 0
    assert "is now third party" in synced("set-status", tenant, control, "third party", "--evidence", "a ticket").out
    assert (
        "it has to be after"
        in synced(
            "set-status", tenant, control, "RiskAccepted", "--comment", "bearable", "--review-on", "2020-01-01"
        ).err
    )
    assert "'resolved' is no status" in synced("set-status", tenant, control, "resolved").err
    assert synced("set-status", tenant, control, "risk accepted", "--comment", "bearable").code == 0
    assert "points given up" in synced("action", tenant, control).out


def test_what_was_decided_before_sending_is_said_to_stay(synced: Run, emulator: Emulator) -> None:
    tenant, control = named(emulator, synced)
    assert synced("set-status", tenant, control, "thirdParty", "--evidence", "a ticket").code == 0
    silent = " ".join(synced("send", tenant, "--dry-run").out.split())
    assert silent == (
        f"Not sent to Microsoft, unless `surefoot write-back` switches it on: {tenant}. 0 decisions would be sent."
    )
    assert "with --existing it is sent" in " ".join(synced("write-back", tenant).out.split())
    assert "--existing" not in synced("write-back", tenant).out
    assert synced("send", tenant, "--dry-run").out == "0 decisions would be sent.\n"
    assert synced("set-status", tenant, control, "thirdParty", "--evidence", "a ticket").code == 0
    assert "1 decision would be sent." in synced("send", tenant, "--dry-run").out


def test_a_policy_says_what_it_takes(synced: Run) -> None:
    assert "two_persons takes true or false" in synced("policy", "two_persons", "maybe").err
    assert "usual_days takes a number of days" in synced("policy", "usual_days", "many").err
    assert "microsoft, surefoot or newest" in synced("policy", "conflicts", "mine").err


def test_two_persons_cannot_be_one_at_the_terminal(
    synced: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant, control = named(emulator, synced)
    assert "true" in synced("policy", "two_persons", "true", "--tenant", tenant).out
    monkeypatch.setattr("getpass.getuser", lambda: "anna")
    asked = synced("set-status", tenant, control, "riskAccepted", "--comment", "bearable")
    assert "request 1" in asked.out
    assert "anna" in synced("requests").out
    assert synced("approve", "1").code == 1
    monkeypatch.setattr("getpass.getuser", lambda: "bert")
    assert "is accepted until" in synced("approve", "1").out
    assert synced("requests").out == "No request waits.\n"
    assert "marked as read." in synced("notices", "--read").out
    assert synced("notices").out == "Nothing new.\n"
    risk = synced("risks", tenant, "--json").json["risks"][0]
    assert (risk["by"], risk["approvedBy"]) == ("anna", "bert")


def test_a_conflict_is_listed_resolved_and_counted_by_the_doctor(synced: Run, emulator: Emulator) -> None:
    tenant, control = named(emulator, synced)
    assert synced("write-back", tenant).code == 0
    assert synced("set-status", tenant, control, "riskAccepted", "--comment", "bearable").code == 0
    now = synced("action", tenant, control, "--json").json["action"]["decision"]["decidedAt"]

    later = dt.datetime.fromisoformat(now) + dt.timedelta(seconds=2)
    emulator.world.tenants[0].updates[control] = [
        Update(state="ThirdParty", comment="bought", updated_by="pia", updated_at=later)
    ]
    assert "1 open conflict with Microsoft: `surefoot conflicts`" in synced("sync").out
    assert "pia" in synced("conflicts").out
    assert synced("doctor", "--json").json["conflicts"] == 1
    assert synced("set-status", tenant, control, "planned").code == 2
    assert (
        synced("resolve", tenant, control, "microsoft").out
        == f"{tenant}: {control} is ThirdParty, as set at Microsoft.\n"
    )
    assert synced("conflicts").out == "0 open conflicts.\n"
    assert "microsoft" in synced("conflicts", "--all", "--json").out
    assert synced("resolve", tenant, control, "microsoft").code == 1
    assert "ThirdParty (pia)" in synced("conflicts", "--all").out


@pytest.mark.parametrize("columns", [45, 100])
def test_what_is_shown_fits_the_terminal(synced: Run, emulator: Emulator, columns: int) -> None:
    tenant, control = named(emulator, synced)
    synced("set-status", tenant, control, "thirdParty", "--evidence", "https://tickets.example/" + "4711/" * 4)
    for words in (("action", tenant, control), ("policy",), ("conflicts",), ("requests",), ("notices",)):
        ran = synced(*words, columns=columns)
        assert ran.code == 0
        longest = max(map(len, ran.out.splitlines()), default=0)
        assert longest <= columns or "http" in ran.out


def test_registers_without_a_tenant_are_of_all(synced: Run, emulator: Emulator) -> None:
    for tenant in emulator.world.tenants:
        listed = synced("actions", tenant.name, "--status", "toAddress", "--json").json["actions"]
        control = next(a["id"] for a in listed if a["service"] and not a["id"].casefold().startswith("scid_"))
        synced("set-status", tenant.name, control, "riskAccepted", "--comment", f"bearable at {tenant.name}")
        synced("write-back", tenant.name, "--existing")
    first, second = (t.name for t in emulator.world.tenants)
    page = synced("risks", "--sort", "-tenant", "--ends", "within90", "--json").json
    assert [r["tenant"]["name"] for r in page["risks"]] == sorted((first, second), reverse=True)
    assert page["tenant"] is None
    assert synced("risks", first, "--json").json["tenant"]["name"] == first
    assert synced("risks", "--text", f"at {second}").out.count("bearable") == 1
    assert "2 tenants: 2 accepted risks" in synced("risks").out
    assert "these are: expired, within30, within90, never" in synced("risks", "--ends", "soon").err
    sent = synced("outbox", "--stage", "waiting", "--json").json
    assert {s["tenant"]["name"] for s in sent["sending"]} == {first, second}
    assert "sent for 2 of 2 tenants" in synced("outbox").out
    assert synced("notices", "--kind", "conflict", "--json").json["total"] == 0
    assert synced("catalogue", "--did", "retired", "--sort", "name", "--json").json["tenant"] is None
