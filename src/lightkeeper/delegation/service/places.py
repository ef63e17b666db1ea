"""Where delegation happens: subscriptions and groups, looked up, spelled as they are, and found fit for a change."""

from dataclasses import dataclass

from lightkeeper.delegation.model import NAMESPACE
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid, NotFound
from lightkeeper.kernel.resource_id import MalformedId, ResourceId, parse
from lightkeeper.resources import service as resources
from lightkeeper.resources.model import group_scope


@dataclass(frozen=True, slots=True)
class Place:
    """A scope that can be delegated: a subscription, or one of its resource groups."""

    subscription_id: str
    resource_group: str | None

    @property
    def scope(self) -> str:
        """Return the ARM id."""
        if self.resource_group is None:
            return f"/subscriptions/{self.subscription_id}"
        return group_scope(self.subscription_id, self.resource_group)

    @property
    def subscription_scope(self) -> str:
        """Return the ARM id of the subscription."""
        return f"/subscriptions/{self.subscription_id}"


def place_of(scope: str) -> Place:
    """Return the place a scope names; raise `Invalid` for anything that cannot be delegated (L3, L78)."""
    parsed = _parsed(scope)
    if parsed is None or parsed.subscription_id is None or parsed.namespace or parsed.trailing:
        raise Invalid(
            "InvalidRegistrationAssignmentUri",
            f"The registration assignment request scope '{scope}' should be '/subscriptions/<subscriptionId>' or "
            "'/subscriptions/<subscriptionId>/resourceGroups/<resourceGroupName>'.",
            target="scope",
        )
    return Place(parsed.subscription_id.lower(), parsed.resource_group)


def subscription_of_definition_scope(scope: str) -> str:
    """Return the subscription a definition lives in; raise `Invalid` for any other scope (L1, L2)."""
    parsed = _parsed(scope)
    if parsed is None or parsed.subscription_id is None or parsed.namespace or parsed.resource_group is not None:
        raise Invalid(
            "InvalidRegistrationDefinitionUri",
            f"The registration definition request scope '{scope}' should be '/subscriptions/<subscriptionId>'.",
            target="scope",
        )
    return parsed.subscription_id.lower()


def as_it_is_spelled(call: Call, place: Place) -> Place:
    """Return the place with its group's own spelling; raise `NotFound` when the group does not exist (L65)."""
    if place.resource_group is None:
        return place
    group = resources.find_resource_group(call, place.subscription_id, place.resource_group)
    if group is None:
        raise NotFound("ResourceGroupNotFound", f"Resource group '{place.resource_group}' could not be found.")
    return Place(place.subscription_id, group.name)


def insist_on_registration(call: Call, subscription_id: str) -> None:
    """Raise `Conflict` (MissingSubscriptionRegistration) unless the provider is registered there (L75)."""
    resources.require_registered(call, subscription_id, NAMESPACE)


def not_found(kind: str, name: str, resource_group: str | None = None) -> NotFound:
    """Return the problem that there is no such definition or assignment."""
    return NotFound(
        "ResourceNotFound",
        f"The Resource '{NAMESPACE}/{kind}/{name}' under resource group '{resource_group or '<null>'}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    )


def _parsed(scope: str) -> ResourceId | None:
    try:
        return parse(scope)
    except MalformedId:
        return None
