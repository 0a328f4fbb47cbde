"""What every route works with: handed in once, when the application is made."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from jinja2 import Environment
from sqlalchemy import Engine

from surefoot.model import Tenant
from surefoot.scoring.ratings import Ratings
from surefoot.web.assets import Asset

GraphSync = Callable[[Tenant], None]
"""Makes a tenant due at once; the runner reads it soon after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The running site."""

    engine: Engine
    ratings: Ratings
    clock: Callable[[], dt.datetime]
    graph_sync: GraphSync | None
    """None: this process does not read from Graph, so pages offer no Sync now."""
    tls: bool
    """True when browsers reach the site over https: Secure cookies and HSTS."""
    assets: dict[str, Asset]
    templates: Environment


def site_of(request: Request) -> Site:
    """Take the site from the application that serves the request."""
    site = request.app.state.site
    if not isinstance(site, Site):
        raise TypeError("the application was not made by web.app.create")
    return site
