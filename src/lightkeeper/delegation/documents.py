"""Authorizations as documents: the form in which they are stored and logged, and which a reader of the log gets back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lightkeeper.delegation.model import (
    Approver,
    Authorization,
    EligibleAuthorization,
    JustInTimePolicy,
    Plan,
    RegistrationAssignment,
    RegistrationDefinition,
)


def authorizations_document(authorizations: Iterable[Authorization]) -> list[dict[str, Any]]:
    """Return active authorizations as JSON values."""
    return [
        {
            "principal_id": one.principal_id,
            "role_id": one.role_id,
            "display_name": one.display_name,
            "delegated_role_ids": list(one.delegated_role_ids),
        }
        for one in authorizations
    ]


def authorizations_of(document: Sequence[Mapping[str, Any]]) -> tuple[Authorization, ...]:
    """Return what `authorizations_document` wrote."""
    return tuple(
        Authorization(one["principal_id"], one["role_id"], one["display_name"], tuple(one["delegated_role_ids"]))
        for one in document
    )


def eligible_document(eligible: Iterable[EligibleAuthorization]) -> list[dict[str, Any]]:
    """Return eligible authorizations as JSON values."""
    return [
        {
            "principal_id": one.principal_id,
            "role_id": one.role_id,
            "display_name": one.display_name,
            "mfa_provider": one.policy.mfa_provider,
            "maximum_for": one.policy.maximum_for,
            "approvers": [
                {"principal_id": approver.principal_id, "display_name": approver.display_name}
                for approver in one.policy.approvers
            ],
        }
        for one in eligible
    ]


def eligible_of(document: Sequence[Mapping[str, Any]]) -> tuple[EligibleAuthorization, ...]:
    """Return what `eligible_document` wrote."""
    return tuple(
        EligibleAuthorization(
            one["principal_id"],
            one["role_id"],
            one["display_name"],
            JustInTimePolicy(
                one["mfa_provider"], one["maximum_for"], tuple(Approver(**approver) for approver in one["approvers"])
            ),
        )
        for one in document
    )


def plan_document(plan: Plan) -> dict[str, str]:
    """Return a plan as a JSON value."""
    return {"publisher": plan.publisher, "product": plan.product, "name": plan.name, "version": plan.version}


def definition_document(definition: RegistrationDefinition) -> dict[str, Any]:
    """Return what the log says about a definition: everything a reader needs to act on it."""
    return {
        "resource_id": definition.resource_id,
        "id": definition.resource_id,
        "key": definition.key,
        "name": definition.name,
        "subscription_id": definition.subscription_id,
        "managed_by_tenant_id": definition.managed_by_tenant_id,
        "authorizations": authorizations_document(definition.authorizations),
        "eligible_authorizations": eligible_document(definition.eligible_authorizations),
        "plan": plan_document(definition.plan) if definition.plan else None,
    }


def assignment_document(assignment: RegistrationAssignment) -> dict[str, Any]:
    """Return what the log says about an assignment."""
    return {
        "resource_id": assignment.resource_id,
        "id": assignment.resource_id,
        "key": assignment.key,
        "scope": assignment.scope,
        "scope_key": assignment.scope_key,
        "subscription_id": assignment.subscription_id,
        "resource_group": assignment.resource_group,
        "definition_id": assignment.definition_id,
        "definition_key": assignment.definition_key,
        "managed_by_tenant_id": assignment.managed_by_tenant_id,
    }
