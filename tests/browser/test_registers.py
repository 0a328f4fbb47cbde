"""The registers in a real browser: what waits is answered, what differs is resolved, what is long is filtered."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_visit import Visit, open_at_rest, sign_in
from playwright.sync_api import Browser, expect
from registers_world import fill
from web_world import OURS, THEIRS, World

HERE = f"/tenants/{OURS}"
PAGES = (
    "/risks", f"{HERE}/risks?ends=within30", "/risks?text=zzz", "/outbox?all=true", f"{HERE}/outbox",
    "/outbox?stage=held",
    f"/tenants/{THEIRS}/outbox", "/catalogue", f"{HERE}/catalogue?days=365", "/catalogue?did=retired", "/activity",
    f"{HERE}/activity", "/activity?text=zzz", "/notices", "/notices?all=true", "/notices?kind=writeRefused",
)  # fmt: skip
FORMS = [(360, "light"), (360, "dark"), (960, "light"), (1280, "light"), (1280, "dark")]


@pytest.fixture(scope="module")
def world(world: World) -> World:
    """Let both tenants have one of everything."""
    fill(world)
    return world


@pytest.mark.parametrize("visit", FORMS, indirect=True, ids=lambda form: f"{form[0]}-{form[1]}")
def test_the_registers_are_accessible_fit_and_break_no_rule(inside: Visit) -> None:
    page = inside.page
    for path in PAGES:
        page.goto(path, wait_until="networkidle")
        for summary in page.locator("main details > summary").all():
            summary.click()
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, path
        wide = "e => [...e.querySelectorAll('section.card')].filter(c => c.scrollWidth > c.clientWidth + 1).length"
        assert page.locator("main").evaluate(wide) == 0, path
        assert [(v["id"], v["nodes"][0]["html"]) for v in Axe().run(page).response["violations"]] == [], path
    assert inside.wrong == []


def test_a_second_person_approves_and_the_risk_stands_in_the_register(inside: Visit) -> None:
    page = inside.page
    page.goto("/risks")
    asked = page.get_by_role("region", name="Waiting for a second person")
    asked.get_by_role("row", name=re.compile("Contoso")).get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved: the risk is accepted")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/risks\?said=approved"))
    register = page.get_by_role("region", name="The register")
    row = register.get_by_role("row").filter(has_text="please, ours-only")
    expect(row).to_contain_text("approved by administrator")
    expect(row).to_contain_text("30 days left")
    assert inside.wrong == []


def test_a_request_is_declined_with_a_reason(inside: Visit) -> None:
    page = inside.page
    page.goto(f"/tenants/{THEIRS}/risks")
    page.get_by_label("Why not").fill("not bearable")
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_text("Declined, or taken back")).to_be_visible()
    expect(page.get_by_role("region", name="Waiting for a second person")).to_have_count(0)
    assert inside.wrong == []


def test_the_register_is_sorted_by_its_heads(inside: Visit) -> None:
    page = inside.page
    page.goto("/risks")
    head = page.get_by_role("columnheader", name="Tenant").last
    head.get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Tenant").last).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("columnheader", name="Tenant").last.get_by_role("link").click()
    expect(page.get_by_role("region", name="The register").locator("tbody tr").first).to_contain_text("Fabrikam")


def test_chosen_risks_are_renewed_after_a_preview(inside: Visit) -> None:
    page = inside.page
    page.goto(f"/tenants/{THEIRS}/risks")
    page.get_by_label("Choose Title of aad_mfa").check()
    page.get_by_label("Renew until").fill("2027-02-01")
    page.get_by_label("Why it is still bearable").fill("The replacement is ordered")
    page.get_by_role("button", name="Preview the renewal").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Change 1 action?")
    expect(page.get_by_label("Accepted until")).to_have_value("2027-02-01")
    assert inside.wrong == []


def test_a_conflict_is_seen_from_both_sides_and_resolved(inside: Visit) -> None:
    page = inside.page
    page.goto(f"/tenants/{THEIRS}/outbox")
    sides = page.locator(".sides .side")
    expect(sides.first).to_contain_text("Planned")
    expect(sides.last).to_contain_text("Risk accepted")
    expect(sides.last).to_contain_text("ignored")
    page.get_by_role("button", name="Keep Surefoot's").click()
    expect(page.get_by_text("scid_1: Surefoot's status holds: Planned.")).to_be_visible()
    expect(page.locator(".sides")).to_have_count(0)
    page.get_by_role("link", name="All", exact=True).click()
    expect(page.locator(".side.holds")).to_contain_text("Surefoot")
    assert inside.wrong == []


def test_sending_is_switched_on_only_after_saying_so(inside: Visit) -> None:
    page = inside.page
    page.goto(f"/tenants/{THEIRS}/outbox")
    button = page.get_by_role("button", name="Send decisions to Microsoft")
    expect(button).to_be_hidden()
    page.get_by_text("Switch the sending on").click()
    button.click()
    expect(page.get_by_text("Sending is off")).to_be_visible()
    page.get_by_label("I want decisions about Fabrikam").check()
    button.click()
    expect(page.get_by_text("Sending is on")).to_be_visible()
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_text("Sending is off")).to_be_visible()
    assert inside.wrong == []


def test_the_activity_is_filtered_and_says_what_changed(inside: Visit) -> None:
    page = inside.page
    page.goto("/activity")
    page.locator("select[name=did]").select_option("Conflicts")
    page.wait_for_url("**did=conflict**")
    page.goto("/activity?did=policy")
    row = page.locator(".listed tbody tr").first
    expect(row).to_contain_text("Policy changed")
    expect(row.locator("dl")).to_be_hidden()
    row.get_by_text("What changed").click()
    expect(row.locator("dl")).to_contain_text("two persons")
    page.get_by_role("link", name="Clear the filter").click()
    expect(page).to_have_url(re.compile("/activity$"))
    assert inside.wrong == []


def test_the_paragraph_of_the_catalogue_is_copied(inside: Visit) -> None:
    page = inside.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_at_rest(page, f"{HERE}/catalogue")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#words").inner_text()
    assert "24 Nov 2026" in copied
    assert inside.wrong == []


def test_notices_lead_to_where_they_are_mended_and_are_read(inside: Visit) -> None:
    page = inside.page
    page.goto("/notices?kind=conflict")
    page.get_by_role("row", name=re.compile("Contoso")).get_by_role("link", name="Say which side holds").click()
    expect(page).to_have_url(re.compile(f"{HERE}/outbox"))
    page.goto("/notices?kind=conflict")
    page.get_by_role("button", name="Mark these as read").click()
    expect(page.get_by_text("Nothing of this kind")).to_be_visible()
    assert inside.wrong == []


def test_the_registers_work_without_scripts(browser: Browser, address: str, world: World) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, world.link())
    page.goto("/activity")
    page.locator("select[name=did]").select_option("Decisions")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**did=decision**")
    page.goto("/catalogue")
    page.locator(".opens summary").first.click()
    expect(page.locator(".whom").first).to_contain_text("Contoso")
    context.close()
