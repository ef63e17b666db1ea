"""How each operation is called so that it succeeds: what its path names, what it is told, and what must be there before.

One file a namespace; `KNOCKS` finds the way by the operation's name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.house import Reply

from conformance.descriptions import WHOLE, Described
from conformance.town import OWNER, Town


@dataclass(frozen=True)
class Knock:
    """One request: values for the path, a body, a query beside the version, and who asks."""

    values: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    by: str = OWNER
    below: str = ""  # where this house serves paths that have a host of their own upstream


Way = Callable[[Town, Described], Knock]


def send(town: Town, described: Described, knock: Knock) -> Reply:
    """Send a knock to an operation and return the answer."""
    path = described.path.partition("?")[0]
    for name, value in knock.values.items():
        path = path.replace(f"{{{name}}}", value.strip("/") if name in WHOLE else quote(value))
    path = path if "{" in path else "/" + path.lstrip("/")
    assert "{" not in path, f"nothing is said for {path}"
    query = {"api-version": described.version, **knock.query}
    asked = "&".join(f"{quote(name, safe='$')}={quote(value, safe='')}" for name, value in query.items())
    return town.send(
        described.method, f"{knock.below}{path}?{asked}", knock.body, by=knock.by, headers=dict(knock.headers)
    )
