"""Listening: two HTTPS origins in one process (everything on one, Graph on the other), until a signal.

On SIGTERM or SIGINT the listeners close, open requests are finished, then `serve` returns.
"""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import uvloop
from granian.constants import Interfaces, SSLProtocols
from granian.server.embed import Server

_TRIES = 3000


class PortTaken(RuntimeError):
    """Somebody else listens on the port asked for."""


@contextlib.contextmanager
def kept_port(host: str, asked: int) -> Iterator[int]:
    """Yield `asked`, or a free port when it is 0, and let nobody else choose it meanwhile.

    Between the choice and the first listening lies the whole start of a server. A port that is bound is given neither to
    another server that asks for a free one nor to a connection that goes out. Raises `PortTaken` when `asked` is in use.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            keeper.bind((host, asked))
        except OSError as fault:
            raise PortTaken(
                f"Port {asked} on {host} is taken ({fault.strerror}). Name another one, or 0 for a free one."
            ) from fault
        yield int(keeper.getsockname()[1])


def serve(apps: list[tuple[Any, int]], *, host: str, certificate: Path, key: Path, ready: Callable[[], None]) -> None:
    """Serve each ASGI application on its port until a signal; call `ready` once all of them listen."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(apps, host, certificate, key, ready))


async def _serve(
    apps: list[tuple[Any, int]], host: str, certificate: Path, key: Path, ready: Callable[[], None]
) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    servers = [
        Server(
            app,
            address=host,
            port=port,
            interface=Interfaces.ASGINL,
            ssl_cert=certificate,
            ssl_key=key,
            ssl_protocol_min=SSLProtocols.tls12,
            backlog=1024,
            websockets=False,
            log_enabled=False,
        )
        for app, port in apps
    ]
    tasks = [asyncio.create_task(server.serve()) for server in servers]
    stopping = asyncio.create_task(stop.wait())
    for _, port in apps:
        await _listening(host, port, tasks)
    ready()
    await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
    for server in servers:
        server.stop()  # type: ignore[no-untyped-call]
    stopping.cancel()
    await asyncio.gather(*tasks)


async def _listening(host: str, port: int, tasks: list["asyncio.Task[None]"]) -> None:
    for _ in range(_TRIES):
        for task in tasks:
            if task.done():
                task.result()
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
            return
        await asyncio.sleep(0.02)
    raise RuntimeError(f"nothing listens on {host}:{port}")
