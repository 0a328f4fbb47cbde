"""Which actions are meant when many are changed at once: a filter over one tenant, or over many."""

from collections.abc import Collection, Mapping
from math import fsum

import msgspec
from sqlalchemy import Connection

from surefoot.errors import InputRefused, NotStored
from surefoot.model import Tenant
from surefoot.pages import actions
from surefoot.pages.actions import Filter
from surefoot.scoring.ratings import Ratings
from surefoot.store import labels, tenants

MOST = 20_000
"""Actions at once."""


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """Which actions are meant."""

    tenants: tuple[str, ...] | None = None
    """Ids or names; None: all that are visible."""
    label: str | None = None
    """Only tenants with this label."""
    controls: tuple[str, ...] | None = None
    """Only these, without regard to case; None: all."""
    filter: Filter = Filter()


def select(
    conn: Connection, where: Where, visible: frozenset[str] | None, *, ratings: Ratings
) -> list[tuple[Tenant, str]]:
    """List the actions that are meant, by tenant and in the default order.

    `NotFound` for a tenant that is not visible, `NotStored` for a control that no such tenant has, `InputRefused` for
    more than 20,000.
    """
    wanted = None if where.controls is None else {c.casefold(): c for c in where.controls}
    found: list[tuple[Tenant, str]] = []
    seen: set[str] = set()
    for tenant in _tenants(conn, where, visible):
        for action in actions.build(conn, tenant, ratings=ratings).actions:
            folded = action.id.casefold()
            seen.add(folded)
            if (wanted is None or folded in wanted) and where.filter.takes(action):
                found.append((tenant, action.id))
        if len(found) > MOST:
            message = f"More than {MOST:,} actions are meant: select fewer, and do it in several parts."
            raise InputRefused(message)
    missing = [control for folded, control in (wanted or {}).items() if folded not in seen]
    if missing:
        message = f"None of these tenants has an action {missing[0]!r} on its newest day."
        raise NotStored(message)
    return found


class Together(msgspec.Struct, frozen=True, kw_only=True):
    """What chosen actions would bring together, once they are done."""

    points: float
    """To gain, of the open ones whose maximum is known."""
    percent: float | None
    """The score now; None, as the next: not known, or of several tenants."""
    after: float | None


def together(conn: Connection, chosen: Mapping[str, tuple[Tenant, Collection[str]]], ratings: Ratings) -> Together:
    """Sum up what chosen controls, by the tenant's id, would bring."""
    gains, shares, now = list[float](), list[float](), None
    for tenant, controls in chosen.values():
        page = actions.build(conn, tenant, ratings=ratings, wanted=Filter(only_open=True))
        folded = {control.casefold() for control in controls}
        mine = [a for a in page.actions if a.id.casefold() in folded and a.points is not None]
        gains += [a.points or 0.0 for a in mine]
        shares += [a.score_impact or 0.0 for a in mine]
        now = page.percent
    alone = len(chosen) == 1 and now is not None
    after = fsum([now, *shares]) if alone and now is not None else None
    return Together(points=fsum(gains), percent=now if alone else None, after=after)


def _tenants(conn: Connection, where: Where, visible: frozenset[str] | None) -> list[Tenant]:
    named = where.tenants
    found = tenants.all_of(conn, visible) if named is None else [tenants.find(conn, n, visible) for n in named]
    unique = list({t.id: t for t in found}.values())
    if where.label is None:
        return unique
    held = labels.of(conn, unique)
    folded = where.label.casefold()
    return [t for t in unique if folded in {label.casefold() for label in held.get(t.key, ())}]
