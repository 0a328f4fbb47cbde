"""Many actions at once on the pages: what is chosen, a preview that counts, the deed, and its undo."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

import msgspec
from fastapi import Depends, Request, Response
from msgspec.structs import replace
from sqlalchemy import Connection

from surefoot.access.viewers import Viewer, visible_to
from surefoot.errors import InputRefused, NotFound
from surefoot.model import CLOSED, Status, Tenant, TenantName
from surefoot.pages.outlets import camel
from surefoot.pages.selection import Together, together
from surefoot.store import bulks, heatmap, tenants
from surefoot.store.bulks import BulkItem
from surefoot.store.database import reading
from surefoot.store.heatmap import Among
from surefoot.sync import bulk
from surefoot.sync.bulk import Change, Item, Outcome, Result
from surefoot.web.forms import body_of
from surefoot.web.html import formats
from surefoot.web.html.contexts import Page
from surefoot.web.html.render import frame, render
from surefoot.web.permissions import Permission, actor_of, needs, router, viewer_of
from surefoot.web.queries import parse, parse_day
from surefoot.web.site import site_of

routes = router()

LONGEST_KEY = 16
MOST = 2_000
"""Actions in one form."""
MOST_TENANTS, MOST_ITEMS = 25, 500
"""What one answer does, so that somebody hears of it every second or two."""
ITEM = "item"
"""Names a chosen action, as tenant/control."""
CONTROL = "control"
"""Names a control that was chosen for many tenants at once, on the heat map."""
WHERE = {"": frozenset({Status.TO_ADDRESS}), "open": frozenset(Status) - CLOSED}
"""In which of them: where it is still to address, or wherever it is open."""
PLANS = frozenset(camel(s.value) for s in (Status.PLANNED, Status.IN_PROGRESS))
"""The statuses that somebody is to do until some day."""
CHANGED_MEANWHILE = "Something changed meanwhile: look again."
LABELS = {"review_on": "accepted until"}
TEXTS = ("status", "owner", "due", "comment", "review_on", "evidence")
WORDS = {
    Outcome.CHANGED: ("will be changed", "changed"),
    Outcome.ASKED: ("will be asked for", "asked for"),
    Outcome.UNCHANGED: ("are so already", "were so already"),
    Outcome.REFUSED: ("cannot be changed", "not changed"),
}
"""Before and after the deed."""
PUT_BACK = WORDS | {
    Outcome.CHANGED: ("will be put back", "put back"),
    Outcome.REFUSED: ("cannot be put back", "not put back"),
}
"""The same of what is undone."""


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """How many end in some way."""

    outcome: str
    count: int
    label: str


class BulkRow(msgspec.Struct, frozen=True, kw_only=True):
    """How it ends for one action."""

    result: Result
    href: str
    label: str


class Planning(msgspec.Struct, frozen=True, kw_only=True):
    """Who plans something says by whom and when, also where a single button began it."""

    owner: str
    due: str
    """As a field takes it: 2027-03-31, or empty."""


class BulkPage(Page, frozen=True, kw_only=True):
    """`bulk.html`."""

    heading: str
    said: tuple[str, ...]
    """What is to be changed, in words."""
    counts: tuple[Counted, ...]
    rows: tuple[BulkRow, ...]
    many: bool
    """Whether more than one tenant is meant."""
    hidden: tuple[tuple[str, str], ...]
    """What the confirmation sends again."""
    expect: int | None
    """How many will change; None: there is nothing to confirm."""
    plan: Planning | None
    """What may still be filled in before it is confirmed; None: no plan is made, or there is nothing to confirm."""
    worth: Together | None
    """What is chosen would bring together; None: nothing, or of more tenants than can be summed at once."""
    onward: str | None
    """Where the next part is asked for; None: it is all done."""
    left: int
    """What is still to be done, in `unit`s, as the next."""
    finished: int
    unit: str
    undo_href: str | None
    back: str | None
    """The query of the heat map from which it was chosen; None: it was chosen elsewhere."""
    back_href: str


class _Form(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent."""

    pairs: tuple[tuple[str, str], ...]

    def last(self, name: str) -> str:
        """Give the last value of a field."""
        return next((value for key, value in reversed(self.pairs) if key == name), "").strip()

    @property
    def items(self) -> tuple[str, ...]:
        """Name the chosen actions, each once."""
        return tuple(dict.fromkeys(value for key, value in self.pairs if key == ITEM))

    @property
    def back(self) -> str | None:
        """Give the query of the heat map that it came from; what is not a query is none."""
        found = [value for key, value in self.pairs if key == "back"]
        return urlencode(parse_qsl(found[-1])) if found else None


