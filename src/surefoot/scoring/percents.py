"""Points and percents."""


def percent(points: float, max_points: float) -> float | None:
    """Give `100 x points / max_points`; None when the maximum is not above 0."""
    return 100.0 * points / max_points if max_points > 0 else None
