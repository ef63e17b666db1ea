"""What a parameter, an output or a function says about its value: types and constraints, of both language versions."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lightkeeper.deployments.faults import LanguageFault
from lightkeeper.deployments.lenient_json import step
from lightkeeper.deployments.values import Value, is_int, lookup, same, text_of, type_name

TOKENS: Mapping[str, str] = {
    "string": "String, Uri",
    "securestring": "String, Uri",
    "int": "Integer",
    "bool": "Boolean",
    "object": "Object",
    "secureobject": "Object",
    "array": "Array",
}
"""The types a template may name, and how messages call the JSON they stand for."""

WRITTEN: Mapping[str, str] = {
    "string": "String",
    "securestring": "SecureString",
    "int": "Int",
    "bool": "Bool",
    "object": "Object",
    "secureobject": "SecureObject",
    "array": "Array",
}
"""How the platform writes the types back."""

SECURE = frozenset({"securestring", "secureobject"})
_DEEPEST = 40

Definitions = Mapping[str, Any]


def resolved(schema: Mapping[str, Any], definitions: Definitions) -> Mapping[str, Any]:
    """Return a schema with its `$ref` followed; what stands beside the reference is kept. Raises `LanguageFault`."""
    found = dict(schema)
    for _ in range(_DEEPEST):
        reference = found.pop("$ref", None)
        if reference is None:
            return found
        name = str(reference).removeprefix("#/definitions/")
        target = lookup(definitions, name) if str(reference).startswith("#/definitions/") else None
        if not isinstance(target, dict):
            raise LanguageFault(f"The type reference '{reference}' is not found.")
        found = {**target, **found}
    raise LanguageFault("The type definitions refer to each other in a circle.")


def type_of(schema: Mapping[str, Any], definitions: Definitions) -> str:
    """Return the type's name in lower case. Raises `LanguageFault` for a type there is not."""
    named = lookup(resolved(schema, definitions), "type")
    folded = named.lower() if isinstance(named, str) else ""
    if folded not in TOKENS:
        raise LanguageFault(f"The type '{named}' is not valid. Supported types are '{', '.join(WRITTEN.values())}'.")
    return folded


def is_secure(schema: Mapping[str, Any], definitions: Definitions) -> bool:
    """Return whether the value must never be shown."""
    return str(lookup(resolved(schema, definitions), "type") or "").lower() in SECURE


def fits(value: Value, kind: str) -> bool:
    """Return whether the JSON is of the type."""
    match kind:
        case "string" | "securestring":
            return isinstance(value, str)
        case "int":
            return is_int(value)
        case "bool":
            return isinstance(value, bool)
        case "array":
            return isinstance(value, list)
    return isinstance(value, dict)


def mismatch(value: Value, kind: str, noun: str) -> str:
    """Return the sentence for JSON of the wrong type."""
    return f"Template {noun} JToken type is not valid. Expected '{TOKENS[kind]}'. Actual '{type_name(value)}'."


def complaints(
    value: Value,
    schema: Mapping[str, Any],
    definitions: Definitions,
    *,
    symbolic: bool,
    noun: str = "parameter",
    depth: int = 0,
    at: str = "",
) -> Iterator[str]:
    """Yield every sentence that says why the value does not fit, for what lies in it with its path.

    Raises `LanguageFault` when the schema is no schema.
    """
    schema = resolved(schema, definitions)
    kind = type_of(schema, definitions)
    if value is None and lookup(schema, "nullable") is True:
        return
    where = f" Path '{at}'." if at else ""
    if not fits(value, kind):
        yield mismatch(value, kind, noun) + where
        return
    yield from (f"{one}{where}" for one in (*_allowed(value, schema, symbolic), *_bounds(value, schema)))
    if not symbolic or depth > _DEEPEST:
        return

    def inner(one: Value, of: Mapping[str, Any], key: str | int | None = None) -> Iterator[str]:
        below = at if key is None else step(at, key)
        return complaints(one, of, definitions, symbolic=True, noun=noun, depth=depth + 1, at=below)

    if isinstance(value, dict):
        yield from _members(value, schema, inner, definitions, where)
    elif isinstance(value, list):
        yield from _elements(value, schema, inner, where)


def _allowed(value: Value, schema: Mapping[str, Any], symbolic: bool) -> Iterator[str]:
    allowed = lookup(schema, "allowedValues")
    if not isinstance(allowed, list):
        return
    if isinstance(value, list) and not any(_equal(value, one) for one in allowed):
        if not all(any(_equal(item, one) for one in allowed) for item in value):
            yield f"The parameter value is not part of the allowed value(s): '{_listed(allowed)}'."
    elif not isinstance(value, list) and not any(_equal(value, one) for one in allowed):
        yield f"The parameter value is not part of the allowed value(s): '{_listed(allowed)}'."


