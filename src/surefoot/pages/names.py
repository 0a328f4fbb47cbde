"""What controls are called, wherever a list names them: by their titles, not by their ids."""

from collections.abc import Collection, Mapping

import msgspec
from sqlalchemy import Connection

from surefoot.model import Tenant
from surefoot.scoring.actions import title_of
from surefoot.scoring.products import product
from surefoot.scoring.ratings import Ratings
from surefoot.store import profiles
from surefoot.store.profiles import Title


class ControlName(msgspec.Struct, frozen=True, kw_only=True):
    """A control as lists name it."""

    name: str
    """Its title in the tenant; the id when there is none."""
    category: str | None
    service: str | None
    product: str | None


class Names(msgspec.Struct, frozen=True):
    """The names of some controls in some tenants."""

    titles: Mapping[tuple[int, str], Title]
    ratings: Ratings

    def of(self, tenant: Tenant, control: str) -> ControlName:
        """Name a control of a tenant."""
        found, rating = self.titles.get((tenant.key, control.casefold())), self.ratings.of(control)
        service = (found.service if found else None) or (rating.service if rating else None)
        return ControlName(
            name=title_of(control, found.title if found else None, rating),
            category=(found.category if found else None) or (rating.category if rating else None),
            service=service,
            product=product(service),
        )


def names_of(conn: Connection, wanted: Collection[tuple[Tenant, str]], ratings: Ratings) -> Names:
    """Read what some tenants' controls are called."""
    return Names(profiles.titles(conn, wanted), ratings)
