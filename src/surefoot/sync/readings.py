"""How far the readings that are under way have come: kept in memory by the process that reads."""

import datetime as dt
import threading

import msgspec

from surefoot.model import Reading, Tenant


class Readings:
    """The readings that are under way in this process, by tenant."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, Reading] = {}

    def begin(self, tenant: Tenant, now: dt.datetime) -> None:
        """Note that a reading has begun."""
        with self._lock:
            self._held[tenant.id] = Reading(began_at=now)

    def tell(self, tenant: Tenant, what: str, count: int) -> None:
        """Note how many "days" or "controls" were read so far."""
        with self._lock:
            held = self._held.get(tenant.id)
            if held is not None:
                self._held[tenant.id] = msgspec.structs.replace(held, **{what: count})

    def end(self, tenant: Tenant) -> None:
        """Note that a reading has ended, well or not."""
        with self._lock:
            self._held.pop(tenant.id, None)

    def clear(self) -> None:
        """Forget all of them: whoever read them has broken off."""
        with self._lock:
            self._held.clear()

    def of(self, tenant: Tenant) -> Reading | None:
        """Give how far the reading of a tenant has come; None: none is under way."""
        with self._lock:
            return self._held.get(tenant.id)
