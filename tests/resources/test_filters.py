from dataclasses import replace

import pytest

from lightkeeper.kernel.problems import Invalid
from lightkeeper.resources.filters import Facts, parse

VM = Facts("web1", "Microsoft.Compute/virtualMachines", "westeurope", "web", {"env": "prod", "team": "red"})
BOUGHT = replace(VM, plan={"publisher": "fabrikam", "product": "firewall", "name": "gold", "version": "1.0"})


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", True),
        ("resourceType eq 'microsoft.compute/virtualmachines'", True),
        ("resourceType eq 'Microsoft.Compute/disks' or name eq 'WEB1'", True),
        ("resourceType ne 'Microsoft.Compute/virtualMachines'", False),
        ("location eq 'West Europe' and resourceGroup eq 'WEB'", True),
        ("tagName eq 'env' and tagValue eq 'prod'", True),
        ("tagName eq 'env' and tagValue eq 'red'", False),
        ("tagname eq 'team'", True),
        ("substringof('eb', name)", True),
        ("startswith(tagName, 'te')", True),
        ("(name eq 'x' or name eq 'web1') and location eq 'westeurope'", True),
        ("name eq 'it''s'", False),
    ],
)
def test_a_filter_means_what_azure_documents(text: str, answer: bool) -> None:
    """Resources - List: $filter on location, resourceType, name, resourceGroup, tagName with tagValue."""
    assert parse(text)(VM) is answer


def test_what_was_bought_is_found_by_its_plan() -> None:
    """Resources - List: $filter on plan, plan/publisher, plan/product, plan/name, plan/version and plan/promotionCode."""
    asked = [
        "plan eq 'Gold'", "plan/name eq 'gold'", "plan/publisher eq 'fabrikam' and plan/product eq 'firewall'",
        "plan/version eq '1.0'", "plan/promotionCode eq ''",
    ]  # fmt: skip

    assert all(parse(text)(BOUGHT) for text in asked)
    assert not any(parse(text)(VM) for text in asked[:-1])


@pytest.mark.parametrize(
    "text", ["name", "name eq", "color eq 'x'", "name eq 'a' and", "(name eq 'a'", "name gt 'a'", "'" * 3]
)
def test_a_filter_out_of_grammar_is_refused(text: str) -> None:
    """Error table: 400 InvalidFilterInQueryString."""
    with pytest.raises(Invalid) as refused:
        parse(text)

    assert refused.value.code == "InvalidFilterInQueryString"
