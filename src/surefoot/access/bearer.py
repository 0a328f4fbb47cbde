"""Secrets that a person or program carries: 256 random bits, kept here as a hash alone."""

import hashlib
import secrets


def fresh(prefix: str = "") -> str:
    """Make a new one; `prefix` lets scanners of leaked secrets recognise it."""
    return prefix + secrets.token_urlsafe(32)


def hashed(bearer: str) -> bytes:
    """Give the hash that is stored. One round is enough: there is nothing to guess in 256 random bits."""
    return hashlib.sha256(bearer.encode()).digest()
