"""What the chart of each report shows: bars, and what they count. Pure."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lightkeeper.delegation.model import version_of
from lightkeeper.outbound.tables import Report


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar."""

    label: str
    value: float


Bars = Sequence[tuple[str, list[Part]]]
"""What is drawn, from top to bottom; two bars may have one name."""


def nothing(_report: Report) -> tuple[Bars, str]:
    """Return no bar: for a report that has none."""
    return [], ""


def _adoption(report: Report) -> tuple[Bars, str]:
    """One bar for each plan, one piece for each version, newest first: how many subscriptions are on it."""
    counted: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in report.documents:
        counted[f"{row['OfferId']} / {row['PlanId']}"][row["Version"]] += 1
    newest_first = sorted({version for versions in counted.values() for version in versions}, key=version_of)[::-1]
    return [
        (plan, [Part(version, versions.get(version, 0)) for version in newest_first])
        for plan, versions in sorted(counted.items())
    ], "subscriptions by version, newest first"


def _delegations(report: Report) -> tuple[Bars, str]:
    return [
        (_version(row), [
            Part("subscriptions", row["SubscriptionsDelegated"]),
            Part("resource groups", row["ResourceGroupsDelegated"]),
        ])
        for row in report.documents
    ], "delegated scopes"  # fmt: skip


def _time(report: Report) -> tuple[Bars, str]:
    return [
        (_version(row), [Part("median", row["MedianHours"] or 0.0)]) for row in report.documents
    ], "median hours from publication to acceptance"


def _version(row: Mapping[str, Any]) -> str:
    return f"{row['OfferId']} / {row['PlanId']} {row['Version']}"


def _waiting(report: Report) -> tuple[Bars, str]:
    return [
        (f"{row['Customer'] or row['CustomerId']} ({row['Version']})", [Part("days", row["DaysWaiting"])])
        for row in report.documents[:40]
    ], "days since the newest version was published"


def _orders(report: Report) -> tuple[Bars, str]:
    counted: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in report.documents:
        counted[row["MonthStartDate"][:7]][row["OrderStatus"]] += 1
    return [
        (month, [Part(state, n) for state, n in sorted(states.items())]) for month, states in sorted(counted.items())
    ], "orders by month of purchase"


def _insights(report: Report) -> tuple[Bars, str]:
    counted: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in report.documents:
        for name in ("PageVisits", "GetItNow", "ContactMe"):
            counted[row["OfferName"]][name] += row[name]
    return [(offer, [Part(k, v) for k, v in names.items()]) for offer, names in sorted(counted.items())], "times"


def _customers(report: Report) -> tuple[Bars, str]:
    counted: dict[str, int] = defaultdict(int)
    for row in report.documents:
        counted[row["CustomerType"]] += 1
    return [(kind, [Part(kind, n)]) for kind, n in sorted(counted.items())], "customers"


def _influence(report: Report) -> tuple[Bars, str]:
    counted: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in report.documents:
        kind = "earns credit" if row["EarnsCredit"] else "reads only" if row["Account"] else "not covered"
        counted[row["Customer"] or row["CustomerId"]][kind].add(row["Scope"])
    order = ("earns credit", "reads only", "not covered")
    return [
        (customer, [Part(kind, len(kinds[kind])) for kind in order if kind in kinds])
        for customer, kinds in sorted(counted.items())
    ], "scopes at each customer"


BARS: Mapping[str, Callable[[Report], tuple[Bars, str]]] = {
    "adoption": _adoption,
    "delegations": _delegations,
    "time-to-accept": _time,
    "behind": _waiting,
    "orders": _orders,
    "insights": _insights,
    "customers": _customers,
    "influence": _influence,
}
