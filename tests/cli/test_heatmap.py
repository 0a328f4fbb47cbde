"""The heat map at a terminal: the API's object, at any width."""

import csv
import zipfile
from pathlib import Path

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


def test_the_heat_map_is_written_whole_as_a_workbook_or_csv(connected: Run, tmp_path: Path) -> None:
    assert connected("sync").code == 0
    page = connected("heatmap", "--json", "--limit", "1000").json
    book, rows = tmp_path / "heat.xlsx", tmp_path / "heat.csv"
    told = connected("heatmap", "--out", str(book))
    assert told.code == 0
    assert f"{page['totalControls']} controls by 2 tenants in" in " ".join(told.out.split())
    assert "xl/worksheets/sheet2.xml" in zipfile.ZipFile(book).namelist()
    assert connected("heatmap", "--out", str(rows)).code == 0
    with rows.open(encoding="utf-8-sig") as file:
        assert len(list(csv.DictReader(file))) == 2 * page["totalControls"]
    refused = connected("heatmap", "--out", str(tmp_path / "heat.pdf"))
    assert (refused.code, "neither in .xlsx nor in .csv" in refused.err) == (2, True)
