"""Every page of the site, by name: what is measured, photographed and walked. A test asks that none is forgotten."""

from collections.abc import Mapping
from urllib.parse import quote

PAGES: Mapping[str, str] = {
    "portfolio": "/",
    "portfolio by label": "/?sort=change7&group=label",
    "heatmap": "/heatmap",
    "control of the heatmap": "/heatmap/{control_id}",
    "all risks": "/risks",
    "all outbox": "/outbox",
    "all catalogue": "/catalogue",
    "activity": "/activity",
    "notices": "/notices",
    "tenants": "/tenants",
    "add a tenant": "/tenants/add",
    "import": "/tenants/import",
    "settings": "/settings",
    "search": "/search?text=mfa",
    "overview": "/tenants/{tenant_id}/overview",
    "actions": "/tenants/{tenant_id}/actions",
    "all actions": "/tenants/{tenant_id}/actions?show=all",
    "action": "/tenants/{tenant_id}/actions/{control_id}",
    "history": "/tenants/{tenant_id}/history",
    "history of a year": "/tenants/{tenant_id}/history?days=365",
    "why": "/tenants/{tenant_id}/history/why",
    "trends": "/tenants/{tenant_id}/trends",
    "comparison": "/tenants/{tenant_id}/comparison",
    "risks": "/tenants/{tenant_id}/risks",
    "outbox": "/tenants/{tenant_id}/outbox",
    "catalogue": "/tenants/{tenant_id}/catalogue",
    "activity of a tenant": "/tenants/{tenant_id}/activity",
    "connection": "/tenants/{tenant_id}/connection",
    "import of a tenant": "/tenants/{tenant_id}/import",
}
"""Addresses with the placeholders of their routes, and a query where one shows more."""

NO_PAGES = {
    "/tenants/{tenant_id}": "leads on",
    "/static/{name}": "files",
    "/sign-in": "of strangers",
    "/tenants/{tenant_id}/actions.csv": "a file",
    "/tenants/{tenant_id}/actions.xlsx": "a file",
}
"""Routes of the site that show nothing of their own, and why."""


def address(name: str, tenant: str, control: str = "") -> str:
    """Give a page's address for one tenant and one of its controls."""
    return PAGES[name].replace("{tenant_id}", tenant).replace("{control_id}", quote(control, safe=""))


def route_of(name: str) -> str:
    """Give the path of the route that serves a page."""
    return PAGES[name].partition("?")[0]
