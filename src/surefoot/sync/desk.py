"""What decisions about a tenant are checked against: read once, however many are taken."""

import msgspec
from sqlalchemy import Connection

from surefoot.errors import InputRefused, NotFound
from surefoot.model import AcceptanceRequest, RequestState, Standing, Status, Tenant
from surefoot.scoring import actions, maxima
from surefoot.scoring.policy import Policy
from surefoot.scoring.ratings import Ratings
from surefoot.store import conflicts, history, policies, requests, standings


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's newest day with what is decided, disputed and asked for."""

    tenant: Tenant
    ratings: Ratings
    policy: Policy
    standings: dict[str, Standing]
    """By the control's folded id, as the next two."""
    disputed: frozenset[str]
    asked: dict[str, AcceptanceRequest]
    """What waits for a second person."""

    def standing(self, control: str) -> Standing:
        """Find a control of the newest day; `NotFound` when that day does not score it."""
        found = self.standings.get(control.casefold())
        if found is None:
            message = (
                f"{self.tenant.name} has no action {control!r} on its newest day: the list of actions has the ids."
            )
            raise NotFound(message)
        return found

    def status(self, standing: Standing) -> Status:
        """Say where the work on a control stands."""
        return actions.status(standing, maxima.maximum(standing, self.ratings))

    def undisputed(self, control: str) -> None:
        """Refuse a control about which Surefoot and Microsoft disagree."""
        if control.casefold() in self.disputed:
            message = (
                f"Surefoot and Microsoft disagree about {control}: say first which holds, with `surefoot resolve`."
            )
            raise InputRefused(message)


def desk_of(conn: Connection, tenant: Tenant, ratings: Ratings) -> Desk:
    """Read all that decisions about a tenant are checked against."""
    day = history.newest_day(conn, tenant)
    return Desk(
        tenant=tenant,
        ratings=ratings,
        policy=policies.of(conn, tenant),
        standings={s.score.control.casefold(): s for s in (standings.of(conn, tenant, day) if day else ())},
        disputed=frozenset(conflicts.open_of(conn, tenant)),
        asked={
            r.asked.control.casefold(): r for r in reversed(requests.of(conn, tenant, states=[RequestState.PENDING]))
        },
    )
