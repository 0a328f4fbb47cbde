"""The registers' pages as templates get them: ordinary, hostile, and empty."""

import datetime as dt

import msgspec
from msgspec.structs import replace
from web_samples import CONTOSO, HOSTILE, NOW, TODAY, decision

from surefoot.model import (
    AcceptanceRequest,
    ActorKind,
    Grounds,
    Notice,
    NoticeKind,
    Outgoing,
    Side,
    Stage,
    Status,
)
from surefoot.pages.audit import Activity, ActivityRow, Verified
from surefoot.pages.catalogue import Catalogue, Effect, Entry
from surefoot.pages.governance import ConflictRow, Conflicts, NoticeRow, Notices, RequestRow
from surefoot.pages.outbox import Outbox, SendingRow
from surefoot.pages.overview import TenantName
from surefoot.pages.risks import Risk, Risks
from surefoot.scoring.catalogue import Did
from surefoot.web.html import activity, catalogue, notices, outbox, risks
from surefoot.web.html.contexts import Frame, Page
from surefoot.web.html.lists import Address

ODD = TenantName(id=CONTOSO.id, name=HOSTILE)
EARLIER = NOW - dt.timedelta(days=50)
Made = dict[str, tuple[str, Page]]


def address(base: str, **query: str) -> Address:
    """Make an address as somebody asks for it."""
    return Address(base=base, query=query)


def risk(text: str, left: int | None) -> Risk:
    """Make an accepted risk of which people say `text`."""
    return Risk(
        tenant=ODD, control=text, name=text, category=text, product=text, points=None if left is None else 4.5,
        since=EARLIER if left else None, renewed=left or 0, until=None if left is None else TODAY, days_left=left,
        by=text if left else None, approved_by=None if left is None else "bo", why=text,
        grounds=None if left is None else Grounds.RISK, accepted_in=Side.SUREFOOT,
    )  # fmt: skip


def risks_of(*rows: Risk, tenant: TenantName | None = None, everything: int = 9) -> Risks:
    """Make a register."""
    return Risks(
        tenant=tenant, as_of=TODAY if tenant else None, risks=rows, total=len(rows), points=4.5, unknown=len(rows),
        everything=everything, expired=1, soon=2, within_90=3, endless=4, tenants=2,
    )  # fmt: skip


def _risks(frame: Frame) -> Made:
    here, asked = address("/risks", text=HOSTILE), decision(HOSTILE, comment=HOSTILE, decided_by=HOSTILE)
    row = RequestRow(tenant=ODD, name=HOSTILE, points=None, request=AcceptanceRequest(key=7, asked=asked))
    waiting = (
        risks.RequestLine(row=row, href="/a", approve_href="/yes", decline_href="/no", own=False),
        risks.RequestLine(row=row, href="/a", approve_href=None, decline_href="/no", own=True),
        risks.RequestLine(row=row, href="/a", approve_href=None, decline_href=None, own=False),
    )
    rows = [risk(HOSTILE, left) for left in (-3, 0, 1, 40, None)]
    return {
        "risks": (
            "risks.html",
            replace(
                risks.view(risks_of(*rows), frame, here, waiting, labels=(HOSTILE,), can_write=True), refused=HOSTILE
            ),
        ),
        "one tenant's risks": ("risks.html", risks.view(risks_of(*rows, tenant=CONTOSO), frame, here)),
        "no risk": ("risks.html", risks.view(risks_of(everything=0, tenant=CONTOSO), frame, here)),
        "no risk anywhere": ("risks.html", risks.view(risks_of(everything=0), frame, here)),
        "no risk matches": ("risks.html", risks.view(risks_of(), frame, here, can_write=True)),
    }


def sending(stage: Stage, **changes: object) -> SendingRow:
    """Make a decision on its way."""
    one = Outgoing(
        key=1, control=HOSTILE, state=HOSTILE, stage=stage, made_at=EARLIER, made_by=HOSTILE, attempts=2,
        message=HOSTILE, request_id=HOSTILE,
    )  # fmt: skip
    made = SendingRow(
        tenant=ODD, name=HOSTILE, status=None, outgoing=one, expected_by=EARLIER, overdue=True, hint=HOSTILE
    )
    return msgspec.structs.replace(made, **changes)


