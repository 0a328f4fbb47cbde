"""The Defender portal's CSV export of the recommended actions, in its languages: one day of history.

The file names neither a tenant nor a day nor the controls' ids: the first two come with it, the ids from titles that
are known. What nobody knows the id of is kept under an id made of its title.
"""

import csv
import datetime as dt
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import fsum

import msgspec

from surefoot.errors import ImportRefused
from surefoot.graph.wire import Refusal
from surefoot.model import ControlScore, Profile, Snapshot, Source, Status

PROVIDER = "PortalExport"
"""Marks a profile that is made of a row: title, category, product and maximum are all that it has."""
MOST_ROWS = 20_000
LONGEST_TITLE = 500

_COLUMNS = {
    "name": ("recommended action", "improvement action", "empfohlene maßnahme", "action recommandée"),
    "points": ("points achieved", "erzielte punkte", "points obtenus"),
    "rank": ("rank", "rang", "classement"),
    "status": ("status", "statut", "état"),
    "licensed": ("have license?", "have licence?", "haben sie eine lizenz?", "avez-vous une licence ?"),
    "category": ("category", "kategorie", "catégorie"),
    "product": ("product", "produkt", "produit"),
    "synced": ("last synced", "letzte synchronisierung", "dernière synchronisation"),
    "notes": ("notes", "notizen", "remarques"),
}
"""Headers that are known, folded, by language: English, German, French."""

_ENGLISH = frozenset({"recommended action", "improvement action"})
"""Headers of the languages that write a decimal point."""

_STATUSES: dict[str, Status] = {
    "to address": Status.TO_ADDRESS,
    "zu behandeln": Status.TO_ADDRESS,
    "à traiter": Status.TO_ADDRESS,
    "completed": Status.COMPLETED,
    "abgeschlossen": Status.COMPLETED,
    "terminé": Status.COMPLETED,
    "planned": Status.PLANNED,
    "geplant": Status.PLANNED,
    "planifié": Status.PLANNED,
    "in progress": Status.IN_PROGRESS,
    "in bearbeitung": Status.IN_PROGRESS,
    "en cours": Status.IN_PROGRESS,
    "risk accepted": Status.RISK_ACCEPTED,
    "risiko akzeptiert": Status.RISK_ACCEPTED,
    "risque accepté": Status.RISK_ACCEPTED,
    "resolved through third party": Status.THIRD_PARTY,
    "über drittanbieter aufgelöst": Status.THIRD_PARTY,
    "resolved through alternate mitigation": Status.ALTERNATE,
}
_CATEGORIES = {
    "identität": "Identity",
    "identité": "Identity",
    "daten": "Data",
    "données": "Data",
    "gerät": "Device",
    "geräte": "Device",
    "appareil": "Device",
    "appareils": "Device",
    "applications": "Apps",
    "infrastruktur": "Infrastructure",
}
_NO = frozenset({"no", "nein", "non", "false", "falsch", "faux"})


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One recommended action of the export."""

    line: int
    name: str
    points: float
    max_points: float
    category: str
    product: str | None
    rank: int | None
    status: Status | None
    """None: a word that Surefoot does not know, or none."""
    status_word: str
    notes: str | None


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds."""

    rows: tuple[Row, ...]
    unlicensed: int
    """Rows of products that the tenant has no licence for: they have no score."""
    refused: tuple[Refusal, ...]


def looks_like(text: str) -> bool:
    """Say whether a text is such an export: its first line has two of the headers at least."""
    return len(_mapping(text)[0]) > 1


def parse(text: str) -> Export:
    """Read an export; `ImportRefused` names the headers that are missing. Rows that cannot be read are refused."""
    places, delimiter, heads = _mapping(text)
    lacking = [_COLUMNS[name][0] for name in ("name", "points") if name not in places]
    if lacking:
        found = ", ".join(heads[:15]) or "none"
        message = f"Its first line lacks the columns {' and '.join(lacking)}; it has: {found}."
        raise ImportRefused(message)
    decimal = "." if _folded(heads[places["name"]]) in _ENGLISH else ","
    rows: list[Row] = []
    refused: list[Refusal] = []
    unlicensed, seen = 0, set[str]()
    for line, cells in _cells(text, delimiter):
        if not any(c.strip() for c in cells):
            continue
        if _cell(cells, places, "licensed").casefold() in _NO:
            unlicensed += 1
            continue
        try:
            row = _row(line, cells, places, decimal)
            _once(row, seen)
        except ValueError as error:
            refused.append(Refusal(f"line {line}", str(error)))
        else:
            rows.append(row)
    return Export(rows=tuple(rows), unlicensed=unlicensed, refused=tuple(refused))


def _mapping(text: str) -> tuple[dict[str, int], str, list[str]]:
    """Give the places of the columns, the delimiter and the headers as they stand."""
    first = text.lstrip("\ufeff").split("\n", 1)[0][:10_000]
    best: tuple[dict[str, int], str, list[str]] = ({}, ",", [])
    for delimiter in (",", ";", "\t"):
        heads = _heads(first, delimiter)
        folded = [_folded(h) for h in heads]
        places = {name: folded.index(known) for name, words in _COLUMNS.items() for known in words if known in folded}
        if len(places) > len(best[0]) or not best[2]:
            best = (places, delimiter, [h.strip() for h in heads])
    return best


def _heads(first: str, delimiter: str) -> list[str]:
    try:
        return next(iter(csv.reader([first], delimiter=delimiter)), [])
    except csv.Error:
        return []


