"""Clause: the body of a deployment may be what az sends, a template file spliced verbatim behind an unquoted `template:`.

So comments, raw newlines in strings, a byte order mark and trailing commas are accepted there, and only there. The value
remembers its text: when a template has a fault, line and position are looked up in what was sent.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from lightkeeper.deployments import lenient_json
from lightkeeper.kernel import encoding
from lightkeeper.kernel.problems import Invalid
from lightkeeper.wire.arm.body import check_depth


class Sent(dict[str, Any]):
    """A JSON object that remembers the text it came from."""

    text = ""

    @cached_property
    def place(self) -> Callable[[str], tuple[int, int]]:
        """Return what says line and column (from 1) of the value at a path, or of the nearest thing around it that is there."""
        return lenient_json.placer(self.text)


def parse(body: bytes) -> Any:
    """Return what the body says, None for an empty one. Raises `Invalid` for what is not JSON even in the tolerant form."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise _unreadable("the text is not UTF-8") from fault
    if not text.strip():
        return None
    value = _value(text)
    check_depth(value)
    if not isinstance(value, dict):
        return value
    sent = Sent(value)
    sent.text = text
    return sent


def _value(text: str) -> Any:
    try:
        return encoding.decode(text)
    except (ValueError, RecursionError):
        pass  # not strict JSON: read it the tolerant way, which also says what is wrong
    try:
        return lenient_json.parse(text)
    except (ValueError, RecursionError) as fault:
        raise _unreadable(str(fault)) from fault


def _unreadable(why: str) -> Invalid:
    return Invalid("InvalidRequestContent", f"The request content was invalid and could not be deserialized: '{why}'.")
