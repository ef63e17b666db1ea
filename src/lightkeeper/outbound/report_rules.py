"""Which reports there are, and what of them is personal. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from lightkeeper.outbound.adoption_report_rules import adoption, behind, delegations, time_to_accept
from lightkeeper.outbound.market_report_rules import customers, insights, orders
from lightkeeper.outbound.report_facts import ReportFacts
from lightkeeper.outbound.tables import Report

REPORTS: Mapping[str, Callable[[ReportFacts], Report]] = {
    "insights": insights,
    "orders": orders,
    "customers": customers,
    "delegations": delegations,
    "adoption": adoption,
    "time-to-accept": time_to_accept,
    "behind": behind,
}
PERSONAL: Mapping[str, frozenset[str]] = {"customers": frozenset({"FirstName", "LastName", "Email"})}
"""Columns with customers' personal data, by report. Partner Center shows them to owners; others see them blank."""


def without_people(report: Report) -> Report:
    """Return a report with its personal columns blank."""
    blank = PERSONAL.get(report.name, frozenset())
    rows = [
        tuple("" if column in blank else value for column, value in zip(report.columns, row, strict=True))
        for row in report.rows
    ]
    return replace(report, rows=rows)
