"""Definitions with the names a person reads: the customer's tenant and the provider's."""

from collections.abc import Sequence
from dataclasses import dataclass

from lightkeeper.delegation.model import RegistrationDefinition
from lightkeeper.directory import service as directory
from lightkeeper.kernel.call import Call
from lightkeeper.resources import service as resources


@dataclass(frozen=True, slots=True)
class Described:
    """A definition with both tenants' display names; empty where a tenant is not known any more."""

    definition: RegistrationDefinition
    home_tenant_id: str
    home_tenant_name: str
    managing_tenant_name: str


def describe(call: Call, definitions: Sequence[RegistrationDefinition]) -> list[Described]:
    """Return the definitions, which the caller has been found entitled to read, with the names of both tenants."""
    homes = {
        subscription_id: found.tenant_id
        for subscription_id in {one.subscription_id for one in definitions}
        if (found := resources.find_subscription(call, subscription_id)) is not None
    }
    names = {
        tenant_id: tenant.display_name
        for tenant_id in {*homes.values(), *(one.managed_by_tenant_id for one in definitions)}
        if (tenant := directory.find_tenant(call, tenant_id)) is not None
    }
    return [
        Described(
            one,
            homes.get(one.subscription_id, ""),
            names.get(homes.get(one.subscription_id, ""), ""),
            names.get(one.managed_by_tenant_id, ""),
        )
        for one in definitions
    ]
