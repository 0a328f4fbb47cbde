"""What Surefoot knows of controls: cost and user impact where Microsoft leaves them Unknown, and usual maxima."""

import functools
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import msgspec

from surefoot.errors import InputRefused
from surefoot.model import Level

REMEMBERED = 10_000
"""Controls whose ratings are kept at hand: every page asks for the same ones."""

_CONNECTOR = re.compile(r"^\d+\.")
"""App connectors carry an instance number: `11770.MDA_Google_EnableTwoFactorAuth`."""
MOST_ASKED = 20_000
"""Answers that are kept at hand; ids come from outside, so they are not kept without end."""


class Rating(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of one control, or of a family by the beginning of its ids."""

    cost: Level | None = None
    user_impact: Level | None = None
    max_points: float | None = None
    title: str | None = None
    service: str | None = None
    category: str | None = None
    reason: str | None = None
    """Why cost and user impact are rated so."""
    source: str | None = None
    """Where title, service and points come from."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    about: str
    families: dict[str, Rating]
    controls: dict[str, Rating]


class Ratings:
    """Ratings by control; an exact one goes before its family's, part by part."""

    def __init__(self, controls: Mapping[str, Rating], families: Mapping[str, Rating]) -> None:
        self._controls = {key.casefold(): rating for key, rating in controls.items()}
        self._families = sorted(((k.casefold(), r) for k, r in families.items()), key=lambda pair: -len(pair[0]))
        self._asked: dict[str, Rating | None] = {}

    def of(self, control: str) -> Rating | None:
        """Give what is known of a control; None when nothing is."""
        if control not in self._asked:
            if len(self._asked) >= MOST_ASKED:
                self._asked.clear()
            self._asked[control] = self._found(plain_id(control))
        return self._asked[control]

    def _found(self, wanted: str) -> Rating | None:
        exact = self._controls.get(wanted)
        family = next((r for prefix, r in self._families if wanted.startswith(prefix)), None)
        if exact is None or family is None:
            return exact or family
        rated = exact if exact.cost or exact.user_impact else family
        return msgspec.structs.replace(
            exact,
            cost=rated.cost,
            user_impact=rated.user_impact,
            reason=rated.reason,
            service=exact.service or family.service,
        )

    def by_title(self) -> dict[str, list[str]]:
        """Give the ids by folded title: titles are not unique."""
        found: dict[str, list[str]] = {}
        for control, rating in self._controls.items():
            if rating.title:
                found.setdefault(rating.title.casefold(), []).append(control)
        return found

    def changed_by(self, other: "Ratings") -> "Ratings":
        """Give these ratings with another's put over them."""
        return Ratings(self._controls | other._controls, dict(self._families) | dict(other._families))  # noqa: SLF001 - its own kind


def plain_id(control: str) -> str:
    """Fold an id and drop a connector's instance number."""
    return _CONNECTOR.sub("", control).casefold()


@functools.cache
def load(override: Path | None = None) -> Ratings:
    """Read Surefoot's ratings, with an installation's own file of the same form put over them.

    Raises `InputRefused`, naming the field, when that file is not of this form.
    """
    own = _read(files("surefoot.scoring").joinpath("data/ratings.json").read_bytes(), "ratings.json")
    if override is None:
        return own
    try:
        return own.changed_by(_read(override.read_bytes(), str(override)))
    except OSError as error:
        message = f"The ratings file {override} cannot be read: {error.strerror}."
        raise InputRefused(message) from error


def _read(body: bytes, name: str) -> Ratings:
    try:
        file = msgspec.json.decode(body, type=_File)
    except msgspec.DecodeError as error:
        message = f"The ratings file {name} is not of the form that docs/ratings.md describes: {error}."
        raise InputRefused(message) from error
    return Ratings(file.controls, file.families)
