"""Lists as Excel workbooks."""

import datetime as dt

import pytest
from heat_samples import heatmap
from sheet_reader import cells, column, parts
from web_samples import FIVE, NOW, TODAY, action, actions, plan, portfolio, portfolio_row

from surefoot.model import Status
from surefoot.pages.columns import LABELS, STATUSES, USUAL, Column, Order, columns_of, order_of, status_words
from surefoot.reports.sheets import About, of_actions, of_heatmap, of_portfolio
from surefoot.web.html.formats import STATUS_WORDS

ABOUT = About(title="Recommended actions of Contoso", told=(("Filter", "category: Identity"),), made_at=NOW)
EPOCH = dt.date(1899, 12, 30)
HOSTILE = ["=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "https://evil.example", "\t=1", "{=1}", "<b>&\u202e"]


def test_numbers_are_numbers_and_days_are_days() -> None:
    body = of_actions(actions(FIVE), USUAL, ABOUT)
    held = cells(body)
    assert [held[f"{c}1"] for c in "ABCDEF"] == [
        "Recommended action", "Control", "Category", "Impact", "Difficulty", "Points",
    ]  # fmt: skip
    assert [held[f"{c}2"] for c in "ABCDEFG"] == [
        "Enable MFA for all users", "demo_1", "Identity", "High", "Easy", 15.0, 2.0,
    ]  # fmt: skip
    assert held["M4"] == (dt.date(2026, 11, 20) - EPOCH).days
    assert b'formatCode="yyyy-mm-dd"' in parts(body)["xl/styles.xml"]


def test_the_head_stays_and_the_columns_can_be_filtered() -> None:
    sheet = parts(of_actions(actions(FIVE), USUAL, ABOUT))["xl/worksheets/sheet1.xml"]
    assert b'state="frozen"' in sheet
    assert b'<autoFilter ref="A1:M6"' in sheet
    assert b"<col min=" in sheet


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_a_text(text: str) -> None:
    bad = action(1, text, text, id=text, product=text, plan=plan(text, text, TODAY))
    body = of_actions(actions((bad,)), tuple(Column), ABOUT)
    assert column(body, "B")[1] == text
    assert "hyperlink" not in "".join(parts(body))
    assert b"<hyperlink" not in parts(body)["xl/worksheets/sheet1.xml"]


def test_the_second_sheet_says_what_it_is() -> None:
    body = of_actions(actions(FIVE), USUAL, ABOUT)
    held = cells(body, 2)
    told = {held[f"A{n}"]: held[f"B{n}"] for n in range(1, 5)}
    assert told == {
        "What": "Recommended actions of Contoso", "Filter": "category: Identity", "Made": "2026-11-24 09:30 UTC",
        "By": "Surefoot",
    }  # fmt: skip


def test_what_is_not_known_is_empty_and_never_nought() -> None:
    body = of_portfolio(portfolio(portfolio_row(1, "Contoso"), portfolio_row(2, "Trey Research")), ABOUT)
    held = cells(body)
    assert held["E2"] == 53.3
    assert [held[f"{c}3"] for c in "DEFGH"] == [None] * 5
    assert held["S3"] == "Surefoot has not read this tenant yet."


def test_a_list_without_rows_has_its_heads() -> None:
    assert column(of_actions(actions(()), USUAL, ABOUT), "A") == ["Recommended action"]


def test_statuses_have_the_words_of_the_pages() -> None:
    assert {status: status_words(status) for status in Status} == STATUS_WORDS
    assert set(STATUSES) < set(Status)


def test_columns_come_in_the_order_of_the_table_and_the_name_always() -> None:
    assert columns_of(["due,rank", "notes"]) == (Column.RANK, Column.NAME, Column.DUE, Column.NOTES)
    assert columns_of([]) == columns_of([""]) == USUAL
    assert set(LABELS) == set(Column)


@pytest.mark.parametrize("text", ["rank", "-points", "scoreImpact", "-microsoftUpdate"])
def test_an_order_is_written_as_it_is_read(text: str) -> None:
    assert order_of(text).text == text


def test_what_is_not_known_sorts_last_whichever_way() -> None:
    listed = actions().actions
    for falling in (False, True):
        made = Order(Column.POINTS, falling).sorted(listed)
        assert made[-1].points is None
        known = [a.points for a in made[:-1]]
        assert known == sorted(known, reverse=falling)


@pytest.mark.parametrize("text", ["Enable MFA", *HOSTILE, "<r>bold</r>"])
def test_the_heat_map_has_a_column_a_tenant_and_words_in_its_cells(text: str) -> None:
    held = cells(of_heatmap(heatmap(text), ABOUT))
    tail = ["J", "K", "L", "M", "N", "O", "P"]
    assert [str(held[f"{c}1"]).lstrip("\u200b") for c in tail] == [f"{text} {n}" for n in range(7)]
    assert [held[f"{c}2"] for c in tail] == [
        "Completed", "To address", "Planned", "In progress", "Risk accepted", "Not licensed or not scored",
        "Not known (no score)",
    ]  # fmt: skip
    assert [held[f"{c}2"] for c in "EFGHI"] == [14.0, 3.0, 1.0, 1.0, 5.0]
    assert str(held["A2"]).lstrip("\u200b") == text
