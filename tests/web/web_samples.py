"""Page objects as the demo tenant's newest day gives them, and hostile ones, for tests without a store."""

import datetime as dt

from surefoot.model import (
    AcceptanceRequest,
    Conflict,
    Decision,
    Difficulty,
    Dismissal,
    Impact,
    Level,
    Outgoing,
    Plan,
    Profile,
    Source,
    Stage,
    StateUpdate,
    Status,
)
from surefoot.pages.actions import ActionPage, Actions
from surefoot.pages.among import Among, Averaged, Own
from surefoot.pages.comparison import Estimate
from surefoot.pages.counting import View
from surefoot.pages.detail import ActionDetail, Possible, StepKind, TimelineStep, Undo
from surefoot.pages.elsewhere import Elsewhere
from surefoot.pages.marks import Mark
from surefoot.pages.moved import Moved, Part
from surefoot.pages.outbox import Sending
from surefoot.pages.overview import CategoryScore, HistoryDay, Maxima, Overview, Score, Synced, TenantName, Trend
from surefoot.pages.portfolio import Portfolio, PortfolioGroup, PortfolioRow
from surefoot.pages.review import Review
from surefoot.scoring.actions import Action, Regression
from surefoot.scoring.changes import Kind
from surefoot.scoring.comparison import Range
from surefoot.store.elsewhere import Row

NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 23)
CONTOSO = TenantName(id="0c0a1e5e-0000-4000-8000-000000000001", name="Contoso")
HOSTILE = "<img src=x onerror=alert(1)>\"'&amp; \u202etxt"


def synced(**changes: object) -> Synced:
    values = {
        "at": NOW - dt.timedelta(hours=3), "error": None, "message": None, "failing_since": None, "request_id": None,
        "due_at": NOW + dt.timedelta(hours=20),
    }  # fmt: skip
    return Synced(**{**values, **changes})


FAILING = synced(
    at=NOW - dt.timedelta(days=3),
    error="consent-missing",
    message="Nobody has granted the app the permission that this needs. Under App registrations, API permissions, add "
    "SecurityEvents.Read.All and choose 'Grant admin consent'.",
    failing_since=NOW - dt.timedelta(days=2, hours=4),
    request_id="5b1f2c1e-8a7e-4a39-9a4f-0d4f7d1c2b3a",
)


def action(rank: int, name: str, category: str, **changes: object) -> Action:
    values = {
        "id": f"demo_{rank}", "name": name, "category": category, "service": "AzureAD", "product": "Microsoft Entra ID",
        "status": Status.TO_ADDRESS, "impact": Impact.HIGH, "difficulty": Difficulty.EASY,
        "difficulty_estimated": False, "points": 15.0, "earned_points": 0.0, "max_points": 15.0,
        "max_estimated": False, "score_impact": 2.0, "quick_win": False, "regressed": None, "rank": rank,
        "microsoft_rank": rank, "tier": "Core", "action_type": "Config", "applicable": None,
        "status_text": None, "count": None, "total": None,
        "synced_at": NOW - dt.timedelta(days=2), "microsoft_state": None, "decision": None, "plan": None,
    }  # fmt: skip
    return Action(**{**values, **changes})


def plan(control: str, owner: str, due: dt.date) -> Plan:
    return Plan(control=control, changed_at=NOW - dt.timedelta(days=9), changed_by="anna", owner=owner, due=due)


def decision(control: str, **changes: object) -> Decision:
    values = {
        "control": control, "status": Status.PLANNED, "decided_at": NOW - dt.timedelta(days=9),
        "decided_by": "anna", "comment": "With the rollout in December.",
        "owner": "J. Ortiz", "due": dt.date(2026, 12, 5),
    }  # fmt: skip
    return Decision(**{**values, **changes})


