"""Whoever asks the store for rows of tenants says of which."""

import ast
from pathlib import Path

import surefoot.store

ROOM = Path(surefoot.store.__file__).parent

NAMED = {"tenant", "tenants", "visible", "wanted"}
"""Arguments that say of which tenants."""

EXCEPTIONS = {
    "tenants.add": "makes one",
    "tenants.by_id": "takes its id; who may see it is asked in access",
    "tenants.find": "takes the visible set",
    "tenants.claim_due": "the runner reads all",
    "access.*": "tokens, links and sessions belong to the installation",
    "database.*": "opens, upgrades and counts the whole",
    "shared.*": "texts and ids that all tenants share",
    "series.*": "takes the tenant's key from its callers in this room",
    "spans.*": "pure",
    "columns.*": "types of columns",
    "memory.*": "passes on what is asked, tenant and all",
    "statements.*": "pure",
    "portfolio.bases": "takes the keys of those that were asked for",
    "portfolio.dismissed": "the same",
    "plans.of_step": "takes what was read of one",
    "schema.*": "the tables",
    "history.average_of": "pure",
    "audit.append": "the deed names its tenant",
    "audit.hash_of": "pure",
    "audit.canonical": "pure",
    "bulks.begin": "its items name their tenants",
    "views.*": "belong to a person, and name no tenant",
    "standings.bare": "takes what was read of one",
    "playbooks.*": "belong to the installation",
    "baselines.record": "belong to the installation, as the next four",
    "baselines.newest": "see above",
    "baselines.spelling": "see above",
    "baselines.versions": "see above",
    "baselines.find": "see above",
    "secrets.load_key": "the installation's key",
}


def functions(file: Path) -> list[ast.FunctionDef]:
    found = ast.parse(file.read_text()).body
    return [f for f in found if isinstance(f, ast.FunctionDef) and not f.name.startswith("_")]


def test_every_function_that_touches_tenants_takes_them_explicitly() -> None:
    loose = [
        f"{file.stem}.{f.name}"
        for file in ROOM.glob("*.py")
        for f in functions(file)
        if not NAMED & {a.arg for a in [*f.args.args, *f.args.kwonlyargs]}
        and f"{file.stem}.{f.name}" not in EXCEPTIONS
        and f"{file.stem}.*" not in EXCEPTIONS
    ]
    assert loose == []


def test_no_exception_is_for_something_that_is_gone() -> None:
    files = {f.stem: [g.name for g in functions(f)] for f in ROOM.glob("*.py")}
    gone = [e for e in EXCEPTIONS if e.split(".")[1] not in [*files.get(e.split(".")[0], []), "*"]]
    assert gone == []
