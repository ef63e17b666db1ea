"""The `$filter` of resource and group lists.

    resourceType eq 'Microsoft.Compute/virtualMachines' and location eq 'westeurope'
    tagName eq 'env' and tagValue eq 'prod'        substringof('web', name)       startswith(tagName, 'a') or (...)

`tagName` and `tagValue` joined by `and` speak of the same tag. Comparisons ignore case, except tag values.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from lightkeeper.kernel.problems import Invalid
from lightkeeper.resources.regions import normal

_TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<sign>[(),])|(?P<word>[^\s(),']+))")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a filter may ask of one item."""

    name: str
    type: str
    location: str
    resource_group: str
    tags: Mapping[str, str]
    kind: str = ""
    identity: str = ""
    plan: Mapping[str, str] = field(default_factory=dict)  # publisher, product, name, version, promotionCode


Filter = Callable[[Facts], bool]
_READ: Mapping[str, Callable[[Facts], str]] = {
    "name": lambda facts: facts.name,
    "resourcetype": lambda facts: facts.type,
    "location": lambda facts: facts.location,
    "resourcegroup": lambda facts: facts.resource_group,
    "kind": lambda facts: facts.kind,
    "identity/principalid": lambda facts: facts.identity,
    "plan": lambda facts: facts.plan.get("name", ""),
    "plan/publisher": lambda facts: facts.plan.get("publisher", ""),
    "plan/product": lambda facts: facts.plan.get("product", ""),
    "plan/name": lambda facts: facts.plan.get("name", ""),
    "plan/version": lambda facts: facts.plan.get("version", ""),
    "plan/promotioncode": lambda facts: facts.plan.get("promotionCode", ""),
}


@dataclass(frozen=True, slots=True)
class _Term:
    """One comparison: `matches(value)` about `field`, turned round when `negated`."""

    field: str
    matches: Callable[[str], bool]
    negated: bool = False

    def __call__(self, facts: Facts) -> bool:
        if self.field == "tagname":
            return any(self.matches(name.lower()) for name in facts.tags) != self.negated
        if self.field == "tagvalue":
            return any(self.matches(value) for value in facts.tags.values()) != self.negated
        return self.matches(_READ[self.field](facts).lower()) != self.negated


def parse(text: str) -> Filter:
    """Return the predicate a `$filter` stands for; an empty one lets everything through. Raises `Invalid` otherwise."""
    if not text.strip():
        return lambda facts: True
    return _Parser(text).whole()


class _Parser:
    """Recursive descent: or, and, parentheses, comparison."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._tokens())
        self.at = 0

    def _tokens(self) -> Iterator[tuple[str, str]]:
        at, end = 0, len(self.text.rstrip())
        while at < end:
            found = _TOKEN.match(self.text, at)
            if found is None or found.lastgroup is None:
                raise self._fault()
            at = found.end()
            value = found.group(found.lastgroup)
            yield (found.lastgroup, value[1:-1].replace("''", "'") if found.lastgroup == "text" else value)

    def _fault(self) -> Invalid:
        return Invalid(
            "InvalidFilterInQueryString",
            f"Invalid $filter '{self.text}' specified in the query string. Compare name, resourceType, location, "
            "resourceGroup, kind, identity/principalId, plan/..., tagName or tagValue with eq, ne, startswith or substringof, joined by and, or.",
        )

    def _next(self, kind: str, *words: str) -> str:
        if self.at >= len(self.tokens) or self.tokens[self.at][0] != kind:
            raise self._fault()
        value = self.tokens[self.at][1]
        if words and value.lower() not in words:
            raise self._fault()
        self.at += 1
        return value

    def _sees(self, kind: str, word: str) -> bool:
        return self.at < len(self.tokens) and (self.tokens[self.at][0], self.tokens[self.at][1].lower()) == (kind, word)

    def whole(self) -> Filter:
        found = self._either(0)
        if self.at != len(self.tokens):
            raise self._fault()
        return found

    def _either(self, depth: int) -> Filter:
        if depth > 32:
            raise self._fault()
        parts = [self._both(depth)]
        while self._sees("word", "or"):
            self.at += 1
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else lambda facts: any(part(facts) for part in parts)

    def _both(self, depth: int) -> Filter:
        parts = [self._one(depth)]
        while self._sees("word", "and"):
            self.at += 1
            parts.append(self._one(depth))
        return _all_of(parts)

    def _one(self, depth: int) -> Filter:
        if self._sees("sign", "("):
            self.at += 1
            inner = self._either(depth + 1)
            self._next("sign", ")")
            return inner
        word = self._next("word")
        if word.lower() in ("startswith", "substringof", "contains"):
            return self._function(word.lower())
        verb = self._next("word", "eq", "ne").lower()
        value = self._value()
        return self._term(word, lambda wanted: lambda value: value == wanted, value, negated=verb == "ne")

    def _function(self, function: str) -> _Term:
        self._next("sign", "(")
        field, value = ("", self._value()) if function == "substringof" else (self._next("word"), "")
        self._next("sign", ",")
        if function == "substringof":
            field = self._next("word")
        else:
            value = self._value()
        self._next("sign", ")")
        if function == "startswith":
            return self._term(field, lambda wanted: lambda value: value.startswith(wanted), value)
        return self._term(field, lambda wanted: lambda value: wanted in value, value)

    def _value(self) -> str:
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "word":  # some clients forget the quotes
            return self._next("word")
        return self._next("text")

    def _term(
        self, field: str, test: Callable[[str], Callable[[str], bool]], value: str, *, negated: bool = False
    ) -> _Term:
        field = field.lower()
        if field not in (*_READ, "tagname", "tagvalue"):
            raise self._fault()
        wanted = value if field == "tagvalue" else normal(value) if field == "location" else value.lower()
        return _Term(field, test(wanted), negated)


def _all_of(parts: list[Filter]) -> Filter:
    names = [part for part in parts if isinstance(part, _Term) and part.field == "tagname"]
    values = [part for part in parts if isinstance(part, _Term) and part.field == "tagvalue"]
    if len(names) == 1 and len(values) == 1 and not names[0].negated and not values[0].negated:
        name, value = names[0], values[0]
        rest = [part for part in parts if part is not name and part is not value]
        rest.append(lambda facts: any(name.matches(n.lower()) and value.matches(v) for n, v in facts.tags.items()))
        parts = rest
    return parts[0] if len(parts) == 1 else lambda facts: all(part(facts) for part in parts)
