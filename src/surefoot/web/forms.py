"""Bodies of requests: read whole (the guard bounds them), then decoded here."""

import datetime as dt
from http import HTTPStatus
from typing import Annotated, TypeVar
from urllib.parse import parse_qsl

import msgspec
from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from surefoot.errors import InputRefused
from surefoot.model import Decision, Grounds, Status
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
    grounds: str | None = None
    """Of an accepted risk: risk (the usual one) or notApplicable."""
    evidence: str | None = None
    """What shows that an action is resolved through a third party or another mitigation: a text or a link."""


async def body_of(request: Request) -> bytes:
    """Read the whole body; `InputRefused`, which nobody reads any more, when the client left in the middle of it."""
    try:
        return await request.body()
    except ClientDisconnect as error:
        message = "The connection ended before the whole body was here."
        raise InputRefused(message) from error


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


class ViewBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the API takes to save a view of a list."""

    page: str
    """portfolio, actions or heatmap."""
    name: str
    """1 to 60 characters; a view of that name is replaced."""
    query: str
    """The list's parameters as an address has them: show=quick&sort=-points."""


class RenameBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the API takes to rename a view."""

    name: str


class PlanBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the API takes to plan an action: what is left out stays, null takes away."""

    owner: str | msgspec.UnsetType | None = msgspec.UNSET
    due: str | msgspec.UnsetType | None = msgspec.UNSET
    """A day, as 2026-12-31."""
    priority: str | msgspec.UnsetType | None = msgspec.UNSET
    """One of urgent, high, normal, low."""
    labels: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    ticket: str | msgspec.UnsetType | None = msgspec.UNSET
    """A number, or an address that begins with https://."""


class HoldsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the API takes to resolve a conflict."""

    holds: str
    """surefoot or microsoft."""


class AnswerBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the API takes to answer a request."""

    answer: str | None = None
    """Why: needed to decline what somebody else asks for."""


class NoticesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the API takes to mark notices as read."""

    keys: tuple[Annotated[int, msgspec.Meta(ge=1, le=2**53)], ...]


class PolicyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What the API takes to govern decisions: what is left out stays, null takes a value away."""

    two_persons: bool | msgspec.UnsetType | None = msgspec.UNSET
    usual_days: int | msgspec.UnsetType | None = msgspec.UNSET
    longest_days: int | msgspec.UnsetType | None = msgspec.UNSET
    must_end: bool | msgspec.UnsetType | None = msgspec.UNSET
    remind_days: int | msgspec.UnsetType | None = msgspec.UNSET
    conflicts: str | msgspec.UnsetType | None = msgspec.UNSET
    """ask, microsoft, surefoot or newest."""


class ZonesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the API takes to set the bounds of a score's zones: both, or null for both to take them away."""

    good: Annotated[float, msgspec.Meta(gt=0, le=100)] | None
    """From which percent on a score is good."""
    okay: Annotated[float, msgspec.Meta(gt=0, lt=100)] | None
    """From which on it is okay; less than `good`."""


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
        grounds=(fields.get("grounds") or None) if fields.get("status") == "riskAccepted" else None,
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
        due=day_of(sent.due),
        review_on=day_of(sent.review_on),
        grounds=parse(sent.grounds, "grounds", Grounds) if sent.grounds else None,
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


def day_of(text: str | None) -> dt.date | None:
    """Read a day; None when there is none."""
    if not text:
        return None
    return parse_day(text)
