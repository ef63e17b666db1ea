"""Partner links, the terms of a published plan, and the operations of providers, asked for by `az` and the SDKs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.server import Server

from clients.conftest import CONTOSO, FABRIKAM, HERE, PRODUCTION, TECHNICIANS, Az
from clients.playing import play
from lightkeeper.publishing.scaffold import LOGO, Answers, logo, offer_text

MORE = """\
tenants:
  fabrikam: {domain: fabrikam.example}
publishers:
  fabrikam:
    tenant: fabrikam
    displayName: Fabrikam
    designations: [solutionsPartner.infrastructureAzure]
    partnerIds: ["4759000", "4759001"]
"""
TERMS = (
    "/subscriptions/PROD/providers/Microsoft.MarketplaceOrdering/offerTypes/virtualmachine/publishers/fabrikam/offers/"
    "managed-operations/plans/operations/agreements/current"
)
PLAN = "--publisher fabrikam --product managed-operations --plan operations"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The clients' world with a publisher whose offer is live."""
    started = Server(tmp_path_factory.mktemp("server"), HERE / "world.yaml").start()
    started.apply(MORE)
    _publish(started, tmp_path_factory.mktemp("offer"))
    yield started
    started.stop()


def _publish(server: Server, folder: Path) -> None:
    answers = Answers(tenant_id=FABRIKAM, technicians_group_id=TECHNICIANS, preview_subscription_id=PRODUCTION)
    (folder / "offer.yaml").write_text(offer_text(answers))
    (folder / LOGO).parent.mkdir(parents=True, exist_ok=True)
    (folder / LOGO).write_bytes(logo("Fabrikam"))
    for words in (
        ("offer", "publish", str(folder / "offer.yaml"), "--wait"),
        ("offer", "go-live", "fabrikam/managed-operations", "--wait"),
    ):
        done = server.cli(*words)
        assert done.returncode == 0, done.stdout + done.stderr


def test_python_blocking(server: Server) -> None:
    """A link is one request, and so is every step with terms; the list of all providers is read page by page."""
    asked = play(server, "python", "python_partners.py")

    assert [one for one in asked if "ManagementPartner" in one] == [
        "GET /providers/Microsoft.ManagementPartner/partners 404",
        "PUT /providers/Microsoft.ManagementPartner/partners/4759000 200",
        "PUT /providers/Microsoft.ManagementPartner/partners/4759001 409",
        "PATCH /providers/Microsoft.ManagementPartner/partners/4759001 200",
        "GET /providers/Microsoft.ManagementPartner/partners 200",
        "GET /providers/Microsoft.ManagementPartner/partners/4759001 200",
        "DELETE /providers/Microsoft.ManagementPartner/partners/4759001 200",
        "GET /providers/Microsoft.ManagementPartner/operations 200",
    ]
    assert sum(TERMS in one for one in asked) == 2
    assert sum("providerOperations " in one for one in asked) == 6


def test_python_asynchronous(server: Server) -> None:
    """The same by the asynchronous clients."""
    play(server, "python", "python_partners_async.py")


def test_javascript(server: Server) -> None:
    """Creating and changing a link are one request each."""
    asked = play(server, "node", "partners.mjs")

    assert asked[:2] == [
        "PUT /providers/Microsoft.ManagementPartner/partners/4759000 200",
        "PATCH /providers/Microsoft.ManagementPartner/partners/4759001 200",
    ]


def test_az_reads_and_accepts_terms(az: Az) -> None:
    """`az term` and `az vm image terms` ask the same door; accepting reads the terms first."""
    shown = az.line(f"term show {PLAN}")
    assert (shown["plan"], shown["product"]) == ("operations", "managed-operations")
    assert az.asked == [f"GET {TERMS} 200"]

    assert az.line(f"term accept {PLAN}")["accepted"] is True
    assert az.asked == [f"GET {TERMS} 200", f"PUT {TERMS} 200"]

    image = "--publisher fabrikam --offer managed-operations --plan operations"
    assert az.line(f"vm image terms show {image}")["accepted"] is True
    assert az.line(f"vm image terms cancel {image}")["accepted"] is False
    assert az.line(f"vm image terms accept {image}")["accepted"] is True
    assert "BadRequest" in az.fails("term show --publisher fabrikam --product nothing --plan nothing").stderr


def test_az_reads_what_providers_can_do(az: Az) -> None:
    """All of them, one of them, and what a provider's own application may do here, which is nothing."""
    found = az.line("provider operation show --namespace Microsoft.ManagementPartner")
    assert "partners" in [one["name"] for one in found["resourceTypes"]]
    assert len(az.line("provider operation list --query [].name")) > 300
    assert az.line("provider permission list --namespace Microsoft.ManagedServices")["value"] == []


def test_az_links_a_partner_with_plain_requests(az: Az) -> None:
    """The extension for it is not part of az; `az rest` needs no body for any of it."""
    at = "/providers/Microsoft.ManagementPartner/partners"
    made = az.line(f"rest --method put --url {at}/4759000?api-version=2018-02-01")
    assert made["properties"]["tenantId"] == CONTOSO
    az.line(f"rest --method delete --url {at}/4759000?api-version=2018-02-01")
    assert az.asked == [f"DELETE {at}/4759000 200"]
