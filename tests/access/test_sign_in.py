"""Links that work once, sessions that end, tokens that are shown once."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import Engine

from surefoot.access import sessions, tokens, viewers
from surefoot.errors import InputRefused, NotFound
from surefoot.model import ActorKind, Connection, Role
from surefoot.store import database, tenants

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
OURS, THEIRS = "0c0a1e5e-0000-4000-8000-000000000001", "0c0a1e5e-0000-4000-8000-000000000002"
UNKNOWN = "0c0a1e5e-0000-4000-8000-00000000dead"


def test_a_link_signs_in_once(engine: Engine) -> None:
    with database.writing(engine) as conn:
        link = sessions.make_link(conn, now=NOW)
        session = sessions.start_session(conn, link, NOW)
        assert session
        assert sessions.start_session(conn, link, NOW) is None
        assert viewers.viewer_of_session(conn, session, NOW) is not None


@pytest.mark.parametrize("name", ["token:grafana", "Token:grafana", "system:surefoot", "person:ada"])
def test_nobody_signs_in_under_a_name_that_a_token_keeps_its_views_under(engine: Engine, name: str) -> None:
    with database.writing(engine) as conn, pytest.raises(InputRefused, match="no person's name"):
        sessions.make_link(conn, now=NOW, name=name)


def test_a_link_and_a_session_expire(engine: Engine) -> None:
    with database.writing(engine) as conn:
        link = sessions.make_link(conn, now=NOW)
        assert sessions.start_session(conn, link, NOW + sessions.LINK_LASTS) is None
        session = sessions.start_session(conn, sessions.make_link(conn, now=NOW), NOW) or ""
        assert viewers.viewer_of_session(conn, session, NOW + sessions.SESSION_LASTS) is None


def test_signing_out_ends_the_session(engine: Engine) -> None:
    with database.writing(engine) as conn:
        session = sessions.start_session(conn, sessions.make_link(conn, now=NOW), NOW) or ""
        sessions.end_session(conn, session, NOW)
        assert viewers.viewer_of_session(conn, session, NOW) is None


def test_a_made_up_link_session_or_token_is_nobody(engine: Engine) -> None:
    with database.writing(engine) as conn:
        assert sessions.start_session(conn, "guess", NOW) is None
        assert viewers.viewer_of_session(conn, "", NOW) is None
        assert viewers.viewer_of_token(conn, "sf_guess", NOW) is None


def test_a_token_sees_its_tenants_until_it_is_revoked(engine: Engine) -> None:
    with database.writing(engine) as conn:
        token = tokens.create_token(conn, name="grafana", tenants=frozenset({OURS}), role=Role.READER, now=NOW)
        viewer = viewers.viewer_of_token(conn, token, NOW)
        known = viewers.Viewer(name="grafana", tenants=frozenset({OURS}), role=Role.READER, kind=ActorKind.TOKEN)
        assert viewer == known
        with pytest.raises(InputRefused, match="already"):
            tokens.create_token(conn, name="grafana", tenants=None, role=Role.EDITOR, now=NOW)
        tokens.revoke_token(conn, "grafana", now=NOW)
        assert viewers.viewer_of_token(conn, token, NOW) is None
        with pytest.raises(NotFound):
            tokens.revoke_token(conn, "grafana", now=NOW)


def test_a_token_expires(engine: Engine) -> None:
    with database.writing(engine) as conn:
        token = tokens.create_token(
            conn, name="t", tenants=None, role=Role.EDITOR, now=NOW, expires_at=NOW + dt.timedelta(days=1)
        )
        assert viewers.viewer_of_token(conn, token, NOW) is not None
        assert viewers.viewer_of_token(conn, token, NOW + dt.timedelta(days=1)) is None


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 101, "anna ", "Andre\u0301"])
def test_a_token_has_a_name_that_can_be_shown(engine: Engine, name: str) -> None:
    with database.writing(engine) as conn, pytest.raises(InputRefused):
        tokens.create_token(conn, name=name, tenants=None, role=Role.EDITOR, now=NOW)


def test_nothing_that_signs_in_lies_in_the_files(engine: Engine, tmp_path: Path) -> None:
    with database.writing(engine) as conn:
        token = tokens.create_token(conn, name="t", tenants=None, role=Role.EDITOR, now=NOW)
        link = sessions.make_link(conn, now=NOW)
        session = sessions.start_session(conn, sessions.make_link(conn, now=NOW), NOW) or ""
    for file in tmp_path.iterdir():
        body = file.read_bytes()
        assert not any(secret.encode() in body for secret in (token, token.removeprefix("sf_"), link, session))


def test_a_foreign_tenant_and_an_unknown_one_look_the_same(engine: Engine) -> None:
    with database.writing(engine) as conn:
        for identity, name in ((OURS, "Ours"), (THEIRS, "Theirs")):
            tenants.add(conn, id=identity, name=name, connection=Connection(), now=NOW, due_at=None)
        viewer = viewers.Viewer(name="x", tenants=frozenset({OURS}), role=Role.EDITOR)
        said = []
        for wanted in (THEIRS, UNKNOWN, "theirs", "nobody"):
            with pytest.raises(NotFound) as error:
                viewers.tenant_for(conn, viewer, wanted)
            said.append(error.value.sentence.replace(wanted, "..."))
        assert len(set(said)) == 1
        assert viewers.tenant_for(conn, viewer, None).id == OURS


def test_without_a_name_the_only_tenant_is_meant_and_of_several_none(engine: Engine) -> None:
    with database.writing(engine) as conn:
        with pytest.raises(NotFound, match="surefoot tenant add"):
            viewers.tenant_for(conn, viewers.LOCAL, None)
        for n, identity in enumerate((OURS, THEIRS)):
            tenants.add(conn, id=identity, name=f"T{n}", connection=Connection(), now=NOW, due_at=None)
        with pytest.raises(InputRefused, match="T0, T1"):
            viewers.tenant_for(conn, viewers.LOCAL, None)


def test_no_two_tokens_read_alike(engine: Engine) -> None:
    with database.writing(engine) as conn:
        tokens.create_token(conn, name="anna", tenants=None, role=Role.EDITOR, now=NOW)
        with pytest.raises(InputRefused, match="reads like"):
            tokens.create_token(conn, name="Anna", tenants=None, role=Role.APPROVER, now=NOW)
