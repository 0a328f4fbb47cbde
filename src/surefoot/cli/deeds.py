"""What the demo world's people do, by Surefoot's own functions: labels, decisions, policies, what goes to Microsoft."""

import asyncio
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from surefoot import jobs
from surefoot.cli.home import Home, now
from surefoot.emulator.people import ADA, BEN, CHIARA
from surefoot.emulator.server import Emulator
from surefoot.emulator.world import World
from surefoot.model import Actor, ActorKind, Decision, Role, Side, Status, Tenant
from surefoot.scoring.baselines import Rule
from surefoot.scoring.ratings import Ratings
from surefoot.store import database, decisions, labels, requests, tenants
from surefoot.sync import baselines
from surefoot.sync.acceptances import approve, submit
from surefoot.sync.decisions import decide
from surefoot.sync.dismissals import dismiss
from surefoot.sync.labels import relabel
from surefoot.sync.notes import note
from surefoot.sync.outbox import switch
from surefoot.sync.playbooks import set_playbook
from surefoot.sync.policies import govern

CONTOSO = "anna.m@contoso.example"
"""Who noted what happened at Contoso."""
CAREFUL, SENDING, LOOSENED = "Lamna Healthcare", "First Up Consultants", "Fabrikam"
"""Where two accept a risk, whose decisions are sent, and where a regression is dismissed."""
PORTAL = "d.hart@firstup.example"
"""Who changed something in Microsoft's portal meanwhile."""


class Deed(NamedTuple):
    """Something that somebody did."""

    at: dt.datetime
    by: str
    do: Callable[[Connection], object]


def tell(home: Home, running: Emulator, world: World) -> None:
    """Do it all, in the order of time; nothing where an earlier demo did it."""
    with database.reading(home.engine) as conn:
        known = {t.name: t for t in tenants.all_of(conn, None)}
        if labels.of(conn, list(known.values())):
            return
    told = [*_contoso(home, world), *_others(home, world, known), *_rules(home, known), *_sent(home, known)]
    _carry_out(home, told)
    sender = known[SENDING]
    asyncio.run(jobs.send_due(home.engine, home.keys, now, [sender]))
    _carry_out(home, _disputed(home, sender))
    running.edited(sender.id, "mdo_recipientexternallimitperhour", state="Ignored", by=PORTAL, comment="Newsletter")
    asyncio.run(jobs.read(home.engine, home.keys, home.ratings, [sender], now))
    _carry_out(home, _waiting(home, sender))


def _carry_out(home: Home, deeds: list[Deed]) -> None:
    """Do them in one transaction, each under the name of who did it."""
    with home.writing() as conn:
        for deed in sorted(deeds, key=lambda d: d.at):
            actor = Actor(name=deed.by, kind=ActorKind.PERSON, origin="page 127.0.0.1")
            deed.do(conn.execution_options(actor=actor))


def _ago(days: int, hour: int = 10, minute: int = 0) -> dt.datetime:
    """Give a time of some days ago; today, some minutes ago."""
    if days == 0:
        return now() - dt.timedelta(minutes=60 - minute)
    return now().replace(hour=hour, minute=minute, second=0, microsecond=0) - dt.timedelta(days=days)


def _decided(tenant: Tenant, made: Decision, ratings: Ratings) -> Deed:
    return Deed(made.decided_at, made.decided_by, partial(decide, tenant=tenant, decision=made, ratings=ratings))


def _contoso(home: Home, world: World) -> Iterator[Deed]:
    """Note and decide what Contoso's people did, unless somebody decided something there."""
    made = world.tenants[0]
    with database.reading(home.engine) as conn:
        kept = tenants.by_id(conn, made.id)
        if kept is None or any(d.decided_in is Side.SUREFOOT for d in decisions.newest(conn, kept).values()):
            return
    for told in made.notes:
        yield Deed(told.at, CONTOSO, partial(note, tenant=kept, text=told.text, by=CONTOSO, now=told.at, at=told.at))
    yield from (_decided(kept, made_one, home.ratings) for made_one in made.decisions)


def _others(home: Home, world: World, known: Mapping[str, Tenant]) -> Iterator[Deed]:
    """Label every tenant, and decide what was decided about the others."""
    for n, made in enumerate(world.tenants):
        kept, at = known[made.name], _ago(340, 9, n)
        yield Deed(at, ADA, partial(relabel, tenant=kept, words=made.labels, by=ADA, now=at))
        if n:
            yield from (_decided(kept, made_one, home.ratings) for made_one in made.decisions)


PLAYBOOKS = {
    "MFARegistrationV2": (
        "## Before\n\n- Break-glass accounts are excluded: *CA-000*.\n- Tell the customer a week ahead.\n\n"
        "## Steps\n\n1. Report-only for seven days, then look at the failures.\n2. Administrators, then IT, then all.\n"
        "3. Number matching on.\n\n## After\n\nClose the ticket when the score shows it: 24 to 48 hours."
    ),
    "IntegratedApps": (
        "1. Export what users have consented to (`consents.ps1`).\n2. Switch on the admin consent workflow.\n"
        "3. Then switch user consent off."
    ),
}
BASELINE = "Northlight essentials"
RULES = (
    Rule(control="MFARegistrationV2", expected=Status.COMPLETED, owner="Ben Okoro"),
    Rule(control="IntegratedApps", expected=Status.COMPLETED),
    Rule(control="mdo_safelinksforemail", expected=Status.COMPLETED),
    Rule(control="mdo_commonattachmentsfilter", expected=Status.COMPLETED),
    Rule(control="spo_idle_session_timeout", expected=Status.PLANNED, comment="With the next review"),
)


