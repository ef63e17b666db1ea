"""The other surfaces of the main origin, fed with anything: an answer of the protocol, never a fault of ours."""

import json
import re
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lightkeeper.wire.entra.routes import _ROUTES as ENTRA
from lightkeeper.wire.operator.routes import ENDPOINTS as OPERATOR
from lightkeeper.wire.partner.routes import ENDPOINTS as PARTNER
from lightkeeper.wire.portal_api.verbs import VERBS
from tests.hostile.house import House
from tests.hostile.test_arm_fuzz import _BODIES, _HEADERS, _NAMES, PROD, TRACE

_PORTAL = [(verb.method, f"/portal/api{verb.path}") for verb in VERBS]
_CATALOG = [("GET", f"/catalog/{path}") for path in ("offers", "offers/{id}", "products", "products/{id}")]
_PUBLISHING = [(method, path) for method, path, _ in PARTNER] + [("GET", "/media/{file}"), ("GET", "/"), ("GET", "/x")]
_OPERATING = [(method, path) for method, path, _ in OPERATOR if path != "/operator/clock/advance"]
_SIGNING_IN = [(method, path) for method, path, _ in ENTRA]
_PARTS = st.one_of(
    _NAMES, st.sampled_from(["fabrikam", "managed", "organizations", "contoso.example", "draft", "live"])
)
_QUERY = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *(
                    "api-version",
                    "subscription",
                    "words",
                    "category",
                    "version",
                    "slot",
                    "$skiptoken",
                    "search",
                    "limit",
                ),
                *("after", "from", "to", "file", "check", "otc", "client_id", "redirect_uri", "state", "scope"),
                *("response_type", "response_mode", "code_challenge", "code_challenge_method", "login_hint", "nonce"),
            ]
        ),
        st.one_of(
            st.text(max_size=12),
            st.sampled_from(
                [
                    *(
                        "2017-10-31",
                        "2021-10-01",
                        PROD,
                        "9" * 30,
                        "٣",
                        "\x00",
                        "http://localhost:1",
                        "http://[",
                        "S256",
                    ),
                    *(
                        "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
                        "code",
                        "form_post",
                        "https://management.azure.com//.default",
                    ),
                    *("true", "a" * 9000, "javascript:alert(1)", "http://localhost:99999", "<script>"),
                ]
            ),
        ),
    ),
    max_size=6,
)
_FORMS = st.dictionaries(
    st.sampled_from(
        [
            *("grant_type", "client_id", "client_secret", "scope", "resource", "username", "password", "refresh_token"),
            *(
                "code",
                "code_verifier",
                "redirect_uri",
                "device_code",
                "csrf",
                "user_code",
                "cancel",
                "client_assertion",
            ),
            *("response_type", "state"),
        ]
    ),
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            [
                *("password", "client_credentials", "refresh_token", "authorization_code", "device_code", "é" * 2000),
                *(
                    "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
                    "owner@contoso.example",
                    "battery staple",
                    "x@",
                    "@",
                    "a" * 5000,
                ),
                *("https://management.core.windows.net//.default", "https://évil.example/Ā/.default", "openid", "/"),
                *("http://localhost:1", "http://[::1", "x" * 40),
            ]
        ),
    ),
    max_size=8,
)
_ORIGINS = st.sampled_from(["", "null", "http://[", "https://localhost:8443", "https://evil.example", "\xff"])


def _fill(draw: Any, path: str) -> str:
    return re.sub(r"\{[^}]+\}", lambda _: draw(_PARTS), path)


