"""Saved views: a list with its filters, order and columns, by a name; each belongs to a person, not to a tenant."""

import datetime as dt
import functools
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, Row, Select, bindparam, delete, insert, select, update

from surefoot.store.schema import saved_view as table


class SavedView(msgspec.Struct, frozen=True, kw_only=True):
    """One saved view."""

    key: int
    owner: str
    """The name of who saved it; of an API token with `token:` before it."""
    page: str
    """`portfolio`, `actions` or `heatmap`."""
    name: str
    query: str
    """The address's query, without the question mark."""
    made_at: dt.datetime


@functools.cache
def _listed(known: tuple[str, ...]) -> Select[*tuple[object, ...]]:
    return select(table).where(*(table.c[name] == bindparam(name) for name in known))


def listed(conn: Connection, owner: str | None, page: str | None = None) -> list[SavedView]:
    """List the views of a person (None: of everybody), of one page or of all, by page and name."""
    asked = {name: value for name, value in (("owner", owner), ("page", page)) if value is not None}
    found = [_view(row) for row in conn.execute(_listed(tuple(asked)), asked).all()]
    return sorted(found, key=lambda view: (view.page, view.name.casefold(), view.owner, view.key))


def one(conn: Connection, key: int, owner: str | None) -> SavedView | None:
    """Give a view by its number; None when there is none, or it is another's (owner None: anybody's)."""
    row = conn.execute(select(table).where(table.c.key == key)).one_or_none()
    return _view(row) if row is not None and owner in {None, row.owner} else None


def save(conn: Connection, view: SavedView) -> SavedView:
    """Keep a view under its name; one of that name takes the new query. The key that it comes with is not used."""
    same = (table.c.owner == view.owner, table.c.page == view.page, table.c.name == view.name)
    values = {"query": view.query, "made_at": view.made_at}
    held = conn.execute(update(table).where(*same).values(**values).returning(table.c.key)).scalar_one_or_none()
    if held is None:
        row = {"owner": view.owner, "page": view.page, "name": view.name, **values}
        held = conn.execute(insert(table).returning(table.c.key), row).scalar_one()
    return msgspec.structs.replace(view, key=int(held))


def rename(conn: Connection, key: int, name: str) -> None:
    """Give a view another name."""
    conn.execute(update(table).where(table.c.key == key).values(name=name))


def remove(conn: Connection, keys: Sequence[int]) -> None:
    """Remove some."""
    conn.execute(delete(table).where(table.c.key.in_(keys)))


def _view(row: Row[*tuple[object, ...]]) -> SavedView:
    return SavedView(key=row.key, owner=row.owner, page=row.page, name=row.name, query=row.query, made_at=row.made_at)