class _Course(msgspec.Struct, frozen=True, kw_only=True):
    """How far a deed is."""

    key: int | None = None
    """Its number; None: it is not begun."""
    undone: bool = False
    left: int = 0
    """Items still to be done, or tenants still to be undone."""


def _form(body: bytes) -> _Form:
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST + 20, errors="strict")
    except ValueError as error:
        message = f"The form could not be read: at most {MOST:,} actions are possible at once."
        raise InputRefused(message) from error
    return _Form(pairs=tuple(pairs))


def _change(form: _Form) -> Change:
    status = form.last("status")
    accepted = status == "riskAccepted"
    review_on, due, owner = form.last("review_on"), form.last("due"), form.last("owner")
    made = Change(
        status=parse(status, "status", Status) if status else None,
        comment=form.last("comment") or None,
        evidence=form.last("evidence") or None,
        review_on=parse_day(review_on) if review_on and accepted else None,
        owner=owner or msgspec.UNSET,
        due=parse_day(due) if due else msgspec.UNSET,
    )
    if made == Change():
        message = "Choose what to change: a status, an owner or a due date."
        raise InputRefused(message)
    return made


def _items(form: _Form, visible: list[Tenant]) -> list[Item]:
    known = {t.id: t for t in visible}
    change, found = _change(form), []
    for chosen in form.items:
        tenant, _, control = chosen.partition("/")
        if tenant not in known:
            message = "There is no such tenant."
            raise InputRefused(message)
        found.append(Item(tenant=known[tenant], control=control, change=change))
    if not found:
        message = "Choose at least one action."
        raise InputRefused(message)
    return found


def _spread(conn: Connection, form: _Form, viewer: Viewer) -> _Form:
    """Put in place of each control that was chosen for many tenants its actions in those that are meant."""
    controls = [value for key, value in form.pairs if key == CONTROL]
    if not controls:
        return form
    among = Among(visible=viewer.tenants, label=form.last("label") or None, text=form.last("tenants") or None)
    found = heatmap.standing(conn, among, controls, WHERE.get(form.last("where"), WHERE[""]))
    if not found:
        message = "It is open in none of these tenants any more: there is nothing to decide."
        raise InputRefused(message)
    if len(found) > MOST:
        message = f"These are {len(found):,} actions, and {MOST:,} are possible at once: choose fewer controls."
        raise InputRefused(message)
    chosen = tuple((ITEM, f"{tenant}/{control}") for tenant, control in found)
    return _Form(pairs=(*chosen, *((key, value) for key, value in form.pairs if key != CONTROL)))


@routes.post("/bulk")
@needs(Permission.WRITE)
def change_many(request: Request, body: Annotated[bytes, Depends(body_of)]) -> Response:
    """Show what a change would do; with `expect`, do it, unless it would do something else by now.

    Many tenants are done some at a time: the answer says how far it is, and its form, with `key`, goes on.
    """
    site, viewer, form = site_of(request), viewer_of(request), _form(body)
    with reading(site.engine) as conn:
        visible = visible_to(conn, viewer)
        form = _spread(conn, form, viewer)
    items = _items(form, visible)
    if form.last("key"):
        return _carry_on(request, visible, items, form, key=_key(form.last("key")))
    weighed = bulk.preview(site.engine, items, by=viewer.name, role=viewer.role, ratings=site.ratings, now=site.clock())
    expected, will = form.last("expect"), _will(weighed)
    if will and expected == str(will):
        return _carry_on(request, visible, items, form, key=None)
    first = None
    if expected:
        planned = form.last("seen") not in {"", _seen(form)}
        first = "With this owner and due date other actions change: look again." if planned else CHANGED_MEANWHILE
    return _page(request, visible, weighed, form, said_first=first, worth=_worth(request, weighed))


