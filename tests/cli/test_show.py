"""What the terminal shows: words of others do not steer it."""

import pytest

from surefoot.cli import show

HOSTILE = "pia\x1b]0;owned\x07 \x1b[2J\x9b31m\r\tend"


def test_what_others_wrote_does_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show.line(HOSTILE)
    show.wrapped(HOSTILE)
    show.note(HOSTILE)
    show.table(["By"], [[HOSTILE]])
    said = capsys.readouterr()
    assert "owned" in said.out
    assert not set(said.out + said.err) & {"\x1b", "\x07", "\x9b", "\r"}
