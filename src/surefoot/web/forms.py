"""Bodies of requests: read whole (the guard bounds them), then decoded here."""

import datetime as dt
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec
from fastapi import Request
from starlette.exceptions import HTTPException

from surefoot.errors import InputRefused
from surefoot.model import Decision, Status
from surefoot.web.queries import parse, parse_day

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 20


Body = TypeVar("Body", bound=msgspec.Struct)


class StatusBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the API takes to set an action's status."""

    status: str
    """One of toAddress, planned, inProgress, riskAccepted, thirdParty, alternate."""
    comment: str | None = None
    owner: str | None = None
    due: str | None = None
    """A day, as 2026-12-31."""
    review_on: str | None = msgspec.field(default=None, name="reviewOn")
    """Until when a risk is accepted: a day, a year ahead at most; 90 days when left out."""
    evidence: str | None = None
    """What shows that an action is resolved through a third party or another mitigation: a text or a link."""


async def body_of(request: Request) -> bytes:
    """Read the whole body."""
    return await request.body()


class NoteBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the API takes to keep a note."""

    text: str
    """What happened, 1 to 500 characters."""
    at: str | None = None
    """When: a time with a zone as 2026-12-31T09:30:00Z, or a day (its noon, UTC); now when left out."""
    control: str | None = None
    """The control that it is about."""


class ReasonBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the API takes to dismiss a regression."""

    reason: str
    """1 to 500 characters."""


class PlaybookBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the API takes to set a control's playbook."""

    text: str
    """Markdown, 1 to 20,000 characters."""


class AssignBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the API takes to assign a baseline."""

    add: tuple[str, ...] = ()
    """Tenants, by id or name."""
    remove: tuple[str, ...] = ()


class ApplyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What the API takes to apply a baseline."""

    tenants: tuple[str, ...] | None = None
    """By id or name; null: every visible one that has the baseline."""
    dry_run: bool = False
    """Whether to say what would change, and change nothing."""
    expect: int | None = None
    """`total` of the dry run before: refused when there are more or fewer changes by now."""


def from_json(body: bytes, kind: type[Body], example: str) -> Body:
    """Decode the API's body; 400 for what is no JSON, 422 for JSON of another shape."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise InputRefused(f"The body does not fit: {error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        detail = f"The body is not JSON. Send for example {example}."
        raise HTTPException(HTTPStatus.BAD_REQUEST, detail) from error


def from_form(body: bytes) -> dict[str, str]:
    """Decode a form of the pages; the last of fields with the same name counts."""
    try:
        text = body.decode("utf-8")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"))
    except ValueError as error:
        raise InputRefused("The form could not be read.") from error


def status_of_form(fields: dict[str, str]) -> StatusBody:
    """Take a form's fields for the API's body."""
    return StatusBody(
        status=fields.get("status", ""),
        comment=fields.get("comment") or None,
        owner=fields.get("owner") or None,
        due=fields.get("due") or None,
        # Fields of other statuses are left in the form when somebody changes their mind.
        review_on=(fields.get("review_on") or None) if fields.get("status") == "riskAccepted" else None,
        evidence=fields.get("evidence") or None,
    )


def decision_of(sent: StatusBody, control: str, *, by: str, now: dt.datetime) -> Decision:
    """Turn what was sent into a decision, or refuse it with a sentence."""
    return Decision(
        control=control,
        status=parse(sent.status, "status", Status),
        decided_at=now,
        decided_by=by,
        comment=sent.comment,
        owner=sent.owner,
        due=_day(sent.due),
        review_on=_day(sent.review_on),
        evidence=sent.evidence,
    )


def moment(text: str | None) -> dt.datetime | None:
    """Read a time with a zone, or a day, which stands for its noon in UTC."""
    if not text:
        return None
    try:
        made = dt.datetime.fromisoformat(text)
        if len(text) == len("2026-12-31"):
            return made.replace(hour=12, tzinfo=dt.UTC)
        return made.astimezone(dt.UTC) if made.tzinfo else _zoneless()
    except (ValueError, OverflowError):
        detail = f"{text[:40]!r} is no time. Write it as 2026-12-31T09:30:00Z, or as a day: 2026-12-31."
        raise InputRefused(detail) from None


def _zoneless() -> dt.datetime:
    raise ValueError


def _day(text: str | None) -> dt.date | None:
    if not text:
        return None
    return parse_day(text)
