"""A chart of a report as plain SVG: horizontal bars, readable in print, in the dark and by a screen reader."""

from html import escape
from unicodedata import east_asian_width

from lightkeeper.outbound.report_bars import BARS, Bars, nothing
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


def chart_of(report: Report) -> str:
    """Return the report's chart. A report without a sensible bar gets a picture that says so."""
    bars, unit = BARS.get(report.name, nothing)(report)
    return _svg(report.title, unit, bars)


def _svg(title: str, unit: str, bars: Bars) -> str:
    labels = list(dict.fromkeys(part.label for _, parts in bars for part in parts))
    colour = {label: _COLOURS[n % len(_COLOURS)] for n, label in enumerate(labels)}
    most = max((sum(part.value for part in parts) for _, parts in bars), default=0) or 1
    room = _WIDTH - _LEFT - _RIGHT
    lines: list[str] = []
    y = _TOP
    for name, parts in bars:
        x = float(_LEFT)
        lines.append(_text(_LEFT - 10, y + 16, _short(name), anchor="end"))
        for part in parts:
            width = room * part.value / most
            if width <= 0:
                continue
            about = _plain(f"{name}: {part.label} {_number(part.value)}")
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
        f"role='img' aria-label='{_plain(title)}' {_FONT}>\n<title>{_plain(title)}</title>\n"
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
    return f"<text x='{x:.1f}' y='{y:.1f}' {style}>{_plain(text)}</text>"


def _short(text: str) -> str:
    """Return a text that fits beside its bar; beginning and end stay, since plan and version stand at the end."""
    if _width(text) <= _ROOM:
        return text
    head, tail = len(text) // 3, len(text) - len(text) // 3
    while _width(text[:head] + text[tail:]) >= _ROOM:
        head, tail = (head - 1, tail) if head > 0 and head >= (len(text) - tail) // 2 else (head, tail + 1)
    return f"{text[:head]}…{text[tail:]}"


_ROOM = 30


def _width(text: str) -> int:
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def _plain(text: str) -> str:
    """Return a text as XML takes it: marks escaped, and no control characters, which have no place in it at all."""
    return escape("".join(one if one.isprintable() else " " for one in text))
