"""Schemathesis over the whole description: nothing is answered that it does not say, and never a mistake of ours."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from web_world import OURS, World

from surefoot.web.api.openapi import document

load_all_checks()
# Positive and negative data: what the description refuses must be refused, and what it allows must not be.
ASKED = CHECKS.get_by_names(
    ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
)
NAMES = [(path, method) for path, item in document()["paths"].items() for method in item if not path.endswith(".csv")]


@pytest.mark.parametrize(("path", "method"), NAMES, ids=lambda v: v)
def test_no_answer_is_undocumented_or_our_mistake(world: World, path: str, method: str) -> None:
    signed = {"authorization": f"Bearer {world.tokens['writer']}", "host": "127.0.0.1"}
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", world.app, headers=signed)

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=schema[path][method].as_strategy(), named=st.booleans())
    def fuzz(case: schemathesis.Case, *, named: bool) -> None:
        if named and any(p["name"] == "tenant" for p in document()["paths"][path][method].get("parameters", ())):
            case.query = {**(case.query or {}), "tenant": OURS}
        case.call_and_validate(headers=signed, checks=ASKED)

    fuzz()
