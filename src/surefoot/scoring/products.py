"""The names of products for people, instead of Microsoft's service codes."""

import functools

_NAMES = {
    "MDATP": "Microsoft Defender for Endpoint",
    "AZURE ATP": "Microsoft Defender for Identity",
    "MDO": "Microsoft Defender for Office 365",
    "AZUREAD": "Microsoft Entra ID",
    "AAD": "Microsoft Entra ID",
    "EXO": "Exchange Online",
    "SPO": "SharePoint Online",
    "MIP": "Microsoft Purview Information Protection",
    "MCAS": "Microsoft Defender for Cloud Apps",
    "APPG": "App governance",
    "MS TEAMS": "Microsoft Teams",
    "ADMINCENTER": "Microsoft 365 admin center",
    "FORMS": "Microsoft Forms",
    "SWAY": "Microsoft Sway",
    "INTUNE": "Microsoft Intune",
    "FABRIC": "Microsoft Fabric",
}
_CONNECTORS = {
    "SF": "Salesforce",
    "SNOW": "ServiceNow",
    "GITHUB": "GitHub",
    "CITRIXSF": "Citrix ShareFile",
    "DOCUSIGN": "DocuSign",
    "OKTA": "Okta",
    "ZOOM": "Zoom",
    "ZENDESK": "Zendesk",
    "ATLASSIAN": "Atlassian",
    "GOOGLE": "Google Workspace",
    "DROPBOX": "Dropbox",
    "NETDOCUMENTS": "NetDocuments",
    "WORKPLACE": "Workplace",
    "SLACK": "Slack",
    "WEBEX": "Webex",
    "MIRO": "Miro",
}


@functools.lru_cache(maxsize=1024)
def product(service: str | None) -> str | None:
    """Name the product of a service code; an unknown code is shown as it is."""
    if not service:
        return None
    code = service.strip().upper()
    if code.startswith("MDA_"):
        return _CONNECTORS.get(code.removeprefix("MDA_"), service.strip()[4:])
    return _NAMES.get(code, service.strip())


def service_of(product: str) -> str | None:
    """Give the service code of a product that people name; None when there is none that is known."""
    wanted = " ".join(product.split()).casefold()
    return _CODES.get(wanted)


_CODES = {name.casefold(): code for code, name in reversed(_NAMES.items())} | {
    "azure active directory": "AZUREAD",
    "exchange online": "EXO",
    "defender for endpoint": "MDATP",
    "defender for identity": "AZURE ATP",
    "defender for office": "MDO",
    "defender for office 365": "MDO",
    "microsoft information protection": "MIP",
    "microsoft teams": "MS TEAMS",
    "sharepoint online": "SPO",
}

_LICENCES = {
    "HASAADFREE": "Microsoft Entra ID Free",
    "HASAADP1": "Microsoft Entra ID P1",
    "HASAADP2": "Microsoft Entra ID P2",
    "HASAATP": "Microsoft Defender for Identity",
    "HASAIPP1": "Purview Information Protection P1",
    "HASAIPP2": "Purview Information Protection P2",
    "HASEOP": "Exchange Online Protection",
    "HASEXOP2": "Exchange Online Plan 2",
    "HASM365E5": "Microsoft 365 E5",
    "HASMCAS": "Microsoft Defender for Cloud Apps",
    "HASMDEP2": "Microsoft Defender for Endpoint P2",
    "HASMDOP2": "Microsoft Defender for Office 365 P2",
    "HASSPOP2": "SharePoint Online Plan 2",
}


def licence(entry: str) -> str:
    """Name an entry of `enabledServices`; an unknown one is shown as it is."""
    return _LICENCES.get(entry.strip().upper(), entry.strip())
