"""The documentation names what there is, and leads nowhere that is not there."""

import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
import typer

from surefoot import errors
from surefoot.cli.commands import COMMANDS
from surefoot.model import AuthMethod, Cloud
from surefoot.settings import SETTINGS

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_every_setting_is_documented_with_its_default_and_sentence() -> None:
    text = page("docs/settings.md").replace("`", "").replace("[ratings](ratings.md)", "docs/ratings.md")
    for setting in SETTINGS:
        assert f"| {setting.name} |" in text
        assert setting.about.replace("`", "") in text, setting.name


def test_every_command_is_documented() -> None:
    text = page("docs/cli.md")
    for name, place in COMMANDS.items():
        group = typer.main.get_group(import_module(f"surefoot.cli.{place.module}").app)
        for words in [name] if name in group.commands else [f"{name} {sub}" for sub in group.commands]:
            assert f"| `surefoot {words}` |" in text


def test_every_command_that_a_page_names_exists() -> None:
    known = {
        f"{n} {s}"
        for n, p in COMMANDS.items()
        for s in typer.main.get_group(import_module(f"surefoot.cli.{p.module}").app).commands
    }
    for file in PAGES:
        for first, second in re.findall(r"surefoot ([a-z][a-z-]+)(?: ([a-z]+))?", file.read_text("utf-8")):
            if first in COMMANDS and COMMANDS[first].module == first and first != "doctor":
                assert not second or f"{first} {second}" in known, f"{file.name}: surefoot {first} {second}"


def test_every_graph_error_method_and_cloud_is_documented() -> None:
    text = page("docs/connecting.md")
    kinds = [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, errors.GraphError)]
    for kind in kinds:
        if kind not in {errors.GraphError, errors.WriteRefused, errors.CloudUnsupported}:
            assert f"| `{kind.slug}` |" in text
    assert all(f"`{m.value}`" in text for m in [*AuthMethod, *Cloud])


def test_every_dependency_has_its_reason() -> None:
    text = page("docs/dependencies.md").casefold()
    project = tomllib.loads(page("pyproject.toml"))
    asked = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    for name in (re.split(r"[>=<]", d)[0] for d in asked):
        assert re.search(rf"\b{re.escape(name)}\b", text), name


@pytest.mark.parametrize("file", PAGES, ids=lambda p: p.name)
def test_every_link_leads_somewhere(file: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", file.read_text("utf-8")):
        assert target.startswith("https://") or (file.parent / target).exists(), target


def test_the_index_names_every_page() -> None:
    text = page("docs/index.md")
    assert all(f"({p.name})" in text for p in (ROOT / "docs").glob("*.md") if p.name != "index.md")


def test_the_readme_begins_with_the_two_commands() -> None:
    text = page("README.md")
    assert 0 < text.index("make demo") < text.index("make test") < 2000
