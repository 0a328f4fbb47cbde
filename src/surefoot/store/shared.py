"""What tenants share, kept once: ids of controls, categories, sentences."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, insert, select

from surefoot.store.schema import control, shared_text

T = TypeVar("T")

CHUNK = 500
"""Values in one statement; both databases take far more, but plans grow with them."""


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Cut an iterable into lists of at most `size`."""
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part


def control_keys(conn: Connection, ids: Iterable[str]) -> dict[str, int]:
    """Give the key of each control by its folded id; ids not seen before get one."""
    wanted = {i.casefold(): i for i in ids}
    found = known_controls(conn, wanted)
    fresh = [{"folded": folded, "id": i} for folded, i in wanted.items() if folded not in found]
    if fresh:
        conn.execute(insert(control), fresh)
        found |= known_controls(conn, [row["folded"] for row in fresh])
    return found


def known_controls(conn: Connection, folded: Iterable[str]) -> dict[str, int]:
    """Give the key of each control that is known, by its folded id."""
    found: dict[str, int] = {}
    for part in chunks(folded):
        rows = conn.execute(select(control.c.folded, control.c.key).where(control.c.folded.in_(part)))
        found |= {row.folded: row.key for row in rows}
    return found


def spelling(conn: Connection, control_id: str) -> str | None:
    """Give a control's id as Graph first spelled it; None when it is not known."""
    return conn.execute(select(control.c.id).where(control.c.folded == control_id.casefold())).scalar()


def text_keys(conn: Connection, texts: Iterable[str]) -> dict[str, int]:
    """Give the key of each text; texts not seen before get one."""
    wanted = set(texts)
    found = _known_texts(conn, wanted)
    fresh = [{"text": text} for text in sorted(wanted - found.keys())]
    if fresh:
        conn.execute(insert(shared_text), fresh)
        found |= _known_texts(conn, [row["text"] for row in fresh])
    return found


def _known_texts(conn: Connection, texts: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in chunks(texts):
        rows = conn.execute(select(shared_text.c.text, shared_text.c.key).where(shared_text.c.text.in_(part)))
        found |= {row.text: row.key for row in rows}
    return found


GAP = "\x1f"
"""Stands in a sentence where a number was; it cannot come from Graph, whose texts are cleaned of it."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def cut(text: str) -> tuple[str, str]:
    """Cut the numbers out of a text: the sentence with gaps, and the numbers, a line each."""
    return _NUMBER.sub(GAP, text.replace(GAP, " ")), "\n".join(_NUMBER.findall(text))


def fill(sentence: str, numbers: str) -> str:
    """Put the numbers back."""
    if GAP not in sentence:
        return sentence
    rest = iter(numbers.split("\n"))
    return re.sub(GAP, lambda _: next(rest, ""), sentence)
