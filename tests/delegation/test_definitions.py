"""Registration definitions, rule by rule; each test names the rule it witnesses."""

from dataclasses import replace

import pytest

from lightkeeper.access.roles import role_of
from lightkeeper.delegation import service
from lightkeeper.delegation.definition_rules import DefinitionFacts, settled, settled_eligible, why_not_define
from lightkeeper.delegation.model import (
    Approver,
    Authorization,
    DefinitionAsked,
    EligibleAuthorization,
    JustInTimePolicy,
    Plan,
    Visibility,
)
from lightkeeper.delegation.objections import CREATE_REQUEST
from lightkeeper.delegation.settings import DelegationSettings
from lightkeeper.kernel.findings import Severity
from lightkeeper.kernel.ids import named
from lightkeeper.kernel.problems import Conflict, Forbidden, Invalid, NotFound
from tests.delegation.market import CONTRIBUTOR, READER, Market, asks_for, oid, plan, scope_of, tid

GUID = named("definition", "care")


def rules_of(asked: DefinitionAsked, **facts: object) -> list[str]:
    known = DefinitionFacts(**{"home_tenant_id": tid("contoso"), **facts})  # type: ignore[arg-type]
    found = why_not_define(GUID, asked, known, role_of, DelegationSettings())
    return [one.rule for one in found if one.finding.severity is Severity.ERROR]


def eligible(*policies: JustInTimePolicy) -> DefinitionAsked:
    entries = tuple(EligibleAuthorization(oid("tech"), CONTRIBUTOR, "", policy) for policy in policies)
    return asks_for(("tech", READER), eligible_authorizations=entries)


def test_good_definition_meets_no_objection() -> None:
    assert rules_of(asks_for(("tech", READER), ("tier1", CONTRIBUTOR))) == []


def test_l4_name_must_be_a_guid(market: Market) -> None:
    """L4: a non-GUID name is refused."""
    with pytest.raises(Invalid) as refused:
        market.define(asks_for(("tech", READER)), name="my-offer")

    assert refused.value.code == "InvalidRegistrationDefinitionName"


def test_l2_scenario_b_definition_lives_at_a_subscription(market: Market) -> None:
    """L2, (b): a definition at a resource group is refused with the exact text."""
    with pytest.raises(Invalid) as refused:
        market.define(asks_for(("tech", READER)), place="prod/web")

    assert refused.value.code == "InvalidRegistrationDefinitionUri"
    assert refused.value.message == (
        f"The registration definition request scope '{scope_of('prod/web')}' should be '/subscriptions/<subscriptionId>'."
    )


def test_l35_principal_must_be_a_guid() -> None:
    """L35: exact text, also for eligible entries and approvers."""
    asked = replace(asks_for(), authorizations=(Authorization("tech@fabrikam", READER),))

    [objection] = [
        one
        for one in why_not_define(GUID, asked, DefinitionFacts(tid("contoso")), role_of, DelegationSettings())
        if one.rule == "L35"
    ]

    assert objection.finding.message == "The PrincipalId 'tech@fabrikam' must be a valid Guid."


def test_l37_scenario_a_own_tenant_cannot_manage(market: Market) -> None:
    """L37, (a): a template that names the subscription's own tenant is refused with the exact text."""
    with pytest.raises(Invalid) as refused:
        market.define(asks_for(("owner", READER), tenant="contoso"), name=GUID)

    assert refused.value.code == CREATE_REQUEST
    assert refused.value.message == (
        f"The registration definition '{GUID}' not allowed to use the '{tid('contoso')}' as ManagedByTenantId."
    )


def test_l38_managing_tenant_must_exist() -> None:
    """L38: an unknown tenant is refused."""
    assert rules_of(asks_for(("tech", READER)), managing_tenant_exists=False) == ["L38"]


def test_l38_a_domain_is_no_tenant_id(market: Market) -> None:
    """L37, L38: neither the provider's domain nor the customer's own; a delegation to it would grant nothing."""
    for domain in ("fabrikam.example", "contoso.example"):
        with pytest.raises(Invalid) as refused:
            market.define(replace(asks_for(("tech", READER)), managed_by_tenant_id=domain))
        assert refused.value.message == f"The tenant '{domain}' in ManagedByTenantId does not exist."


