"""Calls about single controls, alone or up to 20 in one request: Graph answers each on its own, in any order."""

import contextlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import msgspec

from surefoot.errors import AnswerNotUnderstood, GraphError, WriteRefused
from surefoot.graph import wire
from surefoot.graph.answers import BAD_REQUEST, GOOD, NOT_FOUND, OK, Answer, failure_of
from surefoot.model import Profile

T = TypeVar("T")

VERSION = "/v1.0"
BATCH = f"{VERSION}/$batch"
PROFILES = f"{VERSION}/security/secureScoreControlProfiles"
MOST = 20
BODY_HEADERS = {"Content-Type": "application/json", "Prefer": "return=representation"}

_NOT_OFFERED = frozenset({BAD_REQUEST, NOT_FOUND, 405, 501})
"""What a gateway or a cloud without batches answers."""

Ask = Callable[[str, str, bytes | None], Awaitable[Answer]]
"""Method, quoted path and body; gives a good answer or raises."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A state to be set."""

    profile: Profile
    state: str
    comment: str | None = None
    assigned_to: str | None = None


class Call(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One request about one control, and what its answers mean."""

    method: str
    control: str
    decode: Callable[[Answer], T]
    refuses: Callable[[AnswerNotUnderstood], WriteRefused | None]
    body: dict[str, Any] | None = None

    @property
    def path(self) -> str:
        """The control's path: whatever the id holds stays one part of it."""
        return f"{PROFILES}/{quote(_named_id(self.control), safe='')}"


def reading(control: str) -> Call[Profile]:
    """Ask for a profile; `WriteRefused` for one that Graph does not give."""

    def refuses(error: AnswerNotUnderstood) -> WriteRefused | None:
        known = error.status in {BAD_REQUEST, NOT_FOUND}
        return _refusal(f"Graph does not give the control {control!r}: {error}", error) if known else None

    return Call(method="GET", control=control, decode=lambda answer: wire.profile(answer.body), refuses=refuses)


def writing(change: Change) -> Call[Profile | None]:
    """Set a state; the profile as Graph then shows it, or None when it answers without."""
    body = {
        "state": change.state,
        "comment": change.comment or "",
        "assignedTo": change.assigned_to or "",
        "vendorInformation": {"provider": change.profile.provider, "vendor": change.profile.vendor},
    }

    def decode(answer: Answer) -> Profile | None:
        return wire.profile(answer.body) if answer.status == OK and answer.body.strip() else None

    return Call(
        method="PATCH",
        control=change.profile.control,
        decode=decode,
        refuses=lambda error: _refusal(str(error), error),
        body=body,
    )


def _refusal(message: str, error: GraphError) -> WriteRefused:
    return WriteRefused(message, code=error.code, request_id=error.request_id, status=error.status)


def _named_id(control: str) -> str:
    """Give an id that names a control and leads nowhere else."""
    if control.strip(".") == "":
        message = f"{control!r} is no control."
        raise WriteRefused(message)
    return control


async def alone(ask: Ask, call: Call[T]) -> T:
    """Make one call."""
    path = call.path
    try:
        answer = await ask(call.method, path, None if call.body is None else msgspec.json.encode(call.body))
    except AnswerNotUnderstood as error:
        refused = call.refuses(error)
        if refused is None:
            raise
        raise refused from error
    return call.decode(answer)


async def read(ask: Ask, controls: Sequence[str]) -> tuple[Profile | GraphError, ...]:
    """Read profiles, in the order asked."""
    return await _each(ask, [reading(c) for c in controls])


async def write(ask: Ask, changes: Sequence[Change]) -> tuple[Profile | GraphError | None, ...]:
    """Set states, in the order given."""
    return await _each(ask, [writing(c) for c in changes])


async def _each(ask: Ask, calls: Sequence[Call[T]]) -> tuple[T | GraphError, ...]:
    """Make all calls, one batch after the other; a batch that fails as a whole fails all that is left."""
    done: dict[int, T | GraphError] = {n: e for n, c in enumerate(calls) if (e := _misnamed(c)) is not None}
    failure, offered = GraphError(), True
    for part in _parts({n: c for n, c in enumerate(calls) if n not in done}):
        if offered and len(part) > 1:
            try:
                together = await _together(ask, part)
                done.update(together)
                continue
            except GraphError as error:
                failure, offered = error, False
                if not _not_offered(error):
                    break
        for n, call in part.items():
            one = await _caught(alone(ask, call))
            done[n] = one
    return tuple(done.get(n, failure) for n in range(len(calls)))


def _misnamed(call: Call[Any]) -> WriteRefused | None:
    try:
        _named_id(call.control)
    except WriteRefused as error:
        return error
    return None


def _not_offered(error: GraphError) -> bool:
    return isinstance(error, AnswerNotUnderstood) and error.status in _NOT_OFFERED


async def _caught(made: Awaitable[T]) -> T | GraphError:
    try:
        return await made
    except GraphError as error:
        return error


def _parts(calls: Mapping[int, Call[T]]) -> Iterator[dict[int, Call[T]]]:
    """Cut into batches; a control that comes again waits for the next one, as a batch keeps no order."""
    part: dict[int, Call[T]] = {}
    named: set[str] = set()
    for n, call in calls.items():
        if len(part) == MOST or call.control.casefold() in named:
            yield part
            part, named = {}, set()
        part[n] = call
        named.add(call.control.casefold())
    if part:
        yield part


async def _together(ask: Ask, part: Mapping[int, Call[T]]) -> dict[int, T | GraphError]:
    """Send one batch; what is slowed down or unavailable inside stays so: whoever asked decides when to try again."""
    body = msgspec.json.encode({"requests": [_request(n, call) for n, call in part.items()]})
    answer = await ask("POST", BATCH, body)
    found = _responses(answer)
    done: dict[int, T | GraphError] = {}
    for n, call in part.items():
        one = _outcome(call, found.get(str(n)), answer)
        done[n] = one
    return done


def _request(number: int, call: Call[Any]) -> dict[str, Any]:
    made = {"id": str(number), "method": call.method, "url": call.path.removeprefix(VERSION)}
    return made if call.body is None else made | {"headers": BODY_HEADERS, "body": call.body}


class _Response(msgspec.Struct):
    id: str | int
    status: int
    headers: dict[str, Any] | None = None
    body: msgspec.Raw = msgspec.Raw(b"null")


class _Responses(msgspec.Struct):
    responses: list[msgspec.Raw]


_RESPONSES = msgspec.json.Decoder(_Responses)
_RESPONSE = msgspec.json.Decoder(_Response, strict=False)


def _responses(answer: Answer) -> dict[str, Answer]:
    """Give the answers by id; one that cannot be read is missing."""
    try:
        listed = wire.mended(_RESPONSES, answer.body).responses
    except wire.BROKEN as error:
        message = f"Graph's answer to a batch cannot be read: {error}."
        raise AnswerNotUnderstood(message, request_id=answer.request_id, status=answer.status) from error
    found, whole = {}, {name: value for name, value in answer.headers.items() if name == "request-id"}
    for raw in listed:
        with contextlib.suppress(*wire.BROKEN):
            one = _RESPONSE.decode(raw)
            headers = whole | {name.lower(): str(value) for name, value in (one.headers or {}).items()}
            body = b"" if bytes(one.body) == b"null" else bytes(one.body)
            found[str(one.id)] = Answer(one.status, headers, body)
    return found


def _outcome(call: Call[T], answer: Answer | None, whole: Answer) -> T | GraphError:
    """Give what the call alone would have given or raised."""
    if answer is None:
        message = f"Graph's answer to a batch says nothing of the control {call.control!r}."
        return AnswerNotUnderstood(message, request_id=whole.request_id, status=whole.status)
    if answer.status in GOOD:
        try:
            return call.decode(answer)
        except GraphError as error:
            return error
    failure = failure_of(answer)
    return (isinstance(failure, AnswerNotUnderstood) and call.refuses(failure)) or failure
