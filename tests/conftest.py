"""A closed world: nothing leaves the machine, and nothing of its owner comes in."""

import ipaddress
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Connection, Engine, event

from surefoot.store import database
from surefoot.store.memory import MEMORY, Memory, Part
from surefoot.store.schema import BY_PEOPLE


@event.listens_for(Engine, "before_cursor_execute")
def _only_collected(conn: Connection, _cursor: object, statement: str, *_: object) -> None:
    """Refuse that an answer which outlives what people write was read from what people write."""
    memory: Memory | None = conn.get_execution_options().get(MEMORY)
    if memory is not None and memory.within is Part.COLLECTED:
        found = BY_PEOPLE & set(re.findall(r"\w+", statement))
        assert not found, f"{found} in a collected answer: {statement}"


settings.register_profile("surefoot", deadline=None, max_examples=60)
settings.load_profile("surefoot")

_FOREIGN = ("SUREFOOT_", "AZURE_", "IDENTITY_", "MSI_", "COLUMNS", "LINES")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "ssl_cert_file")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what a developer's machine may have set."""
    for name in os.environ:
        if name.startswith(_FOREIGN) or name.lower() in _PROXIES:
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection but those to this machine."""
    real = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex")}

    def guarded(name: str) -> object:
        def connect(self: socket.socket, address: object) -> object:
            if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_local(address):
                pytest.fail(f"a test tried to reach {address}")
            return real[name](self, address)

        return connect

    for name in real:
        monkeypatch.setattr(socket.socket, name, guarded(name))


def _is_local(address: object) -> bool:
    host = str(address[0]) if isinstance(address, tuple) else ""
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Give a new database."""
    made = database.engine(tmp_path / "surefoot.db")
    database.upgrade(made)
    yield made
    made.dispose()
