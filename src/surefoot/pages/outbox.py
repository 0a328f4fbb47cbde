"""Decisions on their way to Microsoft: what waits, what was sent and is not yet shown, what was refused."""

import datetime as dt
import enum
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from surefoot.model import Decision, Outgoing, Side, Stage, Status, Tenant, TenantName
from surefoot.pages.names import names_of
from surefoot.pages.orders import ordered
from surefoot.pages.whose import name_of
from surefoot.scoring import workflow
from surefoot.scoring.ratings import Ratings
from surefoot.store import conflicts, decisions, outgoing, profiles, tenants

EXPECTED = dt.timedelta(hours=48)
"""Microsoft shows a new state after minutes to a day and a half."""
SLOW = {"azuread": dt.timedelta(days=7), "ms teams": dt.timedelta(days=31)}
"""Services that Microsoft looks at less often: Entra weekly, Teams monthly at the latest."""
OPEN = (Stage.WAITING, Stage.SENT, Stage.REFUSED, Stage.HELD, Stage.KEPT, Stage.OVERTAKEN)
"""What is listed when nobody asks for everything."""


class By(enum.StrEnum):
    """What the outbox is sorted by."""

    DECIDED = "decided"
    NAME = "name"
    TENANT = "tenant"
    STAGE = "stage"
    EXPECTED = "expected"
    WHO = "who"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which decisions, in which order."""

    everything: bool = False
    """Also what ended well or was superseded."""
    stage: Stage | None = None
    """Only those at this stage."""
    by: By = By.DECIDED
    falling: bool = True


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """One decision on its way."""

    outgoing: Outgoing
    expected_by: dt.datetime | None
    """Until when a sync should show what was sent; None when it was not sent, or is shown already."""
    overdue: bool
    hint: str | None
    """What to look at when it is overdue."""


class SendingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One decision on its way, in a list."""

    tenant: TenantName
    name: str
    """The action's title."""
    status: Status | None
    """What Graph's word means; None for a word that nobody knows."""
    outgoing: Outgoing
    expected_by: dt.datetime | None
    """As in `Sending`, as the next two."""
    overdue: bool
    hint: str | None


class Outbox(msgspec.Struct, frozen=True, kw_only=True):
    """Decisions on their way, usually the newest first."""

    tenant: TenantName | None
    """Whose; None: all visible tenants'."""
    write_back: bool | None
    """Whether decisions are sent at all; None for several tenants."""
    writing_back: tuple[TenantName, ...]
    """The tenants of which decisions are sent."""
    tenants: int
    """How many tenants are meant."""
    sending: tuple[SendingRow, ...]
    total: int
    waiting: int
    """To be sent, or tried again; as the next three whatever is asked for."""
    sent: int
    """Taken by Microsoft, and not yet shown by a sync."""
    refused: int
    overdue: int
    unsent: int | None
    """Decisions of a time when sending was off, which Microsoft does not have; None for several tenants."""


def build(
    conn: Connection,
    meant: Sequence[Tenant],
    *,
    ratings: Ratings,
    now: dt.datetime,
    wanted: Wanted | None = None,
    one: bool = False,
) -> Outbox:
    """List what is open, refused or kept here only in some tenants (`one`: in a single one)."""
    asked, own = wanted or Wanted(), meant[0] if one else None
    stages = tuple(Stage) if asked.everything or asked.stage not in {None, *OPEN} else OPEN
    every = _rows(conn, outgoing.over(conn, meant, stages), ratings, now)
    found = [s for s in every if asked.stage in {None, s.outgoing.stage}]
    on = tenants.writing_back(conn, meant)
    return Outbox(
        tenant=name_of(own) if own else None,
        write_back=own.id in on if own else None,
        writing_back=tuple(name_of(t) for t in meant if t.id in on),
        tenants=len(meant),
        sending=ordered(found, VALUES[asked.by], falling=asked.falling),
        total=len(found),
        waiting=sum(s.outgoing.stage is Stage.WAITING for s in every),
        sent=sum(s.outgoing.stage is Stage.SENT for s in every),
        refused=sum(s.outgoing.stage is Stage.REFUSED for s in every),
        overdue=sum(s.overdue for s in every),
        unsent=_unsent(conn, own) if own else None,
    )


_STAGES = list(Stage)
VALUES: Mapping[By, Callable[[SendingRow], Any]] = {
    By.DECIDED: lambda s: (s.outgoing.made_at, s.outgoing.key),
    By.NAME: lambda s: s.name,
    By.TENANT: lambda s: s.tenant.name,
    By.STAGE: lambda s: _STAGES.index(s.outgoing.stage),
    By.EXPECTED: lambda s: s.expected_by,
    By.WHO: lambda s: s.outgoing.made_by,
}
"""What each order goes by."""


def _rows(
    conn: Connection, sent: Sequence[tuple[Tenant, Outgoing]], ratings: Ratings, now: dt.datetime
) -> list[SendingRow]:
    names = names_of(conn, [(t, o.control) for t, o in sent], ratings)
    made = []
    for tenant, one in sent:
        called = names.of(tenant, one.control)
        state = sending_of(one, now, called.service)
        made.append(
            SendingRow(
                tenant=name_of(tenant),
                name=called.name,
                status=workflow.status_of(one.state),
                **msgspec.structs.asdict(state),
            )
        )
    return made


def sending_of(one: Outgoing, now: dt.datetime, service: str | None) -> Sending:
    """Say until when one is expected, and what to do when it is late."""
    waits = one.sent_at if one.stage is Stage.SENT else None
    expected = waits + SLOW.get((service or "").casefold(), EXPECTED) if waits else None
    late = expected is not None and now > expected
    hint = "Microsoft took it, but no sync shows it: run `surefoot sync`, and look in its portal." if late else None
    return Sending(outgoing=one, expected_by=expected, overdue=late, hint=hint)


def _unsent(conn: Connection, tenant: Tenant) -> int:
    """Count the decisions of Surefoot's that Graph would take, and has not."""
    made = decisions.newest(conn, tenant)
    here = {folded: d for folded, d in made.items() if d.decided_in is Side.SUREFOOT}
    states = profiles.states(conn, [tenant], here)
    disputed, going = conflicts.open_of(conn, tenant), outgoing.of(conn, tenant, outgoing.OPEN)
    away = disputed.keys() | {one.control.casefold() for one in going}
    held = {folded: states[tenant.key, folded].state for folded in here if (tenant.key, folded) in states}
    return sum(_lacks(d, held.get(folded, workflow.DEFAULT)) for folded, d in here.items() if folded not in away)


def _lacks(made: Decision, theirs: str) -> bool:
    state = workflow.graph_state(made.status)
    return workflow.kept_here(made.control, made.status) is None and state.casefold() != theirs.casefold()
