"""Clause: a write that was refused or failed is in the activity log too (L111, L113).

The refused transaction is rolled back, so the failure gets a transaction of its own afterwards. Reads are not logged, nor
is a request whose sender is unknown. A bounded number of failures a minute is logged for each caller, and for all of them
together, so that nobody can fill the log by failing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import structlog

from lightkeeper.kernel import encoding
from lightkeeper.kernel.call import Call, Caller, Occasion
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Problem
from lightkeeper.resources import service as resources
from lightkeeper.wire.arm.errors import problem_document
from lightkeeper.wire.arm.operation import ArmRequest, Operation

KIND = "RequestFailed"
PER_CALLER, IN_ALL = 30, 600
"""Failures logged in one minute: of one caller, and altogether. The rest is in the server's own log only."""

UNLOGGED = frozenset((401, 429))
"""Who it was is not known, or logging it would be the harm that throttling prevents."""

_LONGEST_OPERATION, _LONGEST_TEXT = 256, 2000
_MINUTE = 60

log = structlog.get_logger("lightkeeper.arm")


@dataclass(slots=True)
class FailureLog:
    """Writes failures down, as many as are bearable."""

    office: Office
    per_caller: int = PER_CALLER
    in_all: int = IN_ALL
    _minute: int = 0
    _noted: dict[str, int] = field(default_factory=dict)

    def note(
        self,
        operation: Operation,
        request: ArmRequest,
        problem: Problem,
        caller: Caller,
        *,
        correlation_id: str,
        occasion: Occasion,
    ) -> None:
        """Log that `operation` was refused to the caller; never raises, for the refusal itself must reach the caller."""
        try:
            status, document = problem_document(problem)
            if not 400 <= status < 500 or status in UNLOGGED or not self._bearable(caller):
                return
            with self.office.writing(caller, correlation_id=correlation_id, occasion=occasion) as call:
                call.open_to_all("what was refused is written down for whoever may read the log")
                call.record(_event(operation, request, status, document, _tenant_of(call, request)))
                if operation.refused is not None:
                    operation.refused(call, request, status_word(status))
        except Exception:
            log.exception("a failure could not be logged", correlation_id=correlation_id)

    def _bearable(self, caller: Caller) -> bool:
        minute = int(self.office.clock.now().timestamp() // _MINUTE)
        if minute != self._minute:
            self._minute = minute
            self._noted.clear()
        mine = self._noted.get(caller.object_id, 0)
        if mine >= self.per_caller or sum(self._noted.values()) >= self.in_all:
            return False
        self._noted[caller.object_id] = mine + 1
        return True


def action_of(operation: Operation, request: ArmRequest) -> str:
    """Return the operation's Azure name, with the type and the verb of a generic one filled in."""
    id_ = request.id
    type_ = id_.type.removesuffix(f"/{id_.trailing}") if id_.trailing else id_.type
    lowered = [part.lower() for part in request.segments]
    at = len(lowered) - lowered[::-1].index("providers") if "providers" in lowered else len(lowered)
    namespace = request.segments[at] if at < len(request.segments) else ""
    name = operation.action
    for mark, value in (("{type}", type_), ("{action}", id_.trailing or ""), ("{namespace}", namespace)):
        name = name.replace(mark, value)
    return "".join(sign for sign in name if sign.isprintable())[:_LONGEST_OPERATION]


def status_word(status: int) -> str:
    """Return a status as the activity log names it: `BadRequest`, `Forbidden`."""
    return HTTPStatus(status).phrase.title().replace(" ", "")


def _tenant_of(call: Call, request: ArmRequest) -> str:
    """Return whose log it belongs to: that of the subscription's home, or the caller's own tenant's."""
    found = resources.find_subscription(call, request.id.subscription_id) if request.id.subscription_id else None
    return found.tenant_id if found is not None else call.caller.tenant_id


def _event(
    operation: Operation, request: ArmRequest, status: int, document: Mapping[str, Any], tenant_id: str
) -> Event:
    error = document["error"]
    body = {
        "resource_id": request.id.text[:_LONGEST_TEXT],
        "status": "Failed",
        "sub_status": status_word(status),
        "statusCode": status_word(status),
        "statusMessage": encoding.encode(document).decode()[: 4 * _LONGEST_TEXT],
        "code": error["code"],
        "message": error["message"][:_LONGEST_TEXT],
    }
    subscription_id = request.id.subscription_id
    return Event(
        KIND,
        action_of(operation, request),
        tenant_id=tenant_id,
        subscription_id=subscription_id.lower() if subscription_id is not None else None,
        body=body,
    )
