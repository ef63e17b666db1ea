"""Published plans on the wire, at a subscription or at the root of a tenant."""

import re
from typing import Any
from urllib.parse import unquote

from lightkeeper.delegation import actions, service
from lightkeeper.delegation.model import NAMESPACE, PublishedPlan
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid, NotFound
from lightkeeper.wire.arm import managed_services as common
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation

KIND = "marketplaceRegistrationDefinitions"
TYPE = f"{NAMESPACE}/{KIND}"
_VERSIONS = tuple(version for version in common.VERSIONS if version >= common.MARKETPLACE_SINCE)
_FILTER = re.compile(r"\s*planIdentifier\s+eq\s+'([^']+)'\s*", re.IGNORECASE)


def list_definitions(call: Call, request: ArmRequest) -> Answer:
    """Answer the plans that may be seen from here; `$filter` names one of them."""
    text = unquote(request.query.get("$filter", ""))
    if not text.strip():
        found = service.list_marketplace_definitions(call, _subscription(request))
        return Answer(200, {"value": [_body(plan, request) for plan in found]})
    wanted = _FILTER.fullmatch(text)
    if wanted is None:
        raise Invalid(
            "InvalidFilterInQueryString",
            f"The filter '{text}' is not supported. Use planIdentifier eq '<publisher>.<offer>.<plan>.<version>'.",
        )
    try:
        one = service.get_marketplace_definition(call, _subscription(request), wanted[1])
    except NotFound:
        return Answer(200, {"value": []})
    return Answer(200, {"value": [_body(one, request)]})


def get_definition(call: Call, request: ArmRequest) -> Answer:
    """Answer the plan version an identifier or its prefix names."""
    found = service.get_marketplace_definition(call, _subscription(request), request.id.name)
    return Answer(200, _body(found, request))


def _subscription(request: ArmRequest) -> str | None:
    return request.id.subscription_id.lower() if request.id.subscription_id else None


def _body(plan: PublishedPlan, request: ArmRequest) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "managedByTenantId": plan.managed_by_tenant_id,
        "authorizations": common.authorizations_body(plan.authorizations),
    }
    if plan.eligible_authorizations and request.api_version >= common.ELIGIBLE_SINCE:
        properties["eligibleAuthorizations"] = common.eligible_body(plan.eligible_authorizations)
    properties |= {
        "offerDisplayName": plan.offer_display_name,
        "publisherDisplayName": plan.publisher_display_name,
        "planDisplayName": plan.plan_display_name,
    }
    base = f"/subscriptions/{request.id.subscription_id}" if request.id.subscription_id else ""
    return {
        "properties": properties,
        "plan": common.plan_body(plan.plan),
        "id": f"{base}/providers/{TYPE}/{plan.identifier}",
        "type": TYPE,
        "name": plan.identifier,
    }


_LIST = "/{scope}/providers/Microsoft.ManagedServices/marketplaceRegistrationDefinitions"
_ITEM = "/{scope}/providers/Microsoft.ManagedServices/marketplaceRegistrationDefinitions/{name}"

OPERATIONS = [
    Operation("GET", _ITEM, actions.READ_MARKETPLACE, (200,), get_definition, _VERSIONS),
    Operation("GET", _LIST, actions.READ_MARKETPLACE, (200,), list_definitions, _VERSIONS),
]
