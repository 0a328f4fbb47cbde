"""The API's description (OpenAPI 3.1), with schemas and examples made of what the API really sends."""

import functools
import json
from importlib import resources
from importlib.metadata import version
from typing import Any

import msgspec

from surefoot.model import DECIDABLE, Event, Grounds, Status
from surefoot.pages.actions import Actions
from surefoot.pages.audit import Activity
from surefoot.pages.baseline_files import BaselineBody, RuleBody
from surefoot.pages.baselines import BaselinePage, Baselines, DriftPage
from surefoot.pages.bulks import Bulks
from surefoot.pages.catalogue import Catalogue
from surefoot.pages.changes import Changes
from surefoot.pages.comparison import Comparison
from surefoot.pages.controls import ControlPage
from surefoot.pages.detail import ActionDetail
from surefoot.pages.doctor import Doctor
from surefoot.pages.events import Events
from surefoot.pages.governance import Conflicts, Notices, PolicyPage, Requests
from surefoot.pages.heatmap import Heatmap
from surefoot.pages.history import History
from surefoot.pages.outbox import Outbox
from surefoot.pages.outlets import camel
from surefoot.pages.overview import Overview
from surefoot.pages.playbooks import PlaybookPage, Playbooks
from surefoot.pages.portfolio import Portfolio
from surefoot.pages.regressions import Regressions
from surefoot.pages.risks import Risks
from surefoot.pages.search import Search
from surefoot.pages.tenants import SyncHistory, TenantPage, Tenants
from surefoot.pages.tokens import MadeToken, Tokens
from surefoot.pages.trends import Trends
from surefoot.pages.unlicensed import Unlicensed
from surefoot.pages.views import Views
from surefoot.pages.zones import Zones
from surefoot.scoring.actions import Action
from surefoot.store.views import SavedView
from surefoot.sync.baselines import Applied
from surefoot.sync.bulk import BulkAnswer
from surefoot.sync.checks import Check
from surefoot.sync.decision_csv import Decisions
from surefoot.sync.imports import ImportReport
from surefoot.web.api.operations import OPERATIONS, PROBLEMS, Operation
from surefoot.web.bulk_forms import BulkBody
from surefoot.web.forms import (
    AnswerBody,
    ApplyBody,
    AssignBody,
    HoldsBody,
    NoteBody,
    NoticesBody,
    PlanBody,
    PlaybookBody,
    PolicyBody,
    ReasonBody,
    RenameBody,
    StatusBody,
    ViewBody,
    ZonesBody,
)
from surefoot.web.problems import MEDIA_TYPE, Problem
from surefoot.web.tenant_forms import CLOUDS, METHODS, TenantBody, TenantChange, TokenBody

Json = dict[str, Any]

SENT = (
    Overview, Actions, Action, History, Changes, ControlPage, Comparison, Events, Event, Regressions, Risks,
    Outbox, Catalogue, Unlicensed, Bulks, BulkAnswer, Decisions,
    ActionDetail, Conflicts, Requests, Notices, PolicyPage, Portfolio, Search, Heatmap,
    Playbooks, PlaybookPage,
    Trends, Zones,
    Baselines, BaselinePage, DriftPage, Applied, Activity, Views, SavedView, Problem,
    Tenants, TenantPage, SyncHistory, Check, ImportReport, Doctor, Tokens, MadeToken,
)  # fmt: skip
TAKEN = (
    StatusBody, PlanBody, HoldsBody, AnswerBody, NoticesBody, PolicyBody, NoteBody, ReasonBody, PlaybookBody,
    BaselineBody, AssignBody, ApplyBody, BulkBody, TenantBody, TenantChange, TokenBody, ZonesBody, ViewBody, RenameBody,
)  # fmt: skip


