"""Stories of an action's page: decide, plan, take back, and the same for the other tenants."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_visit import Visit, sign_in
from playwright.sync_api import Browser, expect
from web_world import OURS, World

ACTION = f"/tenants/{OURS}/actions/mip_dlp"


def test_the_form_asks_only_for_what_the_status_needs(inside: Visit) -> None:
    page = inside.page
    page.goto(ACTION)
    evidence, until = page.get_by_label("Evidence").first, page.get_by_label("Accepted until")
    expect(evidence).to_be_hidden()
    expect(until).to_be_hidden()
    status = page.locator(".status-form select[name=status]")
    status.select_option("riskAccepted")
    expect(until).to_be_visible()
    expect(page.locator(".way-risk-accepted")).to_contain_text("Needs a reason and an end")
    expect(page.locator(".way-planned")).to_be_hidden()
    status.select_option("thirdParty")
    expect(until).to_be_hidden()
    expect(evidence).to_be_visible()
    assert inside.wrong == []


def test_a_decision_with_its_plan_is_made_and_taken_back(inside: Visit) -> None:
    page = inside.page
    page.goto(ACTION)
    page.locator(".status-form select[name=status]").select_option("planned")
    page.locator(".status-form [name=comment]").fill("With the rollout in May")
    page.get_by_label("Owner").fill("S. Lund")
    page.get_by_label("Ticket").fill("https://tickets.example/4711")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved: Planned.")).to_be_visible()
    expect(page.get_by_role("link", name="Open the ticket")).to_have_attribute("href", "https://tickets.example/4711")
    expect(page.locator(".log", has_text="With the rollout in May")).to_be_visible()
    page.get_by_text("Take the last decision back").click()
    page.get_by_role("button", name="Set back to “To address”").click()
    expect(page.locator(".action-head")).to_contain_text("To address")
    assert inside.wrong == []


def test_steps_of_ones_own_stand_beside_microsofts(inside: Visit) -> None:
    page = inside.page
    page.goto(ACTION)
    page.get_by_text("Write your steps").click()
    page.get_by_label("Markdown, for all tenants").fill("1. Tell the **service desk**")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator(".two strong")).to_have_text("service desk")
    expect(page.get_by_role("heading", name="Next steps, by Microsoft")).to_be_visible()


def test_the_same_is_decided_for_the_other_tenants(inside: Visit) -> None:
    page = inside.page
    page.goto(ACTION)
    others = page.get_by_role("region", name="In your other tenants")
    expect(others.get_by_role("checkbox", name="Choose Fabrikam")).to_be_checked()
    others.locator("select[name=status]").select_option("planned")
    others.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Change 1 action?")
    expect(page.locator(".bar")).to_contain_text("Fabrikam")
    assert inside.wrong == []


def test_the_same_control_is_one_click_away_in_another_tenant(inside: Visit) -> None:
    page = inside.page
    page.goto(ACTION)
    page.get_by_role("region", name="In your other tenants").get_by_role("link", name="Fabrikam").click()
    expect(page.get_by_role("region", name="In your other tenants")).to_contain_text("Contoso")


@pytest.mark.parametrize(
    "visit", [(360, "dark"), (1280, "light")], indirect=True, ids=lambda form: f"{form[0]}-{form[1]}"
)
def test_every_state_of_the_page_is_accessible(inside: Visit) -> None:
    page = inside.page
    page.goto(ACTION)
    page.locator(".two .deed summary").click()
    for status in ("riskAccepted", "thirdParty"):
        page.locator(".status-form select[name=status]").select_option(status)
        found = Axe().run(page)
        assert [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found.response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_it_all_works_without_scripts(browser: Browser, address: str, world: World) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, world.link())
    page.goto(ACTION)
    page.locator(".status-form select[name=status]").select_option("riskAccepted")
    page.locator(".status-form [name=comment]").fill("Until the scanners are gone")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".log").first).to_contain_text("Until the scanners are gone")
    expect(page.locator(".log").first).to_contain_text("Accepted until")
    context.close()
