"""How a role names operations: case is ignored, and `*` stands for any run of characters, slashes included."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

Matcher = Callable[[str], bool]


@lru_cache(maxsize=8192)
def matcher_of(pattern: str) -> Matcher:
    """Return a test for lower-case actions; `Microsoft.Authorization/*/read` matches every read below the namespace."""
    text = pattern.lower()
    if "*" not in text:
        return text.__eq__
    if text == "*":
        return lambda action: True
    if text.count("*") == 1 and text.endswith("*"):
        prefix = text[:-1]
        return lambda action: action.startswith(prefix)
    expression = re.compile(".*".join(re.escape(part) for part in text.split("*")), re.DOTALL)
    return lambda action: expression.fullmatch(action) is not None


def first_match(patterns: Iterable[str], action: str) -> str | None:
    """Return the first of `patterns` that covers `action`, or None."""
    lowered = action.lower()
    return next((pattern for pattern in patterns if matcher_of(pattern)(lowered)), None)
