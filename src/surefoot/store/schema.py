"""The tables. A control's history is one row per change, not per day; what tenants share is kept once."""

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, MetaData, PrimaryKeyConstraint, Table, UniqueConstraint

from surefoot.store.columns import Bytes, Count, Day, Flag, Moment, Words, number

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_STRICT: dict[str, Any] = {"sqlite_strict": True}
_BARE: dict[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": False}
"""Rows that are found by their whole key: without SQLite's hidden row number they are 40 % smaller."""


def _tenant() -> Column[int]:
    return Column("tenant", Count, ForeignKey("tenant.key", ondelete="CASCADE"), nullable=False)


def _control() -> Column[int]:
    return Column("control", Count, ForeignKey("control.key"), nullable=False)


control = Table(
    "control",
    metadata,
    Column("key", Count, primary_key=True),
    Column("folded", Words, nullable=False, unique=True),  # ids are equal without regard to case
    Column("id", Words, nullable=False),  # as Graph first spelled it
    **_STRICT,
)

shared_text = Table(
    "shared_text",
    metadata,
    Column("key", Count, primary_key=True),
    Column("text", Words, nullable=False, unique=True),  # a category, a set of services, a sentence without its numbers
    **_STRICT,
)

tenant = Table(
    "tenant",
    metadata,
    Column("key", Count, primary_key=True),
    Column("id", Words, nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("method", Words, nullable=False),
    Column("cloud", Words, nullable=False),
    Column("client_id", Words),
    Column("graph_url", Words),
    Column("login_url", Words),
    Column("due_at", Moment),
    Column("attempted_at", Moment),
    Column("synced_at", Moment),
    Column("failing_since", Moment),
    Column("failures", Count, nullable=False),
    Column("error", Words),
    Column("message", Words),
    Column("request_id", Words),
    Column("write_back", Flag),  # NULL: off, as at first
    Index(None, "due_at"),
    **_STRICT,
)

secret = Table(
    "secret",
    metadata,
    _tenant(),
    Column("field", Words, nullable=False),
    Column("key_id", Words, nullable=False),
    Column("nonce", Bytes, nullable=False),
    Column("value", Bytes, nullable=False),
    PrimaryKeyConstraint("tenant", "field"),
    **_BARE,
)

day = Table(
    "day",
    metadata,
    _tenant(),
    Column("day", Day, nullable=False),
    Column("points", number(), nullable=False),
    Column("max_points", number(), nullable=False),
    Column("active_users", Count),
    Column("licensed_users", Count),
    Column("services", Count, ForeignKey("shared_text.key"), nullable=False),
    Column("source", Count, nullable=False),
    Column("rich", Flag, nullable=False),
    PrimaryKeyConstraint("tenant", "day"),
    **_BARE,
)

span = Table(
    "span",
    metadata,
    _tenant(),
    _control(),
    Column("from_day", Day, nullable=False),
    Column("to_day", Day, nullable=False),
    Column("points", number(), nullable=False),
    Column("percent", number()),
    Column("category", Count, ForeignKey("shared_text.key"), nullable=False),
    PrimaryKeyConstraint("tenant", "control", "from_day"),
    **_BARE,
)

reading = Table(
    "reading",
    metadata,
    _tenant(),
    _control(),
    Column("from_day", Day, nullable=False),
    Column("to_day", Day, nullable=False),
    Column("sentence", Count, ForeignKey("shared_text.key")),
    Column("numbers", Words),  # what stood in the sentence's gaps, a line each
    Column("description", Count, ForeignKey("shared_text.key")),
    Column("count", number()),
    Column("total", number()),
    Column("on", Flag),
    Column("applicable", Flag),
    PrimaryKeyConstraint("tenant", "control", "from_day"),
    **_BARE,
)

freshness = Table(
    "freshness",
    metadata,
    Column("tenant", Count, ForeignKey("tenant.key", ondelete="CASCADE"), primary_key=True),
    Column("day", Day, nullable=False),
    Column("times", Words, nullable=False),  # JSON: when services last reported -> keys of the controls
    **_STRICT,
)

average = Table(
    "average",
    metadata,
    Column("day", Day, nullable=False),
    Column("basis", Words, nullable=False),  # with its range or industry: one text names a group of organisations
    Column("percent", number()),
    Column("categories", Words, nullable=False),
    PrimaryKeyConstraint("day", "basis"),
    **_BARE,
)

membership = Table(
    "membership",
    metadata,
    _tenant(),
    Column("basis", Words, nullable=False),
    Column("from_day", Day, nullable=False),
    Column("to_day", Day, nullable=False),
    PrimaryKeyConstraint("tenant", "basis", "from_day"),
    **_BARE,
)

profile_content = Table(
    "profile_content",
    metadata,
    Column("key", Count, primary_key=True),
    _control(),
    Column("digest", Bytes, nullable=False),
    Column("body", Words, nullable=False),
    Column("first_seen", Day, nullable=False),
    Column("last_seen", Day, nullable=False),
    UniqueConstraint("control", "digest"),
    **_STRICT,
)

profile = Table(
    "profile",
    metadata,
    _tenant(),
    _control(),
    Column("from_day", Day, nullable=False),
    Column("until_day", Day),  # the first day without it; NULL: still so
    Column("content", Count, ForeignKey("profile_content.key"), nullable=False),
    PrimaryKeyConstraint("tenant", "control", "from_day"),
    **_BARE,
)

state_update = Table(
    "state_update",
    metadata,
    _tenant(),
    _control(),
    Column("updated_at", Moment, nullable=False),
    Column("state", Words, nullable=False),
    Column("assigned_to", Words),
    Column("comment", Words),
    Column("updated_by", Words),
    Column("taken_at", Moment),  # when it was compared with what was decided here; NULL: not yet
    PrimaryKeyConstraint("tenant", "control", "updated_at", "state"),
    **_BARE,
)

decision = Table(
    "decision",
    metadata,
    Column("key", Count, primary_key=True),
    _tenant(),
    _control(),
    Column("status", Words, nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("decided_by", Words, nullable=False),
    Column("comment", Words),
    Column("owner", Words),
    Column("due", Day),
    Column("review_on", Day),
    Column("evidence", Words),
    Column("grounds", Words),
    Column("approved_by", Words),
    Column("decided_in", Words),  # NULL: in Surefoot
    Index(None, "tenant", "control", "decided_at"),
    **_STRICT,
)

plan = Table(
    "plan",
    metadata,
    Column("key", Count, primary_key=True),
    _tenant(),
    _control(),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", Words, nullable=False),
    Column("owner", Words),
    Column("due", Day),
    Column("priority", Words),
    Column("labels", Words, nullable=False),  # a JSON list
    Column("ticket", Words),
    Index(None, "tenant", "control"),
    **_STRICT,
)

acceptance_request = Table(
    "acceptance_request",
    metadata,
    Column("key", Count, primary_key=True),
    _tenant(),
    _control(),
    Column("asked", Words, nullable=False),  # JSON: the decision that is asked for
    Column("state", Words, nullable=False),
    Column("answered_at", Moment),
    Column("answered_by", Words),
    Column("answer", Words),
    Index(None, "tenant", "control"),
    **_STRICT,
)

policy = Table(
    "policy",
    metadata,
    Column("key", Count, primary_key=True),
    Column("tenant", Count, ForeignKey("tenant.key", ondelete="CASCADE")),  # NULL: of the installation
    Column("name", Words, nullable=False),
    Column("value", Words, nullable=False),
    UniqueConstraint("tenant", "name"),
    **_STRICT,
)

agreement = Table(
    "agreement",  # what Surefoot and Microsoft last agreed on, by control
    metadata,
    _tenant(),
    _control(),
    Column("state", Words, nullable=False),  # Graph's word
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("tenant", "control"),
    **_BARE,
)

conflict = Table(
    "conflict",
    metadata,
    Column("key", Count, primary_key=True),
    _tenant(),
    _control(),
    Column("found_at", Moment, nullable=False),
    Column("ours", Words, nullable=False),
    Column("ours_by", Words, nullable=False),
    Column("ours_at", Moment, nullable=False),
    Column("ours_comment", Words),
    Column("theirs", Words, nullable=False),
    Column("theirs_by", Words),
    Column("theirs_at", Moment, nullable=False),
    Column("theirs_comment", Words),
    Column("holds", Words),  # NULL: open
    Column("resolved_at", Moment),
    Column("resolved_by", Words),
    Column("rule", Words),
    Index(None, "tenant", "control"),
    **_STRICT,
)

notice = Table(
    "notice",
    metadata,
    Column("key", Count, primary_key=True),
    _tenant(),
    _control(),
    Column("kind", Words, nullable=False),
    Column("about", Words, nullable=False),  # with tenant, kind and control it is told once
    Column("recipient", Words),
    Column("text", Words, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("read_at", Moment),
    Column("read_by", Words),
    UniqueConstraint("tenant", "kind", "control", "about"),
    **_STRICT,
)

bulk = Table(
    "bulk",  # one deed on many actions
    metadata,
    Column("key", Count, primary_key=True),
    Column("made_at", Moment, nullable=False),
    Column("made_by", Words, nullable=False),
    Column("change", Words, nullable=False),  # JSON
    Column("undone_at", Moment),
    Column("undone_by", Words),
    **_STRICT,
)

bulk_item = Table(
    "bulk_item",
    metadata,
    Column("bulk", Count, ForeignKey("bulk.key", ondelete="CASCADE"), nullable=False),
    _tenant(),
    _control(),
    Column("outcome", Words, nullable=False),
    Column("message", Words),
    Column("before", Words),  # JSON: decision and plan
    Column("after", Words),
    Column("undo", Words),  # how undoing it went
    PrimaryKeyConstraint("bulk", "tenant", "control"),
    Index(None, "tenant", "control"),
    **_BARE,
)

playbook = Table(
    "playbook",  # an MSP's own steps; every version is kept, the newest counts
    metadata,
    Column("key", Count, primary_key=True),
    _control(),
    Column("text", Words, nullable=False),  # Markdown; empty: removed
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", Words, nullable=False),
    Index(None, "control"),
    **_STRICT,
)

baseline = Table(
    "baseline",  # every version is kept, the newest counts
    metadata,
    Column("key", Count, primary_key=True),
    Column("name", Words, nullable=False),
    Column("rules", Words, nullable=False),  # a JSON list; empty: removed
    Column("description", Words),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", Words, nullable=False),
    Index(None, "name"),
    **_STRICT,
)

baseline_tenant = Table(
    "baseline_tenant",  # which tenants are to be as a baseline says
    metadata,
    _tenant(),
    Column("name", Words, nullable=False),
    Column("since", Moment, nullable=False),
    Column("by", Words, nullable=False),
    PrimaryKeyConstraint("tenant", "name"),
    **_BARE,
)

api_token = Table(
    "api_token",
    metadata,
    Column("name", Words, primary_key=True),
    Column("hash", Bytes, nullable=False, unique=True),
    Column("tenants", Words),  # a JSON list of ids; NULL: all
    Column("can_write", Flag, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("role", Words),  # NULL: an older token, editor or reader by `can_write`
    **_STRICT,
)

sign_in_link = Table(
    "sign_in_link",
    metadata,
    Column("hash", Bytes, primary_key=True),
    Column("expires_at", Moment, nullable=False),
    Column("name", Words),  # NULL: an older link, of the administrator
    Column("role", Words),
    **_STRICT,
)

session = Table(
    "session",
    metadata,
    Column("hash", Bytes, primary_key=True),
    Column("name", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("role", Words),  # NULL: an older session, of the administrator
    **_STRICT,
)

tenant_label = Table(
    "tenant_label",
    metadata,
    _tenant(),
    Column("label", Words, nullable=False),
    PrimaryKeyConstraint("tenant", "label"),
    **_BARE,
)

event = Table(
    "event",
    metadata,
    Column("key", Count, primary_key=True),
    _tenant(),
    Column("source", Words, nullable=False),
    Column("id", Words, nullable=False),  # unique within its source
    Column("at", Moment, nullable=False),
    Column("body", Words, nullable=False),  # JSON: the rest of it
    UniqueConstraint("tenant", "source", "id"),
    Index(None, "tenant", "at"),
    **_STRICT,
)

event_source = Table(
    "event_source",
    metadata,
    _tenant(),
    Column("source", Words, nullable=False),
    Column("read_until", Moment),  # the newest time that was read; NULL: nothing yet
    Column("tried_at", Moment, nullable=False),
    Column("error", Words),  # a slug; NULL: it works
    Column("message", Words),
    PrimaryKeyConstraint("tenant", "source"),
    **_BARE,
)

dismissal = Table(
    "dismissal",
    metadata,
    Column("key", Count, primary_key=True),
    _tenant(),
    _control(),
    Column("points", number(), nullable=False),  # what the control had then: below it, the regression comes back
    Column("best_points", number(), nullable=False),
    Column("reason", Words, nullable=False),
    Column("dismissed_at", Moment, nullable=False),
    Column("dismissed_by", Words, nullable=False),
    Column("restored_at", Moment),
    Column("restored_by", Words),
    Index(None, "tenant", "control"),
    **_STRICT,
)

shift = Table(
    "shift",  # what Microsoft's catalogue did to a tenant's score on a day; made from the spans
    metadata,
    _tenant(),
    Column("day", Day, nullable=False),
    _control(),
    Column("kind", Words, nullable=False),
    Column("points", number(), nullable=False),
    Column("max_points", number(), nullable=False),
    Column("percent", number()),
    Column("bought", Flag, nullable=False),  # it came with a licence or product, not from Microsoft
    PrimaryKeyConstraint("tenant", "day", "control", "kind"),
    Index(None, "day"),
    **_BARE,
)

summary = Table(
    "summary",  # a tenant's row of the portfolio; made from its days, spans, profiles and decisions
    metadata,
    Column("tenant", Count, ForeignKey("tenant.key", ondelete="CASCADE"), primary_key=True),
    Column("rules", Count, nullable=False),  # the version of the rules that made it
    Column("day", Day, nullable=False),
    Column("points", number(), nullable=False),
    Column("max_points", number(), nullable=False),
    Column("change_1", number()),
    Column("change_7", number()),
    Column("change_30", number()),
    Column("change_90", number()),
    Column("available", number(), nullable=False),
    Column("open_actions", Count, nullable=False),
    Column("regressions", Count, nullable=False),
    Column("categories", Words, nullable=False),  # JSON: category -> points and maximum
    Column("seats", Words),
    Column("industry", Words),
    Column("services", Count, ForeignKey("shared_text.key"), nullable=False),
    **_STRICT,
)

audit_entry = Table(
    "audit_entry",  # append-only: triggers refuse what is not an insert
    metadata,
    Column("sequence", Count, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("origin", Words, nullable=False),
    Column("action", Words, nullable=False),
    Column("tenant", Words),  # the id, not the key: it outlives the tenant
    Column("subject", Words),
    Column("before", Words),
    Column("after", Words),
    Column("why", Words),
    Column("previous", Words, nullable=False),
    Column("hash", Words, nullable=False, unique=True),
    Index(None, "tenant", "sequence"),
    **_STRICT,
)

outgoing = Table(
    "outgoing",  # decisions on their way to Microsoft
    metadata,
    Column("key", Count, primary_key=True),
    _tenant(),
    _control(),
    Column("state", Words, nullable=False),
    Column("comment", Words),
    Column("assigned_to", Words),
    Column("made_at", Moment, nullable=False),
    Column("made_by", Words, nullable=False),
    Column("due_at", Moment),
    Column("attempts", Count, nullable=False),
    Column("stage", Words, nullable=False),
    Column("sent_at", Moment),
    Column("ended_at", Moment),
    Column("error", Words),
    Column("message", Words),
    Column("seen_at", Moment),  # when Microsoft says that it was set
    Column("request_id", Words),
    Index(None, "stage", "due_at"),
    Index(None, "tenant", "control"),
    **_STRICT,
)

work = Table(
    "work",  # each tenant's controls on its newest day, seen as actions; made together with the summary
    metadata,
    _tenant(),
    _control(),
    Column("rank", Count, nullable=False),  # the place in the tenant's default order, from 1
    Column("status", Words, nullable=False),
    Column("earned", number(), nullable=False),
    Column("max_points", number()),
    Column("points", number()),  # to gain
    Column("impact", Words),
    Column("difficulty", Words),
    Column("quick_win", Flag, nullable=False),
    Column("regressed", Flag, nullable=False),
    PrimaryKeyConstraint("tenant", "control"),
    Index(None, "control"),
    Index("ix_work_sums", "control", "status", "difficulty", "tenant", "earned", "points"),  # all that sums read
    **_BARE,
)

zones = Table(
    "zones",  # from which percent on a score is good or okay
    metadata,
    Column("key", Count, primary_key=True),
    Column("tenant", Count, ForeignKey("tenant.key", ondelete="CASCADE")),  # NULL: the installation's
    Column("good", number(), nullable=False),
    Column("okay", number(), nullable=False),
    Column("set_at", Moment, nullable=False),
    Column("set_by", Words, nullable=False),
    Index(None, "tenant"),
    **_STRICT,
)

saved_view = Table(
    "saved_view",  # a list with its filters, by a name
    metadata,
    Column("key", Count, primary_key=True),
    Column("owner", Words, nullable=False),  # the name of who saved it
    Column("page", Words, nullable=False),  # `portfolio`, `heatmap` or `actions`
    Column("name", Words, nullable=False),
    Column("query", Words, nullable=False),  # the address's query, without `?`
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("owner", "page", "name"),
    **_STRICT,
)

table_state = Table(
    "table_state",  # for who remembers answers: rows for each other table
    metadata,
    Column("whose", Count, primary_key=True),  # a tenant's key; 0: anybody's, -1: everybody's rows
    Column("name", Words, primary_key=True),
    Column("number", Count, nullable=False),  # another one after every transaction that wrote to these rows
    **_STRICT,
)

sync_run = Table(
    "sync_run",  # each reading of a tenant, how it went
    metadata,
    Column("key", Count, primary_key=True),
    _tenant(),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=False),
    Column("error", Words),  # a slug; NULL: it went well
    Column("message", Words),
    Column("request_id", Words),
    Column("days", Count),  # that came; NULL: nothing did
    Column("days_new", Count),
    Column("days_changed", Count),
    Column("profiles", Count),
    Column("refused", Count),
    Index(None, "tenant", "began_at"),
    **_STRICT,
)

TRIGGERS = {
    f"audit_entry_no_{deed}": f"CREATE TRIGGER audit_entry_no_{deed} BEFORE {deed.upper()} ON audit_entry "
    "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
    for deed in ("update", "delete")
}
"""Of SQLite; they make the trail append-only for everybody who does not drop them."""
