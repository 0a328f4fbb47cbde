"""What happened at Contoso, beside its score: the traces in Graph, the truth behind them, and its people's notes."""

import datetime as dt

from surefoot.emulator.acts import AUDIT, INTUNE
from surefoot.emulator.happenings import INCIDENT, Chronicle, Happening, Truth
from surefoot.emulator.world import Held, Note

ANNA, LUND, TEMP = "anna.m@contoso.example", "s.lund@contoso.example", "temp.admin@contoso.example"


def happened(today: dt.date) -> list[Happening]:
    """List what Graph reports of the story."""
    return [
        _activated("contoso-lost", today, 20, 9, TEMP, "Security Administrator"),
        _activated("contoso-broken", today, 18, 14, TEMP, "Exchange Administrator"),
        _activated("contoso-mended", today, 12, 10, LUND, "Exchange Administrator"),
        _activated("contoso-phishing", today, 25, 11, LUND, "Security Administrator"),
        Happening(
            source=AUDIT, id="Directory_contoso-rollout", at=_at(today, 9, 8), actor=ANNA,
            operation="Update conditional access policy", service="Conditional Access",
            targets=(("MFA for finance", "Policy"),),
            changed=(("ConditionalAccessPolicy", "enabledForReportingButNotEnforced", "enabled"),),
        ),
        Happening(
            source=INTUNE, id="contoso-scripts", at=_at(today, 82, 13), actor=LUND,
            operation="Patch DeviceManagementConfigurationPolicy", service="DeviceConfiguration",
            category="DeviceConfiguration",
            targets=(("Script scanning on all devices", "DeviceManagementConfigurationPolicy"),),
        ),
        Happening(
            source=INCIDENT, id="4711", at=_at(today, 17, 15), severity="medium",
            operation="Malicious link was clicked after Safe Links let it through",
        ),
    ]  # fmt: skip


def truths(today: dt.date, held: list[Held]) -> tuple[Truth, ...]:
    """Say what truly moved Contoso's controls."""
    ids = {
        (20, "the Safe Attachments policy for SharePoint was removed"): "Directory_contoso-lost",
        (18, "a mail rule switched it off"): "Directory_contoso-broken",
        (12, "restored"): "Directory_contoso-mended",
        (25, "a policy completed"): "Directory_contoso-phishing",
        (9, "MFA for finance"): "Directory_contoso-rollout",
        (82, "slow work"): "contoso-scripts",
    }
    found = []
    for h in held:
        for step in h.steps:
            done = ids.get(((today - step.day).days, step.cause))
            if done:
                found.append(Truth(day=step.day, control=h.control.id, cause=step.cause, happening=done))
    return tuple(found)


def noted(today: dt.date) -> tuple[Note, ...]:
    """List what Contoso's people noted in Surefoot."""
    return (
        Note(at=_at(today, 341, 9), text="Took Contoso over; the review of the score begins, monthly"),
        Note(at=_at(today, 236, 15), text="Moved the last mailboxes to Exchange Online"),
        Note(at=_at(today, 152, 10), text="Audit by the insurer: device controls first"),
        Note(at=_at(today, 60, 9), text="Bought Microsoft 365 E5 for all staff"),
        Note(at=_at(today, 9, 12), text="Rolled out MFA to finance: administrator roles and guest invitations covered"),
    )


def daily(today: dt.date, since: dt.date) -> list[Happening]:
    """List what always happens."""
    written = Chronicle("contoso", users=1151)
    written.intune = True
    written.lived(since, today - dt.timedelta(days=1))
    return written.happenings


def _activated(name: str, today: dt.date, back: int, hour: int, actor: str, role: str) -> Happening:
    """Activate a role in Privileged Identity Management: what was done with it is not in the directory's log."""
    return Happening(
        source=AUDIT,
        id=f"Directory_{name}",
        at=_at(today, back, hour),
        actor=actor,
        operation="Add member to role completed (PIM activation)",
        service="PIM",
        category="RoleManagement",
        targets=((role, "Role"),),
    )


def _at(today: dt.date, back: int, hour: int) -> dt.datetime:
    return dt.datetime.combine(today - dt.timedelta(days=back), dt.time(hour, 12), dt.UTC)
