"""Partner admin links on the wire. Everything is about the caller: a list has one object, and no request a body.

Every answer that is no refusal is 200: clients take nothing else here, not even for a link that is new.
"""

from typing import Any

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import iso
from lightkeeper.partners import service
from lightkeeper.partners.model import Partner, PartnerLink
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.operation_names import rows_of

VERSIONS = ("2018-02-01",)
TYPE = "Microsoft.ManagementPartner/partners"
READ = f"{TYPE}/read"
WRITE = f"{TYPE}/write"


def get_own_link(call: Call, request: ArmRequest) -> Answer:
    """Answer the caller's link, whatever the partner."""
    return _answer(call, *service.find_link(call))


def get_link(call: Call, request: ArmRequest) -> Answer:
    """Answer the caller's link to this partner."""
    return _answer(call, *service.find_link(call, request.id.name))


def put_link(call: Call, request: ArmRequest) -> Answer:
    """Link the caller."""
    return _answer(call, *service.link(call, request.id.name))


def patch_link(call: Call, request: ArmRequest) -> Answer:
    """Link the caller to another partner instead."""
    return _answer(call, *service.change_link(call, request.id.name))


def delete_link(call: Call, request: ArmRequest) -> Answer:
    """End the caller's link."""
    service.unlink(call, request.id.name)
    return Answer(200, headers={"request-id": call.correlation_id})


def list_operations(call: Call, request: ArmRequest) -> Answer:
    """Answer what the provider can do."""
    call.open_to_all("what a provider can do is public")
    return Answer(200, {"value": rows_of(service.NAMESPACE)})


def _answer(call: Call, link: PartnerLink, partner: Partner | None) -> Answer:
    properties: dict[str, Any] = {
        "partnerId": link.partner_id,
        **({"partnerName": partner.name} if partner is not None else {}),
        "tenantId": link.tenant_id,
        "objectId": link.object_id,
        "version": link.version,
        "updatedTime": iso(link.updated_at),
        "createdTime": iso(link.created_at),
        "state": link.state.value,
    }
    body = {
        "etag": link.version,
        "id": link.resource_id,
        "name": link.partner_id,
        "properties": properties,
        "type": TYPE,
    }
    return Answer(200, body, {"request-id": call.correlation_id})


_LIST = "/providers/Microsoft.ManagementPartner/partners"
_ITEM = f"{_LIST}/{{partnerId}}"
OPERATIONS = [
    Operation("GET", _LIST, READ, (200,), get_own_link, VERSIONS),
    Operation("GET", _ITEM, READ, (200,), get_link, VERSIONS),
    Operation("PUT", _ITEM, WRITE, (200,), put_link, VERSIONS),
    Operation("PATCH", _ITEM, WRITE, (200,), patch_link, VERSIONS),
    Operation("DELETE", _ITEM, WRITE, (200,), delete_link, VERSIONS),
    Operation(
        "GET",
        "/providers/Microsoft.ManagementPartner/operations",
        "Microsoft.ManagementPartner/operations/read",
        (200,),
        list_operations,
        VERSIONS,
    ),
]
