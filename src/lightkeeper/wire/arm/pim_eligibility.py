"""Eligible roles on the wire: schedules, their instances, and the scopes below in which somebody is eligible."""

import re
from collections.abc import Callable
from typing import Any

from lightkeeper.access import actions
from lightkeeper.delegation import service as delegation
from lightkeeper.delegation.schedules import Eligibility
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.problems import Invalid, NotFound
from lightkeeper.kernel.resource_id import parse
from lightkeeper.resources import service as resources
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.pim import VERSIONS, Expanded, asked_by, id_at, named, shown
from lightkeeper.wire.arm.role_definitions import definition_id

SCHEDULES = "Microsoft.Authorization/roleEligibilitySchedules"
INSTANCES = "Microsoft.Authorization/roleEligibilityScheduleInstances"

_KINDS = re.compile(r"resourceType\s+eq\s+'(\w+)'(?:\s+or\s+resourceType\s+eq\s+'(\w+)')*", re.IGNORECASE)
_KIND = re.compile(r"'(\w+)'")


def list_schedules(call: Call, request: ArmRequest) -> Answer:
    """Answer the eligible entries around a scope, as schedules."""
    return _listed(call, request, actions.READ_ELIGIBILITY_SCHEDULES, schedule_body)


def get_schedule(call: Call, request: ArmRequest) -> Answer:
    """Answer one schedule."""
    return _one(call, request, actions.READ_ELIGIBILITY_SCHEDULES, schedule_body)


def list_instances(call: Call, request: ArmRequest) -> Answer:
    """Answer the eligible entries around a scope, as what holds now."""
    return _listed(call, request, actions.READ_ELIGIBILITY_INSTANCES, instance_body)


def get_instance(call: Call, request: ArmRequest) -> Answer:
    """Answer one instance."""
    return _one(call, request, actions.READ_ELIGIBILITY_INSTANCES, instance_body)


def list_child_resources(call: Call, request: ArmRequest) -> Answer:
    """Answer the subscriptions and resource groups below the scope in which the caller is eligible for some role."""
    text = request.query.get("$filter", "").strip().replace("+", " ")
    if text and not _KINDS.fullmatch(text):
        raise Invalid(
            "InvalidFilterInQueryString",
            f"The filter '{text[:200]}' is not supported. Use resourceType eq 'subscription' or resourceType eq "
            "'resourcegroup'.",
        )
    wanted = {kind.lower() for kind in _KIND.findall(text)} or {"subscription", "resourcegroup"}
    scope = request.id.scope
    mine = delegation.list_eligible(call, scope, "", target_id=call.caller.object_id)
    found: dict[str, dict[str, str]] = {}
    for one in mine:
        for row in _children(call, scope, one.scope):
            if row["type"] in wanted:
                found.setdefault(row["id"].lower(), row)
    return Answer(200, {"value": [found[key] for key in sorted(found)]})


def _children(call: Call, scope: str, delegated: str) -> list[dict[str, str]]:
    """Return what lies below `scope` and in a delegated scope."""
    asked, given = parse(scope), parse(delegated)
    if asked.resource_group is not None:
        return []
    if given.resource_group is not None:
        return [{"id": delegated, "name": given.resource_group, "type": "resourcegroup"}]
    subscription = resources.require_subscription(call, (given.subscription_id or "").lower())
    if asked.subscription_id is None:
        return [{"id": delegated, "name": subscription.display_name, "type": "subscription"}]
    groups = resources.list_resource_groups(call, subscription.id).items
    return [{"id": group.id, "name": group.name, "type": "resourcegroup"} for group in groups]


Form = Callable[[Eligibility, Expanded], dict[str, Any]]


def _listed(call: Call, request: ArmRequest, action: str, form: Form) -> Answer:
    asked = asked_by(call, request.query.get("$filter", ""))
    found = delegation.list_eligible(
        call,
        request.id.scope,
        action,
        at_scope=asked.at_scope,
        principal_id=asked.principal_id,
        target_id=asked.target_id,
    )
    expanded = Expanded(call, {one.entry.principal_id for one in found})
    return Answer(200, {"value": [form(one, expanded) for one in found]})


def _one(call: Call, request: ArmRequest, action: str, form: Form) -> Answer:
    found = delegation.list_eligible(call, request.id.scope, action, at_scope=True)
    bodies = (form(one, Expanded(call, {one.entry.principal_id})) for one in found)
    body = named(request, bodies)
    if body is None:
        kind, name = request.id.types[-1], request.id.name
        raise NotFound("RoleEligibilityScheduleNotFound", f"There are no {kind} named '{name}' at this scope.")
    return Answer(200, body)


def schedule_body(one: Eligibility, expanded: Expanded) -> dict[str, Any]:
    """Return an eligible entry as a schedule."""
    properties = _properties(one, expanded) | {"updatedOn": iso(one.delegation.assignment.stamp.changed_at)}
    return shown(one.scope, SCHEDULES, one.schedule_name, properties)


def instance_body(one: Eligibility, expanded: Expanded) -> dict[str, Any]:
    """Return an eligible entry as an instance of its schedule."""
    properties = _properties(one, expanded) | {
        "roleEligibilityScheduleId": id_at(one.scope, SCHEDULES, one.schedule_name)
    }
    return shown(one.scope, INSTANCES, one.instance_name, properties)


def _properties(one: Eligibility, expanded: Expanded) -> dict[str, Any]:
    since = iso(one.delegation.assignment.stamp.created_at)
    principal = one.entry.principal_id
    managing = one.delegation.definition.managed_by_tenant_id
    return {
        "scope": one.scope,
        "roleDefinitionId": definition_id(one.entry.role_id, one.scope),
        "principalId": principal,
        "principalType": expanded.principal_type(principal),
        "status": "Provisioned",
        "startDateTime": since,
        "memberType": "Group" if one.through_group else "Direct",
        "createdOn": since,
        "expandedProperties": expanded.of(one.scope, one.entry.role_id, managing, principal),
    }


_BASE = "/{scope}/providers"
OPERATIONS = [
    Operation("GET", f"{_BASE}/{SCHEDULES}", actions.READ_ELIGIBILITY_SCHEDULES, (200,), list_schedules, VERSIONS),
    Operation(
        "GET", f"{_BASE}/{SCHEDULES}/{{name}}", actions.READ_ELIGIBILITY_SCHEDULES, (200,), get_schedule, VERSIONS
    ),
    Operation("GET", f"{_BASE}/{INSTANCES}", actions.READ_ELIGIBILITY_INSTANCES, (200,), list_instances, VERSIONS),
    Operation(
        "GET", f"{_BASE}/{INSTANCES}/{{name}}", actions.READ_ELIGIBILITY_INSTANCES, (200,), get_instance, VERSIONS
    ),
    Operation(
        "GET",
        f"{_BASE}/Microsoft.Authorization/eligibleChildResources",
        actions.READ_ELIGIBILITY_SCHEDULES,
        (200,),
        list_child_resources,
        VERSIONS,
    ),
]
