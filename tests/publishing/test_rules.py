"""One fact per rule; names carry the rule ids of the publisher's contract."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from PIL import Image

from lightkeeper.kernel.findings import Severity
from lightkeeper.publishing.account import Designation, MemberRole, Verification
from lightkeeper.publishing.account_rules import COMMERCIAL_MARKETPLACE, QUALIFYING, Action, may, why_not_eligible
from lightkeeper.publishing.audience import read_csv, write_csv
from lightkeeper.publishing.categories import CATEGORIES
from lightkeeper.publishing.certification import Outcome, certify, policy_of
from lightkeeper.publishing.check import check_offer, has_errors
from lightkeeper.publishing.offer import AudienceRow
from lightkeeper.publishing.scaffold import logo, offer_files
from lightkeeper.publishing.shape import offer_schema
from tests.publishing.conftest import FABRIKAM
from tests.publishing.offers import (
    GROUP,
    LOGO,
    OTHER_GROUP,
    changed,
    codes,
    eligible,
    findings,
    good_offer,
    row,
    rows,
    with_private_plan,
)

UAA = "User Access Administrator"
GUID = "77777777-7777-4777-8777-{:012d}"


class Files(dict[str, bytes]):
    """Pictures beside an offer."""

    def read(self, path: str) -> bytes | None:
        return self.get(path)


def png(width: int, height: int, form: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height)).save(out, form)
    return out.getvalue()


def test_the_scaffold_checks_clean() -> None:
    """`offer init --defaults`: the result has no finding at all, not even advice."""
    files = offer_files()

    assert check_offer(files["offer.yaml"].decode(), "offer.yaml", Files(files)) == []


def test_the_schema_is_a_json_schema_and_describes_every_field() -> None:
    """Editors complete from it, so it must be valid, and every field must say what it is."""
    Draft202012Validator.check_schema(offer_schema())

    def walk(schema: Any, path: str) -> None:
        for name, part in schema.get("properties", {}).items():
            assert part.get("description"), f"{path}.{name}"
            walk(part, f"{path}.{name}")
        if "items" in schema:
            walk(schema["items"], f"{path}[]")

    walk(offer_schema(), "")


@pytest.mark.parametrize(
    ("rule", "path", "value"),
    [
        ("offer-publisher-id", "offer.publisher", "Fabrikam!"),
        ("offer-id", "offer.id", "ab"),
        ("offer-id", "offer.id", "x" * 51),
        ("offer-id", "offer.id", "-abc"),
        ("offer-alias", "offer.alias", "x" * 121),
        ("100.1.1-title-missing", "listing.name", ...),
        ("100.1.1-title-len", "listing.name", "x" * 201),
        ("100.1.1-title-emoji", "listing.name", "Managed \N{ROCKET}"),
        ("100.1.2-summary-len", "listing.searchResultsSummary", "x" * 101),
        ("100.1.2-summary-equals-title", "listing.searchResultsSummary", "Fabrikam Managed Operations"),
        ("100.1.2-summary-html", "listing.searchResultsSummary", "<b>managed service</b>"),
        ("100.1.3-short-desc-len", "listing.shortDescription", "x" * 257),
        ("100.1.3-desc-len", "listing.description", "x" * 5001),
        ("100.1.3-html-tag-not-allowed", "listing.description", "managed service <script>x</script>"),
        ("100.1.3-html-attribute", "listing.description", "managed service <p class='x'>x</p>"),
        ("100.1.3-language-sentence", "listing.language", "de-de"),
        ("100.1.3-plan-desc-missing", "plans.0.listing.description", ...),
        ("100.1.3-plan-desc-len", "plans.0.listing.description", "x" * 3001),
        ("100.2-category-count", "properties.categories", []),
        ("100.2-category-count", "properties.categories", ["devops", "media", "web"]),
        ("100.2-category-count", "properties.categories", list(CATEGORIES)[:6]),
        ("100.2-category-unknown", "properties.categories", ["security/nothing"]),
        ("100.3-logo-missing", "listing.logo", ...),
        ("100.3-video-host", "listing.videos", [{"name": "a", "url": "https://example.com/1", "thumbnail": "t.png"}]),
        ("100.3-screenshot-count", "listing.screenshots", [{"file": "a.png", "caption": "a"}] * 6),
        ("100.3-screenshot-caption", "listing.screenshots", [{"file": "a.png"}]),
        ("100.4-terms-missing", "properties.terms", {}),
        ("100.4-terms-missing", "properties.terms", ...),
        ("100.5-link-not-https", "properties.terms.url", "http://example.com"),
        ("100.5-contact-missing", "listing.supportContact", ...),
        ("100.5-contact-missing", "listing.engineeringContact.phone", ...),
        ("100.6-privacy-missing", "listing.privacyPolicyLink", ...),
        ("100.14-preview-audience-empty", "previewAudience", []),
        ("100.14-preview-audience-empty", "previewAudience", ...),
        ("audience-subscription-id", "previewAudience", [{"subscriptionId": "mine"}]),
        ("700.1-managed-service-words", "listing", None),
        ("700.5-plan-count", "plans", []),
        ("700.5-plan-name", "plans.0.name", "x" * 201),
        ("700.5-plan-summary", "plans.0.listing.summary", "x" * 101),
        ("700.5-visibility", "plans.0.visibility", "hidden"),
        ("plan-id", "plans.0.id", "Not An Id"),
        ("700.6-version-format", "plans.0.manifest.version", "1.0"),
        ("700.6-version-format", "plans.0.manifest.version", 1.0),
        ("700.6-tenant-not-guid", "plans.0.manifest.managedByTenantId", "fabrikam.example"),
        ("700.6-access-type", "plans.0.manifest.authorizations.0.accessType", "sometimes"),
        ("700.6-principal-not-guid", "plans.0.manifest.authorizations.0.principalId", "technicians"),
        ("700.6-display-name", "plans.0.manifest.authorizations.0.principalDisplayName", ...),
        ("700.6-role-missing", "plans.0.manifest.authorizations.0.role", ...),
        ("leads-configuration", "customerLeads", {"destination": "httpsEndpoint"}),
        ("leads-destination", "customerLeads", {"destination": "fax"}),
        ("leads-blob", "customerLeads", {"destination": "blob"}),
        ("file-unknown-field", "ofer", {}),
    ],
)
def test_a_field_that_breaks_a_rule_is_named_with_it(rule: str, path: str, value: Any) -> None:
    """Sections 2, 3 and 6.3: every limit of a single field."""
    if value is None:
        offer = good_offer()
        offer["listing"] |= {
            "name": "Operations",
            "searchResultsSummary": "We work",
            "shortDescription": "Work",
            "description": "Work",
        }
    else:
        offer = changed(path, value)

    assert rule in codes(offer)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("offer.id", "a_b"),
        ("offer.id", "x" * 50),
        ("listing.name", "Fabrikam™ managed © service"),
        ("listing.name", "x" * 200),
        ("listing.searchResultsSummary", "x" * 100),
        ("listing.description", "managed service " + "x" * 4984),
        ("listing.videos", [{"name": "a", "url": "https://vimeo.com/123", "thumbnail": "t.png"}]),
        ("previewAudience", [{"subscriptionId": GUID.format(n)} for n in range(100)]),
        ("properties.terms", {"text": "Do what you agreed to."}),
        ("plans.0.manifest.version", "10.20.30"),
        (
            "customerLeads",
            {
                "destination": "httpsEndpoint",
                "httpsEndpointLeadConfiguration": {"httpsEndpointUrl": "https://a.example/x"},
            },
        ),
    ],
)
def test_what_is_just_within_a_limit_passes(path: str, value: Any) -> None:
    """A limit is the last allowed value."""
    assert findings(changed(path, value)) == []


def test_700_5_at_most_100_plans_45_of_them_private() -> None:
    """Fact 1."""
    offer = with_private_plan(good_offer())
    public, private = offer["plans"]
    numbered = lambda plan, n: {**plan, "id": f"p{n}", "name": f"P{n}"}  # noqa: E731

    assert "700.5-plan-count" not in codes({**offer, "plans": [numbered(public, n) for n in range(100)]})
    assert "700.5-plan-count" in codes({**offer, "plans": [numbered(public, n) for n in range(101)]})
    assert "700.5-plan-count" not in codes({**offer, "plans": [numbered(private, n) for n in range(45)]})
    assert "700.5-plan-count" in codes({**offer, "plans": [numbered(private, n) for n in range(46)]})


def test_plan_ids_and_names_are_unique_in_an_offer() -> None:
    """P2.6-unique, P12-duplicate-id: Section 2.6."""
    offer = good_offer()
    offer["plans"] *= 2

    assert {"plan-id-duplicate", "700.5-plan-name-duplicate"} <= codes(offer)


def test_a_private_plan_needs_an_audience_of_at_most_10000() -> None:
    """Fact 4."""
    offer = with_private_plan(good_offer())
    plan = offer["plans"][1]
    plan["privateAudience"] = []
    assert "700.5-audience-missing" in codes(offer)
    plan["privateAudience"] = [{"subscriptionId": GUID.format(n)} for n in range(10_000)]
    assert codes(offer) == set()
    plan["privateAudience"].append({"subscriptionId": GUID.format(10_000)})
    assert "700.5-audience-count" in codes(offer)


def test_m3_a_manifest_has_at_most_20_rows() -> None:
    """1..20 authorizations, active and eligible together."""
    principals = [row("Contributor", principalId=GUID.format(n)) for n in range(18)]

    assert "700.6-too-many" not in codes(rows(*principals[:17]))
    assert "700.6-too-many" in codes(rows(*principals))


def test_m4_at_least_one_row_is_active() -> None:
    """A manifest of eligible rows only is refused; so is an empty one."""
    offer = good_offer()
    offer["plans"][0]["manifest"]["authorizations"] = [eligible()]
    assert "700.6-no-active" in codes(offer)
    offer["plans"][0]["manifest"]["authorizations"] = []
    assert "700.6-no-active" in codes(offer)


@pytest.mark.parametrize(
    ("rule", "extra"),
    [
        ("700.6-owner", row("Owner")),  # M5
        ("700.6-custom-role", row("Fabrikam Operator")),
        ("700.6-custom-role", row(GUID.format(0))),
        ("700.6-dataactions", row("Storage Blob Data Reader")),
        ("700.6-dataactions", row("Log Analytics Contributor")),
        ("700.6-restricted-role", row("Locks Contributor")),
        ("700.6-uaa-no-assignable", row(UAA)),  # M6
        ("700.6-uaa-no-assignable", row(UAA, delegatedRoleDefinitionIds=[])),
        ("700.6-assignable-not-uaa", row("Contributor", delegatedRoleDefinitionIds=["Reader"])),
        ("700.6-assignable-role", row(UAA, delegatedRoleDefinitionIds=["Owner"])),  # M7
        ("700.6-assignable-role", row(UAA, delegatedRoleDefinitionIds=[UAA])),
        ("700.6-eligible-sp", eligible(principalType="servicePrincipal")),  # M9
        ("700.6-eligible-uaa", eligible(UAA)),
        ("700.6-eligible-uaa", eligible("Owner")),
        ("700.6-eligible-assignable", eligible(delegatedRoleDefinitionIds=["Reader"])),
        ("700.6-eligible-without-reader", eligible(principalId=OTHER_GROUP)),  # M10
        ("700.6-jit-duration", eligible(maximumActivationDuration="PT29M")),
        ("700.6-jit-duration", eligible(maximumActivationDuration="PT8H1M")),
        ("700.6-jit-duration", eligible(maximumActivationDuration="8 hours")),
        ("700.6-approver-count", eligible(approvers=[{"principalId": GUID.format(n)} for n in range(11)])),  # M12
        ("700.6-approver-sp", eligible(approvers=[{"principalId": OTHER_GROUP, "principalType": "servicePrincipal"}])),
        ("700.6-approver-self", eligible(principalType="user", approvers=[{"principalId": GROUP}])),
        ("700.6-individual-user", row("Contributor", principalType="user")),  # M14
        ("700.6-duplicate", row("Reader")),  # M17
        ("700.6-role-reveals-keys", row("Contributor")),
    ],
)
def test_a_manifest_row_that_breaks_a_rule_is_named_with_it(rule: str, extra: dict[str, Any]) -> None:
    """Section 3, M5 to M17."""
    found = [finding for finding in findings(rows(extra)) if finding.code == rule]

    assert found
    assert found[0].target.startswith("plans[0].manifest.authorizations[3]")
    assert found[0].remedy


def test_m6_user_access_administrator_with_assignable_roles_passes() -> None:
    """The principal may then assign only those roles to managed identities."""
    offer = rows(row(UAA, delegatedRoleDefinitionIds=["Reader", "b24988ac-6180-42a0-ab88-20f7382dd24c"]))

    assert not has_errors(findings(offer))


def test_m11_eligible_rows_of_one_role_share_their_policy() -> None:
    """Different roles may differ, and PT60M is PT1H."""
    short, long = eligible(maximumActivationDuration="PT1H"), eligible(maximumActivationDuration="PT2H")
    other = {"principalId": OTHER_GROUP}

    assert "700.6-policy-differs" in codes(rows(short, {**long, **other}))
    assert "700.6-policy-differs" not in codes(rows(short, {**short, **other, "maximumActivationDuration": "PT60M"}))
    assert "700.6-policy-differs" not in codes(rows(short, {**long, **other, "role": "Monitoring Contributor"}))


def test_m13_a_manifest_without_delete_role_is_advised_against() -> None:
    """L136, 700.6-no-delete-role: Then only the customer can remove the delegation: a warning, not an error."""
    offer = good_offer()
    offer["plans"][0]["manifest"]["authorizations"].pop()

    [finding] = findings(offer)

    assert (finding.code, finding.severity) == ("700.6-no-delete-role", Severity.WARNING)


def test_role_names_and_guids_mean_the_same() -> None:
    """Roles are accepted by name beside GUIDs, in either field, in any case."""
    for role in ("reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7", "ACDD72A7-3385-48EF-BD42-F606FBA81AE7"):
        assert findings(changed("plans.0.manifest.authorizations.0.role", role)) == []
    by_id = good_offer()
    first = by_id["plans"][0]["manifest"]["authorizations"][0]
    first["roleDefinitionId"] = first.pop("role")
    assert findings(by_id) == []


@pytest.mark.parametrize(
    ("rule", "content"),
    [
        ("100.3-logo-file", None),
        ("100.3-logo-format", b"not a picture"),
        ("100.3-logo-format", png(216, 216, "JPEG")),
        ("100.3-logo-size", png(215, 215)),
        ("100.3-logo-size", png(351, 351)),
        ("100.3-logo-size", png(216, 217)),
    ],
)
def test_100_3_a_logo_is_a_square_png_of_216_to_350_pixels(rule: str, content: bytes | None) -> None:
    """Section 2.4."""
    media = Files({"media/logo.png": content} if content else {})

    assert codes(good_offer(), media=media) == {rule}
    assert codes(good_offer(), media=Files(LOGO)) == set()
    assert codes(good_offer(), media=Files({"media/logo.png": logo("x", 350)})) == set()


def test_100_3_screenshots_are_1280_by_720() -> None:
    """Exactly."""
    offer = changed("listing.screenshots", [{"file": "a.png", "caption": "a"}])

    assert codes(offer, media=Files({**LOGO, "a.png": png(1280, 720)})) == set()
    assert codes(offer, media=Files({**LOGO, "a.png": png(1280, 721)})) == {"100.3-screenshot-size"}


def test_files_outside_the_folder_are_not_read(tmp_path: Path) -> None:
    """An offer from a stranger must not learn what else is on the disk."""
    (tmp_path / "secret.png").write_bytes(LOGO["media/logo.png"])
    folder = tmp_path / "offer"
    folder.mkdir()
    text = json.dumps(changed("listing.logo", "../secret.png"))

    assert "100.3-logo-file" in {finding.code for finding in check_offer(text, "offer.json", folder)}


def test_700_4_any_one_qualification_makes_eligible_while_it_holds() -> None:
    """Section 1.4."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    from dataclasses import replace

    for name in QUALIFYING:
        publisher = replace(
            FABRIKAM, designations=(Designation(name, now - timedelta(days=1), now + timedelta(days=1)),)
        )
        assert why_not_eligible(publisher, now) == []
        assert [f.code for f in why_not_eligible(publisher, now + timedelta(days=1))] == ["700.4-eligibility"]
    modern_work = replace(FABRIKAM, designations=(Designation("solutionsPartner.modernWork"),))
    assert [f.code for f in why_not_eligible(modern_work, now)] == ["700.4-eligibility"]
    nobody = replace(FABRIKAM, designations=(), programs=(), verification=Verification.PENDING)
    assert len(why_not_eligible(nobody, now)) == 3


