"""The activity log on the wire: EventData, `$filter`, `$select`, paging."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from lightkeeper.activity import service as activity
from lightkeeper.activity.filters import level_of
from lightkeeper.activity.model import LoggedEvent
from lightkeeper.kernel import encoding
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.problems import Invalid, NotFound
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.reading import number

VERSIONS = ("2017-03-01-preview", "2015-04-01", "2014-04-01")

CATEGORIES = (
    "Administrative", "ServiceHealth", "ResourceHealth", "Alert", "Autoscale", "Security", "Policy", "Recommendation",
)  # fmt: skip

NAMES = {
    "microsoft.managedservices/registrationassignments/write": "Add Managed Services Registration Assignment",
    "microsoft.managedservices/registrationassignments/delete": "Remove Managed Services Registration Assignment",
    "microsoft.managedservices/registrationdefinitions/write": "Add or modify Managed Services Registration Definition",
    "microsoft.managedservices/registrationdefinitions/delete": "Remove Managed Services Registration Definition",
    "microsoft.resources/subscriptions/resourcegroups/write": "Update resource group",
    "microsoft.resources/subscriptions/resourcegroups/delete": "Delete resource group",
    "microsoft.authorization/roleassignments/write": "Create role assignment",
    "microsoft.authorization/roleassignments/delete": "Delete role assignment",
    "microsoft.compute/virtualmachines/write": "Create or Update Virtual Machine",
    "microsoft.compute/virtualmachines/delete": "Delete Virtual Machine",
    "microsoft.compute/virtualmachines/start/action": "Start Virtual Machine",
    "microsoft.compute/virtualmachines/restart/action": "Restart Virtual Machine",
    "microsoft.compute/virtualmachines/deallocate/action": "Deallocate Virtual Machine",
    "microsoft.compute/virtualmachines/poweroff/action": "Power Off Virtual Machine",
    "microsoft.storage/storageaccounts/listkeys/action": "List Storage Account Keys",
}
"""Display names that alerts and people look for; the first is the one of the public alert sample (L114)."""

_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)  # where .NET starts counting ticks
_NAME_CLAIM = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"


def list_events(call: Call, request: ArmRequest) -> Answer:
    """Return the log of the subscription in the path, or of the caller's tenant at the root.

    Raises `NotFound` at any other scope: a group's part is asked for with `$filter`.
    """
    if request.id.scope.strip("/").count("/") > 1:
        raise NotFound(
            "ResourceNotFound",
            f"There is no activity log at '{request.id.scope}'. Ask its subscription or the tenant, with $filter.",
        )
    skip = request.query.get("$skiptoken")
    page = activity.list_events(
        call,
        request.id.subscription_id,
        request.query.get("$filter", ""),
        skip=number(skip, "$skiptoken"),
        top=number(request.query.get("$top"), "$top"),
    )
    fields = _selected(request.query.get("$select", ""))
    answer: dict[str, Any] = {"value": [_only(project(event), fields) for event in page.events]}
    if page.next is not None:
        kept = {name: request.query[name] for name in ("$filter", "$select", "$top") if request.query.get(name)}
        answer["nextLink"] = request.link(request.id.text, **kept, **{"$skiptoken": str(page.next)})
    return Answer(200, answer)


def list_categories(call: Call, request: ArmRequest) -> Answer:
    """Return the categories there are."""
    call.open_to_all("the categories are a public list")
    return Answer(200, {"value": [_local(category) for category in CATEGORIES]})


def project(event: LoggedEvent) -> dict[str, Any]:
    """Return the event as clients read it. Tenant and role of the caller are not told (L113)."""
    ticks = int((event.at - _BEGINNING).total_seconds()) * 10_000_000 + event.at.microsecond * 10
    resource = "" if event.resource_id == "/" else event.resource_id
    at = iso(event.at)
    shown: dict[str, Any] = {
        "authorization": {"action": event.operation, "scope": event.resource_id},
        "caller": event.caller,
        "channels": "Operation",
        "claims": {_NAME_CLAIM: event.caller},
        "correlationId": event.correlation_id,
        "description": event.description,
        "eventDataId": event.id,
        "eventName": _local("EndRequest", "End request"),
        "category": _local("Administrative"),
        "id": f"{resource}/events/{event.id}/ticks/{ticks}",
        "level": level_of(event),
        "resourceGroupName": event.resource_group,
        "resourceProviderName": _local(event.resource_provider),
        "resourceId": event.resource_id,
        "resourceType": _local(event.resource_type),
        "operationId": event.correlation_id,
        "operationName": _local(event.operation, NAMES.get(event.operation.lower(), event.operation)),
        "properties": {name: _text(value) for name, value in event.properties.items() if value is not None},
        "status": _local(event.status),
        "subStatus": _local(event.sub_status, _with_number(event.sub_status)),
        "eventTimestamp": at,
        "submissionTimestamp": at,
        "subscriptionId": event.subscription_id or "",
        "tenantId": event.tenant_id or "",
    }
    if event.http:
        shown["httpRequest"] = dict(event.http)
    return shown


_FIELDS = {
    name.lower(): name
    for name in (
        "authorization", "caller", "category", "channels", "claims", "correlationId", "description", "eventDataId", "eventName",
        "eventTimestamp", "httpRequest", "id", "level", "operationId", "operationName", "properties", "resourceGroupName",
        "resourceId", "resourceProviderName", "resourceType", "status", "submissionTimestamp", "subscriptionId", "subStatus",
        "tenantId",
    )
}  # fmt: skip


def _selected(text: str) -> set[str] | None:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name.lower() not in _FIELDS]
    if unknown:
        raise Invalid("BadRequest", f"$select names unknown properties: {', '.join(unknown)[:200]}.", target="$select")
    return {_FIELDS[name.lower()] for name in names} or None


def _only(event: dict[str, Any], fields: set[str] | None) -> dict[str, Any]:
    return event if fields is None else {name: value for name, value in event.items() if name in fields}


def _local(value: str, shown: str | None = None) -> dict[str, str]:
    return {"value": value, "localizedValue": value if shown is None else shown}


_NUMBERS = {status.phrase.title().replace(" ", ""): status.value for status in HTTPStatus}


def _with_number(word: str) -> str:
    """Return a status as people read it: `Forbidden (HTTP Status Code: 403)`."""
    return f"{word} (HTTP Status Code: {_NUMBERS[word]})" if word in _NUMBERS else word


def _text(value: Any) -> str:
    """Return a property as clients expect it: text, anything nested as JSON."""
    return value if isinstance(value, str) else encoding.encode(value).decode()


OPERATIONS = [
    Operation(
        "GET",
        "/{scope}/providers/Microsoft.Insights/eventtypes/management/values",
        activity.READ_SUBSCRIPTION_LOG,
        (200,),
        list_events,
        VERSIONS,
    ),
    Operation("GET", "/providers/Microsoft.Insights/eventcategories", "", (200,), list_categories, VERSIONS),
]
