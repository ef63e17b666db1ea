"""What a resource becomes once it is there: settled properties, the power of virtual machines.

Pure. The statuses are those of "States and billing status of Azure Virtual Machines".
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from lightkeeper.kernel.clock import iso
from lightkeeper.resources.model import Resource

VIRTUAL_MACHINE = "microsoft.compute/virtualmachines"
_MACHINE_IDS = uuid.UUID("b3b0b6a2-6a43-5b43-9f39-5c0f4b7c1f0e")

POWER_AFTER: Mapping[str, str] = {
    "start": "running",
    "restart": "running",
    "redeploy": "running",
    "reapply": "",  # keeps the power state
    "reimage": "running",
    "poweroff": "stopped",
    "deallocate": "deallocated",
}
_SHOWN = {"running": "VM running", "stopped": "VM stopped", "deallocated": "VM deallocated"}


def is_machine(resource: Resource) -> bool:
    """Return whether the resource is a virtual machine."""
    return resource.type.lower() == VIRTUAL_MACHINE


def settled(asked: Resource, stored: Resource | None, now: datetime) -> Resource:
    """Return the resource as its provider would keep it: provisioned, and a virtual machine running under its own id."""
    properties = {**asked.properties, "provisioningState": "Succeeded"}
    if not is_machine(asked):
        return replace(asked, properties=properties)
    known = stored.properties.get("vmId") if stored else None
    properties["vmId"] = known or str(uuid.uuid5(_MACHINE_IDS, f"{asked.key}@{now.isoformat()}"))
    properties.pop("instanceView", None)
    instance = asked.instance or {"power": "running", "since": iso(now)}
    return replace(asked, properties=properties, instance=instance)


def powered(machine: Resource, verb: str, now: datetime) -> Resource:
    """Return the virtual machine after `verb`, one of `POWER_AFTER` in any case."""
    power = POWER_AFTER[verb.lower()] or machine.instance.get("power", "running")
    return replace(machine, instance={"power": power, "since": iso(now)})


def instance_view(machine: Resource) -> Mapping[str, Any]:
    """Return what runs: provisioning and power status, newest times."""
    power = str(machine.instance.get("power", "running"))
    statuses: Sequence[Mapping[str, Any]] = (
        {
            "code": "ProvisioningState/succeeded",
            "level": "Info",
            "displayStatus": "Provisioning succeeded",
            "time": machine.instance.get("since", iso(machine.stamp.changed_at)),
        },
        {"code": f"PowerState/{power}", "level": "Info", "displayStatus": _SHOWN.get(power, power)},
    )
    return {"computerName": machine.name, "statuses": statuses}
