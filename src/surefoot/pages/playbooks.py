"""Playbooks: the MSP's own steps beside Microsoft's."""

import datetime as dt
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from surefoot.errors import NotStored
from surefoot.model import Playbook
from surefoot.scoring import cleaning
from surefoot.scoring.actions import name_of
from surefoot.scoring.ratings import Ratings
from surefoot.store import playbooks, profiles
from surefoot.store.profiles import Content
from surefoot.store.shared import spelling


class PlaybookPage(msgspec.Struct, frozen=True, kw_only=True):
    """What to do about one control: Microsoft's steps and one's own."""

    control: str
    name: str
    microsoft: str | None
    """Microsoft's steps as HTML that was cleaned, as newest listed for any tenant; None: it sent none."""
    microsoft_text: str | None
    """Their words alone, a line a step."""
    own: Playbook | None
    """None: there is none, or it was removed."""
    own_html: str | None
    """Its Markdown, rendered and cleaned."""
    versions: tuple[Playbook, ...]
    """Newest first; one without text is a removal."""


class PlaybookRow(msgspec.Struct, frozen=True, kw_only=True):
    """A playbook in force."""

    control: str
    name: str
    text: str
    """Markdown."""
    changed_at: dt.datetime
    changed_by: str


class Playbooks(msgspec.Struct, frozen=True, kw_only=True):
    """All playbooks in force, by the controls' names."""

    playbooks: tuple[PlaybookRow, ...]
    total: int


def build(conn: Connection, visible: frozenset[str] | None, *, ratings: Ratings) -> Playbooks:
    """List the playbooks; those about one tenant's own app are for who sees all tenants."""
    listed = profiles.contents(conn, visible)
    rows = [
        PlaybookRow(
            control=p.control,
            name=_name(p.control, listed.get(folded, ()), ratings),
            text=p.text,
            changed_at=p.changed_at,
            changed_by=p.changed_by,
        )
        for folded, p in playbooks.newest(conn).items()
        if profiles.shown(folded, visible)
    ]
    rows.sort(key=lambda r: (r.name.casefold(), r.control.casefold()))
    return Playbooks(playbooks=tuple(rows), total=len(rows))


def one(conn: Connection, control: str, visible: frozenset[str] | None, *, ratings: Ratings) -> PlaybookPage:
    """Give the steps for one control, with or without a playbook; `NotStored` when no tenant ever had it."""
    found = spelling(conn, control) if profiles.shown(control.casefold(), visible) else None
    if found is None:
        message = f"No tenant ever had a control {control!r}."
        raise NotStored(message)
    held = profiles.contents(conn, visible).get(found.casefold(), [])
    versions = tuple(playbooks.versions(conn, found))
    own = versions[0] if versions and versions[0].text else None
    microsoft = cleaning.clean(held[-1].profile.remediation) if held else None
    return PlaybookPage(
        control=found,
        name=_name(found, held, ratings),
        microsoft=microsoft,
        microsoft_text=cleaning.text(microsoft),
        own=own,
        own_html=cleaning.markdown(own.text) if own else None,
        versions=versions,
    )


def _name(control: str, held: Sequence[Content], ratings: Ratings) -> str:
    return name_of(control, held[-1].profile if held else None, ratings.of(control))


def own_html(conn: Connection, control: str) -> str | None:
    """Give one's own steps for a control as cleaned HTML; None when there are none."""
    held = playbooks.newest(conn).get(control.casefold())
    return cleaning.markdown(held.text) if held and held.text else None
