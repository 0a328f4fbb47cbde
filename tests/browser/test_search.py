"""The search over every page: by keyboard, in place, and as a page of its own without scripts."""

import re

from browser_visit import Visit, sign_in
from playwright.sync_api import Browser, Route, expect
from web_world import OURS, World

HERE = f"/tenants/{OURS}"


def test_a_slash_finds_a_control_by_keyboard_alone(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}/overview")
    page.keyboard.press("/")
    expect(page.locator("dialog.palette a").first).to_have_text("Overview Contoso")
    page.keyboard.type("title mfa")
    expect(page.locator("dialog.palette [role=status]")).to_have_text(re.compile("^1 found"))
    page.keyboard.press("ArrowDown")
    expect(page.locator("dialog.palette a").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{HERE}/actions/aad_mfa")
    assert inside.wrong == []


def test_ctrl_k_opens_it_and_escape_leads_back(inside: Visit) -> None:
    page = inside.page
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("fabri")
    expect(page.locator("dialog.palette")).to_contain_text("Fabrikam")
    page.keyboard.press("Escape")
    expect(page.locator("dialog.palette")).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type("fabri")
    expect(page.locator("dialog.palette [role=status]")).to_have_text(re.compile("^1 found"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Fabrikam")


def test_enter_before_the_answer_opens_what_was_typed_and_not_what_was_shown(inside: Visit) -> None:
    page = inside.page
    page.goto("/")
    page.keyboard.press("Control+k")
    expect(page.locator("dialog.palette a").first).to_contain_text("Portfolio")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/search?text=fabri*", hold)
    with page.expect_request("**/search?text=fabri*"):
        page.keyboard.type("fabri")
        page.keyboard.press("Enter")
    expect(page.locator("dialog.palette")).to_be_visible()
    for route in held:
        route.continue_()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fabrikam")


def test_opened_again_the_search_shows_nothing_of_last_time(inside: Visit) -> None:
    page = inside.page
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("fabri")
    expect(page.locator("dialog.palette [role=status]")).to_have_text(re.compile("^1 found"))
    page.keyboard.press("Escape")
    page.route("**/search?*", lambda _: None)
    page.keyboard.press("Control+k")
    expect(page.locator("dialog.palette [role=status]")).to_have_text("Searching …")
    assert page.locator("dialog.palette a").count() == 0


def test_a_slash_in_a_field_is_a_slash(inside: Visit) -> None:
    inside.page.goto(f"{HERE}/actions")
    inside.page.get_by_placeholder("Name, product, owner").press("/")
    assert inside.page.locator("dialog.palette").count() == 0


def test_filters_update_in_place_and_the_back_button_takes_them_back(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}/actions?show=all")
    page.evaluate("window.kept = true")
    page.locator("select[name=category]").select_option("Apps")
    expect(page.locator(".list tbody tr")).to_have_count(1)
    assert "category=Apps" in page.url
    page.locator("select[name=category]").select_option("")
    expect(page.locator(".list tbody tr")).to_have_count(4)
    page.go_back()
    expect(page.locator(".list tbody tr")).to_have_count(1)
    assert page.evaluate("window.kept")
    assert inside.wrong == []


def test_what_is_typed_stays_while_the_list_follows(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}/actions?show=all")
    page.evaluate("window.kept = true")
    field = page.get_by_placeholder("Name, product, owner")
    field.press_sequentially("mdo_safe", delay=40)
    expect(page.locator(".list tbody tr")).to_have_count(1)
    expect(page.get_by_placeholder("Name, product, owner")).to_be_focused()
    expect(page.get_by_placeholder("Name, product, owner")).to_have_value("mdo_safe")
    assert page.evaluate("window.kept")


def test_the_charts_answer_after_an_update_in_place(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}/overview")
    page.get_by_role("link", name="30 d").click()
    expect(page.get_by_role("heading", name="Last 30 days")).to_be_visible()
    page.locator("[data-chart=history] svg.chart.wide").focus()
    expect(page.locator(".tip")).to_contain_text("23 Nov 2026")


def test_without_scripts_the_search_is_a_page(browser: Browser, address: str, world: World) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, world.link())
    page.goto(f"{HERE}/overview")
    page.get_by_role("link", name="Search pages, tenants and controls").click()
    page.get_by_placeholder("A page, a tenant or a control").fill("mfa")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Title of aad_mfa").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Title of aad_mfa")
    expect(page.get_by_role("navigation", name="Breadcrumb")).to_contain_text("Recommended actions")
    context.close()
