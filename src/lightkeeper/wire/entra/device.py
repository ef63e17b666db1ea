"""Signing in for a program without a browser: it shows a short code, a person types it on our page and signs in."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lightkeeper.directory import grants
from lightkeeper.kernel.problems import Problem
from lightkeeper.wire.entra import pages
from lightkeeper.wire.entra.desk import Desk
from lightkeeper.wire.entra.errors import described
from lightkeeper.wire.entra.forms import client_of, read_form
from lightkeeper.wire.entra.scopes import audience_of

POLL_EVERY_S = 5


async def give_code(desk: Desk, request: Request) -> Response:
    """Answer `POST /{tenant}/oauth2/v2.0/devicecode`."""
    form = await read_form(request)
    client_id, _ = client_of(request, form)
    scope = form.get("scope", "")
    audience_of(scope, desk.settings.graph_url)
    wanted = grants.Request(request.path_params["tenant"], client_id, scope)
    given = await desk.in_thread(desk.devices.give, wanted)
    page = f"{desk.settings.login_url}/devicelogin"
    return JSONResponse(
        {
            "user_code": given.user_code,
            "device_code": given.code,
            "verification_uri": page,
            "expires_in": int(given.expires_for.total_seconds()),
            "interval": POLL_EVERY_S,
            "message": (
                f"To sign in, use a web browser to open the page {page} and enter the code {given.user_code} "
                "to authenticate."
            ),
        },
        headers={"Cache-Control": "no-store"},
    )


async def show(desk: Desk, request: Request) -> Response:
    """Answer `GET /devicelogin`: the page that asks for the code."""
    return _code_page(request, code=request.query_params.get("otc", "")[:16])


async def submit(desk: Desk, request: Request) -> Response:
    """Answer the page's form: first the code, then name and password, which let the waiting program in."""
    form = await read_form(request)
    code = form.get("user_code", "").strip()[:16]
    if not pages.is_own_form(request, form):
        return _code_page(request, code=code, fault="The page was open for too long. Please try again.", status=400)
    try:
        client = await desk.in_thread(desk.devices.client_of, code)
    except Problem as problem:
        return _code_page(request, code=code, fault=described(problem), status=400)
    if "cancel" in form:
        await desk.in_thread(desk.devices.answer, code, None)
        return pages.page(
            "done.html", title="Nothing was signed in", text=f"{client.display_name} was told that you declined."
        )
    if "username" not in form:
        return _sign_in_page(request, code, client.display_name)
    try:
        account = await desk.in_thread(
            desk.sign_in.account_by_password, form["username"].strip(), form.get("password", "")
        )
        await desk.in_thread(desk.devices.answer, code, account)
    except Problem as problem:
        return _sign_in_page(
            request, code, client.display_name, fault=described(problem), status=400, name=form["username"]
        )
    return pages.page(
        "done.html",
        title="You are signed in",
        text=f"{client.display_name} continues by itself on your device. You may close this page.",
    )


def _code_page(request: Request, *, code: str, fault: str = "", status: int = 200) -> Response:
    csrf = pages.csrf_of(request)
    return pages.remember_csrf(pages.page("code.html", status, csrf=csrf, code=code, fault=fault), csrf)


def _sign_in_page(
    request: Request, code: str, program: str, *, fault: str = "", status: int = 200, name: str = ""
) -> Response:
    csrf = pages.csrf_of(request)
    answer = pages.page(
        "sign_in.html",
        status,
        program=f"{program}, on the device that shows the code {code.upper()}",
        action="/devicelogin",
        hidden={"user_code": code, "csrf": csrf},
        name=name[:256],
        fault=fault,
    )
    return pages.remember_csrf(answer, csrf)
