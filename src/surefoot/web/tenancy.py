"""What pages and API do with tenants in the same way: adding, changing, trying, importing."""

import datetime as dt
from collections.abc import Iterable

import msgspec
from fastapi import Request
from sqlalchemy import Connection

from surefoot.access.viewers import tenant_for, visible_to
from surefoot.errors import InputRefused
from surefoot.model import Reading, Tenant
from surefoot.store import labels as stored_labels
from surefoot.store import tenants as stored
from surefoot.store.database import reading, trying, writing
from surefoot.sync import imports
from surefoot.sync import tenants as deeds
from surefoot.sync.imports import ImportReport
from surefoot.sync.labels import relabel
from surefoot.sync.outbox import switch
from surefoot.web.permissions import actor_of, seeing_all, viewer_of
from surefoot.web.site import Site, Tried, site_of
from surefoot.web.tenant_forms import TenantBody, TenantChange, changed, given_of, reach_of
from surefoot.web.uploads import UNPACKED

LATER = dt.timedelta(hours=1)
"""When a tenant is read that was added and could not be tried well: somebody mends it meanwhile, and reads it then."""


def found(request: Request, wanted: str) -> Tenant:
    """Find a tenant among those that the one who asks may see."""
    with reading(site_of(request).engine) as conn:
        return tenant_for(conn, viewer_of(request), wanted)


def visible(conn: Connection, request: Request) -> list[Tenant]:
    """List the tenants that the one who asks may see."""
    return visible_to(conn, viewer_of(request))


def progress(site: Site, tenant: Tenant) -> Reading | None:
    """Give how far the reading of a tenant has come in this process."""
    return site.reach.reading(tenant) if site.reach else None


def add(request: Request, sent: TenantBody) -> Tenant:
    """Add a tenant; it is read once it has been tried well, or in an hour."""
    site, viewer = site_of(request), seeing_all(request, "New tenants")
    reach, now = reach_of(site), site.clock()
    with writing(site.engine, by=actor_of(request)) as conn:
        return deeds.add(
            conn, reach.keys, given_of(sent, reach.emulated), id=sent.tenant_id, name=sent.name, by=viewer.name,
            now=now, due_at=now + LATER,
        )  # fmt: skip


def change(request: Request, tenant: Tenant, sent: TenantChange) -> None:
    """Change what was sent of a tenant: all of it, or nothing."""
    site, by, now = site_of(request), viewer_of(request).name, site_of(request).clock()
    with writing(site.engine, by=actor_of(request)) as conn:
        reach = site.reach
        given = changed(sent, stored.connection(conn, tenant), reach.emulated if reach else None)
        if given is not None:
            deeds.change(conn, reach_of(site).keys, tenant, given, by=by, now=now, due_at=now + LATER)
            site.tried.pop(tenant.id, None)
        if sent.name is not msgspec.UNSET:
            deeds.rename(conn, tenant, sent.name, by=by, now=now)
        if sent.labels is not msgspec.UNSET:
            label(conn, tenant, sent.labels, by=by, now=now)
        if sent.write_back is not msgspec.UNSET and sent.write_back != stored.writes_back(conn, tenant):
            switch(conn, tenant, on=sent.write_back, by=by, now=now)


def label(conn: Connection, tenant: Tenant, wanted: Iterable[str], *, by: str, now: dt.datetime) -> None:
    """Give a tenant these labels and no others."""
    words = [" ".join(word.split()) for word in wanted]
    held = stored_labels.of(conn, [tenant]).get(tenant.key, ())
    if gone := [word for word in held if word not in words]:
        relabel(conn, tenant, gone, by=by, now=now, remove=True)
    if new := [word for word in words if word not in held]:
        relabel(conn, tenant, new, by=by, now=now)


def remove(request: Request, tenant: Tenant) -> None:
    """Remove a tenant with all that is kept of it."""
    site, viewer = site_of(request), seeing_all(request, "Tenants to remove")
    with writing(site.engine, by=actor_of(request)) as conn:
        deeds.remove(conn, tenant, by=viewer.name, now=site.clock())
    site.tried.pop(tenant.id, None)


def try_now(site: Site, tenant: Tenant) -> Tried:
    """Try a tenant's connection and remember how that went; one that works and was never read is read now."""
    reach = reach_of(site)
    made = Tried(check=reach.check(tenant), at=site.clock())
    site.tried[tenant.id] = made
    with reading(site.engine) as conn:
        state = stored.sync_state(conn, tenant)
    if made.check.passed and site.graph_sync and (state.synced_at is None or state.error):
        site.graph_sync(tenant)
    return made


def sync(site: Site, tenant: Tenant) -> None:
    """Have a tenant read at once."""
    if site.graph_sync is None:
        raise InputRefused("This server does not read from Microsoft; run `surefoot sync` instead.")
    with reading(site.engine) as conn:
        connected = stored.sync_state(conn, tenant).due_at is not None
    if not connected:
        raise InputRefused(f"{tenant.name} is not connected to Microsoft: its history comes from imported files.")
    site.graph_sync(tenant)


def import_file(
    request: Request, body: bytes, *, tenant: Tenant | None, name: str | None, day: dt.date | None, store: bool
) -> ImportReport:
    """Import a file, or (not `store`) say exactly what that would do: it is done and taken back."""
    site = site_of(request)
    read = imports.read_bytes(body, largest=UNPACKED)
    opened = writing(site.engine, by=actor_of(request)) if store else trying(site.engine)
    with opened as conn:
        made = imports.store(conn, read, name=name, now=site.clock(), ratings=site.ratings, day=day, into=tenant)
        return imports.report(made, stored=store)
