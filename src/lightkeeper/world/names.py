"""From names to ids: the ids that are derived when none is given, and the scopes a name may stand for.

Derived ids depend on the names alone, so that two runs, two machines and two databases agree on every id.
"""

import re
from collections.abc import Mapping

from lightkeeper.kernel import ids, resource_id

TENANT_PREFIX = "tenant:"
_MANAGEMENT_GROUPS = "/providers/Microsoft.Management/managementGroups/"


def tenant_id(name: str) -> str:
    """Return the derived id of the tenant of this name."""
    return ids.named("tenant", name)


def user_id(tenant: str, name: str) -> str:
    """Return the derived object id of a user."""
    return ids.named("user", f"{tenant}/{name}")


def group_id(tenant: str, name: str) -> str:
    """Return the derived object id of a group."""
    return ids.named("group", f"{tenant}/{name}")


def service_principal_id(tenant: str, name: str) -> str:
    """Return the derived object id of a service principal."""
    return ids.named("servicePrincipal", f"{tenant}/{name}")


def app_id(tenant: str, name: str) -> str:
    """Return the derived application id of a service principal."""
    return ids.named("application", f"{tenant}/{name}")


def subscription_id(name: str) -> str:
    """Return the derived id of the subscription of this name."""
    return ids.named("subscription", name)


def role_assignment_id(principal_id: str, role: str, scope: str) -> str:
    """Return the derived name of a role assignment: the same principal, role and scope give the same name."""
    return ids.named("roleAssignment", f"{principal_id}|{role}|{scope}")


def guest_upn(home_upn: str, domain: str) -> str:
    """Return the user principal name a directory gives to a guest: `owner_northwind.example#EXT#@contoso.example`."""
    return f"{home_upn.replace('@', '_')}#EXT#@{domain}"


def subscription_scope(subscription_id: str) -> str:
    """Return the ARM id of a subscription."""
    return f"/subscriptions/{subscription_id}"


def management_group_scope(name: str) -> str:
    """Return the ARM id of a management group."""
    return f"{_MANAGEMENT_GROUPS}{name}"


def resource_scope(group_scope: str, resource_type: str, name: str) -> str | None:
    """Return the ARM id of a resource in a group; None when type and name have not the same number of levels."""
    namespace, *types = resource_type.split("/")
    names = name.split("/")
    if len(types) != len(names):
        return None
    return resource_id.child(
        group_scope, namespace, *(part for pair in zip(types, names, strict=True) for part in pair)
    )


def is_arm_id(text: str) -> bool:
    """Return whether `text` is written as an ARM id."""
    return text.startswith("/")


def scope_of(text: str, subscriptions: Mapping[str, str], management_groups: Mapping[str, str]) -> str | None:
    """Return the ARM id a scope's name stands for; None when there is no such name.

    `subscriptions` gives ids and `management_groups` the names as declared, both by lower-case name. A text that starts
    with a slash is taken as an ARM id and is None when it is malformed.
    """
    if is_arm_id(text):
        try:
            parsed = resource_id.parse(text)
        except resource_id.MalformedId:
            return None
        return parsed.text if parsed.trailing is None else None
    if text.lower().startswith(TENANT_PREFIX):
        return resource_id.ROOT
    if re.fullmatch(r"[^/]+/[^/]+", text):
        subscription, group = text.split("/")
        found = subscriptions.get(subscription.lower())
        return f"{subscription_scope(found)}/resourceGroups/{group}" if found else None
    if text.lower() in subscriptions:
        return subscription_scope(subscriptions[text.lower()])
    if text.lower() in management_groups:
        return management_group_scope(management_groups[text.lower()])
    return None
