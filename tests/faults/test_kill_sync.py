"""A short form of the script beside it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from kill_sync import run


def test_a_killed_sync_leaves_nothing_half() -> None:
    assert len(run(3, seed=7)) == 3
