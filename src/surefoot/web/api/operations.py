"""Every operation of the API in one table: where it is, what it takes, what it sends, which problems it may have."""

import enum
from typing import Any

import msgspec

from surefoot.model import CATEGORIES, Difficulty, EventSource, Grounds, Impact, NoticeKind, Stage, Status
from surefoot.pages import catalogue, heatmap, outbox, risks
from surefoot.pages.actions import Due, Way
from surefoot.pages.columns import SORTS, Column
from surefoot.pages.outlets import camel
from surefoot.pages.portfolio import LIMIT, MOST
from surefoot.pages.risks import Ends
from surefoot.reports.sheets import MEDIA_TYPE as XLSX
from surefoot.scoring.actions import NewsKind
from surefoot.scoring.catalogue import Did
from surefoot.scoring.trends import Step
from surefoot.store.portfolio import Sort
from surefoot.store.runs import MOST as RUNS
from surefoot.sync.views import PAGES
from surefoot.web.action_queries import Show
from surefoot.web.api.paths import (
    AUDIT,
    BASELINES,
    BULK,
    CONFLICTS,
    DOCTOR,
    HEATMAP,
    NOTICES,
    PLAYBOOKS,
    POLICY,
    PORTFOLIO,
    REQUESTS,
    SCORE,
    SEARCH,
    TENANTS,
    TOKENS,
    VIEWS,
    ZONES,
)

Json = dict[str, Any]

