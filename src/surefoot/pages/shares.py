"""How a control stands in the portfolio: who has it, and who came to have it fastest."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from surefoot.model import Tenant, TenantName
from surefoot.pages.whose import name_of
from surefoot.scoring.comparison import SMALLEST_COHORT
from surefoot.scoring.ways import Way, way
from surefoot.store import shares
from surefoot.store.memory import remembered


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """The tenant that came to all points fastest."""

    tenant: TenantName
    way: Way


class ControlShare(msgspec.Struct, frozen=True, kw_only=True):
    """A control among the visible tenants."""

    control: str
    name: str
    scored: int | None
    """How many tenants are scored for it; None when too few are to be told."""
    completed: int | None
    """How many of them have all points."""
    percent: float | None
    example: Example | None
    """None when nobody climbed to it within the stored history."""
    sentence: str


def build(conn: Connection, tenants: Sequence[Tenant], controls: Mapping[str, str]) -> dict[str, ControlShare]:
    """Give the shares of some controls, given with their names, among the visible tenants, by folded id."""
    among = tuple(tenants)
    return {c.casefold(): _told(c, name, _among(conn, among, c.casefold())) for c, name in controls.items()}


class _Among(NamedTuple):
    """A control among tenants, whatever each calls it."""

    share: shares.Share
    example: Example | None


@remembered
def _among(conn: Connection, tenants: tuple[Tenant, ...], control: str) -> _Among:
    """Ask by control: the tenants of a provider have much the same ones."""
    named = {t.key: t for t in tenants}
    pieces = shares.changed(conn, tenants, [control]).get(control, {})
    ways = [(found, named[key].name, key) for key, held in pieces.items() if (found := way(held))]
    best = min(ways, key=lambda w: (w[0].days, w[1]), default=None)
    example = Example(tenant=name_of(named[best[2]]), way=best[0]) if best else None
    return _Among(shares.of(conn, tenants, [control]).get(control, _NOBODY), example)


_NOBODY = shares.Share(0, 0)


def _told(control: str, name: str, among: _Among) -> ControlShare:
    share, example = among
    if share.scored < SMALLEST_COHORT:
        return ControlShare(
            control=control, name=name, scored=None, completed=None, percent=None, example=None,
            sentence=f"Fewer than {SMALLEST_COHORT} of your tenants are scored for this: too few to compare.",
        )  # fmt: skip
    return ControlShare(
        control=control,
        name=name,
        scored=share.scored,
        completed=share.completed,
        percent=100.0 * share.completed / share.scored,
        example=example,
        sentence=_sentence(share, example),
    )


def _sentence(share: shares.Share, example: Example | None) -> str:
    have = f"{share.completed} of your {share.scored} tenants that are scored for this have all of its points"
    if example is None:
        return f"{have}."
    took = "1 day" if example.way.days == 1 else f"{example.way.days} days"
    return f"{have}; {example.tenant.name} took {took}."
