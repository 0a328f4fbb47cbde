"""Contoso: the demo tenant, whose last day follows from its controls, and whose past tells a story."""

import datetime as dt

from surefoot.emulator import story
from surefoot.emulator.controls import Control
from surefoot.emulator.world import Held, Step, TenantWorld, Update
from surefoot.model import Decision, Status

NAME = "Contoso"
ID = "8f1c2a4e-5b6d-4c7e-9a10-2b3c4d5e6f70"

PAST = 130
"""Days since Contoso began."""
BOUGHT, GAP, LOST, BROKEN, MENDED, ADDED, ROLLED_OUT = 60, 48, 20, 18, 12, 40, 9
"""How many days before the last one things happened."""

_SERVICES = {"Identity": "AzureAD", "Device": "MDATP", "Apps": "MDO", "Data": "MIP"}

_NAMED = (
    # id, title, category, service, maximum, earned, cost, user impact, what was decided
    ("MFARegistrationV2", "Enable MFA for all users", "Identity", "AzureAD", 15, 0, "Low", "low", "in_progress"),
    (
        "BlockLegacyAuthentication",
        "Block legacy authentication",
        "Identity",
        "AzureAD",
        12,
        0,
        "Moderate",
        "Moderate",
        None,
    ),
    ("scid_2090", "Enable BitLocker on all devices", "Device", "MDATP", 12, 2, "Moderate", "Low", "in_progress"),
    (
        "dlp_datalossprevention",
        "Configure DLP policies for sensitive info",
        "Data",
        "MIP",
        18,
        0,
        "High",
        "Moderate",
        "planned",
    ),
    ("mdo_atpprotection", "Enable Safe Attachments for SharePoint", "Apps", "MDO", 8, 0, "Low", "low", None),
)
_ACCEPTED = (
    ("aad_separate_admin_workstations", "Use dedicated workstations for administrators", "Identity", 12),
    ("scid_2510", "Block process creations originating from PSExec and WMI commands", "Device", 8),
    ("exo_shared_mailbox_signin", "Block sign-in to shared mailboxes of the call centre", "Apps", 20),
    ("mip_endpoint_dlp_all", "Extend endpoint DLP to all unmanaged devices", "Data", 45),
    ("mip_double_key_encryption", "Protect engineering data with double key encryption", "Data", 40),
)
# By category: the points to gain of the small open actions, and the maxima of those that are completed.
_SMALL = {
    "Identity": (1.5, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.5),
    "Device": (2.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25, 0.25),
    "Apps": (1.5, 1.0, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25),
    "Data": (1.5, 1.0, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25),
}
_DONE = {"Identity": 16, "Device": 6, "Apps": 13, "Data": 10}
_POSSIBLE = {"Identity": 300.0, "Device": 75.0, "Apps": 150.0, "Data": 225.0}
_SMALL_MOST = {"Identity": 10.0, "Device": 5.0, "Apps": 5.0, "Data": 5.0}
_TOPICS = {
    "Identity": (
        "administrator roles",
        "guest invitations",
        "sign-in risk",
        "user risk",
        "app consent",
        "password protection",
        "session lifetime",
        "break-glass accounts",
        "privileged access reviews",
        "device registration",
        "self-service reset",
        "security defaults",
        "service accounts",
        "number matching",
        "workload identities",
        "cross-tenant access",
    ),
    "Device": (
        "the firewall",
        "credential guard",
        "script scanning",
        "tamper protection",
        "network protection",
        "update rings",
        "local administrators",
        "removable storage",
    ),
    "Apps": (
        "anti-phishing",
        "Safe Links",
        "spam filtering",
        "mail forwarding",
        "impersonation protection",
        "meeting lobbies",
        "external chat",
        "add-ins",
        "OAuth apps",
        "zero-hour purge",
        "outbound limits",
        "calendar sharing",
        "quarantine",
    ),
    "Data": (
        "sensitivity labels",
        "auto-labelling",
        "audit search",
        "retention",
        "guest links",
        "record keeping",
        "insider risk signals",
        "Teams DLP",
        "encryption of mail",
        "unmanaged devices",
    ),
}


def contoso(today: dt.date) -> TenantWorld:
    """Make Contoso as of `today`."""
    start = today - dt.timedelta(days=PAST)
    held = [_named(row, today, start) for row in _NAMED]
    held += [_plain(_control(c, t, cat, float(m)), 0.0, start) for c, t, cat, m in _ACCEPTED]
    for category in _SMALL:
        held += _small(category, today, start) + _done(category, today, start)
    return TenantWorld(
        id=ID,
        name=NAME,
        industry="Manufacturing",
        licensed_users=1204,
        active_users=1151,
        services=("HasAADP1", "HasAADP2", "HasEOP", "HasEXOP2", "HasM365E5", "HasMDEP2", "HasMDOP2"),
        held=tuple(held),
        first_day=start,
        bought={"HasM365E5": today - dt.timedelta(days=BOUGHT)},
        missing=frozenset(today - dt.timedelta(days=GAP - n) for n in range(3)),
        updates={control: [_accepted(today)] for control, *_ in _ACCEPTED},
        decisions=_decisions(today, held),
        averages=(51.2, 62.4),
        happenings=tuple(sorted([*story.happened(today), *story.daily(today, start)], key=lambda h: (h.at, h.id))),
        truths=story.truths(today, held),
        notes=story.noted(today),
    )


def _control(
    control: str, title: str, category: str, most: float, cost: str = "Unknown", impact: str | None = "Moderate"
) -> Control:
    service = _SERVICES[category]
    return Control(
        id=control, title=title, category=category, service=service, max_points=most, cost=cost, user_impact=impact
    )


