"""A tenant's past as all pages about it see it."""

from surefoot.store.pasts import Past, of

__all__ = ["Past", "of"]
