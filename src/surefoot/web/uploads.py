"""Files that people send: taken out of a form, and held for a while so that they can be looked at first."""

import datetime as dt
import re
import secrets
import threading

import msgspec

from surefoot.errors import InputRefused
from surefoot.web.forms import MOST_FIELDS

LARGEST = 24 * 2**20
"""Bytes of a form with a file in it."""
UNPACKED = 96 * 2**20
"""Bytes of such a file, unpacked."""
MULTIPART = "multipart/form-data"
LASTS = dt.timedelta(minutes=20)
MOST_HELD = 4

_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_NAME = re.compile(rb'[;\s]name="([^"\r\n]*)"')
_FILE = re.compile(rb'[;\s]filename="([^"\r\n]*)"')


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was sent."""

    name: str
    """As the browser calls it."""
    body: bytes


def from_multipart(body: bytes, content_type: str) -> tuple[dict[str, str], Upload | None]:
    """Take a form apart: its fields, and its file if there is one. `InputRefused` when it is no such form."""
    found = _BOUNDARY.search(content_type)
    if found is None or not content_type.lower().startswith(MULTIPART):
        raise InputRefused("The form could not be read: it should have come with a file.")
    mark = b"\r\n--" + (found[1] or found[2]).encode()
    parts = (b"\r\n" + body).split(mark, MOST_FIELDS + 1)[1:]
    fields: dict[str, str] = {}
    upload = None
    for part in parts:
        head, cut, content = part.partition(b"\r\n\r\n")
        name, file = _NAME.search(head), _FILE.search(head)
        if not cut or name is None:
            continue
        if file is None:
            fields[name[1].decode(errors="replace")] = content.decode(errors="replace")
        elif content:
            upload = Upload(name=file[1].decode(errors="replace")[-100:] or "file", body=content)
    return fields, upload


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A file that waits for a word."""

    upload: Upload
    owner: str
    """Who sent it: nobody else imports it."""
    tenant: str | None
    """The id of the tenant that it was sent for; None: whose it is, the file or a name says."""
    name: str | None
    day: dt.date | None
    until: dt.datetime


class Held:
    """A few files in memory; the oldest makes room, and all of them are forgotten after a while."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, Kept] = {}

    def put(self, kept: Kept) -> str:
        """Hold a file; give the word by which it is asked for again."""
        word = secrets.token_urlsafe(16)
        with self._lock:
            while len(self._kept) >= MOST_HELD:
                del self._kept[next(iter(self._kept))]
            self._kept[word] = kept
        return word

    def take(self, word: str, *, owner: str, tenant: str | None, now: dt.datetime) -> Kept:
        """Give a file back, once, to who sent it for the tenant that it was sent for."""
        with self._lock:
            self._kept = {w: k for w, k in self._kept.items() if k.until > now}
            kept = self._kept.get(word)
            if kept is None or (kept.owner, kept.tenant) != (owner, tenant):
                raise InputRefused("The file is not here any more. Choose it again.")
            return self._kept.pop(word)
