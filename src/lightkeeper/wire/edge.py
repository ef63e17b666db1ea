"""Which surface serves a path: ARM's own words go to the ARM application, everything else to the toolkit's routes."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

App = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[MutableMapping[str, Any]]],
        Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ],
    Awaitable[None],
]

_ARM_WORDS = frozenset({"subscriptions", "providers", "tenants"})


def edge(arm: App, others: App) -> App:
    """Return one application for the main origin."""

    async def app(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        first = scope["path"].lstrip("/").partition("/")[0].lower()
        await (arm if first in _ARM_WORDS else others)(scope, receive, send)

    return app
