"""Every route says who may use it; nobody else can."""

import pytest
from fastapi import APIRouter, FastAPI
from starlette.routing import Route
from web_world import MISSING, OURS, SAME_SITE, THEIRS, World

from surefoot.web.api.openapi import document
from surefoot.web.permissions import Permission, check_declared, declared, needs, router, same_origin, undeclared

PUBLIC = {"/health", "/static/{name}", "/sign-in", "/sign-out"}


def test_every_route_declares_its_permission(world: World) -> None:
    assert undeclared(world.app.routes) == []
    assert {r.path for r in world.app.routes if declared(r) is Permission.PUBLIC} == PUBLIC


def test_an_application_with_a_forgetful_route_does_not_start() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.router.routes.append(Route("/oops", lambda _request: None))
    with pytest.raises(RuntimeError, match="/oops"):
        check_declared(app)


def test_declaring_without_enforcing_is_not_enough() -> None:
    bare = APIRouter()
    bare.get("/x")(needs(Permission.READ)(lambda: None))
    guarded = router()
    guarded.get("/y")(needs(Permission.READ)(lambda: None))
    guarded.get("/z")(lambda: None)
    assert undeclared([*bare.routes, *guarded.routes]) == ["/x", "/z"]


def filled(path: str, tenant: str = OURS) -> str:
    return (
        (path.replace("{tenant_id}", tenant).replace("{control_id}", "aad_mfa").replace("{action_id}", "aad_mfa"))
        .replace("{name}", "surefoot.css")
        .replace("{event_id}", "1")
    )


def sent(path: str) -> bytes:
    """Give a body that a route takes, so that the tenant alone is what is wrong."""
    if path.endswith("/dismiss"):
        return b'{"reason": "a test"}'
    bodies = {
        "/events": b'{"text": "a note"}',
        "/resolve": b'{"holds": "microsoft"}',
        "{action_id}": b'{"owner": "anna"}',
    }
    return next((body for end, body in bodies.items() if path.endswith(end)), b'{"status": "planned"}')


def test_nothing_but_the_public_answers_strangers(world: World) -> None:
    client = world.client()
    for route in world.app.routes:
        if declared(route) is Permission.PUBLIC:
            continue
        for method in route.methods:
            answer = client.request(method, filled(route.path), headers=SAME_SITE)
            assert answer.status_code == 401, route.path
            assert answer.headers["www-authenticate"].startswith("Bearer")


def test_readers_change_nothing(world: World) -> None:
    client = world.client("reader")
    for route in world.app.routes:
        if declared(route) is Permission.WRITE:
            for method in route.methods:
                assert client.request(method, filled(route.path)).status_code == 403, route.path


def test_a_foreign_tenant_looks_like_a_missing_one(world: World) -> None:
    client = world.client("writer")
    for route in world.app.routes:
        for method in route.methods - {"HEAD"}:
            if "{tenant_id}" in route.path:
                paths = [filled(route.path, tenant) for tenant in (THEIRS, MISSING)]
            elif "/api/security-defender/secure-score" in route.path:
                paths = [f"{filled(route.path)}?tenant={tenant}" for tenant in (THEIRS, MISSING)]
            else:
                continue
            foreign, missing = (client.request(method, p, content=sent(route.path)) for p in paths)
            assert foreign.status_code == missing.status_code == 404, route.path
            assert foreign.content == missing.content
            unlike = {"x-request-id", "date"}
            assert {k: v for k, v in foreign.headers.items() if k not in unlike} == {
                k: v for k, v in missing.headers.items() if k not in unlike
            }


def test_somebody_without_tenants_sees_none(world: World) -> None:
    page = world.client("nobody").get("/")
    assert page.status_code == 200
    assert "No tenant yet" in page.text
    assert "Contoso" not in page.text


@pytest.mark.parametrize("token", ["", "wrong", "x" * 5000])
def test_a_wrong_token_is_nobody(world: World, token: str) -> None:
    answer = world.client().get("/api/openapi.json", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"origin": "http://127.0.0.1"}, True),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({}, False),
    ],
)
def test_forms_of_other_sites_are_refused(world: World, headers: dict[str, str], *, ours: bool) -> None:
    answer = world.client().post("/sign-in", headers=headers, data={"link": "x"})
    assert (answer.status_code == 403 and "does not come from" in answer.text) is not ours
    assert callable(same_origin)


def test_every_api_route_is_described_and_the_other_way_round(world: World) -> None:
    routes = {
        (r.path, m.lower())
        for r in world.app.routes
        for m in r.methods - {"HEAD"}
        if r.path.startswith("/api/") or r.path == "/health"
    }
    assert {(path, method) for path, item in document()["paths"].items() for method in item} == routes
