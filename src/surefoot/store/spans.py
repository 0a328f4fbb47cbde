"""Histories as spans: one value over many days, pure.

A span says that a key (a control, say) had a value on every *stored* day from its first to its last day. Days that
nobody stored are gaps which a span may bridge: which days exist is kept elsewhere. The last span of a key that the
newest stored day still has is open: it needs no writing when the next day brings the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

V = TypeVar("V")

OPEN = 2_932_896
"""As a last day (9999-12-31): until the newest stored day, whichever that is."""


class Span(NamedTuple, Generic[V]):
    """A value over days, counted since 1970-01-01; both ends belong to it."""

    from_day: int
    to_day: int
    value: V

    def covers(self, day: int) -> bool:
        """Say whether a day lies in it."""
        return self.from_day <= day <= self.to_day


def window(stored: Sequence[int], incoming: Sequence[int]) -> list[int]:
    """Give the days that saving `incoming` can touch: those between its ends, and one stored day on either side.

    `stored` is sorted and holds the incoming days already.
    """
    first, last = min(incoming), max(incoming)
    before = [d for d in stored if d < first][-1:]
    after = [d for d in stored if d > last][:1]
    return before + [d for d in stored if first <= d <= last] + after


def weave(
    spans: Sequence[Span[V]], days: Sequence[int], incoming: Mapping[int, V | None], *, newest: bool
) -> list[Span[V]]:
    """Give the spans of one key over the window `days` after `incoming` (None: the key is absent on that day).

    `spans` are those that overlap the window. `newest` says that the window ends with the newest stored day. What
    reaches beyond the window keeps its ends.
    """
    values = [(day, incoming[day] if day in incoming else _at(spans, day)) for day in days]
    woven = [_ended(s, newest=newest, last=days[-1]) for s in _runs(values)]
    if woven and woven[0].from_day == days[0]:
        earlier = next((s.from_day for s in spans if s.covers(days[0])), days[0])
        woven[0] = woven[0]._replace(from_day=earlier)
    if woven and woven[-1].to_day == days[-1]:
        later = next((s.to_day for s in spans if s.covers(days[-1])), days[-1])
        woven[-1] = woven[-1]._replace(to_day=later)
    return woven


def _ended(span: Span[V], *, newest: bool, last: int) -> Span[V]:
    return span._replace(to_day=OPEN) if newest and span.to_day == last else span


def _at(spans: Sequence[Span[V]], day: int) -> V | None:
    return next((s.value for s in spans if s.covers(day)), None)


def _runs(values: Sequence[tuple[int, V | None]]) -> Iterator[Span[V]]:
    """Join neighbouring days of the same value."""
    run: Span[V] | None = None
    for day, value in values:
        if run is not None and run.value == value:
            run = run._replace(to_day=day)
            continue
        if run is not None:
            yield run
        run = None if value is None else Span(day, day, value)
    if run is not None:
        yield run
