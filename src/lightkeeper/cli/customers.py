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
    desk.show(desk.portal("GET", "customers")["value"], empty="Nobody delegated anything.")


def list_delegations(desk: Desk) -> None:
    """List what is delegated to the provider signed in."""
    desk.show(
        desk.portal("GET", "delegations")["value"],
        Column("CUSTOMER", "customer", "bold"), Column("SCOPE", "scope"), Column("OFFER", "offer"), Column("VERSION", "version"),
        empty="Nothing is delegated.",
    )  # fmt: skip
