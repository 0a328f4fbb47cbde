"""Column types that are small on disk and the same on SQLite and PostgreSQL."""

import datetime as dt
import functools
from typing import Any

from sqlalchemy import REAL, BigInteger, Double, Integer, LargeBinary, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = dt.date(1970, 1, 1)


@functools.lru_cache(maxsize=16_384)
def date_of(days: int) -> dt.date:
    """Give the date of a counted day; lists have the same few hundred again and again."""
    return EPOCH + dt.timedelta(days=days)


Count = Integer
Words = Text
Bytes = LargeBinary


def number() -> TypeEngine[float]:
    """A float of 64 bits on both databases (SQLite's strict tables know it as REAL only)."""
    return Double().with_variant(REAL(), "sqlite")


def large() -> TypeEngine[int]:
    """An integer of 64 bits."""
    return BigInteger().with_variant(Integer(), "sqlite")


class Day(TypeDecorator[dt.date]):
    """A date, kept as the number of days since 1970-01-01: three bytes instead of ten."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: dt.date | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's form
        """Count the days."""
        return None if value is None else (value - EPOCH).days

    def process_result_value(self, value: Any | None, dialect: Dialect) -> dt.date | None:  # noqa: ANN401, ARG002 - the same
        """Give the date back."""
        return None if value is None else date_of(value)


class Moment(TypeDecorator[dt.datetime]):
    """An aware time, kept as microseconds since 1970 in UTC."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Take the plain integer of SQLite."""
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - the same
        """Count the microseconds; a naive time is a programming error."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a time without a zone cannot be stored"
            raise ValueError(message)
        return (value - _START) // dt.timedelta(microseconds=1)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ANN401, ARG002 - the same
        """Give the time back, in UTC."""
        return None if value is None else _START + dt.timedelta(microseconds=value)


class Flag(TypeDecorator[bool]):
    """True or false as 1 or 0."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:  # noqa: ARG002, FBT001 - the same
        """Give 1 or 0."""
        return None if value is None else int(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> bool | None:  # noqa: ANN401, ARG002 - the same
        """Give the truth back."""
        return None if value is None else bool(value)


_START = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
