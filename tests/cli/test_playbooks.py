"""The commands about playbooks, as somebody at a terminal uses them."""

import io
import sys
from pathlib import Path

import pytest
from cli_run import Run


@pytest.fixture
def control(connected: Run) -> str:
    assert connected("sync").code == 0
    name = connected("tenant", "list", "--json").json["tenants"][0]["tenant"]["id"]
    return str(connected("actions", name, "--json").json["actions"][0]["id"])


def test_steps_are_set_shown_listed_and_removed(run: Run, control: str, tmp_path: Path) -> None:
    assert "No playbook yet" in run("playbook", "list").out
    assert "No steps of your own" in run("playbook", "show", control).out
    steps = tmp_path / "steps.md"
    steps.write_text("1. Tell the *desk*\n2. Do it\n", "utf-8")
    done = run("playbook", "set", control, "--file", str(steps))
    assert done.code == 0
    assert "1 version kept" in done.out
    shown = run("playbook", "show", control)
    assert "1. Tell the *desk*\n2. Do it\n" in shown.out
    assert "Microsoft's steps:" in shown.out
    page = run("playbook", "show", control, "--json").json
    assert "<em>desk</em>" in page["ownHtml"]
    listed = run("playbook", "list", "--json").json
    assert [p["control"] for p in listed["playbooks"]] == [control]
    assert page["name"] in run("playbook", "list", columns=200).out
    assert run("playbook", "remove", control).code == 0
    assert run("playbook", "remove", control).code == 1
    versions = run("playbook", "history", control, "--json").json
    assert [v["text"] for v in versions] == ["", "1. Tell the *desk*\n2. Do it"]
    assert ": removed" in run("playbook", "history", control).out
    assert [e["action"] for e in run("audit", "list", "--action", "playbook", "--json").json["entries"]] == [
        "playbook.removed",
        "playbook.changed",
    ]


def test_steps_come_from_standard_input_or_the_argument(
    run: Run, control: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Grüße".encode()), "utf-8"))
    assert run("playbook", "set", control, "--file", "-", "--json").json["own"]["text"] == "Grüße"
    assert run("playbook", "set", control, "--text", "Other", "--json").json["own"]["text"] == "Other"
    assert "Grüße" in run("playbook", "history", control).out


def test_what_cannot_be_is_refused_with_a_sentence(run: Run, control: str, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for words, said in (
        ((control,), "either with --file"),
        ((control, "--file", "x.md", "--text", "x"), "either with --file"),
        ((control, "--file", "missing.md"), "cannot be read"),
        ((control, "--file", "binary"), "it is not text"),
        ((control, "--text", " "), "is empty"),
        (("nothing", "--text", "x"), "No tenant ever had a control"),
    ):
        ran = run("playbook", "set", *words)
        assert ran.code
        assert said in " ".join(ran.err.split())
    assert "never had a playbook" in run("playbook", "history", control).out
    assert run("playbook", "show", "nothing").code == 1
