"""One JSON line in the log for every request, written before the end of its answer: who has the answer finds the line.

Written as it is, past the machinery that reports of other kinds go through: this happens on every request. Queries of
sign-in addresses are left out, since they carry codes and names of people.
"""

import time
from collections.abc import Callable, MutableMapping
from typing import Any

from lightkeeper.kernel import encoding
from lightkeeper.kernel.clock import utc_now
from lightkeeper.wire.edge import App


class _Seams:
    """Where the lines go, tied in bootstrap; until then nowhere."""

    write: Callable[[bytes], None] | None = None


seams = _Seams()


def note(
    scope: MutableMapping[str, Any],
    surface: str,
    status: int,
    started: float,
    correlation_id: str = "",
    *,
    query: bool = True,
) -> None:
    """Write the line of a request that `started` (a reading of the performance counter) and was answered with `status`."""
    if seams.write is None:
        return
    line = {
        "event": "request",
        "timestamp": utc_now(),
        "surface": surface,
        "method": scope["method"],
        "path": scope["path"],
        "query": scope.get("query_string", b"").decode("latin-1") if query else "",
        "status": status,
        "ms": round((time.perf_counter() - started) * 1000, 2),
        "correlation_id": correlation_id,
    }
    seams.write(encoding.encode(line))


def noted(app: App, surface: str, *, query: bool = False) -> App:
    """Return the application with a line `request` in the log for each answer; `query` says whether to keep the query."""

    async def noting(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        started = time.perf_counter()
        status, told = 0, False

        async def watching(message: MutableMapping[str, Any]) -> None:
            nonlocal status, told
            if message["type"] == "http.response.start":
                status = message["status"]
            elif not message.get("more_body") and not told:
                told = True
                note(scope, surface, status, started, query=query)
            await send(message)

        try:
            await app(scope, receive, watching)
        finally:
            if not told:  # it failed, or the caller went away
                note(scope, surface, status, started, query=query)

    return noting
