"""The operations of every provider on the wire, for those who write roles."""

from typing import Any

from lightkeeper.access import operations as catalogue
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import NotFound
from lightkeeper.resources.paging import cut
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.operation_names import metadata

VERSIONS = ("2022-04-01", "2018-07-01", "2018-01-01-preview", "2015-07-01", "2015-06-01")
READ_PROVIDER_OPERATIONS = "Microsoft.Authorization/providerOperations/read"
PAGE = 60
"""Namespaces on a page when their types are asked for: the whole catalogue makes an answer of many megabytes."""

_WHY = "what a provider can do is public"


def list_provider_operations(call: Call, request: ArmRequest) -> Answer:
    """Answer every namespace with its operations, those of its types with `$expand=resourceTypes`."""
    call.open_to_all(_WHY)
    page = cut(list(catalogue.namespaces()), str.lower, PAGE, request.query.get("$skiptoken"))
    answer: dict[str, Any] = {"value": [metadata(one, _with_types(request)) for one in page.items]}
    if page.next:
        kept = {"$expand": request.query["$expand"]} if request.query.get("$expand") else {}
        path = "/providers/Microsoft.Authorization/providerOperations"
        answer["nextLink"] = request.link(path, **kept, **{"$skiptoken": page.next})
    return Answer(200, answer)


def get_provider_operations(call: Call, request: ArmRequest) -> Answer:
    """Answer one namespace with its operations. Raises `NotFound`."""
    call.open_to_all(_WHY)
    known = {one.lower(): one for one in catalogue.namespaces()}
    name = known.get(request.id.name.lower())
    if name is None:
        raise NotFound("ProviderNotFound", f"Provider '{request.id.name}' not found.")
    return Answer(200, metadata(name, _with_types(request)))


def _with_types(request: ArmRequest) -> bool:
    """Return whether types are asked for; the public description makes it the default."""
    return request.query.get("$expand", "resourceTypes").lower() == "resourcetypes"


_LIST = "/providers/Microsoft.Authorization/providerOperations"
OPERATIONS = [
    Operation("GET", _LIST, READ_PROVIDER_OPERATIONS, (200,), list_provider_operations, VERSIONS),
    Operation("GET", f"{_LIST}/{{name}}", READ_PROVIDER_OPERATIONS, (200,), get_provider_operations, VERSIONS),
]
