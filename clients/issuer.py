"""An issuer of tokens on this machine, as a cluster or a build service is one: it publishes its keys over HTTPS."""

import json
import ssl
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from jwt.algorithms import RSAAlgorithm

from lightkeeper.kernel.certificates import ensure_certificates

EXCHANGE = "api://AzureADTokenExchange"


@dataclass
class Issuer:
    """Serves until `stop`; `asked` are the paths it was asked for."""

    folder: Path
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._key = generate_private_key(public_exponent=65537, key_size=2048)
        files = ensure_certificates(self.folder, [], datetime.now(UTC))
        self.ca_file = files.ca_file
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked.append(self.path)
                body = json.dumps(issuer._page(self.path)).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files.cert_file, files.key_file)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Return what stands in the tokens as `iss`."""
        return f"https://localhost:{self._server.server_address[1]}"

    def _page(self, path: str) -> dict[str, Any]:
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        key: dict[str, Any] = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [key | {"kid": "one", "use": "sig", "alg": "RS256"}]}

    def signs(self, subject: str) -> str:
        """Return a token about `subject` that is good for an hour."""
        now = int(time.time())
        claims = {"iss": self.url, "sub": subject, "aud": EXCHANGE, "iat": now, "nbf": now, "exp": now + 3600}
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": "one"})

    def stop(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()
