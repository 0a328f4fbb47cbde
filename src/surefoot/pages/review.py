"""What about a tenant's actions somebody should look at, each as a count that leads to a list."""

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from surefoot.model import CLOSED, Outgoing, RequestState, Stage, Status, Tenant
from surefoot.pages.outbox import Sending, sending_of
from surefoot.scoring import actions as work
from surefoot.scoring.actions import Action, News, NewsKind
from surefoot.scoring.regressions import in_force
from surefoot.store import conflicts, dismissals, outgoing, policies, requests

RECENT = dt.timedelta(days=30)
"""For how long after Surefoot first saw it something is recent."""


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of actions, or of what waits for somebody."""

    regressed: int
    """With fewer points than their best of the last 90 days."""
    regressed_lost: float
    """How many points fewer, together; dismissed or not."""
    regressed_to_gain: float
    """What the open ones of them have to gain, which may be more than they lost, where it is known."""
    dismissed: int
    """Those of them that somebody dismissed."""
    to_address: int
    planned: int
    risk_accepted: int
    recently_added: int
    recently_updated: int
    """Reworded, reclassified or re-weighed by Microsoft."""
    recent_since: dt.date
    """The first day that counts as recent."""
    waiting: int
    """Decisions that were sent, or are to be sent, and that no reading has shown yet."""
    expected_by: dt.datetime | None
    """Until when a reading should have shown all that were sent; None when none was."""
    late: int
    """Those of them that should have been shown by now."""
    refused: int
    """Decisions that Microsoft did not take."""
    conflicts: int
    requests: int
    """Acceptances that wait for a second person."""
    overdue: int
    """Open actions whose due date has passed."""
    ending: int
    """Accepted risks that end within `ending_days`."""
    ending_days: int


def is_recent(news: News | None, kind: NewsKind, day: dt.date) -> bool:
    """Say whether something is new as of a stored day."""
    return news is not None and news.kind is kind and news.day >= day - RECENT


def build(
    conn: Connection,
    tenant: Tenant,
    ranked: Sequence[Action],
    news: Mapping[str, News],
    *,
    day: dt.date,
    now: dt.datetime,
) -> Review:
    """Count as of the newest stored day; `news` is by folded id, `now` is what dates are compared with."""
    told = [news.get(a.id.casefold()) for a in ranked]
    sent = outgoing.of(conn, tenant, (Stage.WAITING, Stage.SENT, Stage.REFUSED))
    on_the_way = _on_the_way(sent, ranked, now)
    remind, today = policies.of(conn, tenant).remind_days, now.date()
    return Review(
        regressed=sum(a.regressed is not None for a in ranked),
        regressed_lost=work.lost(ranked),
        regressed_to_gain=work.available([a for a in ranked if a.regressed]),
        dismissed=len(in_force(ranked, dismissals.in_force(conn, tenant))),
        to_address=_count(ranked, Status.TO_ADDRESS),
        planned=_count(ranked, Status.PLANNED),
        risk_accepted=_count(ranked, Status.RISK_ACCEPTED),
        recently_added=sum(is_recent(n, NewsKind.ADDED, day) for n in told),
        recently_updated=sum(is_recent(n, NewsKind.UPDATED, day) for n in told),
        recent_since=day - RECENT,
        waiting=len(on_the_way),
        expected_by=max((s.expected_by for s in on_the_way if s.expected_by), default=None),
        late=sum(s.overdue for s in on_the_way),
        refused=sum(o.stage is Stage.REFUSED for o in sent),
        conflicts=conflicts.count(conn, [tenant]),
        requests=len(requests.of(conn, tenant, states=[RequestState.PENDING])),
        overdue=sum(_is_overdue(a, today) for a in ranked),
        ending=sum(_ends(a, today, remind) for a in ranked),
        ending_days=remind,
    )


def _count(ranked: Sequence[Action], status: Status) -> int:
    return sum(a.status is status for a in ranked)


def _on_the_way(sent: Sequence[Outgoing], ranked: Sequence[Action], now: dt.datetime) -> list[Sending]:
    services = {a.id.casefold(): a.service for a in ranked}
    return [sending_of(o, now, services.get(o.control.casefold())) for o in sent if o.stage is not Stage.REFUSED]


def _is_overdue(action: Action, today: dt.date) -> bool:
    due = action.plan.due if action.plan else None
    return due is not None and due < today and action.status not in CLOSED


def _ends(action: Action, today: dt.date, days: int) -> bool:
    end = action.decision.review_on if action.decision else None
    accepted = action.status is Status.RISK_ACCEPTED
    return accepted and end is not None and (end - today).days <= days
