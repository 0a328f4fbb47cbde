"""The ways in which people change controls, as the traces that they leave in Graph's audit logs."""

from collections.abc import Sequence

import msgspec

from surefoot.emulator.controls import Control

AUDIT, INTUNE = "directoryAudits", "intune"


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """A way to change a control, as its trace."""

    source: str = AUDIT
    operation: str
    service: str = "Core Directory"
    category: str = "Policy"
    type: str = "Policy"
    names: tuple[str, ...] = ()
    """Of what is acted on; one is chosen. `{title}` stands for words of the control's title."""
    changed: tuple[tuple[str, str | None, str | None], ...] = ()


def _ca(operation: str, *names: str) -> Act:
    return Act(operation=f"{operation} conditional access policy", service="Conditional Access", names=names)


def _role(role: str) -> tuple[Act, ...]:
    changed = (("Role.DisplayName", None, role),)
    return (
        Act(operation="Add member to role completed (PIM activation)", service="PIM", category="RoleManagement",
            type="Role", names=(role,)),
        Act(operation="Add member to role", category="RoleManagement", type="User", names=("Kim Larsen", "Ana Ruiz"),
            changed=changed),
    )  # fmt: skip


_DEVICE = tuple(
    Act(source=INTUNE, operation=f"{verb} {what}", service=part, category=part, type=what, names=names)
    for verb, what, part, names in (
        ("Patch", "DeviceManagementConfigurationPolicy", "DeviceConfiguration", ("{title}", "Windows baseline")),
        ("Create", "DeviceManagementConfigurationPolicyAssignment", "DeviceConfiguration", ("{title}", "All laptops")),
        ("Delete", "DeviceManagementConfigurationPolicyAssignment", "DeviceConfiguration", ("{title}", "All laptops")),
        ("Patch", "DeviceConfiguration", "DeviceConfiguration", ("{title}", "Endpoint protection")),
        ("Patch", "DeviceCompliancePolicy", "DeviceCompliancePolicy", ("Windows 11 compliance",)),
    )
)

_BY_WORDS: tuple[tuple[tuple[str, ...], tuple[Act, ...]], ...] = (
    (("multifactor", "mfa"), (
        _ca("Update", "Require MFA for all users", "MFA for administrators"),
        _ca("Update", "Baseline: strong sign-in"),
        Act(operation="Update security defaults", service="Conditional Access", names=("Security defaults",)),
        Act(operation="Authentication Methods Policy Update", service="Authentication Methods",
            category="ApplicationManagement", names=("Authentication methods policy",)),
        Act(operation="Disable Strong Authentication", category="UserManagement", type="User", names=("Jo Lind",)),
        Act(operation="Add member to group", category="GroupManagement", type="Group", names=("CA exclusions",)),
    )),
    (("legacy authentication", "session", "sign-in frequency"), (
        _ca("Add", "Block legacy authentication", "Session limits"),
        _ca("Delete", "Block legacy authentication", "Session limits"),
    )),
    (("sign-in risk",), (
        Act(operation="Update Sign-In Risk Policy", service="AAD Management UX", names=("Sign-in risk policy",)),
        _ca("Update", "Risky sign-ins"),
    )),
    (("user risk",), (
        Act(operation="Update User Risk and MFA Registration Policy", service="AAD Management UX",
            names=("User risk",)),
        _ca("Update", "Risky users"),
    )),
    (("hash sync", "hybrid"), (
        Act(operation="Set DirSync feature", category="DirectoryManagement", type="Directory",
            names=("PasswordHashSync",)),
    )),
    (("banned password", "password protection", "linkedin", "public groups", "self-service", "self service"), (
        Act(operation="Update company settings", category="DirectoryManagement", type="Directory", names=("Settings",)),
        Act(operation="Update group settings", category="GroupManagement", type="Directory", names=("Password Rules",)),
    )),
    (("password",), (
        Act(operation="Set password policy", category="DirectoryManagement", type="Directory",
            names=("Password policy",)),
        Act(operation="Update domain", category="DirectoryManagement", type="Directory", names=("example.com",)),
    )),
    (("consent", "third party", "integrated app", "user owned"), (
        Act(operation="Update authorization policy", category="AuthorizationPolicy", names=("Authorization Policy",)),
        Act(operation="Update permission grant policy", category="PermissionGrantPolicy", names=("Consent",)),
    )),
    (("role", "global admin", "administrat"), (
        Act(operation="Add member to role", category="RoleManagement", type="User", names=("Kim Larsen", "Lee Park"),
            changed=(("Role.DisplayName", None, "Global Administrator"),)),
        Act(operation="Remove member from role", category="RoleManagement", type="User", names=("Kim Larsen",),
            changed=(("Role.DisplayName", "User Administrator", None),)),
        Act(operation="Add eligible member to role in PIM completed (permanent)", service="PIM",
            category="RoleManagement", type="Role", names=("Global Administrator", "Exchange Administrator")),
    )),
)  # fmt: skip

