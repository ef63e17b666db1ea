"""Every limit of an offer's fields: the last value that passes and the first that does not, by the contract's section.

Ids such as P2.4-name are the section of the publisher's contract and the field.
"""

import copy
import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from lightkeeper.kernel.findings import Severity
from lightkeeper.publishing.audience import read_csv, write_csv
from lightkeeper.publishing.categories import CATEGORIES
from lightkeeper.publishing.offer import AudienceRow
from lightkeeper.publishing.offer_rules import ADVISED_CATEGORIES, MAX_PREVIEW_AUDIENCE, MAX_PRIVATE_AUDIENCE
from lightkeeper.publishing.plan_rules import MAX_PRIVATE_PLANS
from tests.publishing.offers import LOGO, changed, eligible, findings, good_offer, row, rows, with_private_plan

GUID = "88888888-8888-4888-8888-{:012d}"


def errors(offer: Any, **kwargs: Any) -> set[str]:
    return {one.code for one in findings(offer, **kwargs) if one.severity is Severity.ERROR}


def audience(count: int) -> list[dict[str, str]]:
    return [{"subscriptionId": GUID.format(n)} for n in range(count)]


def screenshots(count: int) -> list[dict[str, str]]:
    return [{"file": f"{n}.png", "caption": "What it shows"} for n in range(count)]


def videos(count: int) -> list[dict[str, str]]:
    return [{"name": "Film", "url": f"https://vimeo.com/{n}", "thumbnail": "t.png"} for n in range(count)]


@pytest.mark.parametrize(
    ("contract", "path", "within", "beyond", "rule"),
    [
        ("P1.2-publisher-id", "offer.publisher", "ab", "a", "offer-publisher-id"),
        ("P1.2-publisher-id", "offer.publisher", "a" * 50, "a" * 51, "offer-publisher-id"),
        ("P1.2-publisher-id", "offer.publisher", "9-a", "-a9", "offer-publisher-id"),
        ("P2.1-offer-id", "offer.id", "a_9", "a_", "offer-id"),
        ("P2.1-offer-id", "offer.id", "a" * 50, "a" * 51, "offer-id"),
        ("P2.1-offer-id", "offer.id", "9-_", "_-9", "offer-id"),
        ("P2.1-offer-id", "offer.id", "abc", "Abc", "offer-id"),
        ("P2.1-alias", "offer.alias", "a" * 120, "a" * 121, "offer-alias"),
        ("P2.3-categories", "properties.categories", list(CATEGORIES)[:1], [], "100.2-category-count"),
        ("P2.3-categories", "properties.categories", list(CATEGORIES)[:5], list(CATEGORIES)[:6], "100.2-category-count"),
        ("P2.3-slugs", "properties.categories", ["security/other"], ["security/none"], "100.2-category-unknown"),
        ("P2.3-slugs", "properties.categories", ["web/starter-web-apps"], ["starter-web-apps"], "100.2-category-unknown"),
        ("P2.3-terms", "properties.terms", {"text": "Terms."}, {}, "100.4-terms-missing"),
        ("P2.3-terms", "properties.terms", {"url": "https://a.example"}, {"text": " "}, "100.4-terms-missing"),
        ("P2.4-name", "listing.name", "n" * 200, "n" * 201, "100.1.1-title-len"),
        ("P2.4-name", "listing.name", "Care ™ ©", "Care \N{SPARKLES}", "100.1.1-title-emoji"),
        ("P2.4-summary", "listing.searchResultsSummary", "s" * 100, "s" * 101, "100.1.2-summary-len"),
        ("P2.4-short-description", "listing.shortDescription", "s" * 256, "s" * 257, "100.1.3-short-desc-len"),
        ("P2.4-description", "listing.description", "<b>" + "d" * 4993 + "</b>", "<b>" + "d" * 4994 + "</b>", "100.1.3-desc-len"),
        ("P2.4-html", "listing.description", "<h6><ul><li><em>x</em></li></ul></h6>", "<a>x</a>", "100.1.3-html-tag-not-allowed"),
        ("P2.4-privacy", "listing.privacyPolicyLink", "https://a.example/p", "http://a.example/p", "100.5-link-not-https"),
        ("P2.4-links", "listing.usefulLinks", [{"title": "T", "url": "https://a.example"}], [{"title": "T", "url": "ftp://a.example"}], "100.5-link-not-https"),
        ("P2.4-support-sites", "listing.supportWebsites", {"azureGovernment": "https://a.example"}, {"azureGlobal": "a.example"}, "100.5-link-not-https"),
        ("P2.4-screenshots", "listing.screenshots", screenshots(5), screenshots(6), "100.3-screenshot-count"),
        ("P2.4-screenshots", "listing.screenshots", screenshots(1), [{"file": "a.png", "caption": ""}], "100.3-screenshot-caption"),
        ("P2.4-videos", "listing.videos", videos(5), videos(6), "100.3-video-count"),
        ("P2.5-preview-audience", "previewAudience", audience(1), [], "100.14-preview-audience-empty"),
        ("P2.5-preview-audience", "previewAudience", audience(100), audience(101), "100.14-preview-audience-count"),
        ("P2.6-plan-id", "plans.0.id", "a", "", "plan-id"),
        ("P2.6-plan-id", "plans.0.id", "-_9" + "a" * 47, "a" * 51, "plan-id"),
        ("P2.6-plan-id", "plans.0.id", "gold", "Gold", "plan-id"),
        ("P2.6-plan-name", "plans.0.name", "n" * 200, "n" * 201, "700.5-plan-name"),
        ("P2.6-plan-summary", "plans.0.listing.summary", "s" * 100, "s" * 101, "700.5-plan-summary"),
        ("P2.6-plan-description", "plans.0.listing.description", "d" * 3000, "d" * 3001, "100.1.3-plan-desc-len"),
        ("P2.6-visibility", "plans.0.visibility", "public", "hidden", "700.5-visibility"),
        ("M1", "plans.0.manifest.version", "0.0.1", "1.0.0.0", "700.6-version-format"),
        ("M1", "plans.0.manifest.version", "10.20.30", "v1.0.0", "700.6-version-format"),
        ("M2", "plans.0.manifest.managedByTenantId", GUID.format(1), "contoso.example", "700.6-tenant-not-guid"),
    ],
)  # fmt: skip
def test_the_last_value_passes_and_the_next_does_not(
    contract: str, path: str, within: Any, beyond: Any, rule: str
) -> None:
    """Sections 1 to 3 of the publisher's contract; the id of each case names the section."""
    assert rule not in errors(changed(path, within)), contract
    empty = {"plan-id": {"plan-id", "file-missing-field"}}.get(rule, {rule}) if beyond == "" else {rule}
    assert errors(changed(path, beyond)) & empty, contract


