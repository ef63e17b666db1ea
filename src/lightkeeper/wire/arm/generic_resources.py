"""Resources of any type on the wire: the fallback for every type without operations of its own.

Any well-formed api-version is taken; the type is looked up in the provider catalogue by the service.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.resource_id import ResourceId, parse
from lightkeeper.resources import actions
from lightkeeper.resources import service as resources
from lightkeeper.resources.concurrency import Conditions
from lightkeeper.resources.machines import instance_view, is_machine
from lightkeeper.resources.model import Page, Resource, ResourceBody
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.reading import Body, number, read
from lightkeeper.wire.arm.subscriptions import VERSIONS
from lightkeeper.wire.arm.template_specs import is_template_spec, versions_of

_READ_ONLY = frozenset(("id", "name", "type", "etag", "systemData", "resources", "apiVersion"))


class ResourceDocument(Body):
    """What a client says about a resource; top-level names we do not know belong to its type and are kept."""

    model_config = ConfigDict(**{**Body.model_config, "extra": "allow"})

    location: str | None = None
    tags: dict[str, Any] | None = None
    properties: dict[str, Any] | None = None
    kind: str | None = None
    sku: dict[str, Any] | None = None
    identity: dict[str, Any] | None = None
    plan: dict[str, Any] | None = None
    zones: list[str] | None = None
    managed_by: str | None = None
    extended_location: dict[str, Any] | None = None


def put_resource(call: Call, request: ArmRequest) -> Answer:
    """Create or replace."""
    written = resources.put_resource(
        call, request.id, _said(request), api_version=request.api_version, conditions=_conditions(request)
    )
    return _shown(written.value, 201 if written.created else 200)


def patch_resource(call: Call, request: ArmRequest) -> Answer:
    """Merge."""
    changed = resources.patch_resource(
        call, request.id, _said(request), api_version=request.api_version, conditions=_conditions(request)
    )
    return _shown(changed, 200)


def get_resource(call: Call, request: ArmRequest) -> Answer:
    """Return one resource; `$expand` adds what runs behind a virtual machine, or the versions of a template spec."""
    found = resources.get_resource(call, request.id, api_version=request.api_version)
    expand = request.query.get("$expand", "")
    answer = _shown(found, 200, expand=expand)
    if is_template_spec(found) and "versions" in expand.lower():
        answer.body["properties"]["versions"] = versions_of(call, found)
    return answer


def head_resource(call: Call, request: ArmRequest) -> Answer:
    """Say whether the resource exists."""
    exists = resources.resource_exists(call, request.id, api_version=request.api_version)
    return Answer(204 if exists else 404)


def delete_resource(call: Call, request: ArmRequest) -> Answer:
    """Delete; 204 when there was nothing."""
    was_there = resources.delete_resource(
        call, request.id, api_version=request.api_version, conditions=_conditions(request)
    )
    return Answer(200 if was_there else 204)


def act(call: Call, request: ArmRequest) -> Answer:
    """Do what the last word of the path says."""
    body = request.body if isinstance(request.body, Mapping) else {}
    done = resources.act_on_resource(
        call, owner_of(request.id), request.id.trailing or "", body, api_version=request.api_version
    )
    return Answer(200, done.body)


def get_instance_view(call: Call, request: ArmRequest) -> Answer:
    """Return what runs behind a virtual machine."""
    return Answer(200, resources.instance_view_of(call, owner_of(request.id), api_version=request.api_version))


def list_of_type(call: Call, request: ArmRequest) -> Answer:
    """Return the resources of one type here."""
    page = resources.list_resources_of_type(
        call, request.id, api_version=request.api_version, **_listing(request.query)
    )
    return _page(request, request.id.text, page)


def list_in_subscription(call: Call, request: ArmRequest) -> Answer:
    """Return the subscription's resources."""
    subscription_id = request.id.subscription_id or ""
    page = resources.list_resources(call, subscription_id, **_listing(request.query))
    return _page(request, f"/subscriptions/{subscription_id}/resources", page)


def list_in_group(call: Call, request: ArmRequest) -> Answer:
    """Return the group's resources."""
    page = resources.list_resources(
        call, request.id.subscription_id or "", group=request.id.resource_group, **_listing(request.query)
    )
    return _page(request, f"{request.id.text}/resources", page)


