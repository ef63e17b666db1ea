"""Managed identities: made, kept and taken away with the resources that carry them.

A new resource gets a new identity, even under a name that was used before: roles given to the old one must not pass on.
The world's operator is the exception, whose worlds have the same ids in every run.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lightkeeper.directory import service as directory
from lightkeeper.directory.model import ServicePrincipal, ServicePrincipalKind
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call, ObjectId
from lightkeeper.kernel.problems import Forbidden, Invalid, refuse_if
from lightkeeper.kernel.resource_id import MalformedId, parse
from lightkeeper.resources import actions, identity
from lightkeeper.resources.identity import USER_ASSIGNED, carried_by, own_identity_of, usable_by
from lightkeeper.resources.model import Resource, Subscription
from lightkeeper.resources.seams import seams
from lightkeeper.resources.store import items

LONGEST_NAME = 256


def identities_carried_by(call: Call, resource_id: str) -> frozenset[str]:
    """Return the object ids of the managed identities a resource carries, whoever keeps it; a total look-up."""
    try:
        key = parse(resource_id).key
    except MalformedId:
        return frozenset()
    found = items.find(call.connection, key)
    carried = usable_by(found) if found is not None else frozenset()
    return carried.union(*(carrier(call, key) for carrier in seams.identity_carriers))


def settled(call: Call, subscription: Subscription, asked: Resource, stored: Resource | None) -> Resource:
    """Return the resource with the identities it asks for, made where they are new; those it had and lost are deleted.

    Raises `Invalid` for a malformed identity or one that does not exist, `Forbidden` when the caller may not assign it.
    """
    refuse_if(identity.check_identity(asked.identity))
    before = own_identity_of(stored) if stored is not None else None
    if asked.type.lower() == USER_ASSIGNED:
        made = _made(call, subscription, asked, before)
        ids_of_it = {"tenantId": made.tenant_id, "principalId": made.id, "clientId": made.app_id}
        return replace(asked, properties={**asked.properties, **ids_of_it})
    type_ = identity.type_of(asked.identity)
    if before is not None and not type_.system:
        directory.remove_managed_identity(call, before)
    if asked.identity is None:
        return asked
    shown: dict[str, Any] = {"type": str(type_)}
    if type_.system:
        made = _made(call, subscription, asked, before)
        shown |= {"principalId": made.id, "tenantId": made.tenant_id}
    if type_.user:
        shown["userAssignedIdentities"] = {
            resource_id: _assigned(call, asked, stored, resource_id)
            for resource_id in asked.identity["userAssignedIdentities"]
        }
    return replace(asked, identity=shown)


def forget(call: Call, resource: Resource) -> Resource:
    """Delete the identities that live with the resource; return it without any. Used when it changes tenants."""
    for principal_id in carried_by(resource):
        directory.remove_managed_identity(call, principal_id)
    kept = {name: value for name, value in resource.properties.items() if name not in ("principalId", "clientId")}
    if resource.type.lower() != USER_ASSIGNED:
        kept = dict(resource.properties)
    return replace(resource, properties=kept, identity=None if resource.identity is None else {"type": "None"})


def _made(call: Call, subscription: Subscription, asked: Resource, before: str | None) -> ServicePrincipal:
    """Return the identity the resource has, or a new one."""
    known = directory.find_principal(call, before) if before is not None else None
    if isinstance(known, ServicePrincipal):
        return known
    fixed = ids.named("managedIdentity", asked.key)
    same_every_time = call.caller.unrestricted and directory.find_principal(call, fixed) is None
    return directory.put_managed_identity(
        call,
        ServicePrincipal(
            id=ObjectId(fixed if same_every_time else ids.new_guid()),
            tenant_id=subscription.tenant_id,
            display_name=asked.name[:LONGEST_NAME],
            app_id=ids.named("managedIdentityApp", asked.key) if same_every_time else ids.new_guid(),
            kind=ServicePrincipalKind.MANAGED_IDENTITY,
        ),
    )


def _assigned(call: Call, asked: Resource, stored: Resource | None, resource_id: str) -> Mapping[str, Any]:
    """Return what is shown of a user-assigned identity; assigning one that was not there before needs a right at it."""
    try:
        key = parse(resource_id).key
    except MalformedId:
        key = ""
    found = items.find(call.connection, key) if key else None
    if found is None or found.type.lower() != USER_ASSIGNED:
        raise Invalid(
            "FailedIdentityOperation",
            f"The user-assigned identity '{resource_id[:300]}' could not be found.",
            target="identity.userAssignedIdentities",
        )
    had = stored.identity.get("userAssignedIdentities") if stored and isinstance(stored.identity, Mapping) else None
    if key not in {known.lower() for known in had or {}} and not call.allows(identity.ASSIGN, found.id):
        raise Forbidden(
            "LinkedAuthorizationFailed",
            f"The client '{call.caller.name}' with object id '{call.caller.object_id}' has permission to perform action "
            f"'{actions.write(asked.type)}' on scope '{asked.id}'; however, it does not have permission to perform "
            f"action(s) '{identity.ASSIGN}' on the linked scope(s) '{found.id}' (respectively) or the linked scope(s) are "
            "invalid.",
        )
    return {"principalId": found.properties["principalId"], "clientId": found.properties["clientId"]}
