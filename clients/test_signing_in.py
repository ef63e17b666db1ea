"""Programs that sign in without a secret: a certificate of their own, or a token of an issuer that they trust."""

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from tests.directory.keys import certificate, pem_of, private_pem, rsa_key
from tests.server import Server

from clients.conftest import CONTOSO, HERE, INSTALLED, PIPELINE, PRODUCTION, STEWARD, Asked, Az, run, variables
from clients.issuer import Issuer
from lightkeeper.world import names

DESK = names.app_id("contoso", "desk")
ASK = """
import base64, json, os
from azure.identity import InteractiveBrowserCredential

who = InteractiveBrowserCredential(
    tenant_id=os.environ["TENANT_ID"], client_id=os.environ["CLIENT_ID"], authority=os.environ["LIGHTKEEPER_ARM"],
    disable_instance_discovery=True, timeout=60,
)
token = who.get_token("https://management.azure.com/.default").token
print(json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))["upn"])
"""
SUBJECT = "system:serviceaccount:prod:pipeline"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the certificates lie: each file holds a private key and its certificate."""
    folder = tmp_path_factory.mktemp("signing")
    for name in ("pipeline", "stranger"):
        key = rsa_key(name)
        own = certificate(key, since=datetime.now(UTC) - timedelta(days=1))
        (folder / f"{name}.pem").write_text(private_pem(key) + pem_of(own))
    return folder


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    """An issuer that runs on this machine."""
    started = Issuer(tmp_path_factory.mktemp("issuer"))
    yield started
    started.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, folder: Path, issuer: Issuer) -> Iterator[Server]:
    """A server that may ask this machine, with the certificate's file beside its world file."""
    world = YAML(typ="safe", pure=True).load((HERE / "world.yaml").read_text())
    pipeline = world["tenants"]["contoso"]["servicePrincipals"]["pipeline"]
    world["tenants"]["contoso"]["servicePrincipals"]["desk"] = {"displayName": "Ticket desk", "publicClient": True}
    pipeline["certificates"] = ["pipeline.pem"]
    pipeline["federatedCredentials"] = {"cluster": {"issuer": issuer.url, "subject": SUBJECT}}
    (folder / "world.yaml").write_text(json.dumps(world))
    (folder / "token").write_text(issuer.signs(SUBJECT))
    options = ("--local-targets", "--trust-ca", str(issuer.ca_file))
    started = Server(tmp_path_factory.mktemp("server"), folder / "world.yaml", options=options).start()
    yield started
    started.stop()


def test_az_signs_in_with_a_certificate(new_az: Callable[[], Az], folder: Path) -> None:
    """One file holds the private key and the certificate; a new process signs anew."""
    az = new_az()

    found = az.line(
        f"login --service-principal -u {PIPELINE} --certificate {folder / 'pipeline.pem'} --tenant {CONTOSO}"
    )

    assert [one["name"] for one in found] == ["contoso-prod", "contoso-test"]
    assert az.asked == ["GET /subscriptions 200"]
    assert az.line(f"group list --subscription {PRODUCTION}")
    assert az.line("account get-access-token --resource-type ms-graph")["tenant"] == CONTOSO


def test_az_is_told_that_it_is_the_wrong_certificate(new_az: Callable[[], Az], folder: Path) -> None:
    """The message is printed verbatim, with the thumbprint of the key that was used."""
    said = new_az().fails(
        f"login --service-principal -u {PIPELINE} --certificate {folder / 'stranger.pem'} --tenant {CONTOSO}"
    )

    assert "AADSTS700027" in said.stderr and "The key was not found" in said.stderr


def test_az_signs_in_with_a_federated_token(new_az: Callable[[], Az], issuer: Issuer) -> None:
    """The issuer is asked for its keys, once; a token about somebody else is refused."""
    az, token = new_az(), issuer.signs(SUBJECT)

    found = az.line(f"login --service-principal -u {PIPELINE} --federated-token {token} --tenant {CONTOSO}")

    assert [one["name"] for one in found] == ["contoso-prod", "contoso-test"]
    assert issuer.asked == ["/.well-known/openid-configuration", "/keys"]
    other = issuer.signs("system:serviceaccount:prod:other")
    said = new_az().fails(f"login --service-principal -u {PIPELINE} --federated-token {other} --tenant {CONTOSO}")
    assert "AADSTS700213" in said.stderr


@pytest.mark.parametrize(
    ("environment", "script"),
    [("python", "credentials.py"), ("node", "credentials.mjs")],
)
def test_every_credential_of_the_sdks(server: Server, folder: Path, environment: str, script: str) -> None:
    """Certificates from a file and from memory, assertions, token files, and what is found in the environment."""
    if not (INSTALLED / environment).exists():
        pytest.skip(f"{environment} is not installed: run make test-clients")
    program = "node" if environment == "node" else str(INSTALLED / environment / "bin" / "python")
    given = {
        "TENANT_ID": CONTOSO, "CLIENT_ID": PIPELINE, "OTHER_CLIENT_ID": STEWARD, "TOKEN_FILE": str(folder / "token"),
        "CLIENT_CERTIFICATE": str(folder / "pipeline.pem"), "OTHER_CERTIFICATE": str(folder / "stranger.pem"),
        "NODE_FOLDER": str(INSTALLED / "node"),
    }  # fmt: skip

    with Asked(server) as asked:
        told = variables(server, "node" if environment == "node" else "python")
        done: subprocess.CompletedProcess[str] = run([program, str(HERE / script)], told | given)

    assert done.returncode == 0, done.stderr[-3000:] + "\n".join(asked.lines)
    assert done.stdout.strip().endswith("done")


def test_a_program_that_is_not_azures_asks_for_leave(server: Server, tmp_path: Path) -> None:
    """InteractiveBrowserCredential of a program of one's own: declined once, then accepted, then not asked again."""
    if not (INSTALLED / "python").exists():
        pytest.skip("python is not installed: run make test-clients")
    program = str(INSTALLED / "python" / "bin" / "python")
    (tmp_path / "ask.py").write_text(ASK)
    told = variables(server, "python") | {
        "BROWSER": f"{program} {HERE / 'browser.py'} %s &", "LK_CA": server.ready["ca_file"], "CLIENT_ID": DESK,
        "LK_USER": "owner@contoso.example", "LK_PASSWORD": "battery staple", "TENANT_ID": CONTOSO,
    }  # fmt: skip

    declined = run([program, str(tmp_path / "ask.py")], told | {"LK_CONSENT": "no"})
    accepted = run([program, str(tmp_path / "ask.py")], told)
    again = run([program, str(tmp_path / "ask.py")], told | {"LK_CONSENT": "no"})

    assert declined.returncode != 0 and "AADSTS65004" in declined.stderr
    assert accepted.stdout.strip() == "owner@contoso.example", accepted.stderr[-2000:]
    assert again.stdout.strip() == "owner@contoso.example", again.stderr[-2000:]
