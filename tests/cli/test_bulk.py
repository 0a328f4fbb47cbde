"""Many decisions at once, as somebody at a terminal takes them."""

import sys
from pathlib import Path

import pytest
import typer
from cli_run import Run


@pytest.fixture
def names(connected: Run) -> list[str]:
    assert connected("sync").code == 0
    return [str(t["tenant"]["name"]) for t in connected("tenant", "list", "--json").json["tenants"]]


def test_a_selection_is_previewed_set_listed_and_undone(run: Run, names: list[str]) -> None:
    words = ("bulk", "set", "--tenant", names[0], "--where-status", "toAddress", "--status", "planned", "--owner", "bo")
    ran = run(*words, "--dry-run")
    assert ran.code == 0
    assert ran.out.startswith("Would be: ")
    assert "Nothing was done to many" in run("bulk", "list").out
    asked = run(*words)
    assert asked.code == 2
    assert "add --yes" in asked.err
    done = run(*words, "--yes")
    assert done.code == 0
    assert "Undo with `surefoot bulk undo 1`." in done.out
    count = run("bulk", "list", "--json").json["bulks"][0]["outcomes"]["changed"]
    assert f"Would be: {count} changed." in ran.out
    planned = run("actions", names[0], "--status", "planned", "--json").json["actions"]
    assert sum(a["plan"]["owner"] == "bo" for a in planned) == count
    assert f"{count} changed" in run("bulk", "list", columns=200).out
    assert run("bulk", "undo", "1").out == f"Undone: {count} put back.\n"
    again = run("bulk", "undo", "1")
    assert again.code == 2
    assert "undone already" in again.err
    assert [e["action"] for e in run("audit", "list", "--action", "bulk", "--json").json["entries"]] == [
        "bulk.undone",
        "bulk.made",
    ]


def test_one_action_in_all_tenants_and_what_is_refused(run: Run, names: list[str]) -> None:
    held = [{a["id"] for a in run("actions", n, "--status", "toAddress", "--json").json["actions"]} for n in names]
    control = min(held[0] & held[1])
    words = ("bulk", "set", "--all-tenants", "--control", control)
    done = run(*words, "--status", "inProgress", "--due", "", "--yes", "--json")
    assert (done.code, done.json["outcomes"]["changed"], done.json["key"]) == (0, 2, 1)
    assert {r["tenant"]["name"] for r in done.json["results"]} == set(names)
    refused = run(*words, "--status", "thirdParty", "--yes")
    assert refused.out.count("Refused: ") == 2
    assert "Would be: 2 refused." in refused.out
    for extra, said in (
        (("--tenant", names[0], "--all-tenants"), "Either --tenant"),
        ((), "Say in which tenants"),
        (("--all-tenants", "--control", "nothing"), "'nothing'"),
        (("--all-tenants", "--grounds", "boredom"), "no grounds"),
        (("--tenant", "nobody"), "no tenant 'nobody'"),
    ):
        ran = run("bulk", "set", "--status", "planned", *extra)
        assert ran.code
        assert said in " ".join(ran.err.split())
    assert "nothing selected" in run("bulk", "set", "--label", "none", "--status", "planned").out


def test_somebody_at_a_terminal_is_asked_once(run: Run, names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(typer, "confirm", lambda text, **_options: asked.append(text))
    done = run("bulk", "set", "--tenant", names[0], "--where-status", "toAddress", "--status", "planned")
    assert (done.code, asked) == (0, ["Go on?"])
    assert done.out.startswith("Would be: ")


def test_decisions_go_out_and_come_in_again(run: Run, names: list[str], tmp_path: Path) -> None:
    run("bulk", "set", "--tenant", names[0], "--where-status", "toAddress", "--status", "planned", "--yes")
    file = tmp_path / "decisions.csv"
    assert "rows in" in run("decisions", "export", names[0], "--out", str(file)).err
    assert run("decisions", "export", names[0]).out.encode() == file.read_bytes()
    assert run("decisions", "export", "--all").code == 0
    same = run("decisions", "import", str(file))
    assert same.code == 0
    assert "so already" in same.out
    file.write_bytes(file.read_bytes().replace(b",planned,", b",inProgress,", 1))
    changed = run("decisions", "import", str(file), "--yes", "--json").json
    assert (changed["outcomes"]["changed"], changed["outcomes"]["refused"]) == (1, 0)
    file.write_text("control,status\nx,perhaps\n")
    bad = run("decisions", "import", str(file), "--tenant", names[0])
    assert "Line 2: 'perhaps' is no status" in " ".join(bad.err.split())
    for words in (
        ("import", "missing.csv"),
        ("export", names[0], "--all"),
        ("export", "--all", "--out", str(tmp_path)),
    ):
        assert run("decisions", *words).code


def test_what_is_refused_alike_is_said_once(run: Run, names: list[str]) -> None:
    nothing = run("bulk", "set", "--tenant", names[0])
    assert (nothing.code, nothing.out) == (2, "")
    assert "--status, --owner or --due" in nothing.err
    alike = run(
        "bulk", "set", "--tenant", names[0], "--where-status", "toAddress", "--status", "thirdParty", "--dry-run"
    )
    assert alike.out.count("evidence is a text or a link") == 1
    assert alike.out.startswith("Refused, all ")
