"""What a deployment needs from the rest of the house, declared here and tied together at start (`bootstrap/`).

The engine knows no resource type. Who keeps a type puts its writer into the table; everything else goes to the generic
writer. All functions act as the caller of the call they are given and ask for that caller's rights themselves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lightkeeper.deployments.environment import Library
from lightkeeper.deployments.links import Links
from lightkeeper.kernel.call import Call, Caller
from lightkeeper.kernel.problems import Problem

Document = Mapping[str, Any]

Writer = Callable[[Call, str, str, str, Document], Document]
"""`writer(call, scope, name, api_version, body)` puts a resource and returns its whole document.

`scope` is the ARM id it is deployed to or extends; `name` has a slash per parent for a nested type.
"""


@dataclass(frozen=True, slots=True)
class Refused:
    """A resource that a deployment could not put, after its transaction was rolled back; `body` is None when it has none yet."""

    caller: Caller
    correlation_id: str
    resource_id: str
    api_version: str
    body: Document | None
    problem: Problem


@dataclass(frozen=True, slots=True)
class ResourceWriters:
    """Who writes which type: lower-case resource type -> writer, and a writer for every other type."""

    by_type: Mapping[str, Writer]
    generic: Callable[[str], Writer]

    def of(self, resource_type: str) -> Writer:
        """Return the writer of a type."""
        return self.by_type.get(resource_type.lower()) or self.generic(resource_type)


@dataclass(frozen=True, slots=True)
class Seams:
    """The table of writers and the look-ups beside it.

    `subscription`, `resource_group`, `management_group` and `tenant` answer with what the template functions of these names
    report, `None` when there is none; they ask for no right, because a deployment's own right was asked before.
    """

    writers: ResourceWriters
    library: Library
    read: Callable[[Call, str, str], Document]  # resource id, api-version
    act: Callable[[Call, str, str, str, Any], Any]  # resource id, action (`listKeys`), api-version, body
    delete: Callable[[Call, str], None]  # resource id
    listed: Callable[[Call, str], Sequence[str]]  # ids of the top-level resources in a resource group
    register: Callable[[Call, str, str], None]  # subscription id, namespace; quiet when it is registered
    subscription: Callable[[Call, str], Document | None]
    resource_group: Callable[[Call, str, str], Document | None]  # subscription id, name
    management_group: Callable[[Call, str], Document | None]
    tenant: Callable[[Call, str], Document | None]
    links: Links = field(
        default_factory=Links
    )  # what templates may be fetched from; nothing unless the operator says so
    insist_on_account: Callable[[Call], None] = lambda call: (
        None
    )  # raises `Forbidden` when the caller is gone or disabled
    refused: Callable[[Refused], None] = lambda refused: None  # told of a resource that could not be put
    may_nevertheless: Callable[[Call, str, str, Document], bool] = lambda call, type_, scope, properties: (
        False
    )  # whether who lacks the right to write a type at a scope may write it with these properties
    why_not_kept: Callable[[str, str], Problem | None] = lambda resource_id, api_version: (
        None
    )  # why nobody can put such a resource, whatever it says: an unknown type or version
    is_locked: Callable[[Call, str], bool] = lambda call, scope: False  # whether a lock keeps what is at a scope
    unregistered: frozenset[str] = field(default=frozenset({"microsoft.resources"}))
    """Namespaces that need no registration."""


_installed: list[Seams] = []


def install(seams: Seams) -> None:
    """Make `seams` what every deployment of this process uses."""
    _installed[:] = [seams]


def installed() -> Seams:
    """Return what `install` was given; a process that deploys without is put together wrongly."""
    if not _installed:
        raise LookupError("nobody has tied the deployments to the rest of the house")
    return _installed[0]
