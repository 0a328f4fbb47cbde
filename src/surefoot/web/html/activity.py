"""The activity, of one tenant or of all: who did what, when and why, from the audit trail."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence

import msgspec
from fastapi import Request, Response

from surefoot.access.viewers import tenant_for, visible_to
from surefoot.errors import InputRefused
from surefoot.model import ActorKind, Tenant
from surefoot.pages import audit as audit_page
from surefoot.pages import deeds
from surefoot.pages.audit import LIMIT, Activity, ActivityRow
from surefoot.store.audit import Wanted
from surefoot.store.database import reading
from surefoot.web import queries
from surefoot.web.api.activity import MOST_ENTRIES
from surefoot.web.api.paths import AUDIT
from surefoot.web.html import lists
from surefoot.web.html.contexts import Frame, Page
from surefoot.web.html.lists import Address, DateField, Form
from surefoot.web.html.overview import path
from surefoot.web.html.render import frame, render
from surefoot.web.permissions import Permission, needs, router, viewer_of
from surefoot.web.site import site_of

routes = router()

PARAMETERS = ("did", "actor", "tenant", "from", "to", "text", "below", "above")
LONGEST = 160
"""Characters of a value before or after that are shown."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One field that a deed changed."""

    name: str
    before: str | None
    """None: it was not there."""
    after: str | None


class DeedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One deed in the list."""

    row: ActivityRow
    href: str | None
    """The action that it was done to; None: it was none, or the newest day does not score it."""
    tenant_href: str | None
    about: str | None
    """What it was done to, where that is no control."""
    where: str
    """From where, and what kind of somebody, in words."""
    differences: tuple[Difference, ...]


class ActivityPage(Page, frozen=True, kw_only=True):
    """`activity.html`."""

    activity: Activity
    several: bool
    whole: bool
    """Whether who looks sees all of the trail."""
    form: Form
    lines: tuple[DeedLine, ...]
    people: tuple[str, ...]
    refused: str | None
    csv_href: str
    newer_href: str | None
    older_href: str | None
    newest_href: str | None
    """None: these are the newest."""


@routes.get("/activity")
@needs(Permission.READ)
def show_all_activity(request: Request) -> Response:
    """Show the audit trail of all that may be seen, newest first."""
    return _show(request, None)


@routes.get("/tenants/{tenant_id}/activity")
@needs(Permission.READ)
def show_activity(request: Request, tenant_id: str) -> Response:
    """Show a tenant's part of the audit trail, newest first."""
    return _show(request, tenant_id)


def _show(request: Request, tenant_id: str | None) -> Response:
    site, viewer = site_of(request), viewer_of(request)
    with reading(site.engine) as conn:
        own = None if tenant_id is None else tenant_for(conn, viewer, tenant_id)
        visible = visible_to(conn, viewer)
        address = _address(request, own)
        wanted, refused = _wanted(address, own)
        page = audit_page.build(conn, viewer.tenants, wanted, visible, ratings=site.ratings)
    around = frame(request, "Activity", visible=visible, tenant=own, tab="activity")
    shown = view(page, around, address, own=own, visible=visible, refused=refused, whole=viewer.tenants is None)
    return render(request, "activity.html", shown)


def _address(request: Request, own: Tenant | None) -> Address:
    base = path(own.id, "activity") if own else "/activity"
    found = lists.asked(base, request.query_params, [n for n in PARAMETERS if own is None or n != "tenant"])
    held = {k: v for k, v in found.query.items() if k not in {"below", "above"} or _number(v)}
    return Address(base=base, query=held)


def _number(text: str) -> int | None:
    small = text.isascii() and text.isdigit() and len(text) < len(str(MOST_ENTRIES))
    return int(text) or None if small else None


def _wanted(address: Address, own: Tenant | None) -> tuple[Wanted, str | None]:
    """Read what is asked for; and why days that cannot be read are left out."""
    query = address.query
    refused = None
    try:
        since, until = _day(query.get("from")), _day(query.get("to"))
    except InputRefused as refusal:
        since, until, refused = None, None, str(refusal)
    if until == dt.date.max:
        until = None
    wanted = Wanted(
        tenant=own.id if own else query.get("tenant"),
        action=query.get("did"),
        actor=query.get("actor"),
        text=query.get("text"),
        since=_start(since) if since else None,
        until=_start(until + dt.timedelta(days=1)) if until else None,
        below=_number(query.get("below", "")),
        above=_number(query.get("above", "")),
        limit=LIMIT,
    )
    return wanted, refused


