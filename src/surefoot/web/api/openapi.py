"""The API's description (OpenAPI 3.1), its schemas made from the structs that the API sends."""

from importlib.metadata import version
from typing import Any

import msgspec

from surefoot.model import CATEGORIES, DECIDABLE, Impact, Status
from surefoot.pages.actions import Actions
from surefoot.pages.outlets import camel
from surefoot.pages.overview import Overview
from surefoot.scoring.actions import Action
from surefoot.web.forms import StatusBody
from surefoot.web.problems import MEDIA_TYPE, Problem

Json = dict[str, Any]

SCORE = "/api/security-defender/secure-score"

TENANT: Json = {
    "name": "tenant",
    "in": "query",
    "description": "The tenant's id or name. It may be left out when only one is visible.",
    "schema": {"type": "string"},
    "example": "Contoso",
}
PROBLEMS = {
    400: "The body is not JSON.",
    401: "Nobody is signed in, or the token is not valid.",
    403: "The token may not change anything.",
    404: "No such tenant or action, or not yours to see: the two look the same.",
    413: "The body is too large.",
    422: "A parameter or the body has a value that is not usable; the sentence names those that are.",
}


def document() -> Json:
    """Describe the whole API."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Surefoot",
            "version": version("surefoot"),
            "summary": "Microsoft Secure Score: where a tenant stands, since when, and what to do next.",
            "description": "The same numbers as on the pages. Names and enumerations are in camelCase; a value that "
            "is not known is null, never 0. Every error is a problem document (RFC 9457).",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "paths": _paths(),
        "components": {"schemas": schemas(), "securitySchemes": _schemes()},
    }


def _paths() -> Json:
    return {
        "/health": {"get": _health()},
        "/api/openapi.json": {"get": _described()},
        SCORE: {"get": _score()},
        f"{SCORE}/recommendations": {"get": _recommendations()},
        f"{SCORE}/actions/{{action_id}}/status": {"post": _set_status()},
    }


def _health() -> Json:
    return {
        "operationId": "health",
        "summary": "Say that the process answers",
        "security": [],
        "responses": {
            "200": {
                "description": "It does.",
                "content": {"application/json": {"schema": {"type": "object"}, "example": {"status": "ok"}}},
            }
        },
    }


def _described() -> Json:
    return {
        "operationId": "openapi",
        "summary": "This document",
        "responses": {
            "200": {"description": "It.", "content": {"application/json": {"schema": {"type": "object"}}}},
            **_problems(401),
        },
    }


def _score() -> Json:
    days = {
        "name": "days",
        "in": "query",
        "description": "How many days of history, counted back from the newest stored one.",
        "schema": {"oneOf": [{"type": "integer", "minimum": 1, "maximum": 36500}, {"const": "all"}], "default": 90},
    }
    return {
        "operationId": "secureScore",
        "summary": "The current score and its history",
        "parameters": [TENANT, days],
        "responses": {"200": _ok("Overview", SCORE_EXAMPLE), **_problems(401, 404, 422)},
    }


def _recommendations() -> Json:
    return {
        "operationId": "recommendations",
        "summary": "The actions with their points, in the order of what pays most",
        "parameters": [
            TENANT,
            _choice(
                "category", [], f"A category, without regard to case: {', '.join(CATEGORIES)} or another of Graph's."
            ),
            _choice("status", [camel(s) for s in Status], "Only actions with this status."),
            _choice("impact", [camel(i) for i in Impact], "Only open actions with this impact."),
        ],
        "responses": {"200": _ok("Actions", ACTIONS_EXAMPLE), **_problems(401, 404, 422)},
    }


def _set_status() -> Json:
    action = {
        "name": "action_id",
        "in": "path",
        "required": True,
        "description": "The action's id, without regard to case.",
        "schema": {"type": "string"},
        "example": "aad_mfa_all_users",
    }
    body = {"schema": _ref("StatusBody"), "example": {"status": "planned", "comment": "With the rollout in May"}}
    return {
        "operationId": "setStatus",
        "summary": "Record a decision about an action; answers with the action",
        "description": "Recorded in Surefoot. `completed` cannot be set: Microsoft reports it.",
        "parameters": [action, TENANT],
        "requestBody": {"required": True, "content": {"application/json": body}},
        "responses": {"200": _ok("Action", ACTION_EXAMPLE), **_problems(400, 401, 403, 404, 413, 422)},
    }


def _choice(name: str, values: list[str], description: str) -> Json:
    schema: Json = {"type": "string", "enum": values} if values else {"type": "string"}
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _ok(name: str, example: Json) -> Json:
    return {"description": "Done.", "content": {"application/json": {"schema": _ref(name), "example": example}}}


def _problems(*statuses: int) -> Json:
    return {
        str(status): {
            "description": PROBLEMS[status],
            "content": {MEDIA_TYPE: {"schema": _ref("Problem")}},
        }
        for status in statuses
    }


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
    sent = (Overview, Actions, Action, Problem, StatusBody)
    _, components = msgspec.json.schema_components(sent, ref_template="#/components/schemas/{name}")
    made = {name: _outlet(schema) for name, schema in components.items()}
    for schema in (s for name, s in made.items() if name != "StatusBody" and "properties" in s):
        schema["required"] = list(schema["properties"])
    made["StatusBody"]["properties"]["status"] = {"type": "string", "enum": sorted(camel(s) for s in DECIDABLE)}
    made["StatusBody"]["properties"]["due"]["format"] = "date"
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


ACTION_EXAMPLE: Json = {
    "id": "aad_mfa_all_users", "name": "Enable MFA for all users", "category": "Identity", "service": "AzureAD",
    "product": "Microsoft Entra ID", "status": "toAddress", "impact": "high", "difficulty": "easy",
    "difficultyEstimated": True, "points": 15.0, "earnedPoints": 0.0, "maxPoints": 15.0, "maxEstimated": False,
    "scoreImpact": 2.0, "quickWin": True, "regressed": None, "rank": 1, "microsoftRank": 3, "tier": "Core",
    "statusText": "792 of 1,204 users have registered.", "count": 792.0, "total": 1204.0,
    "syncedAt": "2026-11-22T00:00:00Z", "microsoftState": None, "decision": None,
}  # fmt: skip
ACTIONS_EXAMPLE: Json = {
    "actions": [ACTION_EXAMPLE], "total": 1,
    "tenant": {"id": "00000000-0000-0000-0000-000000000001", "name": "Contoso"},
    "asOf": "2026-11-23", "pointsAvailable": 85.0, "openActions": 37, "scored": 87, "quickWins": 6, "regressed": 1,
    "categories": ["Apps", "Data", "Device", "Identity"],
}  # fmt: skip
SCORE_EXAMPLE: Json = {
    "tenant": {"id": "00000000-0000-0000-0000-000000000001", "name": "Contoso"}, "asOf": "2026-11-23",
    "points": 540.0, "maxPoints": 750.0, "percent": 72.0, "unknown": None, "pointsAvailable": 85.0,
    "trend": {"since": "2026-10-24", "percent": 3.0, "points": 22.5},
    "categories": [{
        "category": "Identity", "points": 255.0, "maxPoints": 300.0, "percent": 85.0, "trend": 1.2, "controls": 30,
        "knownMaxima": 30, "about": "Sign-in, MFA, roles",
    }],
    "statuses": {"toAddress": 17, "planned": 8, "inProgress": 12, "riskAccepted": 5, "thirdParty": 0, "alternate": 0,
                 "completed": 45},
    "plannedScore": {"points": 576.0, "maxPoints": 750.0, "percent": 76.8},
    "achievableScore": {"points": 625.0, "maxPoints": 750.0, "percent": 83.3},
    "adjustedScore": {"points": 540.0, "maxPoints": 625.0, "percent": 86.4},
    "history": [{"date": "2026-11-23", "points": 540.0, "maxPoints": 750.0, "percent": 72.0, "source": "graph"}],
    "synced": {"at": "2026-11-23T06:12:00Z", "error": None, "message": None, "failingSince": None, "requestId": None,
               "dueAt": "2026-11-24T06:12:00Z"},
    "openActions": 37, "regressed": 1, "quickWins": 6, "topActions": [ACTION_EXAMPLE],
    "maxima": {"known": 87, "estimated": 0, "controls": 87, "unknownPoints": 0.0},
    "licensedUsers": 1204, "activeUsers": 1180,
}  # fmt: skip
