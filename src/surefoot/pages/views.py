"""The views that somebody saved."""

import msgspec
from sqlalchemy import Connection

from surefoot.store import views
from surefoot.store.views import SavedView


class Views(msgspec.Struct, frozen=True, kw_only=True):
    """Saved views, by page and name."""

    views: tuple[SavedView, ...]
    total: int


def build(conn: Connection, owner: str | None, page: str | None = None) -> Views:
    """List the views of a person (None: of everybody), of one page or of all."""
    found = tuple(views.listed(conn, owner, page))
    return Views(views=found, total=len(found))