def _day(text: str | None) -> dt.date | None:
    return queries.parse_day(text) if text else None


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def view(
    page: Activity,
    frame: Frame,
    address: Address,
    *,
    own: Tenant | None = None,
    visible: Sequence[Tenant] = (),
    refused: str | None = None,
    whole: bool = False,
) -> ActivityPage:
    """Prepare the activity for its template."""
    bare = Address(base=address.base, query={k: v for k, v in address.query.items() if k not in {"below", "above"}})
    moved = "below" in address.query or "above" in address.query
    return ActivityPage(
        frame=frame,
        activity=page,
        several=own is None,
        whole=whole,
        form=_form(page, bare, visible, own, moved=moved),
        lines=tuple(_line(row) for row in page.entries),
        people=page.people,
        refused=refused,
        csv_href=address.exported(
            f"{AUDIT}.csv", did=None, action=address.query.get("did"), **({"tenant": own.id} if own else {})
        ),
        newer_href=bare.href(above=str(page.previous)) if page.previous else None,
        older_href=bare.href(below=str(page.next)) if page.next else None,
        newest_href=bare.href() if moved else None,
    )


def _form(page: Activity, address: Address, visible: Sequence[Tenant], own: Tenant | None, *, moved: bool) -> Form:
    query = address.query
    chosen = query.get("did", "")
    kinds = [("", "All"), *deeds.GROUPS.items()]
    if chosen and chosen not in deeds.GROUPS:
        kinds.append((chosen, deeds.said(chosen)))
    people = sorted({*page.people, *([query["actor"]] if "actor" in query else [])}, key=str.casefold)
    return Form(
        action=address.base,
        label="Filter the activity",
        find="Action, reason or value",
        text=query.get("text", ""),
        selects=(
            lists.select("did", "What", kinds, chosen),
            lists.select("actor", "Who", [("", "Anybody"), *((p, p) for p in people)], query.get("actor", "")),
            *((lists.tenants(visible, address),) if own is None else ()),
        ),
        dates=(
            DateField(name="from", label="From", value=query.get("from", "")),
            DateField(name="to", label="To", value=query.get("to", "")),
        ),
        filtered=bool(query) or moved,
        clear_href=address.base,
    )


def _line(row: ActivityRow) -> DeedLine:
    control = row.name is not None
    known = control and row.scored and row.tenant and row.subject
    href = lists.action(row.tenant or "", row.subject or "") if known else None
    return DeedLine(
        row=row,
        href=href,
        tenant_href=path(row.tenant, "activity") if row.tenant and row.tenant_name else None,
        about=None if control else row.subject,
        where=_where(row),
        differences=differences(row.before, row.after),
    )


def _where(row: ActivityRow) -> str:
    if row.kind is ActorKind.SYSTEM:
        return "by itself"
    parts = ("a program with an API token" if row.kind is ActorKind.TOKEN else "", _origin(row.origin))
    return ", ".join(part for part in parts if part)


def _origin(text: str) -> str:
    door, _, address = text.partition(" ")
    doors = {"page": "on the pages", "api": "over the API", "server": "in the background"}
    if text == "command line":
        return "on the command line"
    return f"{doors[door]}{f' from {address}' if address else ''}" if door in doors else text


def differences(before: str | None, after: str | None) -> tuple[Difference, ...]:
    """Compare what was before a deed and what is after it, field by field; what is equal or empty is left out."""
    old, new = _flat(before), _flat(after)
    names = dict.fromkeys([*old, *new])
    return tuple(
        Difference(name=name.replace("_", " ").replace(".", ": "), before=old.get(name), after=new.get(name))
        for name in names
        if old.get(name) != new.get(name)
    )


def _flat(text: str | None) -> dict[str, str]:
    """Read JSON as fields; parts of parts are named with a dot."""
    if text is None:
        return {}
    try:
        held = json.loads(text)
    except ValueError:
        return {"value": text[:LONGEST]}
    return dict(_fields(held)) if isinstance(held, dict) else {"value": _short(held)}


def _fields(held: Mapping[str, object], before: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in held.items():
        if isinstance(value, dict):
            found += _fields(value, f"{before}{name}.")
        elif value is not None and value != [] and name != "key":
            found.append((before + name, _short(value)))
    return found


def _short(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            text = value
        case list():
            text = ", ".join(v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for v in value)
        case _:
            text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\u2026"
