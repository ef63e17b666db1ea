"""What waits for what: the edges a template states, the edges its expressions imply, and an order that keeps them all."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lightkeeper.deployments import identity
from lightkeeper.deployments.environment import Environment, Place
from lightkeeper.deployments.evaluate import evaluate
from lightkeeper.deployments.expressions import Call, calls_in, is_expression, parse
from lightkeeper.deployments.faults import LanguageFault, NotYetKnown, TemplateFault
from lightkeeper.deployments.values import Value, lookup

if TYPE_CHECKING:
    from lightkeeper.deployments.names import TemplateNames
    from lightkeeper.deployments.planned import Planned

_ITEM = re.compile(r"(?P<symbol>[\w-]+)\[(?P<index>\d{1,4})\]")


class Index:
    """The resources of a template by everything `dependsOn` may call them."""

    def __init__(self, resources: Iterable["Planned"], loops: Mapping[str, tuple[str, ...]]) -> None:
        self.loops = loops
        self.by_key: dict[str, Planned] = {}
        self.by_symbol: dict[str, list[Planned]] = {}
        self.by_form: dict[str, list[Planned]] = {}
        self.by_end: dict[str, list[Planned]] = {}
        for one in resources:
            self.by_key[one.key] = one
            if one.declared.symbol is not None:
                self.by_symbol.setdefault(one.declared.symbol.lower(), []).append(one)
            for form in identity.forms(one.type, one.name):
                self.by_form.setdefault(form, []).append(one)
            self.by_end.setdefault(identity.turns(one.type, one.name), []).append(one)

    def find(self, target: str) -> list["Planned"] | None:
        """Return the resources an entry means: one, every instance of a loop; None when it means none of the template.

        An id of another scope is taken for the resource of the same type and name: a template nested in another is often
        given ids that were evaluated in the outer one's scope.
        """
        folded = target.strip().rstrip("/").lower()
        if folded in self.loops:
            return [self.by_key[key] for key in self.loops[folded] if key in self.by_key]
        if folded in self.by_symbol:
            return self.by_symbol[folded]
        item = _ITEM.fullmatch(folded)
        if item is not None and item["symbol"] in self.by_symbol:
            return [one for one in self.by_symbol[item["symbol"]] if one.index == int(item["index"])] or None
        if folded.startswith("/"):
            if folded in self.by_key:
                return [self.by_key[folded]]
            return self.by_end.get(folded.rpartition("/providers/")[2])
        found = self.by_form.get(folded)
        if found is not None and len(found) > 1:
            raise LanguageFault(
                f"The resource name '{target}' in 'dependsOn' is not unique in the template. Use its resource id."
            )
        return found


def edges_of(planned: "Planned", asked: Value, index: Index, names: "TemplateNames") -> tuple[str, ...]:
    """Return the keys a resource waits for. Raises `LanguageFault` for an entry that means nothing in the template."""
    if not isinstance(asked, list) or not all(isinstance(one, str) for one in asked):
        raise LanguageFault(
            "The property 'dependsOn' must be an array of strings.", f"{planned.declared.path}.dependsOn"
        )
    edges = dict.fromkeys(planned.batch)
    for n, entry in enumerate(asked):
        found = index.find(entry)
        if found is None:
            raise LanguageFault(
                f"The resource '{_shown(entry)}' is not defined in the template.",
                f"{planned.declared.path}.dependsOn[{n}]",
            )
        edges |= dict.fromkeys(one.key for one in found if one.condition)
    if planned.condition:
        edges |= dict.fromkeys(implied(planned, index, names))
    return tuple(key for key in edges if key in index.by_key and index.by_key[key].condition)


def _shown(entry: str) -> str:
    return entry.rpartition("/providers/")[2] if entry.startswith("/") else entry


def implied(planned: "Planned", index: Index, names: "TemplateNames") -> Iterator[str]:
    """Yield the keys of resources that the properties refer to by name or symbol; an id implies nothing."""
    environment = planned.environment(names, Place.PROPERTIES)
    properties = lookup(planned.declared.source, "properties")
    skipped = _own_evaluation(planned, properties)
    for text in _texts(properties, skipped):
        try:
            node = parse(text)
        except LanguageFault:
            continue  # said when the body is evaluated, with its path
        for call in calls_in(node):
            yield from _targets(call, environment, index)


def _targets(call: Call, environment: Environment, index: Index) -> Iterator[str]:
    name = call.name.lower()
    if not call.arguments or call.namespace or not (name in ("reference", "references") or name.startswith("list")):
        return
    try:
        target = evaluate(call.arguments[0], environment)
        found = None if not isinstance(target, str) or target.startswith("/") else index.find(target)
    except (LanguageFault, NotYetKnown):
        return
    yield from (one.key for one in found or () if one.condition)


def _own_evaluation(planned: "Planned", properties: Value) -> str:
    """Return the member of a nested deployment's properties that is evaluated by itself, not here."""
    if not planned.nested or not isinstance(properties, dict):
        return ""
    return "template" if is_inner(properties) else ""


