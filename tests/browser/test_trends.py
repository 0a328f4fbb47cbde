"""Metrics and trends in a real browser: read by keyboard, followed to why, bounds set, without scripts."""

import pytest
from browser_visit import Visit, sign_in
from playwright.sync_api import Browser, expect
from web_world import OURS, World

HERE = f"/tenants/{OURS}/trends"


def test_each_line_is_read_with_the_keyboard(inside: Visit) -> None:
    page = inside.page
    page.goto(HERE)
    for figure, said in (
        ("zone-days", "okay"), ("regressed-days", "below the best"), ("risk-days", "given up"),
        ("category-0-days", "of 10 points"),
    ):  # fmt: skip
        around = page.locator(f"figure[data-table={figure}]")
        around.locator("svg.chart:visible").focus()
        tip = around.locator(".tip")
        expect(tip).to_contain_text("Nov")
        expect(tip).to_contain_text(said)
        page.keyboard.press("Home")
        expect(tip).to_contain_text("Oct")
        page.keyboard.press("Escape")
        expect(tip).to_be_hidden()
    assert inside.wrong == []


def test_a_bar_leads_to_why_by_keyboard(inside: Visit) -> None:
    page = inside.page
    page.goto(HERE)
    page.get_by_role("link", name="Months").click()
    page.wait_for_url("**by=month**")
    bar = page.locator("#changes svg.broad a.bar").last
    bar.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/history/why?from=**")
    expect(page.get_by_role("heading", level=1)).to_have_text("Why it moved")
    assert inside.wrong == []


def test_the_range_is_one_for_the_whole_page(inside: Visit) -> None:
    page = inside.page
    page.goto(HERE)
    page.get_by_role("link", name="30 d").click()
    page.wait_for_url("**days=30**")
    assert page.locator("#zone-days tr").count() == page.locator("#risk-days tr").count() == 29
    page.get_by_label("From", exact=True).fill("2026-11-02")
    page.get_by_label("To", exact=True).fill("2026-11-06")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**from=2026-11-02**")
    assert page.locator("#zone-days tr").count() == page.locator("#regressed-days tr").count() == 4
    assert inside.wrong == []


def test_the_bounds_are_set_refused_and_taken_away(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}?days=30")
    page.get_by_text("Set the bounds").click()
    page.get_by_label("Good from").fill("30")
    page.get_by_label("Okay from").fill("60")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Okay has to begin above 0 and below good")
    page.get_by_label("Good from").fill("65")
    page.get_by_label("Okay from").fill("30")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_text("The bounds of the zones are set.")).to_be_visible()
    expect(page.locator("#zone")).to_contain_text("from 30 % to below 65 %")
    assert "days=30" in page.url
    page.get_by_text("Set the bounds").click()
    page.get_by_role("button", name="Take away").click()
    expect(page.locator("#zone")).to_contain_text("nobody has set others")
    assert [w for w in inside.wrong if "422" not in w] == []


@pytest.mark.parametrize("visit", [(360, "light")], indirect=True, ids=["narrow"])
def test_a_phone_gets_the_narrow_charts(inside: Visit) -> None:
    inside.page.goto(HERE)
    expect(inside.page.locator("#zone svg.narrow")).to_be_visible()
    expect(inside.page.locator("#zone svg.broad")).to_be_hidden()
    expect(inside.page.locator("#changes svg.bars.narrow")).to_be_visible()
    assert inside.wrong == []


def test_all_of_it_is_there_without_scripts(browser: Browser, address: str, world: World) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, world.link())
    page.goto(HERE)
    for table in page.locator("details.days summary").all():
        table.click()
    expect(page.locator("#zone-days tr").first).to_be_visible()
    expect(page.locator("#risk-days tr").first).to_be_visible()
    page.locator("#changes svg.broad a.bar").last.click()
    page.wait_for_url("**/history/why**")
    context.close()
