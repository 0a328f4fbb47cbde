"""Fixtures of the sync tests."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

sys.path.insert(0, str(Path(__file__).parent))

from sync_world import CLOCK, NOW, TODAY, add

from surefoot.emulator.server import Emulator, Running
from surefoot.emulator.world import generate
from surefoot.model import Tenant


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    CLOCK.at = NOW
    with Running(generate(11, TODAY, tenants=2), now=CLOCK) as running:
        yield running


@pytest.fixture
def tenant(engine: Engine, emulator: Emulator) -> Tenant:
    return add(engine, emulator)