def document() -> Json:
    """Describe the whole API."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Surefoot",
            "version": version("surefoot"),
            "summary": "Microsoft Secure Score: where a tenant stands, since when, why, and what to do next.",
            "description": "The same numbers as on the pages. Names and enumerations are in camelCase; a value that "
            "is not known is null, never 0. Every error is a problem document (RFC 9457). Answers carry an ETag: send "
            "it back as If-None-Match.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "paths": _paths(),
        "components": {"schemas": schemas(), "securitySchemes": _schemes()},
    }


def _paths() -> Json:
    paths: Json = {}
    for made in OPERATIONS:
        paths.setdefault(made.path, {})[made.method] = _operation(made)
        if made.csv:
            paths.setdefault(f"{made.path}.csv", {})[made.method] = _operation(made, as_csv=True)
    return paths


def _operation(made: Operation, *, as_csv: bool = False) -> Json:
    found: Json = {
        "operationId": made.name + ("Csv" if as_csv else ""),
        "summary": made.summary + (", as CSV" if as_csv else ""),
        "responses": {
            str(made.status): _done(made, as_csv=as_csv),
            **({"304": {"description": "The client has it already."}} if made.tagged else {}),
            **{str(status): _problem(status) for status in made.problems},
        },
    }
    if made.description:
        found["description"] = made.description
    if made.public:
        found["security"] = []
    parameters = [*made.parameters, *([IF_NONE_MATCH] if made.tagged else [])]
    if parameters:
        found["parameters"] = parameters
    if made.takes:
        body = {"schema": _ref(made.takes), "example": made.sample}
        found["requestBody"] = {"required": True, "content": {"application/json": body}}
    if made.takes_file:
        file = {"schema": {"type": "string", "format": "binary"}}
        found["requestBody"] = {"required": True, "content": {"application/octet-stream": file}}
    return found


IF_NONE_MATCH: Json = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag of an earlier answer: 304 when nothing has changed.",
    "schema": {"type": "string"},
}


def _done(made: Operation, *, as_csv: bool) -> Json:
    if made.file:
        return {"description": "Done.", "content": {made.file: {"schema": {"type": "string", "format": "binary"}}}}
    if made.sends is None and not made.plain:
        return {"description": "Done."}
    content: Json = {}
    if made.csv:
        content["text/csv"] = {"schema": {"type": "string"}}
    if not as_csv:
        schema = _ref(made.sends) if made.sends else {"type": "object"}
        example = examples().get(made.name) if made.sends else made.plain
        content["application/json"] = {"schema": schema} | ({"example": example} if example else {})
    headers = {"ETag": {"description": "Names this state of the answer.", "schema": {"type": "string"}}}
    return {"description": "Done.", "content": content} | ({"headers": headers} if made.tagged else {})


@functools.cache
def examples() -> Json:
    """Read the examples, which were taken from the demo world."""
    found: Json = json.loads(resources.files("surefoot.web.api").joinpath("examples.json").read_bytes())
    return found


def _problem(status: int) -> Json:
    return {"description": PROBLEMS[status], "content": {MEDIA_TYPE: {"schema": _ref("Problem")}}}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _schemes() -> Json:
    return {
        "token": {"type": "http", "scheme": "bearer", "description": "Made by `surefoot token create`."},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-surefoot",
            "description": "Of the pages; on plain http its name is `surefoot-session`.",
        },
    }


def schemas() -> Json:
    """Make the schemas of what the API sends and takes, as `outlets` writes them."""
    _, components = msgspec.json.schema_components((*SENT, *TAKEN), ref_template="#/components/schemas/{name}")
    made = {name: _outlet(schema) for name, schema in components.items()}
    taken = {kind.__name__ for kind in (*TAKEN, RuleBody)} | {"ItemBody", "WhereBody", "ChangeBody"}
    for schema in (s for name, s in made.items() if name not in taken and "properties" in s):
        schema["required"] = list(schema["properties"])
    made["StatusBody"]["properties"]["status"] = {"type": "string", "enum": sorted(camel(s) for s in DECIDABLE)}
    choices = made["ChangeBody"]["properties"]["status"]["anyOf"]
    choices[:] = [*({"type": "string", "enum": sorted(camel(s) for s in DECIDABLE)},), {"type": "null"}]
    for name in ("due", "reviewOn"):
        made["StatusBody"]["properties"][name]["format"] = "date"
    sent = made["TenantBody"]["properties"]
    sent["method"]["enum"], sent["cloud"]["enum"] = [camel(m) for m in METHODS], [camel(c) for c in CLOUDS]
    rule = made["RuleBody"]["properties"]
    rule["expected"] = {"type": "string", "enum": [camel(s) for s in Status]}
    rule["grounds"] = {"enum": [*(camel(g) for g in Grounds), None], "default": None}
    rule["due"]["format"] = "date"
    return made


def _outlet(schema: Any) -> Any:  # noqa: ANN401 - a JSON schema has no narrower type
    """Rename properties and enumerations as the outlet does."""
    if isinstance(schema, list):
        return [_outlet(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _outlet(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict):
        made["properties"] = {camel(name): _outlet(value) for name, value in schema["properties"].items()}
        made["required"] = [camel(name) for name in schema.get("required", [])]
    if isinstance(schema.get("enum"), list):
        made["enum"] = [camel(v) if isinstance(v, str) else v for v in schema["enum"]]
    return made
