"""`lightkeeper report`: what a publisher's offers did, as a table, JSON, CSV or a chart."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lightkeeper.cli.desk import Desk, command, group
from lightkeeper.cli.output import Column

_PUBLISHER = Annotated[str, typer.Argument(help="The publisher's id.", show_default=False)]
_OFFER = Annotated[str, typer.Option(help="Only this offer.", show_default=False)]
_CSV = Annotated[Path | None, typer.Option("--csv", help="Write a CSV file.", show_default=False)]
_CHART = Annotated[Path | None, typer.Option("--chart", help="Write a chart (SVG).", show_default=False)]


class _Name(StrEnum):
    INSIGHTS = "insights"
    ORDERS = "orders"
    CUSTOMERS = "customers"
    DELEGATIONS = "delegations"
    ADOPTION = "adoption"
    TIME_TO_ACCEPT = "time-to-accept"
    BEHIND = "behind"
    INFLUENCE = "influence"


_ABOUT = {
    _Name.INSIGHTS: "Visits, acceptances and contact requests by day, offer and country.",
    _Name.ORDERS: "Every order, the newest first.",
    _Name.CUSTOMERS: "Every customer, with the day it came and the day it left. For owners of the account.",
    _Name.DELEGATIONS: "How much is delegated, by plan and version.",
    _Name.ADOPTION: "Which customer is on which version, and how far behind.",
    _Name.TIME_TO_ACCEPT: "How long customers took to accept each update.",
    _Name.BEHIND: "Who has not accepted the newest version.",
    _Name.INFLUENCE: "Which customers' resources the accounts linked to your partner id reach, and which they do not.",
}

_COLUMNS = {
    _Name.INSIGHTS: ("Date", "OfferName", "CountryName", "PageVisits", "GetItNow", "ContactMe"),
    _Name.ORDERS: ("OrderPurchaseDate", "CustomerCompanyName", "OfferId", "PlanId", "Version", "OrderStatus"),
    _Name.INFLUENCE: ("PartnerId", "Customer", "Scope", "Role", "Account", "EarnsCredit", "Note"),
    _Name.CUSTOMERS: ("DateAcquired", "DateLost", "CustomerCompanyName", "CustomerCountry", "Email", "CustomerType"),
}
"""What a table for people shows of wide reports; files and JSON have every column."""


def register(app: typer.Typer) -> None:
    """Register one command for each report."""
    reports = group(app, "report", "Reports for a publisher: orders, customers, delegations, adoption of versions.")
    for name in _Name:
        command(reports, str(name))(_command(name))


def _command(name: _Name):  # type: ignore[no-untyped-def]  # the signature is what typer reads
    def run(desk: Desk, publisher: _PUBLISHER, offer: _OFFER = "", csv: _CSV = None, chart: _CHART = None) -> None:
        path, query = f"publishers/{publisher}/reports/{name}", {"offer": offer} if offer else {}
        for file, form in ((csv, "csv"), (chart, "svg")):
            if file is not None:
                text = desk.partner("GET", path, query={**query, "format": form})
                file.write_text(str(text or ""), encoding="utf-8", newline="")
                desk.say(f"Written: {file}")
        if csv is None and chart is None:
            found = desk.partner("GET", path, query=query)
            columns = [Column(column, column) for column in _COLUMNS.get(name, found["columns"])]
            desk.show(found["value"], *columns, title=found["title"], empty="There is nothing to report yet.")

    run.__doc__ = _ABOUT[name]
    return run