FIVE = (
    action(
        1, "Enable MFA for all users", "Identity", quick_win=True, status=Status.IN_PROGRESS,
        status_text="792 of 1,204 users have registered and are protected by MFA.", decision=decision("demo_1"),
    ),
    action(
        2, "Block legacy authentication", "Identity", points=12.0, max_points=12.0, score_impact=1.6,
        difficulty=Difficulty.MEDIUM,
    ),
    action(
        3, "Configure DLP policies for sensitive info", "Data", points=18.0, max_points=18.0, score_impact=2.4,
        difficulty=Difficulty.COMPLEX, difficulty_estimated=True, status=Status.PLANNED,
        product="Microsoft Purview Information Protection",
        decision=decision("demo_3"), plan=plan("demo_3", "S. Lund", dt.date(2026, 11, 20)),
    ),
    action(
        4, "Enable Safe Attachments for SharePoint", "Apps", points=8.0, max_points=8.0, score_impact=8 / 7.5,
        impact=Impact.MEDIUM, product="Defender for Office 365",
        regressed=Regression(since=dt.date(2026, 11, 3), best_points=8.0),
    ),
    action(
        5, "Enable BitLocker on all devices", "Device", points=10.0, earned_points=2.0, max_points=12.0,
        score_impact=10 / 7.5, impact=Impact.MEDIUM, difficulty=Difficulty.MEDIUM, product="Defender for Endpoint",
        status=Status.IN_PROGRESS, status_text="88 of 530 devices are not encrypted.",
    ),
)  # fmt: skip

REST = (
    action(
        6, "Ensure that the sign-in risk policy challenges users whose sign-ins look risky, in every client and on "
        "every platform that your organisation still supports this year", "Identity", points=7.0, max_points=7.0,
        score_impact=7 / 7.5, impact=Impact.MEDIUM, difficulty=None,
    ),
    action(
        7, "Restrict anonymous users from joining meetings", "Apps", points=1.0, max_points=1.0, score_impact=1 / 7.5,
        impact=Impact.LOW, product="Microsoft Teams", difficulty_estimated=True,
    ),
    action(
        8, "scid_2090", "Infrastructure", points=None, max_points=None, score_impact=None, impact=None,
        difficulty=None, product=None, service=None,
    ),
    action(
        9, "Limit user consent to apps", "Identity", points=4.0, max_points=4.0, score_impact=4 / 7.5, impact=None,
        status=Status.RISK_ACCEPTED, max_estimated=True,
    ),
    action(10, "Mail flow rules do not bypass filtering", "Apps", points=0.0, earned_points=5.0, max_points=5.0,
           score_impact=0.0, impact=None, status=Status.COMPLETED),
    action(11, "Customer Lockbox is on", "Quantum", points=0.0, earned_points=3.0, max_points=3.0,
           score_impact=0.0, impact=None, status=Status.THIRD_PARTY),
)  # fmt: skip


def history(days: int = 90) -> tuple[HistoryDay, ...]:
    """Some weeks of slow work, a fall and its repair, and four days missing."""
    made = []
    for back in range(days - 1, -1, -1):
        if 56 <= back <= 59:
            continue
        done = days - 1 - back
        points = 498 + done * 0.28 + (14 if done >= 22 else 0) - (18 if 13 <= back <= 19 else 0)
        points = 540.0 if back == 0 else round(min(540.0, points), 2)
        made.append(
            HistoryDay(
                date=TODAY - dt.timedelta(days=back),
                points=points,
                max_points=750.0,
                percent=points / 7.5,
                source=Source.GRAPH,
            )
        )
    return tuple(made)


def _category(name: str, points: float, max_points: float, trend: float, about: str) -> CategoryScore:
    return CategoryScore(
        category=name, points=points, max_points=max_points, percent=100 * points / max_points, trend=trend,
        controls=24, known_maxima=24, about=about,
    )  # fmt: skip


def _score(points: float, max_points: float) -> Score:
    return Score(points=points, max_points=max_points, percent=100 * points / max_points)