def conflict(holds: str | None) -> ConflictRow:
    """Make a conflict."""
    return ConflictRow(
        tenant=ODD, control=HOSTILE, name=HOSTILE, found_at=EARLIER, ours=Status.PLANNED, ours_by=HOSTILE,
        ours_at=EARLIER, ours_comment=HOSTILE, theirs=HOSTILE, theirs_status=None, theirs_by=None, theirs_at=EARLIER,
        theirs_comment=HOSTILE, holds=holds, resolved_at=None, resolved_by=HOSTILE,
        rule=HOSTILE if holds == "microsoft" else None,
    )  # fmt: skip


def outbox_of(*rows: SendingRow, tenant: TenantName | None = None, on: bool = False) -> Outbox:
    """Make an outbox."""
    return Outbox(
        tenant=tenant, write_back=on if tenant else None, writing_back=(ODD,) if on else (), tenants=3, sending=rows,
        total=len(rows), waiting=1, sent=1, refused=1, overdue=1, unsent=2 if tenant else None,
    )  # fmt: skip


def _outbox(frame: Frame) -> Made:
    here = address("/outbox")
    rows = [sending(stage) for stage in Stage] + [sending(Stage.KEPT, expected_by=None, overdue=False, hint=None)]
    some = Conflicts(conflicts=tuple(conflict(h) for h in (None, "surefoot", "microsoft")), total=3, open=1)
    none = Conflicts(conflicts=(), total=0, open=0)
    may = {"can_write": True, "can_switch": True}
    return {
        "outbox": ("outbox.html", outbox.view(outbox_of(*rows, on=True), some, frame, here, **may)),
        "outbox off": ("outbox.html", outbox.view(outbox_of(*rows, tenant=ODD), some, frame, here, **may)),
        "outbox on": ("outbox.html", outbox.view(outbox_of(tenant=ODD, on=True), none, frame, here, **may)),
        "nothing at a stage": (
            "outbox.html", outbox.view(outbox_of(), none, frame, address("/outbox", stage="refused"))
        ),
        "nothing ever": (
            "outbox.html", outbox.view(outbox_of(tenant=ODD), none, frame, address("/outbox", all="true"))
        ),
    }  # fmt: skip


def entry(did: Did, *, percent: float | None, tenants: int = 2, scored: bool | None = None) -> Entry:
    """Make an entry of the log."""
    effects = tuple(
        Effect(tenant=ODD, date=TODAY, points=-1.0, max_points=2.0, percent=percent, scored=bool(n))
        for n in range(min(tenants, 2))
    )
    return Entry(
        date=TODAY, did=did, control=HOSTILE, name=HOSTILE, category=HOSTILE, service=HOSTILE, product=HOSTILE,
        detail=HOSTILE, tenants=tenants, percent=percent, lowest=percent, highest=percent, points=-2.0, scored=scored,
        effects=effects,
    )  # fmt: skip


def catalogue_of(*rows: Entry, tenant: TenantName | None = None, everything: int = 9) -> Catalogue:
    """Make a log."""
    return Catalogue(
        tenant=tenant, since=TODAY, until=TODAY, watched_since=TODAY if rows else None, entries=rows, total=len(rows),
        everything=everything, kinds=dict.fromkeys(Did, 2) if everything else {}, percent=1.0 if tenant else None,
        paragraph=f"From 2026-10-01 to 2026-02-31 {HOSTILE}",
    )  # fmt: skip


