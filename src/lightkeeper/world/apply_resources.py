"""The declared hierarchy: management groups, subscriptions, registrations, resource groups, resources.

A subscription that is declared read-only (Disabled, say) gets its content when it is created; later its content is left
alone, as nobody could change it either.
"""

from collections.abc import Callable

from lightkeeper.kernel import resource_id
from lightkeeper.kernel.call import Call, TenantId
from lightkeeper.kernel.findings import Finding, Place
from lightkeeper.kernel.problems import Invalid, Problem
from lightkeeper.resources import service
from lightkeeper.resources.model import Channel, ResourceBody, Subscription, SubscriptionState
from lightkeeper.world.model import DeclaredResource, DeclaredSubscription, World

DEFAULT_API_VERSION = "2021-04-01"


def write(call: Call, world: World) -> None:
    """Write the hierarchy. Raises `Invalid` naming each thing that a service refuses."""
    for group in world.management_groups:
        _insist(
            lambda group=group: service.put_management_group(  # type: ignore[misc]
                call,
                group.tenant_id,
                group.name,
                display_name=group.display_name,
                parent=group.parent or group.tenant_id,
            ),
            f"managementGroups.{group.name}",
        )
    for subscription in world.subscriptions:
        _insist(lambda one=subscription: _write_subscription(call, one), f"subscriptions.{subscription.name}")  # type: ignore[misc]


def _insist(write: Callable[[], object], target: str, place: Place | None = None) -> None:
    """Do it; say which part of the world it was about when it is refused."""
    try:
        write()
    except Problem as problem:
        if problem.code == "InvalidWorld":
            raise
        details = problem.details or (Finding(problem.code, target, problem.message),)
        message = f"{target} cannot be made so; nothing was applied. {problem.message}"
        placed = [detail if detail.place else detail.at(place) for detail in details]
        raise Invalid("InvalidWorld", message, target=target, details=placed) from problem


def _write_subscription(call: Call, declared: DeclaredSubscription) -> None:
    state = SubscriptionState(declared.state)
    known = service.find_subscription(call, declared.id)
    while_filling = SubscriptionState.ENABLED if state.read_only and known is None else state
    service.put_subscription(call, _subscription(declared, while_filling))
    if not while_filling.read_only:
        _fill(call, declared)
    if while_filling is not state:
        service.put_subscription(call, _subscription(declared, state))


def _subscription(declared: DeclaredSubscription, state: SubscriptionState) -> Subscription:
    return Subscription(
        id=declared.id,
        tenant_id=TenantId(declared.tenant_id),
        display_name=declared.display_name,
        state=state,
        channel=Channel(declared.channel),
        management_group=declared.management_group,
        tags=dict(declared.tags),
    )


def _fill(call: Call, declared: DeclaredSubscription) -> None:
    for namespace in declared.registered_providers:
        service.register(call, declared.id, namespace)
    for group in declared.resource_groups:
        service.put_resource_group(call, declared.id, group.name, group.location, tags=dict(group.tags))
        for resource in group.resources:
            _insist(
                lambda resource=resource: _write_resource(call, resource),  # type: ignore[misc]
                f"{declared.name}/{group.name}: {resource.type} {resource.name}",
                resource.place,
            )


def _write_resource(call: Call, declared: DeclaredResource) -> None:
    service.put_resource(
        call,
        resource_id.parse(declared.id),
        ResourceBody(
            location=declared.location,
            tags=dict(declared.tags),
            properties=dict(declared.properties),
            kind=declared.kind,
            sku=declared.sku,
            identity=declared.identity,
            plan=declared.plan,
        ),
        api_version=declared.api_version or DEFAULT_API_VERSION,
    )
