"""The ARM front door as an ASGI application: the clauses of the common contract in their order, then one operation.

    token present and valid -> api-version present -> operation known -> subscription exists -> token's tenant admitted
    -> api-version served -> body read -> the service authorizes and acts, in one transaction -> headers

Reads of a local database run on the event loop, since a thread hop costs more than the query; writes, and everything on
PostgreSQL, run in worker threads. This is the one place that decides it.
"""

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import structlog
from anyio import CapacityLimiter, to_thread

from lightkeeper.kernel.call import Caller, Occasion
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.outside import repeated
from lightkeeper.kernel.problems import Problem, Unavailable
from lightkeeper.wire import request_log
from lightkeeper.wire.arm import api_version, correlation, errors, jsonc
from lightkeeper.wire.arm.admission import Admission, Doors
from lightkeeper.wire.arm.body import parse_json, read_body
from lightkeeper.wire.arm.exchange import Scope, base_of, path_of, written
from lightkeeper.wire.arm.failures import FailureLog
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.routing import Route, Routes
from lightkeeper.wire.arm.throttling import Throttle

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LONGEST_KEPT_URI = 2048
"""Characters of a request's address that its log entry keeps."""

log = structlog.get_logger("lightkeeper.arm")


class ArmApp:
    """Serves the operation table."""

    def __init__(
        self,
        office: Office,
        operations: Iterable[Operation],
        doors: Doors,
        *,
        login: str,
        throttle: Throttle | None = None,
    ) -> None:
        self._office = office
        self._routes = Routes(operations)
        self._admission = Admission(doors)
        self._login = login
        self._throttle = throttle or Throttle()
        self._failures = FailureLog(office)
        self._threads = CapacityLimiter(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        started = time.perf_counter()
        now = self._office.clock.now()
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        correlation_id = correlation.correlation_id_of(headers)
        extra = correlation.identifying_headers(headers, correlation_id, now)
        method, path = scope["method"], path_of(scope)
        try:
            try:
                answer = await self._answer(scope, receive, method, path, headers, correlation_id, now, extra)
            except Problem as problem:
                answer = errors.answer_of(problem, self._login, path)
            start, body = written(answer, extra, method)
        except Exception:
            log.exception("request failed", correlation_id=correlation_id, method=method, path=path)
            answer = errors.unexpected(correlation_id)
            start, body = written(answer, extra, method)
        await send(start)
        request_log.note(scope, "arm", answer.status, started, correlation_id)
        await send(body)

    async def _answer(
        self,
        scope: Scope,
        receive: Receive,
        method: str,
        path: str,
        headers: Mapping[str, str],
        correlation_id: str,
        now: datetime,
        extra: list[tuple[bytes, bytes]],
    ) -> Answer:
        query = {
            name.lower(): value
            for name, value in parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        }
        caller = self._admission.caller(headers, path, now)
        version = query.get("api-version", "")
        api_version.check_present(version)
        route = self._routes.find(method, path)
        subscription_id = route.id.subscription_id
        self._admission.check_subscription(caller, subscription_id)
        api_version.check_served(version, route.operation.versions, "" if route.front else route.id.type)
        extra.extend(self._throttle.count(caller.object_id, subscription_id, method, now.timestamp()))
        base = base_of(scope, headers)
        request = ArmRequest(
            id=route.id,
            method=method,
            query=query,
            headers=headers,
            body=None,
            api_version=version.lower(),
            base=base,
            segments=route.segments,
        )
        address = scope.get("client")
        occasion = Occasion(
            method=method,
            uri=f"{base}{path}?{scope.get('query_string', b'').decode('latin-1')}"[:LONGEST_KEPT_URI],
            client_request_id=headers.get("x-ms-client-request-id", "")[:128],
            client_address=address[0] if address else "",
        )
        if route.operation.changes:
            return await self._change(receive, route, request, caller, correlation_id, occasion)
        if method not in ("GET", "HEAD"):
            request = await _with_body(receive, route, request)
        if self._office.database.local:
            return self._read(route, request, caller, correlation_id, occasion)
        return await to_thread.run_sync(
            self._read, route, request, caller, correlation_id, occasion, limiter=self._threads
        )

    async def _change(
        self,
        receive: Receive,
        route: Route,
        request: ArmRequest,
        caller: Caller,
        correlation_id: str,
        occasion: Occasion,
    ) -> Answer:
        """Write, and when that is refused, log the refusal."""
        try:
            request = await _with_body(receive, route, request)
            return await to_thread.run_sync(
                repeated,
                partial(self._write, route, request, caller, correlation_id, occasion),
                limiter=self._threads,
            )
        except Problem as problem:
            note = partial(
                self._failures.note,
                route.operation,
                request,
                problem,
                caller,
                correlation_id=correlation_id,
                occasion=occasion,
            )
            await to_thread.run_sync(note, limiter=self._threads)
            raise

    def _read(
        self, route: Route, request: ArmRequest, caller: Caller, correlation_id: str, occasion: Occasion
    ) -> Answer:
        with self._office.reading(caller, correlation_id=correlation_id, occasion=occasion) as call:
            asked = request.headers.get("x-lightkeeper-revision", "")
            if asked.isdecimal() and (len(asked) > 18 or int(asked) > self._office.revision):
                raise Unavailable(
                    "RevisionNotReached",
                    f"Revision {asked[:18]} has not reached this node yet. Try again.",
                    retry_after=1,
                )
            return route.operation.handle(call, request)

    def _write(
        self, route: Route, request: ArmRequest, caller: Caller, correlation_id: str, occasion: Occasion
    ) -> Answer:
        with self._office.writing(caller, correlation_id=correlation_id, occasion=occasion) as call:
            answer = route.operation.handle(call, request)
        if not call.revision:
            return answer
        return Answer(answer.status, answer.body, {**answer.headers, "x-lightkeeper-revision": str(call.revision)})


async def _with_body(receive: Receive, route: Route, request: ArmRequest) -> ArmRequest:
    raw = await read_body(receive, request.headers)
    if not raw:
        return request
    return replace(request, body=jsonc.parse(raw) if route.operation.jsonc else parse_json(raw))