_BY_SERVICE: dict[str, tuple[Act, ...]] = {
    "AZUREAD": (
        Act(operation="Update policy", names=("Directory policy",)),
        Act(operation="Update company settings", category="DirectoryManagement", type="Directory", names=("Settings",)),
        _ca("Update", "Baseline"),
    ),
    "MDATP": _DEVICE,
    "MDO": (*_role("Exchange Administrator"), *_role("Security Administrator"), *_role("Global Administrator")),
    "EXO": (*_role("Exchange Administrator"), *_role("Global Administrator")),
    "MS TEAMS": _role("Teams Administrator"),
    "SPO": _role("SharePoint Administrator"),
    "MIP": (*_role("Compliance Administrator"), *_role("Compliance Data Administrator")),
    "MCAS": (*_role("Security Administrator"), *_role("Cloud App Security Administrator")),
    "APPG": (
        Act(operation="Remove delegated permission grant", category="ApplicationManagement", type="ServicePrincipal",
            names=("Old sync app",)),
    ),
    "ADMINCENTER": (Act(operation="Update company settings", category="DirectoryManagement", type="Directory"),),
}  # fmt: skip

LICENCE = (
    Act(operation="Set group license", category="GroupManagement", type="Group", names=("All staff",)),
    Act(operation="Change user license", category="UserManagement", type="User", names=("Kim Larsen",)),
)

NOISE = (
    Act(operation="Update device", category="Device", type="Device", names=("LAPTOP-07", "PHONE-2")),
    Act(operation="Update user", category="UserManagement", type="User", names=("Jo Lind", "Sam Roy")),
    Act(operation="Add member to group", category="GroupManagement", type="Group", names=("Project Apollo", "Sales")),
    Act(operation="User registered security info", service="Authentication Methods", category="UserManagement",
        type="User", names=("Jo Lind", "Sam Roy")),
    Act(operation="Reset password (by admin)", service="Self-service Password Management",
        category="UserManagement", type="User", names=("Sam Roy",)),
    Act(operation="Add app role assignment to service principal", category="ApplicationManagement",
        type="ServicePrincipal", names=("Backup tool", "Reporting")),
    Act(operation="Consent to application", category="ApplicationManagement", type="ServicePrincipal",
        names=("Survey",)),
    Act(operation="Add user", category="UserManagement", type="User", names=("New Hire",)),
    Act(source=INTUNE, operation="Sync ManagedDevice", service="ManagedDevices", category="Device",
        type="ManagedDevice", names=("LAPTOP-07",)),
    Act(source=INTUNE, operation="Patch MobileApp", service="MobileApp", category="Application", type="MobileApp",
        names=("Reader",)),
)  # fmt: skip

HARD = (
    _ca("Update", "Guests from partners", "Terms of use"),
    *_role("User Administrator"),
    *_role("Helpdesk Administrator"),
    Act(operation="Update group", category="GroupManagement", type="Group", names=("Finance",)),
    Act(operation="Update service principal", category="ApplicationManagement", type="ServicePrincipal",
        names=("CRM",)),
    Act(operation="Change user license", category="UserManagement", type="User", names=("Sam Roy",)),
    Act(operation="Add named location", service="Conditional Access", names=("Branch office",)),
    Act(source=INTUNE, operation="Patch DeviceManagementConfigurationPolicy", service="DeviceConfiguration",
        category="DeviceConfiguration", type="DeviceManagementConfigurationPolicy", names=("Printer settings",)),
)  # fmt: skip


def acts_of(control: Control) -> Sequence[Act]:
    """Give the ways to change a control that leave a trace; none for what is done on the premises."""
    title = control.title.casefold()
    if control.service.upper() in {"AZUREAD", "ADMINCENTER"}:
        for words, acts in _BY_WORDS:
            if any(word in title for word in words):
                return acts
    return _BY_SERVICE.get(control.service.upper(), ())