def _rules(home: Home, known: Mapping[str, Tenant]) -> Iterator[Deed]:
    """Keep playbooks and a baseline, accept by two at one tenant, dismiss a regression."""
    for n, (control, text) in enumerate(PLAYBOOKS.items()):
        at = _ago(120 - n, 11)
        yield Deed(at, BEN, partial(set_playbook, control=control, text=text, by=BEN, now=at))
    at = _ago(90, 13)
    about = "What every customer with a Gold contract gets within its first quarter."
    yield Deed(at, CHIARA, partial(baselines.put, name=BASELINE, description=about, rules=RULES, by=CHIARA, now=at))
    yield Deed(later := _ago(90, 13, 5), CHIARA, partial(_assign, known=known, at=later))
    yield from _by_two(known[CAREFUL], home.ratings)
    when, why = _ago(27, 15), "The pilot group tests another filter until the end of the quarter, as agreed"
    yield Deed(when, BEN, partial(
        dismiss, tenant=known[LOOSENED], control="mdo_safelinksforemail", reason=why, by=BEN, now=when,
        ratings=home.ratings,
    ))  # fmt: skip


def _assign(conn: Connection, known: Mapping[str, Tenant], at: dt.datetime) -> None:
    held = labels.of(conn, list(known.values()))
    gold = [t for t in known.values() if "Gold" in held.get(t.key, ())]
    baselines.assign(conn, gold, BASELINE, by=CHIARA, now=at)


def _by_two(tenant: Tenant, ratings: Ratings) -> Iterator[Deed]:
    """Let two accept risks: one request is approved, another waits."""
    asked = [
        ("dlp_datalossprevention", 52, "Patient data lives in the clinic system alone, which has its own DLP", 100),
        ("PWAgePolicyNew", 3, "The clinic system's single sign-on still asks for a change every 180 days", 60),
    ]
    begun = _ago(75, 9)
    changes = {"two_persons": "true"}
    yield Deed(begun, CHIARA, partial(govern, tenant=tenant, changes=changes, by=CHIARA, now=begun))
    for control, days, comment, ends in asked:
        at = _ago(days, 10)
        wanted = Decision(
            control=control, status=Status.RISK_ACCEPTED, decided_at=at, decided_by=BEN, comment=comment,
            review_on=now().date() + dt.timedelta(days=ends),
        )  # fmt: skip
        yield Deed(at, BEN, partial(submit, tenant=tenant, decision=wanted, role=Role.EDITOR, ratings=ratings))
    yield Deed(at := _ago(51, 16), CHIARA, partial(_approve, tenant=tenant, ratings=ratings, at=at))


def _approve(conn: Connection, tenant: Tenant, ratings: Ratings, at: dt.datetime) -> None:
    first = requests.of(conn, tenant)[0]
    approve(
        conn, tenant, first.key, by=CHIARA, role=Role.APPROVER, ratings=ratings, now=at, answer="Seen with the CISO"
    )


def _sent(home: Home, known: Mapping[str, Tenant]) -> Iterator[Deed]:
    """Switch sending on for one tenant, and decide what Microsoft is told."""
    tenant, on = known[SENDING], _ago(30, 9)
    yield Deed(on, ADA, partial(switch, tenant=tenant, on=True, by=ADA, now=on))
    for made in (
        Decision(
            control="mdo_phisspamacation", status=Status.THIRD_PARTY, decided_at=_ago(6, 11), decided_by=BEN,
            evidence="The mail gateway in front of Exchange quarantines phishing: ticket 48113",
        ),
        Decision(
            control="spo_external_sharing_managed", status=Status.RISK_ACCEPTED, decided_at=_ago(5, 9),
            decided_by=ADA, comment="Clients change weekly: links end after 14 days instead",
            review_on=now().date() + dt.timedelta(days=85), owner="Dana Hart",
        ),
        Decision(
            control="AppG_regulate_access_to_sensitive_data", status=Status.PLANNED, decided_at=_ago(4, 9),
            decided_by=ADA, owner="Dana Hart", due=now().date() + dt.timedelta(days=26),
        ),
    ):  # fmt: skip
        yield _decided(tenant, made, home.ratings)


def _disputed(home: Home, tenant: Tenant) -> list[Deed]:
    """Decide what somebody decides differently in Microsoft's portal before it is sent."""
    made = Decision(
        control="mdo_recipientexternallimitperhour", status=Status.THIRD_PARTY, decided_at=_ago(0, minute=10),
        decided_by=BEN, evidence="The mail gateway limits senders: ticket 48113",
    )  # fmt: skip
    return [_decided(tenant, made, home.ratings)]


def _waiting(home: Home, tenant: Tenant) -> list[Deed]:
    """Decide what is on its way when the page opens, and what Graph does not take."""
    made = (
        Decision(
            control="mip_management_API_enabled_four_workloads", status=Status.THIRD_PARTY,
            decided_at=_ago(0, minute=30), decided_by=BEN, evidence="The SIEM reads the audit log itself: ticket 48120",
        ),
        Decision(
            control="scid_2514", status=Status.RISK_ACCEPTED, decided_at=_ago(0, minute=35), decided_by=ADA,
            comment="The inventory agent starts through WMI", review_on=now().date() + dt.timedelta(days=60),
        ),
    )  # fmt: skip
    return [_decided(tenant, one, home.ratings) for one in made]
