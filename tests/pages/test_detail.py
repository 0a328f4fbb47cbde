"""One action with all that happened to it, the same control elsewhere, and how a decision is taken back."""

import datetime as dt

import pytest
from pages_world import NO_RATINGS, NOW, fill
from sqlalchemy import Engine

from surefoot.errors import InputRefused
from surefoot.model import Decision, Role, Side, Status, Tenant
from surefoot.pages import detail
from surefoot.pages.detail import ActionDetail
from surefoot.store import database, tenants
from surefoot.sync.decisions import decide
from surefoot.sync.derived import refresh
from surefoot.sync.dismissals import dismiss
from surefoot.sync.plans import PlanChange, replan
from surefoot.sync.undoing import take_back
from surefoot.sync.weighing import Who

ANNA = Who(name="anna", role=Role.ADMINISTRATOR, now=NOW + dt.timedelta(hours=2))


@pytest.fixture
def portfolio(engine: Engine) -> list[Tenant]:
    made = []
    for number, (name, points) in enumerate((("Contoso", 4.0), ("Fabrikam", 0.0), ("Adatum", 10.0), ("Litware", 8.0))):
        days = {3: {"aad_mfa": (10.0 if name == "Contoso" else points, 10.0)}, 0: {"aad_mfa": (points, 10.0)}}
        tenant = fill(engine, days, number=number + 1, name=name)
        with database.writing(engine) as conn:
            refresh(conn, tenant, NO_RATINGS)
        made.append(tenant)
    return made


def build(engine: Engine, tenant: Tenant, visible: frozenset[str] | None = None) -> ActionDetail:
    with database.reading(engine) as conn:
        return detail.build(conn, tenant, "AAD_mfa", ratings=NO_RATINGS, now=NOW, visible=visible)


def decided(engine: Engine, tenant: Tenant, status: Status, hours: int = 0, **more: object) -> None:
    made = Decision(
        control="aad_mfa", status=status, decided_at=NOW + dt.timedelta(hours=hours), decided_by="bo", **more
    )  # type: ignore[arg-type]
    with database.writing(engine) as conn:
        decide(conn, tenant, made, ratings=NO_RATINGS)


def test_the_other_tenants_come_with_what_is_left_first(engine: Engine, portfolio: list[Tenant]) -> None:
    decided(engine, portfolio[1], Status.PLANNED, comment="In May")
    with database.writing(engine) as conn:
        replan(conn, portfolio[1], "aad_mfa", PlanChange(owner="S. Lund"), by="bo", now=NOW)
    held = build(engine, portfolio[0]).elsewhere
    assert [(r.tenant.name, r.status, r.points) for r in held.tenants] == [
        ("Fabrikam", Status.PLANNED, 10.0),
        ("Litware", Status.TO_ADDRESS, 2.0),
        ("Adatum", Status.COMPLETED, 0.0),
    ]
    first = held.tenants[0]
    assert (first.owner, first.decided_by, first.decided_at) == ("S. Lund", "bo", NOW)
    assert (held.total, held.open, held.statuses[Status.COMPLETED]) == (3, 2, 1)


def test_tenants_that_are_not_the_viewers_are_neither_listed_nor_counted(
    engine: Engine, portfolio: list[Tenant]
) -> None:
    held = build(engine, portfolio[0], frozenset({portfolio[0].id, portfolio[3].id})).elsewhere
    assert [r.tenant.name for r in held.tenants] == ["Litware"]
    assert held.total == 1


def test_each_status_says_what_microsoft_is_told(engine: Engine, portfolio: list[Tenant]) -> None:
    told = {p.status: p.microsoft for p in build(engine, portfolio[0]).possible}
    assert "switched off" in told[Status.THIRD_PARTY]
    with database.writing(engine) as conn:
        tenants.set_write_back(conn, portfolio[0], on=True)
    told = {p.status: p.microsoft for p in build(engine, portfolio[0]).possible}
    assert told[Status.THIRD_PARTY] == "Microsoft will get ThirdParty; the points follow within 24 to 48 hours."
    assert "no word for planned" in told[Status.PLANNED]
    assert told[Status.RISK_ACCEPTED] == "Microsoft will get Ignored; it gives no points."


def test_the_last_decision_is_taken_back_by_a_new_one(engine: Engine, portfolio: list[Tenant]) -> None:
    tenant = portfolio[0]
    assert build(engine, tenant).undo is None
    decided(engine, tenant, Status.PLANNED, comment="In May")
    decided(engine, tenant, Status.THIRD_PARTY, hours=1, evidence="https://duo.example")
    undo = build(engine, tenant).undo
    assert undo is not None
    assert (undo.status, undo.decided_by) == (Status.PLANNED, "bo")
    with database.writing(engine) as conn:
        take_back(conn, tenant, "aad_MFA", ANNA, ratings=NO_RATINGS)
    page = build(engine, tenant)
    assert page.action.status is Status.PLANNED
    assert page.action.decision is not None
    assert (page.action.decision.comment, page.action.decision.decided_by) == ("In May", "anna")
    assert len([s for s in page.timeline if s.decision]) == 3


def test_the_first_decision_leads_back_to_what_is_to_be_addressed(engine: Engine, portfolio: list[Tenant]) -> None:
    decided(engine, portfolio[0], Status.PLANNED)
    with database.writing(engine) as conn:
        take_back(conn, portfolio[0], "aad_mfa", ANNA, ratings=NO_RATINGS)
    assert build(engine, portfolio[0]).action.status is Status.TO_ADDRESS


def test_what_was_decided_at_microsoft_or_by_nobody_cannot_be_taken_back(
    engine: Engine, portfolio: list[Tenant]
) -> None:
    for way in (None, Side.MICROSOFT):
        if way:
            decided(engine, portfolio[0], Status.PLANNED, decided_in=way)
        with pytest.raises(InputRefused), database.writing(engine) as conn:
            take_back(conn, portfolio[0], "aad_mfa", ANNA, ratings=NO_RATINGS)
        assert build(engine, portfolio[0]).undo is None


def test_a_dismissed_regression_says_by_whom(engine: Engine, portfolio: list[Tenant]) -> None:
    assert build(engine, portfolio[0]).dismissed is None
    with database.writing(engine) as conn:
        dismiss(conn, portfolio[0], "aad_mfa", "A test tenant", by="anna", now=NOW, ratings=NO_RATINGS)
    word = build(engine, portfolio[0]).dismissed
    assert word is not None
    assert (word.dismissed_by, word.reason) == ("anna", "A test tenant")


def test_without_an_address_of_its_own_an_action_is_managed_in_microsofts_list(
    engine: Engine, portfolio: list[Tenant]
) -> None:
    page = build(engine, portfolio[0])
    assert (page.manage_url, page.manage_in) == (detail.PORTAL, "Microsoft Defender XDR")
