"""Which surface serves a path: ARM's own words go to the ARM application, everything else to the toolkit's routes."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from anyio import CapacityLimiter, to_thread

App = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[MutableMapping[str, Any]]],
        Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ],
    Awaitable[None],
]

_ARM_WORDS = frozenset({"subscriptions", "providers", "tenants"})


def up_to_date(app: App, look: Callable[[], None]) -> App:
    """Return the application that takes in what other nodes have written (`look`) before it judges who is asking what.

    So an answer of one node holds at every other node from the next request on, at the price of a look-up.
    """
    threads = CapacityLimiter(32)

    async def looking(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await to_thread.run_sync(look, limiter=threads)
        await app(scope, receive, send)

    return looking


def edge(arm: App, others: App) -> App:
    """Return one application for the main origin."""

    async def app(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        path = scope["path"].lower()
        first = path.lstrip("/").partition("/")[0]
        # A misspelled scope (`subscription/...`) is still a question to ARM, which says what is wrong with it.
        await (arm if first in _ARM_WORDS or "/providers/" in path else others)(scope, receive, send)

    return app
