"""Who may change what is delegated: the facts for L70, gathered and put to the rule."""

from lightkeeper.access.model import DELETE_ROLE
from lightkeeper.delegation import settings, store
from lightkeeper.delegation.actions import DELETE_ASSIGNMENTS
from lightkeeper.delegation.assignment_rules import RIGHTS_TO_DELEGATE, OnboardingFacts
from lightkeeper.delegation.assignment_rules import why_not_onboard as rule
from lightkeeper.delegation.model import RegistrationAssignment
from lightkeeper.delegation.objections import findings_of
from lightkeeper.directory import service as directory
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.problems import Forbidden, refuse_if
from lightkeeper.resources import service as resources
from lightkeeper.resources.model import Subscription


def why_not_onboard(call: Call, subscription_id: str) -> list[Finding]:
    """Return why the caller may not change what is delegated in the subscription; empty means they may."""
    return findings_of(rule(_facts(call, resources.require_subscription(call, subscription_id)), settings.current()))


def demand_onboarding(call: Call, subscription: Subscription) -> None:
    """Return quietly when the caller may change what is delegated; raise `Forbidden` otherwise (L70, L71)."""
    refuse_if(findings_of(rule(_facts(call, subscription), settings.current())), kind=Forbidden)


def _facts(call: Call, subscription: Subscription) -> OnboardingFacts:
    if call.caller.unrestricted:
        call.open_to_all("the operator and the platform need no role")
        return OnboardingFacts(in_home_tenant=True, is_guest=False)
    return OnboardingFacts(
        in_home_tenant=call.caller.tenant_id == subscription.tenant_id,
        is_guest=call.caller.is_guest,
        missing_rights=tuple(right for right in RIGHTS_TO_DELEGATE if not call.allows(right, subscription.scope)),
    )


def demand_removal(call: Call, assignment: RegistrationAssignment, subscription: Subscription) -> None:
    """Return quietly when the caller may end this delegation; raise `Forbidden` otherwise (L95).

    The customer's side needs what it needs to delegate. The provider's side needs the delete role, held by a delegation
    of its own tenant at the scope or its subscription: a role that happens to contain the operation is not enough, and
    another provider's delegation is none of its business.
    """
    call.authorize(DELETE_ASSIGNMENTS, assignment.scope)
    if call.caller.unrestricted or call.caller.tenant_id == subscription.tenant_id:
        demand_onboarding(call, subscription)
    elif assignment.managed_by_tenant_id != call.caller.tenant_id or not _holds_delete_role(call, assignment):
        raise Forbidden(
            "AuthorizationFailed",
            f"The client '{call.caller.name}' with object id '{call.caller.object_id}' does not have authorization to "
            f"perform action '{DELETE_ASSIGNMENTS}' over scope '{assignment.resource_id}' or the scope is invalid. "
            "If access was recently granted, please refresh your credentials.",
        )


def may_remove(call: Call, assignment: RegistrationAssignment) -> bool:
    """Return whether `demand_removal` would let the caller end this delegation; for pages that show a trash icon."""
    try:
        demand_removal(call, assignment, resources.require_subscription(call, assignment.subscription_id))
    except Forbidden:
        return False
    return True


def _holds_delete_role(call: Call, assignment: RegistrationAssignment) -> bool:
    principals = {call.caller.object_id, *directory.groups_of(call, call.caller.object_id)}
    scopes = {assignment.scope_key, f"/subscriptions/{assignment.subscription_id}"}
    for scope_key in scopes:
        for near in store.assignments_at(call.connection, scope_key):
            definition = store.definition(call.connection, near.definition_key)
            if definition is None or definition.managed_by_tenant_id != call.caller.tenant_id:
                continue
            if any(a.role_id == DELETE_ROLE and a.principal_id in principals for a in definition.authorizations):
                return True
    return False
