"""What every sign-in endpoint needs, and the frame around each: threads, refusals, faults of our own."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import ParamSpec, TypeVar

import structlog
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lightkeeper.directory.browsers import Browsers
from lightkeeper.directory.consents import Consents
from lightkeeper.directory.device_codes import DeviceCodes
from lightkeeper.directory.grants import Grants
from lightkeeper.directory.second_factors import SecondFactors
from lightkeeper.directory.sign_in import SignIn
from lightkeeper.directory.signing_keys import SigningKey, known_keys
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import PLATFORM
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Problem, Unavailable
from lightkeeper.wire.entra.errors import entra_error
from lightkeeper.wire.entra.settings import EntraSettings

_log = structlog.get_logger("lightkeeper.entra")
_T = TypeVar("_T")
_P = ParamSpec("_P")


def _few() -> CapacityLimiter:
    return CapacityLimiter(4)


def _some() -> CapacityLimiter:
    return CapacityLimiter(16)


@dataclass(frozen=True, slots=True)
class Desk:
    """The rooms behind the endpoints. Hashing takes 19 MiB and a core, so only a few sign-ins are looked at at once."""

    office: Office
    settings: EntraSettings
    sign_in: SignIn
    grants: Grants
    devices: DeviceCodes
    browsers: Browsers
    factors: SecondFactors
    consents: Consents
    limiter: CapacityLimiter = field(default_factory=_few)
    patient: CapacityLimiter = field(default_factory=_some)

    async def in_thread(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Return what `work` returns, done off the event loop."""
        return await to_thread.run_sync(partial(work, *args, **kwargs), limiter=self.limiter)

    async def in_patient_thread(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Return what `work` returns; it may wait for somebody else's server without keeping passwords waiting."""
        return await to_thread.run_sync(partial(work, *args, **kwargs), limiter=self.patient)

    def keys(self) -> list[SigningKey]:
        """Return the keys in use, the signing one first. Raises `Unavailable` before the server has made one."""
        with self.office.reading(PLATFORM) as call:
            call.open_to_all("public halves are public; the private one signs what `SignIn` and `Grants` have allowed")
            keys = known_keys(call.connection, call.now)
        if not keys:
            raise Unavailable("AADSTS90033", "A transient error has occurred. Please try again.")
        return keys


Endpoint = Callable[[Desk, Request], Awaitable[Response]]


def guarded(desk: Desk, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint with every refusal translated, and every fault of ours logged and hidden."""

    async def serve(request: Request) -> Response:
        correlation_id = correlation_id_of(request)
        try:
            return await endpoint(desk, request)
        except Problem as problem:
            return entra_error(problem, desk.office.clock.now(), correlation_id, desk.settings.login_url)
        except Exception:
            _log.exception("sign-in failed", path=request.url.path, correlation_id=correlation_id)
            return JSONResponse(
                {
                    "error": "server_error",
                    "error_description": "AADSTS90033: A transient error has occurred. Please try again.",
                    "error_codes": [90033],
                    "correlation_id": correlation_id,
                },
                500,
            )

    return serve


def correlation_id_of(request: Request) -> str:
    """Return the id the client gave its request, or a new one."""
    given = request.headers.get("client-request-id") or request.query_params.get("client-request-id") or ""
    return given.lower() if ids.is_guid(given) else str(uuid.uuid4())
