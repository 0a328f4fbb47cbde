"""Comparisons for the templates: an ordinary one, a hostile one, one of which nothing is known."""

import datetime as dt

from web_samples import CONTOSO, FAILING, NOW, TODAY

from surefoot.model import Status, Tenant, TenantName
from surefoot.pages.against import ControlGap, Counterpart
from surefoot.pages.cohorts import Cohort
from surefoot.pages.comparison import Beside, CategoryLine, Comparison, Estimate, Rung, Verdict, Word
from surefoot.pages.groups import Against, Group, GroupDay
from surefoot.pages.shares import ControlShare, Example
from surefoot.scoring.comparison import Range
from surefoot.scoring.ways import Way
from surefoot.web.html import comparison as view
from surefoot.web.html.contexts import Frame

FABRIKAM = TenantName(id="0c0a1e5e-0000-4000-8000-000000000002", name="Fabrikam")


def group(basis: str, text: str, average: float | None) -> Group:
    days = tuple(
        GroupDay(date=TODAY - dt.timedelta(days=back), percent=70.0 - back / 10, average=average)
        for back in range(40, -1, -1)
        if back != 20
    )
    gap = None if average is None else 70.0 - average
    return Group(
        basis=basis, name=text, meaning=text, as_of=TODAY - dt.timedelta(days=1), average=average, distance=gap,
        distance_before=gap, movement="steady" if gap else None, history=days,
        categories=(Against(category="Identity", percent=80.0, average=50.0, distance=30.0),),
    )  # fmt: skip


def cohort(kind: str, name: str, *, small: bool = False) -> Cohort:
    if small:
        nothing = dict.fromkeys(
            ("tenants", "members", "rank", "percentile", "average", "median", "highest", "lowest", "highest_tenant",
             "lowest_tenant")
        )  # fmt: skip
        return Cohort(kind=kind, name=name, too_small="Too few.", categories=(), **nothing)
    ends = TenantName(id=FABRIKAM.id, name=name)
    return Cohort(
        kind=kind, name=name, tenants=6, members=7, too_small=None, rank=2, percentile=75.0, average=60.0, median=61.0,
        highest=80.0, lowest=40.0, highest_tenant=ends, lowest_tenant=ends, categories=(),
    )  # fmt: skip


def gap(text: str, status: Status | None) -> ControlGap:
    return ControlGap(
        control=text, name=text, category=text, status=Status.TO_ADDRESS, their_status=status, percent=0.0,
        average=100.0, distance=-100.0, worth=1.23,
    )  # fmt: skip


def counterpart(text: str, **changes: object) -> Counterpart:
    values = {
        "name": text, "tenant": TenantName(id=FABRIKAM.id, name=text), "label": None, "tenants": 1, "unknown": None,
        "as_of": TODAY - dt.timedelta(days=3), "percent": 60.0, "distance": 10.0, "sentence": text,
        "categories": (
            Against(category="Identity", percent=80.0, average=50.0, distance=30.0),
            Against(category=text, percent=None, average=None, distance=None),
        ),
        "ahead": (gap(text, Status.COMPLETED),), "behind": (gap("x", None),), "ahead_total": 11, "behind_total": 1,
        "same": 3, "only_here": 1, "only_there": 2, "common": 5, "scored": 12, "warning": text, "unscored": (text,),
    }  # fmt: skip
    return Counterpart(**{**values, **changes})


def compared(text: str = "Words", **changes: object) -> Comparison:
    lines = tuple(
        CategoryLine(
            category=category,
            percent=percent,
            scored=percent is not None,
            groups=(
                Beside(kind="TotalSeats", average=44.0, distance=26.0), Beside(kind=text, average=None, distance=None),
                Beside(kind="portfolio", average=72.0, distance=-2.0),
            ),
        )
        for category, percent in (("Identity", 70.0), (text, None))
    )  # fmt: skip
    values = {
        "tenant": CONTOSO, "as_of": TODAY, "percent": 70.0,
        "verdict": Verdict(word=Word.ABOVE, answer=text, sentence=text),
        "ladder": (
            Rung(kind="you", name=text, percent=70.0, distance=None, as_of=TODAY),
            Rung(kind="portfolio", name=text, percent=61.0, distance=9.0, as_of=TODAY),
            Rung(kind="TotalSeats", name=text, percent=None, distance=None, as_of=TODAY - dt.timedelta(days=1)),
        ),
        "categories": lines, "groups": (group("AllTenants", text, 50.0), group("TotalSeats", text, None)),
        "no_groups": None,
        "estimate": Estimate(range=Range(low=61.0, high=78.0), unknown=None, method=text, given=text),
        "cohorts": (cohort("portfolio", text), cohort("label", text), cohort("licences", text),
                    cohort("industry", text, small=True)),
        "against": counterpart(text),
        "actions": (
            ControlShare(
                control=text, name=text, scored=6, completed=5, percent=83.3, sentence=text,
                example=Example(
                    tenant=TenantName(id=FABRIKAM.id, name=text),
                    way=Way(begun=TODAY - dt.timedelta(days=6), done=TODAY, days=6),
                ),
            ),
            ControlShare(control="b", name="b", scored=7, completed=0, percent=0.0, sentence="", example=None),
            ControlShare(control="c", name="c", scored=None, completed=None, percent=None, sentence="", example=None),
        ),
    }  # fmt: skip
    return Comparison(**{**values, **changes})


def unknown(**changes: object) -> Comparison:
    """Know nothing but the tenant's day."""
    said = Estimate(range=None, unknown="Microsoft sent no average.", method="M", given="G")
    values = {
        "percent": None, "verdict": Verdict(word=None, answer="Not known yet", sentence="Why."),
        "ladder": (Rung(kind="you", name="Contoso", percent=None, distance=None, as_of=TODAY),), "categories": (),
        "groups": (), "no_groups": "Microsoft sent no averages.", "estimate": said,
        "cohorts": (cohort("portfolio", "Your tenants", small=True),), "against": None, "actions": (),
    }  # fmt: skip
    return compared(**{**values, **changes})


def tenant(name: str) -> Tenant:
    return Tenant(key=2, id=FABRIKAM.id, name=name, created_at=NOW)


def page(made: Comparison, frame: Frame, text: str = "Words", **changes: object) -> view.ComparisonPage:
    values = {"visible": [tenant(text)], "words": [text], "chosen": "90", "refused": text, "synced": FAILING}
    return view.view(made, frame, **{**values, **changes})