def overview(**changes: object) -> Overview:
    values = {
        "tenant": CONTOSO, "as_of": TODAY, "points": 540.0, "max_points": 750.0, "percent": 72.0, "unknown": None,
        "points_available": 85.0, "trend": Trend(since=dt.date(2026, 10, 24), percent=3.0, points=22.5),
        "categories": (
            _category("Identity", 255.0, 300.0, 1.2, "MFA, Conditional Access, roles, sign-in risk"),
            _category("Device", 51.0, 75.0, 2.0, "Intune compliance, BitLocker, Defender for Endpoint"),
            _category("Apps", 117.0, 150.0, -0.8, "Mail protection, app consent, Teams and SharePoint"),
            _category("Data", 117.0, 225.0, 0.0, "DLP, sensitivity labels, encryption"),
        ),
        "statuses": {
            Status.COMPLETED: 45, Status.IN_PROGRESS: 12, Status.PLANNED: 8, Status.RISK_ACCEPTED: 5,
            Status.TO_ADDRESS: 17, Status.THIRD_PARTY: 0, Status.ALTERNATE: 0,
        },
        "planned_score": _score(576.0, 750.0), "achievable_score": _score(625.0, 750.0),
        "adjusted_score": _score(540.0, 625.0),
        "views": tuple(
            View(key=key, name=key.title(), points=p, max_points=750.0, percent=p / 7.5, counted="So.")
            for key, p in (("raw", 540.0), ("planned", 576.0), ("achievable", 625.0), ("adjusted", 648.0))
        ),
        "history": history(), "synced": synced(), "open_actions": 37,
        "regressed": 1, "quick_wins": 6, "top_actions": FIVE,
        "maxima": Maxima(known=78, estimated=4, controls=91, unknown_points=28.0),
        "licensed_users": 1204, "active_users": 1180,
    }  # fmt: skip
    return Overview(**{**values, **changes})


def review(**changes: object) -> Review:
    values = dict.fromkeys(Review.__struct_fields__, 0) | {
        "recent_since": TODAY - dt.timedelta(days=30), "expected_by": None, "ending_days": 14,
    }  # fmt: skip
    return Review(**{**values, **changes})


def moved(**changes: object) -> Moved:
    parts = (
        Part(kind=Kind.GAINED, control="demo_1", name="Enable MFA for all users", percent=1.5, changes=1),
        Part(kind=Kind.REGRESSED, control="demo_4", name="Enable Safe Attachments", percent=-0.5, changes=1),
    )
    values = {
        "since": TODAY - dt.timedelta(days=7), "until": TODAY, "quiet": False, "percent_before": 71.0,
        "percent_after": 72.0, "difference": 1.0, "sentence": "Score rose.", "parts": parts, "changes": 2,
    }  # fmt: skip
    return Moved(**{**values, **changes})


def among(name: str = "Organizations with 1000 to 2499 seats", **changes: object) -> Among:
    group = Averaged(basis="TotalSeats", name=name, about=name, as_of=TODAY, average=62.4, distance=9.6)
    values = {
        "groups": (group,), "estimate": Estimate(range=Range(60.0, 90.0), unknown=None, method=name),
        "own": Own(tenants=26, rank=5, median=64.8, too_small=None),
    }  # fmt: skip
    return Among(**{**values, **changes})


def reviewed(name: str) -> dict[str, object]:
    """Give all that an overview may have, named so."""
    mark = Mark(date=TODAY, since=TODAY - dt.timedelta(days=1), change=-2.4, title=name, source=None, more=1, others=1)
    part = Part(kind=Kind.GAINED, control=name, name=name, percent=1.0, changes=1)
    counts = {n: 3 for n in Review.__struct_fields__ if n not in {"recent_since", "expected_by"}}
    return {
        "review": review(**counts, expected_by=NOW), "moved": moved(parts=(part,), sentence=name, changes=1),
        "among": among(name), "marks": (mark,), "licences": (name, "A", "B"),
    }  # fmt: skip


def compared() -> dict[str, object]:
    """Give an overview on which nothing moved, with too few tenants to compare."""
    few = Own(tenants=None, rank=None, median=None, too_small="Fewer than 5 of your tenants have a score.")
    return {
        "review": review(), "moved": moved(quiet=True), "licences": ("Microsoft 365 E5",),
        "among": among(groups=(), estimate=Estimate(range=None, unknown="No average.", method="M"), own=few),
    }  # fmt: skip


