"""Importing a file: it is looked at first, then imported by a word."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from surefoot.access.viewers import tenant_for, visible_to
from surefoot.errors import ImportRefused, InputRefused, SurefootError
from surefoot.model import Tenant
from surefoot.store.database import reading
from surefoot.sync.imports import ImportReport
from surefoot.web import tenancy
from surefoot.web.forms import FORM, body_of, from_form
from surefoot.web.html.contexts import Page
from surefoot.web.html.overview import path
from surefoot.web.html.render import frame, render
from surefoot.web.permissions import Permission, needs, router, seeing_all, viewer_of
from surefoot.web.queries import parse_day
from surefoot.web.site import site_of
from surefoot.web.uploads import LASTS, Kept, Upload, from_multipart

routes = router()
Body = Annotated[bytes, Depends(body_of)]

SHOWN = 50
"""Refused records that are named."""


class ImportPage(Page, frozen=True, kw_only=True):
    """`import.html`."""

    tenant: str | None
    """Its name; None: the file or a name says whose it is."""
    action: str
    back_href: str
    report: ImportReport | None
    """What importing would do; None: no file was chosen yet."""
    file: str
    word: str
    """By which the file is imported that was looked at."""
    nothing: bool
    """Whether importing would change nothing."""
    named: int
    """Refused records that are named."""
    name: str
    day: str
    refused: str | None


@routes.get("/tenants/import")
@needs(Permission.ADMINISTER)
def ask_for_file(request: Request) -> Response:
    """Ask for a file of a tenant that may be new."""
    seeing_all(request, "New tenants")
    return _show(request, None)


@routes.get("/tenants/{tenant_id}/import")
@needs(Permission.ADMINISTER)
def ask_for_file_of(request: Request, tenant_id: str) -> Response:
    """Ask for a file of one tenant."""
    return _show(request, tenancy.found(request, tenant_id))


@routes.post("/tenants/import")
@needs(Permission.ADMINISTER)
def import_file(request: Request, body: Body) -> Response:
    """Look at a file, or import the one that was looked at."""
    seeing_all(request, "New tenants")
    return _import(request, body, None)


@routes.post("/tenants/{tenant_id}/import")
@needs(Permission.ADMINISTER)
def import_file_of(request: Request, tenant_id: str, body: Body) -> Response:
    """Look at a file of one tenant, or import the one that was looked at."""
    return _import(request, body, tenancy.found(request, tenant_id))


def _import(request: Request, body: bytes, tenant: Tenant | None) -> Response:
    kind = request.headers.get("content-type", "")
    try:
        if kind.lower().startswith(FORM):
            return _confirmed(request, from_form(body).get("word", ""), tenant)
        fields, upload = from_multipart(body, kind)
    except (InputRefused, ImportRefused) as refusal:
        return _show(request, tenant, refusal=refusal)
    try:
        return _looked(request, fields, upload, tenant)
    except (InputRefused, ImportRefused) as refusal:
        return _show(request, tenant, refusal=refusal, fields=fields)


def _looked(request: Request, fields: dict[str, str], upload: Upload | None, tenant: Tenant | None) -> Response:
    """Say what importing a file would do, and hold it for a while."""
    if upload is None:
        raise InputRefused("Choose a file first.")
    day = parse_day(fields["day"]) if fields.get("day") else None
    name = fields.get("name", "").strip() or None
    report = tenancy.import_file(request, upload.body, tenant=tenant, name=name, day=day, store=False)
    site = site_of(request)
    kept = Kept(
        upload=upload, owner=viewer_of(request).name, tenant=tenant.id if tenant else None, name=name, day=day,
        until=site.clock() + LASTS,
    )  # fmt: skip
    return _show(request, tenant, report=report, file=upload.name, word=site.held.put(kept))


def _confirmed(request: Request, word: str, tenant: Tenant | None) -> Response:
    """Import the file that was looked at."""
    site = site_of(request)
    wanted = tenant.id if tenant else None
    kept = site.held.take(word, owner=viewer_of(request).name, tenant=wanted, now=site.clock())
    report = tenancy.import_file(request, kept.upload.body, tenant=tenant, name=kept.name, day=kept.day, store=True)
    return RedirectResponse(path(report.tenant.id, "connection", said="imported"), HTTPStatus.SEE_OTHER)


def _show(
    request: Request,
    tenant: Tenant | None,
    *,
    report: ImportReport | None = None,
    file: str = "",
    word: str = "",
    refusal: SurefootError | None = None,
    fields: dict[str, str] | None = None,
) -> Response:
    with reading(site_of(request).engine) as conn:
        visible = visible_to(conn, viewer_of(request))
        tenant = tenant_for(conn, viewer_of(request), tenant.id) if tenant else None
    tab = "connection" if tenant else "tenants"
    page = ImportPage(
        frame=frame(request, "Import a file", visible=visible, tenant=tenant, tab=tab),
        tenant=tenant.name if tenant else None,
        action=path(tenant.id, "import") if tenant else "/tenants/import",
        back_href=path(tenant.id, "connection") if tenant else "/tenants",
        report=report,
        file=file,
        word=word,
        nothing=report is not None and _is_nothing(report),
        named=SHOWN,
        name=(fields or {}).get("name", ""),
        day=(fields or {}).get("day", ""),
        refused=refusal.sentence if refusal else None,
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK
    return render(request, "import.html", page, status=status)


def _is_nothing(report: ImportReport) -> bool:
    return not (report.days_new or report.days_changed or report.profiles or report.decisions)
