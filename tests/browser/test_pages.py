"""The pages in a real browser: seen, used by keyboard, on a phone, in the dark, without scripts."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_visit import Visit, sign_in
from playwright.sync_api import Browser, expect
from web_world import OURS, World

HERE = f"/tenants/{OURS}"
PAGES = {
    "portfolio": "/?sort=-percent",
    "portfolio by label": "/?group=label",
    "no tenant": "/?text=zzz",
    "heat map": "/heatmap",
    "heat map without match": "/heatmap?text=zzz",
    "a control by tenant": "/heatmap/aad_mfa",
    "overview": f"{HERE}/overview",
    "actions": f"{HERE}/actions?show=all",
    "groups": f"{HERE}/actions?show=all&group=category",
    "no match": f"{HERE}/actions?text=zzz",
    "filtered": f"{HERE}/actions?show=all&category=Identity&owner=-&sort=-points&group=status",
    "every column": f"{HERE}/actions?show=all&columns=rank,category,impact,difficulty,points,scoreImpact,"
    "pointsAchieved,status,regressed,licence,product,owner,due,lastSynced,microsoftUpdate,notes",
    "not licensed": f"{HERE}/actions?show=unlicensed",
    "action": f"{HERE}/actions/aad_mfa",
    **{name: f"{HERE}/{name}" for name in ("comparison", "risks", "outbox", "catalogue", "activity")},
    **{f"every {name}": f"/{name}" for name in ("risks", "outbox", "catalogue", "activity", "notices")},
    "search": f"/search?text=title&tenant={OURS}",
    "hostile": f"{HERE}/actions/mip_dlp",
    "tenants": "/tenants",
    "no such tenant": "/tenants?text=zzz",
    "add a tenant": "/tenants/add",
    "import": "/tenants/import",
    "connection": f"{HERE}/connection?new=1",
    "import of a tenant": f"{HERE}/import",
    "settings": "/settings",
    "history": f"{HERE}/history?with=AllTenants",
    "one control": f"{HERE}/history?of=control:mip_dlp&from=2026-11-01&to=2026-11-20",
    "trends": f"{HERE}/trends",
    "trends of a week": f"{HERE}/trends?from=2026-11-02&to=2026-11-08&by=day",
    "trends of no day": f"{HERE}/trends?from=2026-11-03&to=2026-11-03",
    "why": f"{HERE}/history/why?from=2026-11-01&to=2026-11-23",
    "why nothing": f"{HERE}/history/why?from=2026-11-22&to=2026-11-23",
}
FORMS = [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]


def audit(visit: Visit) -> list[str]:
    found = Axe().run(visit.page)
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found.response["violations"]]


def sideways(visit: Visit) -> int:
    return int(visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("visit", FORMS, indirect=True, ids=lambda form: f"{form[0]}-{form[1]}")
def test_every_page_is_accessible_fits_and_breaks_no_rule(inside: Visit) -> None:
    for name, path in PAGES.items():
        inside.page.goto(path, wait_until="networkidle")
        assert sideways(inside) <= 0, name
        assert audit(inside) == [], name
    assert inside.wrong == []


@pytest.mark.parametrize("visit", [(360, "dark"), (1280, "light")], indirect=True, ids=["narrow", "wide"])
def test_the_pages_of_strangers_are_accessible_too(visit: Visit) -> None:
    for path in ("/sign-in?link=x", "/sign-in", "/nope"):
        visit.page.goto(path, wait_until="networkidle")
        assert sideways(visit) <= 0
        assert audit(visit) == []


def test_the_chart_is_read_with_the_keyboard(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}/overview")
    chart = page.locator("[data-chart] svg.chart.wide")
    chart.focus()
    tip = page.locator(".tip")
    expect(tip).to_contain_text("23 Nov 2026")
    page.keyboard.press("ArrowLeft")
    expect(tip).to_contain_text("22 Nov 2026")
    page.keyboard.press("Home")
    expect(tip).to_contain_text("10 Oct 2026")
    expect(tip).to_contain_text("of 26 points")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    assert inside.wrong == []


def test_the_chart_follows_the_pointer(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}/overview")
    box = page.locator("[data-chart] svg.chart.wide").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.97, box["y"] + box["height"] / 2)
    expect(page.locator(".tip")).to_contain_text("Nov 2026")
    page.mouse.move(5, 5)
    expect(page.locator(".tip")).to_be_hidden()


def test_two_days_are_chosen_in_the_chart_by_keys_and_by_dragging(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}/history")
    chart, since = page.locator("svg.chart.broad"), page.locator("#why-days [name=from]")
    until = page.locator("#why-days [name=to]")
    chart.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Shift+PageUp")
    expect(since).to_have_value("2026-11-14")
    expect(until).to_have_value("2026-11-22")
    expect(page.locator("[data-picked]")).to_contain_text("14 Nov 2026 to 22 Nov 2026: press Enter")
    box = chart.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    expect(until).not_to_have_value("2026-11-22")
    expect(page.locator("[data-picked]")).to_contain_text("press Enter or choose Explain")
    assert since.input_value() < until.input_value()
    page.keyboard.press("Enter")
    page.wait_for_url("**/history/why?from=**")
    expect(page.get_by_role("heading", level=1)).to_have_text("Why it moved")
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("[data-copied]")).to_contain_text("op")
    assert inside.wrong == []


@pytest.mark.parametrize("visit", [(360, "light")], indirect=True, ids=["narrow"])
def test_a_phone_gets_the_narrow_chart_and_cards(inside: Visit) -> None:
    inside.page.goto(f"{HERE}/overview")
    expect(inside.page.locator("[data-chart] svg.chart.narrow")).to_be_visible()
    expect(inside.page.locator("[data-chart] svg.chart.wide")).to_be_hidden()
    assert inside.page.locator("table.cards tbody tr").first.evaluate("e => getComputedStyle(e).display") == "grid"


def test_the_head_of_a_long_list_stays(inside: Visit) -> None:
    inside.page.goto(f"{HERE}/actions?show=all")
    head = inside.page.locator(".list thead th").first
    held = "e => [e, e.closest('thead')].map(part => getComputedStyle(part).position)"
    assert "sticky" in head.evaluate(held)


def test_the_theme_is_chosen_and_remembered(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}/overview")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator(".menu.right summary").click()
    page.get_by_label("Dark").check()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert light != dark
    page.goto(f"{HERE}/actions")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    page.locator(".menu.right summary").click()
    page.get_by_label("System").check()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == light
    page.keyboard.press("Escape")
    expect(page.get_by_label("System")).to_be_hidden()


def test_a_decision_is_made_in_the_browser(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}/actions/scid_1")
    page.locator(".status-form select[name=status]").select_option("riskAccepted")
    page.locator(".status-form [name=comment]").fill("Until the scanners are gone")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved: Risk accepted.")).to_be_visible()
    expect(page.locator(".log").first).to_contain_text("Until the scanners are gone")
    assert inside.wrong == []


def test_sync_now_and_switching_tenants(inside: Visit, world: World) -> None:
    page = inside.page
    page.goto(f"{HERE}/overview")
    page.get_by_role("button", name="Sync now").click()
    expect(page.get_by_text("will be read from Microsoft")).to_be_visible()
    assert world.asked[-1].id == OURS
    page.locator(".menu").first.locator("summary").click()
    page.get_by_role("link", name="Fabrikam").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fabrikam")
    assert inside.wrong == []


def test_filters_apply_when_chosen(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}/actions?show=all")
    page.locator("select[name=category]").select_option("Apps")
    page.wait_for_url("**category=Apps**")
    expect(page.locator(".list tbody tr")).to_have_count(1)


def test_everything_works_without_scripts(browser: Browser, address: str, world: World) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, world.link())
    page.goto(f"{HERE}/overview")
    page.locator("details.days summary").click()
    expect(page.locator("#history-days tr").first).to_contain_text("23 Nov 2026")
    page.get_by_role("link", name="30 d").click()
    expect(page.get_by_role("heading", name="Last 30 days")).to_be_visible()
    page.goto(f"{HERE}/history")
    page.get_by_role("button", name="Explain").click()
    expect(page.locator("#words")).to_contain_text("Contoso")
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()
    page.goto(f"{HERE}/actions")
    page.locator("select[name=category]").select_option("Apps")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**category=Apps**")
    context.close()
