"""Secrets at rest: encrypted with AES-GCM, each bound to its tenant and field."""

import base64
import binascii
import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, delete, insert, select

from surefoot.errors import KeyMissing, KeyWrong
from surefoot.model import Tenant
from surefoot.store.schema import secret

SIZE = 32
_NONCE = 12


class Keys:
    """The key of an installation. It never shows itself."""

    def __init__(self, raw: bytes) -> None:
        if len(raw) != SIZE:
            message = f"The key has {len(raw)} bytes; it must have {SIZE}."
            raise KeyWrong(message)
        self._cipher = AESGCM(raw)
        self.id = hashlib.sha256(b"surefoot key id" + raw).hexdigest()[:16]
        """Says which key a secret was encrypted with, and nothing about it."""

    def encrypt(self, text: str, bound_to: str) -> tuple[bytes, bytes]:
        """Give the nonce and the encrypted text."""
        nonce = os.urandom(_NONCE)
        return nonce, self._cipher.encrypt(nonce, text.encode(), bound_to.encode())

    def decrypt(self, nonce: bytes, value: bytes, bound_to: str) -> str:
        """Give the text; `KeyWrong` when the key, the tenant or the field is another."""
        try:
            return self._cipher.decrypt(nonce, value, bound_to.encode()).decode()
        except InvalidTag:
            raise KeyWrong from None


def load_key(path: Path, given: str | None, *, make: bool = True) -> Keys:
    """Read the key from `given` (base64, from the environment) or the file; make the file (0600) when there is none."""
    if given:
        return Keys(_decode(given))
    if not path.exists():
        if not make:
            raise KeyMissing
        _make(path)
    try:
        text = path.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        message = f"The key {path} cannot be read ({error.strerror})."
        raise KeyMissing(message) from error
    return Keys(_decode(text))


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        message = "The key is not base64."
        raise KeyWrong(message) from None


def _make(path: Path) -> None:
    """Write a new key so that nobody else can ever read it, and two starters cannot both."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(os.urandom(SIZE)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass  # somebody else was first: theirs counts
    finally:
        fresh.unlink()


def put(conn: Connection, keys: Keys, tenant: Tenant, field: str, value: str) -> None:
    """Keep a secret of a tenant, in place of the one before."""
    nonce, encrypted = keys.encrypt(value, _bound(tenant, field))
    conn.execute(delete(secret).where(secret.c.tenant == tenant.key, secret.c.field == field))
    row = {"tenant": tenant.key, "field": field, "key_id": keys.id, "nonce": nonce, "value": encrypted}
    conn.execute(insert(secret), row)


def get_all(conn: Connection, keys: Keys, tenant: Tenant) -> dict[str, str]:
    """Give a tenant's secrets by field."""
    rows = conn.execute(select(secret).where(secret.c.tenant == tenant.key))
    return {row.field: keys.decrypt(row.nonce, row.value, _bound(tenant, row.field)) for row in rows}


def fields(conn: Connection, tenant: Tenant) -> tuple[str, ...]:
    """Name what is kept secret of a tenant, without opening it."""
    return tuple(
        conn.execute(select(secret.c.field).where(secret.c.tenant == tenant.key).order_by(secret.c.field)).scalars()
    )


def forget(conn: Connection, tenant: Tenant) -> None:
    """Delete a tenant's secrets."""
    conn.execute(delete(secret).where(secret.c.tenant == tenant.key))


def _bound(tenant: Tenant, field: str) -> str:
    return f"{tenant.id}\n{field}"
