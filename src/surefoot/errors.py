"""The failures, as one small tree. A class's docstring is what it means; `advice` is what to do about it.

SurefootError
|-- GraphError                  Microsoft Graph or its sign-in did not give what was asked
|   |-- TenantUnknown           AADSTS90002: no such tenant in that cloud
|   |-- AppUnknown              AADSTS700016: the app is not in the tenant
|   |-- SecretWrong             AADSTS7000215 and kin: the secret or certificate is not the app's
|   |-- SecretExpired           AADSTS7000222
|   |-- ConsentMissing          AADSTS65001, or 403 on a read: nobody granted the permission
|   |-- SignInRefused           any other AADSTS answer
|   |-- NotLicensed             the tenant has no Secure Score to read
|   |-- Throttled               429 and kin, longer than we wait
|   |-- Unavailable             network, 5xx, time-outs, longer than we retry
|   |-- AnswerNotUnderstood     the answer is not what Graph documents, or too large
|   |-- WriteRefused            Graph does not take this update
|   `-- CloudUnsupported        China: Microsoft offers no Secure Score there
|-- NotFound                    no such thing, or not yours: the two look the same
|   `-- NotStored               yours, but nothing is stored for that day, category, service or control
|-- NotPermitted                signed in, but not allowed to do that
|-- NotSignedIn                 no valid session or token
|-- InputRefused                a value that somebody gave is not usable
|-- ImportRefused               a file that is not what Surefoot can read
|-- KeyMissing, KeyWrong        secrets cannot be read with this key
`-- DataUnusable                the data folder or its database cannot be used
"""

from typing import ClassVar


class SurefootError(Exception):
    """Something that Surefoot can name went wrong."""

    slug: ClassVar[str] = "error"
    advice: ClassVar[str] = ""

    @property
    def sentence(self) -> str:
        """What happened and what to do, for a person."""
        return " ".join(part for part in (str(self) or (self.__doc__ or "").strip(), self.advice) if part)


class GraphError(SurefootError):
    """Microsoft Graph did not give what was asked."""

    slug = "graph"

    def __init__(
        self, message: str = "", *, code: str | None = None, request_id: str | None = None, status: int | None = None
    ) -> None:
        super().__init__(message or (self.__doc__ or "").strip())
        self.code = code
        """Graph's `error.code`, or the AADSTS number."""
        self.request_id = request_id
        self.status = status


class TenantUnknown(GraphError):
    """Microsoft does not know this tenant id in this cloud."""

    slug = "tenant-unknown"
    advice = "Check the tenant id (Entra admin center, Overview) and the cloud."


class AppUnknown(GraphError):
    """The app registration does not exist in this tenant."""

    slug = "app-unknown"
    advice = "Check the client id, and that an administrator of this tenant has consented to the app."


class SecretWrong(GraphError):
    """Microsoft does not accept the secret or certificate of the app."""

    slug = "secret-wrong"
    advice = "Copy the secret's value (not its id) again, or make a new one, and run `surefoot tenant add` with it."


class SecretExpired(GraphError):
    """The secret or certificate of the app has expired."""

    slug = "secret-expired"
    advice = "Make a new one under App registrations, Certificates & secrets, and run `surefoot tenant add` with it."


class ConsentMissing(GraphError):
    """Nobody has granted the app the permission that this needs."""

    slug = "consent-missing"
    advice = (
        "Under App registrations, API permissions, add the Microsoft Graph application permission "
        "SecurityEvents.Read.All (ReadWrite to send decisions) and choose 'Grant admin consent'."
    )


class SignInRefused(GraphError):
    """Microsoft refused the sign-in."""

    slug = "sign-in-refused"
    advice = "Look at the Entra sign-in log of the app for the reason."


class NotLicensed(GraphError):
    """Graph has no Secure Score for this tenant."""

    slug = "not-licensed"
    advice = "Check that the tenant has a Microsoft 365 licence; a new tenant's first score takes up to 48 hours."


class Throttled(GraphError):
    """Graph asked to slow down for longer than Surefoot waits."""

    slug = "throttled"
    advice = "Nothing to do: Surefoot tries again later. If it lasts, look for another program that uses the same app."


class Unavailable(GraphError):
    """Graph could not be reached or did not answer."""

    slug = "unavailable"
    advice = "Nothing to do if it passes; otherwise check the network, the proxy and Microsoft's service health."


class AnswerNotUnderstood(GraphError):
    """Graph's answer is not what Surefoot can read."""

    slug = "answer-not-understood"
    advice = "Report it with the request id; nothing stored was changed."


class WriteRefused(GraphError):
    """Graph does not take this update of a control."""

    slug = "write-refused"
    advice = "Set it in the Microsoft Defender portal instead."


class CloudUnsupported(GraphError):
    """Microsoft offers no Secure Score API in the cloud operated by 21Vianet in China."""

    slug = "cloud-unsupported"
    advice = "Choose global, us_gov_l4 or us_gov_l5."


class NotFound(SurefootError):
    """There is no such thing, or it is not yours to see."""

    slug = "not-found"


class NotStored(NotFound):
    """The tenant is yours to see, but nothing of it is stored for that day, category, service or control."""


class NotPermitted(SurefootError):
    """You may see this but not change it."""

    slug = "not-permitted"


class NotSignedIn(SurefootError):
    """Sign in first."""

    slug = "not-signed-in"


class InputRefused(SurefootError):
    """A value is not usable."""

    slug = "input-refused"


class ImportRefused(SurefootError):
    """The file is not something that Surefoot can read."""

    slug = "import-refused"


class KeyMissing(SurefootError):
    """There is no key to read the stored secrets with."""

    slug = "key-missing"
    advice = "Restore the file secret.key into the data folder, or set SUREFOOT_KEY."


class KeyWrong(SurefootError):
    """The key does not fit the stored secrets."""

    slug = "key-wrong"
    advice = "Use the key that this data folder was made with, or enter the tenants' secrets again."


class DataUnusable(SurefootError):
    """The data folder or its database cannot be used."""

    slug = "data-unusable"
