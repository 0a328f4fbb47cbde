"""What people write: kept without control characters, and within bounds."""

import unicodedata

from surefoot.errors import InputRefused


def cleaned(value: str | None, what: str, longest: int) -> str | None:
    """Give a text without control characters and outer blanks; None when nothing is left, `InputRefused` when long."""
    kept = "".join(c for c in (value or "") if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"}).strip()
    if len(kept) > longest:
        message = f"{what} has {len(kept)} characters; {longest} are possible."
        raise InputRefused(message)
    return kept or None