def row_of(**fields: Any) -> Callable[[], dict[str, Any]]:
    return lambda: rows(eligible(**fields))


@pytest.mark.parametrize(
    ("contract", "within", "beyond", "rule"),
    [
        ("P3-duration", row_of(maximumActivationDuration="PT30M"), row_of(maximumActivationDuration="PT29M59S"), "700.6-jit-duration"),
        ("P3-duration", row_of(maximumActivationDuration="PT8H"), row_of(maximumActivationDuration="PT8H0M1S"), "700.6-jit-duration"),
        ("P3-duration", row_of(maximumActivationDuration="PT45M"), row_of(maximumActivationDuration="P1D"), "700.6-jit-duration"),
        ("M12", row_of(approvers=[{"principalId": GUID.format(n)} for n in range(10)]),
         row_of(approvers=[{"principalId": GUID.format(n)} for n in range(11)]), "700.6-approver-count"),
        ("M3", lambda: rows(*(row("Contributor", principalId=GUID.format(n)) for n in range(17))),
         lambda: rows(*(row("Contributor", principalId=GUID.format(n)) for n in range(18))), "700.6-too-many"),
        ("M3", lambda: rows(*(eligible(principalId=GUID.format(n)) for n in range(17))),
         lambda: rows(*(eligible(principalId=GUID.format(n)) for n in range(18))), "700.6-too-many"),
        ("M8", row_of(principalType="group"), row_of(principalType="microsoft365Group"), "700.6-principal-type"),
    ],
)  # fmt: skip
def test_rows_of_a_manifest_have_limits(
    contract: str, within: Callable[[], Any], beyond: Callable[[], Any], rule: str
) -> None:
    """Section 3: 3 rows stand in the good offer; active and eligible ones count together."""
    assert rule not in errors(within()), contract
    assert rule in errors(beyond()), contract


def test_p0_1_plans_number_one_to_a_hundred_and_at_most_45_are_private() -> None:
    """P0-1, P0-3: at least one plan; the hundredth passes, the 101st does not; nor does the 46th private one."""
    offer = with_private_plan(good_offer())
    public, private = offer["plans"]

    def errors_with(plan: dict[str, Any], count: int) -> set[str]:
        plans = [{**copy.deepcopy(plan), "id": f"p{n}", "name": f"Plan {n}"} for n in range(count)]
        return errors({**offer, "plans": plans})

    assert MAX_PRIVATE_PLANS == 45
    for plan, count, refused in (
        (public, 0, True),
        (public, 1, False),
        (public, 100, False),
        (public, 101, True),
        (private, 45, False),
        (private, 46, True),
    ):
        assert ("700.5-plan-count" in errors_with(plan, count)) is refused, count


