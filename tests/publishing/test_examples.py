"""The offers of `examples/offers` are what they say they are."""

from pathlib import Path

from lightkeeper.publishing.check import check_offer

EXAMPLES = Path(__file__).parents[2] / "examples" / "offers"


def test_the_good_example_checks_clean() -> None:
    """A reader copies it; it must not teach a fault."""
    folder = EXAMPLES / "fabrikam"

    assert check_offer((folder / "offer.yaml").read_text(), "offer.yaml", folder) == []


def test_the_broken_example_shows_all_its_faults_at_once() -> None:
    """Nobody should have to fix one fault to see the next."""
    folder = EXAMPLES / "broken"

    found = check_offer((folder / "offer.yaml").read_text(), "offer.yaml", folder)

    assert {finding.code for finding in found} >= {
        "100.1.2-summary-len", "100.1.3-html-tag-not-allowed", "100.2-category-unknown", "100.3-logo-size",
        "100.5-link-not-https", "100.6-privacy-missing", "100.14-preview-audience-empty", "700.6-approver-sp",
        "700.6-dataactions", "700.6-jit-duration", "700.6-no-delete-role", "700.6-owner", "700.6-principal-not-guid",
        "700.6-uaa-no-assignable", "700.6-version-format", "file-unknown-field",
    }  # fmt: skip
    assert all(finding.place and finding.remedy for finding in found)
