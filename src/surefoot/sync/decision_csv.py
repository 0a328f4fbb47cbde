"""Decisions and plans as CSV, out and in again without any loss: one row a control, spreadsheet formulas defused."""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn, TypeVar

import msgspec
from msgspec import UNSET
from sqlalchemy import Connection

from surefoot.errors import ImportRefused, InputRefused, NotFound, SurefootError
from surefoot.model import Grounds, Priority, Side, Status, Tenant, TenantName
from surefoot.scoring.actions import name_of
from surefoot.scoring.ratings import Ratings
from surefoot.store import decisions, plans, profiles, tenants
from surefoot.sync.weighing import Change, Item, Past
from surefoot.sync.words import cleaned

MOST_BYTES = 5_000_000
MOST_ROWS = 50_000
NAMED = 20
"""How many bad rows an error names."""
LONGEST_NAME = 200


class DecisionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A control with the decision and the plan in force."""

    tenant: str
    """Its name."""
    tenant_id: str
    control: str
    name: str
    """The action's title."""
    status: Status | None
    """What was decided; None: nothing yet, there is only a plan."""
    comment: str | None = None
    evidence: str | None = None
    grounds: Grounds | None = None
    review_on: dt.date | None = None
    owner: str | None = None
    due: dt.date | None = None
    priority: Priority | None = None
    labels: tuple[str, ...] = ()
    ticket: str | None = None
    decided_at: dt.datetime | None = None
    decided_by: str | None = None
    approved_by: str | None = None
    decided_in: Side | None = None


class Decisions(msgspec.Struct, frozen=True, kw_only=True):
    """Every decision and plan in force."""

    decisions: tuple[DecisionRow, ...]
    total: int
    tenant: TenantName | None
    """None: of all visible tenants."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a file."""

    number: int
    """The line on which it begins, from 1."""
    cells: dict[str, str]
    """By column, as they were before the export defused them."""


def camel(name: str) -> str:
    """Turn `review_on` into `reviewOn`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


COLUMNS = tuple(camel(name) for name in DecisionRow.__struct_fields__)
NEEDED = ("control", "status")

_FORMULA = re.compile(r"'* *[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""What a spreadsheet would compute, with any apostrophes before it: one more makes it a text, and can be taken off."""


def rows(conn: Connection, wanted: Sequence[Tenant], ratings: Ratings) -> Iterator[DecisionRow]:
    """List what is decided and planned, by tenant and control."""
    for tenant in wanted:
        decided, planned, known = decisions.newest(conn, tenant), plans.newest(conn, tenant), profiles.of(conn, tenant)
        for folded in sorted({**decided, **planned}):
            decision, plan = decided.get(folded), planned.get(folded)
            control = decision.control if decision else plan.control if plan else folded
            row = DecisionRow(
                tenant=tenant.name,
                tenant_id=tenant.id,
                control=control,
                name=name_of(control, known.get(folded), ratings.of(control)),
                status=decision.status if decision else None,
            )
            said: dict[str, Any] = {}
            for source, names in ((decision, _OF_DECISION), (plan, _OF_PLAN)):
                said |= {name: getattr(source, name) for name in names if source is not None}
            if decision or any(said.values()):
                yield msgspec.structs.replace(row, **said)


_OF_DECISION = (
    "comment", "evidence", "grounds", "review_on", "decided_at", "decided_by", "approved_by", "decided_in",
)  # fmt: skip
_OF_PLAN = ("owner", "due", "priority", "labels", "ticket")


def write(found: Sequence[DecisionRow]) -> bytes:
    """Write rows as a file that `read` gives back to the letter."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([defused(cell) for cell in cells(row).values()] for row in found)
    return out.getvalue().encode()


def cells(row: DecisionRow) -> dict[str, str]:
    """Give a row's cells by column."""
    return {camel(name): _cell(getattr(row, name)) for name in row.__struct_fields__}


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case Status() | Grounds() | Priority() | Side():
            return camel(value.value)
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        case dt.date():
            return value.isoformat()
        case tuple():
            return ", ".join(value)
        case _:
            return str(value)


def defused(cell: str) -> str:
    """Make a text of what a spreadsheet would compute."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def restored(cell: str) -> str:
    """Take off what `defused` put before a text."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def read(data: bytes) -> list[Line]:
    """Read a file: UTF-8 with or without a mark, commas or semicolons; `ImportRefused` for what is none."""
    if len(data) > MOST_BYTES:
        message = f"The file has {len(data):,} bytes; {MOST_BYTES:,} are possible."
        raise ImportRefused(message)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        message = "The file is not UTF-8: save it as CSV UTF-8."
        raise ImportRefused(message) from None
    first = text.split("\n", 1)[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",", strict=True
    )
    try:
        return _lines(reader)
    except csv.Error as error:
        message = f"Line {reader.line_num} is no CSV ({error})."
        raise ImportRefused(message) from None


def _lines(reader: Any) -> list[Line]:  # noqa: ANN401 - the csv module names no type for it
    names = _columns(next(reader, []))
    found: list[Line] = []
    number = reader.line_num + 1
    for record in reader:
        if record and len(record) != len(names):
            message = f"Line {number} has {show(len(record))}, and the first line {show(len(names))}."
            raise ImportRefused(message)
        if record:
            found.append(Line(number=number, cells=dict(zip(names, map(restored, record), strict=True))))
        if len(found) > MOST_ROWS:
            message = f"The file has more than {MOST_ROWS:,} rows: part it."
            raise ImportRefused(message)
        number = reader.line_num + 1
    return found


