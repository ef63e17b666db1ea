"""From a path to an operation: one parse, one dictionary look-up."""

from collections.abc import Iterable
from dataclasses import dataclass

from lightkeeper.kernel import resource_id
from lightkeeper.kernel.problems import Invalid, MethodNotAllowed, NotFound
from lightkeeper.kernel.resource_id import MalformedId, ResourceId
from lightkeeper.wire.arm.operation import ANY_TYPE, Key, Operation

_FRONT_WORDS = frozenset({"register", "unregister", "resourcetypes", "providerpermissions"})
_FORMS = ("item", "list", "action", "front")

_READ_ONLY = {
    "microsoft.authorization/roleassignmentschedulerequests": "Eligible roles cannot be activated here yet.",
    "microsoft.authorization/roleeligibilityschedulerequests": "Eligible roles come from delegations and nowhere else.",
    "microsoft.authorization/rolemanagementpolicies": "What an activation asks for is set by the delegation.",
    "microsoft.authorization/rolemanagementpolicyassignments": "What an activation asks for is set by the delegation.",
    "microsoft.authorization/denyassignments": "Deny assignments are made by the platform only.",
}
"""Types that can be read and not written, with the reason."""


@dataclass(frozen=True, slots=True)
class Route:
    """A parsed path with the operation that serves it."""

    id: ResourceId
    operation: Operation
    segments: tuple[str, ...]
    front: bool = False  # one of the front door's own paths


class Routes:
    """The operation table, keyed."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._table: dict[Key, Operation] = {}
        for operation in operations:
            if operation.key in self._table:
                raise ValueError(f"{operation.method} {operation.path} is listed twice")
            self._table[operation.key] = operation
        self._methods: dict[tuple[str, str], set[str]] = {}
        self._typed = {key.type for key in self._table if key.form != "front"}
        for key in self._table:
            self._methods.setdefault((key.type, key.form), set()).add(key.method)

    def find(self, method: str, path: str) -> Route:
        """Return the route of a path. Raises `NotFound` or `MethodNotAllowed` when nothing serves it."""
        segments = resource_id.segments_of(path)
        lowered = tuple(part.lower() for part in segments)
        if lowered[2:5:2] == ("resourcegroups", "deployments"):
            # Operations of a group's deployments are asked for without `providers/Microsoft.Resources`.
            segments = (*segments[:4], "providers", "Microsoft.Resources", *segments[4:])
            lowered = (*lowered[:4], "providers", "microsoft.resources", *lowered[4:])
        front = _front_type(lowered)
        if front is not None:
            key = Key(method, front, "front")
            operation = self._table.get(key)
            if operation is not None:
                if not resource_id.is_fit(segments):
                    raise Invalid("InvalidResourceId", f"'{path[:200]}' is not a resource id.")
                return Route(_front_id(segments), operation, segments, front=True)
            if (front, "front") in self._methods or not _has_type(lowered):
                raise self._unserved(key, path)
        try:
            parsed = resource_id.of_segments(segments)
        except MalformedId as fault:
            if segments and segments[0].lower() not in ("subscriptions", "providers"):
                raise _unscoped() from fault
            raise Invalid("InvalidResourceId", f"'{path[:200]}' is not a resource id.") from fault
        key = _key_for(method, parsed)
        operation = self._table.get(key)
        if operation is None and key.type not in self._typed:
            operation = self._table.get(Key(method, ANY_TYPE, key.form))
        if operation is None:
            raise self._unserved(key, path)
        return Route(parsed, operation, segments)

    def _unserved(self, key: Key, path: str) -> Invalid | NotFound | MethodNotAllowed:
        known = any((key.type, form) in self._methods for form in _FORMS)
        if known or (key.form != "front" and (ANY_TYPE, key.form) in self._methods):
            type_ = key.type.rsplit("/", 1)[0] if key.form == "action" else key.type
            why = f" {_READ_ONLY[type_]}" if type_ in _READ_ONLY else ""
            return MethodNotAllowed(
                "HttpMethodNotAllowed", f"The request '{key.method} {path[:300]}' is not supported.{why}"
            )
        return _unscoped()


def _unscoped() -> NotFound:
    return NotFound(
        "MissingSubscription", "The request did not have a subscription or a valid tenant level resource provider."
    )


def _key_for(method: str, parsed: ResourceId) -> Key:
    kind = parsed.type.lower()
    if parsed.trailing is None:
        return Key(method, kind, "item")
    return Key(method, kind, "action" if method == "POST" else "list")


def _has_type(lowered: tuple[str, ...]) -> bool:
    return "providers" in lowered and lowered.index("providers") + 2 < len(lowered)


def _front_type(lowered: tuple[str, ...]) -> str | None:
    """Return the words of a front-door path with `*` for names, None for a path into a provider's types.

    A provider is a name when it is all that is asked for, and a word when something of it is named behind it.
    """
    if _has_type(lowered) and lowered[-1] not in _FRONT_WORDS:
        return None
    named_within = 1 if lowered[:1] == ("providers",) and len(lowered) > 3 else -1
    return "/".join("*" if n % 2 and n != named_within else part for n, part in enumerate(lowered))


def _front_id(segments: tuple[str, ...]) -> ResourceId:
    """Return the id of the longest part of a front-door path that is one."""
    for end in range(len(segments), 0, -1):
        try:
            return resource_id.of_segments(segments[:end])
        except MalformedId:
            continue
    return resource_id.parse("/")
