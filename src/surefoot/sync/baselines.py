"""Baselines: kept, assigned to tenants and applied to them, each with its entry in the audit trail."""

import datetime as dt
from collections.abc import Sequence

import msgspec
from msgspec import UNSET
from sqlalchemy import Connection

from surefoot.errors import InputRefused
from surefoot.model import DECIDABLE, RequestState, Status, Tenant
from surefoot.scoring import baselines as scoring
from surefoot.scoring.actions import Action
from surefoot.scoring.baselines import LONGEST_NAME, MOST_RULES, WORK, Baseline, Rule
from surefoot.scoring.ratings import Ratings
from surefoot.store import audit, requests, shared, standings, tenants
from surefoot.store import baselines as store
from surefoot.store.audit import Deed
from surefoot.sync.bulk import Change, Item, Outcome, Result
from surefoot.sync.decisions import LONGEST_COMMENT
from surefoot.sync.plans import LONGEST_OWNER
from surefoot.sync.words import cleaned


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What applying a baseline did, or would do."""

    name: str
    dry_run: bool
    total: int
    """How many changes there are: send it back as `expect`."""
    changed: int
    unchanged: int
    asked: int
    """Acceptances that a second person has to approve."""
    refused: int
    bulk: int | None
    """The number by which it can be undone; None: nothing was done."""
    results: tuple[Result, ...]


def applied(name: str, results: tuple[Result, ...], *, bulk: int | None) -> Applied:
    """Count what became of each change."""
    count = {outcome: sum(r.outcome is outcome for r in results) for outcome in Outcome}
    return Applied(
        name=name,
        dry_run=bulk is None,
        total=len(results),
        changed=count[Outcome.CHANGED],
        unchanged=count[Outcome.UNCHANGED],
        asked=count[Outcome.ASKED],
        refused=count[Outcome.REFUSED],
        bulk=bulk,
        results=results,
    )


def put(
    conn: Connection, name: str, description: str | None, rules: Sequence[Rule], *, by: str, now: dt.datetime
) -> Baseline:
    """Keep a new version of a baseline; the same again is no new version.

    Raises `InputRefused` for a name, a number of rules or a rule that is not possible.
    """
    held = next(iter(store.versions(conn, name)), None)
    made = Baseline(
        name=held.name if held else _name(name),
        description=cleaned(description, "The description", LONGEST_COMMENT),
        rules=_rules(conn, rules, now),
        changed_at=now,
        changed_by=by,
    )
    before = held if held and held.rules else None
    if before and (before.description, before.rules) == (made.description, made.rules):
        return before
    store.record(conn, made)
    deed = Deed(action="baseline.changed", subject=made.name, before=before, after=made)
    audit.append(conn, deed, by=by, now=now)
    return made


def remove(conn: Connection, name: str, *, by: str, now: dt.datetime) -> None:
    """Remove a baseline, also from its tenants; its versions stay. `NotFound` when there is none."""
    before = store.find(conn, name)
    unassign(conn, tenants.all_of(conn, None), before.name, by=by, now=now)
    store.record(
        conn, Baseline(name=before.name, description=before.description, rules=(), changed_at=now, changed_by=by)
    )
    audit.append(conn, Deed(action="baseline.removed", subject=before.name, before=before), by=by, now=now)


def assign(conn: Connection, wanted: Sequence[Tenant], name: str, *, by: str, now: dt.datetime) -> list[Tenant]:
    """From now on tenants are to be as a baseline says; give those for which that is new."""
    found = store.find(conn, name)
    held = store.assigned(conn, wanted).get(found.name, [])
    fresh = [t for t in dict.fromkeys(wanted) if t not in held]
    for tenant in fresh:
        store.assign(conn, tenant, found.name, by=by, at=now)
        audit.append(conn, Deed(action="baseline.assigned", tenant=tenant.id, subject=found.name), by=by, now=now)
    return fresh


def unassign(conn: Connection, wanted: Sequence[Tenant], name: str, *, by: str, now: dt.datetime) -> list[Tenant]:
    """Tenants are no longer to be as a baseline says; give those for which that is new."""
    found = store.find(conn, name)
    held = store.assigned(conn, list(dict.fromkeys(wanted))).get(found.name, [])
    for tenant in held:
        store.unassign(conn, tenant, found.name)
        audit.append(conn, Deed(action="baseline.unassigned", tenant=tenant.id, subject=found.name), by=by, now=now)
    return held


def chosen(conn: Connection, name: str, visible: Sequence[Tenant], named: Sequence[Tenant] | None) -> list[Tenant]:
    """Give the visible tenants that a baseline is assigned to, or the named ones of them.

    Raises `InputRefused` for a named one that it is not assigned to.
    """
    held = store.assigned(conn, visible).get(name, [])
    if named is None:
        return held
    foreign = ", ".join(t.name for t in named if t not in held)
    if foreign:
        message = f"The baseline {name!r} is not assigned to {foreign}: assign it first."
        raise InputRefused(message)
    return list(dict.fromkeys(named))


def items_of(
    conn: Connection, baseline: Baseline, wanted: Sequence[Tenant], *, ratings: Ratings, today: dt.date
) -> list[Item]:
    """Give the changes that make tenants as a baseline says, as far as somebody can decide it.

    What is not scored, what is as the rule says, and what somebody has asked for already brings none. Where completed
    is expected, the rule's owner and due date go into the plan, and what is still to be addressed is planned.
    """
    return [item for tenant in wanted for item in _items(conn, baseline, tenant, ratings, today)]


def _items(conn: Connection, baseline: Baseline, tenant: Tenant, ratings: Ratings, today: dt.date) -> list[Item]:
    _, ranked = standings.ranked(conn, tenant, ratings)
    actions = {a.id.casefold(): a for a in ranked}
    pending = requests.of(conn, tenant, states=[RequestState.PENDING])
    asked = {(r.asked.control.casefold(), r.asked.status) for r in pending}
    made = []
    for rule in baseline.rules:
        action = actions.get(rule.control.casefold())
        if action is None or scoring.drift(rule, action, today) is None:
            continue
        change = _change(rule, action, today)
        if change is not None and (rule.control.casefold(), change.status) not in asked:
            made.append(Item(tenant=tenant, control=action.id, change=change))
    return made


def _change(rule: Rule, action: Action, today: dt.date) -> Change | None:
    """Give what a rule changes about an action; None: nothing. A due date that has passed is not set any more."""
    status, plan = scoring.reached(rule, action.status), action.plan
    owner = UNSET if rule.owner is None or (plan and plan.owner == rule.owner) else rule.owner
    due = UNSET if rule.due is None or rule.due < today or (plan and plan.due == rule.due) else rule.due
    if status is None:
        return None if owner is UNSET and due is UNSET else Change(owner=owner, due=due)
    accepts = status is Status.RISK_ACCEPTED
    until = today + dt.timedelta(days=rule.review_days) if rule.review_days and accepts else None
    return Change(
        status=status,
        comment=rule.comment,
        evidence=rule.evidence,
        review_on=until,
        grounds=rule.grounds if accepts else None,
        owner=owner,
        due=due,
    )


def rules_of(conn: Connection, tenant: Tenant, *, ratings: Ratings) -> tuple[Rule, ...]:
    """Make rules of what is decided about the actions of a tenant's newest day, in Surefoot or at Microsoft.

    An action that is still to be addressed makes none unless somebody decided so; one that is completed makes one that
    expects it where somebody planned it before.
    """
    _, ranked = standings.ranked(conn, tenant, ratings)
    return tuple(_rule(a) for a in ranked if a.decision or a.status in DECIDABLE - {Status.TO_ADDRESS})


def _rule(action: Action) -> Rule:
    said, plan, accepted = action.decision, action.plan, action.status is Status.RISK_ACCEPTED
    same = said if said and said.status is action.status else None
    days = (same.review_on - same.decided_at.date()).days if same and same.review_on else None
    told = f"As at Microsoft: {action.microsoft_state}" if action.microsoft_state else "As in the tenant it is made of"
    comment, evidence = (same.comment, same.evidence) if same else (None, None)
    needed = action.status in {Status.THIRD_PARTY, Status.ALTERNATE}
    return Rule(
        control=action.id,
        expected=action.status,
        comment=comment or (told if accepted else None),
        evidence=evidence or (comment or told if needed else None),
        grounds=same.grounds if same and accepted else None,
        review_days=max(1, days) if accepted and days is not None else None,
        owner=plan.owner if plan else None,
        due=plan.due if plan and action.status in WORK else None,
    )


def _name(name: str) -> str:
    made = name.strip()
    if not 1 <= len(made) <= LONGEST_NAME or not made.isprintable() or "/" in made or not made.strip("."):
        message = f"A baseline's name has 1 to {LONGEST_NAME} printable characters, no slash, and not dots alone."
        raise InputRefused(message)
    return made


def _rules(conn: Connection, rules: Sequence[Rule], now: dt.datetime) -> tuple[Rule, ...]:
    if not 1 <= len(rules) <= MOST_RULES:
        message = f"A baseline has 1 to {MOST_RULES} rules, and this has {len(rules)}."
        raise InputRefused(message)
    made: dict[str, Rule] = {}
    for rule in rules:
        kept = _kept(conn, rule, now)
        if kept.control.casefold() in made:
            message = f"There is more than one rule about {kept.control}."
            raise InputRefused(message)
        made[kept.control.casefold()] = kept
    return tuple(made[folded] for folded in sorted(made))


def _kept(conn: Connection, rule: Rule, now: dt.datetime) -> Rule:
    """Give a rule with cleaned texts, and its control as Graph spells it if any tenant ever had it."""
    control = cleaned(rule.control, "A control's id", LONGEST_CONTROL)
    if control is None:
        message = "Every rule names its control."
        raise InputRefused(message)
    made = msgspec.structs.replace(
        rule,
        control=shared.spelling(conn, control) or control,
        comment=cleaned(rule.comment, f"{control}: the comment", LONGEST_COMMENT),
        evidence=cleaned(rule.evidence, f"{control}: the evidence", LONGEST_COMMENT),
        owner=cleaned(rule.owner, f"{control}: the owner's name", LONGEST_OWNER),
    )
    return scoring.checked(made, now)


LONGEST_CONTROL = 300
