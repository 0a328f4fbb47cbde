"""The nouns of Secure Score: what Graph sends, once decoded, and what people decide.

Everything here is a frozen value without behaviour beyond plain derivation. Points and maxima are floats as
Graph sends them; `None` always means "not known", never zero.
"""

import datetime as dt
import enum

import msgspec

CATEGORIES = ("Identity", "Device", "Apps", "Data", "Infrastructure")
"""Microsoft's categories in the order in which pages show them; any other that Graph sends follows, by name."""


class Status(enum.StrEnum):
    """Where the work on an action stands."""

    TO_ADDRESS = "to_address"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    RISK_ACCEPTED = "risk_accepted"
    THIRD_PARTY = "third_party"
    ALTERNATE = "alternate"
    COMPLETED = "completed"
    """A fact (all points earned), never typed in."""


DECIDABLE = frozenset(Status) - {Status.COMPLETED}
"""The statuses that a person can set."""

CLOSED = frozenset({Status.COMPLETED, Status.RISK_ACCEPTED, Status.THIRD_PARTY, Status.ALTERNATE})
"""Actions with these statuses are not open: their points do not count as available."""


class Grounds(enum.StrEnum):
    """On what grounds an action is left as it is; both are decided and reviewed with the same care."""

    RISK = "risk"
    """The risk is bearable."""
    NOT_APPLICABLE = "not_applicable"
    """What the action protects against cannot happen here."""


class Side(enum.StrEnum):
    """Where a status was set."""

    SUREFOOT = "surefoot"
    MICROSOFT = "microsoft"
    """In Microsoft's portal, or through Graph by another program."""


class Role(enum.StrEnum):
    """What somebody may do with the tenants that are theirs; each may do what those before it may."""

    READER = "reader"
    """Look."""
    EDITOR = "editor"
    """Decide, plan, note, and ask for an acceptance where a second person has to approve it."""
    APPROVER = "approver"
    """Approve and decline what others ask for."""
    ADMINISTRATOR = "administrator"
    """Set policies, playbooks and baselines."""

    def may(self, needed: "Role") -> bool:
        """Say whether this role is enough where `needed` is asked for."""
        return list(Role).index(self) >= list(Role).index(needed)


class Priority(enum.StrEnum):
    """How urgent somebody finds an action, whatever its points."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Impact(enum.StrEnum):
    """The share of the open points that an action stands for (ABC analysis)."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Difficulty(enum.StrEnum):
    """The worse of implementation cost and user impact."""

    EASY = "easy"
    MEDIUM = "medium"
    COMPLEX = "complex"


class Level(enum.StrEnum):
    """Microsoft's scale for implementation cost and user impact ("Medium" is read as moderate)."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class Source(enum.StrEnum):
    """Where a stored day came from. Graph wins over a saved answer, and that over the portal's export."""

    GRAPH = "graph"
    SAVED_ANSWER = "saved_answer"
    PORTAL_EXPORT = "portal_export"


class Cloud(enum.StrEnum):
    """Microsoft's national clouds, and the emulator."""

    GLOBAL = "global"
    US_GOV_L4 = "us_gov_l4"
    US_GOV_L5 = "us_gov_l5"
    CHINA = "china"
    EMULATOR = "emulator"


