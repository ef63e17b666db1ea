"""The token endpoint: every grant, in the second form (`scope`) and in the older one (`resource`)."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lightkeeper.directory import grants, refusals, tokens
from lightkeeper.directory.model import Application
from lightkeeper.directory.tokens import Subject
from lightkeeper.kernel.problems import Invalid
from lightkeeper.wire.entra.desk import Desk
from lightkeeper.wire.entra.forms import client_of, needed, read_form
from lightkeeper.wire.entra.scopes import application_audience_of, audience_of, resource_audience, wanted_of

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass(frozen=True, slots=True)
class Asked:
    """A token request, read: at which tenant's endpoint, by which program, with which fields."""

    segment: str
    client_id: str
    secret: str | None
    form: Mapping[str, str]
    v1: bool

    @property
    def assertion(self) -> str | None:
        """Return what the program has signed instead of showing a secret."""
        return self.form.get("client_assertion") or None

    @property
    def scope(self) -> str:
        """Return the scope, which the older endpoint spells as a resource."""
        if self.v1 and "resource" in self.form:
            return f"{resource_audience(self.form['resource'])}/.default"
        return self.form.get("scope", "")


async def token(desk: Desk, request: Request) -> Response:
    """Answer `POST /{tenant}/oauth2/v2.0/token`."""
    return await _answer(desk, request, v1=False)


async def token_v1(desk: Desk, request: Request) -> Response:
    """Answer `POST /{tenant}/oauth2/token`."""
    return await _answer(desk, request, v1=True)


async def ask_by_post(desk: Desk, request: Request) -> Response:
    """Refuse `GET` of an endpoint that takes forms, in its own words."""
    raise Invalid("AADSTS900561", "The endpoint only accepts POST requests. Received a GET request.")


async def _answer(desk: Desk, request: Request, *, v1: bool) -> Response:
    form = await read_form(request)
    kind = needed(form, "grant_type")
    redeem = GRANTS.get(kind)
    if redeem is None:
        raise Invalid(
            "AADSTS70003", f"The app requested an unsupported grant type '{kind[:128]}'.", target="grant_type"
        )
    client_id, secret = client_of(request, form)
    asked = Asked(request.path_params["tenant"], client_id, secret, form, v1)
    if asked.assertion:
        if form.get("client_assertion_type", "") != ASSERTION_TYPE:
            raise refusals.assertion_type_unsupported()
        if secret:
            raise refusals.two_proofs()
        body = await desk.in_patient_thread(redeem, desk, asked)
    else:
        body = await desk.in_thread(redeem, desk, asked)
    return JSONResponse(body, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


def _client_credentials(desk: Desk, asked: Asked) -> dict[str, Any]:
    audience = application_audience_of(asked.scope or needed(asked.form, "resource" if asked.v1 else "scope"))
    if asked.assertion:
        return _bearer(desk, asked, _signed_in(desk, asked, audience), audience)
    if not asked.secret:
        raise refusals.secret_missing()
    subject = desk.sign_in.application_by_secret(asked.segment, asked.client_id, asked.secret)
    return _bearer(desk, asked, subject, audience)


def _signed_in(desk: Desk, asked: Asked, audience: str) -> Subject:
    assert asked.assertion is not None
    return desk.sign_in.application_by_assertion(asked.segment, asked.client_id, asked.assertion, audience)


def _proven(desk: Desk, asked: Asked) -> Application:
    """Return the program that asks for a person's tokens; what is malformed is refused before it uses anything up."""
    _audience(desk, asked.scope)
    return desk.sign_in.prove_client(asked.segment, asked.client_id, asked.secret, asked.assertion)


def _password(desk: Desk, asked: Asked) -> dict[str, Any]:
    _proven(desk, asked)
    account = desk.sign_in.account_by_password(needed(asked.form, "username"), needed(asked.form, "password"))
    if desk.factors.is_enrolled(account):
        raise refusals.code_needed()
    return _session(
        desk, asked, desk.grants.begin(grants.Request(asked.segment, asked.client_id, asked.scope), account)
    )


def _authorization_code(desk: Desk, asked: Asked) -> dict[str, Any]:
    client = _proven(desk, asked)
    granted = desk.grants.redeem_code(
        asked.segment,
        client,
        needed(asked.form, "code"),
        redirect_uri=asked.form.get("redirect_uri", ""),
        verifier=asked.form.get("code_verifier", ""),
    )
    return _session(desk, asked, granted)


def _refresh_token(desk: Desk, asked: Asked) -> dict[str, Any]:
    client = _proven(desk, asked)
    old = needed(asked.form, "refresh_token")
    return _session(desk, asked, desk.grants.refresh(asked.segment, client, old, asked.scope))


def _device_code(desk: Desk, asked: Asked) -> dict[str, Any]:
    client = _proven(desk, asked)
    code = asked.form.get("device_code") or needed(asked.form, "code")
    return _session(desk, asked, desk.devices.redeem(asked.segment, client, code))


GRANTS: Mapping[str, Callable[[Desk, Asked], dict[str, Any]]] = {
    "client_credentials": _client_credentials,
    "password": _password,
    "authorization_code": _authorization_code,
    "refresh_token": _refresh_token,
    DEVICE_GRANT: _device_code,
    "device_code": _device_code,  # the older endpoint's word
}


def _audience(desk: Desk, scope: str) -> str:
    return audience_of(scope, f"{desk.settings.graph_url}/")


def _session(desk: Desk, asked: Asked, granted: grants.Granted) -> dict[str, Any]:
    """Return what a person's program gets: access, refresh and id token, and whose account it is.

    `client_info` names the home account in every tenant, the id token the object in this one.
    """
    scope = asked.scope or granted.scope
    desk.consents.insist(granted.subject, wanted_of(scope, desk.settings))
    body = _bearer(desk, asked, granted.subject, _audience(desk, scope))
    now = desk.office.clock.now()
    key = desk.keys()[0]
    body["scope"] = " ".join(each for each in scope.split() if each.lower() != "offline_access") or "openid profile"
    body["refresh_token"] = granted.refresh_token
    body["id_token"] = tokens.issue_id_token(
        key, granted.subject, now, login_url=desk.settings.login_url, nonce=granted.nonce
    )
    body["client_info"] = client_info(granted.subject)
    return body


def _bearer(desk: Desk, asked: Asked, subject: Subject, audience: str) -> dict[str, Any]:
    now, lives_for = desk.office.clock.now(), tokens.ACCESS_TOKEN_FOR
    body: dict[str, Any] = {
        "token_type": "Bearer",
        "expires_in": int(lives_for / timedelta(seconds=1)),
        "ext_expires_in": int(lives_for / timedelta(seconds=1)),
        "access_token": tokens.issue_access_token(desk.keys()[0], subject, audience, now, lives_for=lives_for),
    }
    if asked.v1:  # the older form writes its numbers as text
        body |= {name: str(body[name]) for name in ("expires_in", "ext_expires_in")}
        body |= {"resource": audience, "not_before": str(int(now.timestamp()))}
        body["expires_on"] = str(int((now + lives_for).timestamp()))
    return body


def client_info(subject: Subject) -> str:
    """Return MSAL's note about the account: its home object and home tenant."""
    note = json.dumps({"uid": subject.home.id, "utid": subject.home.tenant_id}, separators=(",", ":"))
    return base64.urlsafe_b64encode(note.encode()).rstrip(b"=").decode()