def test_p0_4_a_private_audience_holds_one_to_ten_thousand() -> None:
    """P0-4, P2.6-private-audience: ten thousand by file; nobody at all is a fault."""
    offer = with_private_plan(good_offer())
    assert MAX_PRIVATE_AUDIENCE == 10_000

    for count, found in ((0, {"700.5-audience-missing"}), (10_000, set()), (10_001, {"700.5-audience-count"})):
        offer["plans"][1]["privateAudience"] = audience(count)
        assert errors(offer) == found


def test_p0_5_a_preview_audience_holds_a_hundred() -> None:
    """P0-5: rows in the file count like those of a CSV file."""
    assert MAX_PREVIEW_AUDIENCE == 100


@pytest.mark.parametrize("field", ["subscriptionId", "description", "label"])
def test_p2_6_audiences_hold_subscriptions(field: str) -> None:
    """P2.6-audience-type, P2.6-label: a GUID and a description of at most 1,000 characters."""
    offer = with_private_plan(good_offer())
    [entry] = offer["plans"][1]["privateAudience"]
    beyond = {"subscriptionId": "user@contoso.example", "description": "d" * 1001, "label": "not a field here"}
    entry["description"] = "d" * 1000
    assert errors(offer) == set()

    entry[field] = beyond[field]

    assert errors(offer)


def test_p2_5_csv_names_each_faulty_row() -> None:
    """P2.5-csv: the columns Id, Description, Type; another type, no GUID and another header are told with their row."""
    good = [AudienceRow(GUID.format(1), "ours, and theirs"), AudienceRow(GUID.format(2), "")]
    text = write_csv(good)
    assert text.splitlines()[0] == "Id,Description,Type"
    assert read_csv(text, "a.csv") == (good, [])

    spoiled = text + f"{GUID.format(3)},,Tenant\r\nnonsense,,SubscriptionId\r\n"
    kept, faults = read_csv(spoiled, "a.csv")

    assert kept == good
    assert [(one.code, one.place.line if one.place else 0) for one in faults] == [
        ("audience-csv-type", 4),
        ("audience-subscription-id", 5),
    ]
    assert all("Row" in one.message for one in faults)
    assert read_csv("Id,Type\r\n", "a.csv")[1][0].code == "audience-csv-columns"


def test_p2_3_more_than_two_categories_are_advised_against() -> None:
    """P2.3-categories: one page says five, another two; five is the limit, two is the advice."""
    found = {
        count: {one.severity for one in findings(changed("properties.categories", list(CATEGORIES)[:count]))}
        for count in (ADVISED_CATEGORIES, ADVISED_CATEGORIES + 1)
    }

    assert found == {2: set(), 3: {Severity.WARNING}}


def test_p2_3_every_category_and_subcategory_has_its_slug() -> None:
    """P2.3-slugs: twenty categories, `other` in each, and the two misspelt names beside the right ones."""
    assert len(CATEGORIES) == 20
    assert all("other" in subcategories for subcategories in CATEGORIES.values())
    assert {"single-node-leder", "single-node-ledger"} <= CATEGORIES["blockchain"]
    assert {"smarter-web-apps", "starter-web-apps"} <= CATEGORIES["web"]


@pytest.mark.parametrize("contact", ["supportContact", "engineeringContact"])
@pytest.mark.parametrize("part", ["name", "email", "phone", ...])
def test_p2_4_contacts_are_whole(contact: str, part: Any) -> None:
    """P2.4-contacts: support and engineering, each with name, mail and phone."""
    path = f"listing.{contact}" if part is ... else f"listing.{contact}.{part}"

    assert "100.5-contact-missing" in errors(changed(path, ...))


@pytest.mark.parametrize(
    ("url", "passes"),
    [
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", True),
        ("https://vimeo.com/76979871", True),
        ("https://youtu.be/dQw4w9WgXcQ", False),
        ("http://vimeo.com/76979871", False),
        ("https://www.youtube.com/watch?v=", False),
        ("https://vimeo.com/76979871\n", False),
    ],
)
def test_p2_4_videos_are_on_one_of_two_sites(url: str, passes: bool) -> None:
    """P2.4-videos: one form of address each."""
    offer = changed("listing.videos", [{"name": "Film", "url": url, "thumbnail": "t.png"}])

    assert ("100.3-video-host" not in errors(offer)) is passes


class Files(dict[str, bytes]):
    def read(self, path: str) -> bytes | None:
        return self.get(path)


