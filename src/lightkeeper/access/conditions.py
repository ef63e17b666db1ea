"""What a condition, of a permission block or of a role assignment, leaves granted. Pure.

A condition is true, false, or not to be told: most attributes belong to services and to data this house does not have. Only
what is surely true grants anything. So there are two questions. Which actions are free whatever the attributes are: asked
once, for the index. And is the condition met by this very request: asked where the attributes of a request are at hand, which
is when roles are given and taken (constrained.py).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lightkeeper.access.condition_language import (
    ActionMatches,
    Attribute,
    Comparison,
    Conjunction,
    Disjunction,
    Exists,
    MalformedCondition,
    Negation,
    Node,
    Operand,
    Values,
    parse,
)
from lightkeeper.access.patterns import first_match


@dataclass(frozen=True, slots=True)
class Request:
    """What is known of a request: its action, None for one that no condition names, and its attributes."""

    action: str | None = None
    attributes: Mapping[Attribute, str] = field(default_factory=dict)


def guarded_actions(condition: str) -> tuple[str, ...] | None:
    """Return the actions the condition restricts, all others being free; None when the condition restricts everything."""
    tree = _tree(condition)
    if tree is None or evaluate(tree, Request()) is not True:
        return None
    return tuple(dict.fromkeys(_patterns(tree)))


def is_met(condition: str, request: Request) -> bool:
    """Return whether the condition surely holds for the request; no condition always does."""
    if not condition:
        return True
    tree = _tree(condition)
    return tree is not None and evaluate(tree, request) is True


def _tree(condition: str) -> Node | None:
    try:
        return parse(condition)
    except MalformedCondition:
        return None


def evaluate(node: Node, request: Request) -> bool | None:
    """Return whether the condition holds; None when that cannot be told."""
    match node:
        case ActionMatches(patterns):
            return request.action is not None and first_match(patterns, request.action) is not None
        case Negation(term):
            held = evaluate(term, request)
            return None if held is None else not held
        case Conjunction(terms):
            return _all(evaluate(term, request) for term in terms)
        case Disjunction(terms):
            return _any(evaluate(term, request) for term in terms)
        case Exists(attribute):
            return True if attribute in request.attributes else None
        case Comparison():
            return _compare(node, request)
        case _:
            return None  # parts of operations are not told apart here


def _all(found: Iterable[bool | None]) -> bool | None:
    known = list(found)
    return False if False in known else None if None in known else True


def _any(found: Iterable[bool | None]) -> bool | None:
    known = list(found)
    return True if True in known else None if None in known else False


def _compare(node: Comparison, request: Request) -> bool | None:
    left, right = _texts(node.left, request), _texts(node.right, request)
    if left is None or right is None:
        return None
    over_left, over_right = (_all if every else _any for every in (node.all_left, node.all_right))
    return over_left(over_right(_holds(node.operator, one, other) for other in right) for one in left)


def _texts(operand: Operand, request: Request) -> tuple[str, ...] | None:
    if isinstance(operand, Values):
        return operand.texts
    known = request.attributes.get(operand)
    return None if known is None else (known,)


def _holds(operator: str, one: str, other: str) -> bool | None:
    """Return whether a comparison of two values holds; numbers, times and truths are compared nowhere here."""
    if operator.startswith("guid"):
        a, b = _guid(one), _guid(other)
        return None if a is None or b is None else (a == b) is ("not" not in operator)
    if not operator.startswith("string"):
        return None
    if operator.endswith("ignorecase"):
        one, other = one.lower(), other.lower()
    kind = operator.removeprefix("string").removesuffix("ignorecase")
    positive = kind.removeprefix("not")
    if positive == "equals":
        found = one == other
    elif positive == "startswith":
        found = one.startswith(other)
    else:
        found = _like(other, one)
    return found is (positive == kind)


_GUID = re.compile(r"[0-9a-f]{32}")


def _guid(text: str) -> str | None:
    bare = text.replace("-", "").lower()
    return bare if _GUID.fullmatch(bare) else None


def _like(pattern: str, text: str) -> bool:
    """Return whether the text fits: `*` is any run, `?` any one character, a backslash takes either by its word."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    at = here = star = resume = 0
    starred = False
    while at < len(text):
        part = parts[here] if here < len(parts) else None
        if part == "*":
            starred, star, resume = True, here, at
            here += 1
        elif part is not None and (part == "?" or part.removeprefix("\\") == text[at] or part == text[at]):
            at, here = at + 1, here + 1
        elif starred:  # let the last star take one character more
            resume += 1
            at, here = resume, star + 1
        else:
            return False
    return all(part == "*" for part in parts[here:])


def _patterns(node: Node) -> Iterator[str]:
    match node:
        case ActionMatches(patterns):
            yield from patterns
        case Negation(term):
            yield from _patterns(term)
        case Conjunction(terms) | Disjunction(terms):
            for term in terms:
                yield from _patterns(term)
