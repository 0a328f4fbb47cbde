"""Graph's answers, decoded to the model at the door: tolerant of every quirk, and counting what it refuses.

A page is decoded record by record, so that one bad record costs itself alone.
Numbers may come as strings, flags as "true"; NUL and lone surrogates are cut out, for no database takes them.
"""

import datetime as dt
import functools
import json
import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from surefoot.errors import AnswerNotUnderstood
from surefoot.model import (
    CATEGORIES,
    Average,
    CategoryAverage,
    ControlScore,
    Level,
    Profile,
    Snapshot,
    StateUpdate,
)

T = TypeVar("T")
W = TypeVar("W", bound=msgspec.Struct)

MOST_POINTS = 1e9
"""More points are no tenant's, and would not add up."""
MOST_CONTROLS = 20_000
"""A day or a list with more records is not Microsoft's."""

_CATEGORIES = {c.casefold(): c for c in CATEGORIES}
_LEVELS = {"low": Level.LOW, "moderate": Level.MODERATE, "medium": Level.MODERATE, "high": Level.HIGH}
_TRUTHS = {"true": True, "false": False, "1": True, "0": False}
_UNSAFE = re.compile("[\x00\ud800-\udfff]")

Loose = float | str | bool | None
"""A number or flag that Graph also sends as a string."""


