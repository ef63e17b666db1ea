"""The token endpoint, as unmodified clients use it."""

import base64
import json
from dataclasses import replace

import jwt
import pytest
from starlette.testclient import TestClient

from lightkeeper.directory import naming, service, signing_keys
from lightkeeper.directory.clients import AZURE_CLI
from tests.directory.people import SECRET, People
from tests.wire.entra.programs import ARM_SCOPE, AZ_SCOPE, ask, claims, consent_to, session


def test_an_application_gets_a_token_for_its_secret(people: People, login: TestClient) -> None:
    """real-clients 2: the audience is the scope without /.default and keeps its own slash; unknown fields are ignored."""
    answer = login.post(
        f"/{people.fabrikam.id}/oauth2/v2.0/token?client-request-id=x",
        data={
            "client_id": people.automation.app_id,
            "client_secret": SECRET,
            "grant_type": "client_credentials",
            "client_info": "1",
            "scope": ARM_SCOPE,
            "claims": '{"access_token":{"xms_cc":{"values":["CP1"]}}}',
        },
    )

    body = answer.json()
    assert answer.status_code == 200
    assert set(body) == {"token_type", "expires_in", "ext_expires_in", "access_token"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    assert claims(body["access_token"])["aud"] == "https://management.core.windows.net/"
    assert "retry-after" not in answer.headers


def test_a_secret_may_travel_in_the_authorization_header(people: People, login: TestClient) -> None:
    """RFC 6749, section 2.3.1."""
    pair = base64.b64encode(f"{people.automation.app_id}:{SECRET}".encode()).decode()
    answer = login.post(
        "/fabrikam.example/oauth2/v2.0/token",
        data={"grant_type": "client_credentials", "scope": ARM_SCOPE},
        headers={"Authorization": f"Basic {pair}"},
    )

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "error", "number"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_secret": ""}, 401, "invalid_client", 7000218),
        ({"client_id": "11111111-1111-4111-8111-111111111111"}, 400, "unauthorized_client", 700016),
        ({"client_id": AZURE_CLI}, 401, "invalid_client", 700025),
        ({"scope": "https://management.core.windows.net/"}, 400, "invalid_scope", 1002012),
        ({"scope": "nonsense/.default"}, 400, "invalid_scope", 70011),
        ({"scope": ""}, 400, "invalid_request", 900144),
        ({"grant_type": "implicit"}, 400, "unsupported_grant_type", 70003),
        ({"grant_type": ""}, 400, "invalid_request", 900144),
        ({"client_assertion": "a.b.c"}, 401, "invalid_client", 50027),
    ],
)
def test_refusals_have_entras_form(
    people: People, login: TestClient, change: dict[str, str], status: int, error: str, number: int
) -> None:
    """real-clients 2: az prints `error_description` and reads `error_codes`."""
    fields = {
        "grant_type": "client_credentials",
        "client_id": people.automation.app_id,
        "client_secret": SECRET,
        "scope": ARM_SCOPE,
    }
    answer = ask(login, people.fabrikam.id, **(fields | change))

    body = answer.json()
    assert (answer.status_code, body["error"], body["error_codes"]) == (status, error, [number])
    assert body["error_description"].startswith(f"AADSTS{number}: ")
    assert set(body) == {
        *("error", "error_description", "error_codes", "timestamp"),
        *("trace_id", "correlation_id", "error_uri"),
    }


@pytest.mark.parametrize("tenant", ["unknown.example", "fabrikam", "9999", "organizations"])
def test_an_application_names_its_tenant_by_id_or_domain(people: People, login: TestClient, tenant: str) -> None:
    """A tenant's name in a world file is no address, and `organizations` names no tenant."""
    answer = ask(
        login,
        tenant,
        grant_type="client_credentials",
        client_id=people.automation.app_id,
        client_secret=SECRET,
        scope=ARM_SCOPE,
    )

    assert answer.status_code == 400
    assert answer.json()["error_codes"] == [50059 if tenant == "organizations" else 90002]


def test_a_disabled_application_gets_nothing(people: People, login: TestClient) -> None:
    """Disabling the service principal ends its sign-ins."""
    with people.writing() as call:
        service.put_service_principal(call, replace(people.automation, enabled=False))
    answer = ask(
        login,
        people.fabrikam.id,
        grant_type="client_credentials",
        client_id=people.automation.app_id,
        client_secret=SECRET,
        scope=ARM_SCOPE,
    )

    assert answer.json()["error_codes"] == [7000112]


def test_a_person_gets_a_session_at_home(people: People, login: TestClient) -> None:
    """real-clients 2: user answers carry refresh token, scope, client_info and id token."""
    body = session(login, people.technician.upn)

    assert claims(body["access_token"])["tid"] == people.fabrikam.id
    told = claims(body["id_token"])
    assert (told["aud"], told["oid"], told["tid"]) == (AZURE_CLI, people.technician.id, people.fabrikam.id)
    assert told["preferred_username"] == people.technician.upn
    padded = body["client_info"] + "=" * (-len(body["client_info"]) % 4)
    assert json.loads(base64.urlsafe_b64decode(padded)) == {"uid": people.technician.id, "utid": people.fabrikam.id}
    assert ARM_SCOPE in body["scope"].split()


