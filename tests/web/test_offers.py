"""Partner Center's pages about offers, leads and reports, and the reviewer's desk."""

import base64
import json
from collections.abc import Iterator

import pytest
from ruamel.yaml import YAML

from lightkeeper.publishing import settings
from lightkeeper.publishing.scaffold import LOGO, Answers, logo, offer_text
from tests.guards.doors import FABRIKAM, PROD, TIER1
from tests.house import House
from tests.web.visitors import Visitor

OFFER = "/portal/publishers/fabrikam/offers/managed-operations"


@pytest.fixture
def drafted(house: House) -> House:
    """A house with a good draft."""
    answers = Answers(tenant_id=FABRIKAM, technicians_group_id=TIER1, preview_subscription_id=PROD)
    document = json.loads(json.dumps(YAML(typ="safe", pure=True).load(offer_text(answers)), default=str))
    body = {"definition": document, "assets": {LOGO: base64.b64encode(logo("Fabrikam")).decode()}}
    path = "/api/publishers/fabrikam/offers/managed-operations?api-version=2017-10-31"
    assert house.send("PUT", path, body, by="fabrikam/publisher", headers={"if-none-match": "*"}).status == 201
    return house


@pytest.fixture
def reviewed_by_people() -> Iterator[None]:
    before = settings.current()
    settings.use(settings.PublishingSettings(human_review=True))
    yield
    settings.use(before)


def test_an_offer_is_published_from_its_page(drafted: House) -> None:
    """Five phases, the preview waits for the publisher, and going live puts it on sale."""
    publisher = Visitor.of(drafted, "fabrikam/publisher").opens("/portal/publishers/fabrikam/offers")
    assert "Draft" in publisher.text
    publisher.opens(OFFER).fills(f"{OFFER}/publish", notes="First version")
    assert "waits for you" in publisher.text
    publisher.fills(f"{OFFER}/golive")
    publisher.opens(OFFER)
    assert "On sale." in publisher.text
    assert f"{OFFER}/golive" not in dict(publisher.forms)
    assert "Nothing differs" in publisher.opens(f"{OFFER}/diff?from=live&to=draft").page.text


def test_stopping_asks_for_the_name_of_the_offer(drafted: House) -> None:
    """A slip of the hand takes nothing off sale."""
    publisher = Visitor.of(drafted, "fabrikam/publisher").opens(OFFER)
    publisher.fills(f"{OFFER}/publish").fills(f"{OFFER}/golive").opens(OFFER)
    publisher.fills(f"{OFFER}/stop", confirm="something else")
    assert publisher.page.status_code == 400
    assert "On sale." in publisher.opens(OFFER).text
    publisher.fills(f"{OFFER}/stop", confirm="managed-operations")
    assert "Not on sale." in publisher.opens(OFFER).text


def test_a_reviewer_returns_a_submission_with_reasons(
    drafted: House, operator_key: str, reviewed_by_people: None
) -> None:
    """The desk shows who would get which role; the publisher reads the reason, corrects, and is approved."""
    publisher = Visitor.of(drafted, "fabrikam/publisher").opens(OFFER).fills(f"{OFFER}/publish")
    assert "waits for a reviewer" in publisher.text
    desk = Visitor.of(drafted, operator_key=operator_key).opens("/portal/reviews")
    assert "managed-operations" in desk.text
    review = desk.link("/portal/reviews/")
    assert "Reader" in desk.opens(review).text
    assert "Access" in desk.opens(f"{review}/diff").page.text

    desk.opens(review).fills(review, decision="return", notes="Say what is monitored.")
    assert "No submission waits." in desk.opens("/portal/reviews").text
    assert "Say what is monitored." in publisher.opens(OFFER).text

    publisher.fills(f"{OFFER}/publish")
    review = desk.opens("/portal/reviews").link("/portal/reviews/")
    desk.opens(review).fills(review, decision="approve")
    assert f"{OFFER}/golive" in dict(publisher.opens(OFFER).forms)


def test_a_lead_is_read_and_answered(drafted: House) -> None:
    """Accepting the offer makes a lead; the reports count it."""
    publisher = (
        Visitor.of(drafted, "fabrikam/publisher").opens(OFFER).fills(f"{OFFER}/publish").fills(f"{OFFER}/golive")
    )
    accept = "/portal/api/storefront/fabrikam/managed-operations/contact"
    said = {"consent": True, "firstName": "Olga", "lastName": "Owner", "comment": "Call me."}
    assert drafted.send("POST", accept, said, by="contoso/owner").status == 200
    publisher.opens("/portal/publishers/fabrikam/leads")
    assert "Contoso" in publisher.text
    lead = publisher.link("/portal/publishers/fabrikam/leads/")
    publisher.opens(lead)
    assert "Call me." in publisher.text
    publisher.fills(f"{lead}/answer", status="Accepted", note="Meeting on Monday")
    assert "Accepted: Meeting on Monday" in publisher.text
    report = publisher.opens("/portal/publishers/fabrikam/reports/insights")
    assert "Marketplace insights" in report.text
    chart = publisher.opens("/portal/publishers/fabrikam/reports/insights/chart").page
    assert chart.headers["content-type"].startswith("image/svg+xml")
    assert publisher.opens("/portal/publishers/fabrikam/reports/insights/csv").page.text.startswith("Date,OfferName")
