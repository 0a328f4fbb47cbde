"""Every link on every page leads somewhere: the site is walked from its first page on, as somebody who may do all."""

from collections import deque
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from web_world import NOW, World

from surefoot.access.tokens import create_token
from surefoot.model import Role
from surefoot.store.database import writing

FIRST = "http://127.0.0.1/"
MOST = 600
"""Addresses that are asked for; those that differ only in the values of their query count as one."""


class Links(HTMLParser):
    """The addresses that a page leads to, and the places in itself that it names."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if held.get("id"):
            self.ids.add(str(held["id"]))
        if _tag == "a" and held.get("href"):
            self.found.append(str(held["href"]))
        if _tag == "form" and (held.get("method") or "get") == "get" and held.get("action"):
            self.found.append(str(held["action"]))


def kind_of(address: str) -> tuple[str, tuple[str, ...]]:
    parts = urlsplit(address)
    return parts.path, tuple(sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}))


@pytest.mark.parametrize("role", [Role.READER, Role.ADMINISTRATOR])
def test_every_link_leads_somewhere(world: World, role: Role) -> None:
    with writing(world.engine) as conn:
        world.tokens["all"] = create_token(conn, name="all", tenants=None, role=role, now=NOW)
    client = world.client("all", follow_redirects=True)
    waiting, seen, broken = deque([(FIRST, "the start")]), {kind_of(FIRST)}, []
    while waiting and len(seen) < MOST:
        address, source = waiting.popleft()
        answer = client.get(address)
        if answer.status_code != 200:
            broken.append((address, answer.status_code, source))
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        links = Links()
        links.feed(answer.text)
        for href in links.found:
            there = urljoin(address, href)
            if href.startswith("#") and href[1:] not in links.ids:
                broken.append((href, 0, address))
            if urlsplit(there).netloc == "127.0.0.1" and kind_of(there) not in seen:
                seen.add(kind_of(there))
                waiting.append((there.partition("#")[0], address))
    assert broken == []
    assert len(seen) > 100