def is_inner(properties: Mapping[str, Any]) -> bool:
    """Return whether a nested template's expressions are evaluated in its own scope; the default is the outer one."""
    options = lookup(properties, "expressionEvaluationOptions")
    scope = lookup(options, "scope") if isinstance(options, dict) else None
    return isinstance(scope, str) and scope.lower() == "inner"


def _texts(value: Value, skipped: str) -> Iterator[str]:
    if isinstance(value, str):
        if is_expression(value):
            yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, "")
    elif isinstance(value, dict):
        for key, one in value.items():
            if key.lower() != skipped or not skipped:
                yield from _texts(one, "")


def ordered(resources: Mapping[str, "Planned"], names: "TemplateNames") -> dict[str, "Planned"]:
    """Return the resources so that each stands behind all it waits for, otherwise as declared.

    Raises `TemplateFault` naming the resources of a circle.
    """
    waits = {one.key: sum(key in resources for key in one.depends_on) for one in resources.values()}
    followers: dict[str, list[str]] = {}
    for one in resources.values():
        for key in one.depends_on:
            followers.setdefault(key, []).append(one.key)
    place = {key: n for n, key in enumerate(resources)}
    found: dict[str, Planned] = {}
    ready = [key for key, count in waits.items() if not count]
    while ready:
        found |= {key: resources[key] for key in ready}
        freed: list[str] = []
        for key in ready:
            for follower in followers.get(key, ()):
                waits[follower] -= 1
                if not waits[follower]:
                    freed.append(follower)
        ready = sorted(freed, key=place.__getitem__)
    if len(found) < len(resources):
        raise _circle({key: one for key, one in resources.items() if key not in found}, names)
    return found


def waves(resources: Mapping[str, "Planned"]) -> list[list["Planned"]]:
    """Return the resources in groups: those of one group may be deployed at the same time."""
    level: dict[str, int] = {}
    found: list[list[Planned]] = []
    for one in resources.values():
        level[one.key] = max((level[key] + 1 for key in one.depends_on if key in level), default=0)
        found += [[] for _ in range(level[one.key] + 1 - len(found))]
        found[level[one.key]].append(one)
    return found


def _circle(remaining: Mapping[str, "Planned"], names: "TemplateNames") -> TemplateFault:
    walked: list[str] = []
    key = next(iter(remaining))
    while key not in walked:
        walked.append(key)
        key = next(one for one in remaining[key].depends_on if one in remaining)
    circle = [remaining[one] for one in walked[walked.index(key) :]]
    if len(circle) == 1:
        message = (
            f"The template resource '{circle[0].name}' {names.template.where(circle[0].declared.path)} cannot reference itself."
            " Please see https://aka.ms/arm-template-expressions/#reference for usage details."
        )
    else:
        path = " --> ".join(one.id for one in [*circle, circle[0]])
        message = (
            f"Circular dependency detected on resource: '{circle[0].id}'. The circle is '{path}'."
            " Please see https://aka.ms/arm-syntax-resources for usage details."
        )
    return TemplateFault(message, circle[0].declared.path)
