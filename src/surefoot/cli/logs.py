"""The log: JSON lines in the data folder, without secrets, never on the terminal."""

import logging.handlers
import re
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import structlog

from surefoot.errors import DataUnusable

KEPT_BYTES, KEPT_FILES = 5 * 2**20, 5

_SECRET_NAMES = ("secret", "token", "authorization", "password", "certificate", "link", "key")
_SECRETS = re.compile(r"Bearer\s+\S+|sf_[\w-]{20,}|eyJ[\w-]{10,}\.[\w.-]+|(?<=client_secret=)[^&\s]+|(?<=link=)[\w-]+")


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Take secrets out of an event, before it is rendered: by the name of a field, and by their form in any text."""
    return {name: _clean(name, value) for name, value in event.items()}


def _clean(name: str, value: object) -> object:
    if any(part in name.casefold() for part in _SECRET_NAMES):
        return "[redacted]"
    return _SECRETS.sub("[redacted]", value) if isinstance(value, str) else value


def begin(folder: Path, *, level: int = logging.INFO) -> None:
    """Write the log into `folder`, a few files of a few megabytes."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        message = f"The log folder {folder} cannot be made ({error.strerror}): move away what is there."
        raise DataUnusable(message) from error
    handler = logging.handlers.RotatingFileHandler(
        folder / "surefoot.log", maxBytes=KEPT_BYTES, backupCount=KEPT_FILES, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(message)s"))
    root = logging.getLogger("surefoot")
    end()
    root.addHandler(handler)
    root.setLevel(level)
    root.propagate = False
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def end() -> None:
    """Close the log."""
    root = logging.getLogger("surefoot")
    for handler in tuple(root.handlers):
        root.removeHandler(handler)
        handler.close()
