"""What a page sends of many chosen actions: read, turned into items, and what its preview asks for once more."""

import hashlib
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

import msgspec
from sqlalchemy import Connection

from surefoot.access.viewers import Viewer
from surefoot.errors import InputRefused
from surefoot.model import CLOSED, DECIDABLE, Status, Tenant
from surefoot.pages.outlets import camel
from surefoot.store import heatmap
from surefoot.store.heatmap import Among
from surefoot.sync.bulk import Change, Item
from surefoot.web.html import formats
from surefoot.web.html.contexts import Choice, Filled
from surefoot.web.html.views import ours
from surefoot.web.queries import parse, parse_day

MOST = 2_000
"""Actions in one form."""
ITEM = "item"
"""Names a chosen action, as tenant/control."""
CONTROL = "control"
"""Names a control that was chosen for many tenants at once, on the heat map."""
WHERE = {"": frozenset({Status.TO_ADDRESS}), "open": frozenset(Status) - CLOSED}
"""In which of them: where it is still to address, or wherever it is open."""
TEXTS = Filled.__struct_fields__
"""What can be said of all of them at once."""
LABELS = {"review_on": "accepted until"}
USUAL = {"review_on": "Accepted until (empty: as long as usual)"}
HINTS = {
    "comment": "the reason, where none is given yet",
    "evidence": "a text or a link: what resolves it",
    "owner": "as it is",
}
PLANS, RESOLVED = ("planned", "inProgress"), ("thirdParty", "alternate")
ASKED: Mapping[str, tuple[str, ...]] = {
    "": ("status", "owner", "due"),
    **dict.fromkeys(PLANS, ("owner", "due")),
    "riskAccepted": ("review_on", "comment"),
    **dict.fromkeys(RESOLVED, ("evidence", "comment")),
}
"""What a preview asks for once more, by the status: who plans says by whom and when, who accepts says why."""
NOTHING_CHOSEN = "Choose at least one action."
NOTHING_SAID = "Choose what to change: a status, an owner or a due date."
LONGEST_WAY = 16_000
"""Characters of what was filled in that an address takes along."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """What may still be filled in or mended before it is done."""

    name: str
    label: str
    value: str
    """As a field takes it: a day is 2027-03-31."""
    kind: str
    """`text`, `date`, or `select`."""
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    """Of a select."""


class Form(msgspec.Struct, frozen=True, kw_only=True):
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
        """Give the page that it came from; what is no page of this site is none."""
        address = self.last("back").partition("#")[0]
        return address if ours(address) else None

    @property
    def empty(self) -> bool:
        """Say whether nothing is chosen."""
        return not any(key in {ITEM, CONTROL} for key, _ in self.pairs)

    @property
    def silent(self) -> bool:
        """Say whether there is nothing to change."""
        return not any(self.last(name) for name in TEXTS)

    @property
    def seen(self) -> str:
        """Give a mark of all that is filled in, to know later whether it is what the preview was made of."""
        said = "\n".join(self.last(name) for name in TEXTS)
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def retry(self, back: str) -> str:
        """Give the way back to the page that it came from, which says what to do and keeps what was filled in."""
        held = urlencode([(name, self.last(name)) for name in TEXTS if self.last(name)])
        fill = {"fill": held} if 0 < len(held) <= LONGEST_WAY else {}
        return f"{back}{'&' if '?' in back else '?'}{urlencode({'said': 'choose', **fill})}"


def form_of(body: bytes) -> Form:
    """Read a body; `InputRefused` when too much is chosen."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST + 20, errors="strict")
    except ValueError as error:
        message = f"The form could not be read: at most {MOST:,} actions are possible at once."
        raise InputRefused(message) from error
    return Form(pairs=tuple(pairs))


def _change(form: Form) -> Change:
    status = form.last("status")
    review_on, due = form.last("review_on"), form.last("due")
    return Change(
        status=parse(status, "status", Status) if status else None,
        comment=form.last("comment") or None,
        evidence=form.last("evidence") or None,
        review_on=parse_day(review_on) if review_on and status == "riskAccepted" else None,
        owner=form.last("owner") or msgspec.UNSET,
        due=parse_day(due) if due else msgspec.UNSET,
    )


def items_of(form: Form, visible: list[Tenant]) -> list[Item]:
    """Turn it into items; `InputRefused` where one is of no visible tenant, or none is chosen."""
    known = {t.id: t for t in visible}
    change, found = _change(form), []
    for chosen in form.items:
        tenant, _, control = chosen.partition("/")
        if tenant not in known:
            message = "There is no such tenant."
            raise InputRefused(message)
        found.append(Item(tenant=known[tenant], control=control, change=change))
    if not found:
        raise InputRefused(NOTHING_CHOSEN)
    return found


def spread(conn: Connection, form: Form, viewer: Viewer) -> Form:
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
    return Form(pairs=(*chosen, *((key, value) for key, value in form.pairs if key != CONTROL)))


def fields_of(form: Form) -> tuple[Field, ...]:
    """List what the preview asks for."""
    return tuple(_field(name, form.last(name)) for name in ASKED.get(form.last("status"), ()))


def _field(name: str, value: str) -> Field:
    label = USUAL.get(name) or name.capitalize()
    if name == "status":
        statuses = ((camel(s), formats.status(s)) for s in Status if s in DECIDABLE)
        choices = tuple(Choice(value=v, label=text, selected=v == value) for v, text in (("", "as it is"), *statuses))
        return Field(name=name, label=label, value=value, kind="select", choices=choices)
    kind = "date" if name in {"due", "review_on"} else "text"
    return Field(name=name, label=label, value=value, kind=kind, hint=HINTS.get(name, ""))


def hidden(form: Form, fields: tuple[Field, ...]) -> tuple[tuple[str, str], ...]:
    """Send again what was sent, but for what the preview asks for itself."""
    own = {"expect", "seen", *(field.name for field in fields)}
    kept = tuple(pair for pair in form.pairs if pair[0] not in own)
    return (*kept, ("seen", form.seen)) if fields else kept


def said(form: Form, fields: tuple[Field, ...]) -> tuple[str, ...]:
    """Say what is to be changed; what may still be filled in stands in its fields."""
    own = {field.name for field in fields}
    shown = [(name, form.last(name)) for name in TEXTS if form.last(name) and name not in own]
    return tuple(f"{LABELS.get(name, name).capitalize()}: {_shown(name, value)}" for name, value in shown)


def _shown(name: str, value: str) -> str:
    if name == "status":
        return formats.status(parse(value, "status", Status))
    return formats.day(parse_day(value)) if name in {"due", "review_on"} else value
