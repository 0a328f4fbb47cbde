"""A short form of the script beside it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from kill_send import run


def test_a_killed_sending_loses_nothing_and_doubles_nothing() -> None:
    assert len(run(3, seed=7)) == 3
