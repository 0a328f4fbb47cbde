"""The comparison in a real browser: the answer at a glance, a range, another tenant beside, by phone and keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_visit import Visit
from comparison_world import people
from playwright.sync_api import expect
from web_world import OURS, THEIRS, World

HERE = f"/tenants/{OURS}/comparison"
BESIDE = f"{HERE}?against=0c0a1e5e-0000-4000-8000-000000000007&days=all"


@pytest.fixture(scope="module", autouse=True)
def peopled(world: World) -> None:
    people(world)


@pytest.mark.parametrize("visit", [(360, "light"), (1280, "dark"), (2560, "light")], indirect=True, ids=str)
def test_it_is_accessible_and_fits(inside: Visit) -> None:
    for path in (HERE, BESIDE, f"{HERE}?against=label:Gold %26 silver", f"/tenants/{THEIRS}/comparison"):
        inside.page.goto(path, wait_until="networkidle")
        wide = inside.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
        assert [v["id"] for v in Axe().run(inside.page).response["violations"]] == [], path
    assert inside.wrong == []


def test_the_question_is_answered_at_once_and_every_number_leads_on(inside: Visit) -> None:
    page = inside.page
    page.goto(f"/tenants/{OURS}/overview")
    page.get_by_role("link", name="Comparison").first.click()
    expect(page.locator(".verdict")).to_have_text("Yes, better than organizations like yours")
    box = page.locator(".verdict").bounding_box()
    assert box is not None
    assert box["y"] < 400
    expect(page.locator(".ladders tr")).to_have_count(5)
    expect(page.get_by_text("a Beta distribution")).to_be_hidden()
    page.get_by_text("How it is estimated").click()
    expect(page.get_by_text("a Beta distribution")).to_be_visible()
    page.get_by_role("link", name="Identity").first.click()
    page.wait_for_url("**/actions?category=Identity&show=all")


def test_the_lines_are_read_by_keyboard_and_go_with_the_range(inside: Visit) -> None:
    page = inside.page
    page.goto(HERE)
    page.get_by_role("link", name="30 d").click()
    expect(page.get_by_role("heading", name="Over time: last 30 days")).to_be_visible()
    page.locator("svg.chart.broad").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".tip")).to_contain_text("All Microsoft 365 tenants: 48.0 %")
    page.get_by_role("link", name="These lines in the history").click()
    expect(page.locator(".lines li")).to_have_count(2)


def test_another_tenant_is_put_beside_and_its_action_opened(inside: Visit) -> None:
    page = inside.page
    page.goto(HERE)
    page.locator("select[name=against]").select_option(label="Northwind 7")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url("**against=**")
    expect(page.get_by_role("heading", name="Where Northwind 7 has earned more")).to_be_visible()
    page.locator(".gaps .name a").first.click()
    expect(page).to_have_url(f"{page.url.split('/tenants')[0]}/tenants/{OURS}/actions/aad_mfa")
    assert inside.wrong == []
