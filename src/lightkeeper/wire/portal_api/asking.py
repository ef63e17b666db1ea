"""What every verb of the portal's API works with: a request's parts, its body read, ids checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.ids import is_guid
from lightkeeper.kernel.problems import Invalid


@dataclass(frozen=True, slots=True)
class Asked:
    """A request's parts: what stands in the path, what in the query, and the parsed body."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any

    def subscription_in_path(self) -> str:
        """Return the subscription the path names. Raises `Invalid` when that is no GUID."""
        return guid(self.path["subscription"])


Handle = Callable[[Call, Asked], Any]


@dataclass(frozen=True, slots=True)
class Verb:
    """One row of the API: where, how, and which function answers it."""

    method: str
    path: str
    handle: Handle


class Body(BaseModel):
    """A request's body; a field nobody knows is a fault."""

    model_config = ConfigDict(extra="forbid")


_M = TypeVar("_M", bound=BaseModel)


def read(kind: type[_M], asked: Asked) -> _M:
    """Return the body as `kind`. Raises `Invalid` with every fault."""
    try:
        return kind.model_validate({} if asked.body is None else asked.body)
    except ValidationError as faults:
        details = [
            Finding("InvalidRequestContent", ".".join(str(part) for part in fault["loc"]), fault["msg"])
            for fault in faults.errors()
        ]
        raise Invalid(
            "InvalidRequestContent", "The request's body has faults. See the details.", details=details
        ) from faults


def guid(text: str) -> str:
    """Return a subscription id in lower case. Raises `Invalid` when it is none."""
    if not is_guid(text):
        raise Invalid(
            "InvalidSubscriptionId",
            f"The provided subscription identifier '{text[:80]}' is malformed or invalid.",
            target="subscription",
        )
    return text.lower()