class Refusal(msgspec.Struct, frozen=True):
    """A record that was set aside."""

    what: str
    why: str


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page of an answer."""

    items: tuple[T, ...]
    refused: tuple[Refusal, ...]
    next_link: str | None


class _Score(msgspec.Struct, rename="camel", gc=False):
    control_name: str
    score: float | str
    control_category: str | None = None
    score_in_percentage: Loose = None
    implementation_status: str | None = None
    description: str | None = None
    last_synced: str | None = None
    count: Loose = None
    total: Loose = None
    on: Loose = None
    is_applicable: Loose = msgspec.field(default=None, name="IsApplicable")


class _Average(msgspec.Struct, rename="camel"):
    basis: str
    average_score: Loose = None
    apps_score: Loose = None
    apps_score_max: Loose = None
    data_score: Loose = None
    data_score_max: Loose = None
    device_score: Loose = None
    device_score_max: Loose = None
    identity_score: Loose = None
    identity_score_max: Loose = None
    infrastructure_score: Loose = None
    infrastructure_score_max: Loose = None
    low: Loose = msgspec.field(default=None, name="SeatSizeRangeLowerValue")
    high: Loose = msgspec.field(default=None, name="SeatSizeRangeUpperValue")
    low_camel: Loose = msgspec.field(default=None, name="seatSizeRangeLowerValue")
    high_camel: Loose = msgspec.field(default=None, name="seatSizeRangeUpperValue")
    category_value: str | None = None


class _Snapshot(msgspec.Struct, rename="camel"):
    created_date_time: str
    current_score: float | str
    max_score: float | str
    azure_tenant_id: str | None = None
    id: str | None = None
    active_user_count: Loose = None
    licensed_user_count: Loose = None
    enabled_services: list[str] | None = None
    control_scores: list[_Score] | None = None
    average_comparative_scores: list[_Average] | None = None


class _Update(msgspec.Struct, rename="camel"):
    state: str | None = None
    assigned_to: str | None = None
    comment: str | None = None
    updated_by: str | None = None
    updated_date_time: str | None = None


class _Vendor(msgspec.Struct):
    provider: str | None = None
    vendor: str | None = None


class _Profile(msgspec.Struct, rename="camel"):
    id: str
    title: str | None = None
    control_category: str | None = None
    service: str | None = None
    max_score: Loose = None
    tier: str | None = None
    implementation_cost: str | None = None
    user_impact: str | None = None
    rank: Loose = None
    action_type: str | None = None
    action_url: str | None = None
    threats: list[str] | None = None
    deprecated: Loose = None
    remediation: str | None = None
    remediation_impact: str | None = None
    control_state_updates: list[_Update] | None = None
    vendor_information: _Vendor | None = None


class _Envelope(msgspec.Struct):
    value: list[msgspec.Raw]
    next_link: str | None = msgspec.field(default=None, name="@odata.nextLink")


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_SNAPSHOT, _PROFILE = msgspec.json.Decoder(_Snapshot), msgspec.json.Decoder(_Profile)

BROKEN = (msgspec.DecodeError, ValueError, RecursionError, OverflowError)
"""What a hostile or truncated text can raise; `UnicodeDecodeError` is a `ValueError`."""


def snapshots(body: bytes) -> Page[Snapshot]:
    """Decode a page of secureScores; `AnswerNotUnderstood` when it is no page at all."""
    return page(body, _SNAPSHOT, _snapshot)


def profiles(body: bytes) -> Page[Profile]:
    """Decode a page of secureScoreControlProfiles; `AnswerNotUnderstood` when it is no page at all."""
    return page(body, _PROFILE, _profile)


def profile(body: bytes) -> Profile:
    """Decode one profile, as an update answers."""
    try:
        return _profile(_PROFILE.decode(body))
    except BROKEN as error:
        message = f"Graph's profile cannot be read: {error}."
        raise AnswerNotUnderstood(message) from error


def page(body: bytes, decoder: msgspec.json.Decoder[W], make: Callable[[W], T]) -> Page[T]:
    """Decode record by record: what one needs is let go before the next, and a bad one costs itself alone."""
    try:
        envelope = mended(_ENVELOPE, body)
    except BROKEN as error:
        message = f"Graph's answer is not the JSON that it documents: {error}."
        raise AnswerNotUnderstood(message) from error
    items: list[T] = []
    refused: list[Refusal] = []
    for number, raw in enumerate(envelope.value, start=1):
        try:
            items.append(make(decoder.decode(raw)))
        except BROKEN as error:
            refused.append(Refusal(f"record {number}", str(error)[:300]))
    return Page(tuple(items), tuple(refused), envelope.next_link)


def mended(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """Decode an envelope of records, if need be without what is no JSON in one of them."""
    try:
        return decoder.decode(body)
    except BROKEN as error:
        try:
            return decoder.decode(_mended(body))
        except BROKEN:
            raise error from None


def _mended(body: bytes) -> bytes:
    """Write a page again that is JSON but for NaN, Infinity or half characters: they would cost the whole page.

    A number that is none becomes null, and so costs its own record alone; a half character is left out.
    """
    value = json.loads(body.decode(errors="replace"), parse_constant=lambda _word: None, parse_int=_digits)
    return json.dumps(value, ensure_ascii=False).encode(errors="ignore")


def _digits(text: str) -> int | None:
    return int(text) if len(text) < 18 else None  # noqa: PLR2004 - more digits than any number of Graph's


def _snapshot(w: _Snapshot) -> Snapshot:
    scores = w.control_scores or []
    if len(scores) > MOST_CONTROLS:
        message = f"{len(scores)} controls in one day"
        raise ValueError(message)
    tenant = w.azure_tenant_id or (w.id or "").rpartition("_")[0]
    day = _time(w.created_date_time)
    if day is None or not tenant:
        message = f"no day or no tenant in {(w.id or '')[:80]!r}"
        raise ValueError(message)
    return Snapshot(
        tenant=_clean(tenant).lower(),
        day=day.date(),
        points=_needed(w.current_score),
        max_points=_needed(w.max_score),
        active_users=_whole(w.active_user_count),
        licensed_users=_whole(w.licensed_user_count),
        services=tuple(sorted({_clean(s) for s in w.enabled_services or []})),
        controls=_controls(scores),
        averages=_averages(w.average_comparative_scores or []),
    )


def _controls(ws: Sequence[_Score]) -> tuple[ControlScore, ...]:
    """Make the scores in Graph's order; of a control that is there twice the first counts."""
    seen: set[str] = set()
    made: list[ControlScore] = []
    for w in ws:
        control, folded, category = _identity(w.control_name, w.control_category)
        if folded not in seen:
            seen.add(folded)
            made.append(_score(w, control, category))
    return tuple(made)


@functools.lru_cache(maxsize=4096)
def _identity(name: str, category: str | None) -> tuple[str, str, str]:
    """Clean an id, fold it, and name its category; the same few hundred come every day."""
    control = _clean(name)
    return control, control.casefold(), _category(category)


