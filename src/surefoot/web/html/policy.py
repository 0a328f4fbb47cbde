"""The form by which decisions are governed, for the installation or for one tenant."""

from collections.abc import Mapping

import msgspec

from surefoot.pages.governance import PolicyPage, Setting
from surefoot.scoring.policy import MEANINGS, ConflictRule, Policy
from surefoot.web.html.contexts import Choice

LABELS = {
    "two_persons": "A risk is accepted by two persons",
    "usual_days": "Usual days of an acceptance",
    "longest_days": "Most days of an acceptance",
    "must_end": "Every acceptance ends",
    "remind_days": "Days before its end to remind",
    "conflicts": "When both sides changed a status",
}
_TRUTHS = {"true": "Yes", "false": "No"}
_RULES = {
    ConflictRule.ASK: "Ask somebody",
    ConflictRule.MICROSOFT: "Microsoft's holds",
    ConflictRule.SUREFOOT: "Surefoot's holds",
    ConflictRule.NEWEST: "The newer one holds",
}
_WORDS = {"two_persons": _TRUTHS, "must_end": _TRUTHS, "conflicts": {k.value: v for k, v in _RULES.items()}}
_MEANINGS = {
    "must_end": "No lets somebody accept a risk without an end, by naming none.",
    "conflicts": "Surefoot and Microsoft both, since they last agreed.",
}
"""Where the words of the command line are not those of the form."""
_BY = {"tenant": "set for this tenant", "installation": "set for all tenants", "nobody": "the usual value"}


class PolicyField(msgspec.Struct, frozen=True, kw_only=True):
    """One policy as a field of a form."""

    name: str
    label: str
    meaning: str
    choices: tuple[Choice, ...]
    """Empty: a number of days is typed."""
    value: str
    """What is typed; empty: nothing of its own."""
    in_force: str
    set_by: str


def fields(page: PolicyPage, typed: Mapping[str, str] | None = None) -> tuple[PolicyField, ...]:
    """Make the fields; `typed` is what was sent and refused."""
    level = "tenant" if page.tenant else "installation"
    return tuple(_field(s, level, typed) for s in page.settings)


def _field(setting: Setting, level: str, typed: Mapping[str, str] | None) -> PolicyField:
    own = setting.value if setting.set_for == level else ""
    value = own if typed is None else typed.get(setting.name, "")
    words = _WORDS.get(setting.name, {})
    usual = str(msgspec.to_builtins(Policy())[setting.name]).lower()
    empty = "As for all tenants" if level == "tenant" else f"The usual value: {words.get(usual, usual)}"
    offered = {"": empty} | words
    choices = tuple(Choice(value=v, label=label, selected=v == value) for v, label in offered.items())
    return PolicyField(
        name=setting.name,
        label=LABELS[setting.name],
        meaning=_MEANINGS.get(setting.name, setting.meaning),
        choices=choices if words else (),
        value=value,
        in_force=words.get(setting.value, setting.value),
        set_by=_BY[setting.set_for],
    )


def changes(sent: Mapping[str, str]) -> dict[str, str | None]:
    """Take the policies out of a form; an empty field takes one's own value away."""
    return {name: sent[name].strip() or None for name in MEANINGS if name in sent}
