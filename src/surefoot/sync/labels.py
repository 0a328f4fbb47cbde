"""Labelling tenants: words by which people group them."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import Connection

from surefoot.errors import InputRefused
from surefoot.model import Tenant
from surefoot.store import audit, labels
from surefoot.store.audit import Deed
from surefoot.sync.words import cleaned

LONGEST_LABEL = 60
MOST_LABELS = 50


def relabel(
    conn: Connection, tenant: Tenant, words: Iterable[str], *, by: str, now: dt.datetime, remove: bool = False
) -> tuple[str, ...]:
    """Give a tenant labels or take them away; give those that it has then.

    Raises `InputRefused` for an empty or long one, and for too many.
    """
    made = [_label(word) for word in words]
    before = labels.of(conn, [tenant]).get(tenant.key, ())
    if remove:
        labels.remove(conn, tenant, made)
    else:
        labels.add(conn, tenant, made)
    kept = labels.of(conn, [tenant]).get(tenant.key, ())
    if len(kept) > MOST_LABELS:
        message = f"A tenant has at most {MOST_LABELS} labels."
        raise InputRefused(message)
    deed = Deed(action="tenant.labelled", tenant=tenant.id, before=before, after=kept)
    audit.append(conn, deed, by=by, now=now)
    return kept


def _label(word: str) -> str:
    kept = cleaned(" ".join(word.split()), "A label", LONGEST_LABEL)
    if kept is None:
        message = "A label is not empty."
        raise InputRefused(message)
    return kept