def test_l39_scenario_c_managing_tenant_never_changes(market: Market) -> None:
    """L39, (c): redeploying the same offer name for another provider is refused with the exact text."""
    market.define(asks_for(("tech", READER)), name=GUID)

    with pytest.raises(Invalid) as refused:
        market.define(asks_for(("spy", READER), tenant="rival"), name=GUID)

    assert refused.value.code == "RegistrationDefinitionInvalidUpdate"
    assert refused.value.message == (
        f"The registration definition '{GUID}' property ManagedByTenantId not allowed to update."
    )


def test_l40_some_active_authorization_is_needed() -> None:
    """L40: an empty list is refused."""
    assert rules_of(asks_for()) == ["L40"]


def test_l44_repeated_authorizations_collapse() -> None:
    """L44: an exact repetition of principal and role is no error."""
    once, other = Authorization(oid("tech"), READER, "a"), Authorization(oid("tech"), CONTRIBUTOR)

    assert settled([once, other, once]) == (once, other)
    likely = EligibleAuthorization(oid("tech"), READER, "a")
    other_role = replace(likely, role_id=CONTRIBUTOR)
    assert settled_eligible([likely, other_role, likely]) == (likely, other_role)


def test_l13_ids_are_kept_in_lower_case_and_full_role_ids_cut(market: Market) -> None:
    """L13, L36: capitals and whole role definition ids are accepted."""
    role = f"/subscriptions/x/providers/Microsoft.Authorization/roleDefinitions/{READER.upper()}"
    asked = replace(asks_for(), authorizations=(Authorization(oid("tech").upper(), role),))

    written = market.define(replace(asked, managed_by_tenant_id=tid("fabrikam").upper()))

    assert written.managed_by_tenant_id == tid("fabrikam")
    assert written.authorizations == (Authorization(oid("tech"), READER),)


def test_l46_name_is_bounded() -> None:
    assert rules_of(asks_for(("tech", READER), name="x" * 513)) == ["L46"]


@pytest.mark.parametrize("text", ["PT29M", "PT8H1M", "P1M", "eight hours", ""])
def test_l53_scenario_g_activation_lasts_half_an_hour_to_eight(text: str) -> None:
    """L53, (g): shorter, longer, or no ISO 8601 duration is refused."""
    assert rules_of(eligible(JustInTimePolicy(maximum_for=text))) == ["L53"]


@pytest.mark.parametrize("text", ["PT30M", "PT45M", "PT8H"])
def test_l53_any_duration_between_is_accepted(text: str) -> None:
    """L53: half-hour steps are advice, not a rule."""
    assert rules_of(eligible(JustInTimePolicy(maximum_for=text))) == []


def test_l54_scenario_h_ten_approvers_at_most() -> None:
    """L54, (h): eleven approvers are refused."""
    approvers = tuple(Approver(named("principal", str(n))) for n in range(11))

    assert rules_of(eligible(JustInTimePolicy(approvers=approvers))) == ["L54"]
    assert rules_of(eligible(JustInTimePolicy(approvers=approvers[:10]))) == []


def test_l55_scenario_f_one_role_has_one_policy() -> None:
    """L55, (f): two entries of one role with PT1H and PT2H are refused; PT1H and PT60M are the same."""
    assert rules_of(eligible(JustInTimePolicy(maximum_for="PT1H"), JustInTimePolicy(maximum_for="PT2H"))) == ["L55"]
    assert rules_of(eligible(JustInTimePolicy(maximum_for="PT1H"), JustInTimePolicy(maximum_for="PT60M"))) == []


def test_l5_plan_needs_all_four_parts() -> None:
    assert rules_of(asks_for(("tech", READER), plan=Plan("fabrikam", "care", "gold", ""))) == ["L5"]


