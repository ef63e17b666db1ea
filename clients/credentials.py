"""Every credential of azure-identity that signs instead of showing a secret, blocking and asynchronous."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    CertificateCredential,
    ClientAssertionCredential,
    DefaultAzureCredential,
    EnvironmentCredential,
    WorkloadIdentityCredential,
)
from azure.identity.aio import CertificateCredential as LaterCertificateCredential
from azure.identity.aio import ClientAssertionCredential as LaterClientAssertionCredential
from azure.mgmt.resource.subscriptions import SubscriptionClient

TENANT, CLIENT = os.environ["TENANT_ID"], os.environ["CLIENT_ID"]
CERTIFICATE, TOKEN_FILE = os.environ["CLIENT_CERTIFICATE"], os.environ["TOKEN_FILE"]
ARM = os.environ["LIGHTKEEPER_ARM"]
SCOPE, GRAPH_SCOPE = "https://management.azure.com/.default", "https://graph.microsoft.com/.default"
WHERE = {"authority": ARM, "disable_instance_discovery": True}


def federated() -> str:
    """Return the token that the issuer gave."""
    return Path(TOKEN_FILE).read_text()


for credential in (
    CertificateCredential(TENANT, CLIENT, CERTIFICATE, **WHERE),
    CertificateCredential(TENANT, CLIENT, certificate_data=Path(CERTIFICATE).read_bytes(), **WHERE),
    ClientAssertionCredential(TENANT, CLIENT, federated, **WHERE),
    WorkloadIdentityCredential(tenant_id=TENANT, client_id=CLIENT, token_file_path=TOKEN_FILE, **WHERE),
):
    assert [one.display_name for one in SubscriptionClient(credential, base_url=ARM).subscriptions.list()]
    assert credential.get_token(SCOPE).token != credential.get_token(GRAPH_SCOPE).token

os.environ |= {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": CLIENT, "AZURE_CLIENT_CERTIFICATE_PATH": CERTIFICATE}
assert EnvironmentCredential(disable_instance_discovery=True).get_token(SCOPE).token
assert DefaultAzureCredential(disable_instance_discovery=True).get_token(SCOPE).token

del os.environ["AZURE_CLIENT_CERTIFICATE_PATH"]
os.environ["AZURE_FEDERATED_TOKEN_FILE"] = TOKEN_FILE
assert DefaultAzureCredential(disable_instance_discovery=True).get_token(SCOPE).token


async def later() -> None:
    """Ask the asynchronous credentials."""
    async with LaterCertificateCredential(TENANT, CLIENT, CERTIFICATE, **WHERE) as one:
        assert (await one.get_token(SCOPE)).token
    async with LaterClientAssertionCredential(TENANT, CLIENT, federated, **WHERE) as other:
        assert (await other.get_token(SCOPE)).token


asyncio.run(later())


def refused(ask: Callable[[], object], number: str) -> None:
    """Insist on a refusal."""
    try:
        ask()
    except ClientAuthenticationError as fault:
        assert number in str(fault), fault
    else:
        raise AssertionError(f"{number} was expected")


stranger = CertificateCredential(TENANT, CLIENT, os.environ["OTHER_CERTIFICATE"], **WHERE)
refused(lambda: stranger.get_token(SCOPE), "AADSTS700027")
nobody = ClientAssertionCredential(TENANT, os.environ["OTHER_CLIENT_ID"], federated, **WHERE)
refused(lambda: nobody.get_token(SCOPE), "AADSTS70025")
print("done")
