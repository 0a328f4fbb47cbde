"""Heat maps for tests without a store: with a cell of every kind, and without any."""

import datetime as dt

from web_samples import NOW, TODAY

from surefoot.model import Difficulty, Status
from surefoot.pages.heatmap import HeatCell, HeatControl, Heatmap, HeatTenant, NextBest
from surefoot.pages.overview import TenantName
from surefoot.scoring.heatmap import State


def heatmap(text: str = "Enable MFA for all users", **changes: object) -> Heatmap:
    """Make a heat map of one control with a cell of every kind."""
    kinds = [
        (State.COMPLETED, Status.COMPLETED, 9.0, 9.0),
        (State.PARTIAL, Status.TO_ADDRESS, 4.0, 9.0),
        (State.PARTIAL, Status.PLANNED, 4.0, None),
        (State.OPEN, Status.IN_PROGRESS, 0.0, 9.0),
        (State.RISK_ACCEPTED, Status.RISK_ACCEPTED, 0.0, 9.0),
    ]
    told = [HeatCell(state=s, status=w, earned_points=e, max_points=m, points=m and m - e) for s, w, e, m in kinds]
    cells = (*told, HeatCell(state=State.NOT_SCORED), HeatCell(state=State.NOT_KNOWN))
    columns = tuple(
        HeatTenant(
            tenant=TenantName(id=f"{n:08d}-0000-4000-8000-000000000009", name=f"{text} {n}"),
            known=cell.state is not State.NOT_KNOWN,
            percent=None if cell.state is State.NOT_KNOWN else 50.0,
            as_of=None if cell.state is State.NOT_KNOWN else TODAY - dt.timedelta(days=n),
            failing_since=NOW if n > 4 else None,
            problem=text if n > 4 else None,
        )
        for n, cell in enumerate(cells)
    )
    control = HeatControl(
        id=text, name=text, category=text, product=text, difficulty=None, points_left=14.0, unknown=1, scored=5, open=3,
        to_address=1, partial=2, completed=1, accepted=1, elsewhere=0, not_scored=1, cells=cells,
    )  # fmt: skip
    values = {
        "controls": (control,), "tenants": columns, "total": 7, "scored": 6, "problems": 2, "newest": TODAY,
        "on_newest": 1, "total_controls": 120, "all_controls": 201, "points_left": 14.0, "categories": (text,),
        "best": NextBest(id=text, name=text, difficulty=Difficulty.EASY, tenants=1, points=5.0), "products": (text,),
        "page": 2, "pages": 3, "tenant_page": 2, "tenant_pages": 3,
    }  # fmt: skip
    return Heatmap(**{**values, **changes})


def no_heatmap(**changes: object) -> Heatmap:
    """Make a heat map without any control."""
    values = {
        "controls": (), "tenants": (), "total": 2, "scored": 0, "problems": 0, "newest": None, "on_newest": 0,
        "total_controls": 0, "all_controls": 0, "points_left": 0.0, "best": None, "categories": (), "products": (),
        "page": 1, "pages": 1, "tenant_page": 1, "tenant_pages": 1,
    }  # fmt: skip
    return Heatmap(**{**values, **changes})