def _catalogue(frame: Frame) -> Made:
    here = address("/catalogue", did="added", text=HOSTILE)
    rows = [entry(did, percent=-0.2) for did in Did]
    rows += [entry(Did.ADDED, percent=None, tenants=1), entry(Did.REWORDED, percent=None, tenants=0)]
    own = [msgspec.structs.replace(row, scored=n % 2 == 0) for n, row in enumerate(rows)]
    return {
        "catalogue": ("catalogue.html", catalogue.view(catalogue_of(*rows), frame, here, refused=HOSTILE)),
        "one tenant's catalogue": ("catalogue.html", catalogue.view(catalogue_of(*own, tenant=ODD), frame, here)),
        "nothing in the catalogue": ("catalogue.html", catalogue.view(catalogue_of(everything=0), frame, here)),
        "no entry matches": ("catalogue.html", catalogue.view(catalogue_of(), frame, here)),
    }


def deed(number: int, **changes: object) -> ActivityRow:
    """Make an entry of the trail."""
    values = {
        "sequence": number, "at": NOW, "actor": HOSTILE, "kind": ActorKind.TOKEN, "origin": f"api {HOSTILE}",
        "action": "decision.made", "tenant": CONTOSO.id, "subject": HOSTILE, "why": HOSTILE, "previous": "", "hash": "",
        "before": '{"a": {"b": "<img src=x>"}, "list": ["x", 1], "flag": true, "same": 1}',
        "after": '{"a": {"b": null}, "list": [{"x": 1}], "flag": false, "same": 1}',
        "said": HOSTILE, "tenant_name": HOSTILE, "name": HOSTILE, "scored": True,
    }  # fmt: skip
    return ActivityRow(**{**values, **changes})


def _activity(frame: Frame) -> Made:
    here = address("/activity", did=HOSTILE, actor=HOSTILE, text=HOSTILE, below="9", **{"from": HOSTILE})
    rows = (
        deed(3), deed(2, name=None, before="no JSON", after=None, tenant_name=None, kind=ActorKind.SYSTEM),
        deed(1, tenant=None, tenant_name=None, name=None, subject=None, why=None, before=None, after="[1]",
             origin="command line", kind=ActorKind.PERSON, scored=False),
    )  # fmt: skip
    verified = Verified(at=NOW, by=HOSTILE, sequence=7)
    full = Activity(entries=rows, next=1, previous=3, people=(HOSTILE,), verified=verified)
    none = Activity(entries=(), next=None, previous=None, people=(HOSTILE,), verified=None)
    return {
        "activity": ("activity.html", activity.view(full, frame, here, refused=HOSTILE, whole=True)),
        "nobody did that": ("activity.html", activity.view(none, frame, here, whole=True)),
        "no activity": ("activity.html", activity.view(none, frame, address("/activity"))),
    }


def _notices(frame: Frame) -> Made:
    rows = tuple(
        NoticeRow(
            tenant=ODD, name=HOSTILE, text=f"{HOSTILE} on 2026-11-20: `surefoot sync`",
            notice=Notice(
                key=n, kind=kind, control=HOSTILE, recipient=HOSTILE if n % 2 else None, text=HOSTILE, made_at=EARLIER,
                read_at=NOW if n % 3 else None, read_by=HOSTILE,
            ),
        )
        for n, kind in enumerate(NoticeKind)
    )  # fmt: skip
    full = Notices(notices=rows, total=len(rows), unread=2, kinds={NoticeKind.CONFLICT: 2})
    none = Notices(notices=(), total=0, unread=0, kinds={})
    every = address("/notices", all="true")
    return {
        "notices": ("notices.html", notices.view(full, frame, every, can_write=True)),
        "unread notices": ("notices.html", notices.view(full, frame, address("/notices", kind="conflict"))),
        "no notice": ("notices.html", notices.view(none, frame, address("/notices"), can_write=True)),
        "no notice ever": ("notices.html", notices.view(none, frame, every)),
        "no notice of a kind": ("notices.html", notices.view(none, frame, address("/notices", kind="conflict"))),
    }


def every(frame: Frame) -> Made:
    """Give every page of the registers, by name."""
    return _risks(frame) | _outbox(frame) | _catalogue(frame) | _activity(frame) | _notices(frame)
