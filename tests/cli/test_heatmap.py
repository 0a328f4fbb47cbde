"""The heat map at a terminal: the API's object, at any width."""

from cli_run import Run


def test_the_heat_map_fits_any_terminal_and_says_what_its_marks_mean(connected: Run) -> None:
    run = connected
    assert run("sync").code == 0
    page = run("heatmap", "--json").json
    assert page["total"] == 2
    wide = run("heatmap", "--open", "--limit", "5", columns=120)
    assert wide.code == 0
    best = page["best"]
    assert f"Next best for everybody: {best['name']}" in " ".join(wide.out.split())
    assert f"--control {best['id']} --where-status toAddress" in " ".join(wide.out.split())
    assert "# completed" in wide.out
    for name in (t["tenant"]["name"] for t in page["tenants"]):
        assert name in " ".join(wide.out.split())
    assert "More controls: --page 2 of" in wide.out
    narrow = run("heatmap", "--limit", "5", columns=40)
    assert max(len(line) for line in narrow.out.splitlines()) <= 60
    assert f"open in {page['controls'][0]['open']} of 2" in " ".join(narrow.out.split())


def test_what_is_not_there_is_said(connected: Run) -> None:
    run = connected
    assert "none with a score" in run("heatmap").out
    assert "no such tenant" in run("heatmap", "--tenants", "zzz").out
    assert run("sync").code == 0
    assert "controls matches" in " ".join(run("heatmap", "--text", "zzz").out.split())
    only = run("heatmap", "--tenants", run("heatmap", "--json").json["tenants"][0]["tenant"]["name"])
    assert "surefoot bulk set" not in only.out
