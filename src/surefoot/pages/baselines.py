"""Baselines: what they say, and how tenants stand to them."""

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection

from surefoot.errors import NotFound
from surefoot.model import Status, Tenant
from surefoot.pages.overview import TenantName, name_of
from surefoot.scoring import actions as work
from surefoot.scoring.actions import Action
from surefoot.scoring.baselines import DRIFTING, Baseline, Drift, Rule, drift
from surefoot.scoring.ratings import Ratings
from surefoot.store import baselines, profiles, shared, standings, tenants


class BaselineRow(msgspec.Struct, frozen=True, kw_only=True):
    """One baseline among all."""

    name: str
    description: str | None
    rules: int
    tenants: int
    """To how many of the visible tenants it is assigned."""
    drifting: int
    """How many of those have another status than a rule says, or work that is late."""
    changed_at: dt.datetime
    changed_by: str


class Baselines(msgspec.Struct, frozen=True, kw_only=True):
    """All baselines in force, by name."""

    baselines: tuple[BaselineRow, ...]
    total: int


class BaselinePage(msgspec.Struct, frozen=True, kw_only=True):
    """What one baseline says, and to whom it is assigned."""

    name: str
    description: str | None
    rules: tuple[Rule, ...]
    names: Mapping[str, str]
    """The controls' names by id; the id where no tenant ever had one."""
    unknown: tuple[str, ...]
    """Controls that no tenant ever had: perhaps misspelled."""
    tenants: tuple[TenantName, ...]
    """The visible ones that it is assigned to."""
    changed_at: dt.datetime
    changed_by: str


class BaselineVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a baseline, beside the one before it."""

    changed_at: dt.datetime
    changed_by: str
    description: str | None
    rules: int
    """0: it was removed."""
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    """The controls whose rules are new, others, or gone."""


class BaselineHistory(msgspec.Struct, frozen=True, kw_only=True):
    """Every version of a baseline, newest first."""

    name: str
    versions: tuple[BaselineVersion, ...]


class DriftRow(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that a tenant does not fulfil, or not yet."""

    tenant: TenantName
    control: str
    name: str
    drift: Drift
    expected: Status
    status: Status | None
    """None: the tenant's newest day does not score the control."""
    due: dt.date | None
    """The rule's."""
    owner: str | None
    """The tenant's, from its plan; as the next one."""
    planned_for: dt.date | None
    points: float | None
    """Points to gain."""


class TenantDrift(msgspec.Struct, frozen=True, kw_only=True):
    """How one tenant stands to a baseline: how many rules are what."""

    tenant: TenantName
    as_of: dt.date | None
    fulfilled: int
    open: int
    """Work that is due later."""
    differs: int
    late: int
    not_scored: int


class DriftPage(msgspec.Struct, frozen=True, kw_only=True):
    """How tenants stand to a baseline."""

    name: str
    rules: int
    tenants: tuple[TenantDrift, ...]
    drifting: int
    """Tenants with a rule that differs or is late."""
    rows: tuple[DriftRow, ...]
    """What is not fulfilled: by tenant, what drifts first."""
    total: int
    """Rows."""


def build(conn: Connection, visible: frozenset[str] | None, *, ratings: Ratings, today: dt.date) -> Baselines:
    """List the baselines with how many of the visible tenants drift from each."""
    held = baselines.newest(conn)
    assigned = baselines.assigned(conn, tenants.all_of(conn, visible))
    wanted = {t.id: t for found in assigned.values() for t in found}
    actions = {key: _actions(conn, t, ratings)[1] for key, t in wanted.items()}
    rows = [
        BaselineRow(
            name=b.name,
            description=b.description,
            rules=len(_rules(b, visible)),
            tenants=len(assigned.get(b.name, ())),
            drifting=sum(_drifts(b, actions[t.id], today) for t in assigned.get(b.name, ())),
            changed_at=b.changed_at,
            changed_by=b.changed_by,
        )
        for b in held
    ]
    return Baselines(baselines=tuple(rows), total=len(rows))


def one(conn: Connection, name: str, visible: frozenset[str] | None, *, ratings: Ratings) -> BaselinePage:
    """Give what one baseline says; `NotFound` when there is none of this name."""
    found = baselines.find(conn, name)
    rules = _rules(found, visible)
    known = profiles.contents(conn, visible)
    titles = {
        r.control: work.name_of(
            r.control, known[r.control.casefold()][-1].profile if r.control.casefold() in known else None,
            ratings.of(r.control),
        )
        for r in rules
    }  # fmt: skip
    keys = shared.known_controls(conn, [r.control.casefold() for r in rules])
    assigned = baselines.assigned(conn, tenants.all_of(conn, visible)).get(found.name, [])
    return BaselinePage(
        name=found.name,
        description=found.description,
        rules=rules,
        names=titles,
        unknown=tuple(r.control for r in rules if r.control.casefold() not in keys),
        tenants=tuple(name_of(t) for t in assigned),
        changed_at=found.changed_at,
        changed_by=found.changed_by,
    )


