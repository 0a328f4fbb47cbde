"""What the demo world's people did in Surefoot, beside Contoso: labels and decisions. Graph knows none of it."""

import datetime as dt
from typing import NamedTuple

from surefoot.model import Decision, Grounds, Status

ADA, BEN, CHIARA = "Ada Moreau", "Ben Okoro", "Chiara Ricci"
"""Who works at the managed service provider."""

_LABELS = {
    "Gold": (
        "Contoso", "City Power & Light", "Graphic Design Institute", "Humongous Insurance", "Lamna Healthcare",
        "Litware", "Northwind Traders",
    ),
    "Silver": (
        "Adatum", "Bellows College", "First Up Consultants", "Liberty Law", "Proseware", "Relecloud",
        "School of Fine Art", "Woodgrove Bank", "Fabrikam",
    ),
    "Bronze": (
        "Adventure Works", "Alpine Ski House", "Coho Vineyard", "Fourth Coffee", "Lucerne Publishing",
        "Margie's Travel", "Munson's Farms", "Tailspin Toys", "Trey Research", "VanArsdel",
    ),
    "Nordics": ("Contoso", "Litware", "Northwind Traders", "Fabrikam", "Alpine Ski House", "Munson's Farms", "Adatum"),
    "DACH": (
        "City Power & Light", "Humongous Insurance", "Proseware", "Lucerne Publishing", "Woodgrove Bank",
        "Tailspin Toys", "VanArsdel", "Relecloud",
    ),
    "UK & Ireland": (
        "Graphic Design Institute", "Lamna Healthcare", "First Up Consultants", "Liberty Law", "School of Fine Art",
        "Bellows College", "Fourth Coffee", "Margie's Travel", "Trey Research",
    ),
    "Regulated": ("City Power & Light", "Humongous Insurance", "Lamna Healthcare", "Liberty Law", "Woodgrove Bank"),
    "NIS2": ("Contoso", "City Power & Light", "Lamna Healthcare"),
}  # fmt: skip


def labels(name: str) -> tuple[str, ...]:
    """Give the labels of a tenant: its contract, its region, what it is subject to."""
    return tuple(label for label, members in _LABELS.items() if name in members)


class _Row(NamedTuple):
    """One decision, with days counted from the last one."""

    tenant: str
    control: str
    status: Status
    ago: int
    by: str
    text: str | None
    """The comment; evidence where something is resolved elsewhere."""
    ends: int | None = None
    """In how many days an acceptance is reviewed."""
    owner: str | None = None
    due: int | None = None
    grounds: Grounds | None = None


_ACCEPTED, _THIRD, _OTHER = Status.RISK_ACCEPTED, Status.THIRD_PARTY, Status.ALTERNATE
_PLANNED, _DOING = Status.PLANNED, Status.IN_PROGRESS
_ROWS = (
    _Row("Litware", "aad_linkedin_connection_disables", _ACCEPTED, 81, BEN,
         "Sales works with LinkedIn; the contract with the agency ends in December", ends=9, owner="Marta Holm"),
    _Row("Litware", "meeting_autoadmitusers_v1", _OTHER, 44, ADA,
         "Meetings with guests have a lobby by the template of the works council: https://intranet.litware.example/7"),
    _Row("Litware", "MFARegistrationV2", _DOING, 29, BEN, "Factory terminals get FIDO keys first",
         owner="Marta Holm", due=12),
    _Row("Northwind Traders", "scid_2514", _ACCEPTED, 62, ADA,
         "The plant's control software starts through WMI; it is replaced in spring", ends=118, owner="Leo Brandt"),
    _Row("Northwind Traders", "dlp_datalossprevention", _PLANNED, 40, ADA, None, owner="Leo Brandt", due=33),
    _Row("Northwind Traders", "PWAgePolicyNew", _DOING, 33, ADA, None, owner="Leo Brandt", due=-6),
    _Row("Fabrikam", "IntegratedApps", _PLANNED, 26, BEN, None, owner="Nils Berg", due=20),
    _Row("Fabrikam", "mip_search_auditlog", _DOING, 11, BEN, None, owner="Nils Berg", due=4),
    _Row("Graphic Design Institute", "PWAgePolicyNew", _THIRD, 58, CHIARA,
         "Passwords are held by the identity provider of the university federation: contract 2291, section 4"),
    _Row("Graphic Design Institute", "scid_2014", _PLANNED, 18, BEN, None, owner="Priya Nair", due=45),
    _Row("Humongous Insurance", "aad_phishing_MFA_strength", _DOING, 37, ADA, "Keys are ordered for all administrators",
         owner="Jonas Weber", due=9),
    _Row("Humongous Insurance", "scid_2506", _ACCEPTED, 49, CHIARA, "The actuaries' workbooks call the Windows API",
         ends=131, owner="Jonas Weber"),
    _Row("Humongous Insurance", "exo_transportrulesallowlistdomains", _ACCEPTED, 22, CHIARA,
         "There are no mail flow rules in this tenant", ends=160, grounds=Grounds.NOT_APPLICABLE),
    _Row("Proseware", "scid_3001", _PLANNED, 15, BEN, None, owner="Eva Roth", due=28),
    _Row("Relecloud", "meeting_autoadmitusers_v1", _PLANNED, 8, BEN, None, owner="Tom Aldous", due=36),
    _Row("School of Fine Art", "dlp_datalossprevention", _ACCEPTED, 70, ADA,
         "Student works are public by design; staff mail has its own policy", ends=20, owner="Grace Obi"),
    _Row("Woodgrove Bank", "aad_phishing_MFA_strength", _PLANNED, 5, CHIARA, None, owner="Selma Vogt", due=16),
    _Row("City Power & Light", "scid_2016", _DOING, 21, ADA, None, owner="Karl Lindt", due=7),
    _Row("City Power & Light", "MFARegistrationV2", _DOING, 17, ADA, "Control rooms come last",
         owner="Karl Lindt", due=40),
)  # fmt: skip


def decisions(name: str, today: dt.date) -> tuple[Decision, ...]:
    """Give what was decided about a tenant, oldest first."""
    rows = sorted((row for row in _ROWS if row.tenant == name), key=lambda row: -row.ago)
    return tuple(_decision(row, today) for row in rows)


def _decision(row: _Row, today: dt.date) -> Decision:
    elsewhere = row.status in {_THIRD, _OTHER}
    return Decision(
        control=row.control,
        status=row.status,
        decided_at=dt.datetime.combine(today - dt.timedelta(days=row.ago), dt.time(9, 10 + row.ago % 45), dt.UTC),
        decided_by=row.by,
        comment=None if elsewhere else row.text,
        evidence=row.text if elsewhere else None,
        review_on=None if row.ends is None else today + dt.timedelta(days=row.ends),
        grounds=row.grounds,
        owner=row.owner,
        due=None if row.due is None else today + dt.timedelta(days=row.due),
    )