def empty() -> Overview:
    return overview(
        as_of=None, points=None, max_points=None, percent=None, unknown="Surefoot has not read this tenant yet.",
        points_available=None, trend=None, categories=(), statuses=dict.fromkeys(Status, 0), planned_score=None,
        achievable_score=None, adjusted_score=None, views=(), history=(), synced=synced(at=None), open_actions=0,
        regressed=0, quick_wins=0, top_actions=(), maxima=Maxima(known=0, estimated=0, controls=0, unknown_points=0.0),
        licensed_users=None, active_users=None,
    )  # fmt: skip


def actions(shown: tuple[Action, ...] = FIVE + REST) -> Actions:
    return Actions(
        actions=shown, total=len(shown), tenant=CONTOSO, as_of=TODAY, points_available=85.0, open_actions=37,
        scored=87, quick_wins=6, regressed=1, points_lost=8.0,
        categories=("Apps", "Data", "Device", "Identity", "Infrastructure", "Quantum"),
    )  # fmt: skip


PROFILE = Profile(
    control="demo_1", title="Enable MFA for all users", category="Identity", service="AzureAD", max_points=15.0,
    cost=Level.LOW, user_impact=None, threats=("Account breach", "Password cracking"),
    action_url="https://entra.example/policies",
    remediation="<p>Make a Conditional Access policy:</p><ol><li>Choose <b>All users</b>.</li><li>Leave out the two "
    'emergency accounts.</li><li>Require multifactor authentication.</li></ol><script>alert(1)</script>'
    '<p><a href="javascript:alert(1)" onclick="x()">Bad</a> <a href="https://learn.example/mfa">Read more</a></p>',
    remediation_impact="<p>Users register a second factor at their next sign-in.</p>",
    updates=(
        StateUpdate(state="Default"),
        StateUpdate(state="ThirdParty", comment="Duo", updated_by="bo@contoso.example", assigned_to="Bo",
                    updated_at=NOW - dt.timedelta(days=200)),
    ),
)  # fmt: skip


def action_page(**changes: object) -> ActionPage:
    older = decision("demo_1", status=Status.TO_ADDRESS, decided_at=NOW - dt.timedelta(days=40), owner=None, due=None)
    values = {
        "action": FIVE[0], "tenant": CONTOSO, "as_of": TODAY, "profile": PROFILE,
        "decisions": (decision("demo_1", status=Status.IN_PROGRESS), older),
    }  # fmt: skip
    return ActionPage(**{**values, **changes})


def detail(page: ActionPage, **changes: object) -> ActionDetail:
    possible = tuple(
        Possible(status=s, needs=("a reason",), counts="Its points.", asks=True, microsoft="Kept here.")
        for s in Status if s is not Status.COMPLETED
    )  # fmt: skip
    steps = tuple(
        TimelineStep(
            at=d.decided_at, kind=StepKind.DECISION, by=d.decided_by, what=d.status.value, why=d.comment, decision=d
        )
        for d in page.decisions
    )
    plan_step = TimelineStep(at=NOW, kind=StepKind.PLAN, by="anna", what="Plan: owner anna", why=None)
    values = {
        "tenant": CONTOSO, "as_of": TODAY, "action": page.action, "possible": possible, "sending": None,
        "conflict": None, "request": None, "undo": None, "dismissed": None,
        "manage_url": "https://entra.example/policies", "manage_in": "Microsoft's portal",
        "timeline": (plan_step, *steps), "elsewhere": elsewhere()["elsewhere"],
    }  # fmt: skip
    return ActionDetail(**{**values, **changes})


def elsewhere(name: str = "Fabrikam") -> dict[str, object]:
    """Give a control in other tenants, named so."""
    rows = tuple(
        Row(
            tenant=TenantName(id=f"{n:08d}-0000-4000-8000-000000000009", name=name), status=status, earned_points=1.0,
            max_points=None, points=None, impact=None, regressed=True, owner=name, due=None, decided_at=NOW,
            decided_by=name,
        )
        for n, status in enumerate((Status.TO_ADDRESS, Status.COMPLETED, Status.RISK_ACCEPTED))
    )  # fmt: skip
    undo = Undo(status=Status.TO_ADDRESS, decided_by=name, decided_at=NOW)
    return {"elsewhere": Elsewhere(tenants=rows, total=4, open=1, statuses={}), "undo": undo}