def history(conn: Connection, name: str, visible: frozenset[str] | None) -> BaselineHistory:
    """List the versions of a baseline, also of one that was removed; `NotFound` when there never was one."""
    versions = baselines.versions(conn, name)
    if not versions:
        message = f"There never was a baseline {name[: baselines.LONGEST_TOLD]!r}."
        raise NotFound(message)
    before: list[Baseline | None] = [*versions[1:], None]
    made = (_version(v, old, visible) for v, old in zip(versions, before, strict=True))
    return BaselineHistory(name=versions[0].name, versions=tuple(made))


def _version(made: Baseline, before: Baseline | None, visible: frozenset[str] | None) -> BaselineVersion:
    new = {r.control: r for r in _rules(made, visible)}
    old = {r.control: r for r in _rules(before, visible)} if before else {}
    return BaselineVersion(
        changed_at=made.changed_at,
        changed_by=made.changed_by,
        description=made.description,
        rules=len(new),
        added=tuple(c for c in new if c not in old),
        changed=tuple(c for c in new if c in old and new[c] != old[c]),
        removed=tuple(c for c in old if c not in new),
    )


def drifts(
    conn: Connection,
    baseline: Baseline,
    wanted: Sequence[Tenant],
    visible: frozenset[str] | None,
    *,
    ratings: Ratings,
    today: dt.date,
) -> DriftPage:
    """Say how some tenants stand to a baseline, in their order."""
    found, rows = [], []
    for tenant in wanted:
        day, actions = _actions(conn, tenant, ratings)
        stands = [
            (r, a, drift(r, a, today))
            for r in baseline.rules
            for a in [actions.get(r.control.casefold())]
            if a or profiles.shown(r.control.casefold(), visible)
        ]
        kinds = [kind for _, _, kind in stands]
        found.append(
            TenantDrift(
                tenant=name_of(tenant),
                as_of=day,
                fulfilled=kinds.count(None),
                open=kinds.count(Drift.DUE),
                differs=kinds.count(Drift.DIFFERS),
                late=kinds.count(Drift.LATE),
                not_scored=kinds.count(Drift.MISSING),
            )
        )
        rows += sorted((_row(tenant, r, a, kind, ratings) for r, a, kind in stands if kind), key=_order)
    return DriftPage(
        name=baseline.name,
        rules=len(_rules(baseline, visible)),
        tenants=tuple(found),
        drifting=sum(bool(t.differs or t.late) for t in found),
        rows=tuple(rows),
        total=len(rows),
    )


def _row(tenant: Tenant, rule: Rule, action: Action | None, kind: Drift, ratings: Ratings) -> DriftRow:
    plan = action.plan if action else None
    return DriftRow(
        tenant=name_of(tenant),
        control=action.id if action else rule.control,
        name=action.name if action else work.name_of(rule.control, None, ratings.of(rule.control)),
        drift=kind,
        expected=rule.expected,
        status=action.status if action else None,
        due=rule.due,
        owner=plan.owner if plan else None,
        planned_for=plan.due if plan else None,
        points=action.points if action else None,
    )


_KINDS = (Drift.LATE, Drift.DIFFERS, Drift.DUE, Drift.MISSING)


def _order(row: DriftRow) -> tuple[int, str, str]:
    return _KINDS.index(row.drift), row.name.casefold(), row.control.casefold()


def _drifts(baseline: Baseline, actions: Mapping[str, Action], today: dt.date) -> bool:
    return any(drift(r, actions.get(r.control.casefold()), today) in DRIFTING for r in baseline.rules)


def _rules(baseline: Baseline, visible: frozenset[str] | None) -> tuple[Rule, ...]:
    """Give the rules; those about one tenant's own app only to who sees all tenants."""
    return tuple(r for r in baseline.rules if profiles.shown(r.control.casefold(), visible))


def _actions(conn: Connection, tenant: Tenant, ratings: Ratings) -> tuple[dt.date | None, dict[str, Action]]:
    day, ranked = standings.ranked(conn, tenant, ratings)
    return day, {a.id.casefold(): a for a in ranked}
