"""The tabs on a narrow page: the one of the page is in sight, with scripts and without."""

import pytest
from browser_visit import Visit, sign_in
from playwright.sync_api import Browser, Page
from web_world import OURS, World

NAMES = ("overview", "history", "trends", "comparison", "risks")
SEEN = """tab => {
  const own = tab.getBoundingClientRect(), strip = tab.parentElement.getBoundingClientRect();
  return own.left >= strip.left - 1 && own.right <= strip.right + 1;
}"""


def check(page: Page) -> None:
    for name in NAMES:
        page.goto(f"/tenants/{OURS}/{name}")
        assert page.locator(".strip [aria-current]").evaluate(SEEN), name
        assert page.evaluate("[scrollX, scrollY, document.documentElement.scrollWidth <= innerWidth]") == [0, 0, True]


@pytest.mark.parametrize("visit", [(360, "light")], indirect=True, ids=["narrow"])
def test_a_phone_shows_the_tab_of_the_page(inside: Visit) -> None:
    check(inside.page)


def test_without_scripts_the_tab_of_the_page_is_in_sight_too(browser: Browser, address: str, world: World) -> None:
    with browser.new_context(
        java_script_enabled=False, base_url=address, viewport={"width": 360, "height": 900}
    ) as context:
        page = context.new_page()
        sign_in(page, world.link())
        check(page)
