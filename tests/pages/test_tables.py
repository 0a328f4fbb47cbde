"""CSV: no cell is a formula, numbers stay numbers, and a header is there without any row."""

import csv
import io

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.pages import tables


class Inner(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    some_name: str | None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    number: float | None
    whole: int
    yes: bool | None
    inner: Inner | None
    words: tuple[str, ...]
    inners: tuple[Inner, ...]


def row(text: str = "a", **changed: object) -> Row:
    plain = {"number": 1.5, "whole": -3, "yes": True, "inner": Inner(id="1", some_name="n"), "words": ("a", "b"),
             "inners": (Inner(id="1", some_name=None),)}  # fmt: skip
    return Row(text=text, **{**plain, **changed})


def read(*rows: Row) -> list[list[str]]:
    return list(csv.reader(io.StringIO(tables.write(rows, Row).decode(), newline="")))


def test_nested_values_are_flattened_lists_joined_or_counted_and_numbers_stay_numbers() -> None:
    head, line = read(row())
    assert head == ["text", "number", "whole", "yes", "innerId", "innerSomeName", "words", "inners"]
    assert line == ["a", "1.5", "-3", "true", "1", "n", "a; b", "1"]


def test_what_is_not_known_is_an_empty_cell_and_a_header_needs_no_row() -> None:
    _, line = read(row(number=None, yes=None, inner=None, words=(), inners=()))
    assert line == ["a", "", "-3", "", "", "", "", ""]
    assert len(read()) == 1


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "  =1", "=cmd|' /C calc'!A0"])
def test_a_formula_is_defused(text: str) -> None:
    assert read(row(text))[1][0] == f"'{text}"


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00")))
def test_any_other_text_comes_back_as_it_was(text: str) -> None:
    assert read(row(text))[1][0].removeprefix("'") == text.removeprefix("'")
