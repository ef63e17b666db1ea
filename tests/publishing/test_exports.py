"""Offers in other tools' words, differences as reports, the article's table."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from lightkeeper.cli.offer.naming import named
from lightkeeper.cli.offer.report import github, sarif
from lightkeeper.publishing.advice import Leaning, Situation, advise
from lightkeeper.publishing.check import check_offer
from lightkeeper.publishing.diff import diff_offers
from lightkeeper.publishing.diff_report import html_of, markdown_of
from lightkeeper.publishing.exports import bicep_of, export_of, parameters_of, template_of, terraform_of
from lightkeeper.publishing.exports.bicep import literal
from lightkeeper.publishing.exports.terraform import text
from lightkeeper.publishing.offer import read_offer
from tests.publishing.offers import GROUP, OTHER_GROUP, eligible, good_offer, row, rows


def exported(offer: Any) -> Any:
    read = read_offer(offer)
    return export_of(read, read.plans[0])


def test_the_template_carries_every_row_in_arms_words() -> None:
    """The route without marketplace: definition and assignment, eligible rows with their policy."""
    approvers = [{"principalId": OTHER_GROUP, "principalDisplayName": "Approvers"}]
    export = exported(rows(eligible(requireMfa=True, maximumActivationDuration="PT2H", approvers=approvers)))

    template, parameters = template_of(export), parameters_of(export)["parameters"]

    assert set(parameters) == set(template["parameters"])
    assert [one["type"].rsplit("/", 1)[1] for one in template["resources"]] == [
        "registrationDefinitions", "registrationAssignments",
    ]  # fmt: skip
    [waiting] = parameters["eligibleAuthorizations"]["value"]
    assert waiting["justInTimeAccessPolicy"] == {
        "multiFactorAuthProvider": "Azure",
        "maximumActivationDuration": "PT2H",
        "managedByTenantApprovers": [{"principalId": OTHER_GROUP, "principalIdDisplayName": "Approvers"}],
    }
    assert "eligibleAuthorizations" not in template_of(exported(good_offer()))["parameters"]


def test_texts_cannot_break_out_of_bicep_or_terraform() -> None:
    """An offer's name is data, whatever it says."""
    nasty = 'it\'s ${danger} %{if} \\ "quoted"\nline'

    assert literal(nasty) == "'it\\'s \\${danger} %{if} \\\\ \"quoted\"\\nline'"
    assert text(nasty) == '"it\'s $${danger} %%{if} \\\\ \\"quoted\\"\\nline"'


def test_bicep_and_terraform_name_every_principal() -> None:
    """Nobody gets lost on the way, and every brace is closed."""
    offer = rows(row("Contributor", principalId=OTHER_GROUP), eligible())
    for written in (bicep_of(exported(offer)), terraform_of(exported(offer))):
        assert {GROUP, OTHER_GROUP} <= set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", written))
        assert written.count("{") == written.count("}")
    assert "eligible_authorization" in terraform_of(exported(offer))
    assert "azurerm_lighthouse_assignment" in terraform_of(exported(offer))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)


def test_reports_tell_rights_and_let_nothing_through() -> None:
    """HTML and Markdown reports for a customer: effective rights by resource type; no markup of the offer's own."""
    new = rows(row("Contributor"))
    new["plans"][0]["manifest"]["version"] = "1.1.0"
    new["listing"]["name"] = "<script>alert(1)</script> | *bold*"
    difference = diff_offers(good_offer(), new)

    page, told = html_of(difference, "Change"), markdown_of(difference, "Change")

    reader = Tags()
    reader.feed(page)
    assert "script" not in reader.seen
    assert "<script>" not in told
    for report in (page, told):
        assert "version 1" in report
        assert "can newly do" in report
        assert "Microsoft.Compute" in report
    assert "Nothing differs." in markdown_of(diff_offers(new, new), "x")


def test_findings_in_the_forms_of_other_tools() -> None:
    """SARIF 2.1.0 for code scanning, workflow commands for pull requests."""
    broken = good_offer()
    broken["plans"][0]["manifest"]["authorizations"].append(row("Owner"))
    found = [
        {"rule": f.code, "severity": str(f.severity), "file": "a,b:c.yaml", "line": 3, "column": 5,
         "message": f.message + "\nnext % line", "remedy": f.remedy}
        for f in check_offer(json.dumps(broken), "offer.json")
    ]  # fmt: skip

    run = sarif(found)["runs"][0]
    assert {one["ruleId"] for one in run["results"]} == {one["id"] for one in run["tool"]["driver"]["rules"]}
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 5}
    assert {one["level"] for one in run["results"]} <= {"error", "warning"}
    first, *_ = github(found).splitlines()
    assert first.startswith("::error file=a%2Cb%3Ac.yaml,line=3,col=5,title=700.6-owner::")
    assert "%0A" in first


@pytest.mark.parametrize(
    ("situation", "verdict"),
    [
        (Situation(), Leaning.TEMPLATE),
        (Situation(publisher_account=True, qualified=True), Leaning.EITHER),
        (Situation(publisher_account=True, qualified=True, new_customers=True), Leaning.OFFER),
        (Situation(publisher_account=True, qualified=True, leads=True), Leaning.OFFER),
        (Situation(publisher_account=True, qualified=True, many_subscriptions=True), Leaning.TEMPLATE),
        (Situation(publisher_account=True, qualified=True, leads=True, newest_roles=True), Leaning.EITHER),
        (
            Situation(publisher_account=True, qualified=True, chosen_customers=True, through_reseller=True),
            Leaning.TEMPLATE,
        ),
        (Situation(new_customers=True), Leaning.TEMPLATE),
    ],
)
def test_the_table_of_the_article_decides(situation: Situation, verdict: Leaning) -> None:
    """Offer or template: nine considerations, row by row."""
    advice = advise(situation)

    assert len(advice.rows) == 9
    assert advice.verdict is verdict
    assert all(one.because for one in advice.rows)


def test_a_slot_alone_belongs_to_the_other_sides_offer() -> None:
    """`offer diff fabrikam/x@live draft` compares the same offer."""

    class Asked:
        def __init__(self) -> None:
            self.paths: list[str] = []

        def partner(self, method: str, path: str) -> Any:
            self.paths.append(path)
            return {"definition": {}}

    desk: Any = Asked()
    named(desk, "fabrikam/x@live", near="draft")
    named(desk, "draft", near="fabrikam/x@live")
    named(desk, "3", near="fabrikam/x@live")

    assert desk.paths == [f"publishers/fabrikam/offers/x/{end}" for end in ("slot/live", "slot/draft", "versions/3")]
