"""The pages a person sees while signing in, and the headers that protect them.

The pages need no script; the one that carries an answer to a program on the same machine submits itself where scripts
run, and has a button where they do not. HSTS is not sent on purpose: browsers would apply it to every port of
`localhost` and so to the plain-HTTP address at which az waits for its answer.
"""

import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from lightkeeper.directory.passwords import same

CSRF_COOKIE = "__Host-lightkeeper-csrf"
_pages = Environment(
    loader=PackageLoader("lightkeeper.wire.entra", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, status: int = 200, /, *, sends_to: str = "", **values: object) -> HTMLResponse:
    """Return a page; `sends_to` is the one foreign address its form may end at."""
    nonce = secrets.token_urlsafe(16)
    html = _pages.get_template(template).render(nonce=nonce, **values)
    target = _origin(sends_to)
    policy = (
        "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
        f"style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; form-action 'self'{' ' + target if target else ''}"
    )
    return HTMLResponse(
        html,
        status,
        {
            "Content-Security-Policy": policy,
            "X-Frame-Options": "DENY",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cache-Control": "no-store",
            "Pragma": "no-cache",
        },
    )


def csrf_of(request: Request) -> str:
    """Return the value that ties this browser's forms to it: the one it has, or a new one."""
    given = request.cookies.get(CSRF_COOKIE, "")
    return given if 20 <= len(given) <= 64 and given.isascii() else secrets.token_urlsafe(24)


def remember_csrf(answer: Response, value: str) -> Response:
    """Return the answer with the cookie that a posted form must agree with."""
    answer.set_cookie(CSRF_COOKIE, value, secure=True, httponly=True, samesite="lax", path="/")
    return answer


def is_own_form(request: Request, form: Mapping[str, str]) -> bool:
    """Return whether a posted form came from a page we gave to this very browser."""
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        return False
    cookie = request.cookies.get(CSRF_COOKIE, "")
    return bool(cookie) and same(cookie, form.get("csrf", ""))


def _origin(uri: str) -> str:
    """Return the origin of an address; empty when it has none that a policy could name."""
    try:
        parts = urlsplit(uri)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    host = parts.hostname or ""
    if not host or any(not (c.isalnum() or c in "-.:") for c in host):
        return ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"
