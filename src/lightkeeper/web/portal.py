"""The portal as one list of routes: the front page, the ways in and out, Partner Center, the style they share."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from lightkeeper.directory.grants import Grants
from lightkeeper.kernel.call import Caller
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import NotFound
from lightkeeper.web.frame import Deed, Frame, Page, View
from lightkeeper.web.partner_center import account, desk, offers, outgoing
from lightkeeper.web.sessions import Doors, Sessions

_PARTS = (account, offers, outgoing, desk)
PAGES: list[Page] = [page for part in _PARTS for page in part.PAGES]
DEEDS: list[Deed] = [deed for part in _PARTS for deed in part.DEEDS]
SAID: Mapping[str, str] = {key: text for part in _PARTS for key, text in part.SAID.items()}
_STYLE = Path(__file__).with_name("style.css").read_bytes()


def portal_routes(
    office: Office, caller_of: Callable[[str], Caller], key: str, doors: Mapping[str, str], version: str
) -> list[Route]:
    """Return the routes. `caller_of` reads a token, `key` is the operator's, `doors` the ready file's URLs and files."""

    def now() -> datetime:
        return office.clock.now()

    sessions = Sessions(caller_of, now, key)
    frame = Frame(office, sessions.visitor_of, sessions.operator_of, SAID)
    ways = Doors(frame, sessions, Grants(office, doors["portal"]), doors["login"], doors["portal"])

    async def home(request: Request) -> Response:
        view = View("home.html", {"doors": doors, "version": version})
        return frame.page(request, view, sessions.visitor_of(request))

    async def to_home(_request: Request) -> Response:
        return RedirectResponse("/portal")

    async def lost(request: Request) -> Response:
        problem = NotFound("pageNotFound", "There is no such page in the portal.")
        return frame.refused(request, problem, sessions.visitor_of(request))

    async def style(_request: Request) -> Response:
        headers = {"cache-control": "max-age=3600", "x-content-type-options": "nosniff"}
        return Response(_STYLE, 200, headers, "text/css; charset=utf-8")

    front = [Route("/", to_home), Route("/portal", home), Route("/portal/", home), Route("/portal/style.css", style)]
    return [*front, *ways.routes(), *frame.routes(PAGES, DEEDS), Route("/portal/{rest:path}", lost)]
