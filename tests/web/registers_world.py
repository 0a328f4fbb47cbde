"""What registers list, in both tenants of the site: an acceptance, a request, a sending, a conflict, notices, deeds."""

import datetime as dt

from sqlalchemy import Connection
from web_world import NOW, OURS, THEIRS, World

from surefoot.model import Conflict, Decision, Grounds, NoticeKind, Outgoing, Role, Stage, Status, Tenant
from surefoot.scoring.changes import Kind
from surefoot.scoring.ratings import load
from surefoot.scoring.shifts import Shift
from surefoot.store import audit, conflicts, database, notices, outgoing, shifts, tenants
from surefoot.store.audit import Deed
from surefoot.store.notices import Told
from surefoot.sync.acceptances import submit
from surefoot.sync.decisions import decide
from surefoot.sync.outbox import switch
from surefoot.sync.policies import govern

SECRETS = {OURS: "ours-only", THEIRS: "theirs-only"}
"""A word that stands in everything that is about a tenant."""


def fill(world: World) -> None:
    """Let both tenants have one of everything."""
    with database.writing(world.engine) as conn:
        for number, (tenant_id, secret) in enumerate(SECRETS.items()):
            _fill(conn, tenants.find(conn, tenant_id, None), secret, number)


def _fill(conn: Connection, tenant: Tenant, secret: str, number: int) -> None:
    _decide(conn, tenant, secret)
    _ask(conn, tenant, secret)
    switch(conn, tenant, on=not number, by="root", now=NOW)
    for stage, control in ((Stage.SENT, "aad_mfa"), (Stage.REFUSED, "mdo_safe"), (Stage.CONFIRMED, "mip_dlp")):
        outgoing.add(conn, tenant, sending(control, stage, secret))
    conflicts.add(conn, tenant, conflict("scid_1", secret))
    told = Told(
        kind=NoticeKind.CONFLICT, control="scid_1", about="1", recipient="anna",
        text=f"scid_1 is planned here since 2026-11-20, {secret}",
    )  # fmt: skip
    notices.tell(conn, tenant, told, now=NOW)
    audit.append(conn, Deed(action="note.added", tenant=tenant.id, subject="n", why=secret), by=secret, now=NOW)
    shift = Shift(
        day=NOW.date(), control="aad_mfa", kind=Kind.MAX_CHANGED, points=1.0, max_points=2.0, percent=0.5 - number,
        bought=False,
    )  # fmt: skip
    shifts.replace(conn, tenant, [shift])


def _decide(conn: Connection, tenant: Tenant, secret: str) -> None:
    accepted = Decision(
        control="aad_mfa", status=Status.RISK_ACCEPTED, decided_at=NOW - dt.timedelta(days=5), decided_by="anna",
        comment=f"bearable, {secret}", review_on=NOW.date() + dt.timedelta(days=10), grounds=Grounds.RISK,
    )  # fmt: skip
    decide(conn, tenant, accepted, ratings=load())


def _ask(conn: Connection, tenant: Tenant, secret: str) -> None:
    govern(conn, tenant, {"two_persons": "true"}, by="root", now=NOW)
    asked = Decision(
        control="mip_dlp", status=Status.RISK_ACCEPTED, decided_at=NOW, decided_by="bert",
        comment=f"please, {secret}", review_on=NOW.date() + dt.timedelta(days=30),
    )  # fmt: skip
    submit(conn, tenant, asked, role=Role.EDITOR, ratings=load())


def sending(control: str, stage: Stage, secret: str) -> Outgoing:
    """Make a decision on its way."""
    return Outgoing(
        key=0, control=control, state="ThirdParty", stage=stage, made_at=NOW - dt.timedelta(days=40), made_by=secret,
        sent_at=NOW - dt.timedelta(days=39), message=f"Graph says no, {secret}" if stage is Stage.REFUSED else None,
    )  # fmt: skip


def conflict(control: str, secret: str) -> Conflict:
    """Make a conflict that nobody has resolved."""
    return Conflict(
        key=0, control=control, found_at=NOW, ours=Status.PLANNED, ours_by="anna", ours_at=NOW, theirs="ignored",
        theirs_by="pia", theirs_at=NOW - dt.timedelta(hours=1), theirs_comment=secret,
    )  # fmt: skip