def png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("what", "size", "rule"),
    [
        ("large", (216, 216), None),
        ("large", (350, 350), None),
        ("large", (215, 215), "100.3-logo-size"),
        ("large", (351, 351), "100.3-logo-size"),
        ("large", (300, 301), "100.3-logo-size"),
        ("medium", (90, 90), None),
        ("medium", (91, 90), "100.3-logo-size"),
        ("small", (48, 48), None),
        ("small", (48, 49), "100.3-logo-size"),
        ("screenshot", (1280, 720), None),
        ("screenshot", (1280, 721), "100.3-screenshot-size"),
        ("thumbnail", (1280, 720), None),
        ("thumbnail", (1279, 720), "100.3-thumbnail-size"),
    ],
)
def test_p2_4_pictures_have_their_sizes(what: str, size: tuple[int, int], rule: str | None) -> None:
    """P2.4-logo, P2.4-screenshots, P2.4-videos: PNG; sizes in pixels, exact but for the large logo."""
    picture = {"x.png": png(*size), **LOGO, "large.png": png(216, 216)}
    offers = {
        "screenshot": changed("listing.screenshots", [{"file": "x.png", "caption": "What it shows"}]),
        "thumbnail": changed("listing.videos", [{"name": "F", "url": "https://vimeo.com/1", "thumbnail": "x.png"}]),
    }
    offer = offers.get(what) or changed("listing.logo", {"large": "large.png", what: "x.png"})

    assert errors(offer, media=Files(picture)) == ({rule} if rule else set())


@pytest.mark.parametrize("where", ["begin", "end", "nowhere"])
def test_p2_4_another_language_is_said_in_english(where: str) -> None:
    """P2.4-language: the description begins or ends with the English sentence; plans stay in English."""
    sentence, text = "This service is available in German.", "Ein managed service. " * 30
    offer = changed("listing.language", "de-de")
    offer["listing"]["description"] = {"begin": sentence + text, "end": text + sentence, "nowhere": text}[where]

    assert ("100.1.3-language-sentence" in errors(offer)) is (where == "nowhere")


@pytest.mark.parametrize(
    ("destination", "configuration", "spoiled"),
    [
        ("table", {"storageAccountConnectionString": "DefaultEndpointsProtocol=https;AccountName=leads;AccountKey=a2V5"},
         {"storageAccountConnectionString": "DefaultEndpointsProtocol=http;AccountName=leads;AccountKey=a2V5"}),
        ("table", {"storageAccountConnectionString": "DefaultEndpointsProtocol=https;AccountName=abc;AccountKey=a2V5;EndpointSuffix=core.chinacloudapi.cn"},
         {"storageAccountConnectionString": "DefaultEndpointsProtocol=https;AccountName=ab;AccountKey=a2V5"}),
        ("httpsEndpoint", {"httpsEndpointUrl": "https://a.example/leads"}, {"httpsEndpointUrl": "http://a.example/leads"}),
        ("marketo", {"munchkinId": "123-ABC-456", "formId": "12345678"}, {"munchkinId": "123-ABC-45", "formId": "1"}),
        ("marketo", {"munchkinId": "123-ABC-456", "formId": "1"}, {"munchkinId": "123-ABC-456", "formId": "123456789"}),
        ("salesforce", {"objectIdentifier": "00D300000000001"}, {"objectIdentifier": "00D3000000000012"}),
        ("email", {"contactEmail": ["a@b.example"]}, {"contactEmail": []}),
    ],
)  # fmt: skip
def test_p8_3_each_destination_has_its_form(
    destination: str, configuration: dict[str, Any], spoiled: dict[str, Any]
) -> None:
    """P8.3-forms: exactly the configuration of the destination, in the form the lead's receiver needs."""
    key = f"{destination}LeadConfiguration"

    assert errors(changed("customerLeads", {"destination": destination, key: configuration})) == set()
    assert errors(changed("customerLeads", {"destination": destination, key: spoiled}))
    assert "leads-configuration" in errors(changed("customerLeads", {"destination": destination}))


def test_p0_12_a_lead_destination_is_optional_unless_the_marketplace_asks() -> None:
    """P0-12, P6.2-leads: mandatory from 2019 to early 2022, optional since; a switch."""
    assert errors(good_offer()) == set()
    assert errors(good_offer(), leads_required=True) == {"700.4-lead-destination"}


def test_p2_6_ids_and_names_of_plans_are_unique() -> None:
    """P2.6-unique: no two plans of an offer share an id or a name."""
    offer = with_private_plan(good_offer())
    offer["plans"][1] |= {"id": offer["plans"][0]["id"], "name": offer["plans"][0]["name"]}

    assert {"plan-id-duplicate", "700.5-plan-name-duplicate"} <= errors(offer)