def test_the_role_table_of_the_account() -> None:
    """Section 1.3."""
    assert {action for action in Action if may(MemberRole.OWNER, action)} == set(Action)
    assert may(MemberRole.MANAGER, Action.MANAGE_MEMBERS)
    assert not may(MemberRole.MANAGER, Action.ENROL)
    assert not may(MemberRole.DEVELOPER, Action.MANAGE_MEMBERS)
    assert may(MemberRole.DEVELOPER, Action.EDIT_OFFERS)
    assert not any(may(None, action) for action in Action)
    assert COMMERCIAL_MARKETPLACE in FABRIKAM.programs


def test_a_certification_report_numbers_its_policies() -> None:
    """P5.7-report, P6.1-policies: Section 5.7: failed policy numbers, description, notes."""
    now = datetime(2026, 1, 1, tzinfo=UTC)

    assert certify(FABRIKAM, [], now).outcome is Outcome.PASSED
    assert certify(FABRIKAM, findings(rows(row("Contributor"))), now).outcome is Outcome.PASSED_WITH_NOTES
    report = certify(FABRIKAM, findings(rows(row("Owner"))), now)
    assert report.outcome is Outcome.FAILED
    assert policy_of(report.items[0].code) == "700.6"
    assert (policy_of("100.1.2-summary-len"), policy_of("100.14-x"), policy_of("file-syntax")) == (
        "100.1",
        "100.14",
        "",
    )


