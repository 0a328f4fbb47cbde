"""Microsoft's HTML made harmless: a few tags, links to https and mailto only, nothing that loads or runs."""

import html as entities

import nh3

TAGS = {"a", "b", "br", "code", "em", "i", "li", "ol", "p", "strong", "u", "ul", "h3", "h4"}


def clean(html: str | None) -> str | None:
    """Clean a text from Microsoft; None when nothing readable is left."""
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
    """Take the words alone."""
    if not html:
        return None
    return " ".join(entities.unescape(nh3.clean(html, tags=set())).split()) or None


def link(url: str | None) -> str | None:
    """Let an address through that a browser may open: https or mailto, without tricks in it."""
    if url is None or any(ord(c) <= ord(" ") or c in '"<>\\' for c in url):
        return None
    return url if url.lower().startswith(("https://", "mailto:")) else None
