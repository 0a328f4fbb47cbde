"""The commands about baselines, as somebody at a terminal uses them."""

import json
from pathlib import Path

import pytest
from cli_run import Run


@pytest.fixture
def names(connected: Run) -> list[str]:
    assert connected("sync").code == 0
    return [t["tenant"]["name"] for t in connected("tenant", "list", "--json").json["tenants"]]


@pytest.fixture
def controls(connected: Run, names: list[str]) -> list[str]:
    """Name controls that both tenants are still to address."""
    ids = [
        {a["id"] for a in connected("actions", name, "--status", "toAddress", "--json").json["actions"]}
        for name in names
    ]
    return sorted(set.intersection(*ids))


@pytest.fixture
def file(tmp_path: Path, controls: list[str]) -> Path:
    rules = [
        {"control": controls[0], "expected": "completed", "due": "2099-06-30", "owner": "bert"},
        {"control": controls[1], "expected": "thirdParty", "evidence": "We use X"},
        {"control": "nobody_has_this", "expected": "planned"},
    ]
    made = tmp_path / "baseline.json"
    made.write_text(json.dumps({"description": "For all customers", "rules": rules}), "utf-8")
    return made


def test_a_baseline_is_set_assigned_applied_and_then_nobody_drifts(
    run: Run, names: list[str], controls: list[str], file: Path
) -> None:
    assert "No baseline yet" in run("baseline", "list").out
    done = run("baseline", "set", "Standard", "--file", str(file), columns=200)
    assert (done.code, done.out.splitlines()[0]) == (0, "Standard: 3 rules, 0 tenants.")
    assert "No tenant ever had nobody_has_this" in done.out
    assert "assigned to no tenant" in run("baseline", "drift", "standard").out
    assert "2 more tenants" in run("baseline", "assign", "Standard", "--all").out
    assert run("baseline", "drift", "Standard").code == 0
    drifting = run("baseline", "drift", "Standard", "--check", columns=200)
    assert drifting.code == 1
    assert "2 of 2 tenants drift." in drifting.out
    assert f"({controls[1]}): to address instead of third party" in drifting.out
    dry = run("baseline", "apply", "Standard", "--dry-run", columns=200)
    assert "4 would be changed, 0 unchanged, 0 asked, 0 refused" in dry.out
    assert f"({controls[0]}): to address -> planned" in dry.out
    assert run("baseline", "drift", "Standard", "--check").code == 1
    one = run("baseline", "apply", "Standard", "--tenant", names[0], "--yes")
    assert "2 changed" in one.out
    assert "Undo with `surefoot bulk undo" in one.out
    rest = run("baseline", "apply", "Standard", "--yes", "--json").json
    assert (rest["changed"], rest["total"], rest["dryRun"]) == (2, 2, False)
    assert {r["tenant"]["name"] for r in rest["results"]} == {names[1]}
    assert run("baseline", "drift", "Standard", "--check").code == 0
    page = run("baseline", "drift", "Standard", "--tenant", names[0], "--json").json
    (stands,) = page["tenants"]
    assert (stands["fulfilled"], stands["open"], stands["notScored"]) == (1, 1, 1)
    assert run("baseline", "apply", "Standard", "--yes", "--json").json["total"] == 0
    planned = run("actions", names[0], "--status", "planned", "--json").json["actions"]
    assert [(a["id"], a["plan"]["due"], a["plan"]["owner"]) for a in planned if a["id"] == controls[0]] == [
        (controls[0], "2099-06-30", "bert")
    ]


def test_it_can_be_shown_listed_unassigned_and_removed(run: Run, names: list[str], file: Path) -> None:
    run("baseline", "set", "Standard", "--file", str(file))
    run("tenant", "label", names[0], "gold")
    assert "1 more tenant" in run("baseline", "assign", "Standard", "--label", "gold").out
    shown = run("baseline", "show", "standard", columns=200).out
    assert "For all customers" in shown
    assert f"Tenants: {names[0]}" in shown
    assert "Completed; by 2099-06-30; bert" in shown
    assert "Third party; We use X" in shown
    (row,) = run("baseline", "list", "--json").json["baselines"]
    assert (row["rules"], row["tenants"], row["drifting"]) == (3, 1, 1)
    assert "Standard" in run("baseline", "list").out
    again = run("baseline", "show", "Standard", "--json")
    file.write_text(again.out, "utf-8")
    assert run("baseline", "set", "Copy", "--file", str(file), "--json").json["rules"] == again.json["rules"]
    assert "no longer assigned to 1 tenant" in run("baseline", "unassign", "Standard", names[0]).out
    assert run("baseline", "remove", "Standard").code == 0
    assert run("baseline", "show", "Standard").code == 1
    versions = run("baseline", "history", "Standard", "--json").json["versions"]
    assert [v["rules"] for v in versions] == [0, 3]
    assert ": removed" in run("baseline", "history", "Standard").out
    assert [e["action"] for e in run("audit", "list", "--action", "baseline", "--json").json["entries"]] == [
        "baseline.removed", "baseline.unassigned", "baseline.changed", "baseline.assigned", "baseline.changed",
    ]  # fmt: skip


def test_a_baseline_can_be_made_of_what_a_tenant_has(run: Run, names: list[str], controls: list[str]) -> None:
    run("set-status", names[0], controls[0], "alternate", "--evidence", "A wall")
    made = run("baseline", "from", names[0], "As first", "--json").json
    assert made["description"].startswith(f"As {names[0]} on ")
    rules = {r["control"]: r for r in made["rules"]}
    assert (rules[controls[0]]["expected"], rules[controls[0]]["evidence"]) == ("alternate", "A wall")
    (stands,) = run("baseline", "drift", "As first", "--tenant", names[0], "--json").json["tenants"]
    assert (stands["fulfilled"], stands["differs"], stands["late"]) == (len(rules), 0, 0)


def test_what_cannot_be_is_refused_with_a_sentence(run: Run, names: list[str], file: Path, tmp_path: Path) -> None:
    run("baseline", "set", "Standard", "--file", str(file))
    bad = tmp_path / "bad.json"
    bad.write_text('{"rules": [{"control": "x", "expected": "done"}]}', "utf-8")
    words_alone = tmp_path / "words.json"
    words_alone.write_text("Standard", "utf-8")
    typo = tmp_path / "typo.json"
    typo.write_text('{"rules": [{"control": "x", "expected": "planned", "ovner": "x"}]}', "utf-8")
    for words, said in (
        (("set", "x", "--file", str(bad)), "x: 'done' is no status; these are: toAddress"),
        (("set", "x", "--file", str(typo)), "unknown field `ovner`"),
        (("set", "x", "--file", "missing.json"), "cannot be read"),
        (("set", "x", "--file", str(words_alone)), "The file is not JSON"),
        (("show", "other"), "no baseline 'other'"),
        (("assign", "Standard"), "Name tenants, or give --label or --all"),
        (("assign", "Standard", names[0], "--all"), "Name tenants, or give --label or --all"),
        (("assign", "Standard", "--label", "x"), "No tenant has the label 'x'"),
        (("apply", "Standard", "--tenant", names[0]), f"not assigned to {names[0]}"),
    ):
        ran = run("baseline", *words)
        assert ran.code
        assert said in " ".join(ran.err.split())


def test_applying_asks_once_and_no_changes_nothing(run: Run, file: Path) -> None:
    run("baseline", "set", "Standard", "--file", str(file))
    run("baseline", "assign", "Standard", "--all")
    assert run("baseline", "apply", "Standard").code != 0
    assert run("baseline", "drift", "Standard", "--check").code == 1
