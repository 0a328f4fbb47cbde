"""Pictures of every page of a demo of its own: both themes, three widths.

Run: make screenshots (OUT=folder, ONLY=overview), or python benchmarks/screenshots.py --readme for the README's four.
"""

import argparse
import contextlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from site_map import PAGES, address
from surefoot.emulator.contoso import ID

WIDTHS, HEIGHT = (360, 1280, 1920), 900
THEMES = ("light", "dark")
CONTROL = "BlockLegacyAuthentication"
IMAGES = Path(__file__).parents[1] / "docs/images"
README = (("overview", "light"), ("heatmap", "light"), ("actions", "light"), ("history", "dark"))
"""What the README shows, at 1280 pixels, as much as fits a window."""
LARGEST = 150 * 1024
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")


@contextlib.contextmanager
def demo() -> Iterator[str]:
    """Run a demo on a free port; give its sign-in link."""
    with tempfile.TemporaryDirectory(prefix="surefoot-screenshots-") as folder:
        called = [sys.executable, "-m", "surefoot.cli.main", "demo", "--port", "0", "--data", folder]
        process = subprocess.Popen(called, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own program
        try:
            said = iter(process.stdout or ())
            link = next(filter(None, (re.search(r"http://127\.0\.0\.1:\d+/sign-in\?link=\S+", line) for line in said)))
            yield link.group()
        finally:
            process.terminate()
            process.wait(20)


def sign_in(browser: Browser, link: str) -> str:
    """Sign in once; give the session's cookies as later windows take them."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()
    kept = context.storage_state()
    context.close()
    return kept  # type: ignore[return-value]


def window(browser: Browser, link: str, state: str, width: int, theme: str) -> BrowserContext:
    """Open a window."""
    parts = urlsplit(link)
    return browser.new_context(
        base_url=f"{parts.scheme}://{parts.netloc}",
        viewport={"width": width, "height": HEIGHT},
        color_scheme=theme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        storage_state=state,
    )


def take(browser: Browser, link: str, out: Path, names: list[str]) -> int:
    """Take each page in every form; give how many pages are not there."""
    state, absent, wrong = sign_in(browser, link), set(), []
    for width in WIDTHS:
        for theme in THEMES:
            context = window(browser, link, state, width, theme)
            page = context.new_page()
            page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
            for name in names:
                answer = page.goto(address(name, ID, CONTROL), wait_until="networkidle")
                if answer is None or answer.status != 200:
                    absent.add(name)
                    continue
                file = out / f"{name.replace(' ', '-')}-{width}-{theme}.png"
                page.screenshot(path=file, full_page=True)
                print(f"{file} ({file.stat().st_size / 1024:,.0f} KiB)")
            context.close()
    for name in sorted(absent):
        print(f"not there: {name}")
    return len(absent)


def take_readme(browser: Browser, link: str) -> int:
    """Take the README's pictures; give how many are too large or not there."""
    state, wrong = sign_in(browser, link), 0
    for name, theme in README:
        context = window(browser, link, state, 1280, theme)
        page = context.new_page()
        answer = page.goto(address(name, ID, CONTROL), wait_until="networkidle")
        if answer is None or answer.status != 200:
            print(f"not there: {name}")
            wrong += 1
        else:
            file = IMAGES / f"{name}.png"
            page.screenshot(path=file)
            size = file.stat().st_size
            wrong += size > LARGEST
            print(f"{file} ({size / 1024:,.0f} KiB){' too large' if size > LARGEST else ''}")
        context.close()
    return wrong


def main() -> int:
    """Take them, and print what was taken."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--out", type=Path, default=Path("screenshots"))
    asked.add_argument("--only", default="", help="pages whose names begin so")
    asked.add_argument("--readme", action="store_true", help="only the pictures of docs/images")
    options = asked.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("Chromium is needed: install the package chromium.")
        return 1
    names = [name for name in PAGES if name.startswith(options.only)]
    options.out.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    with demo() as link, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        status = take_readme(browser, link) if options.readme else take(browser, link, options.out, names)
        browser.close()
    print(f"{time.monotonic() - begun:.0f} s")
    return 1 if options.readme and status else 0


if __name__ == "__main__":
    sys.exit(main())
