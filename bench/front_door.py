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
from lightkeeper.wire import request_log

WORLD = (Path(__file__).parents[1] / "examples" / "worlds" / "demo.yaml").read_text()
SUBSCRIPTION = f"/subscriptions/{named('subscription', 'contoso-prod')}"
AUTHORIZATION = "Microsoft.Authorization"
MACHINE = f"{SUBSCRIPTION}/resourceGroups/web/providers/Microsoft.Compute/virtualMachines/vm1"
OWNER, TECHNICIAN = "contoso/owner", "fabrikam/technician"
SERVICES = f"{SUBSCRIPTION}/providers/Microsoft.ManagedServices"
DEFINITION = f"{SERVICES}/registrationDefinitions/{named('definition', 'bench')}"
ASKED = {
    "a subscription": (OWNER, SUBSCRIPTION, "2022-09-01"),
    "a resource group": (OWNER, f"{SUBSCRIPTION}/resourceGroups/web", "2022-09-01"),
    "a virtual machine": (OWNER, MACHINE, "2024-07-01"),
    "the same, by a technician": (TECHNICIAN, MACHINE, "2024-07-01"),
    "a list of role assignments": (OWNER, f"{SUBSCRIPTION}/providers/{AUTHORIZATION}/roleAssignments", "2022-04-01"),
    "a list of delegations": (OWNER, f"{SERVICES}/registrationAssignments", "2022-10-01"),
    "an unknown group (404)": (OWNER, f"{SUBSCRIPTION}/resourceGroups/none", "2022-09-01"),
    "a refusal (403)": (TECHNICIAN, MACHINE.replace("Compute/virtualMachines", "Web/sites"), "2024-04-01"),
}
App = Callable[[Any, Any, Any], Awaitable[None]]


async def _bare(_request: Any) -> JSONResponse:
    return JSONResponse({"id": "/subscriptions/x", "name": "vm1", "properties": {"hardwareProfile": {"vmSize": "B1s"}}})


def main() -> None:
    """Print the ratio of each request to the bare answer: the median of interleaved rounds."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as folder:
        request_log.seams.write = reporting.report_to(Path(folder)).write
        house = House.of(Path(folder), WORLD)
        bare = Starlette(routes=[Route("/{rest:path}", _bare)])
        _delegate(house)
        for title, (by, path, version) in ASKED.items():
            ratios, ours = [], []
            for _ in range(7):
                base = _time(house.runner, bare, path, by, version, count)
                took = _time(house.runner, house.main, path, by, version, count)
                ratios.append(took / base)
                ours.append(count / took)
            print(f"{title:28} {statistics.median(ratios):5.1f} x bare   {statistics.median(ours):8,.0f} /s")
        house.close()


def _delegate(house: House) -> None:
    """Let there be a delegation to list."""
    authorization = {
        "principalId": named("group", "fabrikam/tier1"),
        "roleDefinitionId": "9980e02c-c2be-4d73-94e8-173b1dc7cf3c",  # Virtual Machine Contributor
    }
    definition = {
        "registrationDefinitionName": "Bench",
        "managedByTenantId": named("tenant", "fabrikam"),
        "authorizations": [authorization],
    }
    assignment = f"{SERVICES}/registrationAssignments/{named('assignment', 'bench')}"
    house.send("POST", f"{SERVICES}/register?api-version=2022-09-01", by=OWNER)
    for path, properties in ((DEFINITION, definition), (assignment, {"registrationDefinitionId": DEFINITION})):
        reply = house.send("PUT", f"{path}?api-version=2022-10-01", {"properties": properties}, by=OWNER)
        assert reply.status < 300, reply.json


def _time(runner: asyncio.Runner, app: App, path: str, by: str, version: str, count: int) -> float:
    headers = [(b"host", b"localhost:8443"), (b"authorization", f"Bearer {by}".encode())]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": f"api-version={version}".encode(),
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
