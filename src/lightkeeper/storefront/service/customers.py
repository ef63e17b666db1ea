"""The My customers page: what customers delegated to the provider's tenant."""

from lightkeeper.delegation import service as delegation
from lightkeeper.directory import service as directory
from lightkeeper.kernel.call import Call
from lightkeeper.resources import service as resources
from lightkeeper.storefront.model import CustomerRow, DelegationRow


def my_delegations(call: Call, tenant_id: str) -> list[DelegationRow]:
    """Return every delegation to the provider's tenant that the caller may read, by customer and scope (L121)."""
    names: dict[str, str] = {}
    rows = []
    for one in delegation.list_managed(call, tenant_id):
        subscription = resources.find_subscription(call, one.assignment.subscription_id)
        if subscription is None:
            continue
        if subscription.tenant_id not in names:
            tenant = directory.find_tenant(call, subscription.tenant_id)
            names[subscription.tenant_id] = tenant.display_name if tenant is not None else ""
        rows.append(
            DelegationRow(
                delegation=one,
                tenant_id=subscription.tenant_id,
                tenant_name=names[subscription.tenant_id],
                subscription_name=subscription.display_name,
                removable=delegation.may_remove(call, one.assignment),
            )
        )
    return sorted(rows, key=lambda row: (row.tenant_name.lower(), row.delegation.assignment.scope_key))


def my_customers(call: Call, tenant_id: str) -> list[CustomerRow]:
    """Return one row for each customer and offer, with its counts of delegations (L121)."""
    grouped: dict[tuple[str, str], list[DelegationRow]] = {}
    for row in my_delegations(call, tenant_id):
        grouped.setdefault((row.tenant_id, delegation.offer_key(row.delegation.definition)), []).append(row)
    return [_customer(rows) for rows in grouped.values()]


def _customer(rows: list[DelegationRow]) -> CustomerRow:
    definition = rows[0].delegation.definition
    groups = sum(1 for row in rows if row.delegation.assignment.resource_group is not None)
    return CustomerRow(
        tenant_id=rows[0].tenant_id,
        tenant_name=rows[0].tenant_name,
        offer_name=definition.name,
        offer_id=f"{definition.plan.publisher}.{definition.plan.offer_id}" if definition.plan else definition.id,
        offer_version=definition.plan.version if definition.plan else "",
        subscriptions_delegated=len(rows) - groups,
        groups_delegated=groups,
    )
