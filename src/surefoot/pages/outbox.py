"""Decisions on their way to Microsoft: what waits, what was sent and is not yet shown, what was refused."""

import datetime as dt

import msgspec
from sqlalchemy import Connection

from surefoot.model import Outgoing, Stage, Tenant, TenantName
from surefoot.pages.whose import name_of
from surefoot.store import outgoing, profiles, tenants

EXPECTED = dt.timedelta(hours=48)
"""Microsoft shows a new state after minutes to a day and a half."""
SLOW = {"azuread": dt.timedelta(days=7), "ms teams": dt.timedelta(days=31)}
"""Services that Microsoft looks at less often: Entra weekly, Teams monthly at the latest."""


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """One decision on its way."""

    outgoing: Outgoing
    expected_by: dt.datetime | None
    """Until when a sync should show what was sent; None when it was not sent, or is shown already."""
    overdue: bool
    hint: str | None
    """What to look at when it is overdue."""


class Outbox(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's decisions on their way, newest first."""

    tenant: TenantName
    write_back: bool
    """Whether decisions are sent at all."""
    sending: tuple[Sending, ...]
    total: int
    refused: int
    overdue: int


def build(conn: Connection, tenant: Tenant, *, now: dt.datetime, everything: bool = False) -> Outbox:
    """List what is open, refused or kept here only; `everything`: also what ended well or was superseded."""
    stages = (
        tuple(Stage)
        if everything
        else (Stage.WAITING, Stage.SENT, Stage.REFUSED, Stage.HELD, Stage.KEPT, Stage.OVERTAKEN)
    )
    services = {folded: profile.service for folded, profile in profiles.of(conn, tenant).items()}
    sent = outgoing.of(conn, tenant, stages)
    found = tuple(sending_of(one, now, services.get(one.control.casefold())) for one in sent)
    return Outbox(
        tenant=name_of(tenant),
        write_back=tenants.writes_back(conn, tenant),
        sending=found,
        total=len(found),
        refused=sum(s.outgoing.stage is Stage.REFUSED for s in found),
        overdue=sum(s.overdue for s in found),
    )


def sending_of(one: Outgoing, now: dt.datetime, service: str | None) -> Sending:
    """Say until when one is expected, and what to do when it is late."""
    waits = one.sent_at if one.stage is Stage.SENT else None
    expected = waits + SLOW.get((service or "").casefold(), EXPECTED) if waits else None
    late = expected is not None and now > expected
    hint = "Microsoft took it, but no sync shows it: run `surefoot sync`, and look in its portal." if late else None
    return Sending(outgoing=one, expected_by=expected, overdue=late, hint=hint)
