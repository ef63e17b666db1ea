"""What every page has: a visitor who is known, one call, a view or a way on, and a page for what was refused.

A page shows something (`Page`), a deed is a form that was posted (`Deed`). Both get a call whose caller is the visitor,
so the services decide who sees and does what; nothing is decided here. No page needs a script.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import structlog
from anyio import to_thread
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from lightkeeper.kernel.call import Call, Caller, Occasion
from lightkeeper.kernel.ids import new_guid
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Forbidden, Problem, Unauthenticated
from lightkeeper.wire.arm.errors import status_of
from lightkeeper.wire.entra import pages as entra_pages
from lightkeeper.wire.entra.forms import read_form

_log = structlog.get_logger("lightkeeper.web")
_templates = Environment(
    loader=PackageLoader("lightkeeper.web", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}

STYLED = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
"""The policy of a report that people save and send: its style is inside it."""


def _shown_time(value: datetime | str | None) -> str:
    """Return a time as people read it: `22 Nov 2026, 19:40 UTC`."""
    if not value:
        return ""
    at = value if isinstance(value, datetime) else datetime.fromisoformat(f"{value[:19]}+00:00")
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


_templates.filters["time"] = _shown_time


@dataclass(frozen=True, slots=True)
class Asked:
    """What a visitor asks for: the names in the address, the query, the fields of a form."""

    path: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class View:
    """A page to show; `refresh` reloads it after so many seconds, while the marketplace works."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    refresh: int = 0


@dataclass(frozen=True, slots=True)
class File:
    """Something that is no page: a picture, a table, or a report that brings its own style (`styled`)."""

    content: bytes
    media: str
    styled: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """An address that shows something. Pages of `operator` ask for the operator's session."""

    path: str
    show: Callable[[Call, Asked], View | File]
    operator: bool = False


@dataclass(frozen=True, slots=True)
class Deed:
    """A form that was posted; `do` returns where to go next, and `done` is said there."""

    path: str
    do: Callable[[Call, Asked], str]
    done: str
    operator: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What pages need: where calls are opened, who a request comes from (None: nobody), when the operator asks."""

    office: Office
    visitor_of: Callable[[Request], Caller | None]
    operator_of: Callable[[Request], Caller | None]
    said: Mapping[str, str]  # what a deed says when it is done, by its key

    def routes(self, pages: list[Page], deeds: list[Deed]) -> list[Route]:
        """Return the routes of these pages and deeds."""
        shown = [Route(page.path, self._shows(page)) for page in pages]
        return [*shown, *(Route(deed.path, self._does(deed), methods=["POST"]) for deed in deeds)]

    def page(self, request: Request, view: View, caller: Caller | None, status: int = 200) -> Response:
        """Return a view as a page, with the cookie that ties its forms to this browser."""
        csrf = entra_pages.csrf_of(request)
        html = _templates.get_template(view.template).render(
            **view.values,
            csrf=csrf,
            visitor=caller,
            refresh=view.refresh,
            done=self.said.get(request.query_params.get("done", ""), ""),
        )
        return entra_pages.remember_csrf(HTMLResponse(html, status, SECURITY_HEADERS), csrf)

    def _shows(self, page: Page) -> Callable[[Request], Any]:
        def show(request: Request, caller: Caller) -> Response:
            asked = Asked(_names(request), dict(request.query_params))
            with self.office.reading(caller, correlation_id=new_guid()) as call:
                found = page.show(call, asked)
            if isinstance(found, File):
                own = {"content-security-policy": STYLED} if found.styled else {}
                return Response(found.content, 200, SECURITY_HEADERS | own, found.media)
            return self.page(request, found, caller)

        async def endpoint(request: Request) -> Response:
            return await self._framed(request, page.operator, show)

        return endpoint

    def _does(self, deed: Deed) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            try:
                form = await read_form(request)
            except Problem as problem:
                return self.refused(request, problem, None)

            def do(request: Request, caller: Caller) -> Response:
                if not entra_pages.is_own_form(request, form):
                    raise Forbidden("formNotOurs", "The page was open for too long. Go back, reload it and try again.")
                occasion = Occasion(request.method, request.url.path)
                with self.office.writing(caller, correlation_id=new_guid(), occasion=occasion) as call:
                    on = deed.do(call, Asked(_names(request), dict(request.query_params), form))
                return RedirectResponse(str(URL(on).include_query_params(done=deed.done)), 303)

            return await self._framed(request, deed.operator, do)

        return endpoint

    async def _framed(
        self, request: Request, operator: bool, answer: Callable[[Request, Caller], Response]
    ) -> Response:
        caller = (self.operator_of if operator else self.visitor_of)(request)
        if caller is None:
            door = "/portal/operator" if operator else "/portal/sign-in"
            back = request.url.path if request.method == "GET" else "/portal"
            return RedirectResponse(f"{door}?{urlencode({'next': back})}", 303)
        try:
            return await to_thread.run_sync(answer, request, caller)
        except Unauthenticated:
            return RedirectResponse(f"/portal/sign-in?{urlencode({'next': request.url.path})}", 303)
        except Problem as problem:
            return self.refused(request, problem, caller)
        except Exception:
            reference = new_guid()
            _log.exception("page failed", path=request.url.path, correlation_id=reference)
            return self.page(request, View("refused.html", {"problem": None, "reference": reference}), caller, 500)

    def refused(self, request: Request, problem: Problem, caller: Caller | None) -> Response:
        """Return the page that says what was refused, and why."""
        return self.page(
            request, View("refused.html", {"problem": problem, "reference": ""}), caller, status_of(problem)
        )


def _names(request: Request) -> dict[str, str]:
    return {name: str(value).lower() for name, value in request.path_params.items()}
