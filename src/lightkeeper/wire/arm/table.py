"""Every ARM operation there is, in one list."""

from collections.abc import Iterator

from lightkeeper.wire.arm import (
    activity_log,
    deny_assignments,
    deployments,
    elevate_access,
    generic_resources,
    hierarchy,
    locks,
    managed_services,
    management_groups,
    marketplace_registration_definitions,
    moving,
    permissions,
    providers,
    registration_assignments,
    registration_definitions,
    resource_groups,
    role_assignments,
    role_definitions,
    subscription_lifecycle,
    subscriptions,
    tags,
)
from lightkeeper.wire.arm.operation import Operation

MODULES = (
    subscriptions,
    subscription_lifecycle,
    tags,
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
    managed_services,
    registration_definitions,
    registration_assignments,
    marketplace_registration_definitions,
    deployments,
)


def operations() -> Iterator[Operation]:
    """Yield every operation of every module."""
    for module in MODULES:
        yield from module.OPERATIONS
