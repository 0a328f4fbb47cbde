"""Many actions at once on the pages: what is chosen, a preview that counts, the deed, and its undo."""

from collections import Counter
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

import msgspec
from fastapi import Depends, Request, Response
from sqlalchemy import Connection

from surefoot.access.viewers import Viewer, visible_to
from surefoot.errors import InputRefused, NotFound
from surefoot.model import CLOSED, Status, Tenant
from surefoot.store import heatmap, tenants
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
ITEM = "item"
"""Names a chosen action, as tenant/control."""
CONTROL = "control"
"""Names a control that was chosen for many tenants at once, on the heat map."""
WHERE = {"": frozenset({Status.TO_ADDRESS}), "open": frozenset(Status) - CLOSED}
"""In which of them: where it is still to address, or wherever it is open."""
TEXTS = ("status", "owner", "due", "comment", "review_on", "evidence")
WORDS = {
    Outcome.CHANGED: ("will be changed", "changed"),
    Outcome.ASKED: ("will be asked for", "asked for"),
    Outcome.UNCHANGED: ("are so already", "were so already"),
    Outcome.REFUSED: ("cannot be changed", "not changed"),
}
"""Before and after the deed."""


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
    undo_href: str | None
    back: str | None
    """The query of the heat map from which it was chosen; None: it was chosen elsewhere."""
    back_href: str


class _Form(msgspec.Struct, frozen=True, kw_only=True):
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
    """Show what a change would do; with `expect`, do it, unless it would do something else by now."""
    site, viewer, form = site_of(request), viewer_of(request), _form(body)
    with reading(site.engine) as conn:
        visible = visible_to(conn, viewer)
        form = _spread(conn, form, viewer)
    items = _items(form, visible)
    weighed = bulk.preview(site.engine, items, by=viewer.name, role=viewer.role, ratings=site.ratings, now=site.clock())
    expected, will = form.last("expect"), _will(weighed)
    if expected and expected != str(will):
        return _page(request, visible, weighed, form, said_first="Something changed meanwhile: look again.")
    if not expected:
        return _page(request, visible, weighed, form)
    done = bulk.carry_out(
        site.engine, items, by=actor_of(request), role=viewer.role, ratings=site.ratings, clock=site.clock
    )
    return _page(request, visible, done.results, form, key=done.key)


@routes.post("/bulk/{key}/undo")
@needs(Permission.WRITE)
def undo_many(request: Request, key: str, body: Annotated[bytes, Depends(body_of)]) -> Response:
    """Put back what was changed, each where nobody has changed it since."""
    site, viewer, form = site_of(request), viewer_of(request), _form(body)
    if not (key.isascii() and key.isdigit() and len(key) < LONGEST_KEY):
        raise NotFound
    results = bulk.undo(
        site.engine, int(key), viewer.tenants, by=actor_of(request), role=viewer.role, ratings=site.ratings,
        clock=site.clock,
    )  # fmt: skip
    with reading(site.engine) as conn:
        visible = tenants.all_of(conn, viewer.tenants)
    return _page(request, visible, results, form, undone=True)


def _will(results: tuple[Result, ...]) -> int:
    return sum(r.outcome in {Outcome.CHANGED, Outcome.ASKED} for r in results)


def _page(
    request: Request,
    visible: list[Tenant],
    results: tuple[Result, ...],
    form: _Form,
    *,
    key: int | None = None,
    undone: bool = False,
    said_first: str | None = None,
) -> Response:
    done = key is not None or undone
    counts, will = Counter(r.outcome for r in results), _will(results)
    names = {r.tenant.id for r in results}
    only = next((t for t in visible if t.id in names), None) if len(names) == 1 else None
    number = formats.plural(len(results), "action", "actions")
    title = "Undone" if undone else f"Changed {number}" if done else f"Change {number}?"
    page = BulkPage(
        frame=frame(request, title, visible=visible, tenant=only, tab="actions"),
        heading=title,
        said=(*((said_first,) if said_first else ()), *(() if undone else _said(form))),
        counts=tuple(
            Counted(outcome=o.value, count=counts[o], label=WORDS[o][int(done)]) for o in Outcome if counts[o]
        ),
        rows=tuple(_row(r, done=done) for r in results),
        many=len(names) > 1,
        hidden=form.pairs if not done else (),
        expect=will if will and not done else None,
        undo_href=f"/bulk/{key}/undo" if key is not None and will else None,
        back=form.back,
        back_href=_back(form.back, only),
    )
    return render(request, "bulk.html", page)


def _back(query: str | None, only: Tenant | None) -> str:
    if query is not None:
        return f"/heatmap?{query}" if query else "/heatmap"
    return f"/tenants/{only.id}/actions" if only else "/"


def _said(form: _Form) -> tuple[str, ...]:
    labels = {"review_on": "accepted until"}
    told = []
    for name in TEXTS:
        value = form.last(name)
        if value:
            shown = formats.status(parse(value, "status", Status)) if name == "status" else value
            told.append(f"{labels.get(name, name).capitalize()}: {shown}")
    return tuple(told)


def _row(result: Result, *, done: bool) -> BulkRow:
    return BulkRow(
        result=result,
        href=f"/tenants/{result.tenant.id}/actions/{formats.quoted(result.control)}",
        label=WORDS[result.outcome][int(done)],
    )
