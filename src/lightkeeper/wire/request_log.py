"""One line in the log for every request that the ARM application does not note itself.

Queries of sign-in addresses are left out: they carry codes and names of people.
"""

import time
from collections.abc import MutableMapping
from typing import Any

import structlog

from lightkeeper.wire.edge import App

log = structlog.get_logger("lightkeeper.requests")


def noted(app: App, surface: str, *, query: bool = False) -> App:
    """Return the application with a line `request` in the log after each answer; `query` says whether to keep the query."""

    async def noting(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0

        async def watching(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, watching)
        finally:
            log.info(
                "request",
                surface=surface,
                method=scope["method"],
                path=scope["path"],
                query=scope.get("query_string", b"").decode("latin-1") if query else "",
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 2),
            )

    return noting
