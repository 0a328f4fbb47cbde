"""The static files: read once, addressed with their content's hash, so that browsers may keep them for a year."""

import hashlib
import re
from importlib import resources

import msgspec
from fastapi import Response

from surefoot.web.compressing import packed, takes_gzip

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml; charset=utf-8",
}
A_YEAR = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"
PICTURE = re.compile(rb'url\("([a-z]+\.svg)"\)')


class Asset(msgspec.Struct, frozen=True):
    """One static file."""

    body: bytes
    media_type: str
    version: str
    """The first characters of its content's SHA-256."""
    packed: bytes
    """The same as gzip."""


def load() -> dict[str, Asset]:
    """Read the files of the `static` folder, by name."""
    folder = resources.files("surefoot.web") / "static"
    files = [f for f in folder.iterdir() if f.name.rpartition(".")[2] in TYPES]
    found = {f.name: _asset(f.name, f.read_bytes()) for f in files}
    return found | {name: _asset(name, _pictured(a.body, found)) for name, a in found.items() if name.endswith(".css")}


def _pictured(style: bytes, found: dict[str, Asset]) -> bytes:
    """Put their hashes behind the pictures that a style names, so that browsers keep those too."""
    return PICTURE.sub(lambda m: f'url("{address(found, m[1].decode())}")'.encode(), style)


def _asset(name: str, body: bytes) -> Asset:
    kind = TYPES[name.rpartition(".")[2]]
    return Asset(body, kind, hashlib.sha256(body).hexdigest()[:12], packed(body, level=9, noise=0))


def address(assets: dict[str, Asset], name: str) -> str:
    """Give the address of a static file, with its hash."""
    return f"/static/{name}?v={assets[name].version}"


def answer(asset: Asset, version: str | None, known: str | None, accepted: str | None = None) -> Response:
    """Serve a file: for ever when the address carries its hash, else with an ETag to ask again.

    `accepted` is the request's `Accept-Encoding`.
    """
    tag = f'"{asset.version}"'
    kept = A_YEAR if version == asset.version else ASK_AGAIN
    headers = {"cache-control": kept, "etag": tag, "vary": "accept-encoding"}
    if known == tag:
        return Response(status_code=304, headers=headers)
    if takes_gzip(accepted):
        return Response(asset.packed, media_type=asset.media_type, headers=headers | {"content-encoding": "gzip"})
    return Response(asset.body, media_type=asset.media_type, headers=headers)
