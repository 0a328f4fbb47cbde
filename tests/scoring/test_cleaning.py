"""Microsoft's HTML and people's Markdown are hostile until they are cleaned."""

import re

import pytest

from surefoot.scoring import cleaning


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg><script>alert(1)</script></svg>",
        "<a href='javascript:alert(1)'>x</a>", "<a href='JaVa\tscript:alert(1)'>x</a>", "<p onclick=alert(1)>x</p>",
        "<p style='position:fixed'>x</p>", "<iframe src=//evil></iframe>", "<form action=//evil><input></form>",
        "<a href='data:text/html,x'>x</a>", "<a href='//evil/x'>x</a>", "<a href='http://evil/x'>x</a>",
    ],
)  # fmt: skip
def test_nothing_that_loads_or_runs_stays(hostile: str) -> None:
    cleaned = cleaning.clean(f"{hostile}<p>kept</p>") or ""
    assert "kept" in cleaned
    for word in ("script", "onerror", "onclick", "style", "iframe", "form", "data:", "evil", "<img", "<svg"):
        assert word not in cleaned.lower()


def test_links_stay_without_a_referrer() -> None:
    cleaned = cleaning.clean('<a href="https://learn.example/x" onclick="y()">more</a>') or ""
    assert 'href="https://learn.example/x"' in cleaned
    assert "noreferrer" in cleaned


@pytest.mark.parametrize("nothing", [None, "", "  ", "<p>&nbsp;</p>", "<script>x</script>"])
def test_what_says_nothing_is_nothing(nothing: str | None) -> None:
    assert cleaning.clean(nothing) is None


def test_the_words_alone() -> None:
    assert cleaning.text("<p>5 &lt; 6 &amp;&nbsp;more</p>") == "5 < 6 & more"


@pytest.mark.parametrize("url", ["https://learn.example/x?y=1", "mailto:a@b.example", "HTTPS://x.example"])
def test_addresses_that_a_browser_may_open(url: str) -> None:
    assert cleaning.link(url) == url


@pytest.mark.parametrize(
    "url",
    [None, "javascript:alert(1)", "http://x.example", " https://x", "https://x\ty", "/x", "data:,x", 'https://x"'],
)
def test_addresses_that_it_may_not(url: str | None) -> None:
    assert cleaning.link(url) is None


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
        "[x](JaVa&Tab;script:alert(1))", "[x](data:text/html,x)", "[x](//evil/x)", "[x](http://evil/x)",
        "![x](https://evil/x.png)", "[x]: javascript:alert(1)\n\n[x]", '[x](https://good/ "" onclick=alert(1)")',
        "<javascript:alert(1)>", "`<script>`", "```<script>\n<script>\n```", "[<script>](https://good/)",
    ],
)  # fmt: skip
def test_markdown_brings_in_nothing_that_loads_or_runs(hostile: str) -> None:
    made = cleaning.markdown(f"{hostile}\n\nkept") or ""
    assert "kept" in made
    tags = " ".join(re.findall(r"<[^>]*>", made)).lower()
    for word in ("script", "onerror", "onclick", "data:", "evil", "<img", "src="):
        assert word not in tags
    assert "<script" not in made


def test_markdown_keeps_steps_commands_and_links() -> None:
    made = cleaning.markdown(
        "# Before\n\n1. Open [Entra](https://entra.example/)\n\n```\nGet-X\nSet-X\n```\n\n#### Then"
    )
    assert made is not None
    for part in (
        "<h3>Before</h3>",
        "<ol>",
        'href="https://entra.example/"',
        "<pre><code>Get-X\nSet-X\n",
        "<h4>Then</h4>",
    ):
        assert part in made


@pytest.mark.parametrize("piece", ["[", ">", "- ", "![", "**_", "<a", "`a", "[a]("])
def test_deep_markdown_ends_soon(piece: str) -> None:
    assert cleaning.markdown((piece * 20_000)[:20_000] + "\n\nkept")


def test_each_step_is_a_line_of_words() -> None:
    told = cleaning.text("<p>Do\n this:</p><ol><li>One</li><LI>Two<br/>and more</LI ></ol>then")
    assert told == "Do this:\nOne\nTwo\nand more\nthen"
