"""The permissions of Microsoft Graph that Surefoot uses: which are needed, and what each gives."""

import msgspec

from surefoot.model import EVENT_PERMISSIONS, EventSource


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """One application permission of Microsoft Graph."""

    permission: str
    needed: bool
    """Whether Surefoot cannot work without it."""
    gives: str
    without: str


CONSENTS = (
    Consent(
        permission="SecurityEvents.Read.All",
        needed=True,
        gives="Scores and recommended actions, every day",
        without="Nothing can be read.",
    ),
    Consent(
        permission="SecurityEvents.ReadWrite.All",
        needed=False,
        gives="The same, and sending decisions to Microsoft, once you switch that on; it takes the place of the first",
        without="Decisions stay in Surefoot.",
    ),
    Consent(
        permission="Organization.Read.All",
        needed=False,
        gives="The organisation's own name in the test, so that you see that it is the right tenant",
        without="Only the name that you gave is known.",
    ),
    Consent(
        permission=EVENT_PERMISSIONS[EventSource.INCIDENT],
        needed=False,
        gives="Security incidents beside the score",
        without="Incidents are no candidates for the cause of a change.",
    ),
    Consent(
        permission=EVENT_PERMISSIONS[EventSource.DIRECTORY_AUDIT],
        needed=False,
        gives="Who changed what in Entra: the likely cause when the score moves",
        without="Why the score moved is known by action, not by who did it.",
    ),
    Consent(
        permission=EVENT_PERMISSIONS[EventSource.INTUNE_AUDIT],
        needed=False,
        gives="The same of Intune, where it is licensed",
        without="Changes of device policies have no candidate cause.",
    ),
)
