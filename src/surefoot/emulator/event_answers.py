"""The bodies of incidents, directory audits and Intune audits, as Graph sends them."""

import datetime as dt
import json
from typing import Any

from surefoot.emulator.acts import AUDIT, INTUNE
from surefoot.emulator.happenings import INCIDENT, Happening

Body = dict[str, Any]


def body_of(made: Happening, tenant: str) -> Body:
    """Make the body of what happened."""
    return {INCIDENT: _incident, AUDIT: _audit, INTUNE: _intune}[made.source](made, tenant)


def _time(at: dt.datetime) -> str:
    """Write a time with as many decimals as it takes, up to the seventh: Graph does not fill them up."""
    decimals = f"{at.microsecond:06d}7".rstrip("0")
    return f"{at:%Y-%m-%dT%H:%M:%S}.{decimals[: 2 + at.second % 6]}Z"


def _incident(made: Happening, tenant: str) -> Body:
    return {
        "id": made.id,
        "tenantId": tenant,
        "status": "active",
        "incidentWebUrl": f"https://security.microsoft.com/incident2/{made.id}/overview?tid={tenant}",
        "redirectIncidentId": None,
        "displayName": made.operation,
        "createdDateTime": _time(made.at),
        "lastUpdateDateTime": _time(made.at),
        "assignedTo": None,
        "classification": "unknown",
        "determination": "unknown",
        "severity": made.severity,
        "customTags": [],
        "systemTags": [],
        "description": None,
        "lastModifiedBy": "Microsoft 365 Defender-IncidentCreation",
        "comments": [],
    }


def _audit(made: Happening, _tenant: str) -> Body:
    user = {"id": "0", "displayName": None, "userPrincipalName": made.actor, "ipAddress": ""}
    app = {"appId": None, "displayName": made.actor, "servicePrincipalId": "0", "servicePrincipalName": None}
    return {
        "id": made.id,
        "category": made.category,
        "correlationId": made.id,
        "result": "success" if made.succeeded else "failure",
        "resultReason": "",
        "activityDisplayName": made.operation,
        "activityDateTime": _time(made.at),
        "loggedByService": made.service,
        "operationType": made.operation.split()[0],
        "initiatedBy": {"user": None, "app": app} if made.by_app else {"user": user, "app": None},
        "targetResources": [_target(name, kind, made) for name, kind in made.targets],
        "additionalDetails": [],
    }


def _target(name: str, kind: str, made: Happening) -> Body:
    changed = [
        {"displayName": prop, "oldValue": _packed(old), "newValue": _packed(new)} for prop, old, new in made.changed
    ]
    included = {"displayName": "Included Updated Properties", "oldValue": None, "newValue": '""'}
    return {
        "id": "0",
        "displayName": None if kind == "User" else name,
        "type": kind,
        "userPrincipalName": f"{name.casefold().replace(' ', '.')}@example.com" if kind == "User" else None,
        "groupType": None,
        "modifiedProperties": [*changed, included],
    }


def _packed(value: str | None) -> str | None:
    """Write a value as Graph does: JSON in a string."""
    return None if value is None else json.dumps(value)


def _intune(made: Happening, _tenant: str) -> Body:
    return {
        "id": made.id,
        "displayName": made.operation,
        "componentName": made.service,
        "actor": {
            "auditActorType": "Application" if made.by_app else "ItPro",
            "userPermissions": ["*"],
            "applicationId": "0",
            "applicationDisplayName": made.actor if made.by_app else "Microsoft Intune portal extension",
            "userPrincipalName": None if made.by_app else made.actor,
            "servicePrincipalName": None,
            "ipAddress": None,
            "userId": "0",
        },
        "activity": None,
        "activityDateTime": _time(made.at),
        "activityType": made.operation,
        "activityOperationType": made.operation.split()[0],
        "activityResult": "Success" if made.succeeded else "Failure",
        "correlationId": made.id,
        "resources": [
            {"displayName": name, "auditResourceType": kind, "resourceId": "0", "modifiedProperties": []}
            for name, kind in made.targets
        ],
        "category": made.category,
    }
