"""What Microsoft rates: a control, with its past."""

import datetime as dt

import msgspec


class Weight(msgspec.Struct, frozen=True):
    """From a day on, a control is worth so many points."""

    day: dt.date
    max_points: float


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """A control of the catalogue."""

    id: str
    title: str
    category: str
    service: str
    max_points: float
    """When it arrived; `weights` say what Microsoft made of it later."""
    cost: str = "Unknown"
    """As Graph spells it, in any case; Unknown mostly."""
    user_impact: str | None = "Unknown"
    rank: int = 10
    tier: str = "Core"
    licence: str | None = None
    """The entry of `enabledServices` that brings it; None: everybody has it."""
    arrives: dt.date | None = None
    """The day on which Microsoft added it for everybody; None: long ago."""
    retires: dt.date | None = None
    weights: tuple[Weight, ...] = ()
    listed: bool = True
    """Whether it has a profile: a few scores come without one."""

    def max_on(self, day: dt.date) -> float | None:
        """Give its maximum on a day; None before it arrived and after it retired."""
        if (self.arrives and day < self.arrives) or (self.retires and day >= self.retires):
            return None
        return next((w.max_points for w in reversed(self.weights) if w.day <= day), self.max_points)
