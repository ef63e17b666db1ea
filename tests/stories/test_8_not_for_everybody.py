"""A private plan outside its audience, and a subscription from a CSP reseller: invisible, refused, explained."""

import pytest

from tests.stories.cast import PASSWORD, Cast, refusal
from tests.stories.conftest import on_sqlite


@pytest.mark.parametrize(
    ("tenant", "short", "reason"),
    [("other", "main", "NotInPrivateAudience"), ("shop", "toys", "PrivatePlanNotForReseller")],
)
def test_a_private_plan_is_hidden_refused_and_explained(cast: Cast, tenant: str, short: str, reason: str) -> None:
    """L47, L80: outside the audience, and always for a reseller's subscription, even when the audience names it."""
    cast.publish()
    owner = cast.person(tenant, "owner")

    [found] = owner.portal("GET", f"storefront?words={cast.name}&subscription={cast.id(short)}").json()["value"]
    refused = owner.portal("POST", f"{cast.plan('operations-premium')}/accept", {"subscription": cast.id(short)})
    why = owner.portal("GET", f"{cast.plan('operations-premium')}/why-not?subscription={cast.id(short)}").json()

    assert [plan["plan"] for plan in found["plans"]] == ["operations"]
    assert refusal(refused) == (400, "MarketplacePurchaseEligibilityFailed")
    assert refused.json()["error"]["details"]
    assert why["allowed"] is False
    assert [one["code"] for one in why["reasons"]] == [reason]
    assert all(one["message"] and one["remedy"] for one in why["reasons"])


def test_inside_its_audience_a_private_plan_is_found_and_taken(cast: Cast) -> None:
    """The listed subscription sees both plans."""
    cast.publish()

    [found] = cast.owner.portal("GET", f"storefront?words={cast.name}&subscription={cast.id('prod')}").json()["value"]
    why = cast.owner.portal("GET", f"{cast.plan('operations-premium')}/why-not?subscription={cast.id('prod')}").json()

    assert {plan["plan"] for plan in found["plans"]} == {"operations", "operations-premium"}
    assert why == {"allowed": True, "reasons": []}
    assert cast.accept(plan="operations-premium").status_code == 200


def test_a_public_plan_is_for_a_resellers_subscription_too(cast: Cast) -> None:
    """Only private plans are closed to it."""
    cast.publish()
    owner = cast.person("shop", "owner")

    assert owner.portal("POST", f"{cast.plan()}/accept", {"subscription": cast.id("toys")}).status_code == 200


def test_what_is_in_preview_is_taken_by_its_audience_only(cast: Cast) -> None:
    """A customer outside the preview audience is told that the plan is in preview."""
    cast.submit(cast.offer())
    cast.wait_for("awaitingSignOff")

    answer = cast.accept()

    status, code = refusal(answer)
    assert (status, code) in ((400, "MarketplacePurchaseEligibilityFailed"), (404, "PlanNotFound"))


@on_sqlite
def test_the_command_line_answers_why_not(cast: Cast) -> None:
    """Exit code 1 and the reason in words."""
    cast.publish()
    account = f"owner@{cast.name}-shop.example"
    cast.server.cli("login", account, "--password-stdin", stdin=f"{PASSWORD}\n")
    plan = f"{cast.name}.care.operations-premium"

    told = cast.server.cli("storefront", "why-not", plan, "--subscription", cast.id("toys"), "--as", account)

    assert told.returncode == 1
    assert "reseller" in told.stderr
