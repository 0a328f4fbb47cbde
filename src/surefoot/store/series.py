"""Reading and writing the spans of one table: only rows that differ are touched."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import Connection, Table, and_, delete, insert, select

from surefoot.store.columns import EPOCH, date_of
from surefoot.store.shared import chunks
from surefoot.store.spans import Span, weave, window

K = TypeVar("K")

Values = tuple[Any, ...]


class Series(NamedTuple, Generic[K]):
    """A table of spans: the column that holds the key, and those that hold the value."""

    table: Table
    key: str
    values: tuple[str, ...]

    def overlapping(self, conn: Connection, tenant: int, first: int, last: int) -> dict[K, list[Span[Values]]]:
        """Give a tenant's spans that reach into a range of days, by key, oldest first."""
        c = self.table.c
        columns = [c[self.key], c.from_day, c.to_day, *(c[name] for name in self.values)]
        rows = conn.execute(
            select(*columns)
            .where(c.tenant == tenant, c.from_day <= date_of(last), c.to_day >= date_of(first))
            .order_by(c.from_day)
        )
        found: dict[K, list[Span[Values]]] = {}
        for key, from_day, to_day, *values in rows:
            found.setdefault(key, []).append(Span(number_of(from_day), number_of(to_day), tuple(values)))
        return found

    def save(
        self, conn: Connection, tenant: int, stored: Sequence[int], incoming: Mapping[int, Mapping[K, Values]]
    ) -> set[int]:
        """Save what each incoming day holds; `stored` are all days that exist, sorted, these among them.

        Returns the days whose values differ from what was stored.
        """
        if not incoming:
            return set()
        days = window(stored, list(incoming))
        old: dict[K, list[Span[Values]]] = self.overlapping(conn, tenant, days[0], days[-1])
        keys = dict.fromkeys([*old, *(key for day in incoming.values() for key in day)])
        newest = days[-1] == stored[-1]
        new = {
            key: weave(old.get(key, []), days, {d: held.get(key) for d, held in incoming.items()}, newest=newest)
            for key in keys
        }
        self._write(conn, tenant, old, new)
        return {day for day, held in incoming.items() if any(_held(old, key, day) != held.get(key) for key in keys)}

    def _write(
        self,
        conn: Connection,
        tenant: int,
        old: Mapping[K, Sequence[Span[Values]]],
        new: Mapping[K, Sequence[Span[Values]]],
    ) -> None:
        gone = [(key, s.from_day) for key, spans in old.items() for s in spans if s not in new[key]]
        come = [self._row(tenant, key, s) for key, spans in new.items() for s in spans if s not in old.get(key, ())]
        self._delete(conn, tenant, gone)
        for part in chunks(come):
            conn.execute(insert(self.table), part)

    def _delete(self, conn: Connection, tenant: int, gone: Iterable[tuple[K, int]]) -> None:
        by_day: dict[int, list[K]] = {}
        for key, from_day in gone:
            by_day.setdefault(from_day, []).append(key)
        c = self.table.c
        for from_day, keys in by_day.items():
            for part in chunks(keys):
                same = and_(c.tenant == tenant, c.from_day == date_of(from_day), c[self.key].in_(part))
                conn.execute(delete(self.table).where(same))

    def _row(self, tenant: int, key: K, span: Span[Values]) -> dict[str, Any]:
        ends = {"tenant": tenant, self.key: key, "from_day": date_of(span.from_day), "to_day": date_of(span.to_day)}
        return ends | dict(zip(self.values, span.value, strict=True))


def _held(spans: Mapping[K, Sequence[Span[Values]]], key: K, day: int) -> Values | None:
    return next((s.value for s in spans.get(key, ()) if s.covers(day)), None)


def number_of(day: dt.date) -> int:
    """Count the days since 1970-01-01."""
    return (day - EPOCH).days
