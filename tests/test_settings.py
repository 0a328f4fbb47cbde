"""The settings: one table, clear refusals."""

from pathlib import Path

import pytest

from surefoot import settings
from surefoot.errors import InputRefused


def test_without_anything_set_the_defaults_hold() -> None:
    read = settings.read({})
    assert (read.data, read.key, read.port, read.hosts, read.tls, read.ratings) == (
        Path("surefoot-data"),
        None,
        8365,
        frozenset(),
        False,
        None,
    )
    assert read.database == Path("surefoot-data/surefoot.db")


def test_the_environment_is_read() -> None:
    read = settings.read(
        {
            "SUREFOOT_DATA": "/srv/s",
            "SUREFOOT_KEY": "k",
            "SUREFOOT_PORT": "0",
            "SUREFOOT_HOSTS": "Score.Example.com, b.example ,",
            "SUREFOOT_TLS": "YES",
            "SUREFOOT_RATINGS": "/r.json",
        }
    )
    assert (read.data, read.key, read.port, read.tls, read.ratings) == (Path("/srv/s"), "k", 0, True, Path("/r.json"))
    assert read.hosts == {"score.example.com", "b.example"}


def test_arguments_win() -> None:
    read = settings.read({"SUREFOOT_DATA": "/srv/s", "SUREFOOT_PORT": "1"}, data=Path("/here"), port=9)
    assert (read.data, read.port) == (Path("/here"), 9)


@pytest.mark.parametrize(
    ("name", "value"),
    [("SUREFOOT_PORT", "x"), ("SUREFOOT_PORT", "65536"), ("SUREFOOT_PORT", "-1"), ("SUREFOOT_TLS", "maybe")],
)
def test_what_is_not_usable_is_named(name: str, value: str) -> None:
    with pytest.raises(InputRefused, match=name):
        settings.read({name: value})


def test_the_folder_that_the_demo_makes_is_the_one_in_force() -> None:
    for environment in ({}, {"SUREFOOT_DATA": "/srv/s"}):
        first, *_ = settings.told(environment, passing=Path("/tmp/made"))  # noqa: S108 - nothing is written
        assert (first.name, first.value, first.set_by) == ("SUREFOOT_DATA", "/tmp/made", "demo")  # noqa: S108
    named, *_ = settings.told({}, data=Path("here"))
    assert (named.value, named.set_by) == ("here", "command line")


def test_an_empty_setting_is_none() -> None:
    assert settings.read({s.name: "" for s in settings.SETTINGS}) == settings.read({})
