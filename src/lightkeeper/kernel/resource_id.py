"""ARM resource ids: one parse gives scope, provider, type, names.

Paths are compared without case; the caller's spelling of names is kept, keywords are given back in the public
documentation's spelling (`resourceGroups`). Repeated and trailing slashes are folded. `key` is the lower-case id: equal
keys mean the same resource.

    /subscriptions/S/resourceGroups/G/providers/Microsoft.Compute/virtualMachines/vm1
    └──────────── scope ────────────┘           └─ namespace ──┘ └─ types ─────┘ └ names
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

ROOT = "/"
_MANAGEMENT_GROUPS = "microsoft.management"


_UNFIT = re.compile(r"[%\x00-\x1f\x7f]|(?:^|/)\s+(?:/|$)|[^/]{1025}")
"""What no id has: signs no name has, a name of blanks, a name too long.

Without a percent sign a parsed id parses to itself: a scope means the same whoever reads it next.
"""

_LONGEST = 8192


class MalformedId(ValueError):
    """The text is not an ARM id."""


@dataclass(frozen=True, slots=True)
class ResourceId:
    """A parsed id.

    `parent` is the id before the last `/providers/` (None when there is none: a tenant, subscription or resource group
    itself). `trailing` is a type segment without a name: a collection (`.../virtualMachines`) or an action's name.
    """

    subscription_id: str | None = None
    resource_group: str | None = None
    parent: "ResourceId | None" = None
    namespace: str = ""
    types: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    trailing: str | None = None
    key: str = field(default="", compare=True)
    text: str = field(default="", compare=False)

    @property
    def type(self) -> str:
        """Return the full type, `Microsoft.Compute/virtualMachines`; for containers the type ARM gives them."""
        if self.namespace:
            return "/".join((self.namespace, *self.types, *((self.trailing,) if self.trailing else ())))
        if self.resource_group is not None:
            return "Microsoft.Resources/resourceGroups"
        return (
            "Microsoft.Resources/subscriptions" if self.subscription_id is not None else "Microsoft.Resources/tenants"
        )

    @property
    def name(self) -> str:
        """Return the last name; for containers the group's name or the subscription's id."""
        if self.names:
            return self.names[-1]
        return self.resource_group or self.subscription_id or ""

    @property
    def scope(self) -> str:
        """Return the text of the scope this resource lives at: of `parent`, or of itself for a container."""
        return self.parent.text if self.parent is not None else self.text

    def ancestors(self) -> Iterator[str]:
        """Yield the keys of this id and everything above it inside its subscription (or up to `/`), nearest first.

        Management groups above a subscription are not in the id; the access index adds them.
        """
        current: ResourceId | None = self
        while current is not None:
            if current.namespace:
                base = current.parent.key if current.parent is not None and current.parent.key != ROOT else ""
                prefix = f"{base}/providers/{current.namespace.lower()}"
                parts = [f"{t.lower()}/{n.lower()}" for t, n in zip(current.types, current.names, strict=True)]
                for depth in range(len(parts), 0, -1):
                    yield f"{prefix}/{'/'.join(parts[:depth])}"
            elif current.resource_group is not None:
                yield current.key
                yield f"/subscriptions/{(current.subscription_id or '').lower()}"
            else:
                yield current.key
            current = current.parent


def parse(path: str) -> ResourceId:
    """Return the id a path names. Raises `MalformedId` when it is none (odd segments, an empty or over-long name)."""
    return of_segments(segments_of(path))


def segments_of(path: str) -> tuple[str, ...]:
    """Return the names and keywords a path is made of, without its escapes."""
    parts = tuple(part for part in path.split("/") if part)
    return parts if "%" not in path else tuple(unquote(part) for part in parts)


def is_fit(segments: tuple[str, ...]) -> bool:
    """Return whether every segment may stand in an id, whatever they make together."""
    path = "/".join(segments)
    return len(path) <= _LONGEST and _UNFIT.search(path) is None and path.count("/") < max(len(segments), 1)


def of_segments(segments: tuple[str, ...]) -> ResourceId:
    """Return the id that segments make, as `parse` does."""
    if not segments:
        return ResourceId(key=ROOT, text=ROOT)
    path = "/".join(segments)
    if not is_fit(segments):
        raise MalformedId(path[:200])
    current, at = _container(segments, path)
    while at < len(segments):
        if segments[at].lower() != "providers" or at + 1 >= len(segments):
            raise MalformedId(path)
        end = next((n for n in range(at + 2, len(segments)) if _starts_provider(segments, n, at + 2)), len(segments))
        rest = segments[at + 2 : end]
        if len(rest) % 2 and end < len(segments):
            raise MalformedId(path)
        current = _provider(current, segments[at + 1], rest)
        at = end
    return current


def _starts_provider(segments: tuple[str, ...], n: int, first: int) -> bool:
    """Return whether segment `n` is the keyword `providers` rather than a resource's name: it stands where a type would."""
    return segments[n].lower() == "providers" and (n - first) % 2 == 0 and n + 1 < len(segments)


def _container(segments: tuple[str, ...], path: str) -> tuple[ResourceId, int]:
    if segments[0].lower() != "subscriptions":
        if segments[0].lower() == "providers":
            return ResourceId(key=ROOT, text=ROOT), 0
        raise MalformedId(path)
    if len(segments) < 2:
        raise MalformedId(path)
    subscription = segments[1]
    text = f"/subscriptions/{subscription}"
    if len(segments) > 3 and segments[2].lower() == "resourcegroups":
        text = f"{text}/resourceGroups/{segments[3]}"
        return ResourceId(subscription, segments[3], key=text.lower(), text=text), 4
    return ResourceId(subscription, key=text.lower(), text=text), 2


def _provider(scope: ResourceId, namespace: str, rest: tuple[str, ...]) -> ResourceId:
    types, names = rest[0::2], rest[1::2]
    trailing = None
    if len(types) > len(names):
        types, trailing = types[:-1], types[-1]
    base = "" if scope.text == ROOT else scope.text
    text = "/".join((f"{base}/providers/{namespace}", *rest))
    return ResourceId(
        subscription_id=scope.subscription_id,
        resource_group=scope.resource_group,
        parent=scope,
        namespace=namespace,
        types=types,
        names=names,
        trailing=trailing,
        key=text.lower(),
        text=text,
    )


def is_management_group(scope: ResourceId) -> bool:
    """Return whether the id is a management group."""
    return scope.namespace.lower() == _MANAGEMENT_GROUPS and tuple(t.lower() for t in scope.types) == (
        "managementgroups",
    )


def child(scope: str, namespace: str, *pairs: str) -> str:
    """Return the id of a resource under `scope`: `child("/subscriptions/S", "Microsoft.X", "things", "t1")`."""
    base = "" if scope == ROOT else scope.rstrip("/")
    return "/".join((f"{base}/providers/{namespace}", *pairs))


_SAFE_NAME = re.compile(r"[-\w._()]{1,90}")


def is_group_name(name: str) -> bool:
    """Return whether `name` may name a resource group: up to 90 letters, digits, `-_.()`, not ending in a dot."""
    return _SAFE_NAME.fullmatch(name) is not None and not name.endswith(".")
