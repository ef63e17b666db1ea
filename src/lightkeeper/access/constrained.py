"""Giving and taking roles within a condition: the rights of an administrator who may hand out certain roles only.

Such a condition speaks about the assignment: its role, its principal, the principal's type. When one is written they are the
request's attributes, when one is deleted the resource's. Conditions stand on role assignments and in permissions of built-in
roles; both are a customer's own, so nobody of another tenant is asked here.
"""

from collections.abc import Mapping

from lightkeeper.access.condition_language import Attribute
from lightkeeper.access.conditions import Request, is_met
from lightkeeper.access.decide import denying
from lightkeeper.access.gate import index_of, subject_of
from lightkeeper.access.held import roles_of
from lightkeeper.access.lock_rules import insist_unlocked
from lightkeeper.kernel.call import Call

_TYPE = "microsoft.authorization/roleassignments"


def of_request(role_id: str, principal_id: str, principal_type: str | None) -> Mapping[Attribute, str]:
    """Return what a condition may ask about an assignment that is being written."""
    return _attributes("request", role_id, principal_id, principal_type)


def of_resource(role_id: str, principal_id: str, principal_type: str | None) -> Mapping[Attribute, str]:
    """Return what a condition may ask about an assignment that is being deleted."""
    return _attributes("resource", role_id, principal_id, principal_type)


def _attributes(source: str, role_id: str, principal_id: str, principal_type: str | None) -> Mapping[Attribute, str]:
    said = {"roledefinitionid": role_id, "principalid": principal_id, "principaltype": principal_type}
    return {Attribute(source, f"{_TYPE}:{name}"): value for name, value in said.items() if value}


def allows(call: Call, action: str, scope: str, attributes: Mapping[Attribute, str]) -> bool:
    """Return whether the caller may do `action` at `scope` to this assignment, by a plain right or within a condition."""
    return call.allows(action, scope) or _within_condition(call, action, scope, attributes)


def demand(call: Call, action: str, scope: str, attributes: Mapping[Attribute, str]) -> None:
    """Authorize as `call.authorize` does, a right within a condition counting too where the condition is met.

    Raises `Forbidden` in ARM's words, or `Conflict` for a lock.
    """
    if call.allows(action, scope) or not _within_condition(call, action, scope, attributes):
        call.authorize(action, scope)
    else:
        insist_unlocked(call, action, scope, index_of(call).view.chain(scope, call.caller.tenant_id))


def _within_condition(call: Call, action: str, scope: str, attributes: Mapping[Attribute, str]) -> bool:
    view, subject = index_of(call).view, subject_of(call)
    chain = view.chain(scope, subject.tenant_id)
    if chain.home != subject.tenant_id or denying(view, subject, chain, action) is not None:
        return False
    request = Request(action, attributes)
    return any(
        block.names(action) and is_met(block.condition, request)
        for role in roles_of(view, subject, scope, call.now)
        for block in role.permissions
    )
