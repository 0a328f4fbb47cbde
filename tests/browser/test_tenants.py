"""Stories of tenants and settings, against an emulated Graph: add, test, read, import, remove; a token."""

import asyncio
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from browser_visit import Visit, sign_in
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from surefoot.access.sessions import make_link
from surefoot.cli.home import Home
from surefoot.emulator.server import Running
from surefoot.emulator.world import World as GraphWorld
from surefoot.emulator.world import generate
from surefoot.jobs import Runner, try_connection
from surefoot.model import AuthMethod, Connection, Tenant
from surefoot.settings import read as settings
from surefoot.store import tenants
from surefoot.web.app import create
from surefoot.web.site import Emulated, Reach

EXPORT = """\
Rank,Recommended action,Score impact,Points achieved,Status,Regressed,Have license?,Category,Product,Last synced ,Notes
1,Something nobody knows,+1.10 %,2.5/8,To address,No,Yes,Apps,Exchange Online,11/22/2026,
2,All done,+0.00 %,7/7,Completed,No,Yes,Data,SharePoint Online,11/22/2026,
"""


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass
class Installation:
    """A site that reaches an emulated Graph, with two tenants at first whose history comes from files."""

    app: FastAPI
    home: Home
    graph: GraphWorld
    running: Running

    def link(self) -> str:
        with self.home.writing() as conn:
            return make_link(conn, now=now())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    home = Home(settings(data=tmp_path_factory.mktemp("tenants") / "data", port=None))
    graph = generate(7, now().date(), tenants=3)
    with home.writing() as conn:
        for n, name in enumerate(("Alpha", "Beta"), 1):
            way = Connection(method=AuthMethod.NONE)
            tenants.add(
                conn, id=f"0c0a1e5e-0000-4000-8000-00000000000{n}", name=name, connection=way, now=now(), due_at=None
            )
    with Running(graph) as running:
        runner = Runner(home.engine, home.keys, home.ratings, now)

        def sync(tenant: Tenant) -> None:
            with home.writing() as conn:
                tenants.make_due(conn, tenant, now())
            runner.wake()

        reach = Reach(
            keys=home.keys,
            check=lambda tenant: asyncio.run(try_connection(home.engine, home.keys, tenant, now)),
            reading=runner.reading,
            place=lambda integrity: home.place(integrity=integrity),
            emulated=Emulated(
                url=running.base_url, client_id=running.client_id, client_secret=running.client_secret
            ),
        )  # fmt: skip
        app = create(engine=home.engine, ratings=home.ratings, clock=now, graph_sync=sync, reach=reach)
        runner.start()
        yield Installation(app=app, home=home, graph=graph, running=running)
        runner.stop()
    home.close()


def fill(page: Page, world: Installation, place: int) -> str:
    """Fill the form of a new tenant in; gives its name."""
    made = world.graph.tenants[place]
    page.get_by_label("Name", exact=False).first.fill(made.name)
    page.get_by_label("Tenant ID").fill(made.id)
    page.get_by_label("Application (client) ID").fill(world.running.client_id)
    page.get_by_label("Client secret", exact=False).last.fill(world.running.client_secret)
    return made.name


def test_a_tenant_is_added_mended_read_and_removed(inside: Visit, world: Installation, tmp_path: Path) -> None:
    page, made = inside.page, world.graph.tenants[0]
    made.trouble = "no_consent"
    page.goto("/tenants")
    page.get_by_role("link", name="Add a tenant").click()
    expect(page.get_by_role("row", name=re.compile("SecurityEvents.Read.All")).get_by_role("button")).to_be_visible()
    name = fill(page, world, 0)
    page.get_by_role("button", name="Save and test").click()
    expect(page.get_by_text("Surefoot cannot read this tenant yet.")).to_be_visible()
    scores = page.get_by_role("table", name="Each thing that was tried").get_by_role(
        "row", name=re.compile("SecurityEvents.Read.All")
    )
    expect(scores.first).to_contain_text("Not granted")
    expect(scores.first.get_by_role("link", name=re.compile("API permissions in Entra"))).to_be_visible()
    made.trouble = None
    page.get_by_role("button", name="Test again").click()
    expect(page.get_by_text(re.compile("Everything (works|that Surefoot needs works)"))).to_be_visible()
    page.get_by_role("link", name="To the score").or_(page.get_by_text("The reading has ended")).first.wait_for()
    expect(page.get_by_role("region", name="Sync history")).to_contain_text("Read")

    export = tmp_path / "export.csv"
    export.write_text(EXPORT, "utf-8")
    page.get_by_role("link", name="Choose a file").click()
    page.locator("input[type=file]").set_input_files(export)
    page.locator("input[name=day]").fill("2020-02-02")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("region", name="This would come in")).to_contain_text("New days")
    page.get_by_role("button", name="Import it").click()
    expect(page.get_by_text("Imported. The days of the file")).to_be_visible()
    expect(page.get_by_role("region", name="Reading")).to_contain_text("2020")

    page.get_by_text("Remove this tenant").click()
    expect(page.locator("#remove")).to_contain_text("stored days of scores")
    page.get_by_label(re.compile("to confirm")).fill("something else")
    page.get_by_role("button", name=f"Remove {name}").click()
    expect(page.get_by_text("Nothing was removed")).to_be_visible()
    page.get_by_label(re.compile("to confirm")).fill(name)
    page.get_by_role("button", name=f"Remove {name}").click()
    expect(page.get_by_text("The tenant is removed")).to_be_visible()
    assert inside.wrong == []


def test_a_token_is_made_copied_once_and_revoked(inside: Visit) -> None:
    page = inside.page
    page.goto("/settings")
    page.locator("summary", has_text="Make a token").click()
    tokens = page.get_by_role("region", name="API tokens")
    tokens.locator("input[name=name]:not([type=hidden])").fill("grafana")
    page.get_by_role("button", name="Make the token").click()
    shown = page.locator("#made").text_content()
    assert shown is not None
    assert shown.startswith("sf_")
    page.goto("/settings")
    expect(page.get_by_text(shown)).to_have_count(0)
    page.get_by_role("button", name="Revoke grafana").click()
    expect(page.get_by_text("the token is refused from now on")).to_be_visible()
    assert inside.wrong == []


def test_a_tenant_is_added_and_read_without_scripts(browser: Browser, address: str, world: Installation) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, world.link())
    page.goto("/tenants/add")
    fill(page, world, 1)
    page.get_by_role("button", name="Save and test").click()
    expect(page.get_by_text(re.compile("Everything (works|that Surefoot needs works)"))).to_be_visible()
    expect(page.get_by_role("link", name="To the score")).to_be_visible()
    page.get_by_role("link", name="To the score").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    context.close()