class ControlScore(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a tenant earned for one control on one day."""

    control: str
    """The id as Graph spells it; ids are equal without regard to case."""
    category: str
    points: float
    percent: float | None = None
    """Graph's `scoreInPercentage`, 0 to 100, rounded by Graph to two decimals."""
    status_text: str | None = None
    """Graph's `implementationStatus`, as sent (may hold HTML). None in a poor record."""
    description: str | None = None
    """None in every record but Graph's newest."""
    synced_at: dt.datetime | None = None
    """When the control's own service last reported, up to 30 days before the day."""
    count: float | None = None
    """What it counts differs by control: show it beside the status text, compute nothing from it."""
    total: float | None = None
    on: bool | None = None
    applicable: bool | None = None


class CategoryAverage(msgspec.Struct, frozen=True):
    """Average points of a category, and the average maximum."""

    category: str
    points: float | None
    max_points: float | None


class Average(msgspec.Struct, frozen=True, kw_only=True):
    """One of Graph's `averageComparativeScores`."""

    basis: str
    """`AllTenants`, `TotalSeats`, `IndustryTypes`, or whatever else Graph sends."""
    percent: float | None
    """Graph's `averageScore`, a percent already."""
    seats_from: int | None = None
    seats_to: int | None = None
    industry: str | None = None
    categories: tuple[CategoryAverage, ...] = ()


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One secureScore of one tenant for one UTC day."""

    tenant: str
    """The Microsoft Entra tenant id, a lower-case GUID."""
    day: dt.date
    points: float
    """Graph's `currentScore`."""
    max_points: float
    """Graph's `maxScore`; 0 makes the percent unknown."""
    active_users: int | None = None
    licensed_users: int | None = None
    """Often 0 in real answers."""
    services: tuple[str, ...] = ()
    """Graph's `enabledServices`, sorted."""
    controls: tuple[ControlScore, ...] = ()
    averages: tuple[Average, ...] = ()
    source: Source = Source.GRAPH

    @property
    def rich(self) -> bool:
        """Say whether this is a record with texts and counts, as only Graph's newest is."""
        return any(c.synced_at is not None or c.description is not None for c in self.controls)


class StateUpdate(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One entry of a profile's `controlStateUpdates`: what somebody set, in Graph or in the portal."""

    state: str
    """Open set, case as sent: `Default`, `Ignored`, `ThirdParty`, `Reviewed`, `AlternateMitigation`, ..."""
    assigned_to: str | None = None
    comment: str | None = None
    updated_by: str | None = None
    updated_at: dt.datetime | None = None
    """None on the single `Default` entry of an untouched control."""


class Profile(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One secureScoreControlProfile: what the control is, in Microsoft's words, and what the tenant set."""

    control: str
    title: str
    category: str
    service: str | None = None
    max_points: float | None = None
    tier: str | None = None
    cost: Level | None = None
    """None when Graph says Unknown or nothing."""
    user_impact: Level | None = None
    rank: int | None = None
    """Microsoft's order, smaller first, with many ties; not a severity."""
    action_type: str | None = None
    action_url: str | None = None
    """As sent: may not be http(s)."""
    threats: tuple[str, ...] = ()
    deprecated: bool = False
    remediation: str | None = None
    """HTML from Microsoft, not yet cleaned."""
    remediation_impact: str | None = None
    updates: tuple[StateUpdate, ...] = ()
    vendor: str = "Microsoft"
    provider: str = "SecureScore"

    @property
    def state(self) -> StateUpdate | None:
        """The state in force: the latest update by time; entries without a time are older than any with one."""
        if len(self.updates) == 1:  # as nearly always
            return self.updates[0]
        return max(self.updates, key=lambda u: (u.updated_at is not None, u.updated_at or _NEVER), default=None)


_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


class ActorKind(enum.StrEnum):
    """What sort of somebody does something."""

    PERSON = "person"
    TOKEN = "token"  # noqa: S105 - the name of a kind, not a secret
    """A program with an API token."""
    SYSTEM = "system"


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who does something, and from where."""

    name: str
    kind: ActorKind
    origin: str
    """`command line`, `page 127.0.0.1`, `api 127.0.0.1`, `server`."""


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One deed in the audit trail."""

    sequence: int
    """From 1, without gaps."""
    at: dt.datetime
    actor: str
    kind: ActorKind
    origin: str
    action: str
    """What was done, as `decision.made`."""
    tenant: str | None
    """The tenant's id; it stays when the tenant is removed."""
    subject: str | None
    """What it was done to: a control, a token, a note."""
    before: str | None
    """As it was, in JSON."""
    after: str | None
    why: str | None
    previous: str
    """The hash of the entry before, in hexadecimal; of the first: 64 zeros."""
    hash: str


class Decision(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What somebody decided about an action, in Surefoot."""

    control: str
    status: Status
    decided_at: dt.datetime
    decided_by: str
    comment: str | None = None
    """Why; needed to accept a risk."""
    owner: str | None = None
    due: dt.date | None = None
    review_on: dt.date | None = None
    """Until when a risk is accepted: after that day the action is to be addressed again."""
    evidence: str | None = None
    """A text or link that shows what resolves an action elsewhere."""
    grounds: Grounds | None = None
    """Of an acceptance; None for every other status, and for what was accepted at Microsoft."""
    approved_by: str | None = None
    """Who approved an acceptance: somebody else than `decided_by` where the policy asks for two persons."""
    decided_in: Side = Side.SUREFOOT


class Plan(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who does an action by when; it stays when the status changes."""

    control: str
    changed_at: dt.datetime
    changed_by: str
    owner: str | None = None
    due: dt.date | None = None
    priority: Priority | None = None
    labels: tuple[str, ...] = ()
    """Sorted, each once."""
    ticket: str | None = None
    """A link (https) to the ticket, or its number."""


class RequestState(enum.StrEnum):
    """What became of a request for an acceptance."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    """Taken back by who asked, or overtaken by another decision."""


class AcceptanceRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody asks that a risk be accepted; a second person answers."""

    key: int
    asked: Decision
    """What is decided if it is approved; `decided_by` is who asks, `decided_at` when."""
    state: RequestState = RequestState.PENDING
    answered_at: dt.datetime | None = None
    answered_by: str | None = None
    answer: str | None = None
    """Why it was declined, or what the approver adds."""


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """Surefoot and Microsoft both changed a control's status since they last agreed."""

    key: int
    control: str
    found_at: dt.datetime
    ours: Status
    ours_by: str
    ours_at: dt.datetime
    ours_comment: str | None = None
    theirs: str
    """Graph's word, as sent."""
    theirs_by: str | None = None
    theirs_at: dt.datetime
    theirs_comment: str | None = None
    holds: Side | None = None
    """Whose version holds; None: nobody has said yet."""
    resolved_at: dt.datetime | None = None
    resolved_by: str | None = None
    rule: str | None = None
    """The policy that resolved it; None: a person did, or nobody yet."""


class NoticeKind(enum.StrEnum):
    """What a notice is about."""

    ACCEPTANCE_ENDS = "acceptance_ends"
    ACCEPTANCE_ENDED = "acceptance_ended"
    ACCEPTANCE_ASKED = "acceptance_asked"
    ACCEPTANCE_ANSWERED = "acceptance_answered"
    CONFLICT = "conflict"
    WRITE_REFUSED = "write_refused"


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody should know; it is told once."""

    key: int
    kind: NoticeKind
    control: str
    recipient: str | None
    """The owner, else who decided; None: whoever looks after the tenant."""
    text: str
    made_at: dt.datetime
    read_at: dt.datetime | None = None
    read_by: str | None = None


class EventSource(enum.StrEnum):
    """Where an event comes from."""

    INCIDENT = "incident"
    """Graph's `security/incidents`."""
    DIRECTORY_AUDIT = "directory_audit"
    """Graph's `auditLogs/directoryAudits`."""
    INTUNE_AUDIT = "intune_audit"
    """Graph's `deviceManagement/auditEvents`."""
    NOTE = "note"
    """Somebody wrote it in Surefoot."""
    DECISION = "decision"
    """A status that somebody set in Surefoot."""
    PORTAL = "portal"
    """A status that somebody set at Microsoft: an entry of `controlStateUpdates`."""


EVENT_PERMISSIONS = {
    EventSource.INCIDENT: "SecurityIncident.Read.All",
    EventSource.DIRECTORY_AUDIT: "AuditLog.Read.All",
    EventSource.INTUNE_AUDIT: "DeviceManagementApps.Read.All",
}
"""The sources that are read from Graph, each with the application permission that it needs."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something dated that may explain a change."""

    source: EventSource
    id: str
    """Unique within the tenant and the source."""
    at: dt.datetime
    title: str
    """An audit's `activityDisplayName`, an incident's `displayName`, a note's text: what happened."""
    service: str | None = None
    """The service as the source names it: an audit's `loggedByService`, Intune's `componentName`."""
    category: str | None = None
    """The source's own grouping: an audit's `category`; for an incident its severity is in `severity`."""
    actor: str | None = None
    """A user principal name, an app's name, or None where the source names nobody."""
    targets: tuple[str, ...] = ()
    """What was acted on, by display name, with the resource's type where it has no name."""
    changed: tuple[str, ...] = ()
    """Names of the properties that were changed, with their new values where short: `state: disabled`."""
    succeeded: bool | None = None
    severity: str | None = None
    """Of an incident: informational, low, medium, high."""
    control: str | None = None
    """The control that a note or a decision is about."""
    url: str | None = None
    """Where the source shows it (https alone)."""


class Stage(enum.StrEnum):
    """Where a decision is on its way to Microsoft."""

    WAITING = "waiting"
    """To be sent, or tried again, when it is due."""
    SENT = "sent"
    """Microsoft took it; a sync has still to show it."""
    CONFIRMED = "confirmed"
    """A sync showed it."""
    REFUSED = "refused"
    """Microsoft does not take it; somebody has to look."""
    KEPT = "kept"
    """Not sent: Graph has no word for it, or does not take this family of controls. It is kept in Surefoot only."""
    SUPERSEDED = "superseded"
    """A later decision about the same control took its place."""
    OVERTAKEN = "overtaken"
    """After it was sent, somebody set another state at Microsoft."""
    HELD = "held"
    """Not sent: Microsoft's side changed too, and somebody has to say which version holds."""


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """A decision on its way to Microsoft."""

    key: int
    control: str
    state: str
    """Graph's word: Default, Ignored, ThirdParty, AlternateMitigation."""
    stage: Stage
    made_at: dt.datetime
    made_by: str
    comment: str | None = None
    assigned_to: str | None = None
    due_at: dt.datetime | None = None
    attempts: int = 0
    sent_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    error: str | None = None
    message: str | None = None
    """What happened and what to do."""
    seen_at: dt.datetime | None = None
    """When Microsoft set it, by its own list of updates; None: that list has not shown it yet."""
    request_id: str | None = None


class Dismissal(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's word that a regression needs no work, as long as the control does not fall further."""

    control: str
    points: float
    """What the control had when it was dismissed."""
    best_points: float
    reason: str
    dismissed_at: dt.datetime
    dismissed_by: str


class Tenant(msgspec.Struct, frozen=True, kw_only=True):
    """A Microsoft Entra tenant that Surefoot keeps."""

    id: str
    """Lower-case GUID."""
    name: str
    key: int
    """The store's own small number for it; never shown."""
    created_at: dt.datetime


class TenantName(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant as pages name it."""

    id: str
    name: str


class AuthMethod(enum.StrEnum):
    """How Surefoot signs in to a tenant. NONE: its history comes from imported files alone."""

    NONE = "none"
    SECRET = "secret"  # noqa: S105 - the name of a method, not a secret
    CERTIFICATE = "certificate"
    WORKLOAD_IDENTITY = "workload_identity"
    MANAGED_IDENTITY = "managed_identity"
    DEVICE_CODE = "device_code"


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach a tenant in Graph; what is secret of it lies in the store's secrets, not here."""

    method: AuthMethod = AuthMethod.NONE
    cloud: Cloud = Cloud.GLOBAL
    client_id: str | None = None
    """Of the app registration; for a user-assigned managed identity, of that identity."""
    graph_url: str | None = None
    """Only for the emulator: its base address, on loopback."""
    login_url: str | None = None


class SyncState(msgspec.Struct, frozen=True, kw_only=True):
    """When a tenant was read, and what is wrong since when."""

    due_at: dt.datetime | None
    """None: nothing to sync (imported files alone)."""
    attempted_at: dt.datetime | None = None
    synced_at: dt.datetime | None = None
    """The last success."""
    failing_since: dt.datetime | None = None
    failures: int = 0
    """In a row."""
    error: str | None = None
    """The slug of the error (`errors.SurefootError.slug`)."""
    message: str | None = None
    """A sentence for the administrator."""
    request_id: str | None = None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A reading of a tenant from Graph that is under way."""

    began_at: dt.datetime
    days: int = 0
    """Read so far."""
    controls: int = 0
    """Control profiles read so far."""


class DayTotal(msgspec.Struct, frozen=True, gc=False):
    """The totals of one stored day, without its controls."""

    day: dt.date
    points: float
    max_points: float
    source: Source


class Standing(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A control of a tenant on a day, as the store knows it: the score joined to the profile."""

    score: ControlScore
    profile: Profile | None
    """None: a score without a profile, shown by its id."""
    last_known_max: float | None = None
    """Derived from the nearest earlier day on which points and percent were not 0, else the nearest later one."""
    best_points: float | None = None
    """The most points in the 90 days up to that day (history may know fewer)."""
    best_day: dt.date | None = None
    """The last day on which it had them."""
    best_max: float | None = None
    """The maximum that held on that day, where its own percent tells it."""
    decision: Decision | None = None
    plan: Plan | None = None


class Playbook(msgspec.Struct, frozen=True, kw_only=True):
    """An MSP's own steps for a control, in one version."""

    control: str
    text: str
    """Markdown; empty: this version removed the playbook."""
    changed_at: dt.datetime
    changed_by: str
