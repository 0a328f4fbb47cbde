"""Many actions at once on the pages: what is chosen, a preview that counts, the deed, and its undo."""

from collections import Counter
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Annotated

import msgspec
from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from msgspec.structs import replace
from sqlalchemy import Connection

from surefoot.access.viewers import visible_to
from surefoot.errors import InputRefused, NotFound
from surefoot.model import Status, Tenant, TenantName
from surefoot.pages import portfolio
from surefoot.pages.selection import Together, together
from surefoot.store import bulks, tenants
from surefoot.store import portfolio as rows_of
from surefoot.store.bulks import BulkItem
from surefoot.store.database import reading
from surefoot.sync import bulk
from surefoot.sync.bulk import Item, Outcome, Result
from surefoot.web.forms import body_of
from surefoot.web.html import chosen, formats
from surefoot.web.html.aged import Aged, aged
from surefoot.web.html.chosen import ITEM, PLANS, Field, Form
from surefoot.web.html.contexts import Page
from surefoot.web.html.render import frame, message, render
from surefoot.web.permissions import Permission, actor_of, needs, router, viewer_of
from surefoot.web.problems import problem_of
from surefoot.web.site import site_of

routes = router()

LONGEST_KEY = 16
MOST_TENANTS, MOST_ITEMS = 25, 500
"""What one answer does, so that somebody hears of it every second or two."""
CHANGED_MEANWHILE = "Something changed meanwhile: look again."
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
    aged: Aged | None = None
    """What is wrong with the numbers of its tenant; None: nothing, or it is done already."""


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
    fields: tuple[Field, ...]
    """What may still be filled in before it is confirmed."""
    worth: Together | None
    """What is chosen would bring together; None: nothing, or of more tenants than can be summed at once."""
    brings: str
    """What becomes of those points: `gain`, `given-up` (a risk is accepted) or `resolved` (elsewhere)."""
    onward: str | None
    """Where the next part is asked for; None: it is all done."""
    left: int
    """What is still to be done, in `unit`s, as the next."""
    finished: int
    unit: str
    undo_href: str | None
    back: str | None
    """The page from which it was chosen; None: it is not known."""
    back_href: str
    back_to: str
    """What that page is called."""


class _Course(msgspec.Struct, frozen=True, kw_only=True):
    """How far a deed is."""

    key: int | None = None
    """Its number; None: it is not begun."""
    undone: bool = False
    left: int = 0
    """Items still to be done, or tenants still to be undone."""


@routes.post("/bulk")
@needs(Permission.WRITE)
def change_many(request: Request, body: Annotated[bytes, Depends(body_of)]) -> Response:
    """Show what a change would do; with `expect`, do it, unless it would do something else by now.

    Many tenants are done some at a time: the answer says how far it is, and its form, with `key`, goes on. Who chose
    nothing is led back to choose.
    """
    form = chosen.form_of(body)
    if form.back and form.empty:
        return RedirectResponse(form.retry(form.back), HTTPStatus.SEE_OTHER)
    try:
        return _weighed(request, form)
    except InputRefused as refusal:
        return message(request, problem_of(refusal), back=form.back)


def _weighed(request: Request, form: Form) -> Response:
    """Show what a form would do, or do it."""
    site, viewer = site_of(request), viewer_of(request)
    with reading(site.engine) as conn:
        visible = visible_to(conn, viewer)
        form = chosen.spread(conn, form, viewer)
    items = chosen.items_of(form, visible)
    if form.last("key"):
        return _carry_on(request, visible, items, form, key=_key(form.last("key")))
    weighed = bulk.preview(site.engine, items, by=viewer.name, role=viewer.role, ratings=site.ratings, now=site.clock())
    expected, will = form.last("expect"), _will(weighed)
    if will and expected == str(will):
        return _carry_on(request, visible, items, form, key=None)
    return _page(request, visible, weighed, form, said_first=_first(form), worth=_worth(request, weighed))


def _first(form: Form) -> str | None:
    """Say why a preview comes instead of the deed; None where it was asked for."""
    if form.silent:
        return chosen.NOTHING_SAID
    if form.last("expect") in {"", "0"}:
        return None
    if form.last("seen") in {"", form.seen}:
        return CHANGED_MEANWHILE
    what = "this owner and due date" if form.last("status") in PLANS else "what is filled in now"
    return f"With {what} other actions change: look again."


