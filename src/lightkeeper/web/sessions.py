"""Who visits the portal: people sign in at the house's own sign-in page, the operator with the key of the data folder.

A person's session is an access token for the portal in a cookie that scripts cannot read; when it has run out the
sign-in page is asked again, and usually answers without a question. The operator's session is a time and its seal,
made with the operator's key: whoever renews the key ends every such session.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from lightkeeper.directory import tokens
from lightkeeper.directory.clients import EVERYWHERE, PORTAL
from lightkeeper.directory.grants import Grants
from lightkeeper.directory.passwords import challenge_of, random_token, same
from lightkeeper.directory.signing_keys import known_keys
from lightkeeper.kernel.call import OPERATOR, PLATFORM, Caller
from lightkeeper.kernel.problems import Invalid, Problem, Unauthenticated
from lightkeeper.web.frame import Frame, View
from lightkeeper.wire.entra import pages as entra_pages
from lightkeeper.wire.entra.forms import read_form

SESSION = "__Host-lightkeeper-portal"
TRIP = "__Host-lightkeeper-portal-trip"
OPERATOR_SESSION = "__Host-lightkeeper-operator"
OPERATOR_SESSION_FOR = timedelta(hours=8)
TRIP_FOR = timedelta(minutes=15)
HOME = "/portal/publishers"


@dataclass(frozen=True, slots=True)
class Sessions:
    """Where visitors are known by their cookies. `caller_of` reads a token; `key` is the operator's."""

    caller_of: Callable[[str], Caller]
    now: Callable[[], datetime]
    key: str

    def visitor_of(self, request: Request) -> Caller | None:
        """Return the person whose session the request carries; None for nobody, or when it has run out."""
        token = request.cookies.get(SESSION, "")
        if not token or token.startswith("lko-"):
            return None
        try:
            return self.caller_of(token)
        except Unauthenticated:
            return None

    def operator_of(self, request: Request) -> Caller | None:
        """Return the operator when the request carries a seal that still holds."""
        until, _, seal = request.cookies.get(OPERATOR_SESSION, "").partition(".")
        if not until.isascii() or not until.isdigit() or not same(seal, self._seal(until)):
            return None
        return OPERATOR if int(until) > self.now().timestamp() else None

    def sealed(self) -> str:
        """Return an operator's session that begins now."""
        until = str(int((self.now() + OPERATOR_SESSION_FOR).timestamp()))
        return f"{until}.{self._seal(until)}"

    def _seal(self, until: str) -> str:
        return hmac.new(self.key.encode(), f"portal session until {until}".encode(), sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Doors:
    """The ways into and out of the portal. `login` is the origin of the sign-in page, `portal` our own address."""

    frame: Frame
    sessions: Sessions
    grants: Grants
    login: str
    portal: str

    def routes(self) -> list[Route]:
        """Return their routes."""
        return [
            Route("/portal/sign-in", self.leave_for_sign_in),
            Route("/portal/signed-in", self.come_back),
            Route("/portal/sign-out", self.sign_out, methods=["POST"]),
            Route("/portal/operator", self.ask_for_key),
            Route("/portal/operator", self.take_key, methods=["POST"]),
        ]

    async def leave_for_sign_in(self, request: Request) -> Response:
        """Send the visitor to the sign-in page of a tenant (`tenant`), of the own one by default."""
        state, verifier = secrets.token_urlsafe(24), random_token()
        tenant = request.query_params.get("tenant", "organizations")
        if not tenant.isascii() or not tenant.replace("-", "").replace(".", "").isalnum():
            tenant = "organizations"
        asked = {
            "client_id": PORTAL,
            "response_type": "code",
            "redirect_uri": f"{self.portal}/signed-in",
            "scope": f"openid profile {self.login}/.default",
            "state": state,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
            **({"prompt": "select_account"} if "other" in request.query_params else {}),
        }
        answer = RedirectResponse(f"{self.login}/{tenant}/oauth2/v2.0/authorize?{urlencode(asked)}", 303)
        trip = {"state": state, "verifier": verifier, "tenant": tenant, "next": own_path(request)}
        _remember(answer, TRIP, urlencode(trip), TRIP_FOR)
        return answer

    async def come_back(self, request: Request) -> Response:
        """Take the code the sign-in page gave, and begin the session."""
        trip = dict(parse_qsl(request.cookies.get(TRIP, "")))
        try:
            if not trip.get("state") or not same(trip["state"], request.query_params.get("state", "")):
                raise Invalid("signInNotAsked", "This sign-in was not begun in this browser. Please sign in again.")
            if "error" in request.query_params:
                said = request.query_params.get("error_description") or request.query_params["error"]
                raise Invalid("signInFailed", said[:400])
            token = await to_thread.run_sync(self._redeem, trip, request.query_params.get("code", ""))
        except Problem as problem:
            return self.frame.refused(request, problem, None)
        answer = RedirectResponse(trip.get("next") or HOME, 303)
        answer.delete_cookie(TRIP, secure=True, httponly=True, path="/")
        _remember(answer, SESSION, token, tokens.ACCESS_TOKEN_FOR)
        return answer

    def _redeem(self, trip: dict[str, str], code: str) -> str:
        granted = self.grants.redeem_code(
            trip["tenant"],
            EVERYWHERE[PORTAL],
            code,
            redirect_uri=f"{self.portal}/signed-in",
            verifier=trip["verifier"],
        )
        office = self.frame.office
        with office.reading(PLATFORM) as call:
            call.open_to_all("the key signs what the grant has just allowed")
            key = known_keys(call.connection, call.now)[0]
        return tokens.issue_access_token(key, granted.subject, f"{self.login}/", office.clock.now())

    async def sign_out(self, request: Request) -> Response:
        """End this browser's session here, then ask the sign-in page to forget the account too."""
        if not entra_pages.is_own_form(request, await _posted(request)):
            return RedirectResponse("/portal", 303)
        back = urlencode({"client_id": PORTAL, "post_logout_redirect_uri": self.portal})
        answer = RedirectResponse(f"{self.login}/organizations/oauth2/v2.0/logout?{back}", 303)
        for name in (SESSION, OPERATOR_SESSION):
            answer.delete_cookie(name, secure=True, httponly=True, path="/")
        return answer

    async def ask_for_key(self, request: Request) -> Response:
        """Show the form that takes the operator's key."""
        return self.frame.page(request, View("operator.html", {"next": own_path(request), "fault": ""}), None)

    async def take_key(self, request: Request) -> Response:
        """Begin the operator's session, or say that the key is not the one."""
        form = await _posted(request)
        given = form.get("key", "").strip()
        if not entra_pages.is_own_form(request, form) or not same(given, self.sessions.key):
            view = View("operator.html", {"next": own_path(request, form), "fault": "That is not the operator's key."})
            return self.frame.page(request, view, None, 400)
        answer = RedirectResponse(own_path(request, form, "/portal/reviews"), 303)
        _remember(answer, OPERATOR_SESSION, self.sessions.sealed(), OPERATOR_SESSION_FOR)
        return answer


async def _posted(request: Request) -> dict[str, str]:
    """Return the fields that were posted; none of what is no form, which then is no form of ours."""
    try:
        return await read_form(request)
    except Problem:
        return {}


def own_path(request: Request, form: dict[str, str] | None = None, otherwise: str = HOME) -> str:
    """Return where the visitor wanted to go, which is a page of the portal or it is not followed."""
    wanted = (form or {}).get("next") or request.query_params.get("next", "")
    plain = wanted.startswith("/portal/") and not any(c in wanted for c in "\\\r\n") and "//" not in wanted
    return wanted if plain and len(wanted) < 500 else otherwise


def _remember(answer: Response, name: str, value: str, lives_for: timedelta) -> None:
    answer.set_cookie(
        name, value, max_age=int(lives_for.total_seconds()), secure=True, httponly=True, samesite="lax", path="/"
    )
