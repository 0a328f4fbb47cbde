"""From the page object of the tenants to what its template uses."""

from collections.abc import Callable
from urllib.parse import urlencode

from markupsafe import Markup

from surefoot import charts
from surefoot.pages.tenants import TenantRow, Tenants
from surefoot.web.html import formats
from surefoot.web.html.contexts import Frame, Link, TenantLine, TenantsPage
from surefoot.web.html.overview import notice, path

SORTS: dict[str, tuple[str, Callable[[TenantRow], tuple[bool, float]]]] = {
    "percent": ("Lowest score", lambda r: (r.percent is None, r.percent or 0.0)),
    "trend": ("Largest loss", lambda r: (r.trend is None, r.trend or 0.0)),
    "problem": ("Needs attention", lambda r: (r.synced.error is None, 0.0)),
}


def view(tenants: Tenants, frame: Frame, *, text: str, sort: str) -> TenantsPage:
    """Prepare the tenants for the template: those whose name or id holds `text`, in the wanted order."""
    needle = text.strip().casefold()
    rows = [r for r in tenants.tenants if needle in r.tenant.name.casefold() or needle in r.tenant.id]
    if sort in SORTS:
        rows.sort(key=SORTS[sort][1])
    return TenantsPage(
        frame=frame,
        lines=tuple(_line(row, frame) for row in rows),
        total=tenants.total,
        text=text.strip(),
        sorts=_sorts(text.strip(), sort),
        problems=tenants.failing,
    )


def _sorts(text: str, sort: str) -> tuple[Link, ...]:
    labels = {"": "Name", **{key: label for key, (label, _) in SORTS.items()}}
    current = sort if sort in labels else ""
    return tuple(
        Link(
            label=label,
            href="/?" + urlencode({k: v for k, v in (("text", text), ("sort", key)) if v}),
            current=key == current,
        )
        for key, label in labels.items()
    )


def _line(row: TenantRow, frame: Frame) -> TenantLine:
    label = f"{row.tenant.name}: {formats.percent(row.percent)}"
    return TenantLine(
        row=row,
        href=path(row.tenant.id, "overview"),
        meter=Markup(charts.meter(row.percent, label=label)),  # noqa: S704 - charts escapes
        notice=notice(row.synced, row.as_of, frame.now),
    )