def _carry_on(request: Request, visible: list[Tenant], items: list[Item], form: _Form, *, key: int | None) -> Response:
    """Do the next part, and show it: alone when it is all, else with how far the whole is."""
    site, viewer = site_of(request), viewer_of(request)
    part, rest = _split(items)
    done = bulk.carry_out(
        site.engine, part, by=actor_of(request), role=viewer.role, ratings=site.ratings, clock=site.clock, key=key
    )
    if key is None and not rest:
        return _page(request, visible, done.results, form, _Course(key=done.key))
    with reading(site.engine) as conn:
        results = kept_results(conn, done.key, visible, {r.control: r.name for r in done.results})
    left = {f"{item.tenant.id}/{item.control}" for item in rest}
    pairs = [(name, value) for name, value in form.pairs if name != "key" and (name != ITEM or value in left)]
    onward = replace(form, pairs=(*pairs, ("key", str(done.key))))
    return _page(request, visible, results, onward if rest else form, _Course(key=done.key, left=len(rest)))


def _split(items: list[Item]) -> tuple[list[Item], list[Item]]:
    """Cut off what one answer does: whole tenants, one at least."""
    tenants_in, part = list[str](), 0
    for place, item in enumerate(items):
        if item.tenant.id not in tenants_in:
            if len(tenants_in) == MOST_TENANTS or (tenants_in and place >= MOST_ITEMS):
                break
            tenants_in.append(item.tenant.id)
        part = place + 1
    mine = [i for i in items if i.tenant.id in tenants_in] if part < len(items) else items
    return mine, [i for i in items if i.tenant.id not in tenants_in]


def kept_results(conn: Connection, key: int, visible: list[Tenant], names: Mapping[str, str]) -> tuple[Result, ...]:
    """Give what a deed came to so far, as it is kept; `names` are of controls, where they are known."""
    touched = bulks.touched(conn, key, None)
    return tuple(
        Result(
            tenant=TenantName(id=tenant.id, name=tenant.name),
            control=item.control,
            name=names.get(item.control, item.control),
            before=_before(item),
            outcome=Outcome(item.outcome),
            message=item.message,
        )
        for tenant in visible
        if tenant.key in touched
        for item in bulks.items(conn, tenant, key)
    )


def _before(item: BulkItem) -> Status | None:
    return item.before.decision.status if item.before and item.before.decision else None


def _worth(request: Request, weighed: tuple[Result, ...]) -> Together | None:
    """Sum up what will be changed to be done; None where nothing is."""
    site = site_of(request)
    with reading(site.engine) as conn:
        known = {t.id: t for t in visible_to(conn, viewer_of(request))}
        chosen: dict[str, tuple[Tenant, list[str]]] = {}
        for result in weighed:
            if result.outcome is not Outcome.REFUSED:
                chosen.setdefault(result.tenant.id, (known[result.tenant.id], []))[1].append(result.control)
        return together(conn, chosen, site.ratings) if 0 < len(chosen) <= MOST_TENANTS else None


def _key(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < LONGEST_KEY):
        raise NotFound
    return int(text)


@routes.post("/bulk/{key}/undo")
@needs(Permission.WRITE)
def undo_many(request: Request, key: str, body: Annotated[bytes, Depends(body_of)]) -> Response:
    """Put back what was changed, each where nobody has changed it since; many tenants some at a time."""
    site, viewer, form = site_of(request), viewer_of(request), _form(body)
    number = _key(key)
    with reading(site.engine) as conn:
        part = frozenset(bulks.left(conn, number, viewer.tenants)[:MOST_TENANTS]) or viewer.tenants
    results = bulk.undo(
        site.engine, number, part, by=actor_of(request), role=viewer.role, ratings=site.ratings,
        clock=site.clock,
    )  # fmt: skip
    with reading(site.engine) as conn:
        visible = tenants.all_of(conn, viewer.tenants)
        left = len(bulks.left(conn, number, viewer.tenants))
    return _page(request, visible, results, form, _Course(key=number, undone=True, left=left))


