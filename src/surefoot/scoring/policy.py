"""How decisions are governed: what an installation, or one tenant, asks for."""

import enum

import msgspec

from surefoot.errors import InputRefused


class ConflictRule(enum.StrEnum):
    """Who decides when Surefoot and Microsoft both changed a control's status."""

    ASK = "ask"
    """A person, each time."""
    MICROSOFT = "microsoft"
    SUREFOOT = "surefoot"
    NEWEST = "newest"
    """Whichever was set later."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for; a tenant's own values come before the installation's."""

    two_persons: bool = False
    """Whether a risk is accepted by two: one asks, another approves."""
    usual_days: int = 90
    """For how long a risk is accepted when nobody says."""
    longest_days: int = 366
    """For how long a risk is accepted at most; then it is accepted anew, or addressed."""
    must_end: bool = True
    """Whether an acceptance has to end at all."""
    remind_days: int = 14
    """How many days before its end the owner is told."""
    conflicts: ConflictRule = ConflictRule.ASK


LONGEST = 3660
"""Ten years: no number of days is larger."""
MEANINGS = {
    "two_persons": "A risk is accepted by two: one asks, another with the role approver approves.",
    "usual_days": "For how many days a risk is accepted when nobody says.",
    "longest_days": "For how many days a risk is accepted at most.",
    "must_end": "Every acceptance ends: false lets somebody accept a risk without an end by naming none.",
    "remind_days": "How many days before its end the owner is told.",
    "conflicts": "Whose status holds when both sides changed it: ask, microsoft, surefoot or newest.",
}
"""Every setting, in a sentence."""


def merged(*layers: dict[str, str]) -> Policy:
    """Make a policy of stored words, later layers before earlier ones."""
    words: dict[str, str] = {}
    for layer in layers:
        words |= layer
    return msgspec.convert(words, Policy, strict=False)


def checked(name: str, value: str) -> str:
    """Give a value as it is stored; `InputRefused`, saying what is possible, when it is not possible."""
    if name not in MEANINGS:
        message = f"{name[:40]!r} is no policy; these are: {', '.join(MEANINGS)}."
        raise InputRefused(message)
    try:
        made = getattr(msgspec.convert({name: value.strip().lower()}, Policy, strict=False), name)
    except msgspec.ValidationError:
        kind = type(getattr(Policy(), name))
        takes = "true or false" if kind is bool else "a number of days" if kind is int else "one of these words"
        message = f"{value[:40]!r} is not possible: {name} takes {takes}. {MEANINGS[name]}"
        raise InputRefused(message) from None
    if isinstance(made, bool):
        return "true" if made else "false"
    if isinstance(made, int) and not (0 if name == "remind_days" else 1) <= made <= LONGEST:
        message = f"{name} takes days from {0 if name == 'remind_days' else 1} to {LONGEST}."
        raise InputRefused(message)
    return str(made)


def sound(policy: Policy) -> Policy:
    """Refuse a policy whose parts do not go together."""
    if policy.usual_days > policy.longest_days:
        message = f"usual_days ({policy.usual_days}) lies above longest_days ({policy.longest_days})."
        raise InputRefused(message)
    return policy


def laxer(own: Policy, common: Policy) -> bool:
    """Say whether a policy lets through what another does not."""
    return (
        (common.two_persons and not own.two_persons)
        or (common.must_end and not own.must_end)
        or own.longest_days > common.longest_days
    )
