"""The bodies that Graph would send, made from the world: rich for the newest record, poor for the others."""

import datetime as dt
from math import fsum
from typing import Any
from zlib import crc32

from surefoot.emulator.controls import Control
from surefoot.emulator.world import Held, TenantWorld

VENDOR = {"provider": "SecureScore", "providerVersion": None, "subProvider": None, "vendor": "Microsoft"}

Body = dict[str, Any]


def score_of(tenant: TenantWorld, day: dt.date, *, rich: bool) -> Body:
    """Make the secureScore of one day; its points are the sum of its controls'."""
    held = [(h, s, m) for h in tenant.held if (s := h.share(day)) is not None and (m := h.control.max_on(day))]
    controls = [_control_score(tenant, h, share, most, day, rich=rich) for h, share, most in held]
    return {
        "id": f"{tenant.id}_{day}",
        "azureTenantId": tenant.id,
        "activeUserCount": tenant.active_users,
        "createdDateTime": f"{day}T00:00:00Z",
        "currentScore": _plain(fsum(c["score"] for c in controls)),
        "enabledServices": tenant.services_on(day),
        "licensedUserCount": tenant.licensed_users,
        "maxScore": _plain(fsum(most for _, _, most in held)),
        "vendorInformation": VENDOR,
        "averageComparativeScores": _averages(tenant, day),
        "controlScores": controls,
    }


def _control_score(tenant: TenantWorld, held: Held, share: float, most: float, day: dt.date, *, rich: bool) -> Body:
    moved = held.jitter * ((day.toordinal() * 7 + len(held.control.id)) % 5) / 5 if held.jitter else 0.0
    state = _state(tenant, held.control, day)
    points = most if state == "ThirdParty" else round(most * max(0.0, share - moved), 2)
    body: Body = {
        "controlCategory": held.control.category,
        "controlName": _spelled(held.control.id),
        "description": None,
        "score": _plain(points),
        "implementationStatus": "You have  of  users covered.",
        "scoreInPercentage": _plain(100 * points / most) if most else 0,
    }
    if rich:
        users = max(1, tenant.active_users)
        body |= {
            "description": f"<p>{held.control.title.strip()} lowers the risk to your organization.</p>",
            "implementationStatus": f"You have {round(users * points / most)}&nbsp;of {users} users covered.",
            "lastSynced": f"{day}T0{len(held.control.id) % 6}:12:21Z",
        }
        body |= _extras(held.control.id, round(users * points / most), users)
    return body


def _spelled(identity: str) -> str:
    """Spell an id as scores do: now and then in another case than its profile."""
    return identity.swapcase() if crc32(identity.encode()) % 40 == 0 else identity


def _extras(identity: str, count: int, total: int) -> Body:
    """Give the open extras: numbers and flags as strings, and one without the other."""
    match crc32(identity.encode()) % 10:
        case 0:
            return {"on": "true" if count == total else "false"}
        case 1:
            return {"count": str(count), "IsApplicable": "true"}
        case 2:
            return {}
        case _:
            return {"count": str(count), "total": str(total)}


def _state(tenant: TenantWorld, control: Control, day: dt.date) -> str:
    """Give the state in force on a day; what was set shows in the score from the next day on."""
    past = [u for u in tenant.updates.get(control.id, []) if u.updated_at.date() < day]
    return max(past, key=lambda u: u.updated_at).state if past else "Default"


def _plain(number: float) -> float | int:
    """Round as Graph does, and drop the point of a whole number, as it does too."""
    rounded = round(number, 2)
    return int(rounded) if rounded == int(rounded) else rounded


def _averages(tenant: TenantWorld, day: dt.date) -> list[Body]:
    """Give the averages of the day: all tenants', those of similar size, those of the industry; all drift slowly up."""
    holds = tenant.averages_day or tenant.first_day + dt.timedelta(days=130)
    drift = (day - holds).days * 0.006
    everybody, size = tenant.averages
    low, high = next(((a, b) for a, b in _RANGES if tenant.active_users <= b), _RANGES[-1])
    known = [_average("IndustryTypes", everybody + 2 + drift) | {"categoryValue": tenant.industry}]
    return [
        _average("AllTenants", everybody + drift),
        _average("TotalSeats", size + drift)
        | {"SeatSizeRangeLowerValue": str(low), "SeatSizeRangeUpperValue": str(high)},
        *(known if crc32(tenant.id.encode()) % 3 else ()),  # often absent
    ]


_RANGES = ((1, 100), (101, 999), (1000, 2499), (2500, 9999))


def _average(basis: str, percent: float) -> Body:
    return {
        "basis": basis,
        "averageScore": round(percent, 2),
        "appsScore": round(0.9 * percent, 2),
        "appsScoreMax": 118.5,
        "dataScore": 0.3,
        "dataScoreMax": 4.9,
        "deviceScore": round(0.35 * percent, 2),
        "deviceScoreMax": 29.7,
        "identityScore": round(0.74 * percent, 2),
        "identityScoreMax": 60.7,
        "infrastructureScore": -1,
        "infrastructureScoreMax": -1,
    }


def profile_of(tenant: TenantWorld, control: Control) -> Body:
    """Make a control profile."""
    updates = [
        {
            "state": u.state,
            "assignedTo": u.assigned_to,
            "comment": u.comment,
            "updatedBy": u.updated_by,
            "updatedDateTime": u.updated_at.strftime("%Y-%m-%dT%H:%M:%S.%f0Z"),
        }
        for u in tenant.updates.get(control.id, [])
    ]
    untouched = {"state": "Default", "assignedTo": None, "comment": None, "updatedBy": None, "updatedDateTime": None}
    return {
        "id": control.id,
        "azureTenantId": tenant.id,
        "actionType": "Config",
        "actionUrl": f"https://security.microsoft.com/securescore?viewid=actions&tid={tenant.id}",
        "complianceInformation": [],
        "controlCategory": control.category,
        "controlStateUpdates": updates or [untouched],
        "deprecated": False,
        "implementationCost": control.cost,
        "lastModifiedDateTime": None,
        "maxScore": control.weights[-1].max_points if control.weights else control.max_points,
        "rank": control.rank,
        "remediation": f"<ol><li>Open the product's settings.</li><li>{control.title.strip()}.</li><li>Save.</li></ol>",
        "remediationImpact": "<p>Users may have to sign in once more.</p>",
        "service": control.service,
        "threats": ["Account breach", "Data Exfiltration"],
        "tier": control.tier,
        "title": control.title,
        "userImpact": control.user_impact,
        "vendorInformation": VENDOR,
    }


def error(code: str, message: str, request_id: str, now: dt.datetime) -> Body:
    """Make Graph's error body."""
    inner = {"date": now.strftime("%Y-%m-%dT%H:%M:%S"), "request-id": request_id, "client-request-id": request_id}
    return {"error": {"code": code, "message": message, "innerError": inner}}
