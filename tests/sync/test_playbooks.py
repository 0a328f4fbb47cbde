"""Playbooks: every version kept, each change told, nothing in them runs."""

import datetime as dt
import json

import pytest
from sqlalchemy import Engine
from sync_world import NOW, read

from surefoot.emulator.server import Emulator
from surefoot.errors import InputRefused, NotFound
from surefoot.model import AuditEntry, Tenant
from surefoot.pages import actions
from surefoot.pages import playbooks as pages
from surefoot.pages.playbooks import PlaybookPage
from surefoot.scoring.ratings import load
from surefoot.store import audit, database, playbooks
from surefoot.sync.playbooks import LONGEST_PLAYBOOK, remove_playbook, set_playbook

LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def control(engine: Engine, emulator: Emulator, tenant: Tenant) -> str:
    read(engine, emulator, tenant)
    with database.reading(engine) as conn:
        return actions.build(conn, tenant, ratings=load()).actions[0].id


def write(engine: Engine, control: str, text: str, at: dt.datetime = NOW) -> None:
    with database.writing(engine) as conn:
        set_playbook(conn, control, text, "anna", at)


def page(engine: Engine, control: str) -> PlaybookPage:
    with database.reading(engine) as conn:
        return pages.one(conn, control, None, ratings=load())


def trail(engine: Engine) -> list[AuditEntry]:
    with database.reading(engine) as conn:
        return [e for e in audit.entries(conn, None) if e.action.startswith("playbook.")]


def test_every_version_is_kept_and_the_newest_counts(engine: Engine, control: str) -> None:
    write(engine, control, "1. First\r\n2. Second\x00 ")
    write(engine, control.upper(), "*Other*", LATER)
    found = page(engine, control.lower())
    assert [(v.text, v.changed_at, v.changed_by) for v in found.versions] == [
        ("*Other*", LATER, "anna"),
        ("1. First\n2. Second", NOW, "anna"),
    ]
    assert found.own == found.versions[0]
    assert found.own_html == "<p><em>Other</em></p>"
    assert found.control == control
    with database.reading(engine) as conn:
        assert playbooks.newest(conn) == {control.casefold(): found.own}
        (row,) = pages.build(conn, None, ratings=load()).playbooks
    assert (row.control, row.name, row.text) == (control, found.name, "*Other*")


def test_the_same_text_again_is_no_new_version(engine: Engine, control: str) -> None:
    write(engine, control, "Steps")
    write(engine, control, " Steps\n", LATER)
    assert len(page(engine, control).versions) == len(trail(engine)) == 1


def test_a_removed_playbook_is_gone_but_its_versions_stay(engine: Engine, control: str) -> None:
    write(engine, control, "Steps")
    with database.writing(engine) as conn:
        remove_playbook(conn, control, "bert", LATER)
        with pytest.raises(NotFound, match="has no playbook"):
            remove_playbook(conn, control, "bert", LATER)
    found = page(engine, control)
    assert (found.own, found.own_html) == (None, None)
    assert [(v.text, v.changed_by) for v in found.versions] == [("", "bert"), ("Steps", "anna")]
    with database.reading(engine) as conn:
        assert pages.build(conn, None, ratings=load()).total == 0
    write(engine, control, "Steps", LATER)
    assert page(engine, control).own is not None


def test_each_change_is_told_with_what_was_before_and_after(engine: Engine, control: str) -> None:
    write(engine, control, "One")
    write(engine, control, "Two")
    with database.writing(engine) as conn:
        remove_playbook(conn, control, "anna", NOW)
    told = [
        (e.action, e.tenant, e.subject, *(json.loads(v)["text"] if v else None for v in (e.before, e.after)))
        for e in reversed(trail(engine))
    ]
    assert told == [
        ("playbook.changed", None, control, None, "One"),
        ("playbook.changed", None, control, "One", "Two"),
        ("playbook.removed", None, control, "Two", None),
    ]


@pytest.mark.parametrize("text", ["", " \n\t", "\x00", "x" * (LONGEST_PLAYBOOK + 1)])
def test_an_empty_or_long_text_is_refused_and_changes_nothing(engine: Engine, control: str, text: str) -> None:
    write(engine, control, "Steps")
    with pytest.raises(InputRefused):
        write(engine, control, text)
    assert len(page(engine, control).versions) == len(trail(engine)) == 1


def test_a_control_that_no_tenant_ever_had_is_not_found(engine: Engine, control: str) -> None:
    with pytest.raises(NotFound, match="No tenant ever had a control 'nothing'"):
        write(engine, "nothing", "Steps")
    with pytest.raises(NotFound, match="'nothing'"):
        page(engine, "nothing")
    with pytest.raises(NotFound), database.writing(engine) as conn:
        remove_playbook(conn, "nothing", "anna", NOW)
    assert trail(engine) == []
    assert page(engine, control).versions == ()
