"""The terms of a published plan: read, accepted with their signature, taken back; on the wire."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.house import House, Reply
from tests.publishing.offers import LOGO, good_offer

WORLD = Path(__file__).parents[1] / "house.yaml"
PROD, LAB = "c0c0c0c0-1111-4000-8000-000000000001", "c0c0c0c0-1111-4000-8000-000000000002"
FABRIKAM, TIER1 = "fabfabfa-0000-4000-8000-000000000001", "fabfabfa-0000-4000-8000-000000000021"
OWNER = "contoso/owner"


def offer(**listing: Any) -> dict[str, Any]:
    document = copy.deepcopy(good_offer())
    manifest = document["plans"][0]["manifest"]
    manifest |= {"managedByTenantId": FABRIKAM}
    for row in manifest["authorizations"]:
        row["principalId"] = TIER1
    document["properties"] |= listing
    return document


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    built = House.of(tmp_path_factory.mktemp("house"), WORLD.read_text())
    built.publish(offer(), LOGO, by="fabrikam/publisher")
    yield built
    built.close()


def ask(house: House, method: str, path: str, body: Any = None, *, by: str = OWNER, at: str = LAB) -> Reply:
    base = f"/subscriptions/{at}/providers/Microsoft.MarketplaceOrdering"
    return house.send(method, f"{base}{path}?api-version=2021-01-01", body, by=by)


TERMS = "/offerTypes/virtualmachine/publishers/fabrikam/offers/managed-operations/plans/operations/agreements/current"
AGREEMENT = "/agreements/fabrikam/offers/managed-operations/plans/operations"


def test_terms_are_read_accepted_and_taken_back(house: House) -> None:
    """P7-terms, MarketplaceOrdering: PUT sends back what GET gave, with `accepted`; the signature must be that of GET."""
    terms = ask(house, "GET", TERMS)

    assert terms.status == 200, terms.json
    said = terms.json["properties"]
    assert (said["publisher"], said["product"], said["plan"]) == ("fabrikam", "managed-operations", "operations")
    assert said["accepted"] is False and "retrieveDatetime" not in said
    assert terms.json["type"] == "Microsoft.MarketplaceOrdering/offertypes" and terms.json["name"] == "operations"

    accepted = ask(house, "PUT", TERMS, {"properties": said | {"accepted": True}})

    assert accepted.status == 200 and accepted.json["properties"]["accepted"] is True
    assert accepted.json["properties"]["retrieveDatetime"]
    assert accepted.json["systemData"]["createdBy"] == "owner@contoso.example"

    refused = ask(house, "PUT", TERMS, {"properties": said | {"signature": "X", "accepted": True}})

    assert (refused.status, refused.code) == (400, "BadRequest")

    canceled = ask(house, "PUT", TERMS, {"properties": said | {"accepted": False}})

    assert canceled.json["properties"]["accepted"] is False


def test_agreements_are_signed_canceled_and_listed(house: House) -> None:
    """The older form: an agreement is Active with the day it was signed, or Canceled with the day it ended."""
    signed = ask(house, "POST", f"{AGREEMENT}/sign")

    assert (signed.status, signed.json["properties"]["state"]) == (200, "Active"), signed.json
    assert signed.json["properties"]["signDate"] and "cancelDate" not in signed.json["properties"]
    assert ask(house, "POST", f"{AGREEMENT}/sign").json == signed.json, "signing again changes nothing"

    canceled = ask(house, "POST", f"{AGREEMENT}/cancel")

    assert canceled.json["properties"]["state"] == "Canceled" and canceled.json["properties"]["cancelDate"]
    assert ask(house, "GET", AGREEMENT).json == canceled.json
    assert ask(house, "GET", "/agreements").json == {"value": [canceled.json]}


def test_what_nobody_sells_has_no_terms(house: House) -> None:
    assert ask(house, "GET", TERMS.replace("operations/agreements", "nothing/agreements")).code == "BadRequest"
    assert ask(house, "GET", TERMS.replace("virtualmachine", "container")).code == "BadRequest"
    assert ask(house, "GET", TERMS.replace("current", "2020")).status == 404
    assert ask(house, "POST", f"{AGREEMENT}x/cancel").code == "AgreementNotFound"


def test_reading_terms_takes_a_reader_and_accepting_them_more(house: House) -> None:
    body = {"properties": ask(house, "GET", TERMS, at=PROD).json["properties"] | {"accepted": True}}

    assert ask(house, "GET", TERMS, by="contoso/reader", at=PROD).status == 200
    assert ask(house, "PUT", TERMS, body, by="contoso/reader", at=PROD).status == 403
    assert ask(house, "GET", TERMS, by="contoso/nobody", at=PROD).status == 403


def test_accepting_an_offer_signs_its_terms_and_signing_terms_accepts_no_offer(house: House) -> None:
    """Acceptance is a definition (L81); the terms are shown before it, so accepting in the storefront agrees to them."""
    held = "/portal/api/service-providers"
    ask(house, "POST", f"{AGREEMENT}/sign")
    assert house.send("GET", held, by=OWNER).json["value"] == []

    plan = "/portal/api/storefront/fabrikam/managed-operations/operations/accept"
    assert house.send("POST", plan, {"subscription": PROD}, by=OWNER).status == 200

    assert ask(house, "GET", TERMS, at=PROD).json["properties"]["accepted"] is True
    assert len(house.send("GET", held, by=OWNER).json["value"]) == 1


def test_terms_given_as_a_text_have_a_page(tmp_path: Path) -> None:
    """The link in the answer leads to the text; the signature in it changes when the terms do."""
    house = House.of(tmp_path, WORLD.read_text())
    try:
        house.publish(offer(terms={"text": "Be kind."}), LOGO, by="fabrikam/publisher")
        said = ask(house, "GET", TERMS).json["properties"]
        page = house.send("GET", said["licenseTextLink"].removeprefix("https://localhost:8443"))

        assert (page.status, page.raw) == (200, b"Be kind.")
        assert said["licenseTextLink"].endswith(said["signature"])
        assert house.send("GET", "/catalog/terms/NOTHING").status == 404
    finally:
        house.close()
