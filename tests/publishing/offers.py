"""Offers to test with: one that checks clean, and ways to spoil it."""

import copy
from typing import Any

from ruamel.yaml import YAML

from lightkeeper.kernel.findings import Finding
from lightkeeper.publishing.check import check_document
from lightkeeper.publishing.document import of_value
from lightkeeper.publishing.scaffold import Answers, logo, offer_text

GROUP = "11111111-1111-4111-8111-111111111111"
OTHER_GROUP = "22222222-2222-4222-8222-222222222222"
TENANT = "33333333-3333-4333-8333-333333333333"
SUBSCRIPTION = "44444444-4444-4444-8444-444444444444"
PRIVATE_SUBSCRIPTION = "55555555-5555-4555-8555-555555555555"

_GOOD = YAML(typ="safe", pure=True).load(
    offer_text(Answers(tenant_id=TENANT, technicians_group_id=GROUP, preview_subscription_id=SUBSCRIPTION))
)
LOGO = {"media/logo.png": logo("Fabrikam")}


def good_offer() -> dict[str, Any]:
    """An offer without a fault: public plan `operations`."""
    found: dict[str, Any] = copy.deepcopy(_GOOD)
    return found


def with_private_plan(offer: dict[str, Any]) -> dict[str, Any]:
    """The offer with a second plan that only one subscription may see."""
    plan = copy.deepcopy(offer["plans"][0])
    plan |= {"id": "vip", "name": "VIP", "visibility": "private"}
    plan["privateAudience"] = [{"subscriptionId": PRIVATE_SUBSCRIPTION}]
    offer["plans"].append(plan)
    return offer


def row(role: str = "Reader", **fields: Any) -> dict[str, Any]:
    """A row of a manifest."""
    return {"principalId": GROUP, "principalDisplayName": "Team", "role": role, "accessType": "active", **fields}


def eligible(role: str = "Contributor", **fields: Any) -> dict[str, Any]:
    """An eligible row."""
    return row(role, **{"accessType": "eligible", "principalType": "group", **fields})


def rows(*extra: dict[str, Any]) -> dict[str, Any]:
    """The good offer with these rows beside its own."""
    offer = good_offer()
    offer["plans"][0]["manifest"]["authorizations"].extend(extra)
    return offer


def changed(path: str, value: Any) -> dict[str, Any]:
    """The good offer with another value at a dotted path; `...` removes it."""
    offer = good_offer()
    *front, last = path.split(".")
    part: Any = offer
    for key in front:
        part = part[int(key)] if key.isdigit() else part[key]
    key = int(last) if last.isdigit() else last
    if value is ...:
        del part[key]
    else:
        part[key] = value
    return offer


def findings(offer: Any, **kwargs: Any) -> list[Finding]:
    """What the check finds."""
    return check_document(of_value(offer), **kwargs)


def codes(offer: Any, **kwargs: Any) -> set[str]:
    """The rule ids of what the check finds."""
    return {finding.code for finding in findings(offer, **kwargs)}
