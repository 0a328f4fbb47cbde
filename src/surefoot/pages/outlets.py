"""The one place that turns a page object into JSON: camelCase names and enumerations, as in Graph."""

import datetime as dt
import enum
from collections.abc import Mapping
from typing import Any

import msgspec


def camel(name: str) -> str:
    """Turn `in_progress` into `inProgress`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def snake(name: str) -> str:
    """Turn `inProgress` into `in_progress`; what is snake case already stays."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).removeprefix("_")


def plain(value: Any) -> Any:  # noqa: ANN401, PLR0911 - JSON leaves here, a case a kind
    """Turn a page object into plain JSON values."""
    match value:
        case enum.Enum():
            return camel(str(value.value))
        case msgspec.Struct():
            return {camel(name): plain(getattr(value, name)) for name in value.__struct_fields__}
        case Mapping():
            return {str(plain(key)): plain(item) for key, item in value.items()}
        case tuple() | list():
            return [plain(item) for item in value]
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case dt.date():
            return value.isoformat()
        case _:
            return value


def encode(page: object) -> bytes:
    """Turn a page object into the API's bytes."""
    return msgspec.json.encode(plain(page))