def test_audience_csv_reports_every_faulty_row_with_its_line() -> None:
    """P2.5-csv, P12-audience: Section 2.5: Id,Description,Type with Type=SubscriptionId."""
    text = f"Id,Description,Type\r\n{GROUP},ours,SubscriptionId\r\nx,,SubscriptionId\r\n{OTHER_GROUP},,TenantId\r\n"

    good, faults = read_csv(text, "audience.csv")

    assert good == [AudienceRow(GROUP, "ours")]
    assert [(f.code, f.place.line if f.place else 0) for f in faults] == [
        ("audience-subscription-id", 3),
        ("audience-csv-type", 4),
    ]
    assert read_csv(write_csv(good), "again.csv") == (good, [])
    assert next(csv.reader([write_csv([])])) == ["Id", "Description", "Type"]


def test_an_audience_file_beside_the_offer_is_read(tmp_path: Path) -> None:
    """Long audiences live in a CSV file; its faults carry that file's name and line."""
    offer = changed("previewAudience", ...)
    offer["previewAudienceFile"] = "preview.csv"
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "logo.png").write_bytes(LOGO["media/logo.png"])
    (tmp_path / "preview.csv").write_text(f"Id,Description,Type\n{GROUP},,SubscriptionId\nbad,,SubscriptionId\n")

    [finding] = check_offer(json.dumps(offer), "offer.json", tmp_path)

    assert finding.code == "audience-subscription-id"
    assert finding.place is not None
    assert (finding.place.file, finding.place.line) == ("preview.csv", 3)
