"""The demo, as its user meets it: Contoso's figures on the command line, the API and the page are the same."""

import json
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ACTIONS = [
    ("Enable MFA for all users", "Identity", "high", "easy", 15.0, True),
    ("Block legacy authentication", "Identity", "high", "medium", 12.0, False),
    ("Enable BitLocker on all devices", "Device", "medium", "medium", 10.0, False),
    ("Configure DLP policies for sensitive info", "Data", "high", "complex", 18.0, False),
    ("Enable Safe Attachments for SharePoint", "Apps", "medium", "easy", 8.0, False),
]
API = "/api/security-defender/secure-score"


@dataclass
class Demo:
    """A running demo."""

    data: Path
    link: str
    told: str

    @property
    def address(self) -> str:
        return self.link.partition("/sign-in")[0]

    def command(self, *words: str) -> str:
        called = [sys.executable, "-m", "surefoot.cli.main", *words, "--data", str(self.data)]
        return subprocess.run(called, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own

    def api(self, path: str) -> Any:
        token = self.command("token", "create", f"t{abs(hash(path))}").strip()
        asked = urllib.request.Request(self.address + path, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - loopback
        with urllib.request.urlopen(asked) as said:  # noqa: S310 - loopback
            return json.loads(said.read())


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Run `surefoot demo` as a process of its own."""
    folder = tmp_path_factory.mktemp("demo")
    called = [sys.executable, "-m", "surefoot.cli.main", "demo", "--port", "0", "--data", str(folder)]
    process = subprocess.Popen(called, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # noqa: S603 - our own
    assert process.stdout is not None
    told = ""
    for line in process.stdout:
        told += line
        found = re.search(r"http://127\.0\.0\.1:\d+/sign-in\?link=\S+", told)
        if found and "Ctrl-C" in line:
            break
    else:
        pytest.fail(f"the demo did not begin: {told}")
    yield Demo(folder, found.group(0), told)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 0


def figures(page: dict[str, Any]) -> None:
    """Compare an overview with section 7 of the design."""
    assert (page["points"], page["maxPoints"], page["percent"]) == (540.0, 750.0, 72.0)
    assert page["pointsAvailable"] == 85.0
    assert page["trend"]["percent"] == pytest.approx(3.0, abs=1e-9)
    shares = {c["category"]: round(c["percent"], 6) for c in page["categories"]}
    assert shares == {"Identity": 85.0, "Device": 68.0, "Apps": 78.0, "Data": 52.0}
    counts = page["statuses"]
    assert (counts["completed"], counts["inProgress"], counts["planned"], counts["riskAccepted"]) == (45, 12, 8, 5)


def listed(page: dict[str, Any]) -> None:
    found = {a["name"]: a for a in page["actions"]}
    for name, category, impact, difficulty, points, quick in ACTIONS:
        a = found[name]
        seen = (a["category"], a["impact"], a["difficulty"], a["points"], a["quickWin"])
        assert seen == (category, impact, difficulty, points, quick), name


def test_the_demo_reads_all_tenants_but_those_in_trouble(demo: Demo) -> None:
    assert "23 of 26 tenants read." in demo.told


def test_the_api_shows_contoso(demo: Demo) -> None:
    page = demo.api(f"{API}?tenant=contoso")
    figures(page)
    assert len(page["history"]) == 87
    listed(demo.api(f"{API}/recommendations?tenant=contoso"))


def test_the_command_line_shows_the_api_to_the_byte(demo: Demo) -> None:
    said = json.loads(demo.command("overview", "contoso", "--json"))
    figures(said)
    assert said == demo.api(f"{API}?tenant=contoso&days=90")
    listed(json.loads(demo.command("actions", "contoso", "--json")))
    plain = demo.command("overview", "contoso")
    for text in (
        "72.0 %",
        "+3.0",
        "540 of 750",
        "85",
        "45 completed",
        "12 in progress",
        "8 planned",
        "5 risk accepted",
    ):
        assert text in plain


@pytest.mark.browser
def test_the_page_shows_contoso(demo: Demo) -> None:
    import shutil

    from playwright.sync_api import expect, sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no Chromium is installed (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(demo.link)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Contoso").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Contoso", timeout=30_000)
        page.wait_for_load_state()
        text = " ".join(page.inner_text("main").split())
        browser.close()
    for part in ("72.0", "540", "750", "up 3.0", "85"):
        assert part in text
    for share in ("Identity", "85 %", "Device", "68 %", "Apps", "78 %", "Data", "52 %"):
        assert share in text
    for name, *_ in ACTIONS:
        assert name in text
