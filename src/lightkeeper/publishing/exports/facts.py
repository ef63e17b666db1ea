"""What every export of a plan needs: its names, its tenant, its rows the way a registration definition holds them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lightkeeper.publishing.offer import Offer, Plan, Row


@dataclass(frozen=True, slots=True)
class Export:
    """A plan to be offered without a marketplace; rows carry ARM's field names."""

    name: str
    description: str
    managed_by_tenant_id: str
    authorizations: Sequence[Mapping[str, Any]]
    eligible_authorizations: Sequence[Mapping[str, Any]]


def export_of(offer: Offer, plan: Plan) -> Export:
    """Return what is exported of a plan; the name carries offer and plan, so that two plans give two definitions."""
    return Export(
        name=f"{offer.name} - {plan.name}" if offer.name else plan.name,
        description=plan.summary or offer.summary,
        managed_by_tenant_id=plan.manifest.managed_by_tenant_id,
        authorizations=[active_row(row) for row in plan.manifest.active],
        eligible_authorizations=[eligible_row(row) for row in plan.manifest.eligible],
    )


def active_row(row: Row) -> dict[str, Any]:
    """Return an active row in ARM's words."""
    found: dict[str, Any] = {
        "principalId": row.principal_id,
        "principalIdDisplayName": row.display_name,
        "roleDefinitionId": row.role.id,
    }
    if row.delegated:
        found["delegatedRoleDefinitionIds"] = [role.id for role in row.delegated]
    return found


def eligible_row(row: Row) -> dict[str, Any]:
    """Return an eligible row in ARM's words."""
    policy: dict[str, Any] = {
        "multiFactorAuthProvider": "Azure" if row.require_mfa else "None",
        "maximumActivationDuration": row.maximum_for,
    }
    if row.approvers:
        policy["managedByTenantApprovers"] = [
            {"principalId": who.principal_id, "principalIdDisplayName": who.display_name} for who, _ in row.approvers
        ]
    return {
        "principalId": row.principal_id,
        "principalIdDisplayName": row.display_name,
        "roleDefinitionId": row.role.id,
        "justInTimeAccessPolicy": policy,
    }
