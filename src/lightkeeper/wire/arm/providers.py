"""Resource providers on the wire."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from lightkeeper.kernel.call import Call
from lightkeeper.resources import actions, regions
from lightkeeper.resources import service as resources
from lightkeeper.resources.api_versions import GENERIC_VERSIONS
from lightkeeper.resources.model import Provider
from lightkeeper.resources.paging import cut
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.reading import number
from lightkeeper.wire.arm.subscriptions import VERSIONS

PAGE = 60
"""Providers on a page: each carries all its types, so that more would make answers of many megabytes."""

OWN_VERSIONS: dict[str, Sequence[str]] = {}
"""Exact versions of types with operations of their own, by lower-case full type; bootstrap fills it from the table."""


def list_providers(call: Call, request: ArmRequest) -> Answer:
    """Return the providers with their state on the subscription, or without a subscription all there are."""
    subscription_id = request.id.subscription_id
    found = resources.list_providers(call, subscription_id) if subscription_id else resources.list_known_providers(call)
    page = cut(
        found,
        lambda provider: provider.namespace,
        min(number(request.query.get("$top"), "$top") or PAGE, PAGE),
        request.query.get("$skiptoken"),
    )
    answer: dict[str, Any] = {"value": [project(provider, subscription_id) for provider in page.items]}
    if page.next:
        kept = {name: request.query[name] for name in ("$top", "$expand") if request.query.get(name)}
        path = f"/subscriptions/{subscription_id}/providers" if subscription_id else "/providers"
        answer["nextLink"] = request.link(path, **kept, **{"$skiptoken": page.next})
    return Answer(200, answer)


def get_provider(call: Call, request: ArmRequest) -> Answer:
    """Return one provider."""
    return Answer(200, project(_one(call, request), request.id.subscription_id))


def list_types(call: Call, request: ArmRequest) -> Answer:
    """Return the provider's resource types."""
    return Answer(200, {"value": _types(_one(call, request))})


def list_permissions(call: Call, request: ArmRequest) -> Answer:
    """Return what the provider's own application may do on the subscription: nothing, for there is none behind it."""
    _one(call, request)
    return Answer(200, {"value": []})


def register(call: Call, request: ArmRequest) -> Answer:
    """Register the provider; it is registered at once."""
    subscription_id = request.id.subscription_id or ""
    provider = resources.register(call, subscription_id, _namespace(request))
    return Answer(200, project(provider, subscription_id))


def register_at_group(call: Call, request: ArmRequest) -> Answer:
    """Register the provider for a management group of the caller's tenant; the answer is empty."""
    resources.register_at_management_group(call, call.caller.tenant_id, request.segments[3], request.segments[5])
    return Answer(200)


def unregister(call: Call, request: ArmRequest) -> Answer:
    """Unregister the provider."""
    subscription_id = request.id.subscription_id or ""
    provider = resources.unregister(call, subscription_id, _namespace(request))
    return Answer(200, project(provider, subscription_id))


def project(provider: Provider, subscription_id: str | None) -> dict[str, Any]:
    """Return the provider as clients read it; without a subscription it has no state."""
    base = f"/subscriptions/{subscription_id}" if subscription_id else ""
    shown: dict[str, Any] = {
        "id": f"{base}/providers/{provider.namespace}",
        "namespace": provider.namespace,
        "resourceTypes": _types(provider),
    }
    if subscription_id:
        shown["registrationState"] = provider.state.value
        shown["registrationPolicy"] = "RegistrationFree" if provider.free else "RegistrationRequired"
    return shown


def _one(call: Call, request: ArmRequest) -> Provider:
    subscription_id = request.id.subscription_id
    if subscription_id:
        return resources.get_provider(call, subscription_id, _namespace(request))
    return resources.get_known_provider(call, _namespace(request))


def _namespace(request: ArmRequest) -> str:
    at = next(n for n, part in enumerate(request.segments) if part.lower() == "providers")
    return request.segments[at + 1]


@cache
def _locations() -> Sequence[str]:
    return tuple(region.display_name for region in regions.regions())


def _types(provider: Provider) -> list[dict[str, Any]]:
    return [
        {
            "resourceType": type_,
            "locations": _locations(),
            "apiVersions": (versions := OWN_VERSIONS.get(f"{provider.namespace}/{type_}".lower(), GENERIC_VERSIONS)),
            "defaultApiVersion": next((v for v in versions if "preview" not in v), versions[0]),
            "capabilities": "SupportsTags, SupportsLocation" if "/" not in type_ else "None",
        }
        for type_ in provider.types
    ]


_ON = "/subscriptions/{subscriptionId}/providers"
OPERATIONS = [
    Operation("GET", _ON, actions.READ_PROVIDERS, (200,), list_providers, VERSIONS),
    Operation("GET", f"{_ON}/{{namespace}}", actions.READ_PROVIDERS, (200,), get_provider, VERSIONS),
    Operation("GET", f"{_ON}/{{namespace}}/resourceTypes", actions.READ_PROVIDERS, (200,), list_types, VERSIONS),
    Operation(
        "GET", f"{_ON}/{{namespace}}/providerPermissions", actions.READ_PROVIDERS, (200,), list_permissions, VERSIONS
    ),
    Operation("POST", f"{_ON}/{{namespace}}/register", actions.register("{namespace}"), (200,), register, VERSIONS),
    Operation(
        "POST", f"{_ON}/{{namespace}}/unregister", actions.unregister("{namespace}"), (200,), unregister, VERSIONS
    ),
    Operation(
        "POST",
        "/providers/Microsoft.Management/managementGroups/{groupId}/providers/{namespace}/register",
        actions.register("{namespace}"),
        (200,),
        register_at_group,
        VERSIONS,
    ),
    Operation("GET", "/providers", "", (200,), list_providers, VERSIONS),
    Operation("GET", "/providers/{namespace}", "", (200,), get_provider, VERSIONS),
]
