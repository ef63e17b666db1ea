"""Signing in on the server's own page: the authorization code grant with PKCE, answered to a port of this machine."""

import base64
import hashlib
import secrets
import webbrowser
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from lightkeeper.cli import session
from lightkeeper.cli.client import Server
from lightkeeper.cli.failures import Failure
from lightkeeper.cli.output import console

WAIT = 300  # seconds a person has


class _Answers(BaseHTTPRequestHandler):
    """Takes the one answer: a form post, or a query."""

    def do_POST(self) -> None:
        """Take a form post."""
        length = min(int(self.headers.get("content-length") or 0), 100_000)
        self._take(self.rfile.read(length).decode("latin-1"))

    def do_GET(self) -> None:
        """Take a query."""
        self._take(urlsplit(self.path).query)

    def _take(self, text: str) -> None:
        found = {key: values[0] for key, values in parse_qs(text).items()}
        if "code" in found or "error" in found:
            self.server.answer = found  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Signed in</title><p>You can close this window.</p>")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on the terminal."""


def sign_in(server: Server, tenant: str) -> dict[str, Any]:
    """Return a token answer after a person signed in; refuse when nobody did within five minutes."""
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    with HTTPServer(("127.0.0.1", 0), _Answers) as listener:
        listener.timeout = WAIT
        redirect = f"http://localhost:{listener.server_port}"
        query = urlencode(
            {
                "client_id": session.CLIENT_ID,
                "response_type": "code",
                "redirect_uri": redirect,
                "response_mode": "form_post",
                "scope": session.USER_SCOPE,
                "code_challenge": challenge,
                "code_challenge_method": "S256",
                "state": state,
                "client_info": "1",
            }
        )
        login = str(server.ready.get("login") or server.origin).rstrip("/")
        url = f"{login}/{tenant}/oauth2/v2.0/authorize?{query}"
        console(stderr=True).print(f"Sign in here: {url}")
        webbrowser.open(url)
        listener.answer = {}  # type: ignore[attr-defined]
        while not listener.answer:  # type: ignore[attr-defined]
            before = listener.answer  # type: ignore[attr-defined]
            listener.handle_request()
            if listener.answer is before:  # type: ignore[attr-defined]
                raise Failure(
                    "Nobody signed in in time.", "SignInTimedOut", remedy="Try again, or use --password-stdin."
                )
        answer: dict[str, str] = listener.answer  # type: ignore[attr-defined]
    if answer.get("state") != state:
        raise Failure("The answer does not belong to this sign-in.", "StateMismatch", remedy="Try again.")
    if "error" in answer:
        raise Failure(answer.get("error_description", answer["error"]), answer["error"])
    return session.request_token(
        server, tenant, grant_type="authorization_code", code=answer["code"], redirect_uri=redirect,
        code_verifier=verifier, scope=session.USER_SCOPE,
    )  # fmt: skip
