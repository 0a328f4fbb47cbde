"""What the API takes to change many actions at once, turned into items."""

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Connection

from surefoot.errors import InputRefused
from surefoot.model import Grounds, Impact, Priority, Status, Tenant
from surefoot.pages.actions import Filter
from surefoot.pages.selection import MOST, Where, select
from surefoot.scoring.ratings import Ratings
from surefoot.store import tenants
from surefoot.sync.bulk import Change, Item
from surefoot.web.queries import parse, parse_day


class ItemBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One action."""

    tenant: str
    """Its id or name."""
    control: str


class WhereBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which actions are meant; what is left out lets all through."""

    tenants: tuple[str, ...] | None = None
    """Ids or names; all that are visible when left out."""
    controls: tuple[str, ...] | None = None
    category: str | None = None
    status: str | None = None
    impact: str | None = None
    text: str | None = None
    label: str | None = None
    """Only tenants with this label."""


class ChangeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be changed; what is left out stays, null takes owner, due date, priority and ticket away."""

    status: str | None = None
    comment: str | None = None
    evidence: str | None = None
    review_on: str | None = msgspec.field(default=None, name="reviewOn")
    """Until when a risk is accepted: a day."""
    grounds: str | None = None
    """Of an acceptance: risk or notApplicable."""
    owner: str | UnsetType | None = UNSET
    due: str | UnsetType | None = UNSET
    """A day, as 2026-12-31."""
    priority: str | UnsetType | None = UNSET
    """urgent, high, normal or low."""
    labels: tuple[str, ...] | UnsetType = UNSET
    ticket: str | UnsetType | None = UNSET


class BulkBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the API takes to change many actions: either `items` or `where`."""

    change: ChangeBody
    items: tuple[ItemBody, ...] | None = None
    """20,000 at most."""
    where: WhereBody | None = None
    expect: int | None = None
    """How many the preview said would be changed or asked for; not needed for the preview itself."""


def items_of(conn: Connection, sent: BulkBody, visible: frozenset[str] | None, ratings: Ratings) -> list[Item]:
    """Turn what was sent into items, or refuse it with a sentence; foreign tenants look like missing ones."""
    if (sent.items is None) == (sent.where is None):
        raise InputRefused("Send either items or where.")
    change = _change(sent.change)
    if sent.where is not None:
        found = select(conn, _where(sent.where), visible, ratings=ratings)
        return [Item(tenant=tenant, control=control, change=change) for tenant, control in found]
    listed = sent.items or ()
    if len(listed) > MOST:
        raise InputRefused(f"{len(listed):,} items were sent; {MOST:,} are possible.")
    known: dict[str, Tenant] = {t.id: t for t in tenants.all_of(conn, visible)}
    for name in {i.tenant for i in listed} - known.keys():
        known[name] = tenants.find(conn, name, visible)
    return [Item(tenant=known[i.tenant], control=i.control, change=change) for i in listed]


def _where(sent: WhereBody) -> Where:
    return Where(
        tenants=sent.tenants,
        label=sent.label,
        controls=sent.controls,
        filter=Filter(
            category=sent.category,
            status=None if sent.status is None else parse(sent.status, "status", Status),
            impact=None if sent.impact is None else parse(sent.impact, "impact", Impact),
            text=sent.text,
        ),
    )


def _change(sent: ChangeBody) -> Change:
    due, priority = sent.due, sent.priority
    return Change(
        status=None if sent.status is None else parse(sent.status, "status", Status),
        comment=sent.comment,
        evidence=sent.evidence,
        review_on=parse_day(sent.review_on) if sent.review_on else None,
        grounds=parse(sent.grounds, "grounds", Grounds) if sent.grounds else None,
        owner=sent.owner,
        due=parse_day(due) if isinstance(due, str) else due,
        priority=parse(priority, "priority", Priority) if isinstance(priority, str) else priority,
        labels=sent.labels,
        ticket=sent.ticket,
    )
