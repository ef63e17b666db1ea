"""What `$expand=versions` adds to a template spec: each of its versions, by name."""

from typing import Any

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.resource_id import parse
from lightkeeper.resources import service as resources
from lightkeeper.resources.model import Resource


def is_template_spec(resource: Resource) -> bool:
    """Return whether the resource is a template spec, not one of its versions."""
    return resource.type.lower() == "microsoft.resources/templatespecs"


def versions_of(call: Call, spec: Resource) -> dict[str, dict[str, Any]]:
    """Return description and times of every version the caller may read."""
    found: dict[str, dict[str, Any]] = {}
    skip: str | None = None
    while True:
        page = resources.list_resources_of_type(call, parse(f"{spec.id}/versions"), skip=skip)
        for one in page.items:
            said = {"description": one.properties["description"]} if one.properties.get("description") else {}
            times = {"timeCreated": iso(one.stamp.created_at), "timeModified": iso(one.stamp.changed_at)}
            found[one.name] = said | times
        skip = page.next
        if not skip:
            return found
