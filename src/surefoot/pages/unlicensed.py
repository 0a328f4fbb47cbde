"""What Microsoft's list has for a tenant and its score does not: not applicable there, or not licensed."""

import datetime as dt

import msgspec
from sqlalchemy import Connection

from surefoot.model import Profile, Tenant
from surefoot.pages.overview import TenantName, name_of
from surefoot.scoring import actions as work
from surefoot.scoring.products import product
from surefoot.scoring.ratings import Ratings
from surefoot.store import history, profiles


class UnlicensedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A control that the tenant's newest day does not score."""

    control: str
    name: str
    category: str
    product: str | None
    max_points: float | None
    """As Microsoft lists it; it counts in no sum."""
    deprecated: bool


class Unlicensed(msgspec.Struct, frozen=True, kw_only=True):
    """The controls without a score, by category and name; none of them counts anywhere."""

    controls: tuple[UnlicensedRow, ...]
    total: int
    tenant: TenantName
    as_of: dt.date | None


def build(conn: Connection, tenant: Tenant, *, ratings: Ratings) -> Unlicensed:
    """List the profiles of a tenant that its newest day has no score for; none while no day is stored."""
    newest = history.newest_total(conn, tenant)
    if newest is None:
        return Unlicensed(controls=(), total=0, tenant=name_of(tenant), as_of=None)
    scored = {s.control.casefold() for s in history.scores(conn, tenant, newest.day, rich=False).values()}
    rows = [_row(p, ratings) for folded, p in profiles.of(conn, tenant).items() if folded not in scored]
    rows.sort(key=lambda row: (row.category.casefold(), row.name.casefold(), row.control))
    return Unlicensed(controls=tuple(rows), total=len(rows), tenant=name_of(tenant), as_of=newest.day)


def _row(profile: Profile, ratings: Ratings) -> UnlicensedRow:
    return UnlicensedRow(
        control=profile.control,
        name=work.name_of(profile.control, profile, ratings.of(profile.control)),
        category=profile.category,
        product=product(profile.service),
        max_points=profile.max_points,
        deprecated=profile.deprecated,
    )
