"""From a template to the resources it means: loops expanded, conditions decided, names and dependencies known.

Only what must be known before anything is deployed is evaluated here; bodies come later, one resource at a time
(`deploy_body`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from lightkeeper.deployments import graph, identity, sizes
from lightkeeper.deployments.body import count_of, evaluated
from lightkeeper.deployments.declared import Declared
from lightkeeper.deployments.environment import Environment, Place, ScopeKind
from lightkeeper.deployments.faults import FUNCTIONS_HELP, RESOURCES_HELP, LanguageFault, TemplateFault
from lightkeeper.deployments.names import TemplateNames, ended
from lightkeeper.deployments.planned import Plan, Planned
from lightkeeper.deployments.template import RESOURCES
from lightkeeper.deployments.values import Value, is_int, lookup, member

_SYMBOLIC_SINCE = "2020-09-01"
"""The first api-version of nested deployments that a template with symbolic names may use (public page "language version 2.0")."""


def plan(names: TemplateNames) -> Plan:
    """Return the plan of a template whose parameters are bound. Raises `TemplateFault`."""
    instances: list[Planned] = []
    loops: dict[str, tuple[str, ...]] = {}
    waiting: list[tuple[Planned, Value]] = []
    for declared in names.template.resources:
        made = list(_instances(names, declared, loops))
        instances += [planned for planned, _ in made]
        waiting += made
        if len(instances) > RESOURCES:
            raise TemplateFault(
                f"The number of template resources limit exceeded. Limit: '{RESOURCES}' and actual: '{len(instances)}'."
                " Please see https://aka.ms/arm-deploy for usage details.",
                f"{names.template.path}.resources",
            )
    sizes.check(names, instances)
    by_key = _distinct(names, instances)
    index = graph.Index(by_key.values(), loops)
    joined: dict[str, Planned] = {}
    for planned, asked in waiting:
        if planned.key not in by_key or by_key[planned.key] is not planned:
            continue
        try:
            edges = graph.edges_of(planned, asked, index, names)
        except LanguageFault as fault:
            raise not_valid(names, planned.declared, planned.name, fault) from fault
        joined[planned.key] = replace(planned, depends_on=edges)
    return Plan.of(graph.ordered(joined, names), loops)


def not_valid(names: TemplateNames, declared: Declared, name: str, fault: LanguageFault) -> TemplateFault:
    """Return the fault of a resource, with its name and place."""
    return TemplateFault(
        f"The template resource '{name}' {names.template.where(declared.path)} is not valid: {ended(fault.message)} {FUNCTIONS_HELP}",
        fault.path or declared.path,
    )


def _distinct(names: TemplateNames, instances: list[Planned]) -> dict[str, Planned]:
    found: dict[str, Planned] = {}
    for one in instances:
        twin = found.get(one.key)
        if twin is not None and twin.condition and one.condition and not (twin.existing or one.existing):
            raise TemplateFault(
                f"The resource '{one.type}/{one.name}' {names.template.where(one.declared.path)} is defined multiple times in a template."
                f" {RESOURCES_HELP}",
                one.declared.path,
            )
        if twin is None or not twin.condition or (twin.existing and one.condition):
            found[one.key] = one
    return found


def _instances(
    names: TemplateNames, declared: Declared, loops: dict[str, tuple[str, ...]]
) -> Iterator[tuple[Planned, Value]]:
    """Yield each instance of a resource with what it says under `dependsOn`."""
    start = names.environment(Place.START)
    loop = next(
        (found for one in (*declared.parents, declared) if (found := lookup(one.source, "copy")) is not None), None
    )
    if loop is None:
        yield _instance(names, declared, start)
        return
    shown = _written_name(declared)
    try:
        if not isinstance(loop, dict) or not isinstance(lookup(loop, "name"), str):
            raise LanguageFault("The copy object needs a 'name' and a 'count'.", f"{declared.path}.copy")
        count = count_of(loop, start, f"{declared.path}.copy")
        size = _batch(loop, count, start, f"{declared.path}.copy")
    except LanguageFault as fault:
        raise not_valid(names, declared, shown, fault) from fault
    name = str(lookup(loop, "name"))
    keys: list[str] = []
    for n in range(count):
        planned, asked = _instance(names, declared, start.looping(name, n, unnamed=True))
        batch = tuple(keys[(n // size - 1) * size : n // size * size]) if size and n >= size else ()
        keys.append(planned.key)
        yield replace(planned, index=n, batch=batch), asked
    if lookup(declared.source, "copy") is not None:
        # Public onboarding templates give several loops one name; it then means the instances of all of them.
        loops[name.lower()] = (*loops.get(name.lower(), ()), *keys)
        if declared.symbol is not None:
            loops.setdefault(declared.symbol.lower(), tuple(keys))


def _batch(loop: Mapping[str, Any], count: int, environment: Environment, path: str) -> int:
    """Return how many instances are deployed at once in a serial loop, 0 in a parallel one."""
    mode = lookup(loop, "mode") or "Parallel"
    if not isinstance(mode, str) or mode.lower() not in ("serial", "parallel"):
        raise LanguageFault(f"The copy mode '{mode}' is not valid: write 'Serial' or 'Parallel'.", f"{path}.mode")
    if mode.lower() == "parallel":
        return 0
    given = member(loop, "batchSize")
    size = 1 if given is None else evaluated(loop[given], environment, f"{path}.batchSize")
    if not is_int(size) or size < 1 or size > max(count, 1):
        raise LanguageFault(
            f"The copy batch size '{size}' must be between '1' and the copy count '{count}'.", f"{path}.batchSize"
        )
    return int(size)


def _written_name(declared: Declared) -> str:
    name = lookup(declared.source, "name")
    return name if isinstance(name, str) else ""


def _instance(names: TemplateNames, declared: Declared, start: Environment) -> tuple[Planned, Value]:
    name = _written_name(declared)
    path = declared.path
    try:
        name = "/".join(_text(one, "name", start) for one in (*declared.parents, declared))
        resource_type = "/".join(_text(one, "type", start) for one in (*declared.parents, declared))
        condition = evaluated(lookup(declared.source, "condition", True), start, f"{path}.condition")
        if not isinstance(condition, bool):
            raise LanguageFault("The condition must be true or false.", f"{path}.condition")
        existing = lookup(declared.source, "existing") is True
        scope = _scope(names, declared, resource_type, start)
        asked = evaluated(lookup(declared.source, "dependsOn") or [], start, f"{path}.dependsOn")
        version = _api_version(names, declared, start)
    except LanguageFault as fault:
        raise not_valid(names, declared, name, fault) from fault
    if not name.strip("/") or not all(name.split("/")):
        raise TemplateFault(
            f"The template resource '{name}' {names.template.where(path)} is not valid. The name property cannot be null or empty."
            f" {RESOURCES_HELP}",
            f"{path}.name",
        )
    try:
        resource_id = identity.id_of(scope, resource_type, name)
    except LanguageFault as fault:
        raise TemplateFault(
            f"The template resource '{name}' for type '{resource_type}' {names.template.where(f'{path}.type')} has incorrect segment"
            " lengths. A nested resource type must have identical number of segments as its resource name. A root resource type"
            f" must have segment length one greater than its resource name. {RESOURCES_HELP}",
            f"{path}.type",
        ) from fault
    planned = Planned(
        key=resource_id.lower(),
        id=resource_id,
        type=resource_type.strip("/"),
        name=name,
        api_version=version,
        scope=scope,
        declared=declared,
        condition=condition,
        existing=existing,
        loops=start.loops,
        loop=start.loop,
    )
    return planned, asked


def _text(declared: Declared, name: str, environment: Environment) -> str:
    value = evaluated(lookup(declared.source, name), environment, f"{declared.path}.{name}")
    if value is None:
        return ""
    if not isinstance(value, str):
        raise LanguageFault(f"The {name} property must be a string.", f"{declared.path}.{name}")
    return value


def _api_version(names: TemplateNames, declared: Declared, environment: Environment) -> str:
    version = _text(declared, "apiVersion", environment) or names.template.api_profile.removesuffix(
        "-profile"
    ).removesuffix("-hybrid")
    if not version and lookup(declared.source, "existing") is not True:
        raise LanguageFault("Required property 'apiVersion' not found in JSON.", declared.path)
    resource_type = lookup(declared.source, "type")
    nested = isinstance(resource_type, str) and resource_type.lower() == identity.DEPLOYMENTS
    if names.template.symbolic and nested and version < _SYMBOLIC_SINCE:
        raise LanguageFault(
            f"The api-version '{version}' of a nested deployment is not supported in language version 2.0:"
            f" use '{_SYMBOLIC_SINCE}' or later.",
            f"{declared.path}.apiVersion",
        )
    return version


def _scope(names: TemplateNames, declared: Declared, resource_type: str, environment: Environment) -> str:
    """Return the id of what the resource is deployed to: the deployment's scope unless it says otherwise."""
    facts = names.surroundings
    given = _text(declared, "scope", environment) if lookup(declared.source, "scope") is not None else ""
    if given:
        found = find_id(names, given)
        return found if found is not None else identity.extended(facts.scope, given)
    subscription = _text(declared, "subscriptionId", environment)
    group = _text(declared, "resourceGroup", environment)
    if resource_type.lower() != identity.DEPLOYMENTS:
        return facts.scope
    if group:
        owner = subscription or facts.subscription_id
        if owner is None:
            raise LanguageFault("The property 'resourceGroup' needs 'subscriptionId' at this scope.", declared.path)
        return f"/subscriptions/{owner}/resourceGroups/{group}"
    if subscription:
        return f"/subscriptions/{subscription}"
    if facts.kind is ScopeKind.RESOURCE_GROUP and lookup(declared.source, "location") is not None:
        return f"/subscriptions/{facts.subscription_id}"
    return facts.scope


def find_id(names: TemplateNames, given: str) -> str | None:
    """Return the id of the resource of the same template that a symbolic `scope` names; None for everything else."""
    if not names.template.symbolic or "/" in given:
        return None
    for declared in names.template.resources:
        if declared.symbol is not None and declared.symbol.lower() == given.lower():
            planned, _ = _instance(names, declared, names.environment(Place.START))
            return planned.id
    return None
