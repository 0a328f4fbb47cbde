"""Stories of the overview: what is my score, why did it move, what next."""

import pytest
from browser_visit import Visit, open_at_rest, sign_in
from playwright.sync_api import Browser, expect
from web_world import OURS, World

HERE = f"/tenants/{OURS}"


def test_the_planned_score_is_included_on_request_and_taken_out_again(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}/overview")
    expect(page.get_by_role("heading", name="Secure Score", exact=True)).to_be_visible()
    page.get_by_role("navigation", name="Include").get_by_role("link", name="Planned").click()
    expect(page.get_by_role("heading", name="Planned score")).to_be_visible()
    expect(page.get_by_text("Secure Score itself")).to_be_visible()
    page.get_by_role("link", name="30 d").click()
    page.wait_for_url("**days=30**")
    assert "include=planned" in page.url
    page.get_by_role("navigation", name="Include").get_by_role("link", name="Planned").click()
    expect(page.get_by_role("heading", name="Secure Score", exact=True)).to_be_visible()
    assert inside.wrong == []


def test_how_it_is_counted_is_one_click_away(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}/overview")
    said = page.get_by_text("As if everything planned and in progress were done.")
    expect(said).to_be_hidden()
    page.get_by_text("How it is counted").click()
    expect(said).to_be_visible()


def test_a_count_to_review_leads_to_its_actions(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}/overview")
    line = page.locator(".review a", has_text="To address")
    count = int(line.locator("b").inner_text())
    line.click()
    expect(page.locator(".list tbody tr .name")).to_have_count(count)


def test_why_it_moved_leads_to_the_days_and_is_copied(inside: Visit) -> None:
    page = inside.page
    open_at_rest(page, f"{HERE}/overview")
    expect(page.get_by_text("Nothing moved in the last 7 days.")).to_be_visible()
    expect(page.locator("svg.waterfall.wide")).to_be_visible()
    expect(page.locator("#words")).to_contain_text("Contoso's Microsoft Secure Score was")
    page.get_by_role("button", name="Copy for a customer").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    page.get_by_role("link", name="All changes and candidate causes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Why it moved")
    assert inside.wrong == []


def test_a_mark_leads_to_why_the_score_moved_on_its_day(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}/overview")
    page.locator(".marked a").first.click()
    page.wait_for_url("**/history/why?from=2026-11-12&to=2026-11-13")
    expect(page.get_by_role("heading", level=1)).to_have_text("Why it moved")


@pytest.mark.parametrize("visit", [(360, "dark")], indirect=True, ids=["narrow"])
def test_a_phone_reads_it_without_scrolling_sideways(inside: Visit) -> None:
    page = inside.page
    for query in ("", "?include=planned", "?days=all"):
        page.goto(f"{HERE}/overview{query}", wait_until="networkidle")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0
    expect(page.locator("svg.waterfall.narrow")).to_be_visible()


def test_it_all_works_without_scripts(browser: Browser, address: str, world: World) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, world.link())
    page.goto(f"{HERE}/overview")
    page.get_by_text("How it is counted").click()
    expect(page.get_by_text("accepted risks stay as they are")).to_be_visible()
    expect(page.get_by_role("button", name="Copy for a customer")).to_be_hidden()
    page.get_by_role("navigation", name="Include").get_by_role("link", name="Achievable").click()
    expect(page.get_by_role("heading", name="Achievable score")).to_be_visible()
    context.close()
