"""The portal's CSV export, in its languages and at its worst."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from surefoot.errors import ImportRefused
from surefoot.model import Source, Status
from surefoot.pages import actions as actions_page
from surefoot.pages import overview as overview_page
from surefoot.scoring.ratings import load
from surefoot.store import database, decisions, history, tenants
from surefoot.sync import imports, portal
from surefoot.sync.imports import Summary

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 23)

ENGLISH = (
    "\ufeff"
    """\
Rank,Recommended action,Score impact,Points achieved,Status,Regressed,Have license?,Category,Product,Last synced ,Notes
1,Ensure custom banned passwords lists are used,+0.82 %,0/5,Planned,No,Yes,Identity,Microsoft Entra ID,,after the pilot
2,Something nobody knows,+1.10 %,2.5/8,Risk accepted,No,Yes,Apps,Exchange Online,11/22/2026,
3,All done,+0.00 %,7/7,Completed,No,Yes,Data,SharePoint Online,11/22/2026,
4,Done by others,+0.00 %,10/10,Resolved through third party,No,Yes,Device,Defender for Endpoint,,
5,Not ours,+0.00 %,0/10,To address,No,No,Device,Defender for Endpoint,11/22/2026,
"""
)
GERMAN_HEAD = (
    "Rang;Empfohlene Maßnahme;Bewertungsauswirkung;Erzielte Punkte;Status;Verschlechtert;"
    "Haben Sie eine Lizenz?;Kategorie;Produkt;Letzte Synchronisierung ;Notizen"
)
GERMAN = f"""\ufeff{GERMAN_HEAD}
1;MFA für alle Benutzer aktivieren;+3,24 %;0/10;In Bearbeitung;Nein;Ja;Identität;Microsoft Entra ID;22.11.2026;
2;Große Punkte;+3,24 %;1.234,5/2.000;Zu behandeln;Nein;Ja;Daten;Exchange Online;22.11.2026;
"""
FRENCH_HEAD = (
    "Classement;Action recommandée;Impact du score;Points obtenus;Statut;Régressé;"
    "Avez-vous une licence\u202f?;Catégorie;Produit;Dernière synchronisation\u00a0;Remarques"
)
FRENCH = f"""\ufeff{FRENCH_HEAD}
1;Activer l'authentification multifacteur;+3,24 %;0,5/10;À traiter;Non;Oui;Identité;Microsoft Entra ID;22/11/2026;
2;Sans licence;+1 %;0/10;À traiter;Non;Non;Données;Microsoft Purview;22/11/2026;
"""


def take(engine: Engine, tmp_path: Path, text: str | bytes, day: dt.date = DAY, name: str = "Contoso") -> Summary:
    file = tmp_path / "export.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with database.writing(engine) as conn:
        return imports.store(conn, imports.read(file), name=name, now=NOW, day=day, ratings=load())


def test_an_export_alone_shows_points_of_possible_points_exactly(engine: Engine, tmp_path: Path) -> None:
    made = take(engine, tmp_path, ENGLISH)
    with database.reading(engine) as conn:
        page = overview_page.build(conn, made.tenant, ratings=load())
    assert (page.points, page.max_points, page.as_of) == (19.5, 30.0, DAY)
    assert (page.maxima.known, page.maxima.estimated, page.maxima.controls) == (4, 0, 4)
    assert page.statuses[Status.COMPLETED] == page.statuses[Status.PLANNED] == page.statuses[Status.THIRD_PARTY] == 1
    assert page.statuses[Status.RISK_ACCEPTED] == 1
    assert page.points_available == 5.0


def test_known_titles_find_their_control_and_others_are_kept_by_title(engine: Engine, tmp_path: Path) -> None:
    made = take(engine, tmp_path, ENGLISH)
    with database.reading(engine) as conn:
        found = {a.name: a.id for a in actions_page.build(conn, made.tenant, ratings=load()).actions}
    known = [i for name, i in found.items() if "banned passwords" in name]
    assert len(known) == 1
    assert not portal.is_made(known[0])
    assert portal.is_made(found["Something nobody knows"])
    assert any("3 of 4 titles" in note for note in made.notes)


def test_statuses_become_decisions_with_their_notes(engine: Engine, tmp_path: Path) -> None:
    made = take(engine, tmp_path, ENGLISH)
    with database.reading(engine) as conn:
        kept = decisions.newest(conn, made.tenant).values()
    assert sorted(d.status for d in kept) == [Status.PLANNED, Status.RISK_ACCEPTED, Status.THIRD_PARTY]
    assert {d.decided_by for d in kept} == {"portal export"}
    assert {d.comment for d in kept} == {"after the pilot", None}
    assert made.decisions == 3


def test_the_same_file_twice_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    take(engine, tmp_path, ENGLISH)
    before = database.counts(engine)
    again = take(engine, tmp_path, ENGLISH)
    assert database.counts(engine) == before
    assert (again.saved.days_new, again.saved.days_changed, again.saved.days_kept) == (0, 0, 1)
    assert again.decisions == 0


@pytest.mark.parametrize(
    ("text", "points", "most", "unlicensed"), [(GERMAN, 1234.5, 2010.0, 0), (FRENCH, 0.5, 10.0, 1)]
)
def test_german_and_french_exports_are_read(
    engine: Engine, tmp_path: Path, text: str, points: float, most: float, unlicensed: int
) -> None:
    made = take(engine, tmp_path, text)
    with database.reading(engine) as conn:
        total = history.newest_total(conn, made.tenant)
        categories = {c.category for c in overview_page.build(conn, made.tenant, ratings=load()).categories}
    assert total is not None
    assert (total.points, total.max_points, total.source) == (points, most, Source.PORTAL_EXPORT)
    assert categories <= {"Identity", "Data"}
    assert sum("without a licence" in note for note in made.notes) == bool(unlicensed)
    assert made.refused == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_every_usual_encoding_is_read(engine: Engine, tmp_path: Path, encoding: str) -> None:
    made = take(engine, tmp_path, GERMAN.removeprefix("\ufeff").encode(encoding))
    with database.reading(engine) as conn:
        names = {a.name for a in actions_page.build(conn, made.tenant, ratings=load()).actions}
    assert names == {"MFA für alle Benutzer aktivieren", "Große Punkte"}


def test_a_word_that_nobody_knows_is_told_and_makes_no_decision(engine: Engine, tmp_path: Path) -> None:
    made = take(engine, tmp_path, ENGLISH.replace("Planned", "Postponed"))
    assert made.decisions == 2
    assert any("1 row with the status 'Postponed'" in note for note in made.notes)


@pytest.mark.parametrize("points", ["ten", "10/0", "-1/5", "6/5", "", "1/2/3", "1e400/2", "9999999/9999999", "./."])
def test_a_row_with_impossible_points_is_refused_with_its_line(engine: Engine, tmp_path: Path, points: str) -> None:
    made = take(engine, tmp_path, ENGLISH.replace("2.5/8", points))
    assert [r.what for r in made.refused] == ["line 3"]
    assert made.controls == 3


def test_a_row_that_is_there_twice_counts_once(engine: Engine, tmp_path: Path) -> None:
    line = ENGLISH.splitlines()[3]
    made = take(engine, tmp_path, f"{ENGLISH}{line}\n")
    assert [r.what for r in made.refused] == ["line 7"]
    assert made.controls == 4


def test_what_graph_said_wins(engine: Engine, tmp_path: Path) -> None:
    made = take(engine, tmp_path, ENGLISH)
    with database.writing(engine) as conn:
        shot = history.snapshot(conn, made.tenant, DAY)
        assert shot is not None
        history.save(conn, made.tenant, [_from_graph(shot)], now=NOW)
    again = take(engine, tmp_path, ENGLISH.replace("2.5/8", "8/8"))
    with database.reading(engine) as conn:
        total = history.newest_total(conn, made.tenant)
    assert total is not None
    assert (total.points, total.source) == (19.5, Source.GRAPH)
    assert any("known from Graph already" in note for note in again.notes)


def _from_graph(shot: object) -> object:
    import msgspec

    return msgspec.structs.replace(shot, source=Source.GRAPH)


def test_an_older_export_leaves_newer_decisions_alone(engine: Engine, tmp_path: Path) -> None:
    take(engine, tmp_path, ENGLISH)
    old = take(engine, tmp_path, ENGLISH.replace("Planned", "In progress"), DAY - dt.timedelta(days=30))
    assert old.decisions == 0
    assert any("Newer days are known" in note for note in old.notes)


def test_a_file_without_the_columns_says_which_are_lacking(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=r"lacks the columns recommended action and points achieved; it has: A, B"):
        take(engine, tmp_path, "A,B,Status\n1,2,3\n")


def test_a_file_without_rows_is_refused(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="no row that can be read"):
        take(engine, tmp_path, ENGLISH.splitlines()[0] + "\n")


def test_a_csv_needs_the_tenants_name_and_no_future_day(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text(ENGLISH)
    with database.writing(engine) as conn, pytest.raises(ImportRefused, match="--tenant"):
        imports.store(conn, imports.read(file), name=None, now=NOW, ratings=load())
    with pytest.raises(ImportRefused, match="future"):
        take(engine, tmp_path, ENGLISH, NOW.date() + dt.timedelta(days=1))
    with database.reading(engine) as conn:
        assert tenants.all_of(conn, None) == []


def test_formulas_and_control_characters_stay_text(engine: Engine, tmp_path: Path) -> None:
    made = take(
        engine, tmp_path, ENGLISH.replace("Something nobody knows", "=cmd|'/c calc'!A1").replace("pilot", "\x07")
    )
    with database.reading(engine) as conn:
        names = {a.name for a in actions_page.build(conn, made.tenant, ratings=load()).actions}
        comments = {d.comment for d in decisions.newest(conn, made.tenant).values()}
    assert "=cmd|'/c calc'!A1" in names
    assert not any("\x07" in (c or "") for c in comments)


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    head = ENGLISH.splitlines()[0]
    try:
        found = portal.parse(f"{head}\n{text}")
    except ImportRefused:
        return
    assert all(0 <= row.points <= row.max_points for row in found.rows)
