"""What a request through the ARM front door costs, as a ratio to a bare Starlette JSON answer in the same interleaved run.

    python -m bench.front_door [requests]

Both are called as ASGI applications in this process, so that neither a socket nor TLS is measured: token, api-version,
decision, the SQLite read and ARM's headers against routing and one JSON document.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.house import House

from lightkeeper import reporting
from lightkeeper.kernel.ids import named

WORLD = (Path(__file__).parents[1] / "examples" / "worlds" / "demo.yaml").read_text()
SUBSCRIPTION = f"/subscriptions/{named('subscription', 'contoso-prod')}"
PATHS = {
    "GET one virtual machine": f"{SUBSCRIPTION}/resourceGroups/web/providers/Microsoft.Compute/virtualMachines/vm1",
    "GET one resource group": f"{SUBSCRIPTION}/resourceGroups/web",
    "GET, not found": f"{SUBSCRIPTION}/resourceGroups/none",
}
App = Callable[[Any, Any, Any], Awaitable[None]]


async def _bare(_request: Any) -> JSONResponse:
    return JSONResponse({"id": "/subscriptions/x", "name": "vm1", "properties": {"hardwareProfile": {"vmSize": "B1s"}}})


def main() -> None:
    """Print the ratio of each request to the bare answer: the median of interleaved rounds."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as folder:
        reporting.report_to(Path(folder))
        house = House.of(Path(folder), WORLD)
        bare = Starlette(routes=[Route("/{rest:path}", _bare)])
        for title, path in PATHS.items():
            ratios, ours = [], []
            for _ in range(7):
                base = _time(house.runner, bare, path, count)
                took = _time(house.runner, house.main, path, count)
                ratios.append(took / base)
                ours.append(count / took)
            print(f"{title:28} {statistics.median(ratios):5.1f} x bare   {statistics.median(ours):8,.0f} /s")
        house.close()


def _time(runner: asyncio.Runner, app: App, path: str, count: int) -> float:
    headers = [(b"host", b"localhost:8443"), (b"authorization", b"Bearer contoso/owner")]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"api-version=2022-09-01",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 8443),
    }

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: Any) -> None:
        return None

    async def run() -> float:
        started = time.perf_counter()
        for _ in range(count):
            await app(dict(scope), receive, send)
        return time.perf_counter() - started

    return runner.run(run())


if __name__ == "__main__":
    main()
