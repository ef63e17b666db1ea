"""`lightkeeper customers` and `lightkeeper delegations`: a provider's side of what customers delegated."""

import typer

from lightkeeper.cli.desk import Desk, command, group
from lightkeeper.cli.output import Column


def register(app: typer.Typer) -> None:
    """Register the commands."""
    command(group(app, "customers", "A provider's customers."), "list")(list_customers)
    command(group(app, "delegations", "What is delegated to a provider."), "list")(list_delegations)


def list_customers(desk: Desk) -> None:
    """List the customers who delegated something to the provider signed in."""
    desk.show(
        desk.portal("GET", "my-customers")["value"],
        Column("CUSTOMER", "tenantName", "bold"), Column("OFFER", "offerName"), Column("VERSION", "offerVersion"),
        Column("SUBSCRIPTIONS", "subscriptionsDelegated"), Column("GROUPS", "resourceGroupsDelegated"),
        empty="Nobody delegated anything.",
    )  # fmt: skip


def list_delegations(desk: Desk) -> None:
    """List what is delegated to the provider signed in."""
    desk.show(
        desk.portal("GET", "my-customers/delegations")["value"],
        Column("CUSTOMER", "tenantName", "bold"), Column("SUBSCRIPTION", "subscriptionName"),
        Column("GROUP", "resourceGroup"), Column("OFFER", "offerName"),
        Column("ROLES", lambda row: sorted({one["roleName"] for one in row["authorizations"]})), Column("SINCE", "delegatedAt"),
        empty="Nothing is delegated.",
    )  # fmt: skip
