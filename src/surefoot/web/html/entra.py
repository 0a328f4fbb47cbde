"""Links into Microsoft's Entra admin center, to the page where something is done."""

import msgspec

from surefoot.model import Cloud
from surefoot.pages.mending import Where
from surefoot.web.html.formats import quoted

_BASES = {Cloud.US_GOV_L4: "https://entra.microsoft.us", Cloud.US_GOV_L5: "https://entra.microsoft.us"}
_APP = "#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~"


class Entra(msgspec.Struct, frozen=True, kw_only=True):
    """Where in Entra things are; those of an app lead to the list of apps while its id is not known."""

    overview: str
    """Of the tenant, with its id."""
    register: str
    """A new app registration."""
    permissions: str
    secrets: str
    sign_ins: str


def entra(cloud: Cloud = Cloud.GLOBAL, client_id: str | None = None) -> Entra:
    """Give the links of a cloud and perhaps an app."""
    base = _BASES.get(cloud, "https://entra.microsoft.com")
    apps = f"{base}/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade/quickStartType~/null"

    def app(menu: str) -> str:
        return f"{base}/{_APP}/{menu}/appId/{quoted(client_id)}" if client_id else apps

    return Entra(
        overview=f"{base}/#view/Microsoft_AAD_IAM/TenantOverview.ReactView",
        register=f"{base}/#view/Microsoft_AAD_RegisteredApps/CreateApplicationBlade/quickStartType~/null/isMSAApp~/false",
        permissions=app("CallAnAPI"),
        secrets=app("Credentials"),
        sign_ins=f"{base}/#view/Microsoft_AAD_IAM/SignInEventsV3.ReactView",
    )


def place_of(where: Where, links: Entra, connection_href: str) -> tuple[str, str] | None:
    """Give the address and the words of the place where something is mended; None: nothing is to be done."""
    match where:
        case Where.SECRET:
            return f"{connection_href}#change", "Replace the secret"
        case Where.CONNECTION:
            return f"{connection_href}#change", "Change the connection"
        case Where.PERMISSIONS:
            return links.permissions, "API permissions in Entra"
        case Where.SIGN_INS:
            return links.sign_ins, "Sign-ins in Entra"
        case Where.NOWHERE:
            return None