def _seen(form: _Form) -> str:
    """Give owner and due date as one text, to know later whether they are those of the preview."""
    return f"{form.last('owner')}|{form.last('due')}"


def _will(results: tuple[Result, ...]) -> int:
    return sum(r.outcome in {Outcome.CHANGED, Outcome.ASKED} for r in results)


def _page(
    request: Request,
    visible: list[Tenant],
    results: tuple[Result, ...],
    form: _Form,
    course: _Course | None = None,
    *,
    said_first: str | None = None,
    worth: Together | None = None,
) -> Response:
    course = course or _Course()
    key, undone, left, done = course.key, course.undone, course.left, course.key is not None
    counts, will = Counter(r.outcome for r in results), _will(results)
    names = {r.tenant.id for r in results}
    only = next((t for t in visible if t.id in names), None) if len(names) == 1 and not left else None
    words = PUT_BACK if undone else WORDS
    plan = _planning(form) if not done else None
    title = _title(len(results), done=done, undone=undone, left=left)
    page = BulkPage(
        frame=frame(request, title, visible=visible, tenant=only, tab="actions"),
        heading=title,
        said=(*((said_first,) if said_first else ()), *(() if undone else _said(form, plan))),
        counts=tuple(
            Counted(outcome=o.value, count=counts[o], label=words[o][int(done)]) for o in Outcome if counts[o]
        ),
        rows=tuple(_row(r, words[r.outcome][int(done)]) for r in results),
        many=len(names) > 1,
        hidden=_hidden(form, plan) if not done or (left and not undone) else (),
        expect=will if (will or plan) and not done else None,
        plan=plan,
        worth=worth if worth and worth.points else None,
        onward=None if not left else f"/bulk/{key}/undo" if undone else "/bulk",
        left=left,
        finished=len(names) if undone else len(results),
        unit="tenants" if undone else "actions",
        undo_href=f"/bulk/{key}/undo" if done and not undone and will else None,
        back=form.back,
        back_href=_back(form.back, only),
    )
    return render(request, "bulk.html", page)


def _back(query: str | None, only: Tenant | None) -> str:
    if query is not None:
        return f"/heatmap?{query}" if query else "/heatmap"
    return f"/tenants/{only.id}/actions" if only else "/"


def _title(count: int, *, done: bool, undone: bool, left: int) -> str:
    number = formats.plural(count, "action", "actions")
    if left:
        return "Undoing" if undone else "Changing"
    return "Undone" if undone else f"Changed {number}" if done else f"Change {number}?"


def _planning(form: _Form) -> Planning | None:
    if form.last("status") not in PLANS:
        return None
    return Planning(owner=form.last("owner"), due=form.last("due"))


def _hidden(form: _Form, plan: Planning | None) -> tuple[tuple[str, str], ...]:
    """Send again what was sent, but for what the form asks for itself."""
    own = {"expect", "seen", *(("owner", "due") if plan else ())}
    kept = tuple(pair for pair in form.pairs if pair[0] not in own)
    return (*kept, ("seen", _seen(form))) if plan else kept


def _said(form: _Form, plan: Planning | None) -> tuple[str, ...]:
    """Say what is to be changed; what may still be filled in stands in its fields."""
    told = []
    for name in TEXTS:
        value = form.last(name)
        if value and not (plan and name in {"owner", "due"}):
            told.append(f"{LABELS.get(name, name).capitalize()}: {_shown(name, value)}")
    return tuple(told)


def _shown(name: str, value: str) -> str:
    if name == "status":
        return formats.status(parse(value, "status", Status))
    return formats.day(parse_day(value)) if name in {"due", "review_on"} else value


def _row(result: Result, label: str) -> BulkRow:
    return BulkRow(
        result=result,
        href=f"/tenants/{result.tenant.id}/actions/{formats.quoted(result.control)}",
        label=label,
    )
