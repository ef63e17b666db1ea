"""The front page: what this server is, where its doors are, how to walk through them."""

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

_pages = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape())

SECURITY_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


def home_routes(doors: Mapping[str, str], version: str) -> list[Route]:
    """Return the routes of the front page; `doors` are the ready file's URLs and files by name."""

    async def home(_request: Request) -> Response:
        page = _pages.get_template("home.html").render(doors=doors, version=version)
        return HTMLResponse(page, headers=SECURITY_HEADERS)

    async def to_home(_request: Request) -> Response:
        return RedirectResponse("/portal")

    return [Route("/", to_home), Route("/portal", home), Route("/portal/", home)]
