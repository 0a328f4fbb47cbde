"""The list of recommended actions in a real browser: narrowed, sorted, chosen, decided, undone, exported."""

import re

from browser_visit import Visit, sign_in
from playwright.sync_api import Browser, Page, Route, expect
from web_world import OURS, World

HERE = f"/tenants/{OURS}/actions"


def names(page: Page) -> list[str]:
    return page.locator(".work tbody th.name > a").all_inner_texts()


def test_filters_combine_in_place_and_each_can_be_taken_away(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}?show=all")
    page.evaluate("document.body.dataset.same = 'yes'")
    page.locator("select[name=category]").select_option("Identity")
    page.wait_for_url("**category=Identity**")
    expect(page.get_by_role("status").filter(has_text="shown")).to_contain_text("1 of 4 shown")
    page.locator("#more-filters > summary").click()
    page.locator("select[name=difficulty]").select_option("easy")
    page.wait_for_url("**difficulty=easy**")
    assert names(page) == ["Title of aad_mfa"]
    page.get_by_role("link", name="Remove the filter Category: Identity").click()
    page.wait_for_url(lambda url: "category" not in url)
    expect(page.locator(".work tbody th.name")).to_have_count(3)
    page.get_by_role("link", name="Clear the filters").click()
    expect(page.locator(".work tbody th.name")).to_have_count(4)
    assert page.evaluate("document.body.dataset.same") == "yes"
    page.go_back()
    expect(page.locator(".work tbody th.name")).to_have_count(3)
    assert inside.wrong == []


def test_a_head_sorts_both_ways_and_says_so(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}?show=all")
    page.get_by_role("link", name="Points achieved").click()
    head = page.locator("th", has_text="Points achieved")
    expect(head).to_have_attribute("aria-sort", "descending")
    first = names(page)
    page.get_by_role("link", name="Points achieved").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert set(names(page)) == set(first)
    assert names(page)[-1] == first[0]
    page.locator("select[name=group]").select_option("product")
    expect(page.locator("tr.group")).to_have_count(2)
    assert inside.wrong == []


def test_columns_are_chosen(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}?show=all")
    page.locator("#columns > summary").click()
    page.get_by_role("checkbox", name="Last synced").check()
    page.get_by_role("checkbox", name="Difficulty").uncheck()
    page.get_by_role("button", name="Show these").click()
    expect(page.locator(".work thead th", has_text="Last synced")).to_be_visible()
    expect(page.locator(".work thead th", has_text="Difficulty")).to_have_count(0)
    page.locator("select[name=category]").select_option("Apps")
    page.wait_for_url("**category=Apps**")
    expect(page.locator(".work thead th", has_text="Last synced")).to_be_visible()


def test_actions_are_chosen_weighed_changed_and_put_back(inside: Visit) -> None:
    page = inside.page
    page.goto(HERE)
    bar = page.locator(".pickbar")
    expect(bar).to_be_hidden()
    page.get_by_role("checkbox", name="Title of aad_mfa").check()
    page.get_by_role("checkbox", name="onerror").check()
    expect(bar).to_contain_text("2 selected, together +9 points, 57.7 \u2192 92.3 %")
    page.get_by_role("link", name="Points", exact=True).click()
    expect(page.get_by_role("checkbox", name="Title of aad_mfa")).to_be_checked()
    status = bar.get_by_label("Status")
    expect(bar.get_by_label("Evidence")).to_be_hidden()
    status.select_option("thirdParty")
    expect(bar.get_by_label("Evidence")).to_be_visible()
    status.select_option("riskAccepted")
    expect(bar.get_by_label("Accepted until")).to_be_visible()
    status.select_option("planned")
    expect(bar.get_by_label("Accepted until")).to_be_hidden()
    bar.get_by_label("Owner").fill("Anna")
    bar.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Change 2 actions?")
    expect(page.get_by_text("Together +9 points")).to_contain_text("57.7 % \u2192 92.3 %")
    page.get_by_role("button", name="Change 2 actions").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Changed 2 actions")
    page.get_by_role("button", name="Undo all of it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Undone")
    assert inside.wrong == []


