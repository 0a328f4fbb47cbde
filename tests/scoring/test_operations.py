"""The docs' table of operations is the data file's."""

from pathlib import Path

import pytest

from surefoot.scoring.operations import load

PAGE = Path(__file__).parents[2] / "docs" / "causes.md"


@pytest.mark.skipif(not PAGE.exists(), reason="the documentation is not beside the tests")
def test_every_rule_source_and_noise_is_in_the_documentation() -> None:
    text, known = PAGE.read_text("utf-8"), load()
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    for rule in known.rules:
        (row,) = [r for r in rows if r.startswith(f"| {', '.join(rule.operations)}") and rule.reason in r]
        assert all(f"`{c}`" in row for c in rule.controls)
        assert all(f"“{w}”" in row for w in rule.words)
        assert all(t in row for t in rule.targets)
        assert f"| {rule.strength:g} |" in row
        assert row.endswith(f"| {rule.source} |")
    assert all(f"- {name}: {where}" in text for name, where in known.sources.items())
    assert all(operation in text for operation in known.noise)
