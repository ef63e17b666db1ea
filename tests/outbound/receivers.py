"""Servers that write down what they get: HTTPS on 127.0.0.1 with a certificate of our own authority, and SMTP."""

import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from lightkeeper.kernel.certificates import ensure_certificates
from lightkeeper.outbound.settings import OutboundSettings


@dataclass(frozen=True)
class Got:
    """A request that came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}


Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Receiver:
    """An HTTPS server for the names it was made for; `answer` says what it replies, 200 and nothing by default."""

    folder: Path
    hosts: tuple[str, ...] = ()
    answer: Callable[[Got], Answer] = field(default=lambda got: (200, {}, b""))
    got: list[Got] = field(default_factory=list)

    def start(self) -> "Receiver":
        files = ensure_certificates(self.folder, self.hosts, datetime.now(UTC))
        self.ca_file = files.ca_file
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                got = Got(self.command, self.path, headers, self.rfile.read(length))
                receiver.got.append(got)
                status, more, body = receiver.answer(got)
                self.send_response(status)
                for name, value in {**more, "content-length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_PATCH = do

            def log_message(self, *arguments: Any) -> None:
                pass

        self.context = context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files.cert_file, files.key_file)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client killed on purpose
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}/leads"

    def settings(self, **more: Any) -> OutboundSettings:
        """Settings with which this server is reached, under all of its names."""
        at = dict.fromkeys(self.hosts, f"127.0.0.1:{self.port}")
        return OutboundSettings(local_targets=True, ca_file=self.ca_file, connect_to=at, timeout_seconds=30, **more)