def _fine(got: Any) -> None:
    assert got.status < 500 or b"temporarily_unavailable" in got.raw, got.text
    assert TRACE.search(got.text) is None, got.text[:2000]
    assert not any("\r" in value or "\n" in value for value in got.headers.values())


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_storefront_catalog_and_publishing_answer_anything(house: House, data: st.DataObject) -> None:
    """Q7: whatever is sent, errors are answers: a code, a message, no word of our inside."""
    method, path = data.draw(st.sampled_from(_PORTAL + _CATALOG + _PUBLISHING))
    path = _fill(data.draw, path)
    query = urlencode(data.draw(_QUERY), errors="replace")
    body = data.draw(
        st.one_of(
            _BODIES.map(lambda value: json.dumps(value).encode()), st.binary(max_size=20), st.just(b'{"a":' * 5000)
        )
    )
    who = data.draw(st.sampled_from(["fabrikam/publisher", "contoso/owner", "fabrikam/trainee", ""]))
    before = house.state()

    got = house.send(
        method,
        path,
        query=f"api-version=2017-10-31&{query}" if path.startswith("/api") else query,
        headers=data.draw(_HEADERS),
        body=body,
        token=house.token(who) if who else None,
    )

    _fine(got)
    if got.status >= 400:
        assert house.state() == before
    if got.status >= 400 and got.raw and not path.startswith("/media"):
        assert got.json["error"]["code"], got.text


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_signing_in_answers_anything(house: House, data: st.DataObject) -> None:
    """Q7: the sign-in surface refuses in OAuth's words or on a page, never with a fault."""
    method, path = data.draw(st.sampled_from(_SIGNING_IN))
    path = _fill(data.draw, path)
    headers = {**data.draw(_HEADERS), "origin": data.draw(_ORIGINS), "cookie": "__Host-lightkeeper-csrf=" + "x" * 40}
    headers["content-type"] = data.draw(st.sampled_from(["application/x-www-form-urlencoded"] * 9 + ["", "text/plain"]))
    if data.draw(st.booleans()):
        headers["authorization"] = data.draw(st.sampled_from(["Basic eDp5", "Basic ====", "Basic /w==", "Bearer x"]))
    body = data.draw(
        st.one_of(
            _FORMS.map(lambda form: urlencode(form, errors="replace").encode()),
            st.binary(max_size=30),
            st.just(b"a=%ff&b=%00"),
        )
    )

    got = house.send(method, path, query=urlencode(data.draw(_QUERY), errors="replace"), headers=headers, body=body)

    _fine(got)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_operators_door_answers_anything(house: House, data: st.DataObject) -> None:
    """Q7: even the operator's own mistakes are told, not thrown."""
    method, path = data.draw(st.sampled_from(_OPERATING))
    bodies = st.dictionaries(st.sampled_from(["principal", "scope", "action", "tenant", "by"]), _BODIES, max_size=4)
    worlds = st.sampled_from(
        [
            b"a: &a [1]\nb: [" + b"*a, " * 200 + b"1]",
            b"[" * 3000,
            b"tenants: {x: 1}",
            b"? [a]\n: b",
            b"tenants: !!python/object/apply:os.system ['id']",
            b"x: " + b"9" * 5000,
            b"\x00",
            b"subscriptions: {a: {tenant: " + b"x" * 5000 + b"}}",
            b"a: 2026-13-45",
            b"&a [*a]",
        ]
    )
    body = data.draw(st.one_of(bodies.map(lambda value: json.dumps(value).encode()), worlds, st.binary(max_size=30)))
    before = house.state()

    got = house.send(method, path, query=urlencode(data.draw(_QUERY), errors="replace"), body=body, token=house.key)

    _fine(got)
    if got.status >= 400:
        assert got.json["error"]["code"]
        assert house.state() == before


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_graph_answers_anything(house: House, data: st.DataObject) -> None:
    """Q7: the directory's reader, too."""
    path = "/v1.0/" + data.draw(
        st.sampled_from(
            [
                "users",
                "groups",
                "me",
                "organization",
                "servicePrincipals",
                "directoryObjects/getByIds",
                "users/{id}",
                "groups/{id}/members",
                "groups/{id}",
                "$batch",
                "x",
            ]
        )
    )
    query = "&".join(
        f"{name}={quote(value.encode('utf-8', 'ignore'))}"
        for name, value in data.draw(
            st.lists(
                st.tuples(
                    st.sampled_from(["$filter", "$top", "$select", "$skiptoken", "$search", "$count", "$orderby"]),
                    st.one_of(
                        st.text(max_size=20),
                        st.sampled_from(
                            ["9" * 5000, "-1", "startswith(displayName,'a", "id eq 'x'", "(" * 3000, "'" * 2001]
                        ),
                    ),
                ),
                max_size=3,
            )
        )
    )
    token = house.token("contoso/owner", audience="https://graph.microsoft.com/")
    body = json.dumps(data.draw(_BODIES)).encode()

    got = house.send(
        data.draw(st.sampled_from(["GET", "GET", "POST", "PATCH"])),
        _fill(data.draw, path),
        query=query,
        token=token,
        body=body,
        app=house.graph,
    )

    _fine(got)