def test_the_keys_prove_the_tokens(people: People, login: TestClient) -> None:
    """Anybody can check a signature with the published keys."""
    body = session(login, people.technician.upn)
    published = login.get(f"/{people.fabrikam.id}/discovery/v2.0/keys").json()["keys"]
    kid = jwt.get_unverified_header(body["id_token"])["kid"]
    key = jwt.PyJWK(next(each for each in published if each["kid"] == kid))

    told = jwt.decode(
        body["id_token"],
        key,
        algorithms=["RS256"],
        audience=AZURE_CLI,
        options={"verify_exp": False, "verify_nbf": False},
    )
    assert told["iss"] == f"https://localhost:8443/{people.fabrikam.id}/v2.0"
    assert not {"d", "p", "q"} & set(published[0])


def refreshed(login: TestClient, tenant: str, token: str, **changes: str) -> dict[str, object]:
    fields = {"grant_type": "refresh_token", "client_id": AZURE_CLI, "refresh_token": token, "scope": AZ_SCOPE}
    body: dict[str, object] = ask(login, tenant, **(fields | changes)).json()
    return body


def test_a_guest_enters_the_other_tenant_with_its_refresh_token(people: People, login: TestClient) -> None:
    """real-clients 2: az signs a person into each tenant with one refresh token; client_info stays the home identity."""
    first = session(login, people.technician.upn)
    there = refreshed(login, people.contoso.id, first["refresh_token"])

    told = claims(str(there["access_token"]))
    assert (told["tid"], told["oid"]) == (people.contoso.id, people.guest.id)
    assert claims(str(there["id_token"]))["oid"] == people.guest.id
    assert there["client_info"] == first["client_info"]


def test_a_stranger_to_a_tenant_is_refused_and_keeps_the_session(people: People, login: TestClient) -> None:
    """real-clients 2: not a member answers AADSTS50020, and az goes on with the next tenant."""
    first = session(login, people.owner.upn)
    refused = refreshed(login, people.fabrikam.id, first["refresh_token"])

    assert (refused["error"], refused["error_codes"]) == ("invalid_grant", [50020])
    people.now.passes(hours=2)
    assert "access_token" in refreshed(login, people.contoso.id, first["refresh_token"])


def test_refresh_tokens_rotate_and_reuse_ends_the_session(people: People, login: TestClient) -> None:
    """A refresh token that comes back long after it was used has been copied: its whole family is revoked."""
    old = session(login, people.technician.upn)["refresh_token"]
    new = str(refreshed(login, "organizations", old)["refresh_token"])
    assert new != old
    assert "access_token" in refreshed(login, "organizations", old)  # two processes of one client, at once

    people.now.passes(seconds=61)

    assert refreshed(login, "organizations", old)["error_codes"] == [50173]
    assert refreshed(login, "organizations", new)["error_codes"] == [50173]


def test_a_refresh_token_is_bound_to_its_program_and_ends(people: People, login: TestClient) -> None:
    """Another program cannot use it, nobody after 90 days, and a malformed scope does not use it up."""
    token = session(login, people.technician.upn)["refresh_token"]
    other = "1950a258-227b-4e31-a9cf-717495945fc2"

    assert refreshed(login, "organizations", token, client_id=other)["error_codes"] == [9002313]
    assert refreshed(login, "organizations", "rubbish")["error_codes"] == [9002313]
    assert refreshed(login, "organizations", token, scope="bad/x")["error_codes"] == [70011]
    same = refreshed(login, "organizations", token, scope="")  # RFC 6749, section 6: what was granted before
    assert claims(same["access_token"])["aud"] == "https://management.core.windows.net/"
    people.now.passes(days=90)
    assert refreshed(login, "organizations", token)["error_codes"] == [70008]


def test_disabling_or_deleting_an_account_ends_its_sessions(people: People, login: TestClient) -> None:
    """A session does not outlive its account."""
    token = session(login, people.technician.upn)["refresh_token"]
    with people.writing() as call:
        service.put_user(call, replace(people.technician, enabled=False))
    assert refreshed(login, "organizations", token)["error_codes"] == [50057]
    with people.writing() as call:
        service.delete_principal(call, people.technician.id)
    assert refreshed(login, "organizations", token)["error_codes"] == [50173]


def test_a_removed_guest_loses_the_tenant_only(people: People, login: TestClient) -> None:
    """Deleting the guest object ends the way into that tenant, not the account."""
    token = session(login, people.technician.upn)["refresh_token"]
    with people.writing() as call:
        service.delete_principal(call, people.guest.id)

    assert refreshed(login, people.contoso.id, token)["error_codes"] == [50020]
    assert "access_token" in refreshed(login, people.fabrikam.id, token)