def _folded(text: str) -> str:
    """Fold case and every kind of blank: French puts a narrow one before its question mark."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold().strip("\ufeff").replace("ß", "ss")


for _name, _words in _COLUMNS.items():
    _COLUMNS[_name] = tuple(_folded(word) for word in _words)


def _cells(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter)
    try:
        next(reader, None)
        for cells in reader:
            if reader.line_num > MOST_ROWS:
                message = f"It has more than {MOST_ROWS} lines."
                raise ImportRefused(message)
            yield reader.line_num, cells
    except csv.Error as error:
        message = f"Line {reader.line_num + 1} is not CSV: {error}."
        raise ImportRefused(message) from error


def _cell(cells: Sequence[str], places: Mapping[str, int], name: str) -> str:
    place = places.get(name)
    return "" if place is None or place >= len(cells) else " ".join(cells[place].split())


def _row(line: int, cells: Sequence[str], places: Mapping[str, int], decimal: str) -> Row:
    def cell(name: str) -> str:
        return _cell(cells, places, name)

    name, word = cell("name"), cell("status")
    if not name or len(name) > LONGEST_TITLE:
        message = f"an action's name has 1 to {LONGEST_TITLE} characters"
        raise ValueError(message)
    points, most = _points(cell("points"), decimal)
    category = cell("category")
    rank = cell("rank")
    return Row(
        line=line,
        name=name,
        points=points,
        max_points=most,
        category=_CATEGORIES.get(category.casefold(), category or "Unknown"),
        product=cell("product") or None,
        rank=int(rank) if rank.isascii() and rank.isdigit() and len(rank) < 7 else None,  # noqa: PLR2004 - digits
        status=_STATUSES.get(word.casefold()),
        status_word=word,
        notes=cell("notes") or None,
    )


def _once(row: Row, seen: set[str]) -> None:
    key = f"{row.name.casefold()}\0{(row.product or '').casefold()}"
    if key in seen:
        message = f"{row.name!r} is there twice; the first one was taken"
        raise ValueError(message)
    seen.add(key)


_POINTS = re.compile(r"([\d.,\s]+)/([\d.,\s]+)")


def _points(text: str, decimal: str) -> tuple[float, float]:
    """Read `0/10`, `1,5/10` or `1.234,5/2.000`."""
    found = _POINTS.fullmatch(text)
    if not found:
        message = f"{text[:40]!r} is not points of possible points, as 3/10 is"
        raise ValueError(message)
    points, most = (_number(part, decimal) for part in found.groups())
    if most <= 0 or points > most:
        message = f"{text[:40]!r} are more points than possible, or none are possible"
        raise ValueError(message)
    return points, most


def _number(text: str, decimal: str) -> float:
    """Read a number; the sign that isn't the language's decimal one groups thousands, or else is decimal too."""
    plain = "".join(text.split())
    groups = "," if decimal == "." else "."
    if re.fullmatch(rf"\d{{1,3}}(\{groups}\d{{3}})+(\{decimal}\d*)?", plain):
        plain = plain.replace(groups, "")
    number = float(plain.replace(",", "."))
    if number > 1e6:  # noqa: PLR2004 - no tenant has a million points
        message = f"{text[:40]!r} is not a number of points"
        raise ValueError(message)
    return number


def identities(rows: Sequence[Row], titles: Mapping[str, Sequence[str]]) -> dict[int, str]:
    """Give the control id of each row by its line: `titles` lists the ids that have a folded title.

    A title that nobody knows, or that several controls have, gets an id made of it.
    """
    found = {row.line: titles.get(folded_title(row.name), ()) for row in rows}
    return {row.line: found[row.line][0] if len(found[row.line]) == 1 else _made(row) for row in rows}


def folded_title(title: str) -> str:
    """Fold a title: case, blanks of all kinds, curly quotes."""
    plain = unicodedata.normalize("NFKC", title).translate(_QUOTES)
    return " ".join(plain.split()).casefold()


_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'})


def _made(row: Row) -> str:
    words = re.sub(r"[^\w]+", "-", f"{row.name} {row.product or ''}".casefold()).strip("-")
    return f"portal-{words[:150]}"


def is_made(control: str) -> bool:
    """Say whether an id was made of a title."""
    return control.startswith("portal-")


def snapshot(export: Export, ids: Mapping[int, str], *, tenant: str, day: dt.date) -> Snapshot:
    """Make the day: its totals are the sums of the rows."""
    controls = {
        ids[row.line].casefold(): ControlScore(
            control=ids[row.line],
            category=row.category,
            points=row.points,
            percent=100 * row.points / row.max_points,
        )
        for row in reversed(export.rows)
    }
    return Snapshot(
        tenant=tenant,
        day=day,
        points=fsum(row.points for row in export.rows),
        max_points=fsum(row.max_points for row in export.rows),
        controls=tuple(controls[key] for key in sorted(controls)),
        source=Source.PORTAL_EXPORT,
    )


def profiles(
    export: Export, ids: Mapping[int, str], known: Mapping[str, Profile], service_of: Callable[[str], str | None]
) -> list[Profile]:
    """Give all profiles of the tenant: those that Graph sent stay, the others are made of the rows."""
    merged = dict(known)
    for row in export.rows:
        folded = ids[row.line].casefold()
        if folded not in known or known[folded].provider == PROVIDER:
            merged[folded] = Profile(
                control=ids[row.line],
                title=row.name,
                category=row.category,
                service=row.product and (service_of(row.product) or row.product),
                max_points=row.max_points,
                rank=row.rank,
                provider=PROVIDER,
            )
    return list(merged.values())
