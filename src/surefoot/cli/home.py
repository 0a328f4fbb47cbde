"""What every command opens: the data folder with its database, key and ratings."""

import datetime as dt
import getpass
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from surefoot import settings
from surefoot.errors import DataUnusable
from surefoot.model import Actor, ActorKind

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from surefoot.pages.doctor import Place
    from surefoot.scoring.ratings import Ratings
    from surefoot.store.secrets import Keys


def now() -> dt.datetime:
    """Read the clock."""
    return dt.datetime.now(dt.UTC)


def somebody() -> Actor:
    """Name whoever runs the program, as the audit trail does."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        name = "somebody"
    return Actor(name=name, kind=ActorKind.PERSON, origin="command line")


class Home:
    """An opened data folder."""

    def __init__(self, read: settings.Settings) -> None:
        from surefoot.cli import logs
        from surefoot.scoring import ratings
        from surefoot.store import database, secrets

        self.settings = read
        try:
            read.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            message = f"The folder {read.data} cannot be made ({error.strerror}). Name another one with --data."
            raise DataUnusable(message) from error
        logs.begin(read.data / "logs")
        self.engine: Engine = database.engine(read.database)
        database.upgrade(self.engine)
        self.keys: Keys = secrets.load_key(read.data / "secret.key", read.key)
        self.ratings: Ratings = ratings.load(read.ratings)
        self._catch_up()

    @contextmanager
    def writing(self) -> Iterator["Connection"]:
        """Open a transaction for whoever sits at the terminal."""
        from surefoot.store import database

        with database.writing(self.engine, by=somebody()) as conn:
            yield conn

    def place(self, *, integrity: bool = False) -> "Place":
        """Say where the installation is, and how; `integrity` reads the whole database."""
        from surefoot.pages.doctor import Place
        from surefoot.store import database

        revision, newest = database.revisions(self.engine)
        return Place(
            version=version("surefoot"),
            python=sys.version.split()[0],
            data=str(self.settings.data.resolve()),
            free_bytes=shutil.disk_usage(self.settings.data).free,
            database_bytes=database.size(self.engine),
            integrity=database.integrity(self.engine) if integrity else None,
            revision=revision,
            newest_revision=newest,
            key=self.keys.id,
            key_from="SUREFOOT_KEY" if self.settings.key else "secret.key",
        )

    def _catch_up(self) -> None:
        """Make what pages need of a history that an older Surefoot wrote; once, and for few tenants at a time."""
        from surefoot.store import database, summaries, tenants
        from surefoot.sync import derived

        with database.reading(self.engine) as conn:
            lack = bool(summaries.missing(conn, tenants.all_of(conn, None)))
        if lack:
            with database.writing(self.engine) as conn:
                derived.catch_up(conn, tenants.all_of(conn, None), self.ratings)

    def close(self) -> None:
        """Let go of the database and the log."""
        from surefoot.cli import logs

        self.engine.dispose()
        logs.end()


@contextmanager
def opened(data: Path | None, *, port: int | None = None) -> Iterator[Home]:
    """Open the data folder; it is made when it is not there."""
    home = Home(settings.read(data=data, port=port))
    try:
        yield home
    finally:
        home.close()
