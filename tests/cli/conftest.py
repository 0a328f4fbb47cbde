"""The command line over a data folder of its own."""

import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cli_run import Ran, Run

from surefoot.cli import main
from surefoot.emulator.server import Emulator, Running
from surefoot.emulator.world import generate

TODAY = dt.datetime.now(dt.UTC).date()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    monkeypatch.setenv("SUREFOOT_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def call(*words: str, columns: int = 100, env: dict[str, str] | None = None) -> Ran:
        monkeypatch.setattr("sys.argv", ["surefoot", *words])
        monkeypatch.setenv("COLUMNS", str(columns))
        for name, value in (env or {}).items():
            monkeypatch.setenv(name, value)
        capfdbinary.readouterr()
        try:
            main.main()
            code = 0
        except SystemExit as error:
            code = int(error.code or 0)
        out, err = capfdbinary.readouterr()
        return Ran(code, out.decode(), err.decode())

    return call


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Running(generate(4, TODAY, tenants=2)) as running:
        yield running


@pytest.fixture
def connected(run: Run, emulator: Emulator) -> Run:
    """Add the emulator's two tenants."""
    for tenant in emulator.world.tenants:
        ran = run(
            "tenant", "add", tenant.name, "--tenant-id", tenant.id, "--client-id", emulator.client_id,
            "--cloud", "emulator", "--graph-url", emulator.base_url, "--secret-env", "GRAPH_SECRET",
            env={"GRAPH_SECRET": emulator.client_secret},
        )  # fmt: skip
        assert ran.code == 0, ran.err
    return run
