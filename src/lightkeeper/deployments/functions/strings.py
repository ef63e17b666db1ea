"""Functions of text."""

from collections.abc import Callable

from lightkeeper.deployments.faults import LanguageFault
from lightkeeper.deployments.functions import composite
from lightkeeper.deployments.functions.registry import MANY, array, failed, function, integer, text, wrong_type
from lightkeeper.deployments.values import Value, is_int, text_of, type_name

WIDEST = 16
"""The widest `padLeft` (recorded message of the live service)."""


@function("concat", 1, MANY)
def concat(*values: Value) -> Value:
    """Return the texts one after the other, or the arrays."""
    arrays = [isinstance(value, list) for value in values]
    if all(arrays):
        return [item for value in values for item in value]
    if any(arrays):
        raise LanguageFault(
            "The provided parameters for language function 'concat' are invalid."
            " Either all or none of the parameters must be an array. Please see https://aka.ms/arm-functions#concat for usage details."
        )
    for value in values:
        if value is None or isinstance(value, dict) or not isinstance(value, (str, int, float)):
            raise wrong_type("concat", "String", value)
    return "".join(text_of(value) for value in values)


@function("format", 1, MANY)
def format_(pattern: Value, *values: Value) -> str:
    """Return the .NET composite format of the values, in the invariant culture."""
    return composite.fill(text("format", pattern), values)


@function("join", 2)
def join(items: Value, delimiter: Value) -> str:
    """Return the elements with the delimiter between them."""
    for item in array("join", items):
        if item is None or isinstance(item, (list, dict)):
            raise wrong_type("join", "String", item)
    return text("join", delimiter).join(text_of(item) for item in items)


@function("split", 2)
def split(value: Value, delimiter: Value) -> list[str]:
    """Return the pieces between delimiters, empty ones too; an empty delimiter divides nothing."""
    delimiters = (
        [text("split", one) for one in delimiter] if isinstance(delimiter, list) else [text("split", delimiter)]
    )
    pieces, begin, at = [], 0, 0
    whole = text("split", value)
    usable = [one for one in delimiters if one]
    while at < len(whole):
        hit = next((one for one in usable if whole.startswith(one, at)), None)
        if hit is None:
            at += 1
            continue
        pieces.append(whole[begin:at])
        at += len(hit)
        begin = at
    return [*pieces, whole[begin:]]


@function("replace", 3)
def replace(value: Value, old: Value, new: Value) -> str:
    """Return the text with every occurrence replaced, exact in case."""
    sought = text("replace", old)
    if not sought:
        raise failed("replace", "The value to replace must not be empty.")
    whole, put = text("replace", value), text("replace", new)
    if len(whole) + whole.count(sought) * len(put) > 16_000_000:
        raise failed("replace", "The result is too large.")
    return whole.replace(sought, put)


@function("substring", 2, 3)
def substring(value: Value, start: Value, length: Value = ...) -> str:
    """Return the part of a text from `start`, of this length or to the end."""
    whole, begin = text("substring", value), integer("substring", start)
    if not 0 <= begin <= len(whole):
        raise failed(
            "substring",
            "The index parameter must be greater than or equal to zero and less than or equal to the length of the string parameter."
            f" The index parameter: '{begin}', the length of the string parameter: '{len(whole)}'.",
        )
    size = len(whole) - begin if length is ... else integer("substring", length)
    if size < 0 or begin + size > len(whole):
        raise failed(
            "substring",
            "The index and length parameters must refer to a location within the string."
            f" The index parameter: '{begin}', the length parameter: '{size}', the length of the string parameter: '{len(whole)}'.",
        )
    return whole[begin : begin + size]


@function("toLower", 1)
def to_lower(value: Value) -> str:
    """Return the text in lower case."""
    return _cased(text("toLower", value), str.lower)


@function("toUpper", 1)
def to_upper(value: Value) -> str:
    """Return the text in upper case."""
    return _cased(text("toUpper", value), str.upper)


def _cased(given: str, change: Callable[[str], str]) -> str:
    """Return the text in another case, sign by sign as .NET does it: one that would become two stays (`\u00df`)."""
    return "".join(changed if len(changed := change(sign)) == 1 else sign for sign in given)


@function("trim", 1)
def trim(value: Value) -> str:
    """Return the text without white space at its ends."""
    return text("trim", value).strip()


@function("padLeft", 2, 3)
def pad_left(value: Value, width: Value, filler: Value = " ") -> str:
    """Return the text (or number) filled up on its left; a longer one is left as it is."""
    if not isinstance(value, str) and not is_int(value):
        raise wrong_type("padLeft", "String", value)
    wide = integer("padLeft", width)
    if not 1 <= wide <= WIDEST:
        raise failed(
            "padLeft",
            f"Total width must be a positive integer value and not greater than '{WIDEST}', while '{wide}' was provided.",
        )
    if len(text("padLeft", filler)) != 1:
        raise failed("padLeft", f"The padding must be one character, while '{filler}' was provided.")
    return text_of(value).rjust(wide, filler)


@function("string", 1)
def string(value: Value) -> str:
    """Return the value as text."""
    if type_name(value) == "Function":
        raise wrong_type("string", "String", value)
    return text_of(value)