def _listed(values: list[Value]) -> str:
    return ",".join(text_of(value) for value in values)


def _equal(one: Value, other: Value) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    return same(one, other)


def _bounds(value: Value, schema: Mapping[str, Any]) -> Iterator[str]:
    if is_int(value):
        low, high = lookup(schema, "minValue"), lookup(schema, "maxValue")
        if is_int(low) and value < low:
            yield f"The value should be greater than or equal to '{low}'."
        if is_int(high) and value > high:
            yield f"The value should be less than or equal to '{high}'."
    elif isinstance(value, (str, list)):
        low, high = lookup(schema, "minLength"), lookup(schema, "maxLength")
        if is_int(low) and len(value) < low:
            yield f"Length of the value should be greater than or equal to '{low}'."
        if is_int(high) and len(value) > high:
            yield f"Length of the value should be less than or equal to '{high}'."


def _members(
    value: Mapping[str, Value],
    schema: Mapping[str, Any],
    inner: Callable[..., Iterator[str]],
    definitions: Definitions,
    where: str,
) -> Iterator[str]:
    choice = lookup(schema, "discriminator")
    if isinstance(choice, dict):
        named = lookup(value, str(lookup(choice, "propertyName")))
        target = (lookup(choice, "mapping") or {}).get(named) if isinstance(named, str) else None
        if not isinstance(target, dict):
            known = ",".join(lookup(choice, "mapping") or {})
            yield f"The property '{lookup(choice, 'propertyName')}' must name one of '{known}'.{where}"
        else:
            yield from inner(value, {"type": "object", **target})
        return
    declared = lookup(schema, "properties") or {}
    for name, of in declared.items():
        if lookup(value, name) is None:
            if lookup(resolved(of, definitions), "nullable") is not True:
                yield f"The required property '{name}' is not provided.{where}"
        else:
            yield from inner(lookup(value, name), of, name)
    rest = lookup(schema, "additionalProperties")
    listed = {name.lower() for name in declared}
    for name, one in value.items():
        if name.lower() in listed:
            continue
        if rest is False:
            yield f"The property '{name}' is not allowed.{where}"
        elif isinstance(rest, dict):
            yield from inner(one, rest, name)


def _elements(
    value: list[Value], schema: Mapping[str, Any], inner: Callable[..., Iterator[str]], where: str
) -> Iterator[str]:
    first = lookup(schema, "prefixItems") or []
    rest = lookup(schema, "items")
    if len(value) < len(first):
        yield f"The array must have at least '{len(first)}' elements.{where}"
    for n, (one, of) in enumerate(zip(value, first, strict=False)):
        yield from inner(one, of, n)
    for n, one in enumerate(value[len(first) :], len(first)):
        if rest is False:
            yield f"The array must not have more than '{len(first)}' elements.{where}"
            return
        if isinstance(rest, dict):
            yield from inner(one, rest, n)


def shown(value: Value, schema: Mapping[str, Any], definitions: Definitions, depth: int = 0) -> Value:
    """Return the value without those of its members that are declared secure; what is secure itself is asked by `is_secure`."""
    schema = resolved(schema, definitions)
    if depth > _DEEPEST:
        return None
    if isinstance(value, dict):
        found: dict[str, Value] = {}
        for name, one in value.items():
            of = _member_schema(value, name, schema, definitions)
            if of is None:
                found[name] = one
            elif not is_secure(of, definitions):
                found[name] = shown(one, of, definitions, depth + 1)
        return found
    if isinstance(value, list):
        first, rest = lookup(schema, "prefixItems") or [], lookup(schema, "items")
        schemas = [*first, *[rest] * max(0, len(value) - len(first))]
        pairs = zip(value, schemas, strict=False)
        return [
            one if not isinstance(of, dict) else shown(one, of, definitions, depth + 1)
            for one, of in pairs
            if not (isinstance(of, dict) and is_secure(of, definitions))
        ]
    return value


def _member_schema(
    value: Mapping[str, Value], name: str, schema: Mapping[str, Any], definitions: Definitions
) -> Mapping[str, Any] | None:
    choice = lookup(schema, "discriminator")
    if isinstance(choice, dict):
        named = lookup(value, str(lookup(choice, "propertyName")))
        target = (lookup(choice, "mapping") or {}).get(named) if isinstance(named, str) else None
        schema = resolved(target, definitions) if isinstance(target, dict) else {}
    found = lookup(lookup(schema, "properties") or {}, name) or lookup(schema, "additionalProperties")
    return found if isinstance(found, dict) else None