def show(count: int) -> str:
    """Count cells."""
    return f"{count} cell" + ("" if count == 1 else "s")


def _columns(head: Sequence[str]) -> list[str]:
    known = {name.casefold(): name for name in COLUMNS}
    names = [known.get(cell.strip().casefold(), cell.strip()) for cell in head]
    unknown = [name for name in names if name not in COLUMNS]
    possible = f"Possible: {', '.join(COLUMNS)}."
    if unknown:
        message = f"{', '.join(repr(name[:40]) for name in unknown[:NAMED])} is no column. {possible}"
        raise ImportRefused(message)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        message = f"The column {twice[0]} is there twice."
        raise ImportRefused(message)
    missing = [name for name in NEEDED if name not in names]
    if missing:
        message = f"The column {' and '.join(missing)} is missing. {possible}"
        raise ImportRefused(message)
    return names


def items(conn: Connection, lines: Sequence[Line], visible: frozenset[str] | None, only: Tenant | None) -> list[Item]:
    """Make of a file's rows what is to be changed in visible tenants; `ImportRefused` names every bad row.

    `only` is the tenant of rows that name none; a row that names another one is bad. A column that is not there
    changes nothing, an empty cell takes away.
    """
    bad: list[str] = []
    found: list[Item] = []
    places: dict[tuple[str, str], int] = {}
    named = _Tenants(conn, visible, only)
    for line in lines:
        try:
            item = Item(tenant=named.of(line.cells), control=_control(line.cells), change=_change(line.cells))
            before = places.setdefault((item.tenant.id, item.control.casefold()), line.number)
            if before != line.number:
                _refuse(f"{item.control} is on line {before} already.")
            found.append(item)
        except SurefootError as error:
            bad.append(f"Line {line.number}: {error.sentence}")
    if bad:
        more = f"\nand {len(bad) - NAMED} more" if len(bad) > NAMED else ""
        raise ImportRefused("\n".join(bad[:NAMED]) + more)
    return found


class _Tenants:
    """The tenants that rows name, each looked for once."""

    def __init__(self, conn: Connection, visible: frozenset[str] | None, only: Tenant | None) -> None:
        self.conn, self.visible, self.only = conn, visible, only
        self.found: dict[str, Tenant | str] = {}

    def of(self, row: dict[str, str]) -> Tenant:
        """Find a row's tenant."""
        said = (row.get("tenantId") or row.get("tenant") or "").strip()
        if not said:
            return self.only or _refuse("The row names no tenant: fill its column, or use --tenant.")
        held = self.found.get(said)
        if held is None:
            held = self.found[said] = self._find(said)
        if isinstance(held, str):
            return _refuse(held)
        if self.only is not None and held.id != self.only.id:
            return _refuse(f"The row is of {held.name}, and not of {self.only.name}.")
        return held

    def _find(self, said: str) -> Tenant | str:
        try:
            return tenants.find(self.conn, said, self.visible)
        except (NotFound, InputRefused) as error:
            return error.sentence


def _control(row: dict[str, str]) -> str:
    return row["control"].strip() or _refuse("The row names no control.")


def _change(row: dict[str, str]) -> Change:
    plan: dict[str, Any] = {}
    if "due" in row:
        plan["due"] = _read(row["due"], _day)
    if "priority" in row:
        plan["priority"] = _read(row["priority"], lambda text: _choice(text, "priority", Priority))
    if "labels" in row:
        plan["labels"] = tuple(label.strip() for label in row["labels"].split(",") if label.strip())
    for name in ("owner", "ticket"):
        plan[name] = row[name] or None if name in row else UNSET
    return Change(
        status=_read(row["status"], lambda text: _choice(text, "status", Status)),
        comment=row.get("comment"),
        evidence=row.get("evidence"),
        grounds=_read(row.get("grounds", ""), lambda text: _choice(text, "grounds", Grounds)),
        review_on=_read(row.get("reviewOn", ""), _day),
        past=_past(row),
        **plan,
    )


def _past(row: dict[str, str]) -> Past | None:
    at = _read(row.get("decidedAt", ""), _moment)
    by = cleaned(row.get("decidedBy"), "The name in decidedBy", LONGEST_NAME)
    if at is None or by is None:
        return None
    return Past(
        decided_at=at, decided_by=by, approved_by=cleaned(row.get("approvedBy"), "The name in approvedBy", LONGEST_NAME)
    )


T = TypeVar("T")


def _read(text: str, how: Callable[[str], T]) -> T | None:
    return how(text.strip()) if text.strip() else None


E = TypeVar("E", Status, Priority, Grounds)


def _choice(text: str, what: str, kind: type[E]) -> E:
    values = {camel(v.value).casefold(): v for v in kind}
    if text.casefold() not in values:
        return _refuse(f"{text[:40]!r} is no {what}. Possible: {', '.join(camel(v.value) for v in kind)}.")
    return values[text.casefold()]


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        return _refuse(f"{text[:40]!r} is no day. Write it as 2026-12-31.")


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _moment(text: str) -> dt.datetime:
    try:
        made = dt.datetime.fromisoformat(text)
        if made.tzinfo is not None:
            return made.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    return _refuse(f"{text[:40]!r} is no time. Write it as 2026-12-31T09:30:00Z.")


def _refuse(message: str) -> NoReturn:
    raise ImportRefused(message)