def project(resource: Resource, expand: str = "") -> dict[str, Any]:
    """Return the resource as clients read it."""
    shown: dict[str, Any] = {"id": resource.id, "name": resource.name, "type": resource.type}
    optional = {
        "location": resource.location,
        "kind": resource.kind,
        "sku": resource.sku,
        "identity": resource.identity,
        "plan": resource.plan,
        "zones": resource.zones,
        "managedBy": resource.managed_by,
        "extendedLocation": resource.extended_location,
    }
    shown |= {name: value for name, value in optional.items() if value is not None}
    shown |= resource.more
    properties = dict(resource.properties)
    if is_machine(resource) and "instanceview" in expand.lower():
        properties["instanceView"] = instance_view(resource)
    stamp = resource.stamp
    return {
        **shown,
        "tags": dict(resource.tags),
        "properties": properties,
        "etag": resource.etag,
        "systemData": {
            "createdBy": stamp.created_by,
            "createdByType": stamp.created_by_type,
            "createdAt": iso(stamp.created_at),
            "lastModifiedBy": stamp.changed_by,
            "lastModifiedByType": stamp.changed_by_type,
            "lastModifiedAt": iso(stamp.changed_at),
        },
    }


def listed(resource: Resource, expand: str = "") -> dict[str, Any]:
    """Return the resource as the lists of subscriptions and groups show it: without properties."""
    shown = {name: value for name, value in project(resource).items() if name not in ("properties", "etag")}
    wanted = expand.lower()
    if "createdtime" in wanted:
        shown["createdTime"] = iso(resource.stamp.created_at)
    if "changedtime" in wanted:
        shown["changedTime"] = iso(resource.stamp.changed_at)
    if "provisioningstate" in wanted:
        shown["provisioningState"] = resource.properties.get("provisioningState", "Succeeded")
    return shown


def owner_of(collection: ResourceId) -> ResourceId:
    """Return the resource whose collection or action the id names."""
    return parse(collection.text.rpartition("/")[0]) if collection.trailing else collection


def _said(request: ArmRequest) -> ResourceBody:
    said = read(ResourceDocument, request.body)
    return ResourceBody(
        location=said.location,
        tags=said.tags,
        properties=said.properties,
        kind=said.kind,
        sku=said.sku,
        identity=said.identity,
        plan=said.plan,
        zones=said.zones,
        managed_by=said.managed_by,
        extended_location=said.extended_location,
        more={name: value for name, value in (said.model_extra or {}).items() if name not in _READ_ONLY},
    )


def _conditions(request: ArmRequest) -> Conditions:
    return Conditions(request.headers.get("if-match"), request.headers.get("if-none-match"))


def _shown(resource: Resource, status: int, expand: str = "") -> Answer:
    return Answer(status, project(resource, expand), {"etag": resource.etag})


def _listing(query: Mapping[str, str]) -> dict[str, Any]:
    return {
        "filter": query.get("$filter", ""),
        "top": number(query.get("$top"), "$top"),
        "skip": query.get("$skiptoken"),
    }


def _page(request: ArmRequest, path: str, page: Page[Resource]) -> Answer:
    expand = request.query.get("$expand", "")
    whole = request.id.trailing is not None
    answer: dict[str, Any] = {"value": [project(one, expand) if whole else listed(one, expand) for one in page.items]}
    if page.next:
        kept = {name: request.query[name] for name in ("$filter", "$top", "$expand") if request.query.get(name)}
        answer["nextLink"] = request.link(path, **kept, **{"$skiptoken": page.next})
    return Answer(200, answer)


_GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
OPERATIONS = [
    Operation("GET", "/{resourceId}", actions.read("{type}"), (200,), get_resource),
    Operation("HEAD", "/{resourceId}", actions.read("{type}"), (204, 404), head_resource),
    Operation("PUT", "/{resourceId}", actions.write("{type}"), (200, 201), put_resource),
    Operation("PATCH", "/{resourceId}", actions.write("{type}"), (200,), patch_resource),
    Operation("DELETE", "/{resourceId}", actions.delete("{type}"), (200, 204), delete_resource),
    Operation("POST", "/{resourceId}/{action}", actions.act("{type}", "{action}"), (200,), act),
    Operation("GET", "/{scope}/providers/{namespace}/{type}", actions.read("{type}"), (200,), list_of_type),
    Operation(
        "GET",
        f"{_GROUP}/providers/Microsoft.Compute/virtualMachines/{{vmName}}/instanceView",
        actions.read("Microsoft.Compute/virtualMachines/instanceView"),
        (200,),
        get_instance_view,
    ),
    Operation(
        "GET",
        "/subscriptions/{subscriptionId}/resources",
        actions.READ_RESOURCES,
        (200,),
        list_in_subscription,
        VERSIONS,
    ),
    Operation("GET", f"{_GROUP}/resources", actions.READ_GROUP_RESOURCES, (200,), list_in_group, VERSIONS),
]
