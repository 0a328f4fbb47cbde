"""A client that trusts the emulator: plain requests, no tolerance."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from surefoot.emulator.server import PROFILES, SCORES, Emulator, Running
from surefoot.emulator.world import World


@contextmanager
def running(world: World) -> Iterator[Emulator]:
    with Running(world) as emulator:
        yield emulator


class Answer:
    """Status, headers and body."""

    def __init__(self, status: int, headers: dict[str, str], raw: bytes) -> None:
        self.status, self.headers, self.raw = status, headers, raw

    @property
    def json(self) -> Any:
        return json.loads(self.raw)


class Client:
    """Signed in to one tenant."""

    def __init__(self, emulator: Emulator, tenant: str) -> None:
        self.emulator, self.tenant = emulator, tenant
        self.token = self.sign_in().json["access_token"]

    def sign_in(self, tenant: str | None = None, **changes: str) -> Answer:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.emulator.client_id,
            "client_secret": self.emulator.client_secret,
            "scope": "x/.default",
        } | changes
        path = f"/{tenant or self.tenant}/oauth2/v2.0/token"
        return self.ask("POST", path, body=urllib.parse.urlencode(form).encode(), signed=False)

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        signed: bool = True,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        url = path if path.startswith("http") else self.emulator.base_url + path
        fields = {"Authorization": f"Bearer {self.token}"} if signed else {}
        asked = urllib.request.Request(url, data=body, method=method, headers=fields | (headers or {}))  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(asked) as said:  # noqa: S310 - loopback
                return Answer(said.status, {k.lower(): v for k, v in said.headers.items()}, said.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())

    def get(self, path: str, **query: str) -> Answer:
        return self.ask("GET", path + ("?" + urllib.parse.urlencode(query, safe="$") if query else ""))

    def scores(self, **query: str) -> list[dict[str, Any]]:
        return self._all(SCORES, query)

    def profiles(self) -> list[dict[str, Any]]:
        return self._all(PROFILES, {})

    def _all(self, path: str, query: dict[str, str]) -> list[dict[str, Any]]:
        page = self.get(path, **query).json
        found = page["value"]
        while "@odata.nextLink" in page:
            page = self.ask("GET", page["@odata.nextLink"]).json
            found += page["value"]
        return found
