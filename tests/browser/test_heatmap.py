"""The heat map in a real browser: from a row to one decision for all customers, by keyboard, and without scripts."""

from browser_visit import Visit, sign_in
from playwright.sync_api import Browser, Page, expect
from web_world import OURS, THEIRS, World


def through(page: Page) -> None:
    """Go from the preview over the confirmation to the undo."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Change 2 actions?")
    expect(page.locator(".counts")).to_contain_text("2 will be changed")
    for name in ("Contoso", "Fabrikam"):
        expect(page.get_by_role("table")).to_contain_text(name)
    page.get_by_role("button", name="Change 2 actions").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Changed 2 actions")
    expect(page.locator(".counts")).to_contain_text("2 changed")


def undone(page: Page) -> None:
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Undone")
    page.get_by_role("link", name="Back to the heat map").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Control by tenant")


def test_a_control_is_planned_for_all_customers_from_its_row_and_put_back(inside: Visit) -> None:
    page = inside.page
    page.goto("/heatmap?open=true")
    row = page.get_by_role("row").filter(has_text="Title of aad_mfa")
    expect(row.locator("td.c.partial")).to_have_count(2)
    row.get_by_role("checkbox").check()
    expect(page.locator("[data-picked]")).to_have_text("1 control chosen: 2 actions")
    page.get_by_role("button", name="Preview").click()
    through(page)
    second = page.context.new_page()
    second.goto("/heatmap?open=true")
    row = second.get_by_role("row").filter(has_text="Title of aad_mfa")
    expect(row.locator("td.c.planned")).to_have_count(2)
    row.get_by_role("checkbox").check()
    expect(second.locator("[data-picked]")).to_have_text("1 control chosen: 0 actions")
    second.locator("select[name=where]").select_option("open")
    expect(second.locator("[data-picked]")).to_have_text("1 control chosen: 2 actions")
    second.close()
    undone(page)
    assert page.url.endswith("/heatmap?open=true")
    expect(page.get_by_role("row").filter(has_text="Title of aad_mfa").locator("td.c.planned")).to_have_count(0)
    assert inside.wrong == []


def test_the_next_best_control_is_planned_for_everybody(inside: Visit) -> None:
    page = inside.page
    page.goto("/heatmap")
    best = page.get_by_role("region", name="Next best control")
    expect(best).to_contain_text("still to address in 2 of 2 tenants")
    best.get_by_role("button", name="Plan it for all 2").click()
    through(page)
    undone(page)
    assert inside.wrong == []


def test_the_map_is_walked_with_the_arrows_and_left_with_one_tab(inside: Visit) -> None:
    page = inside.page
    page.goto("/heatmap")
    grid = page.get_by_role("grid")
    expect(grid.locator('[tabindex="0"]')).to_have_count(1)
    grid.get_by_role("link", name="Title of aad_mfa").focus()
    focused = page.locator(":focus")
    expect(focused).to_have_text("Title of aad_mfa")
    page.keyboard.press("End")
    expect(focused).to_have_attribute("title", "Fabrikam: To address, 7 of 10 points")
    expect(page.locator(".told")).to_have_text("Title of aad_mfa. Fabrikam: To address, 7 of 10 points")
    page.keyboard.press("ArrowLeft")
    expect(focused).to_have_attribute("title", "Contoso: To address, 7 of 10 points")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(focused).to_have_attribute("title", f"Contoso: {100 * 15 / 26:.1f} %")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+End")
    expect(focused).to_have_attribute("href", f"/tenants/{THEIRS}/actions/mdo_safe")
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator("[data-picked]")).to_contain_text("1 control chosen")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Status")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Owner")).to_be_focused()
    page.keyboard.type("Anna")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Change 2 actions?")
    assert inside.wrong == []


def test_filters_that_update_in_place_leave_the_map_as_usable(inside: Visit) -> None:
    page = inside.page
    page.goto("/heatmap")
    page.locator("select[name=category]").select_option("Identity")
    page.wait_for_url("**category=Identity**")
    grid = page.get_by_role("grid")
    expect(grid.locator("tbody tr")).to_have_count(1)
    expect(grid.locator('[tabindex="0"]')).to_have_count(1)
    expect(page.locator(".told")).to_have_count(1)
    grid.get_by_role("checkbox", name="Choose Title of aad_mfa").check()
    expect(page.locator("[data-picked]")).to_have_text("1 control chosen: 2 actions")
    assert inside.wrong == []


def test_a_cell_leads_to_its_action_and_a_row_to_its_tenants(inside: Visit) -> None:
    page = inside.page
    page.goto("/heatmap")
    page.locator(f'td.c a[href="/tenants/{OURS}/actions/aad_mfa"]').click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Title of aad_mfa")
    page.go_back()
    page.get_by_role("link", name="Title of aad_mfa").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Title of aad_mfa")
    page.get_by_role("checkbox", name="Choose Fabrikam").uncheck()
    expect(page.locator("[data-picked]")).to_have_text("1 selected")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Change 1 action?")
    assert inside.wrong == []


def test_all_of_it_works_without_scripts(browser: Browser, address: str, world: World) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, world.link())
    page.goto("/heatmap")
    page.locator("select[name=open]").select_option("true")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**open=true**")
    page.get_by_role("checkbox", name="Choose Title of aad_mfa").check()
    page.get_by_label("Owner").fill("Anna")
    page.get_by_role("button", name="Preview").click()
    through(page)
    undone(page)
    page.get_by_text("Why this one").click()
    expect(page.get_by_text("the most points for the effort")).to_be_visible()
    context.close()
