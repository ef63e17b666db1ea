"""Every ARM operation there is, in one list."""

from collections.abc import Iterator

from lightkeeper.wire.arm import (
    activity_log,
    checking,
    classic_administrators,
    deny_assignments,
    deployments,
    elevate_access,
    generic_resources,
    hierarchy,
    locks,
    managed_services,
    management_groups,
    management_partner,
    marketplace_ordering,
    marketplace_registration_definitions,
    moving,
    operation_lists,
    permissions,
    pim_assignments,
    pim_eligibility,
    pim_policies,
    provider_operations,
    providers,
    registration_assignments,
    registration_definitions,
    resource_groups,
    role_assignments,
    role_definitions,
    subscription_lifecycle,
    subscriptions,
    tag_names,
    tags,
)
from lightkeeper.wire.arm.operation import Operation

MODULES = (
    subscriptions,
    subscription_lifecycle,
    tags,
    tag_names,
    checking,
    resource_groups,
    moving,
    providers,
    generic_resources,
    management_groups,
    hierarchy,
    activity_log,
    role_definitions,
    role_assignments,
    permissions,
    deny_assignments,
    locks,
    elevate_access,
    classic_administrators,
    pim_eligibility,
    pim_assignments,
    pim_policies,
    provider_operations,
    managed_services,
    registration_definitions,
    registration_assignments,
    marketplace_registration_definitions,
    management_partner,
    marketplace_ordering,
    deployments,
    operation_lists,
)


def operations() -> Iterator[Operation]:
    """Yield every operation of every module."""
    for module in MODULES:
        yield from module.OPERATIONS
