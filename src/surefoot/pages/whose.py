"""Whose page it is."""

from surefoot.model import Tenant, TenantName


def name_of(tenant: Tenant) -> TenantName:
    """Name a tenant as pages do."""
    return TenantName(id=tenant.id, name=tenant.name)
