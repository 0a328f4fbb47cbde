"""A past with a gap, marks and comparison lines, and explanations; hostile ones, too."""

import datetime as dt

from web_samples import CONTOSO, FAILING, NOW, TODAY, history

from surefoot.model import Event, EventSource
from surefoot.pages.changes import ChangeRow, Changes, DayChange, Sum
from surefoot.pages.groups import Group, GroupDay
from surefoot.pages.history import Extreme, History, Subject
from surefoot.scoring.causes import Cause
from surefoot.scoring.changes import Kind
from surefoot.scoring.trends import Gap, Step
from surefoot.web.html.history import More

FELL = TODAY - dt.timedelta(days=19)


def grown(days: int = 90, name: str = "Secure Score") -> History:
    held = history(days)
    kind = "score" if name == "Secure Score" else "control"
    return History(
        tenant=CONTOSO, history=held, first=held[0].date if held else None, missing=4 if held else 0,
        of=Subject(kind=kind, key=None if kind == "score" else name, name=name, estimated=kind != "score"), by=Step.DAY,
        gaps=(Gap(first=TODAY - dt.timedelta(days=59), last=TODAY - dt.timedelta(days=56), days=4),) if held else (),
        best=Extreme(date=TODAY, percent=72.0) if held else None,
        worst=Extreme(date=held[0].date, percent=66.4) if held else None,
        moving=(), months=(), repair=None, flapping=(),
    )  # fmt: skip


def event(source: EventSource, text: str, at: dt.datetime, control: str | None = None) -> Event:
    return Event(
        source=source, id=f"{source}/{text}", at=at, title=text, actor=text, targets=(text,), control=control,
        url="https://entra.example/x" if source is EventSource.INCIDENT else None,
    )  # fmt: skip


def events(text: str) -> tuple[Event, ...]:
    return tuple(
        event(source, text, NOW - dt.timedelta(days=2 + n * 7), "demo_1" if source is EventSource.DECISION else None)
        for n, source in enumerate(EventSource)
    )


def more(text: str = "Rolled out") -> More:
    days = history()
    groups = tuple(
        Group(
            basis=basis, name=f"{text} {basis}", meaning=text, as_of=TODAY, average=50.0, distance=22.0,
            distance_before=None, movement=None, categories=(),
            history=tuple(GroupDay(date=d.date, percent=d.percent, average=50.0 + n) for d in days),
        )
        for n, basis in enumerate(("AllTenants", "TotalSeats"))
    )  # fmt: skip
    return More(
        chosen="90", subjects={"demo_1": (text, "Identity"), text: (text, text)}, events=events(text), events_total=300,
        told={FELL: fell(text)}, asked=("AllTenants", "TotalSeats"), groups=groups, last=TODAY,
        synced=FAILING,
    )  # fmt: skip


def untold(refused: str | None = None) -> More:
    return More(chosen="", subjects={}, refused=refused, asked=("AllTenants",))


def fell(text: str) -> DayChange:
    return DayChange(
        date=FELL, since=FELL - dt.timedelta(days=1), difference=-2.4, points=-18.0, max_points=0.0,
        kinds=(Sum(key="regressed", percent=-2.4, changes=1),), sentence=text,
    )  # fmt: skip


def change(kind: Kind, part: float | None, **changes: object) -> ChangeRow:
    values = {
        "kind": kind, "control": f"demo_{kind}_{part or 0}", "name": f"Name of {kind} {part or 0}", "category": "Apps",
        "service": "EXO", "percent": part, "earned": part, "catalogue": 0.0, "points": 7.5 * (part or 1.0),
        "max_points": 0.0, "points_before": 0.0, "points_after": 2.0, "max_before": 9.0, "max_after": 9.0,
        "count_before": 318.0, "count_after": 792.0, "total": 1204.0, "day": FELL, "causes": (),
    }  # fmt: skip
    return ChangeRow(**{**values, **changes})


PARTS = (1.9, 0.7, 0.6, 0.3, 0.2, 0.2, 0.1, 0.1, 0.05, -0.02, -0.03)


def explained(text: str = "Score rose", *, known: bool = True) -> Changes:
    """Rise by 3.0 in all: gains, losses, the catalogue, and what no control stands for."""
    cause = Cause(event=event(EventSource.NOTE, text, NOW), likelihood=0.5, why=(text,))
    rows = [
        change(Kind.GAINED if part > 0 else Kind.REGRESSED, part if known else None, causes=(cause, cause))
        for part in PARTS
    ]
    rows += [
        change(
            Kind.CONTROL_ADDED, -1.1 if known else None, points_before=None, max_before=None, name=text, category=text
        ),
        change(Kind.UNEXPLAINED, 0.0 if known else None, control=None, name=None, category=None, day=None),
    ]
    return Changes(
        tenant=CONTOSO, since=TODAY - dt.timedelta(days=30), until=TODAY,
        percent_before=69.0 if known else None, percent_after=72.0 if known else None,
        difference=3.0 if known else None, points_before=517.5, points_after=540.0, max_before=750.0, max_after=750.0,
        sentence=text, licences_added=(text,), licences_ended=("EMS",), changes=tuple(rows), by_kind=(),
        by_category=(), by_service=(), by_day=(fell(text),),
    )  # fmt: skip
