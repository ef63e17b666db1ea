"""The storefront's values as JSON: camel case, empty fields kept, so that a script finds every key."""

from collections.abc import Iterable
from typing import Any

from lightkeeper.access.roles import role_of
from lightkeeper.delegation.model import (
    Authorization,
    EligibleAuthorization,
    PublishedPlan,
    RegistrationAssignment,
    RegistrationDefinition,
)
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.findings import Finding
from lightkeeper.storefront.model import (
    CustomerRow,
    DelegationRow,
    Difference,
    HeldOffer,
    Listing,
    Owner,
    PrincipalChange,
    RoleHeld,
)


def listing(one: Listing) -> dict[str, Any]:
    """Return an offer on the shelf."""
    return {
        "id": one.id,
        "publisherId": one.publisher_id,
        "publisherDisplayName": one.publisher_display_name,
        "offerId": one.offer_id,
        "displayName": one.display_name,
        "summary": one.summary,
        "description": one.description,
        "categories": list(one.categories),
        "preview": one.preview,
        "plans": [plan(version) for version in one.plans],
    }


def plan(one: PublishedPlan) -> dict[str, Any]:
    """Return a plan version with everything it asks for, so that a customer reads it before accepting."""
    return {
        "identifier": one.identifier,
        "publisher": one.publisher_id,
        "product": one.plan.product,
        "plan": one.plan_id,
        "version": one.version,
        "displayName": one.plan_display_name,
        "summary": one.plan_summary,
        "description": one.plan_description,
        "visibility": str(one.visibility),
        "managedByTenantId": one.managed_by_tenant_id,
        "authorizations": grants(one.authorizations, one.eligible_authorizations),
        "publishedAt": iso(one.published_at) if one.published_at else None,
        "soldUntil": iso(one.sold_until) if one.sold_until else None,
    }


def grants(active: Iterable[Authorization], eligible: Iterable[EligibleAuthorization]) -> list[dict[str, Any]]:
    """Return active and eligible authorizations as one list of rows with role names."""
    rows = [
        {
            "principalId": one.principal_id,
            "principalDisplayName": one.display_name,
            "roleId": one.role_id,
            "roleName": _role_name(one.role_id),
            "accessType": "active",
            "assignableRoles": [{"id": role_id, "name": _role_name(role_id)} for role_id in one.delegated_role_ids],
        }
        for one in active
    ]
    rows += [
        {
            "principalId": one.principal_id,
            "principalDisplayName": one.display_name,
            "roleId": one.role_id,
            "roleName": _role_name(one.role_id),
            "accessType": "eligible",
            "maximumActivationDuration": one.policy.maximum_for,
            "multiFactorAuthProvider": str(one.policy.mfa_provider),
            "approvers": [
                {"principalId": approver.principal_id, "displayName": approver.display_name}
                for approver in one.policy.approvers
            ],
        }
        for one in eligible
    ]
    return rows


def _role_name(role_id: str) -> str:
    role = role_of(role_id)
    return role.name if role is not None else role_id


def definition(one: RegistrationDefinition) -> dict[str, Any]:
    """Return an accepted offer as one subscription records it."""
    return {
        "id": one.resource_id,
        "subscriptionId": one.subscription_id,
        "name": one.name,
        "description": one.description,
        "managedByTenantId": one.managed_by_tenant_id,
        "plan": one.plan.identifier if one.plan else None,
        "version": one.plan.version if one.plan else None,
        "authorizations": grants(one.authorizations, one.eligible_authorizations),
        "acceptedAt": iso(one.stamp.created_at),
        "changedAt": iso(one.stamp.changed_at),
    }


def assignment(one: RegistrationAssignment) -> dict[str, Any]:
    """Return a delegation."""
    return {
        "id": one.resource_id,
        "scope": one.scope,
        "subscriptionId": one.subscription_id,
        "resourceGroup": one.resource_group,
        "definitionId": one.definition_id,
        "managedByTenantId": one.managed_by_tenant_id,
        "delegatedAt": iso(one.stamp.created_at),
        "delegatedBy": one.stamp.created_by,
    }


def held(one: HeldOffer) -> dict[str, Any]:
    """Return a row of the Service providers page."""
    return {
        "key": one.key,
        "providerTenantId": one.provider_tenant_id,
        "providerName": one.provider_name,
        "offerName": one.offer_name,
        "source": "marketplace" if one.plan else "template",
        "version": one.held.plan.version if one.held.plan else None,
        "update": one.update.version if one.update else None,
        "subscriptionsDelegated": one.subscriptions_delegated,
        "resourceGroupsDelegated": one.groups_delegated,
        "notice": NOTICE if one.lacks_delegation else None,
        "definitions": [definition(each) for each in one.definitions],
        "delegations": [assignment(each.assignment) for each in one.delegations],
    }


NOTICE = "This offer is accepted, but nothing is delegated: the service provider cannot do anything yet."


def difference(one: Difference) -> dict[str, Any]:
    """Return what accepting an update would change."""
    return {
        "heldVersion": one.held_version,
        "offeredVersion": one.offered_version,
        "changes": [_change(change) for change in one.changes],
    }


def _change(one: PrincipalChange) -> dict[str, Any]:
    return {
        "principalId": one.principal_id,
        "principalDisplayName": one.display_name,
        "rolesGained": [_role(role) for role in one.roles_gained],
        "rolesLost": [_role(role) for role in one.roles_lost],
        "operationsGained": list(one.operations_gained),
        "operationsLost": list(one.operations_lost),
        "eligibleOperationsGained": list(one.eligible_operations_gained),
        "eligibleOperationsLost": list(one.eligible_operations_lost),
    }


def _role(one: RoleHeld) -> dict[str, Any]:
    return {
        "roleId": one.role_id,
        "roleName": one.role_name,
        "accessType": "eligible" if one.eligible else "active",
        "assignableRoles": list(one.assignable),
        "terms": one.terms,
    }


def finding(one: Finding) -> dict[str, Any]:
    """Return a reason."""
    return {"code": one.code, "target": one.target, "message": one.message, "remedy": one.remedy}


def owner(one: Owner) -> dict[str, Any]:
    """Return somebody who could delegate."""
    return {
        "principalId": one.principal_id,
        "displayName": one.display_name,
        "type": one.kind,
        "signInName": one.sign_in_name,
    }


def customer(one: CustomerRow) -> dict[str, Any]:
    """Return a row of the My customers page."""
    return {
        "tenantId": one.tenant_id,
        "tenantName": one.tenant_name,
        "offerName": one.offer_name,
        "offerId": one.offer_id,
        "offerVersion": one.offer_version,
        "subscriptionsDelegated": one.subscriptions_delegated,
        "resourceGroupsDelegated": one.groups_delegated,
    }


def delegation(one: DelegationRow) -> dict[str, Any]:
    """Return a row of My customers > Delegations."""
    found = one.delegation
    return {
        **assignment(found.assignment),
        "tenantId": one.tenant_id,
        "tenantName": one.tenant_name,
        "subscriptionName": one.subscription_name,
        "offerName": found.definition.name,
        "authorizations": grants(found.definition.authorizations, found.definition.eligible_authorizations),
        "removable": one.removable,
    }
