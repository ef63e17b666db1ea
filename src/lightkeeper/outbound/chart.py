"""A chart of a report as plain SVG: horizontal bars, readable in print, in the dark and by a screen reader."""

from collections import defaultdict
from dataclasses import dataclass
from html import escape

from lightkeeper.delegation.model import version_of
from lightkeeper.outbound.tables import Report

_WIDTH, _LEFT, _RIGHT, _BAR, _GAP, _TOP = 760, 220, 70, 22, 12, 64
_COLOURS = (
    "#0b5394",
    "#3d85c6",
    "#9fc5e8",
    "#b45f06",
    "#e69138",
    "#f6b26b",
    "#38761d",
    "#6aa84f",
    "#93c47d",
    "#666666",
)
_FONT = "font-family='Segoe UI, Helvetica, Arial, sans-serif'"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar."""

    label: str
    value: float


Bars = dict[str, list[Part]]


def chart_of(report: Report) -> str:
    """Return the report's chart. A report without a sensible bar gets a picture that says so."""
    bars, unit = _BARS.get(report.name, _nothing)(report)
    return _svg(report.title, unit, bars)


def _nothing(_report: Report) -> tuple[Bars, str]:
    return {}, ""


def _adoption(report: Report) -> tuple[Bars, str]:
    """One bar for each plan, one piece for each version, newest first: how many subscriptions are on it."""
    counted: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in report.documents:
        counted[f"{row['OfferId']} / {row['PlanId']}"][row["Version"]] += 1
    newest_first = sorted({version for versions in counted.values() for version in versions}, key=version_of)[::-1]
    return {
        plan: [Part(version, versions.get(version, 0)) for version in newest_first]
        for plan, versions in sorted(counted.items())
    }, "subscriptions by version, newest first"


def _delegations(report: Report) -> tuple[Bars, str]:
    return {
        f"{row['PlanId']} {row['Version']}": [
            Part("subscriptions", row["SubscriptionsDelegated"]),
            Part("resource groups", row["ResourceGroupsDelegated"]),
        ]
        for row in report.documents
    }, "delegated scopes"


def _time(report: Report) -> tuple[Bars, str]:
    return {
        f"{row['PlanId']} {row['Version']}": [Part("median", row["MedianHours"] or 0.0)] for row in report.documents
    }, "median hours from publication to acceptance"


def _waiting(report: Report) -> tuple[Bars, str]:
    return {
        f"{row['Customer'] or row['CustomerId']} ({row['Version']})": [Part("days", row["DaysWaiting"])]
        for row in report.documents[:40]
    }, "days since the newest version was published"


def _orders(report: Report) -> tuple[Bars, str]:
    counted: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in report.documents:
        counted[row["MonthStartDate"][:7]][row["OrderStatus"]] += 1
    return {
        month: [Part(state, n) for state, n in sorted(states.items())] for month, states in sorted(counted.items())
    }, "orders by month of purchase"


def _insights(report: Report) -> tuple[Bars, str]:
    counted: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in report.documents:
        for name in ("PageVisits", "GetItNow", "ContactMe"):
            counted[row["OfferName"]][name] += row[name]
    return {offer: [Part(k, v) for k, v in names.items()] for offer, names in sorted(counted.items())}, "times"


def _customers(report: Report) -> tuple[Bars, str]:
    counted: dict[str, int] = defaultdict(int)
    for row in report.documents:
        counted[row["CustomerType"]] += 1
    return {kind: [Part(kind, n)] for kind, n in sorted(counted.items())}, "customers"


def _influence(report: Report) -> tuple[Bars, str]:
    counted: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in report.documents:
        kind = "earns credit" if row["EarnsCredit"] else "reads only" if row["Account"] else "not covered"
        counted[row["Customer"] or row["CustomerId"]][kind].add(row["Scope"])
    order = ("earns credit", "reads only", "not covered")
    return {
        customer: [Part(kind, len(kinds[kind])) for kind in order if kind in kinds]
        for customer, kinds in sorted(counted.items())
    }, "scopes at each customer"


_BARS = {
    "adoption": _adoption,
    "delegations": _delegations,
    "time-to-accept": _time,
    "behind": _waiting,
    "orders": _orders,
    "insights": _insights,
    "customers": _customers,
    "influence": _influence,
}


def _svg(title: str, unit: str, bars: Bars) -> str:
    labels = list(dict.fromkeys(part.label for parts in bars.values() for part in parts))
    colour = {label: _COLOURS[n % len(_COLOURS)] for n, label in enumerate(labels)}
    most = max((sum(part.value for part in parts) for parts in bars.values()), default=0) or 1
    room = _WIDTH - _LEFT - _RIGHT
    lines: list[str] = []
    y = _TOP
    for name, parts in bars.items():
        x = float(_LEFT)
        lines.append(_text(_LEFT - 10, y + 16, _short(name), anchor="end"))
        for part in parts:
            width = room * part.value / most
            if width <= 0:
                continue
            about = escape(f"{name}: {part.label} {_number(part.value)}")
            lines.append(
                f"<rect x='{x:.1f}' y='{y}' width='{width:.1f}' height='{_BAR}' fill='{colour[part.label]}'>"
                f"<title>{about}</title></rect>"
            )
            if width > 7 * len(_number(part.value)) + 8 and len(parts) > 1:
                ink = "#ffffff" if colour[part.label] in _DARK else "#111111"
                lines.append(_text(x + width / 2, y + 16, _number(part.value), anchor="middle", fill=ink))
            x += width
        lines.append(_text(x + 8, y + 16, _number(sum(part.value for part in parts)), weight=600))
        y += _BAR + _GAP
    if not bars:
        lines.append(_text(_LEFT, y + 16, "There is nothing to show yet."))
        y += _BAR + _GAP
    if len(labels) > 1:
        y = _legend(lines, labels, colour, y + 8)
    head = [
        _text(20, 28, title, size=18, weight=600),
        _text(20, 48, unit, size=12, fill="#555555"),
    ]
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {y + 16}' width='{_WIDTH}' height='{y + 16}' "
        f"role='img' aria-label='{escape(title, quote=True)}' {_FONT}>\n<title>{escape(title)}</title>\n"
        f"<rect width='100%' height='100%' fill='#ffffff'/>\n" + "\n".join([*head, *lines]) + "\n</svg>\n"
    )


_DARK = frozenset({"#0b5394", "#3d85c6", "#b45f06", "#38761d", "#666666"})


def _legend(lines: list[str], labels: list[str], colour: dict[str, str], y: int) -> int:
    x = _LEFT
    for label in labels:
        width = 30 + 7 * len(label)
        if x + width > _WIDTH - 20 and x > _LEFT:
            x, y = _LEFT, y + 22
        lines.append(f"<rect x='{x}' y='{y}' width='12' height='12' fill='{colour[label]}'/>")
        lines.append(_text(x + 18, y + 11, label, size=12))
        x += width + 12
    return y + 22


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", size: int = 13, weight: int = 400, fill: str = "#111111"
) -> str:
    style = f"text-anchor='{anchor}' font-size='{size}' font-weight='{weight}' fill='{fill}'"
    return f"<text x='{x:.1f}' y='{y:.1f}' {style}>{escape(text)}</text>"


def _short(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:29]}…"


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
