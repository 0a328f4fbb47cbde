"""What waits for somebody: requests, conflicts and notices; and the policy by which decisions are governed."""

import datetime as dt
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from surefoot.model import AcceptanceRequest, Conflict, Notice, NoticeKind, Side, Status, Tenant
from surefoot.pages.names import Names, names_of
from surefoot.pages.overview import TenantName, name_of
from surefoot.scoring import workflow
from surefoot.scoring.policy import MEANINGS, Policy
from surefoot.scoring.ratings import Ratings
from surefoot.store import conflicts, decisions, notices, policies, requests, work


class RequestRow(msgspec.Struct, frozen=True, kw_only=True):
    """A request that waits for a second person."""

    tenant: TenantName
    name: str
    """The action's title."""
    points: float | None
    """What would be given up; None when the maximum is not known, or the newest day does not score the action."""
    request: AcceptanceRequest


class Requests(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for an answer, oldest first."""

    requests: tuple[RequestRow, ...]
    total: int


def asked(conn: Connection, visible: Sequence[Tenant], *, ratings: Ratings) -> Requests:
    """List the requests of some tenants."""
    found = requests.pending(conn, visible)
    controls, meant = {r.asked.control for _, r in found}, [t for t, _ in found]
    names = names_of(conn, [(t, r.asked.control) for t, r in found], ratings)
    points = work.to_gain(conn, meant, controls)
    rows = tuple(
        RequestRow(
            tenant=name_of(t),
            name=names.of(t, r.asked.control).name,
            points=points.get((t.key, r.asked.control.casefold())),
            request=r,
        )
        for t, r in found
    )
    return Requests(requests=rows, total=len(rows))


class ConflictRow(msgspec.Struct, frozen=True, kw_only=True):
    """One conflict, as a row."""

    tenant: TenantName
    control: str
    name: str
    """The action's title."""
    found_at: dt.datetime
    ours: Status
    ours_by: str
    ours_at: dt.datetime
    ours_comment: str | None
    theirs: str
    """Graph's word, as sent."""
    theirs_status: Status | None
    """What it means; None for a word that nobody knows."""
    theirs_by: str | None
    theirs_at: dt.datetime
    theirs_comment: str | None
    holds: str | None
    """`surefoot` or `microsoft`; None: open."""
    resolved_at: dt.datetime | None
    resolved_by: str | None
    rule: str | None


class Conflicts(msgspec.Struct, frozen=True, kw_only=True):
    """What both sides changed, newest first."""

    conflicts: tuple[ConflictRow, ...]
    total: int
    open: int


def disputed(conn: Connection, visible: Sequence[Tenant], *, ratings: Ratings, everything: bool = False) -> Conflicts:
    """List the open conflicts of some tenants; `everything`: the resolved ones, too."""
    found = conflicts.over(conn, visible, everything=everything)
    names = names_of(conn, [(t, c.control) for t, c in found], ratings)
    rows = tuple(_row(t, c, names) for t, c in found)
    return Conflicts(conflicts=rows, total=len(rows), open=sum(row.holds is None for row in rows))


def settled(conn: Connection, tenant: Tenant, control: str, *, ratings: Ratings) -> ConflictRow | None:
    """Give a control's newest conflict if it is resolved, and what was resolved still holds; else None."""
    found = next(iter(conflicts.of(conn, tenant, control)), None)
    if found is None or found.holds is None:
        return None
    row = _row(tenant, found, names_of(conn, [(tenant, found.control)], ratings))
    held = decisions.newest(conn, tenant).get(control.casefold())
    status = row.ours if found.holds is Side.SUREFOOT else row.theirs_status
    return row if held is None or status in {None, held.status} else None


def _row(tenant: Tenant, found: Conflict, names: Names) -> ConflictRow:
    held = msgspec.structs.asdict(found)
    del held["key"]
    known = {
        "tenant": name_of(tenant),
        "name": names.of(tenant, found.control).name,
        "theirs_status": workflow.status_of(found.theirs),
        "holds": found.holds.value if found.holds else None,
    }
    return ConflictRow(**held | known)


class NoticeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A notice with its tenant."""

    tenant: TenantName
    name: str
    """The action's title."""
    text: str
    """What is told, with the action's title in place of its id."""
    notice: Notice


class Notices(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody should know, newest first."""

    notices: tuple[NoticeRow, ...]
    total: int
    unread: int
    """As `kinds` of all visible tenants', whatever is asked for."""
    kinds: dict[NoticeKind, int]
    """How many are unread of each kind; kinds without any are not there."""


def told(
    conn: Connection,
    visible: Sequence[Tenant],
    *,
    ratings: Ratings,
    everything: bool = False,
    kind: NoticeKind | None = None,
) -> Notices:
    """List the unread notices of some tenants; `everything`: those that were read, too."""
    every = notices.of(conn, visible, unread=not everything)
    unread = [n for _, n in every if n.read_at is None]
    found = [(t, n) for t, n in every if kind in {None, n.kind}]
    names = names_of(conn, [(t, n.control) for t, n in found], ratings)
    rows = tuple(_notice(t, n, names.of(t, n.control).name) for t, n in found)
    counts = {k: sum(n.kind is k for n in unread) for k in NoticeKind}
    return Notices(
        notices=rows, total=len(rows), unread=len(unread), kinds={k: count for k, count in counts.items() if count}
    )


def _notice(tenant: Tenant, found: Notice, name: str) -> NoticeRow:
    spoken = found.text.replace(found.control, f"\u201c{name}\u201d" if name != found.control else name)
    return NoticeRow(tenant=name_of(tenant), name=name, text=spoken, notice=found)


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One policy."""

    name: str
    value: str
    """What is in force."""
    set_for: str
    """`tenant`, `installation`, or `nobody`: then it is the usual value."""
    meaning: str


class PolicyPage(msgspec.Struct, frozen=True, kw_only=True):
    """How decisions are governed."""

    tenant: TenantName | None
    """None: the installation."""
    policy: Policy
    settings: tuple[Setting, ...]


def governed(conn: Connection, tenant: Tenant | None) -> PolicyPage:
    """Say what is in force for a tenant, or (None) for tenants without policies of their own, and who set it."""
    policy = policies.of(conn, tenant)
    own, common = policies.words(conn, tenant), policies.words(conn, None)
    held = msgspec.to_builtins(policy)

    def where(name: str) -> str:
        return "tenant" if tenant and name in own else "installation" if name in common else "nobody"

    return PolicyPage(
        tenant=name_of(tenant) if tenant else None,
        policy=policy,
        settings=tuple(
            Setting(name=name, value=str(held[name]).lower(), set_for=where(name), meaning=meaning)
            for name, meaning in MEANINGS.items()
        ),
    )
