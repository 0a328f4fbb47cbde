"""Metrics and trends of a range with a gap, and hostile, unknown and empty ones."""

import datetime as dt

from web_samples import CONTOSO, FAILING, NOW, TODAY

from surefoot.pages.trends import CategoryDay, CategoryTrend, GroupTrend, Low, TrendDay, Trends
from surefoot.pages.zones import Zones
from surefoot.scoring.periods import Period
from surefoot.scoring.trends import Flapping, Gap, Repair, Step
from surefoot.scoring.zones import Present, Zone, ZoneDays
from surefoot.web.html.trends import More

MONDAY = dt.date(2026, 11, 16)
WEEK = dt.timedelta(days=7)


def trend_day(back: int, *, known: bool = True) -> TrendDay:
    return TrendDay(
        date=TODAY - dt.timedelta(days=back), points=540.0 - back, max_points=750.0 if known else 0.0,
        percent=(540.0 - back) / 7.5 if known else None,
        zone=(Zone.GOOD if back < 10 else Zone.OKAY) if known else None,
        regressed=back % 3, points_lost=float(back % 3), accepted=back % 2, points_given_up=12.5 * (back % 2),
        average_all=51.2, average_size=None if back > 20 else 62.4, average_industry=None,
    )  # fmt: skip


def period(weeks: int, *, known: bool = True) -> Period:
    first = MONDAY - weeks * WEEK
    parts = {"change": -0.4, "gained": 0.9, "lost": -1.1, "catalogue": -0.3, "other": 0.1, "gained_points": 6.75}
    return Period(
        first=first, last=first + dt.timedelta(days=6), since=first - dt.timedelta(days=1) if known else None,
        until=first + dt.timedelta(days=6) if known else None, lost_points=8.25 if known else None, falls=weeks % 2,
        mended=weeks % 3, **(parts if known else dict.fromkeys(parts)),
    )  # fmt: skip


def category(name: str, *, known: bool = True) -> CategoryTrend:
    days = tuple(
        CategoryDay(
            date=TODAY - dt.timedelta(days=back), points=17.0, max_points=20.0 if known else None,
            percent=85.0 - back if known else None,
        )
        for back in range(39, -1, -1)
    )  # fmt: skip
    return CategoryTrend(
        category=name, percent=85.0 if known else None, since=days[0].date if known else None,
        change=39.0 if known else None, days=days,
    )  # fmt: skip


def trends(text: str = "Safe Attachments", **changes: object) -> Trends:
    """Make a range of 40 days, four of them missing."""
    days = tuple(trend_day(back) for back in range(39, -1, -1) if not 14 <= back <= 17)
    group = GroupTrend(
        basis="AllTenants", name=text, meaning=text, as_of=TODAY, average=51.2, distance=20.8, since=days[0].date,
        distance_before=-2.1,
    )  # fmt: skip
    low = Low(
        control=text, name=text, category="Apps", since=TODAY - WEEK, best_points=8.0, points=2.0, lost=6.0,
        dismissed=True,
    )  # fmt: skip
    values = {
        "tenant": CONTOSO, "first": TODAY - dt.timedelta(days=400), "newest": TODAY, "since": days[0].date,
        "until": TODAY, "missing": 4,
        "gaps": (Gap(first=TODAY - dt.timedelta(days=17), last=TODAY - dt.timedelta(days=14), days=4),), "days": days,
        "zones": Zones(tenant=CONTOSO, good=70.0, okay=40.0, set_for="tenant", set_by=text, set_at=NOW),
        "in_zone": ZoneDays(good=10, okay=26, bad=0, unknown=0),
        "present": Present(zone=Zone.GOOD, since=TODAY - dt.timedelta(days=9), days=10, before=Zone.OKAY),
        "categories": (category("Identity"), category(text), category("Data", known=False)), "groups": (group,),
        "by": Step.WEEK, "periods": (period(3), period(2, known=False), period(1), period(0)), "regressed": (low,) * 9,
        "dismissed": 9,
        "repair": Repair(falls=3, repaired=1, mean_days=6.0, median_days=6.0, last_fall=TODAY, days_since=0),
        "flapping": (Flapping(control=text, name=text, falls=3, repaired=2),),
    }  # fmt: skip
    return Trends(**{**values, **changes})


def unknown() -> Trends:
    """Make a single day without a maximum."""
    days = (trend_day(0, known=False),)
    zones = Zones(tenant=CONTOSO, good=70.0, okay=40.0, set_for="nobody", set_by=None, set_at=None)
    return trends(
        days=days, since=TODAY, missing=0, gaps=(), present=None, in_zone=ZoneDays(good=0, okay=0, bad=0, unknown=1),
        zones=zones, categories=(), groups=(), periods=(), regressed=(), dismissed=0, repair=None, flapping=(),
    )  # fmt: skip


def nothing(*, stored: bool) -> Trends:
    """Make a range without a day."""
    first = TODAY if stored else None
    return trends(
        first=first, newest=first, since=None, until=None, days=(), missing=0, gaps=(), present=None,
        in_zone=ZoneDays(good=0, okay=0, bad=0, unknown=0), categories=(), groups=(), by=Step.DAY, periods=(),
        regressed=(), dismissed=None, repair=None, flapping=(),
    )  # fmt: skip


def beside(text: str | None = None, **changes: object) -> More:
    values = {
        "chosen": "90", "by": Step.WEEK, "refused": text, "synced": FAILING, "may_set": True, "may_all": True,
        "typed": (text, text) if text else None, "zones_refused": text,
    }  # fmt: skip
    return More(**{**values, **changes})
