"""The .NET composite format of `format()`, in the invariant culture: `{index[,width][:spec]}`.

Standard numeric specifiers C, D, E, F, G, N, P, X and custom patterns of `0`, `#`, `.` and `,` are known; a date format on a
text that is no date leaves the text as it is.
"""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from lightkeeper.deployments.functions.registry import failed
from lightkeeper.deployments.values import Value, json_of, text_of

_HOLE = re.compile(
    r"\{\{|\}\}|\{(?P<index>\d{1,6})\s*(?:,\s*(?P<width>-?\d{1,4})\s*)?(?::(?P<spec>(?:[^{}]|\{\{|\}\})*))?\}|[{}]"
)
_STANDARD = re.compile(r"([A-Za-z])(\d{0,2})")
_MOST_DIGITS = 99


def fill(pattern: str, values: Sequence[Value]) -> str:
    """Return `pattern` with its holes filled. Raises `LanguageFault` for a stray brace or a missing value."""

    def hole(match: re.Match[str]) -> str:
        whole = match.group()
        if whole in ("{{", "}}"):
            return whole[0]
        if match["index"] is None:
            raise failed("format", "Input string was not in a correct format.")
        index = int(match["index"])
        if index >= len(values):
            raise failed(
                "format",
                "Index (zero based) must be greater than or equal to zero and less than the size of the argument list.",
            )
        shown = show(values[index], match["spec"] or "")
        width = int(match["width"] or 0)
        return shown.rjust(width) if width >= 0 else shown.ljust(-width)

    return _HOLE.sub(hole, pattern)


def show(value: Value, spec: str) -> str:
    """Return one value in a format; arrays and objects become JSON with single quotes."""
    if isinstance(value, (list, dict)):
        return (
            json_of(value).replace("\\", "\\\\").replace("'", "\\'").replace('"', "'")
            if _has_quote(value)
            else json_of(value).replace('"', "'")
        )
    if not spec or isinstance(value, (bool, str)) or value is None:
        return text_of(value)
    return _number(value, spec)


def _has_quote(value: Value) -> bool:
    return "'" in json_of(value)


def _number(value: int | float, spec: str) -> str:
    standard = _STANDARD.fullmatch(spec)
    if standard is None:
        return _custom(Decimal(str(value)), spec)
    letter, digits = standard[1], min(int(standard[2]), _MOST_DIGITS) if standard[2] else None
    number = Decimal(str(value))
    match letter.upper():
        case "D" | "X" if isinstance(value, int):
            if letter.upper() == "D":
                return ("-" if value < 0 else "") + str(abs(value)).rjust(digits or 0, "0")
            bits = 32 if -(2**31) <= value < 2**31 else 64
            written = format(value % 2**bits if value < 0 else value, letter).rjust(digits or 0, "0")
            return written
        case "N":
            return _grouped(number, 2 if digits is None else digits)
        case "F":
            return f"{_rounded(number, 2 if digits is None else digits):f}"
        case "P":
            return _grouped(number * 100, 2 if digits is None else digits) + " %"
        case "C":
            shown = "¤" + _grouped(abs(number), 2 if digits is None else digits)
            return f"({shown})" if number < 0 else shown
        case "E":
            mantissa, exponent = f"{value:.{6 if digits is None else digits}{'E' if letter == 'E' else 'e'}}".replace(
                "e", "E"
            ).split("E")
            return f"{mantissa}{letter}{exponent[0]}{exponent[1:].rjust(3, '0')}"
        case "G" | "R":
            return text_of(value)
    raise failed("format", "Format specifier was invalid.")


def _rounded(number: Decimal, digits: int) -> Decimal:
    return number.quantize(
        Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN if number == int(number) else ROUND_HALF_UP
    )


def _grouped(number: Decimal, digits: int) -> str:
    return f"{_rounded(number, digits):,f}"


def _custom(number: Decimal, spec: str) -> str:
    """Return a number in a pattern of digits; other characters are written as they are."""
    section = spec.split(";")
    chosen = (
        section[1]
        if number < 0 and len(section) > 1
        else section[2]
        if number == 0 and len(section) > 2
        else section[0]
    )
    sign = "-" if number < 0 and len(section) < 2 else ""
    pattern = re.search(r"[#0,]*(?:\.[#0]+)?%?", re.sub(r"^[^#0]*", "", chosen))
    core = pattern.group() if pattern else ""
    if not re.search(r"[#0]", core):
        return chosen
    before, _, after = core.rstrip("%").partition(".")
    percent = core.endswith("%")
    value = abs(number) * (100 if percent else 1)
    places = len(after)
    whole, _, fraction = f"{_rounded(value, places):f}".partition(".")
    least = before.replace(",", "").count("0")
    whole = whole.lstrip("0").rjust(least, "0")
    if "," in before.strip(","):
        whole = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", whole)
    kept = len(after.rstrip("#"))
    fraction = fraction[:kept] + fraction[kept:].rstrip("0")
    written = sign + whole + (f".{fraction}" if fraction else "") + ("%" if percent else "")
    begin = chosen.find(core)
    return chosen[:begin] + written + chosen[begin + len(core) :]
