"""Setting how decisions are governed, with its entry in the audit trail."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import Connection

from surefoot.errors import InputRefused
from surefoot.model import Tenant
from surefoot.scoring.policy import MEANINGS, Policy, checked, sound
from surefoot.store import audit, policies
from surefoot.store.audit import Deed


def govern(
    conn: Connection, tenant: Tenant | None, changes: Mapping[str, str | None], *, by: str, now: dt.datetime
) -> Policy:
    """Set policies of one tenant, or (None) of the installation; None takes one's own value away again."""
    before = policies.words(conn, tenant)
    for name, value in changes.items():
        if name not in MEANINGS:
            message = f"{name[:40]!r} is no policy; these are: {', '.join(MEANINGS)}."
            raise InputRefused(message)
        policies.put(conn, tenant, name, None if value is None else checked(name, value))
    made = sound(policies.of(conn, tenant))
    after = policies.words(conn, tenant)
    if after != before:
        about = tenant.id if tenant else None
        audit.append(conn, Deed(action="policy.changed", tenant=about, before=before, after=after), by=by, now=now)
    return made
