"""What was done to many actions at once, newest first."""

import msgspec
from sqlalchemy import Connection

from surefoot.store import bulks
from surefoot.store.bulks import Bulk


class Bulks(msgspec.Struct, frozen=True, kw_only=True):
    """The deeds that touched a visible tenant."""

    bulks: tuple[Bulk, ...]
    total: int


def build(conn: Connection, visible: frozenset[str] | None) -> Bulks:
    """List them."""
    found = tuple(bulks.listed(conn, visible))
    return Bulks(bulks=found, total=len(found))