def test_l47_plan_must_be_published_and_equal() -> None:
    """L47: the plan exists, and tenant and authorizations equal its manifest; order does not matter."""
    published = plan("1.0.0", ("tech", READER), ("tier1", CONTRIBUTOR))
    same = replace(published.asked, authorizations=tuple(reversed(published.authorizations)))
    more = replace(published.asked, authorizations=(*published.authorizations, Authorization(oid("boss"), READER)))

    assert rules_of(published.asked) == ["L47"]
    assert rules_of(same, published=published) == []
    assert rules_of(more, published=published) == ["L47"]


def test_l47_private_plan_is_refused_with_the_marketplace_error(market: Market) -> None:
    """L47: a subscription outside the audience gets MarketplacePurchaseEligibilityFailed with inner BadRequest.

    It gets the same whatever it asks for, so that nobody learns by trying what a private plan contains.
    """
    private = plan(visibility=Visibility.PRIVATE)
    market.shelf.plans = [private]
    guess = replace(private.asked, authorizations=(Authorization(oid("tech"), READER),))

    with pytest.raises(Invalid) as guessed:
        market.define(guess)
    with pytest.raises(Invalid) as refused:
        market.define(private.asked)

    assert (guessed.value.message, guessed.value.details) == (refused.value.message, refused.value.details)

    assert refused.value.code == "MarketplacePurchaseEligibilityFailed"
    assert refused.value.message == (
        "Marketplace purchase eligibilty check returned errors. See inner errors for details. "
    )
    [inner] = refused.value.details
    assert inner.code == "BadRequest"
    assert inner.message.startswith(
        "Offer with PublisherId: 'fabrikam', OfferId: 'care' cannot be purchased due to validation errors. "
    )


def test_l71_scenario_i_guest_owner_may_not_onboard(market: Market) -> None:
    """L71, (i): a guest Owner is refused with the exact text."""
    with pytest.raises(Forbidden) as refused:
        market.define(asks_for(("tech", READER)), by="guest")

    assert refused.value.code == "InsufficientPrivilegesForManagedServiceResource"
    assert refused.value.message == "The requested user doesn't have sufficient privileges to perform the operation."


def test_l71_contributor_lacks_the_right(market: Market) -> None:
    """L70: Contributor may write the resource type but not assign roles."""
    with pytest.raises(Forbidden) as refused:
        market.define(asks_for(("tech", READER)), by="contributor")

    assert refused.value.code == "InsufficientPrivilegesForManagedServiceResource"


def test_l71_user_without_any_right_hears_the_platform(market: Market) -> None:
    """L71: users with no rights at all get plain AuthorizationFailed."""
    with pytest.raises(Forbidden) as refused:
        market.define(asks_for(("tech", READER)), by="reader")

    assert refused.value.code == "AuthorizationFailed"


def test_l75_provider_must_be_registered(market: Market) -> None:
    """L75: not registered is a conflict whose last quoted word az registers."""
    with pytest.raises(Conflict) as refused:
        market.define(asks_for(("tech", READER)), place="test")

    assert refused.value.code == "MissingSubscriptionRegistration"
    assert "'Microsoft.ManagedServices'" in refused.value.message


def test_l98_definition_in_use_cannot_be_deleted(market: Market) -> None:
    """L98: delete the assignments first."""
    definition = market.define(asks_for(("tech", READER)))
    market.assign(definition, "prod")

    with market.as_("owner") as call, pytest.raises(Conflict) as refused:
        service.delete_definition(call, scope_of("prod"), definition.id)

    assert refused.value.code == "RegistrationDefinitionInUse"


def test_absent_definition_is_deleted_quietly_and_not_found_on_read(market: Market) -> None:
    """L9: DELETE of what is absent is no error (204)."""
    with market.as_("owner") as call:
        assert service.delete_definition(call, scope_of("prod"), GUID) is False
        with pytest.raises(NotFound) as missing:
            service.get_definition(call, scope_of("prod"), GUID)

    assert missing.value.code == "ResourceNotFound"


def test_refused_definition_leaves_nothing_behind(market: Market) -> None:
    with pytest.raises(Invalid):
        market.define(asks_for(("tech", READER), tenant="contoso"))

    with market.as_("owner") as call:
        assert service.list_definitions(call, scope_of("prod")) == []
    assert market.events("RegistrationDefinitionWritten") == []
