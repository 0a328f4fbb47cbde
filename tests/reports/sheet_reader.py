"""Reads a workbook back, as far as these tests need it: cells by their address, with their kind."""

import io
import re
import zipfile
from xml.etree import ElementTree as ET

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def parts(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return {name: book.read(name) for name in book.namelist()}


def cells(body: bytes, sheet: int = 1) -> dict[str, str | float | None]:
    """Give texts as texts and numbers (days too) as numbers."""
    held = parts(body)
    shared = [
        "".join(node.text or "" for node in item.iter(f"{MAIN}t"))
        for item in ET.fromstring(held["xl/sharedStrings.xml"])  # noqa: S314 - we wrote it
    ]
    found: dict[str, str | float | None] = {}
    for cell in ET.fromstring(held[f"xl/worksheets/sheet{sheet}.xml"]).iter(f"{MAIN}c"):  # noqa: S314 - see above
        value = cell.find(f"{MAIN}v")
        text = None if value is None else value.text
        assert cell.find(f"{MAIN}f") is None, "a formula"
        found[cell.attrib["r"]] = shared[int(text or 0)] if cell.get("t") == "s" else text and float(text)
    return found


def column(body: bytes, letter: str) -> list[str | float | None]:
    held = cells(body)
    rows = sorted(int(at[len(letter) :]) for at in held if re.fullmatch(f"{letter}[0-9]+", at))
    return [held[f"{letter}{row}"] for row in rows]
