"""What clients read before they sign in."""

import pytest
from starlette.testclient import TestClient

from tests.directory.people import People

LOGIN = "https://localhost:8443"


@pytest.mark.parametrize("named", ["id", "domain"])
def test_a_tenant_describes_itself(people: People, login: TestClient, named: str) -> None:
    """real-clients 2: absolute URLs with the port."""
    answer = login.get(f"/{getattr(people.contoso, named)}/v2.0/.well-known/openid-configuration")

    body, at = answer.json(), f"{LOGIN}/{people.contoso.id}"
    assert body["issuer"] == f"{at}/v2.0"
    assert body["token_endpoint"] == f"{at}/oauth2/v2.0/token"
    assert body["authorization_endpoint"] == f"{at}/oauth2/v2.0/authorize"
    assert body["device_authorization_endpoint"] == f"{at}/oauth2/v2.0/devicecode"
    assert body["jwks_uri"] == f"{at}/discovery/v2.0/keys"


@pytest.mark.parametrize("segment", ["organizations", "common"])
def test_no_tenant_in_particular(login: TestClient, segment: str) -> None:
    """arm.md 1.4: the tenant segment may be organizations or common."""
    body = login.get(f"/{segment}/v2.0/.well-known/openid-configuration").json()

    assert body["issuer"] == f"{LOGIN}/{{tenantid}}/v2.0"
    assert body["token_endpoint"] == f"{LOGIN}/{segment}/oauth2/v2.0/token"


@pytest.mark.parametrize(
    "segment", ["contoso", "nowhere.example", "00000000-0000-4000-8000-000000000000", "%00", "x" * 500]
)
def test_an_unknown_tenant_is_refused(people: People, login: TestClient, segment: str) -> None:
    """real-clients 2: 400 invalid_tenant, AADSTS90002; the name of a tenant is no address."""
    answer = login.get(f"/{segment}/v2.0/.well-known/openid-configuration")

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_tenant")
    assert answer.json()["error_codes"] == [90002]


def test_the_older_description_names_the_older_endpoints(people: People, login: TestClient) -> None:
    """Its issuer is the one that access tokens carry."""
    body = login.get(f"/{people.contoso.id}/.well-known/openid-configuration").json()

    assert body["issuer"] == f"https://sts.windows.net/{people.contoso.id}/"
    assert body["token_endpoint"] == f"{LOGIN}/{people.contoso.id}/oauth2/token"


def test_one_cloud_or_a_list_of_one(login: TestClient) -> None:
    """arm.md 1.3: 2022-09-01 is one object, 2019-05-01 an array of the same."""
    cloud = login.get("/metadata/endpoints?api-version=2022-09-01").json()

    assert login.get("/metadata/endpoints?api-version=2019-05-01").json() == [cloud]
    assert cloud["authentication"]["loginEndpoint"] == LOGIN
    assert cloud["authentication"]["audiences"][0] == "https://management.core.windows.net/"
    assert cloud["resourceManager"] == f"{LOGIN}/"
    assert cloud["microsoftGraphResourceId"] == cloud["graphAudience"] == "https://localhost:8444/"
    assert {"name", "portal", "suffixes", "gallery", "sqlManagement", "batch", "media"} <= set(cloud)


def test_instance_discovery_knows_one_host(login: TestClient) -> None:
    """Clients that do ask learn that this host stands for itself."""
    body = login.get("/common/discovery/instance?api-version=1.1&authorization_endpoint=x").json()

    assert body["metadata"] == [
        {"preferred_network": "localhost:8443", "preferred_cache": "localhost:8443", "aliases": ["localhost:8443"]}
    ]


def test_no_account_is_federated(login: TestClient) -> None:
    """A password login on port 443 asks for the realm first."""
    assert login.get("/common/userrealm/technician@fabrikam.example").json()["account_type"] == "Managed"
