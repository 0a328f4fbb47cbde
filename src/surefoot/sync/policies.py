"""Setting how decisions are governed, with its entry in the audit trail."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import Connection

from surefoot.errors import InputRefused, NotPermitted
from surefoot.model import Tenant
from surefoot.scoring.policy import MEANINGS, Policy, checked, laxer, sound
from surefoot.store import audit, policies
from surefoot.store.audit import Deed


def govern(
    conn: Connection,
    tenant: Tenant | None,
    changes: Mapping[str, str | None],
    *,
    by: str,
    now: dt.datetime,
    may_loosen: bool = True,
) -> Policy:
    """Set policies of one tenant, or (None) of the installation; None takes one's own value away again.

    Whoever sees only some tenants may be stricter than the installation, not laxer: `may_loosen` is False then.
    """
    before = policies.words(conn, tenant)
    for name, value in changes.items():
        if name not in MEANINGS:
            message = f"{name[:40]!r} is no policy; these are: {', '.join(MEANINGS)}."
            raise InputRefused(message)
        policies.put(conn, tenant, name, None if value is None else checked(name, value))
    made = sound(policies.of(conn, tenant))
    if not may_loosen and laxer(made, policies.of(conn, None)):
        message = "The installation asks for more than that: whoever sees all tenants may allow it for this one."
        raise NotPermitted(message)
    after = policies.words(conn, tenant)
    if after != before:
        about = tenant.id if tenant else None
        audit.append(conn, Deed(action="policy.changed", tenant=about, before=before, after=after), by=by, now=now)
    return made
