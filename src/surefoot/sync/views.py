"""Saving the view of a list under a name, renaming it, removing it."""

import datetime as dt
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import Connection

from surefoot.errors import InputRefused, NotFound
from surefoot.store import audit, views
from surefoot.store.audit import Deed
from surefoot.store.views import SavedView
from surefoot.sync.words import cleaned

PAGES = ("portfolio", "actions", "heatmap")
"""The pages whose views can be saved."""
LONGEST_NAME, LONGEST_QUERY = 60, 2_000
MOST_VIEWS = 100
"""Of one person."""
MOST_FIELDS = 100
PASSING = frozenset({"cursor", "said", "view"})
"""Parts of an address that say nothing about the view."""


def save_view(conn: Connection, page: str, name: str, query: str, *, owner: str, now: dt.datetime) -> SavedView:
    """Keep a view; one of the same person, page and name is replaced. `InputRefused` for what cannot be."""
    if page not in PAGES:
        message = f"{page[:40]!r} is no page with views. Possible: {', '.join(PAGES)}."
        raise InputRefused(message)
    made = SavedView(key=0, owner=owner, page=page, name=_name(name), query=_query(query), made_at=now)
    held = views.listed(conn, owner)
    if len(held) >= MOST_VIEWS and (page, made.name) not in {(v.page, v.name) for v in held}:
        message = f"At most {MOST_VIEWS} views are possible: remove one that you do not need any more."
        raise InputRefused(message)
    kept = views.save(conn, made)
    _tell(conn, "view.saved", kept, now, after=kept)
    return kept


def rename_view(conn: Connection, key: int, name: str, *, owner: str | None, now: dt.datetime) -> SavedView:
    """Give a view another name; `owner` None renames anybody's. `NotFound` for another's, as for none."""
    held = _held(conn, key, owner)
    wanted = _name(name)
    if any(v.name == wanted and v.key != key for v in views.listed(conn, held.owner, held.page)):
        message = f"There is a view {wanted!r} already."
        raise InputRefused(message)
    views.rename(conn, key, wanted)
    made = _held(conn, key, owner)
    _tell(conn, "view.renamed", made, now, before=held.name, after=made.name)
    return made


def remove_view(conn: Connection, key: int, *, owner: str | None, now: dt.datetime) -> None:
    """Remove a view; `owner` None removes anybody's. `NotFound` for another's, as for none."""
    held = _held(conn, key, owner)
    views.remove(conn, [key])
    _tell(conn, "view.removed", held, now, before=held)


def _held(conn: Connection, key: int, owner: str | None) -> SavedView:
    found = views.one(conn, key, owner)
    if found is None:
        message = f"There is no view {key}."
        raise NotFound(message)
    return found


def _name(text: str) -> str:
    kept = cleaned(" ".join(text.split()), "A view's name", LONGEST_NAME)
    if kept is None:
        message = "Give the view a name."
        raise InputRefused(message)
    return kept


def _query(text: str) -> str:
    """Keep what belongs to a view: names and values, written anew, so that nothing else can hide in it."""
    if len(text) > LONGEST_QUERY:
        message = f"The view's address has {len(text)} characters; {LONGEST_QUERY} are possible."
        raise InputRefused(message)
    try:
        pairs = parse_qsl(text.removeprefix("?"), max_num_fields=MOST_FIELDS)
    except ValueError as error:
        message = f"The view's address cannot be read: at most {MOST_FIELDS} names with values are possible."
        raise InputRefused(message) from error
    kept = urlencode([(name, value) for name, value in pairs if value and name not in PASSING])
    return cleaned(kept, "The view's address", LONGEST_QUERY) or ""


def _tell(
    conn: Connection, action: str, view: SavedView, now: dt.datetime, *, before: object = None, after: object = None
) -> None:
    deed = Deed(action=action, subject=f"{view.page}: {view.name}", before=before, after=after)
    audit.append(conn, deed, by=view.owner, now=now)
