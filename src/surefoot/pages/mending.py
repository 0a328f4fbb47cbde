"""What each error of a connection means for a person on a page: what to do about it, and where."""

import enum

import msgspec

from surefoot import errors
from surefoot.errors import SurefootError


class Where(enum.StrEnum):
    """Where something is mended."""

    SECRET = "secret"  # noqa: S105 - a place, not a secret
    """On the tenant's connection page: the secret is replaced."""
    CONNECTION = "connection"
    """On the tenant's connection page: client id, cloud or method are changed."""
    PERMISSIONS = "permissions"
    """In Entra, under the app's API permissions."""
    SIGN_INS = "sign_ins"
    """In Entra, in the log of sign-ins."""
    NOWHERE = "nowhere"
    """Nothing needs to be done here."""


class Mend(msgspec.Struct, frozen=True, kw_only=True):
    """How a connection is mended."""

    what: str
    """As one sentence or two."""
    where: Where


MENDS = {
    "tenant-unknown": Mend(
        what="Check the cloud. If the tenant id itself is wrong, remove this tenant and add it anew with the right id.",
        where=Where.CONNECTION,
    ),
    "app-unknown": Mend(
        what="Check the client id, and that an administrator of this tenant has consented to the app.",
        where=Where.CONNECTION,
    ),
    "secret-wrong": Mend(
        what="Copy the secret's value (not its id) again, or make a new one in Entra, and replace it here.",
        where=Where.SECRET,
    ),
    "secret-expired": Mend(what="Make a new secret in Entra and replace it here.", where=Where.SECRET),
    "consent-missing": Mend(
        what="Add the application permission in Entra and choose “Grant admin consent”, then test again.",
        where=Where.PERMISSIONS,
    ),
    "sign-in-refused": Mend(what="Look at the app's sign-ins in Entra for the reason.", where=Where.SIGN_INS),
    "not-licensed": Mend(
        what="Check that the tenant has a Microsoft 365 licence. A new tenant's first score takes up to 48 hours.",
        where=Where.NOWHERE,
    ),
    "throttled": Mend(
        what="Nothing to do: Surefoot tries again later. If it lasts, another program uses the same app.",
        where=Where.NOWHERE,
    ),
    "unavailable": Mend(
        what="Nothing to do if it passes; otherwise check the network, the proxy and Microsoft's service health.",
        where=Where.NOWHERE,
    ),
    "answer-not-understood": Mend(
        what="Report it with the request id; nothing that is stored was changed.", where=Where.NOWHERE
    ),
    "cloud-unsupported": Mend(what="Choose another cloud.", where=Where.CONNECTION),
    "input-refused": Mend(what="Give what is missing under “Change the connection”.", where=Where.SECRET),
    "key-wrong": Mend(
        what="Start Surefoot with the key that this data folder was made with, or replace the secret here.",
        where=Where.SECRET,
    ),
    "internal": Mend(what="The log says more. Surefoot tries again by itself.", where=Where.NOWHERE),
}


def mend_of(slug: str) -> Mend:
    """Say what to do about an error; one that nobody foresaw is in the log."""
    return MENDS.get(slug, MENDS["internal"])


_ADVICE = {
    kind.slug: kind.advice
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, SurefootError)
}


def happened(slug: str, message: str) -> str:
    """Give what happened, without the advice that the command line needs."""
    return message.removesuffix(_ADVICE.get(slug, "")).strip() or message