def _carry_on(request: Request, visible: list[Tenant], items: list[Item], form: Form, *, key: int | None) -> Response:
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
        meant: dict[str, tuple[Tenant, list[str]]] = {}
        for result in weighed:
            if result.outcome is not Outcome.REFUSED:
                meant.setdefault(result.tenant.id, (known[result.tenant.id], []))[1].append(result.control)
        return together(conn, meant, site.ratings) if 0 < len(meant) <= MOST_TENANTS else None


def _key(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < LONGEST_KEY):
        raise NotFound
    return int(text)


@routes.post("/bulk/{key}/undo")
@needs(Permission.WRITE)
def undo_many(request: Request, key: str, body: Annotated[bytes, Depends(body_of)]) -> Response:
    """Put back what was changed, each where nobody has changed it since; many tenants some at a time."""
    site, viewer, form = site_of(request), viewer_of(request), chosen.form_of(body)
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


def _will(results: tuple[Result, ...]) -> int:
    return sum(r.outcome in {Outcome.CHANGED, Outcome.ASKED} for r in results)


def _page(
    request: Request,
    visible: list[Tenant],
    results: tuple[Result, ...],
    form: Form,
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
    fields = () if done else chosen.fields_of(form)
    old = {} if done else _aged(request, names)
    title = _title(len(results), done=done, undone=undone, left=left)
    page = BulkPage(
        frame=frame(request, title, visible=visible, tenant=only, tab="actions"),
        heading=title,
        said=(*((said_first,) if said_first else ()), *(() if undone else chosen.said(form, fields))),
        counts=tuple(
            Counted(outcome=o.value, count=counts[o], label=words[o][int(done)]) for o in Outcome if counts[o]
        ),
        rows=tuple(_row(r, words[r.outcome][int(done)], old.get(r.tenant.id)) for r in results),
        many=len(names) > 1,
        hidden=chosen.hidden(form, fields) if not done or (left and not undone) else (),
        expect=will if (will or fields) and not done else None,
        fields=fields,
        worth=worth if worth and worth.points else None,
        brings=BRINGS.get(form.last("status"), "gain"),
        onward=None if not left else f"/bulk/{key}/undo" if undone else "/bulk",
        left=left,
        finished=len(names) if undone else len(results),
        unit="tenants" if undone else "actions",
        undo_href=f"/bulk/{key}/undo" if done and not undone and will else None,
        back=form.back,
        back_href=_back(form.back, only) + ("" if done else CHOSEN),
        back_to=_called(_back(form.back, only)),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.silent and not done else HTTPStatus.OK
    return render(request, "bulk.html", page, status=status)


CHOSEN = "#chosen"
"""Behind the way back from a preview: the list ticks again what was chosen, where it has a script."""
BRINGS = {"riskAccepted": "given-up", **dict.fromkeys(chosen.RESOLVED, "resolved")}


def _back(address: str | None, only: Tenant | None) -> str:
    return address or (f"/tenants/{only.id}/actions" if only else "/")


def _called(address: str) -> str:
    """Name a page by its address."""
    parts = address.partition("?")[0].strip("/").split("/")
    match parts:
        case ["heatmap"]:
            return "heat map"
        case ["heatmap", _]:
            return "control"
        case ["tenants", _, "actions", _]:
            return "action"
        case ["tenants", _, "risks"] | ["risks"]:
            return "accepted risks"
        case ["tenants", _, "actions"]:
            return "actions"
        case _:
            return "first page" if address == "/" else "page before"


def _aged(request: Request, ids: Collection[str]) -> dict[str, Aged]:
    """Say of which tenants the numbers are old or missing."""
    site = site_of(request)
    wanted = rows_of.Wanted(visible=frozenset(ids), limit=len(ids) or 1)
    with reading(site.engine) as conn:
        rows = portfolio.build(conn, wanted).tenants
    found = ((row.tenant.id, aged(row, site.clock().date())) for row in rows)
    return {tenant: told for tenant, told in found if told}


def _title(count: int, *, done: bool, undone: bool, left: int) -> str:
    number = formats.plural(count, "action", "actions")
    if left:
        return "Undoing" if undone else "Changing"
    return "Undone" if undone else f"Changed {number}" if done else f"Change {number}?"


def _row(result: Result, label: str, old: Aged | None) -> BulkRow:
    return BulkRow(
        result=result,
        href=f"/tenants/{result.tenant.id}/actions/{formats.quoted(result.control)}",
        label=label,
        aged=old,
    )
