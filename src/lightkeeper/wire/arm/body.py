"""Clause: a body is read only up to a bound, and must be JSON when there is one."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from lightkeeper.kernel import encoding
from lightkeeper.kernel.problems import Invalid, TooLarge

LIMIT = 4 * 1024 * 1024
"""Bytes of one request; the public limit of a template (contract of the template language, limits)."""

DEEPEST = 100
"""Levels of nesting in one body: far above any real one, far below what exhausts a recursive reader."""

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


async def read_body(receive: Receive, headers: Mapping[str, str]) -> bytes:
    """Return the whole body. Raises `TooLarge` above the limit, without reading on, and `Invalid` for one cut short."""
    declared = headers.get("content-length", "0")
    if declared.isdecimal() and (len(declared) > 18 or int(declared) > LIMIT):
        raise _too_large()
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Invalid("InvalidRequestContent", "The request ended before its body did. Nothing was done.")
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > LIMIT:
            raise _too_large()
        parts.append(part)
        if not message.get("more_body", False):
            break
    return b"".join(parts)


def _too_large() -> TooLarge:
    return TooLarge("RequestEntityTooLarge", f"The request is larger than {LIMIT} bytes. Send a smaller one.")


def parse_json(body: bytes) -> Any:
    """Return what the body says, None for an empty one. Raises `Invalid` for anything that is not JSON."""
    if not body.strip():
        return None
    try:
        value = encoding.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as fault:
        raise Invalid(
            "InvalidRequestContent", f"The request content was invalid and could not be deserialized: '{fault}'."
        ) from fault
    check_depth(value)
    return value


def check_depth(value: Any) -> None:
    """Raise `Invalid` when a value is nested deeper than any real request."""
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise Invalid("InvalidRequestContent", f"The request content is nested deeper than {DEEPEST} levels.")
