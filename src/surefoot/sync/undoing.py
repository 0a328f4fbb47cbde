"""Putting one action back as it was before a bulk, by new decisions: history is never rewritten."""

import msgspec
from sqlalchemy import Connection

from surefoot.errors import InputRefused
from surefoot.model import Decision, Plan, Side, Status, Tenant
from surefoot.scoring import workflow
from surefoot.scoring.ratings import Ratings
from surefoot.scoring.workflow import Way
from surefoot.store import decisions, plans
from surefoot.store.bulks import BulkItem, Held
from surefoot.sync.acceptances import ask, withdraw
from surefoot.sync.decisions import keep, signed
from surefoot.sync.derived import summarise
from surefoot.sync.desk import Desk, desk_of
from surefoot.sync.plans import PlanChange, keep_plan
from surefoot.sync.weighing import NEEDS_A_SECOND, REFUSALS, Outcome, Result, Who, result_of


def put_back(conn: Connection, desk: Desk, held: Held, item: BulkItem, who: Who, *, why: str) -> Result:
    """Put an action back as it was, if nobody has changed it since; `why` is the comment where there was none."""
    try:
        return _put_back(conn, desk, held, item, who, why)
    except REFUSALS as refusal:
        return result_of(desk, item.control, Outcome.REFUSED, refusal.sentence)


def take_back(conn: Connection, tenant: Tenant, control: str, who: Who, *, ratings: Ratings) -> Result:
    """Take the last decision about an action back by a new one: what was in force before it holds again.

    The plan that the same step set goes back with it; a plan that was set before or since stays.
    Raises `NotFound` for a control that the newest day does not score, and `InputRefused` where nobody decided here,
    where Microsoft's side changed it since, and for all that `decide` refuses.
    """
    desk = desk_of(conn, tenant, ratings)
    known = desk.standing(control).score.control
    made = decisions.of(conn, tenant, known)
    if not made or made[-1].decided_in is not Side.SUREFOOT:
        message = "There is no decision of Surefoot's to take back: it was made at Microsoft, or by nobody."
        raise InputRefused(message)
    held = plans.of(conn, tenant, known)
    newest = held[-1] if held else None
    earlier, _ = plans.of_step(held, made[-1]) or (newest, newest)
    before = Held(decision=made[-2] if len(made) > 1 else None, plan=earlier)
    after = Held(decision=made[-1], plan=newest)
    item = BulkItem(control=known, outcome=Outcome.CHANGED.value, before=before, after=after)
    done = _put_back(conn, desk, after, item, who, why=f"Taken back by {who.name}")
    summarise(conn, tenant, ratings)
    return done


def _put_back(conn: Connection, desk: Desk, held: Held, item: BulkItem, who: Who, why: str) -> Result:
    before, after = item.before or Held(), item.after or Held()
    _untouched(desk, held, after, item.control)
    standing = desk.standing(item.control)
    control = standing.score.control
    back, message = None, None
    way = Way.DECIDE
    if after.decision != before.decision:
        desk.undisputed(control)
        back, message = _earlier(before.decision, control, who, why)
        way = workflow.way(desk.status(standing), back.status, who.role, desk.policy)
        way = Way.DECIDE if _approved_still(back, after.decision, who) else way
    if after.plan != before.plan:
        _replan(conn, desk, control, before.plan, after.plan, who)
    request = desk.asked.get(control.casefold()) if after.request is not None else None
    if request:
        withdraw(conn, desk.tenant, request, by=who.name, now=who.now, answer=why)
    if back is None:
        return result_of(desk, control, Outcome.CHANGED, message)
    if way is Way.ASK:
        ask(conn, desk, msgspec.structs.replace(back, approved_by=None))
        return result_of(desk, control, Outcome.ASKED, NEEDS_A_SECOND)
    keep(conn, desk.tenant, back, plan=PlanChange(), profile=standing.profile)
    return result_of(desk, control, Outcome.CHANGED, message)


def _approved_still(back: Decision, undone: Decision | None, who: Who) -> bool:
    """Say whether an earlier acceptance is still what a second person approved.

    So it is while who ended it takes that back; when anybody else does, an acceptance that was ended is a new one.
    """
    if undone is None or not workflow.same_person(undone.decided_by, who.name):
        return False
    return back.approved_by is not None and not workflow.same_person(back.approved_by, who.name)


def _untouched(desk: Desk, held: Held, after: Held, control: str) -> None:
    """Refuse what somebody has changed since."""
    by = None
    if held.decision != after.decision:
        by = held.decision.decided_by if held.decision else "somebody"
    elif held.plan != after.plan:
        by = held.plan.changed_by if held.plan else "somebody"
    if by is not None:
        message = f"It was changed since by {by}."
        raise InputRefused(message)
    pending = desk.asked.get(control.casefold())
    if after.request is not None and (pending is None or pending.key != after.request):
        message = f"The request {after.request} was answered since."
        raise InputRefused(message)


def _earlier(earlier: Decision | None, control: str, who: Who, why: str) -> tuple[Decision, str | None]:
    """Give the decision that puts back an earlier one, and what is to be said about it."""
    if earlier is None or workflow.expired(earlier, who.now.date()):
        back = Decision(
            control=control, status=Status.TO_ADDRESS, decided_at=who.now, decided_by=who.name, comment=why
        )  # fmt: skip
        if earlier is None:
            return back, None
        return back, f"The acceptance that was in force ended on {earlier.review_on}: it is to be addressed."
    approved, decided = earlier.approved_by, earlier.decided_by
    second = next((n for n in (approved, decided) if n and not workflow.same_person(n, who.name)), None)
    two = approved is not None and not workflow.same_person(approved, decided)
    back = msgspec.structs.replace(
        earlier,
        decided_at=who.now,
        decided_by=who.name,
        comment=earlier.comment or why,
        approved_by=second if two else who.name if earlier.approved_by else None,
        decided_in=Side.SUREFOOT,
    )
    return signed(back), None


def _replan(conn: Connection, desk: Desk, control: str, before: Plan | None, after: Plan | None, who: Who) -> None:
    """Put the earlier plan back, also one whose day has passed."""
    made = before or Plan(control=control, changed_at=who.now, changed_by=who.name)
    made = msgspec.structs.replace(made, changed_at=who.now, changed_by=who.name)
    keep_plan(conn, desk.tenant, after, made, by=who.name, now=who.now)