def test_the_older_endpoint_takes_a_resource(people: People, login: TestClient) -> None:
    """The first form of the endpoint names a resource, and writes numbers as text."""
    answer = login.post(
        f"/{people.fabrikam.id}/oauth2/token",
        data={
            "grant_type": "client_credentials",
            "client_id": people.automation.app_id,
            "client_secret": SECRET,
            "resource": "https://management.core.windows.net/",
        },
    )

    body = answer.json()
    assert body["resource"] == claims(body["access_token"])["aud"] == "https://management.core.windows.net/"
    assert body["expires_in"] == "3600" and body["expires_on"].isdigit()
    for resource, number in (("nonsense", 500011), (None, 900144)):
        given = {"grant_type": "client_credentials", "client_id": people.automation.app_id, "client_secret": SECRET}
        given |= {"resource": resource} if resource else {}
        refused = login.post(f"/{people.fabrikam.id}/oauth2/token", data=given).json()
        assert (refused["error_codes"], "resource" in refused["error_description"]) == ([number], True)


def test_a_confidential_program_needs_its_secret_for_a_person_too(people: People, login: TestClient) -> None:
    """Only public clients go without; and the person, or an administrator, must have let the program act."""
    fields = {"grant_type": "password", "username": people.technician.upn, "password": "correct horse"}
    fields |= {"client_id": people.automation.app_id, "scope": AZ_SCOPE}

    assert ask(login, "organizations", **fields).json()["error_codes"] == [7000218]
    answer = ask(login, "organizations", **fields, client_secret=SECRET)
    assert (answer.status_code, answer.json()["error_codes"]) == (400, [65001])
    consent_to(people, people.technician, people.automation.app_id)
    assert ask(login, "organizations", **fields, client_secret=SECRET).status_code == 200


def test_a_wrong_password_and_a_lock_answer_as_entra_does(people: People, login: TestClient) -> None:
    """Ten failures give AADSTS50053."""
    fields = {"grant_type": "password", "client_id": AZURE_CLI, "username": people.owner.upn, "password": "wrong"}
    numbers = [ask(login, "organizations", **fields, scope=AZ_SCOPE).json()["error_codes"][0] for _ in range(11)]

    assert numbers == [50126] * 10 + [50053]


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"{}", "application/json", 400),
        (b"grant_type=\xff", "application/x-www-form-urlencoded", 400),
        (b"a=%ff", "application/x-www-form-urlencoded", 400),
        (b"a=%00", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a=1" for _ in range(200)), "application/x-www-form-urlencoded", 400),
        (b"a=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"", "application/x-www-form-urlencoded", 400),
    ],
)
def test_bad_bodies_get_an_error_document(login: TestClient, content: bytes, content_type: str, status: int) -> None:
    """Malformed and oversized input is refused in the surface's own envelope."""
    answer = login.post("/organizations/oauth2/v2.0/token", content=content, headers={"Content-Type": content_type})

    assert answer.status_code == status
    assert answer.json()["error"] == "invalid_request"


def test_an_endpoint_for_forms_says_so_to_a_browser(login: TestClient) -> None:
    """AADSTS900561, in the document of every other refusal."""
    for name in ("v2.0/token", "token", "v2.0/devicecode"):
        assert login.get(f"/organizations/oauth2/{name}").json()["error_codes"] == [900561]


def test_a_correlation_id_is_given_back(login: TestClient) -> None:
    """A client's request id is how a refusal is found again."""
    given = "5f3e1b52-9c0c-4c39-9d25-0c32e8a33f04"
    answer = login.post(
        "/organizations/oauth2/v2.0/token", data={"grant_type": "x"}, headers={"client-request-id": given}
    )

    assert answer.json()["correlation_id"] == given


def test_a_key_roll_over_keeps_sessions(people: People, login: TestClient) -> None:
    """New tokens name the new key; both keys are published."""
    first = session(login, people.technician.upn)
    with people.writing() as call:
        signing_keys.roll_over(call)
    second = refreshed(login, "organizations", first["refresh_token"])
    published = {each["kid"] for each in login.get("/common/discovery/v2.0/keys").json()["keys"]}

    kids = [jwt.get_unverified_header(str(each["access_token"]))["kid"] for each in (first, second)]
    assert len(set(kids)) == 2
    assert published == set(kids)


def test_an_application_abroad_signs_in_there(people: People, login: TestClient) -> None:
    """One secret serves every tenant in which the application has a service principal."""
    with people.writing() as call:
        abroad = naming.service_principal(people.contoso, "automation", app_id=people.automation.app_id)
        service.put_service_principal(call, abroad)
    answer = ask(
        login,
        people.contoso.id,
        grant_type="client_credentials",
        client_id=people.automation.app_id,
        client_secret=SECRET,
        scope="https://management.azure.com/.default",
    )

    told = claims(answer.json()["access_token"])
    assert (told["oid"], told["aud"]) == (abroad.id, "https://management.azure.com")
