"""Ids of what the demonstration's world declares, read from `lightkeeper world show`."""

from collections.abc import Mapping
from typing import Any

World = Mapping[str, Any]


def subscription(world: World, name: str) -> str:
    """Return the ARM id of a subscription."""
    return f"/subscriptions/{world['subscriptions'][name]['id']}"


def virtual_machine(world: World, name: str, group: str, machine: str) -> str:
    """Return the ARM id of a virtual machine."""
    return f"{subscription(world, name)}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/{machine}"


def tenant(world: World, name: str) -> str:
    """Return a tenant's id."""
    return str(world["tenants"][name]["id"])


def principal(world: World, tenant_name: str, kind: str, name: str) -> str:
    """Return the object id of a user, group or service principal."""
    return str(world["tenants"][tenant_name][kind][name]["id"])
