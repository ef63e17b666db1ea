"""Pages: where a list was cut, as a token that survives what is added and removed meanwhile."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

from lightkeeper.kernel.problems import Invalid
from lightkeeper.resources.model import Page

T = TypeVar("T")
MOST = 1000
"""Items on a page when the client does not ask for fewer."""


def size_of(top: int | None) -> int:
    """Return how many items a page holds; `$top` is a wish for fewer."""
    return MOST if top is None else max(1, min(top, MOST))


def token_of(key: str) -> str:
    """Return the token for going on behind `key`."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def key_of(token: str | None) -> str:
    """Return the key behind which a page starts; raise `Invalid` for a token we never gave."""
    if not token:
        return ""
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as fault:
        raise Invalid("InvalidSkipToken", f"The $skiptoken '{token[:64]}' is not one we gave out.") from fault


def cut(items: Sequence[T], key: Callable[[T], str], top: int | None, skip: str | None) -> Page[T]:
    """Return the page behind `skip` of items sorted by `key`."""
    after, size = key_of(skip), size_of(top)
    rest = sorted((item for item in items if key(item) > after), key=key) if after else sorted(items, key=key)
    return Page(rest[:size], token_of(key(rest[size - 1])) if len(rest) > size else None)
