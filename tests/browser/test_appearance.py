"""How pages appear elsewhere than on an ordinary screen: forced colours, paper, a wall of pixels, without motion."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browser_visit import PATIENCE, Visit, sign_in
from fastapi.routing import APIRoute
from playwright.sync_api import Browser
from test_pages import HERE, PAGES, audit, sideways
from web_world import World

from site_map import NO_PAGES
from surefoot.web.html.routes import router as pages

Opened = Callable[..., Visit]
MAIN = ("portfolio", "overview", "actions", "action", "history", "why", "comparison", "risks", "catalogue", "activity")
A4 = 720
"""The pixels of a sheet's width between its margins."""

CUT = """() => [...document.querySelectorAll('main *')].filter(e => {
  const s = getComputedStyle(e);
  return s.overflowX !== 'visible' && s.clipPath === 'none' && e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1
    && e.checkVisibility() && !e.closest('.visually-hidden');
}).map(e => e.outerHTML.slice(0, 120))"""
OVERLAPS = """() => {
  const cards = [...document.querySelectorAll('main .card')].filter(e => e.checkVisibility());
  const boxes = cards.filter(e => !cards.some(o => o !== e && o.contains(e))).map(e => e.getBoundingClientRect());
  return boxes.flatMap((a, i) => boxes.slice(i + 1).filter(b =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1
  ).map(b => `${a.x},${a.y} and ${b.x},${b.y}`));
}"""
LONG = """() => [...document.querySelectorAll('main p')].filter(e => e.checkVisibility()).filter(e => {
  const size = parseFloat(getComputedStyle(e).fontSize), range = document.createRange();
  range.selectNodeContents(e);
  return range.getBoundingClientRect().width > 150 * size;
}).map(e => e.textContent.trim().slice(0, 80))"""
MOVING = """() => [...document.querySelectorAll('*')].filter(e => {
  const s = getComputedStyle(e), long = t => t.split(',').some(x => parseFloat(x) > 0.011);
  const animated = s.animationName !== 'none' && long(s.animationDuration);
  return long(s.transitionDuration) || animated || s.scrollBehavior === 'smooth';
}).map(e => e.outerHTML.slice(0, 120))"""


def visible(visit: Visit, selector: str) -> int:
    return sum(e.is_visible() for e in visit.page.locator(selector).all())


@pytest.fixture
def opened(browser: Browser, address: str, world: World) -> Iterator[Opened]:
    """Open a window of a kind, signed in."""
    visits: list[Visit] = []

    def make(width: int = 1280, height: int = 900, **options: Any) -> Visit:
        context = browser.new_context(base_url=address, viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(PATIENCE)
        visit = Visit(context.new_page())
        visits.append(visit)
        sign_in(visit.page, world.link())
        return visit

    yield make
    for visit in visits:
        visit.page.context.close()
        assert visit.wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_leave_every_page_readable(opened: Opened, scheme: str) -> None:
    visit = opened(forced_colors="active", color_scheme=scheme)
    for name in MAIN:
        visit.page.goto(PAGES[name], wait_until="networkidle")
        assert visit.page.evaluate("matchMedia('(forced-colors: active)').matches")
        # The system chooses the colours; axe takes the author's for the letters of buttons.
        assert [v for v in audit(visit) if not v.startswith("color-contrast")] == [], name


def test_paper_has_the_page_and_nothing_to_press(opened: Opened) -> None:
    visit = opened(width=A4)
    for name in (*MAIN, "trends"):
        visit.page.emulate_media(media="screen")
        visit.page.goto(PAGES[name], wait_until="networkidle")
        rows = visible(visit, "table:not(details table) tbody tr")
        bars = visible(visit, "main svg .bar")
        visit.page.emulate_media(media="print")
        assert visible(visit, "main svg .bar") == bars, name
        assert visible(visit, "table:not(details table) tbody tr") == rows, name
        assert sideways(visit) <= 0, name
        assert visit.page.evaluate(CUT) == [], name
        for selector in ("nav", "form button", "header.bar", ".tabs", ".menu > summary", "input[type=checkbox]"):
            assert visible(visit, selector) == 0, (name, selector)
        assert visit.page.locator("main h1").is_visible(), name
        assert visit.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)", name


def test_a_wall_of_pixels_does_not_tear_pages_apart(opened: Opened) -> None:
    visit = opened(width=3840, height=2160)
    for name, path in PAGES.items():
        visit.page.goto(path, wait_until="networkidle")
        assert sideways(visit) <= 0, name
        assert visit.page.evaluate(OVERLAPS) == [], name
        assert visit.page.evaluate(LONG) == [], name


def test_who_wants_no_motion_gets_none(opened: Opened) -> None:
    visit = opened(reduced_motion="reduce")
    for name in MAIN:
        visit.page.goto(PAGES[name], wait_until="networkidle")
        assert visit.page.evaluate(MOVING) == [], name


def test_no_page_is_left_out_of_the_audit() -> None:
    """Each route that shows a page to somebody signed in is among PAGES, which the audit opens."""
    shown = [r for r in pages.routes if isinstance(r, APIRoute) and "GET" in r.methods and r.path not in NO_PAGES]
    paths = [path.partition("?")[0] for path in PAGES.values()]
    assert [r.path for r in shown if not any(r.path_regex.match(path) for path in paths)] == []


def test_what_breaks_the_rules_is_noticed(opened: Opened) -> None:
    visit = opened()
    visit.page.goto(f"{HERE}/overview")
    with visit.page.expect_console_message(lambda said: "policy violated: style-src" in said.text):
        visit.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    with visit.page.expect_console_message(lambda said: "policy violated: img-src" in said.text):
        visit.page.evaluate("new Image().src = 'http://127.0.0.2:9/x.png'")
    told, visit.wrong = " ".join(visit.wrong), []
    assert "policy violated: style-src" in told
    assert "policy violated: img-src by http://127.0.0.2:9/x.png" in told
