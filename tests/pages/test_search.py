"""Finding tenants and controls: by all words, in names and ids, and only among what one may see."""

from hypothesis import given
from hypothesis import strategies as st
from pages_world import NO_RATINGS, fill
from sqlalchemy import Engine

from surefoot.pages import search
from surefoot.pages.search import fitting
from surefoot.store import database, tenants
from surefoot.sync.derived import refresh


def test_controls_are_found_once_among_the_tenants_that_one_may_see(engine: Engine) -> None:
    ours = fill(engine, {0: {"aad_mfa": (5, 10), "mdo_safe": (8, 8)}})
    theirs = fill(engine, {0: {"aad_mfa": (5, 10), "secret_app": (1, 2)}}, number=2, name="Fabrikam")
    with database.writing(engine) as conn:
        for tenant in (ours, theirs):
            refresh(conn, tenant, NO_RATINGS)
        everybody = tenants.all_of(conn, None)
        both = search.build(conn, "title", everybody, ratings=NO_RATINGS)
        mine = search.build(conn, "title", [ours], ratings=NO_RATINGS)
        one = search.build(conn, "AAD", everybody, ratings=NO_RATINGS, tenant=theirs)
        named = search.build(conn, "fabri", everybody, ratings=NO_RATINGS)
        nothing = search.build(conn, "", everybody, ratings=NO_RATINGS)
    assert {(c.control, c.tenants) for c in both.controls} == {("aad_mfa", 2), ("mdo_safe", 1), ("secret_app", 1)}
    assert {c.control for c in mine.controls} == {"aad_mfa", "mdo_safe"}
    assert [(c.control, c.tenant.name) for c in one.controls] == [("aad_mfa", "Fabrikam")]
    assert [t.name for t in named.tenants] == ["Fabrikam"]
    assert nothing.controls_total == nothing.tenants_total == 0


def test_a_control_is_found_by_its_id_where_it_has_no_title(engine: Engine) -> None:
    ours = fill(engine, {0: {"aad_mfa": (5, 10)}})
    with database.writing(engine) as conn:
        refresh(conn, ours, NO_RATINGS)
        conn.exec_driver_sql("DELETE FROM profile")
        found = search.build(conn, "mfa", [ours], ratings=NO_RATINGS)
        titled = search.build(conn, "title", [ours], ratings=NO_RATINGS)
    assert [(c.control, c.name) for c in found.controls] == [("aad_mfa", "aad_mfa")]
    assert titled.controls == ()


def test_all_words_have_to_be_there_and_the_best_comes_first() -> None:
    names = ["Block legacy authentication", "Legacy protocols blocked", "Authentication", "Block"]
    assert fitting(names, "legacy BLOCK", lambda n: (n,)) == [names[1], names[0]]
    assert fitting(names, "auth", lambda n: (n,)) == [names[2], names[0]]
    assert fitting(names, "  ", lambda n: (n,)) == []


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=20))
def test_whatever_is_found_holds_every_word(text: str, names: list[str]) -> None:
    for found in fitting(names, text, lambda n: (n,)):
        assert all(word in found.casefold() for word in text.casefold().split())