def disputed(name: str) -> dict[str, object]:
    """Give a conflict, told so by both sides."""
    found = Conflict(
        key=1, control=name, found_at=NOW, ours=Status.PLANNED, ours_by=name, ours_at=NOW, ours_comment=name,
        theirs="Ignored", theirs_by=name, theirs_at=NOW, theirs_comment=name,
    )  # fmt: skip
    return {"conflict": found, "possible": ()}


def waiting(name: str) -> dict[str, object]:
    """Give a request that waits, and a decision on its way."""
    asked = decision("demo_4", status=Status.RISK_ACCEPTED, review_on=TODAY, comment=name, decided_by=name)
    out = Outgoing(
        key=1, control="demo_4", state="Ignored", stage=Stage.SENT, made_at=NOW, made_by=name, sent_at=NOW, message=name
    )
    sending = Sending(outgoing=out, expected_by=NOW, overdue=True, hint=name)
    return {"request": AcceptanceRequest(key=7, asked=asked), "sending": sending}


def dismissed(name: str) -> dict[str, object]:
    """Give a regression that somebody dismissed."""
    word = Dismissal(
        control="demo_4", points=0.0, best_points=8.0, reason=name, dismissed_at=NOW, dismissed_by=name
    )  # fmt: skip
    return {"dismissed": word}


NAMES = ("Adatum", "Alpine Ski House", "Bellows College", "Contoso", "Fabrikam", "Northwind Traders", "Trey Research")


def portfolio(*rows: PortfolioRow, **changes: object) -> Portfolio:
    shown = rows or tuple(portfolio_row(place, name) for place, name in enumerate(NAMES))
    values = {
        "tenants": shown, "total": len(shown), "scored": 6, "average": 61.5, "highest": 80.0, "lowest": 42.0,
        "problems": 2, "newest": TODAY, "on_newest": 5, "next": "abc",
    }  # fmt: skip
    return Portfolio(**{**values, **changes})


def groups_of(page: Portfolio) -> tuple[PortfolioGroup, ...]:
    """Put two tenants of a portfolio under a label of more, and one without a score under none."""
    first, second, *_ = page.tenants
    return (
        PortfolioGroup(label="gold", tenants=(first, second), total=34, average=53.3, scored=33, place=1),
        PortfolioGroup(label=None, tenants=(second,), total=1, average=None, scored=0, place=None),
    )


def portfolio_row(place: int, name: str, **changes: object) -> PortfolioRow:
    new, failing = name == "Trey Research", name == "Fabrikam"
    tenant = CONTOSO if name == "Contoso" else TenantName(id=f"{place:08d}-0000-4000-8000-000000000009", name=name)
    values = {
        "tenant": tenant,
        "as_of": TODAY, "points": 400.0, "max_points": 750.0, "percent": 53.3, "change_1": 0.0, "change_7": 1.2,
        "change_30": 3.0 - place, "change_90": None, "points_available": 85.0, "open_actions": 37, "regressions": place,
        "dismissed": place % 2,
        "since_1": TODAY - dt.timedelta(days=1), "since_7": TODAY - dt.timedelta(days=8),
        "since_30": TODAY - dt.timedelta(days=30), "since_90": None,
        "rank": place + 1, "percentile": 50.0, "industry": "Education", "labels": ("gold", "school")[: place % 3],
        "synced_at": NOW - dt.timedelta(hours=3), "failing_since": None, "problem": None,
    }  # fmt: skip
    if failing:
        values |= {"as_of": TODAY - dt.timedelta(days=5), "failing_since": NOW - dt.timedelta(days=4)}
        values |= {"problem": FAILING.message}
    if new:
        values |= dict.fromkeys(values.keys() - {"tenant", "labels"})
        values |= {"problem": "Surefoot has not read this tenant yet."}
    return PortfolioRow(**{**values, **changes})