def test_what_is_filled_in_while_the_list_is_sorted_stays(inside: Visit) -> None:
    page = inside.page
    page.goto(HERE)
    page.get_by_role("checkbox", name="Title of aad_mfa").check()
    bar = page.locator(".pickbar")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/actions?**", hold)
    page.get_by_role("link", name="Points", exact=True).click()
    expect(page.locator("#content")).to_have_attribute("aria-busy", "true")
    page.get_by_role("checkbox", name="onerror").check()
    bar.get_by_label("Status").select_option("thirdParty")
    bar.get_by_label("Evidence").fill("Ticket 7")
    bar.get_by_label("Due").fill("2026-12-01")
    for route in held:
        route.continue_()
    expect(page.locator("th", has_text="Points").first).to_have_attribute("aria-sort", "descending")
    expect(bar).to_contain_text("2 selected")
    assert bar.get_by_label("Status").input_value() == "thirdParty"
    expect(bar.get_by_label("Evidence")).to_have_value("Ticket 7")
    expect(bar.get_by_label("Due")).to_have_value("2026-12-01")
    page.get_by_role("checkbox", name="onerror").uncheck()
    expect(bar).to_contain_text("1 selected")
    assert inside.wrong == []


def test_a_range_is_chosen_with_shift(inside: Visit) -> None:
    page = inside.page
    page.goto(HERE)
    boxes = page.locator("input[name=item]")
    boxes.nth(0).check()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator("[data-picked]")).to_contain_text("3 selected")
    expect(page.locator("[data-all]")).to_be_checked()


def test_what_is_seen_is_exported(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}?show=all&category=Identity")
    page.locator("summary", has_text="Export").click()
    for label, ending in (("Excel (XLSX)", "xlsx"), ("CSV", "csv")):
        with page.expect_download() as download:
            page.get_by_role("link", name=label).click()
        assert download.value.suggested_filename == f"surefoot-contoso-actions-2026-11-23.{ending}"
    assert inside.wrong == []


def test_the_list_is_worked_by_keyboard_alone(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}?show=all")
    page.get_by_role("searchbox", name="Find by name").focus()
    page.keyboard.type("aad")
    page.keyboard.press("Enter")
    page.wait_for_url("**text=aad**")
    box = page.get_by_role("checkbox", name="Title of aad_mfa")
    expect(box).to_be_visible()
    for _ in range(60):
        if box.evaluate("e => e === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("[data-picked]")).to_contain_text("1 selected")
    for _ in range(40):
        if page.evaluate("document.activeElement.name") == "status":
            break
        page.keyboard.press("Tab")
    page.keyboard.type("Pl")
    page.keyboard.press("Enter")
    page.locator(".pickbar .primary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Change 1 action?")


def test_a_box_is_wide_enough_for_a_finger_on_a_narrow_page(inside: Visit) -> None:
    page = inside.page
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{HERE}?show=all")
    widths = page.locator("td.pick input").evaluate_all("boxes => boxes.map(b => b.getBoundingClientRect().width)")
    assert widths
    assert min(widths) >= 16


def test_the_list_works_without_scripts(browser: Browser, address: str, world: World) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, world.link())
    page.goto(f"{HERE}?show=all")
    page.locator("#more-filters > summary").click()
    page.locator("select[name=due]").select_option("overdue")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("No action matches")).to_be_visible()
    page.goto(f"{HERE}?show=all")
    page.locator("#columns > summary").click()
    page.get_by_role("checkbox", name="Rank").check()
    page.get_by_role("button", name="Show these").click()
    expect(page.locator(".work thead th", has_text="Rank")).to_be_visible()
    page.get_by_role("checkbox", name="Title of aad_mfa").check()
    page.locator(".pickbar").get_by_label("Status").select_option("inProgress")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Change 1 action").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Changed 1 action")
    page.get_by_role("button", name="Undo all of it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Undone")
    context.close()


def test_every_column_at_once_never_pushes_the_page_sideways(inside: Visit) -> None:
    page = inside.page
    every = (
        "rank,category,impact,difficulty,points,scoreImpact,pointsAchieved,status,regressed,licence,product,owner,due"
    )
    for width in (360, 901, 1024, 1280, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{HERE}?show=all&columns={every},lastSynced,microsoftUpdate,notes")
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert beyond <= 0, width
    assert re.search("columns=", page.url)


def test_rows_that_are_out_of_sight_wait_and_are_still_there(inside: Visit) -> None:
    page = inside.page
    page.set_viewport_size({"width": 1280, "height": 330})
    page.goto(f"{HERE}?show=all")
    rows = page.locator(".work tbody tr")
    assert rows.first.evaluate("row => getComputedStyle(row).contentVisibility") == "auto"
    expect(page.get_by_role("row")).to_have_count(5)
    expect(page.get_by_role("rowheader").last).to_contain_text("Title of")
    widths = "row => [...row.children].map(cell => cell.getBoundingClientRect().left)"
    assert rows.last.evaluate(widths) == page.locator(".work thead tr").evaluate(widths)
    page.emulate_media(media="print")
    assert rows.last.evaluate("row => getComputedStyle(row).contentVisibility") == "visible"
    assert inside.wrong == []
