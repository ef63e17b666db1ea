"""What an attribute condition, of a permission block or of a role assignment, leaves granted.

We do not evaluate conditions: their attributes belong to a request's body. Most of them, however, only speak about one
or two actions, and say so in a fixed form: a conjunction of `(!(ActionMatches{'A'})) OR (...)`. For an action that is
none of those guarded ones such a condition holds whatever the attributes are. Everything else is taken as not met, so a
condition never lets through what it might have stopped.
"""

import re
from collections.abc import Iterator

_ACTION = r"ActionMatches\s*\{\s*'([^']+)'\s*\}"
_SUB_OPERATION = r"(?:\s*(?:AND|&&)\s*(?:NOT\s|!)?\s*SubOperationMatches\s*\{[^}]*\})*"
_GUARD = re.compile(rf"\(?\s*!\s*\(\s*{_ACTION}{_SUB_OPERATION}\s*\)\s*\)?\s*(?:OR|\|\|)\s", re.IGNORECASE)
_AND = re.compile(r"\s(?:AND|&&)\s", re.IGNORECASE)


def guarded_actions(condition: str) -> tuple[str, ...] | None:
    """Return the actions the condition restricts, all others being free; None when the condition restricts everything."""
    guards = []
    for clause in _conjuncts(_bare(condition)):
        guard = _GUARD.match(_bare(clause))
        if guard is None:
            return None
        guards.append(guard.group(1))
    return tuple(guards)


def _bare(text: str) -> str:
    """Return `text` without the parentheses that enclose all of it."""
    text = text.strip()
    while text.startswith("(") and _closing(text) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _closing(text: str) -> int:
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return at
    return -1


def _conjuncts(text: str) -> Iterator[str]:
    """Yield the parts of `text` between those ANDs that no parenthesis encloses."""
    start = 0
    for found in _AND.finditer(text):
        before = text[: found.start()]
        if before.count("(") == before.count(")"):
            yield text[start : found.start()]
            start = found.end()
    yield text[start:]
