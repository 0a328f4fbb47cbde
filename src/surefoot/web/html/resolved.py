"""What is said once a conflict is resolved: about which action, whose status holds, and which status that is."""

from collections.abc import Sequence

from fastapi import Request
from msgspec.structs import replace
from sqlalchemy import Connection

from surefoot.model import Side, Tenant
from surefoot.pages import governance
from surefoot.pages.governance import ConflictRow
from surefoot.scoring.ratings import Ratings
from surefoot.web.html import formats
from surefoot.web.html.contexts import Frame

SAID = "resolved"
"""The word in the address; `about` says of which tenant's action. Neither is shown: what is said is read anew."""


def about(tenant: str, control: str) -> dict[str, str]:
    """Give what the address of the page says that comes next."""
    return {"said": SAID, "about": f"{tenant}/{control}"}


def told(around: Frame, request: Request, conn: Connection, meant: Sequence[Tenant], ratings: Ratings) -> Frame:
    """Say in a frame how the conflict of the address was resolved; nothing where it is not so."""
    if around.flash is None or request.query_params.get("said") != SAID:
        return around
    wanted, _, control = request.query_params.get("about", "").partition("/")
    tenant = next((t for t in meant if t.id == wanted), None)
    found = governance.settled(conn, tenant, control, ratings=ratings) if tenant else None
    return replace(around, flash=replace(around.flash, text=_text(found, around)) if found else None)


def _text(row: ConflictRow, around: Frame) -> str:
    where = "" if around.tenant else f" at {row.tenant.name}"
    mine = row.holds == Side.SUREFOOT
    status = row.ours if mine else row.theirs_status
    whose = "Surefoot" if mine else "Microsoft"
    return f"{row.name}{where}: {whose}'s status holds: {formats.status(status) if status else row.theirs}."
