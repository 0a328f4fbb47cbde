"""What every route works with: handed in once, when the application is made."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import Request
from jinja2 import Environment
from sqlalchemy import Engine

from surefoot.model import Reading, Tenant
from surefoot.pages.doctor import Place
from surefoot.scoring.ratings import Ratings
from surefoot.settings import Told
from surefoot.store.secrets import Keys
from surefoot.sync.checks import Check
from surefoot.web.assets import Asset
from surefoot.web.uploads import Held

GraphSync = Callable[[Tenant], None]
"""Makes a tenant due at once; the runner reads it soon after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulated:
    """The emulator that a demo runs, and its made-up app: nothing of it is secret."""

    url: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a process can do that holds the keys: keep secrets, reach Microsoft, look at its own installation."""

    keys: Keys
    check: Callable[[Tenant], Check]
    """Signs in to a tenant and calls each endpoint once; takes seconds."""
    reading: Callable[[Tenant], Reading | None]
    """Says how far the reading of a tenant has come in this process."""
    place: Callable[[bool], Place]
    """Looks at the installation; True: at the whole database, too, which takes long."""
    settings: tuple[Told, ...] = ()
    emulated: Emulated | None = None
    """None: no page and no request connects a tenant to an emulator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How the last try of a tenant's connection went, as this process remembers it."""

    check: Check
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The running site."""

    engine: Engine
    ratings: Ratings
    clock: Callable[[], dt.datetime]
    graph_sync: GraphSync | None
    """None: this process does not read from Graph, so pages offer no Sync now."""
    reach: Reach | None
    """None: this process holds no keys, so tenants are added and tried elsewhere."""
    tls: bool
    """True when browsers reach the site over https: Secure cookies and HSTS."""
    assets: dict[str, Asset]
    templates: Environment
    tried: dict[str, Tried] = field(default_factory=dict)
    """By tenant id."""
    held: Held = field(default_factory=Held)
    """Files that somebody looks at before they are imported."""


def site_of(request: Request) -> Site:
    """Take the site from the application that serves the request."""
    site = request.app.state.site
    if not isinstance(site, Site):
        raise TypeError("the application was not made by web.app.create")
    return site
