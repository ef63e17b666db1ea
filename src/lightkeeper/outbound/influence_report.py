"""The report on partner links: which customers' resources the partner's linked accounts reach, and which they do not. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lightkeeper.outbound.tables import Report
from lightkeeper.partners.model import Influence, Reach

NOT_COVERED = "No linked account holds a permanent role here. Eligible roles do not count."
READS_ONLY = "The role only reads, which earns no credit."


@dataclass(frozen=True, slots=True)
class Account:
    """What the report knows of a linked account."""

    name: str
    type: str


def influence_report(
    reached: Sequence[Influence],
    delegated: Sequence[Reach],
    accounts: Mapping[str, Account],
    customers: Mapping[str, str],
) -> Report:
    """Return one row for each role a linked account holds, then one for each delegated scope that no link covers.

    `accounts` are those that still exist, by object id, `customers` the names of tenants by id. A scope is covered when a
    linked account holds a role there, or at what it lies in.
    """
    rows = [
        (
            one.link.partner_id, customers.get(one.customer_tenant_id, ""), one.customer_tenant_id, one.subscription_id,
            one.scope, one.role_name, str(one.way), accounts[one.link.object_id].name,
            accounts[one.link.object_id].type, one.earns_credit, "" if one.earns_credit else READS_ONLY,
        )
        for one in reached
        if one.link.object_id in accounts
    ]  # fmt: skip
    covered = {one.scope for one in reached if one.link.object_id in accounts}
    for place in delegated:
        if place.scope not in covered and f"/subscriptions/{place.subscription_id}" not in covered:
            rows.append((
                "", customers.get(place.customer_tenant_id, ""), place.customer_tenant_id, place.subscription_id,
                place.scope, "", "Delegation", "", "", False, NOT_COVERED,
            ))  # fmt: skip
    columns = (
        "PartnerId", "Customer", "CustomerId", "SubscriptionId", "Scope", "Role", "Way", "Account", "AccountType",
        "EarnsCredit", "Note",
    )  # fmt: skip
    return Report("influence", "Customers' resources under partner links", columns, rows)
