"""A slow line: what somebody types, presses or opens while an answer is on its way holds, and nothing is done twice."""

import datetime as dt
import re
from dataclasses import dataclass, field

import pytest
from browser_visit import Visit, open_at_rest
from playwright.sync_api import Page, Route, expect
from web_world import NOW, OURS, World

from surefoot.model import Reading
from surefoot.store import database, tenants

HERE = f"/tenants/{OURS}"
ACTIONS = f"{HERE}/actions"
SENT = """() => addEventListener("submit", event => {
  window.sent = (window.sent ?? 0) + (event.defaultPrevented ? 0 : 1);
  event.preventDefault();
})"""
"""Count the forms that would be sent, and stay on the page as while an answer is on its way."""


@dataclass
class Line:
    """What is asked for by certain addresses waits until it is let through."""

    page: Page
    held: list[Route] = field(default_factory=list)

    def hold(self, pattern: str) -> None:
        self.page.route(pattern, self._take)

    def _take(self, route: Route) -> None:
        self.held.append(route)

    def release(self) -> None:
        held, self.held = self.held, []
        for route in held:
            route.continue_()


def busy(page: Page) -> None:
    expect(page.locator("#content")).to_have_attribute("aria-busy", "true")


@pytest.mark.parametrize("then", ["stays in the field", "goes on to the next"])
def test_letters_that_come_after_the_question_are_asked_for_too(inside: Visit, then: str) -> None:
    page, line = inside.page, Line(inside.page)
    open_at_rest(page, f"{ACTIONS}?show=all")
    search = page.get_by_placeholder("Name, product, owner")
    search.fill("mdo")
    line.hold("**/actions?*text=mdo")
    with page.expect_request("**/actions?*text=mdo"):
        page.clock.run_for(250)
    page.keyboard.type("_safe")
    if then == "goes on to the next":
        page.keyboard.press("Tab")
    line.release()
    page.wait_for_url("**text=mdo")
    expect(search).to_have_value("mdo_safe")
    assert search.evaluate("e => e === document.activeElement") == (then == "stays in the field")
    page.clock.run_for(250)
    page.wait_for_url("**text=mdo_safe")
    expect(page.locator(".list tbody tr")).to_have_count(1)
    assert inside.wrong == []


def test_a_link_chosen_after_typing_holds(inside: Visit) -> None:
    page, line = inside.page, Line(inside.page)
    open_at_rest(page, f"{ACTIONS}?show=all")
    page.get_by_placeholder("Name, product, owner").fill("mdo")
    line.hold("**/actions?*")
    page.get_by_role("link", name="Points", exact=True).click()
    busy(page)
    page.clock.run_for(300)
    line.release()
    expect(page.locator("th", has_text="Points").first).to_have_attribute("aria-sort", "descending")
    assert "text=" not in page.url


