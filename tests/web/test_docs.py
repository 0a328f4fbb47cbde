"""The API's page names every route, parameter, status and problem."""

from pathlib import Path

import pytest

from surefoot.model import DECIDABLE
from surefoot.pages.outlets import camel
from surefoot.web.api.openapi import document

PAGE = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.mark.skipif(not PAGE.exists(), reason="the documentation is not beside the tests")
def test_the_page_names_all_that_the_api_has() -> None:
    text = PAGE.read_text("utf-8")
    for path, item in document()["paths"].items():
        assert path.replace("action_id", "actionId") in text, path
        for operation in item.values():
            assert all(f"`{p['name']}`" in text for p in operation.get("parameters", ()) if p["in"] == "query")
            assert all(f"| {status} |" in text for status in operation["responses"] if status != "200")
    assert all(f"`{camel(s)}`" in text for s in DECIDABLE)
