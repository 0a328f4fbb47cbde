"""The ladder: a room imports only rooms on lower rungs, never a sibling on its own."""

import ast
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src" / "surefoot"
RUNGS = {
    "cli": 7,
    "web": 6,
    "jobs": 5,
    "reports": 4,
    "settings": 4,
    "sync": 3,
    "pages": 3,
    "access": 3,
    "graph": 2,
    "store": 2,
    "notify": 2,
    "scoring": 1,
    "waterfalls": 2,
    "ladders": 1,
    "bands": 2,
    "bars": 2,
    "charts": 1,
    "emulator": 1,
    "model": 0,
    "errors": 0,
    "locales": 0,
}
MODULES = sorted(p for p in SRC.rglob("*.py") if p.parent != SRC or p.stem != "__init__")


def room(path: Path) -> str:
    return path.relative_to(SRC).with_suffix("").parts[0]


def imported(path: Path) -> set[str]:
    """Every surefoot module that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} imports relatively"
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return {name for name in found if name.startswith("surefoot.")}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SRC)))
def test_a_room_imports_only_lower_rooms(path: Path) -> None:
    here = room(path)
    for name in imported(path):
        there = name.split(".")[1]
        assert there == here or RUNGS[there] < RUNGS[here], f"{here} imports {name}"


def test_every_room_is_on_the_ladder() -> None:
    assert {room(p) for p in MODULES} <= RUNGS.keys()


def test_package_files_are_empty() -> None:
    assert [p for p in SRC.rglob("__init__.py") if p.read_text().strip()] == []
