"""HTML and Markdown made harmless: a few tags, links to https and mailto only, nothing that loads or runs."""

import html as entities
import re
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

TAGS = {"a", "b", "br", "code", "em", "i", "li", "ol", "p", "pre", "strong", "u", "ul", "h3", "h4"}


def clean(html: str | None) -> str | None:
    """Clean HTML that others wrote; None when nothing readable is left."""
    if not html:
        return None
    cleaned = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"https", "mailto"},
        url_relative="deny",
        link_rel="noreferrer noopener",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    ).strip()
    return cleaned if text(cleaned) else None


def text(html: str | None) -> str | None:
    """Take the words alone, a line a paragraph or step."""
    if not html:
        return None
    parted = _END.sub("\n", " ".join(html.split()))
    lines = entities.unescape(nh3.clean(parted, tags=set())).split("\n")
    return "\n".join(words for line in lines if (words := " ".join(line.split()))) or None


_END = re.compile(r"</(?:p|li|ol|ul|h[1-6]|pre|div)\s*>|<br\s*/?>", re.IGNORECASE)
"""Ends a line of text."""


def markdown(source: str | None) -> str | None:
    """Render Markdown as HTML that is as harmless; tags that somebody typed are shown, not obeyed."""
    return clean(_MARKDOWN.render(source)) if source else None


def _fit_headings(state: StateCore) -> None:
    """Put headings below those of the page that holds the text."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "h3" if token.tag in {"h1", "h2"} else "h4"


_MARKDOWN = MarkdownIt("commonmark", {"html": False})
_MARKDOWN.core.ruler.push("fit_headings", _fit_headings)


def link(url: str | None) -> str | None:
    """Let an address through that a browser may open: https or mailto, without tricks in it."""
    if url is None or any(ord(c) <= ord(" ") or c in '"<>\\' for c in url):
        return None
    return url if url.lower().startswith(("https://", "mailto:")) and _readable(url) else None


def _readable(url: str) -> bool:
    try:
        urlsplit(url)
    except ValueError:  # such as half an IPv6 address
        return False
    return True
