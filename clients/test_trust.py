"""Whom clients trust, where they learn addresses, what they keep, and how they are told to sign in."""

import json
import os
import re
import ssl
from collections.abc import Callable
from pathlib import Path

from tests.server import Server

from clients.conftest import CONTOSO, INSTALLED, PIPELINE, PIPELINE_SECRET, PRODUCTION, Asked, Az, run, variables
from clients.playing import GIVEN, played

ISSUED = ["GET /CONTOSO/v2.0/.well-known/openid-configuration 200", "POST /CONTOSO/oauth2/v2.0/token 200"]


def test_one_bundle_holds_public_authorities_and_ours(server: Server) -> None:
    """Variables that replace the public authorities must not cut a shell off from everybody else."""
    context = ssl.create_default_context(cafile=variables(server, "python")["REQUESTS_CA_BUNDLE"])
    names = {dict(part[0] for part in one["subject"]).get("organizationName", "") for one in context.get_ca_certs()}
    assert len(context.get_ca_certs()) > 100
    assert "DigiCert Inc" in names

    code = "import requests, os; print(requests.get(os.environ['LIGHTKEEPER_ARM'] + '/metadata/endpoints', params={'api-version': '2022-09-01'}).status_code)"
    asks = [str(INSTALLED / "az" / "bin" / "python"), "-c", code]
    assert run(asks, variables(server, "az")).stdout.strip() == "200"
    nobody = variables(server, "az") | {"REQUESTS_CA_BUNDLE": "", "SSL_CERT_FILE": ""}
    assert "CERTIFICATE_VERIFY_FAILED" in run(asks, nobody).stderr


def test_az_without_registering_the_cloud(new_az: Callable[[], Az], tmp_path: Path) -> None:
    """A variable names the metadata's address; an array of clouds is read from there, with another library."""
    az = new_az()
    address = f"{az.server.ready['arm']}/metadata/endpoints?api-version=2019-05-01"
    fresh = {"AZURE_CONFIG_DIR": str(tmp_path), "ARM_CLOUD_METADATA_URL": address}

    [name] = az("cloud", "list", "--query", "[].name", **fresh)
    assert name == "Lightkeeper"
    az.line(f"cloud set --name {name}", **fresh)
    found = az.line(f"login --service-principal -u {PIPELINE} -p {PIPELINE_SECRET} --tenant {CONTOSO}", **fresh)

    assert {one["cloudName"] for one in found} == {name}


def test_az_with_addresses_of_its_own(new_az: Callable[[], Az], tmp_path: Path) -> None:
    """A file can say the four addresses; then nothing is asked for them."""
    az, fresh = new_az(), {"AZURE_CONFIG_DIR": str(tmp_path / "az")}
    config = {
        "endpoints": {
            "resourceManager": az.server.ready["arm"],
            "activeDirectory": az.server.ready["login"],
            "activeDirectoryResourceId": "https://management.core.windows.net/",
            "microsoftGraphResourceId": az.server.ready["graph"],
        }
    }
    (tmp_path / "cloud.json").write_text(json.dumps(config))
    az.line(f"cloud register --name Said --cloud-config @{tmp_path / 'cloud.json'}", **fresh)
    assert az.asked == []
    az.line("cloud set --name Said", **fresh)
    az.line(f"login --service-principal -u {PIPELINE} -p {PIPELINE_SECRET} --tenant {CONTOSO}", **fresh)
    assert az.line(f"group show -n web --subscription {PRODUCTION} --query name", **fresh)
    assert az.line("ad user show --id owner@contoso.example --query displayName", **fresh) == "Olga Owner"


def test_both_shapes_of_the_metadata(server: Server) -> None:
    """One object for az and Terraform, an array for older readers; the names Terraform insists on are there."""
    shapes = {}
    for version in ("2022-09-01", "2019-05-01"):
        shapes[version] = server.send("GET", f"{server.ready['arm']}/metadata/endpoints?api-version={version}").json()

    assert isinstance(shapes["2019-05-01"], list)
    assert shapes["2022-09-01"] in shapes["2019-05-01"]
    assert all(shapes["2022-09-01"][name] for name in ("name", "resourceManager", "microsoftGraphResourceId"))
    assert shapes["2022-09-01"]["authentication"]["loginEndpoint"].startswith("https://localhost:")


def test_tokens_are_kept(server: Server, tmp_path: Path) -> None:
    """The library asks once for a resource and once for the addresses; a later process asks for nothing it has."""
    file = tmp_path / "cache.json"

    first = played(server, "python", "tokens.py", str(file))
    again = played(server, "python", "tokens.py", str(file))

    refused = "POST /CONTOSO/oauth2/v2.0/token"
    other = "GET /nowhere.example/v2.0/.well-known/openid-configuration 400"
    assert first.signs_in == [*ISSUED, ISSUED[1], ISSUED[0], f"{refused} 401", ISSUED[0], f"{refused} 400", other]
    assert again.signs_in == [one for one in first.signs_in if one != ISSUED[1]]


def test_the_challenge(server: Server) -> None:
    """Without a token, and with one nobody gave, an answer says where to sign in: at the subscription's tenant."""
    address = f"{server.ready['arm']}/subscriptions/{PRODUCTION}?api-version=2022-12-01"
    for sent in ({}, {"authorization": "Bearer nobody.gave.this"}):
        told = server.send("GET", address, headers=sent)
        assert told.status_code == 401
        challenge = told.headers["www-authenticate"]
        assert re.search(r'Bearer authorization_uri="https://localhost:\d+/[^"]+"', challenge)
        assert 'error="invalid_token"' in challenge
        assert told.json()["error"]["code"] in ("AuthenticationFailed", "InvalidAuthenticationToken")


def test_python_signs_in_by_its_variables(server: Server) -> None:
    """`EnvironmentCredential` takes the address from a variable; `AzureCliCredential` asks az and needs nothing said."""
    code = """
from azure.identity import EnvironmentCredential
from azure.mgmt.resource.subscriptions import SubscriptionClient
import os
with EnvironmentCredential(disable_instance_discovery=True) as who:
    print(sorted(one.display_name for one in SubscriptionClient(who, base_url=os.environ["LIGHTKEEPER_ARM"]).subscriptions.list()))
"""
    said = {"AZURE_TENANT_ID": CONTOSO, "AZURE_CLIENT_ID": PIPELINE, "AZURE_CLIENT_SECRET": PIPELINE_SECRET}
    with Asked(server) as asked:
        done = run([str(INSTALLED / "python/bin/python"), "-c", code], variables(server, "python") | said)

    assert done.stdout.strip() == "['contoso-prod', 'contoso-test']", done.stderr
    assert (asked.signs_in, asked.lines) == (ISSUED, ["GET /subscriptions 200"])


def test_python_signs_in_through_az(az: Az) -> None:
    """The credential starts `az account get-access-token` and takes what it prints."""
    code = """
from azure.identity import AzureCliCredential
from azure.mgmt.resource.subscriptions import SubscriptionClient
import os
print(len(list(SubscriptionClient(AzureCliCredential(), base_url=os.environ["LIGHTKEEPER_ARM"]).subscriptions.list())))
"""
    path = {"PATH": f"{INSTALLED / 'az' / 'bin'}{os.pathsep}{os.environ['PATH']}"}

    done = run([str(INSTALLED / "python/bin/python"), "-c", code], az.environment | GIVEN | path)

    assert done.stdout.strip() == "2", done.stderr