def _score(w: _Score, control: str, category: str) -> ControlScore:
    """Make a control score. There are some 22,000 in a first read, all but the newest day's without extras."""
    points, share, said = w.score, w.score_in_percentage, w.implementation_status
    plain = ControlScore(
        control=control,
        category=category,
        points=points if type(points) is float and 0.0 <= points <= MOST_POINTS else _needed(points),
        percent=share if type(share) is float and 0.0 <= share < math.inf else _number(share),
        status_text=said if said is None or (said.isascii() and "\x00" not in said) else _clean(said),
    )
    if w.last_synced is w.description is w.count is w.total is w.on is w.is_applicable is None:
        return plain
    return msgspec.structs.replace(
        plain,
        description=_text(w.description),
        synced_at=_time(w.last_synced),
        count=_number(w.count),
        total=_number(w.total),
        on=_truth(w.on),
        applicable=_truth(w.is_applicable),
    )


def _averages(ws: Sequence[_Average]) -> tuple[Average, ...]:
    return tuple(sorted(map(_average, ws), key=lambda a: (a.basis, a.seats_from or 0, a.industry or "")))


def _average(w: _Average) -> Average:
    fields = [(name, f"{name.lower()}_score") for name in CATEGORIES]
    parts = [CategoryAverage(n, _known(getattr(w, f)), _known(getattr(w, f"{f}_max"))) for n, f in fields]
    return Average(
        basis=_clean(w.basis),
        percent=_known(w.average_score),
        seats_from=_whole(w.low if w.low is not None else w.low_camel),
        seats_to=_whole(w.high if w.high is not None else w.high_camel),
        industry=_text(w.category_value) or None,
        categories=tuple(p for p in parts if p.points is not None or p.max_points is not None),
    )


def _profile(w: _Profile) -> Profile:
    vendor = w.vendor_information or _Vendor()
    return Profile(
        control=_clean(w.id),
        title=_clean(w.title or ""),
        category=_category(w.control_category),
        service=_text(w.service) or None,
        max_points=_known(w.max_score),
        tier=_text(w.tier),
        cost=_LEVELS.get((w.implementation_cost or "").strip().casefold()),
        user_impact=_LEVELS.get((w.user_impact or "").strip().casefold()),
        rank=_whole(w.rank),
        action_type=_text(w.action_type),
        action_url=_text(w.action_url),
        threats=tuple(_clean(t) for t in w.threats or []),
        deprecated=_truth(w.deprecated) or False,
        remediation=_text(w.remediation),
        remediation_impact=_text(w.remediation_impact),
        updates=tuple(_update(u) for u in w.control_state_updates or []),
        vendor=vendor.vendor or "Microsoft",
        provider=vendor.provider or "SecureScore",
    )


def _update(w: _Update) -> StateUpdate:
    return StateUpdate(
        state=_clean(w.state or "Default"),
        assigned_to=_text(w.assigned_to),
        comment=_text(w.comment),
        updated_by=_text(w.updated_by),
        updated_at=_time(w.updated_date_time),
    )


def _clean(text: str) -> str:
    """Cut out what no database takes. A look at the whole first: nearly no text holds any of it."""
    return text if text.isascii() and "\x00" not in text else _UNSAFE.sub("", text)


def _text(text: str | None) -> str | None:
    return None if text is None else _clean(text)


def _category(text: str | None) -> str:
    name = _clean(text or "").strip()
    return _CATEGORIES.get(name.casefold(), name or "Unknown")


def _number(value: Any) -> float | None:  # noqa: ANN401 - JSON enters
    """Read a finite number, also from a string; anything else is not known."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _needed(value: float | str) -> float:
    """Read a number that the record is nothing without; negative points are not points."""
    number = _number(value)
    if number is None or not 0 <= number <= MOST_POINTS:
        message = f"{str(value)[:40]!r} is not a number of points"
        raise ValueError(message)
    return number


def _known(value: Any) -> float | None:  # noqa: ANN401 - JSON enters
    """Read an average or a maximum; -1 means unknown."""
    number = _number(value)
    return None if number is None or number < 0 else number


def _whole(value: Any) -> int | None:  # noqa: ANN401 - JSON enters
    number = _number(value)
    return None if number is None or not 0 <= number < 2**31 else int(number)


def _truth(value: Loose) -> bool | None:
    return None if value is None else _TRUTHS.get(str(value).strip().casefold())


_LONG_FRACTION = re.compile(r"(\.\d{6})\d+")


def _time(text: str | None) -> dt.datetime | None:
    """Read a time with 0 to 7 fractional digits, in UTC; what is no time is not known."""
    if not text:
        return None
    try:
        read = dt.datetime.fromisoformat(_LONG_FRACTION.sub(r"\1", text.strip()))
        return (read.replace(tzinfo=dt.UTC) if read.tzinfo is None else read).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
