"""Every operation the public providers name, control plane and data plane; read when first asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from lightkeeper.access.model import Role
from lightkeeper.access.patterns import matcher_of


@dataclass(frozen=True, slots=True)
class ProviderOperation:
    """One operation, `Microsoft.Compute/virtualMachines/restart/action`; `type` is the part it acts on."""

    name: str
    namespace: str
    type: str
    is_data: bool


@cache
def operations() -> Sequence[ProviderOperation]:
    """Return all operations, by namespace and type."""
    found: list[ProviderOperation] = []
    namespace = ""
    text = resources.files("lightkeeper.data").joinpath("provider-operations.txt").read_text("utf-8")
    for line in text.splitlines()[1:]:  # the first line says what the file is
        if not line.startswith("\t"):
            namespace = line
            continue
        kind, control, *data = line[1:].split("\t")
        prefix = f"{namespace}/{kind}/" if kind else f"{namespace}/"
        found += [ProviderOperation(prefix + verb, namespace, kind, False) for verb in control.split()]
        found += [ProviderOperation(prefix + verb, namespace, kind, True) for verb in " ".join(data).split()]
    return tuple(found)


def operations_of(namespace: str) -> Sequence[ProviderOperation]:
    """Return the operations of a namespace in any case, by type; empty when it is unknown."""
    return _by_namespace().get(namespace.lower(), ())


@lru_cache(maxsize=256)
def expand(role: Role) -> frozenset[str]:
    """Return every control-plane operation the role grants, in the catalogue's spelling.

    What a condition withholds is not in it (conditions.py).
    """
    granted: set[str] = set()
    for block in role.permissions:
        if block.guarded is None:
            continue
        gives = [matcher_of(pattern) for pattern in block.actions]
        takes = [matcher_of(pattern) for pattern in (*block.not_actions, *block.guarded)]
        granted.update(
            name
            for name, lowered in _control_plane()
            if any(covers(lowered) for covers in gives) and not any(covers(lowered) for covers in takes)
        )
    return frozenset(granted)


def namespaces() -> Sequence[str]:
    """Return the providers' namespaces in the public spelling, sorted."""
    return tuple(name for name, _ in _types().values())


def types_of(namespace: str) -> Sequence[str]:
    """Return the resource types of a namespace in any case, without the namespace; empty when it is unknown."""
    found = _types().get(namespace.lower())
    return found[1] if found else ()


def is_known(action: str) -> bool:
    """Return whether the catalogue has the operation, in any case."""
    return action.lower() in _names()


@lru_cache(maxsize=10_000)
def covers_any(pattern: str, is_data: bool) -> bool:
    """Return whether a pattern covers any operation of the catalogue, data plane or control plane."""
    covers = matcher_of(pattern)
    return any(covers(name) for name in _lowered(is_data))


@cache
def _by_namespace() -> Mapping[str, Sequence[ProviderOperation]]:
    found: dict[str, list[ProviderOperation]] = {}
    for one in operations():
        found.setdefault(one.namespace.lower(), []).append(one)
    return found


@cache
def _lowered(is_data: bool) -> Sequence[str]:
    return tuple(operation.name.lower() for operation in operations() if operation.is_data is is_data)


@cache
def _control_plane() -> Sequence[tuple[str, str]]:
    return tuple((operation.name, operation.name.lower()) for operation in operations() if not operation.is_data)


@cache
def _names() -> frozenset[str]:
    return frozenset(operation.name.lower() for operation in operations())


@cache
def _types() -> Mapping[str, tuple[str, Sequence[str]]]:
    found: dict[str, tuple[str, dict[str, None]]] = {}
    for operation in operations():
        _, types = found.setdefault(operation.namespace.lower(), (operation.namespace, {}))
        if operation.type:
            types[operation.type] = None
    return {key: (name, tuple(types)) for key, (name, types) in found.items()}
