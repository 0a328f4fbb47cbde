"""Many actions at once in a browser: back to the list as it was, what a status gains, a small bar, undo at once."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_visit import Visit
from playwright.sync_api import Browser, expect
from web_world import OURS, World

HERE = f"/tenants/{OURS}/actions"


def test_back_from_the_preview_the_list_is_as_it_was_with_its_ticks(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}?show=all&sort=-points")
    address = page.url
    page.get_by_role("checkbox", name="Title of aad_mfa").check()
    page.locator(".pickbar").get_by_label("Status").select_option("inProgress")
    page.locator(".pickbar").get_by_label("Owner").fill("Anna")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("link", name="Change nothing").click()
    expect(page.locator("[data-picked]")).to_contain_text("1 selected")
    expect(page.get_by_role("checkbox", name="Title of aad_mfa")).to_be_checked()
    expect(page.locator(".pickbar").get_by_label("Status")).to_have_value("inProgress")
    expect(page.locator(".pickbar").get_by_label("Owner")).to_have_value("Anna")
    assert page.url == address
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Change 1 action").click()
    page.get_by_role("button", name="Undo all of it").click()
    page.get_by_role("link", name="Back to the actions").click()
    expect(page.get_by_role("checkbox", name="Title of aad_mfa")).not_to_be_checked()
    assert page.url == address
    assert inside.wrong == []


GARBAGE = ("{", "7", '{"pairs": 3}', '{"back": "x", "pairs": [1]}', '{"back": "x", "pairs": [null]}')


@pytest.mark.parametrize("kept", GARBAGE)
def test_what_this_page_never_kept_is_passed_over(inside: Visit, kept: str) -> None:
    page = inside.page
    page.goto(HERE)
    page.evaluate("kept => sessionStorage.setItem('surefoot-chosen', kept.replace('x', location.pathname))", kept)
    page.goto("/")
    page.goto(f"{HERE}#chosen")
    page.get_by_role("checkbox", name="Title of aad_mfa").check()
    expect(page.locator("[data-picked]")).to_contain_text("1 selected")
    assert "#" not in page.url
    assert page.evaluate("sessionStorage.getItem('surefoot-chosen')") in {None, "{"}
    assert inside.wrong == []


def test_back_on_the_control_of_the_heat_map_what_was_unticked_stays_so(inside: Visit) -> None:
    page = inside.page
    page.goto("/heatmap/aad_mfa?show=open")
    page.get_by_role("checkbox", name="Choose Fabrikam").uncheck()
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("link", name="Back", exact=True).click()
    expect(page.get_by_role("checkbox", name="Choose Contoso")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Choose Fabrikam")).not_to_be_checked()
    assert page.url.endswith("/heatmap/aad_mfa?show=open")
    assert inside.wrong == []


def test_the_bar_says_what_each_status_does_for_the_score(inside: Visit) -> None:
    page = inside.page
    page.goto(HERE)
    page.get_by_role("checkbox", name="Title of aad_mfa").check()
    told, status = page.locator("[data-picked]"), page.locator(".pickbar").get_by_label("Status")
    expect(told).to_have_text("1 selected, together +3 points, 57.7 \u2192 69.2 %")
    status.select_option("riskAccepted")
    expect(told).to_have_text("1 selected, gives up 3 points and gains none: the score stays at 57.7 %")
    status.select_option("thirdParty")
    expect(told).to_have_text(
        "1 selected, together +3 points, 57.7 \u2192 69.2 %, once Microsoft is told and gives them"
    )


@pytest.mark.parametrize(
    "visit", [(360, "light"), (360, "dark")], indirect=True, ids=lambda form: f"{form[0]}-{form[1]}"
)
def test_on_a_narrow_page_the_bar_is_one_line_until_it_is_opened(inside: Visit) -> None:
    page = inside.page
    for there in ("/heatmap/aad_mfa", HERE):
        page.goto(there)
        if there == HERE:
            page.get_by_role("checkbox", name="Title of aad_mfa").check()
        bar = page.locator(".pickbar")
        expect(bar.get_by_label("Status")).to_be_hidden()
        assert bar.bounding_box()["height"] < 120
        assert [v["id"] for v in Axe().run(page).response["violations"]] == []
        bar.get_by_role("button", name="Decide").click()
        expect(bar.get_by_label("Status")).to_be_focused()
        expect(bar.get_by_role("button", name="Preview")).to_be_in_viewport()
        assert bar.evaluate("bar => getComputedStyle(bar).position") == "static"
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    bar.get_by_label("Status").select_option("riskAccepted")
    bar.get_by_role("button", name="Preview").click()
    expect(page.get_by_label("Comment")).to_be_visible()
    assert [v["id"] for v in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    page.get_by_label("Comment").fill("Bearable")
    page.get_by_role("button", name="Look again").click()
    page.get_by_role("button", name="Change 1 action").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Changed 1 action")
    page.get_by_role("button", name="Undo all of it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Undone")


def test_a_decision_on_one_action_is_undone_where_it_is_said(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}/aad_mfa")
    page.locator(".status-form select[name=status]").select_option("planned")
    page.locator(".status-form [name=owner]").fill("Anna")
    page.get_by_role("button", name="Save").click()
    said = page.locator(".flash")
    expect(said).to_contain_text("Saved: Planned.")
    assert [v["id"] for v in Axe().run(page).response["violations"]] == []
    said.get_by_role("button", name="Undo").click()
    expect(page.locator(".flash")).to_contain_text("Taken back, with the owner and the plan")
    expect(page.locator(".status-form [name=owner]")).to_have_value("")
    expect(page.locator(".action-head")).to_contain_text("To address")
    assert inside.wrong == []


def test_who_chooses_nothing_without_scripts_is_told_what_to_do(browser: Browser, address: str, world: World) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/sign-in?link={world.link()}")
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{HERE}?show=all&sort=-points")
    page.locator(".pickbar").get_by_label("Status").select_option("planned")
    page.locator(".pickbar").get_by_label("Owner").fill("Anna")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".flash")).to_contain_text("tick at least one below")
    expect(page.locator(".pickbar").get_by_label("Owner")).to_have_value("Anna")
    page.get_by_role("checkbox", name="Title of aad_mfa").check()
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("link", name="Back", exact=True).click()
    assert "show=all&sort=-points" in page.url
    context.close()