PROBLEMS = {
    400: "The body is not JSON.",
    401: "Nobody is signed in, or the token is not valid.",
    403: "The token may not change anything, or nothing that belongs to all tenants.",
    404: "No such tenant, action, control, day or event, or not yours to see: they look the same.",
    413: "The body is too large.",
    502: "Microsoft did not answer.",
    503: "The key does not fit the stored secrets.",
    422: "A parameter or the body has a value that is not usable; the sentence names those that are.",
}


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation."""

    path: str
    name: str
    summary: str
    method: str = "get"
    description: str = ""
    parameters: tuple[Json, ...] = ()
    sends: str | None = None
    """The schema of the answer."""
    plain: Json | None = None
    """An example of an answer without a schema of its own."""
    takes: str | None = None
    sample: Json | None = None
    takes_file: bool = False
    """Whether the body is a file, as it is."""
    status: int = 200
    problems: tuple[int, ...] = (401, 404, 422)
    csv: bool = False
    file: str | None = None
    """The media type of an answer that is a file."""
    public: bool = False

    @property
    def tagged(self) -> bool:
        """Say whether the answer carries an ETag."""
        return self.method == "get" and self.file is None


def _text(name: str, description: str, **schema: Any) -> Json:
    return {"name": name, "in": "query", "description": description, "schema": {"type": "string"} | schema}


def _day(name: str, description: str) -> Json:
    return _text(name, description, format="date")


def _choice(name: str, values: list[str], description: str) -> Json:
    return _text(name, description, enum=values)


def _flag(name: str, description: str) -> Json:
    schema = {"type": "boolean", "default": False}
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _count(name: str, description: str, default: int, most: int) -> Json:
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _part(name: str, description: str, example: str) -> Json:
    schema = {"type": "string", "minLength": 1}
    return {
        "name": name, "in": "path", "required": True, "description": description, "schema": schema, "example": example,
    }  # fmt: skip


TENANT = _text("tenant", "The tenant's id or name. It may be left out when only one is visible.") | {
    "example": "Contoso"
}
DAYS: Json = {
    "name": "days",
    "in": "query",
    "description": "How many days of history, counted back from the newest stored one.",
    "schema": {"oneOf": [{"type": "integer", "minimum": 1, "maximum": 36500}, {"const": "all"}], "default": 90},
}
FROM, TO = _day("from", "The first day."), _day("to", "The last day.")
CONTROL = _part("control_id", "The control's id, without regard to case.", "BlockLegacyAuthentication")
ACTION = _part("action_id", "The action's id, without regard to case.", "aad_mfa_all_users")
TENANT_ID = _part("tenant_id", "The tenant's id or name.", "Contoso")
KEY = _part("key", "The request's number.", "7")
VIEW = _part("key", "The view's number.", "7")
BASELINE = _part("name", "The baseline's name, without regard to case.", "Standard")


def _ways(kind: type[enum.StrEnum]) -> list[str]:
    return [sign + camel(by) for by in kind for sign in ("", "-")]


_SORTS = _ways(Sort)
_ALL = "Without `tenant` those of all visible tenants."
WRITING = (400, 401, 403, 404, 413, 422)

WORK = (
    _choice("show", [camel(s) for s in Show], "A part of the list: `open`, `quick` wins, `regressed`, or `mine`."),
    _text("text", "In name, id, product, owner, ticket or labels."),
    _text("category", f"Without regard to case: {', '.join(CATEGORIES)} or another of Graph's."),
    _choice("status", [camel(s) for s in Status], "Only actions with this status."),
    _choice("impact", [camel(i) for i in Impact], "Only open actions with this impact."),
    _choice("difficulty", [camel(d) for d in Difficulty], "Only actions with this difficulty."),
    _text("product", "Only actions of this product, by its name."),
    _text("owner", "Only actions of this owner; `-` for those of nobody."),
    _choice("due", [camel(d) for d in Due], "Only open actions that are due so."),
    _choice("microsoft", [camel(w) for w in Way], "Only what waits for Microsoft, or where both sides differ."),
    _choice("recent", [camel(k) for k in NewsKind], "Only what Microsoft did so to in the last 30 days."),
    _flag("quickWins", "Only quick wins."),
    _flag("regressed", "Only what has regressed."),
    _choice(
        "sort", [sign + camel(c) for c in SORTS for sign in ("", "-")],
        "By what; with a minus falling. What is not known comes last.",
    ),
)  # fmt: skip
"""Which actions, in which order."""

ROWS = (
    _choice("sort", _SORTS, "By what; with a minus the largest first. Rows without a value come last."),
    _text("label", "Only tenants with this label."),
    {"name": "labelled", "in": "query", "schema": {"type": "boolean"},
     "description": "Only tenants that have any label, or only those that have none."},
    _text("industry", "Only tenants of this industry."),
    _text("text", "In the name or the id."),
    {"name": "problem", "in": "query", "schema": {"type": "boolean"},
     "description": "Only tenants that have a problem, or only those that have none."},
    {"name": "limit", "in": "query", "description": "Rows on a page.",
     "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT}},
    _text("cursor", "`next` of the page before."),
)  # fmt: skip
"""Which tenants, in which order."""

_MANY = (
    "Either `items`, 20,000 at most, or `where` over visible tenants. What is left out of `change` stays; what is "
    "refused is a result and harms no other."
)

HEAT = (
    _text("label", "Only tenants with this label."),
    _text("tenants", "Only tenants with this in the name or the id."),
    _text("text", "Only controls with this in the title or the id."),
    _text("category", "Only controls of this category, without regard to case."),
    _text("product", "Only controls of this product, as it is named in the answer."),
    _flag("open", "Only controls that are open somewhere."),
    _text("control", "Only this control, by its id."),
    _count("page", "Which page of controls; one beyond the last is the last.", 1, 100_000),
    _count("limit", "Controls on a page.", heatmap.CONTROLS, MOST),
    _count("tenantPage", "Which page of tenants.", 1, 100_000),
    _count("tenantLimit", "Tenants on a page.", heatmap.TENANTS, MOST),
)


OPERATIONS = (
    Operation(
        path="/health", name="health", summary="Say that the process answers", public=True, problems=(),
        plain={"status": "ok"},
    ),
    Operation(
        path="/api/openapi.json", name="openapi", summary="This document", problems=(401,), plain={"openapi": "3.1.0"},
    ),
    Operation(
        path=SCORE, name="secureScore", summary="The current score and its history", parameters=(TENANT, DAYS),
        sends="Overview",
    ),
    Operation(
        path=f"{SCORE}/recommendations", name="recommendations", sends="Actions", csv=True,
        summary="The actions with their points, in the order of what pays most or as `sort` says",
        parameters=(TENANT, *WORK),
    ),
    Operation(
        path=f"{SCORE}/recommendations.xlsx", name="recommendationsXlsx", file=XLSX,
        summary="The same actions as an Excel workbook",
        parameters=(TENANT, *WORK, _text("columns", f"Which, apart by commas: {', '.join(map(camel, Column))}.")),
    ),
    Operation(
        path=f"{SCORE}/unlicensed", name="unlicensed", sends="Unlicensed", csv=True, parameters=(TENANT,),
        summary="What Microsoft lists for the tenant and its score has not: not applicable or not licensed",
    ),
    Operation(
        path=f"{SCORE}/actions/{{action_id}}/status", name="setStatus", method="post", sends="Action",
        summary="Record a decision about an action; answers with the action",
        description="`completed` cannot be set: Microsoft reports it. 202 where the policy asks for two persons: it is "
        "asked for, and the action stays as it is until somebody approves.",
        parameters=(_part("action_id", "The action's id, without regard to case.", "aad_mfa_all_users"), TENANT),
        takes="StatusBody", sample={"status": "planned", "comment": "With the rollout in May"}, problems=WRITING,
    ),
    Operation(
        path=f"{SCORE}/actions/{{action_id}}", name="action", sends="ActionDetail",
        summary="One action: what may follow, owner and due date, what is on its way, conflict, timeline, others",
        parameters=(ACTION, TENANT),
    ),
    Operation(
        path=f"{SCORE}/actions/{{action_id}}", name="planAction", method="patch", sends="ActionDetail",
        summary="Change owner, due date, priority, labels or ticket; answers with the action",
        description="What is left out stays, null takes away.", parameters=(ACTION, TENANT), takes="PlanBody",
        sample={"owner": "anna", "due": "2099-12-31", "priority": "high", "labels": ["pilot"], "ticket": "4711"},
        problems=WRITING,
    ),
    Operation(
        path=f"{SCORE}/actions/{{action_id}}/resolve", name="resolveConflict", method="post", sends="ActionDetail",
        summary="Say whose status holds where Surefoot and Microsoft both changed it; answers with the action",
        description="204 for a control that the newest day no longer scores.",
        parameters=(ACTION, TENANT), takes="HoldsBody", sample={"holds": "microsoft"}, problems=WRITING,
    ),
    Operation(
        path=f"{SCORE}/actions/{{action_id}}/undo", name="undoDecision", method="post", sends="ActionDetail",
        summary="Take the last decision back: what was in force before it holds again; answers with the action",
        description="422 where nobody decided here, or Microsoft's side changed it since.",
        parameters=(ACTION, TENANT), problems=(401, 403, 404, 413, 422),
    ),
    Operation(
        path=CONFLICTS, name="conflicts", sends="Conflicts", csv=True,
        summary="What Surefoot and Microsoft both changed, with both versions",
        parameters=(TENANT, _flag("all", "Also those that are resolved.")),
    ),
    Operation(
        path=REQUESTS, name="requests", sends="Requests", parameters=(TENANT,),
        summary="Acceptances that wait for a second person",
    ),
    Operation(
        path=f"{REQUESTS}/{{key}}/approve", name="approveRequest", method="post", sends="ActionDetail",
        summary="Approve what somebody else asks for; answers with the action",
        description="Needs the role approver, and another name than that of who asked.", parameters=(KEY,),
        takes="AnswerBody", sample={"answer": "for this year"}, problems=WRITING,
    ),
    Operation(
        path=f"{REQUESTS}/{{key}}/decline", name="declineRequest", method="post", sends="ActionDetail",
        summary="Decline a request with a reason, or take one's own back; answers with the action",
        description="204 for a control that the newest day no longer scores.",
        parameters=(KEY,), takes="AnswerBody", sample={"answer": "not bearable"}, problems=WRITING,
    ),
    Operation(
        path=NOTICES, name="notices", sends="Notices", csv=True, description=_ALL,
        summary="What somebody should know: acceptances that end, requests, conflicts, refused writes",
        parameters=(
            TENANT,
            _flag("all", "Also those that were read."),
            _choice("kind", [camel(k) for k in NoticeKind], "Only those of this kind."),
        ),
    ),
    Operation(
        path=f"{NOTICES}/read", name="readNotices", method="post", sends="Notices",
        summary="Mark notices as read; answers with those that are not", takes="NoticesBody", sample={"keys": [1, 2]},
        problems=WRITING,
    ),
    Operation(
        path=POLICY, name="policy", sends="PolicyPage", parameters=(TENANT,),
        summary="How decisions are governed: for one tenant, or without one for the installation",
    ),
    Operation(
        path=POLICY, name="setPolicy", method="put", sends="PolicyPage", parameters=(TENANT,),
        summary="Set policies; null takes a value away again", takes="PolicyBody",
        description="Needs the role administrator.", sample={"twoPersons": True, "conflicts": "newest"},
        problems=WRITING,
    ),
    Operation(
        path=f"{SCORE}/history", name="history", sends="History", csv=True,
        summary="The score, a category, a service or a control over time",
        description="A missing day is not there. A week or month is as of its last stored day.",
        parameters=(
            TENANT, DAYS, FROM, TO,
            _choice("by", [camel(s) for s in Step], "How far apart the points lie."),
            _text("category", "Of one category, without regard to case."),
            _text("service", "Of one service by Microsoft's code, for example MDO."),
            _text("control", "Of one control, by its id."),
        ),
    ),
    Operation(
        path=f"{SCORE}/trends", name="trends", sends="Trends", csv=True,
        summary="Metrics and trends over one range: zones, categories, averages, changes, regressions, accepted risks",
        description="A missing day is not there; a period without a stored day has null.",
        parameters=(
            TENANT, DAYS, FROM, TO,
            _choice("by", [camel(s) for s in Step], "How long the periods are; what fits the range when left out."),
        ),
    ),
    Operation(
        path=ZONES, name="zones", sends="Zones", parameters=(TENANT,),
        summary="From where on a score is good or okay: for one tenant, or without one for the installation",
    ),
    Operation(
        path=ZONES, name="setZones", method="put", sends="Zones", parameters=(TENANT,), takes="ZonesBody",
        summary="Set both bounds; null for both takes them away again", sample={"good": 80, "okay": 50},
        description="Without `tenant` it needs the role administrator and the sight of all tenants.", problems=WRITING,
    ),
    Operation(
        path=f"{SCORE}/changes", name="changes", sends="Changes", csv=True,
        summary="Why the score differs between two days",
        description="Both days have to be stored. Without `to` the newest is meant, without `from` a week before.",
        parameters=(TENANT, FROM, TO),
    ),
    Operation(
        path=f"{SCORE}/controls/{{control_id}}", name="control", sends="ControlPage",
        summary="One control: profile, history, changes, and who else has it", parameters=(CONTROL, TENANT, DAYS),
    ),
    Operation(
        path=f"{SCORE}/comparison", name="comparison", sends="Comparison",
        parameters=(
            TENANT, DAYS,
            _text("against", "Another tenant's id or name, or `label:Gold`, to stand beside: `against` of the answer."),
        ),
        summary="The tenant among similar organizations, all tenants, and your other tenants",
    ),
    Operation(
        path=f"{SCORE}/events", name="events", sends="Events", csv=True,
        summary="What happened: incidents, audits, notes, decisions",
        parameters=(
            TENANT, FROM, TO,
            _choice("source", [camel(s) for s in EventSource], "Only events of this source."),
            _text("text", "In title, actor, targets or control."),
        ),
    ),
    Operation(
        path=f"{SCORE}/events", name="addNote", method="post", sends="Event", status=201, parameters=(TENANT,),
        summary="Keep a note", takes="NoteBody", problems=WRITING,
        sample={"text": "Rolled out FIDO2 to finance", "at": "2026-11-03"},
    ),
    Operation(
        path=f"{SCORE}/events/{{event_id}}", name="removeNote", method="delete", status=204,
        summary="Remove a note; what Graph reported cannot be removed",
        parameters=(_part("event_id", "The note's id.", "8a9b..."), TENANT), problems=(401, 403, 404, 422),
    ),
    Operation(
        path=f"{SCORE}/regressions", name="regressions", sends="Regressions", csv=True,
        summary="The controls with fewer points than their best of the last 90 days",
        parameters=(
            TENANT,
            {"name": "dismissed", "in": "query", "description": "Also those that were dismissed.",
             "schema": {"type": "boolean", "default": False}},
        ),
    ),
    Operation(
        path=f"{SCORE}/regressions/{{control_id}}/dismiss", name="dismissRegression", method="post",
        summary="Dismiss a regression until it falls further or anew; answers with all of them", sends="Regressions",
        parameters=(CONTROL, TENANT), takes="ReasonBody", sample={"reason": "A test tenant"}, problems=WRITING,
    ),
    Operation(
        path=f"{SCORE}/regressions/{{control_id}}/restore", name="restoreRegression", method="post",
        summary="Take a dismissal back; answers with all regressions", sends="Regressions",
        parameters=(CONTROL, TENANT), problems=(401, 403, 404, 413, 422),
    ),
    Operation(
        path=f"{SCORE}/risks", name="risks", sends="Risks", csv=True, description=_ALL,
        summary="The accepted risks: points given up, since, until, by whom, why",
        parameters=(
            TENANT,
            _choice("ends", [camel(e) for e in Ends], "Only those that end so."),
            _choice("grounds", [camel(g) for g in Grounds], "Only those accepted on these grounds."),
            _text("label", "Only tenants with this label."),
            _text("text", "In title, id, tenant, who or why."),
            _choice("sort", _ways(risks.By), "By what; with a minus the largest first."),
        ),
    ),
    Operation(
        path=f"{SCORE}/outbox", name="outbox", sends="Outbox", csv=True, description=_ALL,
        summary="Decisions on their way to Microsoft: waiting, sent, refused, kept in Surefoot only",
        parameters=(
            TENANT,
            _flag("all", "Also what is confirmed or superseded."),
            _choice("stage", [camel(s) for s in Stage], "Only those at this stage."),
            _choice("sort", _ways(outbox.By), "By what; with a minus the largest first."),
        ),
    ),
    Operation(
        path=f"{SCORE}/catalogue", name="catalogue", sends="Catalogue", csv=True,
        summary="What Microsoft added, retired, re-weighed, reworded or reclassified, and what it did to whom",
        description="Without `tenant` the effects on all visible tenants.",
        parameters=(
            TENANT, FROM, TO,
            _choice("did", [camel(d) for d in Did], "Only what Microsoft did so."),
            _text("text", "In title, id, category, product or detail."),
            _choice("sort", _ways(catalogue.By), "By what; with a minus the largest first."),
        ),
    ),
    Operation(
        path=f"{SCORE}/decisions", name="decisions", sends="Decisions", csv=True, parameters=(TENANT,),
        summary="The decisions and plans in force; as CSV in the form that `surefoot decisions import` reads",
        description="Without `tenant` those of all visible tenants.",
    ),
    Operation(
        path=BULK, name="bulks", sends="Bulks", problems=(401, 422),
        summary="What was done to many actions at once, newest first",
    ),
    Operation(
        path=f"{BULK}/preview", name="previewBulk", method="post", sends="BulkAnswer", takes="BulkBody",
        summary="What a change of many actions would do, action by action; nothing is written",
        description=_MANY, sample={"where": {"status": "toAddress"}, "change": {"status": "planned"}}, problems=WRITING,
    ),
    Operation(
        path=BULK, name="bulk", method="post", sends="BulkAnswer", takes="BulkBody", problems=WRITING,
        summary="Change many actions at once, if it is still what the preview said",
        description=_MANY + " `expect` is `changed` and `asked` of the preview together; 422 when it differs.",
        sample={"where": {"status": "toAddress"}, "change": {"status": "planned"}, "expect": 17},
    ),
    Operation(
        path=f"{BULK}/{{key}}/undo", name="undoBulk", method="post", sends="BulkAnswer",
        summary="Put back what was done to many, once, where nobody has changed it since",
        description="Only what belongs to visible tenants.",
        parameters=(_part("key", "The `key` of the answer.", "7"),), problems=(401, 403, 404, 413, 422),
    ),
    Operation(
        path=PORTFOLIO, name="portfolio", sends="Portfolio", csv=True, problems=(401, 422),
        summary="Every visible tenant: score, changes, points available, rank, regressions, problem",
        parameters=ROWS,
    ),
    Operation(
        path=f"{PORTFOLIO}.xlsx", name="portfolioXlsx", file=XLSX, problems=(401, 422),
        summary="The same tenants as an Excel workbook", parameters=ROWS,
    ),
    Operation(
        path=VIEWS, name="views", sends="Views", problems=(401, 422), summary="The views of lists that you saved",
        parameters=(_choice("page", list(PAGES), "Only those of this page."),),
    ),
    Operation(
        path=VIEWS, name="saveView", method="post", sends="SavedView", status=201, takes="ViewBody",
        summary="Save a view of a list under a name; one of that name is replaced",
        sample={"page": "actions", "name": "Quick wins", "query": "show=quick&sort=-points"},
        problems=(400, 401, 403, 413, 422),
    ),
    Operation(
        path=f"{VIEWS}/{{key}}", name="renameView", method="patch", sends="SavedView", takes="RenameBody",
        summary="Rename a view", parameters=(VIEW,), sample={"name": "Quick wins"}, problems=WRITING,
    ),
    Operation(
        path=f"{VIEWS}/{{key}}", name="removeView", method="delete", status=204, summary="Remove a view",
        parameters=(VIEW,), problems=(401, 403, 404, 422),
    ),
    Operation(
        path=HEATMAP, name="heatmap", sends="Heatmap", csv=True, problems=(401, 422),
        summary="Controls by tenants: how each stands where, points left over all, the next best for everybody",
        description="The counts of a control and `best` are of all tenants that the filter lets through, whatever the "
        "page. As CSV a row a cell, and without `limit` and `tenantLimit` all of them up to 1,000 by 1,000.",
        parameters=HEAT,
    ),
    Operation(
        path=f"{HEATMAP}.xlsx", name="heatmapXlsx", file=XLSX, problems=(401, 422), parameters=HEAT,
        summary="The same controls as an Excel workbook: a row a control, a column a tenant",
    ),
    Operation(
        path=SEARCH, name="search", sends="Search",
        summary="Tenants and controls by a few letters of their names or ids",
        parameters=(
            _text("text", "All of its words have to be there, in any order and case."),
            TENANT | {"description": "Only controls of this tenant; its id or name."},
        ),
    ),
    Operation(
        path=PLAYBOOKS, name="playbooks", sends="Playbooks", problems=(401, 422),
        summary="The controls that have steps of your own",
    ),
    Operation(
        path=f"{PLAYBOOKS}/{{control_id}}", name="playbook", sends="PlaybookPage", parameters=(CONTROL,),
        summary="The steps for one control, Microsoft's and your own, with every version",
    ),
    Operation(
        path=f"{PLAYBOOKS}/{{control_id}}", name="setPlaybook", method="put", sends="PlaybookPage",
        summary="Set your own steps for a control; answers with them",
        description="For a token that sees all tenants: playbooks belong to all of them.",
        parameters=(CONTROL,), takes="PlaybookBody", sample={"text": "1. Tell the service desk"}, problems=WRITING,
    ),
    Operation(
        path=f"{PLAYBOOKS}/{{control_id}}", name="removePlaybook", method="delete", status=204,
        summary="Remove your own steps for a control; their versions stay",
        description="For a token that sees all tenants.", parameters=(CONTROL,), problems=(401, 403, 404, 422),
    ),
    Operation(
        path=BASELINES, name="baselines", sends="Baselines", problems=(401, 422),
        summary="What tenants are to have: each baseline with its rules, tenants and how many of them drift",
    ),
    Operation(
        path=f"{BASELINES}/{{name}}", name="baseline", sends="BaselinePage", parameters=(BASELINE,),
        summary="One baseline: its rules, and the tenants that have it",
    ),
    Operation(
        path=f"{BASELINES}/{{name}}", name="setBaseline", method="put", sends="BaselinePage",
        summary="Set a baseline's rules; answers with it",
        description="For a token that sees all tenants. The versions before stay; nothing is decided.",
        parameters=(BASELINE,), takes="BaselineBody", problems=WRITING,
        sample={"rules": [{"control": "aad_mfa_all_users", "expected": "completed", "due": "2027-06-30"}]},
    ),
    Operation(
        path=f"{BASELINES}/{{name}}", name="removeBaseline", method="delete", status=204,
        summary="Remove a baseline, also from its tenants; decisions and versions stay",
        description="For a token that sees all tenants.", parameters=(BASELINE,), problems=(401, 403, 404, 422),
    ),
    Operation(
        path=f"{BASELINES}/{{name}}/tenants", name="assignBaseline", method="post", sends="BaselinePage",
        summary="Say which tenants are to be as a baseline says, and which no longer; answers with it",
        description="For a token that sees all tenants. Nothing is decided.",
        parameters=(BASELINE,), takes="AssignBody", sample={"add": ["Contoso"], "remove": []}, problems=WRITING,
    ),
    Operation(
        path=f"{BASELINES}/{{name}}/drift", name="baselineDrift", sends="DriftPage", csv=True,
        summary="How the visible tenants that have a baseline stand to it",
        parameters=(
            BASELINE,
            _text("tenant", "Only this tenant, by id or name, whether it has the baseline or not."),
        ),
    ),
    Operation(
        path=f"{BASELINES}/{{name}}/apply", name="applyBaseline", method="post", sends="Applied",
        summary="Decide what a baseline says, wherever its tenants drift and somebody can decide it",
        description="With `dryRun` nothing is changed; `expect` takes the dry run's `total`.",
        parameters=(BASELINE,), takes="ApplyBody", sample={"tenants": None, "dryRun": True}, problems=WRITING,
    ),
    Operation(
        path=TENANTS, name="tenants", sends="Tenants", csv=True, problems=(401, 422),
        summary="Every visible tenant: how it is connected, when it was read, what is wrong and what to do",
    ),
    Operation(
        path=TENANTS, name="addTenant", method="post", sends="TenantPage", takes="TenantBody", status=201,
        summary="Add a tenant; answers with it, never with its secret",
        description="For a token with the role administrator that sees all tenants. Check it next: it is read once "
        "that went well, or after an hour.",
        sample={"name": "Fabrikam", "tenantId": "0c0a1e5e-0000-4000-8000-0000000000aa",
                "clientId": "0c0a1e5e-0000-4000-8000-0000000000bb", "secret": "..."},
        problems=(400, 401, 403, 413, 422),
    ),
    Operation(
        path=f"{TENANTS}/{{tenant_id}}", name="tenant", sends="TenantPage", parameters=(TENANT_ID,),
        summary="One tenant with how it is connected and what is kept of it; never its secret",
    ),
    Operation(
        path=f"{TENANTS}/{{tenant_id}}", name="changeTenant", method="patch", sends="TenantPage",
        summary="Change name, labels, connection, secret or write-back; answers with the tenant",
        description="What is left out stays. A secret goes nowhere that it was not given for: when `clientId`, "
        "`method` or `cloud` change, it is needed anew.",
        parameters=(TENANT_ID,), takes="TenantChange", sample={"labels": ["gold"]}, problems=WRITING,
    ),
    Operation(
        path=f"{TENANTS}/{{tenant_id}}", name="removeTenant", method="delete", status=204, parameters=(TENANT_ID,),
        summary="Remove a tenant with its history, decisions, events and secret; the audit trail stays",
        description="For a token that sees all tenants. Nobody can undo it; `holdings` of GET says what it deletes.",
        problems=(401, 403, 404, 422),
    ),
    Operation(
        path=f"{TENANTS}/{{tenant_id}}/check", name="checkTenant", method="post", sends="Check",
        summary="Sign in, call each endpoint once, and say which permission is missing",
        description="Takes some seconds. A tenant that works and was never read is read then.",
        parameters=(TENANT_ID,), problems=(401, 403, 404, 413, 422, 502, 503),
    ),
    Operation(
        path=f"{TENANTS}/{{tenant_id}}/sync", name="syncTenant", method="post", sends="SyncHistory", status=202,
        summary="Have a tenant read at once; ask `syncs` how far it has come", parameters=(TENANT_ID,),
        problems=(401, 403, 404, 413, 422),
    ),
    Operation(
        path=f"{TENANTS}/{{tenant_id}}/syncs", name="syncs", sends="SyncHistory", csv=True,
        summary="How a tenant's readings went, newest first, and how far the one has come that is under way",
        parameters=(
            TENANT_ID,
            {"name": "limit", "in": "query", "description": "How many.",
             "schema": {"type": "integer", "minimum": 1, "maximum": RUNS, "default": RUNS}},
        ),
    ),
    Operation(
        path=f"{TENANTS}/{{tenant_id}}/import", name="importFile", method="post", sends="ImportReport",
        summary="Import a saved answer of Graph, or the portal's CSV export, as history",
        description="The body is the file, packed with gzip or not. A day that is known from a better source is kept.",
        parameters=(
            TENANT_ID,
            _day("day", "Of a CSV export, which does not name its day; today when left out."),
            _flag("dryRun", "Only say what it would do."),
        ),
        takes_file=True, problems=(401, 403, 404, 413, 422),
    ),
    Operation(
        path=TOKENS, name="tokens", sends="Tokens", csv=True, problems=(401, 403, 422),
        summary="The API tokens, without the tokens themselves",
        description="For a token with the role administrator that sees all tenants.",
    ),
    Operation(
        path=TOKENS, name="makeToken", method="post", sends="MadeToken", takes="TokenBody", status=201,
        summary="Make an API token; answers with it, this once", sample={"name": "grafana", "role": "reader"},
        problems=(400, 401, 403, 404, 413, 422),
    ),
    Operation(
        path=f"{TOKENS}/{{name}}", name="revokeToken", method="delete", status=204,
        summary="Revoke an API token: it is refused from the next request on",
        parameters=(_part("name", "The token's name.", "grafana"),), problems=(401, 403, 404, 422),
    ),
    Operation(
        path=DOCTOR, name="doctor", sends="Doctor", problems=(401, 403, 422),
        summary="What is set up, what is due, what fails, and what to do; as `surefoot doctor`",
        description="For a token with the role administrator that sees all tenants.",
        parameters=(_flag("integrity", "Read the whole database, too, to see that it is whole: that takes long."),),
    ),
    Operation(
        path=AUDIT, name="audit", sends="Activity", csv=True,
        summary="Who did what, when, from where and why, newest first",
        description="Entries of the tenants that you may see; those of the installation for who sees all.",
        parameters=(
            TENANT, FROM, TO,
            _text("action", "How the action begins: `decision` finds `decision.made`."),
            _text("actor", "Who did it."),
            _text("text", "In what it was done to (also a control's title), why, who, or what was before and after."),
            {"name": "above", "in": "query", "description": "Entries with a larger number: `previous` of the page.",
             "schema": {"type": "integer", "minimum": 1, "maximum": 2**53}},
            {"name": "below", "in": "query", "description": "Entries with a smaller number: `next` of the page before.",
             "schema": {"type": "integer", "minimum": 1, "maximum": 2**53}},
            {"name": "limit", "in": "query", "description": "Entries on a page.",
             "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT}},
        ),
    ),
)  # fmt: skip
