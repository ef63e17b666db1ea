"""Functions of objects, and those that combine objects or arrays."""

from functools import cmp_to_key, reduce

from lightkeeper.deployments.faults import LanguageFault
from lightkeeper.deployments.functions.arrays import bucket, unique
from lightkeeper.deployments.functions.ordering import compare
from lightkeeper.deployments.functions.registry import MANY, array, failed, function, mapping, text, wrong_type
from lightkeeper.deployments.values import Value, is_int, member, same


@function("createObject", 0, MANY)
def create_object(*values: Value) -> dict[str, Value]:
    """Return an object of alternating keys and values."""
    if len(values) % 2:
        raise failed("createObject", "The function requires an even number of arguments: keys and values in turn.")
    return {text("createObject", key): value for key, value in zip(values[::2], values[1::2], strict=True)}


@function("union", 2, MANY)
def union(*values: Value) -> Value:
    """Return every element once, or the objects merged: nested objects deeply, everything else by the later one."""
    if _kind("union", values) is list:
        return unique([item for value in values for item in value])
    return reduce(_merged, values[1:], values[0])


def _merged(one: dict[str, Value], other: dict[str, Value]) -> dict[str, Value]:
    found = dict(one)
    for name, value in other.items():
        key = member(found, name)
        before = None if key is None else found[key]
        deep = isinstance(before, dict) and isinstance(value, dict)
        found[name if key is None else key] = _merged(before, value) if deep else value  # type: ignore[arg-type]
    return found


@function("intersection", 2, MANY)
def intersection(*values: Value) -> Value:
    """Return what all have: equal elements in the order of the first array, or keys with equal values."""
    first, *others = values
    if _kind("intersection", values) is list:
        shelves: list[dict[str, list[Value]]] = []
        for other in others:
            shelves.append({})
            for one in other:
                shelves[-1].setdefault(bucket(one), []).append(one)
        return unique([item for item in first if all(_among(item, shelf) for shelf in shelves)])
    return {
        key: value
        for key, value in first.items()
        if all((found := member(other, key)) is not None and same(value, other[found]) for other in others)
    }


def _among(item: Value, shelf: dict[str, list[Value]]) -> bool:
    return any(same(item, one) for one in shelf.get(bucket(item), ()))


def _kind(name: str, values: tuple[Value, ...]) -> type:
    kinds = {type(value) for value in values}
    if kinds == {list}:
        return list
    if kinds == {dict}:
        return dict
    if len(kinds) > 1:
        raise LanguageFault(
            f"The template language function '{name}' expects parameters of the same type, but found multiple types."
        )
    raise wrong_type(name, "Array, Object", values[0])


@function("shallowMerge", 1)
def shallow_merge(value: Value) -> dict[str, Value]:
    """Return the objects of an array in one; the last one's value wins."""
    found: dict[str, Value] = {}
    for one in array("shallowMerge", value):
        for name, item in mapping("shallowMerge", one).items():
            found[member(found, name) or name] = item
    return found


@function("items", 1)
def items(value: Value) -> list[Value]:
    """Return the members of an object as `{key, value}`, ordered by key."""
    holder = mapping("items", value)
    return [{"key": key, "value": holder[key]} for key in sorted(holder, key=cmp_to_key(compare))]


@function("objectKeys", 1)
def object_keys(value: Value) -> list[Value]:
    """Return the keys of an object in order."""
    return sorted(mapping("objectKeys", value), key=cmp_to_key(compare))


@function("tryGet", 2, MANY)
def try_get(value: Value, *path: Value) -> Value:
    """Return what a path of keys and indexes leads to, null when any step leads nowhere."""
    for given in path:
        from_end = isinstance(given, dict) and given.get("fromEnd") is True
        step: Value = given.get("value") if isinstance(given, dict) else given
        if isinstance(value, dict) and isinstance(step, str):
            key = member(value, step)
            value = None if key is None else value[key]
        elif isinstance(value, list) and is_int(step):
            at = len(value) - step if from_end else step
            value = value[at] if 0 <= at < len(value) else None
        elif value is None:
            return None
        elif not isinstance(step, str) and not is_int(step):
            raise wrong_type("tryGet", "String", step)
        else:
            return None
    return value
