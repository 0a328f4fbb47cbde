"""Baselines as they are written down, in a file or sent to the API: what the pages show of them is read again."""

import datetime as dt
import enum
import re
from typing import TypeVar

import msgspec

from surefoot.errors import InputRefused
from surefoot.model import Grounds, Status
from surefoot.pages.outlets import camel
from surefoot.scoring.baselines import Rule

E = TypeVar("E", bound=enum.StrEnum)


class RuleBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What a baseline says about one control."""

    control: str
    expected: str
    """A status: toAddress, planned, inProgress, riskAccepted, thirdParty, alternate or completed."""
    elsewhere: bool = False
    """Whether a third party or an alternate mitigation fulfils `completed` too."""
    comment: str | None = None
    evidence: str | None = None
    grounds: str | None = None
    """Of an accepted risk: risk or notApplicable."""
    review_days: int | None = None
    """For how many days a risk is accepted when the baseline is applied."""
    owner: str | None = None
    due: str | None = None
    """By when the work is to be done: a day, as 2026-12-31."""


class BaselineBody(msgspec.Struct, frozen=True):
    """A baseline's rules; what else a page shows of it is passed over."""

    rules: tuple[RuleBody, ...]
    description: str | None = None


EXAMPLE = '{"rules": [{"control": "aad_mfa", "expected": "completed", "due": "2026-12-31"}]}'


def read(raw: bytes) -> BaselineBody:
    """Read a file; `InputRefused`, saying where, for what is no JSON or has another shape."""
    try:
        return msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"), type=BaselineBody)
    except msgspec.ValidationError as error:
        message = f"The file does not fit: {error}."
        raise InputRefused(message) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"The file is not JSON ({error}). It looks for example like this: {EXAMPLE}"
        raise InputRefused(message) from error


def rules_of(body: BaselineBody) -> tuple[Rule, ...]:
    """Give the rules; `InputRefused`, naming the control and what is possible, for words that are not possible."""
    return tuple(_rule(rule) for rule in body.rules)


def _rule(body: RuleBody) -> Rule:
    return Rule(
        control=body.control,
        expected=_word(body, body.expected, "status", Status),
        elsewhere=body.elsewhere,
        comment=body.comment,
        evidence=body.evidence,
        grounds=_word(body, body.grounds, "grounds", Grounds) if body.grounds else None,
        review_days=body.review_days,
        owner=body.owner,
        due=_day(body) if body.due else None,
    )


def _word(body: RuleBody, text: str, what: str, kind: type[E]) -> E:
    values = {camel(v.value): v for v in kind}
    if text not in values:
        message = f"{body.control[:100]}: {text[:40]!r} is no {what}; these are: {', '.join(values)}."
        raise InputRefused(message)
    return values[text]


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(body: RuleBody) -> dt.date:
    text = body.due or ""
    try:
        return dt.date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        message = f"{body.control[:100]}: {text[:40]!r} is no day. Write it as 2026-12-31."
        raise InputRefused(message) from None
