"""Functions that build resource ids.

Leading arguments before the first one with a slash are optional: a subscription, a resource group. A slash at the end of
the type is tolerated; the public onboarding templates write one.
"""

from collections.abc import Sequence

from lightkeeper.deployments.environment import Environment, ScopeKind
from lightkeeper.deployments.faults import LanguageFault
from lightkeeper.deployments.functions.registry import MANY, aware, function, texts
from lightkeeper.deployments.values import Value
from lightkeeper.kernel.ids import is_guid

_HELP = "Please see https://aka.ms/arm-resource-functions/#{anchor} for usage details."


def _divided(name: str, values: Sequence[Value], most: int) -> tuple[list[str], str, list[str]]:
    """Return what stands before the type, the type, and the names behind it."""
    arguments = texts(name, values)
    at = next((n for n, argument in enumerate(arguments) if "/" in argument), None)
    if at is None or at > most:
        raise LanguageFault(
            f"Unable to evaluate template language function '{name}': the first argument with a '/' must be a resource type"
            f" such as 'Microsoft.Compute/virtualMachines'. {_HELP.format(anchor=name.lower())}"
        )
    return arguments[:at], arguments[at].strip("/"), arguments[at + 1 :]


def relative(name: str, resource_type: str, names: Sequence[str]) -> str:
    """Return `/providers/{namespace}/{type}/{name}...`. Raises `LanguageFault` when the numbers do not fit."""
    namespace, *types = resource_type.split("/")
    if len(types) != len(names) or not types:
        raise LanguageFault(
            f"Unable to evaluate template language function '{name}': the type '{resource_type}' requires '{len(types)}' resource"
            f" name argument(s). {_HELP.format(anchor=name.lower())}"
        )
    pairs = [part for pair in zip(types, names, strict=True) for part in pair]
    return "/".join(("/providers", namespace, *pairs))


def _subscription(name: str, given: str) -> str:
    if not is_guid(given):
        raise LanguageFault(
            f"Unable to evaluate template language function '{name}'. The provided value '{given}' is not valid subscription"
            f" identifier. {_HELP.format(anchor=name.lower())}"
        )
    return given


@aware("resourceId", 2, MANY)
def resource_id(environment: Environment, *values: Value) -> str:
    """Return the id of a resource at the deployment's scope, or in the subscription and group named first."""
    before, resource_type, names = _divided("resourceId", values, 2)
    facts = environment.surroundings
    if len(before) == 2:
        scope = f"/subscriptions/{_subscription('resourceId', before[0])}/resourceGroups/{before[1]}"
    elif before and facts.kind is ScopeKind.RESOURCE_GROUP and not is_guid(before[0]):
        scope = f"/subscriptions/{facts.subscription_id}/resourceGroups/{before[0]}"
    elif before and facts.kind is ScopeKind.RESOURCE_GROUP:
        scope = f"/subscriptions/{before[0]}/resourceGroups/{facts.group_name}"
    elif before and not is_guid(before[0]) and facts.subscription_id is not None:
        scope = f"/subscriptions/{facts.subscription_id}/resourceGroups/{before[0]}"
    elif before:
        scope = f"/subscriptions/{_subscription('resourceId', before[0])}"
    elif facts.kind in (ScopeKind.RESOURCE_GROUP, ScopeKind.SUBSCRIPTION):
        scope = facts.scope
    else:
        scope = ""
    return scope + relative("resourceId", resource_type, names)


@aware("subscriptionResourceId", 2, MANY)
def subscription_resource_id(environment: Environment, *values: Value) -> str:
    """Return the id of a resource of a subscription: the deployment's, or the one named first."""
    before, resource_type, names = _divided("subscriptionResourceId", values, 1)
    subscription = (
        _subscription("subscriptionResourceId", before[0]) if before else environment.surroundings.subscription_id
    )
    if subscription is None:
        raise LanguageFault(
            "Unable to evaluate template language function 'subscriptionResourceId': At least 3 parameters should be provided."
            f" {_HELP.format(anchor='subscriptionresourceid')}"
        )
    return f"/subscriptions/{subscription}" + relative("subscriptionResourceId", resource_type, names)


@aware("managementGroupResourceId", 2, MANY)
def management_group_resource_id(environment: Environment, *values: Value) -> str:
    """Return the id of a resource of a management group: the deployment's, or the one named first."""
    before, resource_type, names = _divided("managementGroupResourceId", values, 1)
    group = before[0] if before else (environment.surroundings.management_group or {}).get("name")
    if group is None:
        raise LanguageFault(
            "Unable to evaluate template language function 'managementGroupResourceId': At least 3 parameters should be provided."
            f" {_HELP.format(anchor='managementgroupresourceid')}"
        )
    inside = relative("managementGroupResourceId", resource_type, names)
    return f"/providers/Microsoft.Management/managementGroups/{group}{inside}"


@function("tenantResourceId", 2, MANY)
def tenant_resource_id(*values: Value) -> str:
    """Return the id of a resource of the tenant."""
    _, resource_type, names = _divided("tenantResourceId", values, 0)
    return relative("tenantResourceId", resource_type, names)


@function("extensionResourceId", 3, MANY)
def extension_resource_id(base: Value, *values: Value) -> str:
    """Return the id of a resource that extends another."""
    [start] = texts("extensionResourceId", [base])
    _, resource_type, names = _divided("extensionResourceId", values, 0)
    return start.rstrip("/") + relative("extensionResourceId", resource_type, names)
