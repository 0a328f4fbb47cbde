"""What waits for somebody: requests, conflicts and notices; and the policy by which decisions are governed."""

import datetime as dt
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from surefoot.model import AcceptanceRequest, Conflict, Notice, Status, Tenant
from surefoot.pages.overview import TenantName, name_of
from surefoot.scoring.policy import MEANINGS, Policy
from surefoot.store import conflicts, notices, policies, requests


class RequestRow(msgspec.Struct, frozen=True, kw_only=True):
    """A request that waits for a second person."""

    tenant: TenantName
    request: AcceptanceRequest


class Requests(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for an answer, oldest first."""

    requests: tuple[RequestRow, ...]
    total: int


def asked(conn: Connection, visible: Sequence[Tenant]) -> Requests:
    """List the requests of some tenants."""
    rows = tuple(RequestRow(tenant=name_of(t), request=r) for t, r in requests.pending(conn, visible))
    return Requests(requests=rows, total=len(rows))


class ConflictRow(msgspec.Struct, frozen=True, kw_only=True):
    """One conflict, as a row."""

    tenant: str
    control: str
    found_at: dt.datetime
    ours: Status
    ours_by: str
    ours_at: dt.datetime
    ours_comment: str | None
    theirs: str
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


def disputed(conn: Connection, visible: Sequence[Tenant], *, everything: bool = False) -> Conflicts:
    """List the open conflicts of some tenants; `everything`: the resolved ones, too."""
    rows = [_row(t, c) for t in visible for c in conflicts.of(conn, t)]
    still = [row for row in rows if row.holds is None]
    taken = sorted(rows if everything else still, key=lambda r: (r.found_at, r.control), reverse=True)
    return Conflicts(conflicts=tuple(taken), total=len(taken), open=len(still))


def _row(tenant: Tenant, found: Conflict) -> ConflictRow:
    held = msgspec.structs.asdict(found)
    del held["key"]
    return ConflictRow(**held | {"tenant": tenant.name, "holds": found.holds.value if found.holds else None})


class NoticeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A notice with its tenant."""

    tenant: TenantName
    notice: Notice


class Notices(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody should know, newest first."""

    notices: tuple[NoticeRow, ...]
    total: int
    unread: int


def told(conn: Connection, visible: Sequence[Tenant], *, everything: bool = False) -> Notices:
    """List the unread notices of some tenants; `everything`: those that were read, too."""
    rows = tuple(NoticeRow(tenant=name_of(t), notice=n) for t, n in notices.of(conn, visible, unread=not everything))
    return Notices(notices=rows, total=len(rows), unread=sum(r.notice.read_at is None for r in rows))


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
