"""What somebody should know: what ends, waits, conflicts or was refused, each with the way to where it is mended."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from surefoot.access.viewers import visible_to
from surefoot.model import NoticeKind
from surefoot.pages import governance
from surefoot.pages.governance import NoticeRow, Notices
from surefoot.pages.outlets import camel
from surefoot.store import notices as stored
from surefoot.store.database import reading, writing
from surefoot.web import queries
from surefoot.web.api.paths import NOTICES
from surefoot.web.forms import body_of, from_form
from surefoot.web.html import lists
from surefoot.web.html.contexts import Frame, Link, Page
from surefoot.web.html.lists import Address
from surefoot.web.html.overview import path
from surefoot.web.html.render import frame, render
from surefoot.web.permissions import Permission, actor_of, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()
Body = Annotated[bytes, Depends(body_of)]

KINDS = {
    NoticeKind.ACCEPTANCE_ENDS: ("Acceptance ends soon", "Renew it, or address it"),
    NoticeKind.ACCEPTANCE_ENDED: ("Acceptance ended", "Open the action"),
    NoticeKind.ACCEPTANCE_ASKED: ("Approval asked for", "Answer"),
    NoticeKind.ACCEPTANCE_ANSWERED: ("Request answered", "Open the action"),
    NoticeKind.CONFLICT: ("Conflict", "Say which side holds"),
    NoticeKind.WRITE_REFUSED: ("Refused by Microsoft", "Look at it"),
}
"""Each kind in words, and what its link says."""
PAGES = {
    NoticeKind.ACCEPTANCE_ASKED: "risks",
    NoticeKind.CONFLICT: "outbox",
    NoticeKind.WRITE_REFUSED: "outbox",
}
"""Where a kind is dealt with; the others on the action's page."""
LONGEST_KEY = 16
"""Digits of a notice's number."""


class NoticeLine(msgspec.Struct, frozen=True, kw_only=True):
    """A notice in the list."""

    row: NoticeRow
    text: str
    kind: str
    href: str
    """Where it is dealt with."""
    does: str
    """What to do there."""
    action_href: str
    unread: bool


class NoticesPage(Page, frozen=True, kw_only=True):
    """`notices.html`."""

    notices: Notices
    views: tuple[Link, ...]
    kinds: tuple[Link, ...]
    lines: tuple[NoticeLine, ...]
    can_write: bool
    kind: str
    """The kind that is shown, as the API writes it; empty: all."""
    everything: bool
    csv_href: str
    all_href: str


@routes.get("/notices")
@needs(Permission.READ)
def show_notices(request: Request) -> Response:
    """Show what somebody should know."""
    site, viewer = site_of(request), viewer_of(request)
    address = _address(request)
    with reading(site.engine) as conn:
        visible = visible_to(conn, viewer)
        page = governance.told(
            conn,
            visible,
            ratings=site.ratings,
            everything="all" in address.query,
            kind=_kind(address.query.get("kind")),
        )
    around = frame(request, "Notices", visible=visible, tab="notices")
    return render(request, "notices.html", view(page, around, address, can_write=viewer.can_write))


def _address(request: Request) -> Address:
    found = lists.among(lists.asked("/notices", request.query_params, ("all", "kind")), "kind", NoticeKind)
    return Address(base=found.base, query={k: v for k, v in found.query.items() if k != "all" or v == "true"})


def _kind(text: str | None) -> NoticeKind | None:
    return queries.parse(text, "kind", NoticeKind) if text else None


def view(page: Notices, frame: Frame, address: Address, *, can_write: bool = False) -> NoticesPage:
    """Prepare the notices for their template."""
    everything, kind = "all" in address.query, address.query.get("kind", "")
    meant = [k for k in NoticeKind if k in page.kinds or camel(k) == kind]
    return NoticesPage(
        frame=frame,
        notices=page,
        views=(
            Link(label="Unread", href=address.href(all=None), count=page.unread, current=not everything),
            Link(label="All", href=address.href(all="true"), current=everything),
        ),
        kinds=(
            Link(label="Every kind", href=address.href(kind=None), current=not kind),
            *(
                Link(
                    label=KINDS[k][0], href=address.href(kind=camel(k)), count=page.kinds.get(k),
                    current=camel(k) == kind,
                )
                for k in meant
            ),
        ),
        lines=tuple(_line(row) for row in page.notices),
        can_write=can_write,
        kind=kind,
        everything=everything,
        csv_href=address.exported(f"{NOTICES}.csv"),
        all_href=address.href(all="true", kind=None),
    )  # fmt: skip


def _line(row: NoticeRow) -> NoticeLine:
    kind, does = KINDS[row.notice.kind]
    action, page = lists.action(row.tenant.id, row.notice.control), PAGES.get(row.notice.kind)
    return NoticeLine(
        row=row,
        text=lists.prose(row.text) or "",
        kind=kind,
        href=path(row.tenant.id, page) if page else action,
        does=does,
        action_href=action,
        unread=row.notice.read_at is None,
    )


@routes.post("/notices/read")
@needs(Permission.WRITE)
def read_notice(request: Request, body: Body) -> Response:
    """Mark a notice, or with `all` every unread one of a kind, as read; then lead back."""
    site, viewer, fields = site_of(request), viewer_of(request), from_form(body)
    known = fields.get("kind", "") in {camel(k) for k in NoticeKind}
    kind = _kind(fields.get("kind")) if known else None
    with writing(site.engine, by=actor_of(request)) as conn:
        visible = visible_to(conn, viewer)
        stored.read(conn, visible, _keys(fields.get("key", "")), by=viewer.name, now=site.clock())
        if fields.get("all") == "true":
            every = [n.key for _, n in stored.of(conn, visible, unread=True) if kind in {None, n.kind}]
            stored.read(conn, visible, every, by=viewer.name, now=site.clock())
    there = Address(base="/notices", query={"said": "read"}).href(
        kind=fields.get("kind") if known else None, all="true" if fields.get("everything") == "true" else None
    )
    return RedirectResponse(there, HTTPStatus.SEE_OTHER)


def _keys(text: str) -> list[int]:
    return [int(text)] if text.isascii() and text.isdigit() and len(text) < LONGEST_KEY else []
