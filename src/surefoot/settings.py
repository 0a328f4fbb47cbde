"""The settings: one table of names, defaults and sentences, read from the environment."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from surefoot.errors import InputRefused


class Setting(msgspec.Struct, frozen=True):
    """One setting."""

    name: str
    default: str
    about: str


SETTINGS = (
    Setting("SUREFOOT_DATA", "surefoot-data", "The folder of database, key and logs (--data on every command)."),
    Setting(
        "SUREFOOT_KEY",
        "",
        "The key for stored secrets, base64 of 32 bytes; without it the file secret.key in the data folder.",
    ),
    Setting("SUREFOOT_PORT", "8365", "The port that `surefoot serve` and `surefoot demo` listen on (--port)."),
    Setting("SUREFOOT_HOSTS", "", "Further host names by which browsers reach the page, separated by commas."),
    Setting("SUREFOOT_TLS", "no", "yes when browsers come over https through a proxy: cookies become Secure."),
    Setting("SUREFOOT_RATINGS", "", "A file of ratings of your own, put over Surefoot's (docs/ratings.md)."),
)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings as read."""

    data: Path
    key: str | None
    """A secret."""
    port: int
    hosts: frozenset[str]
    tls: bool
    ratings: Path | None

    @property
    def database(self) -> Path:
        """The database file."""
        return self.data / "surefoot.db"


def read(
    environment: Mapping[str, str] | None = None, *, data: Path | None = None, port: int | None = None
) -> Settings:
    """Read the settings; arguments of the command line win. `InputRefused` names a setting that is not usable."""
    given = os.environ if environment is None else environment
    values = {s.name: given.get(s.name) or s.default for s in SETTINGS}
    ratings = values["SUREFOOT_RATINGS"]
    return Settings(
        data=data or Path(values["SUREFOOT_DATA"]),
        key=values["SUREFOOT_KEY"] or None,
        port=_port(str(port) if port is not None else values["SUREFOOT_PORT"]),
        hosts=frozenset(h.strip().lower() for h in values["SUREFOOT_HOSTS"].split(",") if h.strip()),
        tls=_truth(values["SUREFOOT_TLS"]),
        ratings=Path(ratings) if ratings else None,
    )


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One setting as it is in force."""

    name: str
    value: str | None
    """None: a secret, or nothing is set."""
    default: str
    about: str
    set_by: str
    """`environment`, `command line`, `demo`, or `nobody`: then the default is in force."""


def told(
    environment: Mapping[str, str] | None = None,
    *,
    data: Path | None = None,
    port: int | None = None,
    passing: Path | None = None,
) -> tuple[Told, ...]:
    """Say of every setting what is in force and who set it; never the key.

    `passing` is a folder that the demo made for the time being, whatever the environment says.
    """
    given = os.environ if environment is None else environment
    said = {"SUREFOOT_DATA": passing or data, "SUREFOOT_PORT": port}
    typed_by = {"SUREFOOT_DATA": "demo"} if passing else {}

    def one(setting: Setting) -> Told:
        typed, kept = said.get(setting.name), given.get(setting.name)
        value = str(typed) if typed is not None else kept or setting.default
        by = typed_by.get(setting.name, "command line") if typed is not None else "environment" if kept else "nobody"
        shown = None if setting.name == SECRET else value or None
        return Told(name=setting.name, value=shown, default=setting.default, about=setting.about, set_by=by)

    return tuple(one(s) for s in SETTINGS)


SECRET = "SUREFOOT_KEY"  # noqa: S105 - the name of a setting
_HIGHEST_PORT = 65_535


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= _HIGHEST_PORT:
        return int(text)
    message = f"SUREFOOT_PORT is {text!r}; a port is a number from 0 to {_HIGHEST_PORT}."
    raise InputRefused(message)


def _truth(text: str) -> bool:
    if text.lower() in {"yes", "no"}:
        return text.lower() == "yes"
    message = f"SUREFOOT_TLS is {text!r}; it is yes or no."
    raise InputRefused(message)
