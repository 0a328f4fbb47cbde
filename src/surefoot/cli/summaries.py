"""What the overview says below the score: what to review, why it moved, how it compares, what happened."""

from surefoot.cli import show
from surefoot.pages.among import Among
from surefoot.pages.comparison import bounds
from surefoot.pages.moved import Moved
from surefoot.pages.overview import Overview
from surefoot.pages.review import Review


def below(page: Overview) -> None:
    """Print it."""
    if page.review:
        _review(page.review)
    if page.moved:
        _moved(page.moved)
    if page.among:
        _among(page.among, page.percent)
    if page.marks:
        show.line()
        show.wrapped("Days that moved most, or of which somebody noted something:")
    for mark in page.marks:
        others = f" and {mark.others} more" if mark.others else ""
        show.wrapped(f"{mark.date}  {show.change(mark.change)}  {mark.title}{others}", indent=2)


def _review(review: Review) -> None:
    lost, gain = show.points(review.regressed_lost), "+" + show.points(review.regressed_to_gain)
    counts = {
        f"regressed (lost {lost} points since, {gain} to gain)": review.regressed,
        "to address": review.to_address,
        "planned": review.planned,
        "risk accepted": review.risk_accepted,
        f"added since {review.recent_since}": review.recently_added,
        f"updated since {review.recent_since}": review.recently_updated,
        "waiting for Microsoft": review.waiting,
        "refused by Microsoft": review.refused,
        "in conflict": review.conflicts,
        "asked for": review.requests,
        "overdue": review.overdue,
        f"accepted risks that end within {review.ending_days} days": review.ending,
    }
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    show.line()
    show.wrapped(f"To review: {told or 'nothing'}.")


def _moved(moved: Moved) -> None:
    show.line()
    if moved.quiet:
        last = f" The last move was on {moved.until}." if moved.changes else ""
        show.wrapped(f"Nothing moved in the last 7 days.{last}")
    if moved.changes:
        show.wrapped(moved.sentence)


def _among(among: Among, percent: float | None) -> None:
    rows = [["This tenant", show.percent(percent), ""]]
    rows += [[g.name, show.percent(g.average), show.signed(g.distance)] for g in among.groups]
    own = among.own
    if own.tenants is not None:
        rows.append([f"Your {own.tenants} tenants, median (rank {own.rank or '?'})", show.percent(own.median), ""])
    show.line()
    show.table(["Comparison", "Score", "Distance"], rows, numbers=frozenset({1, 2}))
    if among.estimate.range:
        low, high = bounds(among.estimate.range)
        show.wrapped(f"Estimate: {low} to {high} % of all Microsoft 365 tenants score lower.")
