"""Where a server is reached, and how it tells."""

import ipaddress
import json
import os
import sys
import uuid
from pathlib import Path
from typing import Any

from lightkeeper import __version__
from lightkeeper.kernel.certificates import Certificates
from lightkeeper.settings import Settings


def doors_of(settings: Settings, port: int, graph_port: int, certificates: Certificates) -> dict[str, Any]:
    """Return every address of the server, and where its certificates and data lie, as the ready file says them."""
    host = "localhost" if _is_local(settings.host) else settings.host.lower()
    origin = f"https://{host}:{port}"
    return {
        "arm": origin,
        "login": origin,
        "graph": f"https://{host}:{graph_port}",
        "partner": f"{origin}/api",
        "catalog": f"{origin}/catalog",
        "portal": f"{origin}/portal",
        "ca_file": str(certificates.ca_file.resolve()),
        "ca_bundle": str(certificates.ca_bundle.resolve()),
        "data": str(settings.data.resolve()),
        "pid": os.getpid(),
    }


def _is_local(host: str) -> bool:
    """Return whether clients on this machine reach the server as localhost: a loopback address, or all addresses."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def ready_files(settings: Settings) -> list[Path]:
    """Return the files that are there while the server is ready."""
    own = settings.data / "ready.json"
    return [own] if settings.ready_file is None else [own, settings.ready_file]


def tell(settings: Settings, doors: dict[str, Any]) -> None:
    """Say that the server is ready: a file that appears whole, and a line for people."""
    for file in ready_files(settings):
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f".{file.name}.{uuid.uuid4().hex}")
        part.write_text(json.dumps(doors, indent=2) + "\n")
        part.replace(file)
    print(f"Lightkeeper {__version__} is ready at {doors['portal']} (data in {doors['data']}). Stop it with Ctrl-C.")
    sys.stdout.flush()
