"""Finding tenants and controls by a few letters of their names."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import msgspec
from sqlalchemy import Connection

from surefoot.model import Tenant
from surefoot.pages.overview import TenantName, name_of
from surefoot.scoring.ratings import Ratings
from surefoot.store import search as store

MOST_TENANTS, MOST_CONTROLS = 8, 12
"""How many are given at most; the totals say how many fit."""

T = TypeVar("T")


class FoundControl(msgspec.Struct, frozen=True, kw_only=True):
    """A control whose title or id fits."""

    control: str
    name: str
    tenants: int
    """How many of the tenants are scored for it."""
    tenant: TenantName
    """One of them: the tenant asked about, if it is among them."""


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What fits, the best first."""

    text: str
    tenants: tuple[TenantName, ...]
    tenants_total: int
    controls: tuple[FoundControl, ...]
    controls_total: int


def build(
    conn: Connection, text: str, visible: Sequence[Tenant], *, ratings: Ratings, tenant: Tenant | None = None
) -> Search:
    """Find what has all words of `text` in its name or id; with `tenant`, controls of that tenant alone."""
    named = fitting(visible, text, lambda t: (t.name, t.id))
    where = [tenant] if tenant else visible
    keyed = {t.key: t for t in where}
    titled = [(c, _name(c.id, c.title, ratings)) for c in store.titles(conn, where, _fits(text, ratings))]
    held = fitting(titled, text, lambda pair: (pair[1], pair[0].id))
    return Search(
        text=text,
        tenants=tuple(name_of(t) for t in named[:MOST_TENANTS]),
        tenants_total=len(named),
        controls=tuple(
            FoundControl(control=c.id, name=name, tenants=c.tenants, tenant=name_of(keyed[c.example]))
            for c, name in held[:MOST_CONTROLS]
        ),
        controls_total=len(held),
    )


def _fits(text: str, ratings: Ratings) -> store.Fits:
    words = text.casefold().split()

    def fits(control: str, title: str | None) -> bool:
        held = f"{_name(control, title, ratings)}\n{control}".casefold()
        return bool(words) and all(word in held for word in words)

    return fits


def _name(control: str, title: str | None, ratings: Ratings) -> str:
    rating = None if title else ratings.of(control)
    return " ".join((title or (rating.title if rating else None) or "").split()) or control


def fitting(items: Iterable[T], text: str, words: Callable[[T], tuple[str, ...]]) -> list[T]:
    """List the items that hold every word of a text, those first that begin with it; nothing fits an empty text."""
    wanted = text.casefold().split()
    if not wanted:
        return []
    held = [(item, [w.casefold() for w in words(item)]) for item in items]
    fit = [(item, own) for item, own in held if all(any(w in o for o in own) for w in wanted)]
    return [item for item, own in sorted(fit, key=lambda pair: _place(pair[1], " ".join(wanted)))]


def _place(own: Sequence[str], text: str) -> tuple[int, int, str]:
    name = own[0]
    begins = 0 if name.startswith(text) else 1 if f" {text}" in f" {name}" else 2
    return begins, len(name), name
