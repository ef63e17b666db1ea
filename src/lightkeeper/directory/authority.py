"""Asking the directory's own rules, in a call: roles on Azure scopes say nothing about a directory."""

from lightkeeper.directory import entitlement_rules, owner_store, rules, store
from lightkeeper.directory.entitlement_rules import Actor, Deed, Sight
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Forbidden, NotFound

_WHY = "directory/entitlement_rules.py decides"


def administer(call: Call) -> None:
    """Return quietly when the caller may write whatever directory; raise `Forbidden` in Graph's words otherwise."""
    call.open_to_all("only the operator and the platform may, checked right here")
    if not rules.may_administer_directory(call.caller):
        raise denied()


def actor_of(call: Call, tenant_id: str) -> Actor:
    """Return who asks, as the tenant's directory knows it: nobody at all when the token is for another tenant."""
    caller = call.caller
    if caller.unrestricted:
        return Actor(None, unrestricted=True)
    if caller.tenant_id != tenant_id:
        return Actor(None)
    principal = store.principal_by_id(call.connection, caller.object_id)
    return Actor(principal if principal is not None and principal.tenant_id == tenant_id else None)


def read(call: Call, tenant_id: str) -> Sight:
    """Return how much of a tenant's directory the caller sees; raise `Forbidden` when that is nothing."""
    call.open_to_all(_WHY)
    sight = entitlement_rules.sight_of(actor_of(call, tenant_id))
    if sight is Sight.NOTHING:
        raise denied()
    return sight


def read_all(call: Call, tenant_id: str) -> None:
    """Return quietly when the caller may list the objects of a tenant; raise `Forbidden` otherwise."""
    if read(call, tenant_id) is not Sight.ALL:
        raise denied()


def insist(call: Call, tenant_id: str, deed: Deed, owned_id: str = "") -> Actor:
    """Return who asks, when they may do this in the tenant's directory; raise `Forbidden` otherwise.

    `owned_id` names the object whose owners may, too.
    """
    call.open_to_all(_WHY)
    actor = actor_of(call, tenant_id)
    owner = bool(owned_id) and owns(call, actor, owned_id)
    if not entitlement_rules.may(actor, deed, owner=owner):
        raise denied()
    return actor


def owns(call: Call, actor: Actor, owned_id: str) -> bool:
    """Return whether the actor is an owner of an object."""
    return actor.principal is not None and owner_store.owns(call.connection, actor.principal.id, owned_id)


def not_found(named: str) -> NotFound:
    """Return the problem of an object that is not there, in Graph's words."""
    return NotFound(
        "Request_ResourceNotFound",
        f"Resource '{named[:256]}' does not exist or one of its queried reference-property objects are not present.",
    )


def denied() -> Forbidden:
    """Return the problem of a caller who may not, in Graph's words."""
    return Forbidden("Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