def _plain(control: Control, share: float, start: dt.date) -> Held:
    return Held(control=control, steps=(Step(day=start, share=share, cause="from the start"),))


def _named(row: tuple[str, str, str, str, int, int, str, str, str | None], today: dt.date, start: dt.date) -> Held:
    identity, title, category, _service, most, earned, cost, impact, _decided = row
    control = _control(identity, title, category, float(most), cost, impact)
    if identity != "mdo_atpprotection":
        return _plain(control, earned / most, start)
    lost = today - dt.timedelta(days=LOST)
    steps = (
        Step(day=start, share=1.0, cause="from the start"),
        Step(day=lost, share=0.0, cause="the Safe Attachments policy for SharePoint was removed"),
    )
    return Held(control=control, steps=steps)


def _small(category: str, today: dt.date, start: dt.date) -> list[Held]:
    """Make the open actions of which only a little is left."""
    most, made = _SMALL_MOST[category], []
    for n, left in enumerate(_SMALL[category]):
        title = f"Finish the roll-out of {_TOPICS[category][n]}"
        cost = "Moderate" if left > 1 else "Low"
        control = _control(f"{_family(category)}_{_slug(title)}", title, category, most, cost, "Low")
        begun = today - dt.timedelta(days=BOUGHT) if n >= 6 else start  # noqa: PLR2004 - the last two came with the licence
        made.append(_plain(control, (most - left) / most, begun))
    return made


def _done(category: str, today: dt.date, start: dt.date) -> list[Held]:
    """Make the completed actions: their maxima fill the category up."""
    count = _DONE[category]
    taken = [c.max_points for c in _others(category)]
    base, extra = divmod(int(_POSSIBLE[category] - sum(taken)), count)
    return [_finished(category, n, float(base + (n < extra)), today, start) for n in range(count)]


def _others(category: str) -> list[Control]:
    named = [_control(r[0], r[1], r[2], float(r[4])) for r in _NAMED if r[2] == category]
    accepted = [_control(c, t, cat, float(m)) for c, t, cat, m in _ACCEPTED if cat == category]
    small = [_control(str(n), "", category, _SMALL_MOST[category]) for n in range(len(_SMALL[category]))]
    return named + accepted + small


def _finished(category: str, n: int, most: float, today: dt.date, start: dt.date) -> Held:
    title = f"Protect {_TOPICS[category][n % len(_TOPICS[category])]} by policy"
    control = _control(f"{_family(category)}_{_slug(title)}_{n}", title, category, most, "Low", None)

    def ago(days: int) -> dt.date:
        return today - dt.timedelta(days=days)

    def step(days: int, share: float, cause: str) -> Step:
        return Step(day=ago(days), share=share, cause=cause)

    first = Step(day=start, share=1.0, cause="from the start")
    story: dict[tuple[str, int], tuple[Step, ...]] = {
        ("Identity", 0): (Step(day=start, share=0.0, cause="from the start"), step(ROLLED_OUT, 1.0, "MFA for finance")),
        ("Identity", 1): (Step(day=start, share=0.0, cause="from the start"), step(ROLLED_OUT, 1.0, "MFA for finance")),
        ("Apps", 0): (Step(day=start, share=0.5 / most, cause="from the start"), step(25, 1.0, "a policy completed")),
        ("Apps", 1): (first, step(BROKEN, 0.0, "a mail rule switched it off"), step(MENDED, 1.0, "restored")),
        ("Apps", 11): (step(ADDED, 1.0, "Microsoft added the control"),),
        ("Apps", 12): (step(ADDED, 1.0, "Microsoft added the control"),),
        ("Data", 9): (step(ADDED, 1.0, "Microsoft added the control"),),
        ("Identity", 9): (Step(day=start, share=0.2, cause="from the start"), step(75, 1.0, "slow work")),
        ("Device", 2): (Step(day=start, share=0.0, cause="from the start"), step(82, 1.0, "slow work")),
    }
    bought = {("Data", 5), ("Data", 6), ("Data", 7), ("Data", 8), ("Apps", 9), ("Apps", 10), ("Identity", 14)}
    if (category, n) in bought:
        return Held(control=control, steps=(step(BOUGHT, 1.0, "Microsoft 365 E5 bought"),))
    return Held(control=control, steps=story.get((category, n), (first,)))


def _family(category: str) -> str:
    return {"Identity": "aad", "Device": "scid", "Apps": "mdo", "Data": "mip"}[category]


def _slug(title: str) -> str:
    return "".join(c for c in title.title() if c.isalnum())


def _accepted(today: dt.date) -> Update:
    when = dt.datetime.combine(today - dt.timedelta(days=45), dt.time(9, 30), dt.UTC)
    comment = "Accepted by the risk board until the next review"
    return Update(state="Ignored", comment=comment, updated_by="s.lund@contoso.example", updated_at=when)


def _decisions(today: dt.date, held: list[Held]) -> tuple[Decision, ...]:
    """Give what Contoso's people decided in Surefoot: 12 in progress and 8 planned."""
    small = [h.control.id for h in held if h.control.title.startswith("Finish the roll-out")]
    status = {row[0]: row[8] for row in _NAMED if row[8]}
    status |= dict.fromkeys(small[0:20:2], "in_progress") | dict.fromkeys(small[1:14:2], "planned")
    owners = ("J. Ortiz", "S. Lund", "M. Okafor")
    return tuple(
        Decision(
            control=control,
            status=Status(meant or ""),
            decided_at=dt.datetime.combine(today - dt.timedelta(days=21 - n), dt.time(10, n), dt.UTC),
            decided_by="anna.m@contoso.example",
            owner=owners[n % len(owners)],
            due=today + dt.timedelta(days=7 * (n + 1)),
        )
        for n, (control, meant) in enumerate(status.items())
    )