def test_back_takes_the_text_out_of_the_search_too(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{ACTIONS}?show=all")
    search = page.get_by_placeholder("Name, product, owner")
    search.press_sequentially("mdo_safe")
    page.wait_for_url("**text=mdo_safe")
    expect(search).to_be_focused()
    page.go_back()
    expect(page.locator(".list tbody tr")).to_have_count(4)
    expect(search).to_have_value("")


def test_days_filled_in_while_a_range_comes_stay(inside: Visit) -> None:
    page, line = inside.page, Line(inside.page)
    page.goto(f"{HERE}/trends")
    line.hold("**/trends?*")
    page.get_by_role("link", name="30 d").click()
    busy(page)
    page.get_by_label("From", exact=True).fill("2026-11-02")
    page.get_by_label("To", exact=True).fill("2026-11-06")
    line.release()
    page.wait_for_url("**days=30**")
    expect(page.get_by_label("From", exact=True)).to_have_value("2026-11-02")
    expect(page.get_by_label("To", exact=True)).to_have_value("2026-11-06")
    page.get_by_role("button", name="Show").click()
    line.release()
    page.wait_for_url("**from=2026-11-02**")


def test_columns_ticked_while_the_list_comes_stay_ticked(inside: Visit) -> None:
    page, line = inside.page, Line(inside.page)
    page.goto(f"{ACTIONS}?show=all")
    page.locator("#columns > summary").click()
    line.hold("**/actions?*")
    page.locator("select[name=category]").select_option("Identity")
    busy(page)
    page.get_by_role("checkbox", name="Last synced").check()
    line.release()
    page.wait_for_url("**category=Identity**")
    expect(page.get_by_role("checkbox", name="Last synced")).to_be_checked()


def test_the_box_and_the_field_in_use_keep_the_focus(inside: Visit) -> None:
    page, line = inside.page, Line(inside.page)
    page.goto(f"{ACTIONS}?show=all")
    line.hold("**/actions?*")
    box = page.get_by_role("checkbox", name="Title of aad_mfa")
    page.get_by_role("link", name="Points", exact=True).click()
    busy(page)
    box.focus()
    line.release()
    page.wait_for_url("**sort=-points**")
    expect(box).to_be_focused()
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    owner = page.locator(".pickbar [name=owner]")
    page.get_by_role("link", name="Points", exact=True).click()
    busy(page)
    owner.focus()
    page.keyboard.type("Ana")
    page.keyboard.press("ArrowLeft")
    line.release()
    page.wait_for_url("**sort=points**")
    expect(owner).to_be_focused()
    page.keyboard.type("n")
    expect(owner).to_have_value("Anna")
    assert inside.wrong == []


def test_a_form_that_is_on_its_way_is_not_replaced_by_one_to_send_again(inside: Visit) -> None:
    page, line = inside.page, Line(inside.page)
    page.goto(ACTIONS)
    page.evaluate(SENT)
    page.get_by_role("checkbox", name="Title of aad_mfa").check()
    page.locator(".pickbar").get_by_label("Owner").fill("Anna")
    line.hold("**/actions?*")
    page.get_by_role("link", name="Points", exact=True).click()
    busy(page)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#content")).not_to_have_attribute("aria-busy", "true")
    with page.expect_event("requestfinished", lambda request: "/actions?" in request.url):
        line.release()
    page.evaluate("fetch(location.href).then(answer => answer.text())")
    expect(page.locator("#bulk")).to_have_attribute("data-sent", "yes")
    page.get_by_role("button", name="Preview").click()
    assert page.evaluate("window.sent") == 1


def test_a_form_with_a_field_called_method_is_sent_once(inside: Visit) -> None:
    page = inside.page
    page.goto("/tenants/add")
    page.evaluate(SENT)
    page.get_by_label("Name", exact=False).first.fill("Twice")
    page.get_by_label("Tenant ID").fill("0c0a1e5e-0000-4000-8000-00000000000d")
    page.get_by_label("Application (client) ID").fill("0c0a1e5e-0000-4000-8000-00000000000e")
    page.get_by_label("Client secret", exact=False).last.fill("x")
    page.get_by_role("button", name="Save and test").dblclick()
    assert page.evaluate("window.sent") == 1


def test_the_hit_in_use_keeps_the_focus_when_others_come(inside: Visit) -> None:
    page, line = inside.page, Line(inside.page)
    page.goto("/")
    page.keyboard.press("Control+k")
    hits = page.locator("dialog.palette a")
    expect(hits.first).to_contain_text("Portfolio")
    line.hold("**/search?text=fab*")
    with page.expect_request("**/search?text=fab*"):
        page.keyboard.type("fab")
    page.keyboard.press("ArrowDown")
    expect(hits.first).to_be_focused()
    line.release()
    expect(page.locator("dialog.palette [role=status]")).to_have_text(re.compile("^1 found"))
    expect(page.locator("dialog.palette input")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Fabrikam")


def test_menus_that_came_with_an_answer_close_too(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{ACTIONS}?show=all")
    page.locator("select[name=category]").select_option("Identity")
    page.wait_for_url("**category=Identity**")
    summary = page.locator("#columns > summary")
    summary.click()
    expect(page.get_by_role("button", name="Show these")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Show these")).to_be_hidden()
    expect(summary).to_be_focused()


@pytest.fixture
def read(world: World) -> Reading:
    """A reading is under way while the page is opened."""
    world.under_way[OURS] = made = Reading(began_at=NOW, days=34, controls=1)
    with database.writing(world.engine) as conn:
        tenants.mark_synced(conn, tenants.find(conn, OURS, None), now=NOW, due_at=NOW + dt.timedelta(days=36500))
    return made


def test_a_reading_that_ends_stops_nobody_who_leaves(inside: Visit, read: Reading, world: World) -> None:
    page, line, onward = inside.page, Line(inside.page), Line(inside.page)
    line.hold("**/api/**")
    with page.expect_request("**/api/**"):
        page.goto(f"{HERE}/connection")
    assert world.under_way.pop(OURS) is read
    onward.hold("**/import")
    with page.expect_request("**/import"):
        page.get_by_role("link", name="Choose a file").dispatch_event("click")
    with page.expect_event("requestfinished", lambda request: "/api/" in request.url):
        line.release()
    onward.release()
    expect(page.locator("input[type=file]")).to_be_visible()
    assert page.url.endswith("/import")


def test_a_reading_that_ends_takes_nothing_that_was_typed(inside: Visit, read: Reading, world: World) -> None:
    page, line = inside.page, Line(inside.page)
    line.hold("**/api/**")
    with page.expect_request("**/api/**"):
        page.goto(f"{HERE}/connection")
    assert world.under_way.pop(OURS) is read
    labels = page.locator("[name=labels]")
    labels.fill("gold")
    line.release()
    page.get_by_role("link", name="show what came").wait_for()
    expect(labels).to_have_value("gold")
    page.get_by_role("link", name="show what came").click()
    expect(page.locator("[data-reading]")).to_have_count(0)
