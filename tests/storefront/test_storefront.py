"""A customer's way through the storefront: find, accept, delegate, update, part; and the provider's view of it."""

from dataclasses import replace

import pytest

from lightkeeper.delegation.model import Authorization, EligibleAuthorization, JustInTimePolicy, Plan, Visibility
from lightkeeper.kernel.problems import Conflict, Forbidden, Invalid, NotFound
from lightkeeper.resources import service as resources
from lightkeeper.storefront import service
from lightkeeper.storefront.model import Listing
from tests.delegation.market import (
    DELETE_ROLE,
    READ_VM,
    READER,
    RESTART,
    VM_CONTRIBUTOR,
    Market,
    asks_for,
    oid,
    plan,
    scope_of,
    sub,
    tid,
    vm,
)

KEY = "fabrikam.care.gold"
GOLD = Plan("fabrikam", "care", "gold", "")


def search(market: Market, place: str = "", words: str = "", by: str = "owner") -> list[Listing]:
    with market.as_(by) as call:
        return list(service.search(call, words, sub(place) if place else None).items)


def accept(market: Market, place: str = "prod", by: str = "owner") -> None:
    with market.as_(by) as call:
        service.accept(call, GOLD, sub(place))


def delegate(market: Market, *places: str, by: str = "owner", consent: bool = True) -> None:
    with market.as_(by) as call:
        service.delegate(call, tid("contoso"), KEY, [scope_of(place) for place in places], consent=consent)


def test_public_plan_is_found_by_everybody(market: Market) -> None:
    """P7-stores, L80: public plans by search; every word has to fit."""
    market.shelf.plans = [plan(keywords=("backup",))]

    assert [one.id for one in search(market)] == ["fabrikam.care"]
    assert [one.id for one in search(market, "prod", "CARE backup")] == ["fabrikam.care"]
    assert search(market, "prod", "care unheard") == []


def test_l80_private_plan_is_shown_to_its_audience_only(market: Market) -> None:
    """P2.6-only-private, P7-stores, L80: only to listed subscriptions, never in the public storefront."""
    market.shelf.plans = [plan(visibility=Visibility.PRIVATE, audience=frozenset({sub("prod")}))]

    assert search(market) == []
    assert search(market, "test") == []
    assert [one.id for one in search(market, "prod")] == ["fabrikam.care"]


def test_l80_private_plan_is_never_for_reseller_subscriptions(market: Market) -> None:
    """L80: not for subscriptions bought through a CSP reseller, even when listed; and the reason is told.

    P2.6-reseller.
    """
    market.shelf.plans = [plan(visibility=Visibility.PRIVATE, audience=frozenset({sub("csp")}))]

    assert search(market, "csp", by="reseller-owner") == []
    with market.as_("reseller-owner") as call:
        why = service.why_not_purchase(call, GOLD, sub("csp"))
    assert [finding.code for finding in why] == ["PrivatePlanNotForReseller"]


def test_public_plan_is_for_reseller_subscriptions_too(market: Market) -> None:
    market.shelf.plans = [plan()]

    accept(market, "csp", by="reseller-owner")


def test_preview_is_seen_by_its_audience_with_all_plans(market: Market) -> None:
    """Preview viewers see all plans of the offer, private ones included; nobody else sees any.

    P2.5-preview-audience.
    """
    hidden = plan(visibility=Visibility.PRIVATE, preview=True, preview_audience=frozenset({sub("prod")}))
    market.shelf.plans = [hidden]

    assert [one.id for one in search(market, "prod")] == ["fabrikam.care-preview"]
    assert search(market, "test") == []
    assert search(market) == []


def test_l81_scenario_j_accepting_grants_nothing_and_is_noticed(market: Market) -> None:
    """L81, (j): acceptance is recorded, nothing is granted, and a notice says that no delegation exists."""
    market.shelf.plans = [plan("1.0.0", ("tier1", VM_CONTRIBUTOR))]

    accept(market)

    with market.as_("owner") as call:
        [notice] = service.list_notices(call, tid("contoso"))
    assert (notice.key, notice.lacks_delegation) == (KEY, True)
    assert not market.may("tech", RESTART, vm())
    delegate(market, "prod/web")
    with market.as_("reader") as call:
        assert service.list_notices(call, tid("contoso")) == []
    assert market.may("tech", RESTART, vm())


def test_accepting_twice_changes_nothing(market: Market) -> None:
    market.shelf.plans = [plan()]

    accept(market)
    accept(market)

    assert len(market.events("OfferAccepted")) == 1
    assert len(market.events("RegistrationDefinitionWritten")) == 1


@pytest.mark.parametrize(
    ("who", "code"), [("reader", "AuthorizationFailed"), ("guest", "InsufficientPrivilegesForManagedServiceResource")]
)
def test_l83_reader_and_guest_are_refused(market: Market, who: str, code: str) -> None:
    """L83: adding needs the rights of L70, in a member's account."""
    market.shelf.plans = [plan()]

    with pytest.raises(Forbidden) as refused:
        accept(market, by=who)

    assert refused.value.code == code


def test_owners_who_could_are_listed(market: Market) -> None:
    """Who is refused hears who could do it: members with the rights of L70, no guests."""
    with market.as_("reader") as call:
        owners = service.owners_who_could(call, sub("prod"))

    assert [(owner.display_name, owner.sign_in_name) for owner in owners] == [("owner", "owner@contoso.example")]


def test_l82_consent_is_needed(market: Market) -> None:
    """L82: without the tick the offer cannot be delegated."""
    market.shelf.plans = [plan()]
    accept(market)

    with pytest.raises(Invalid) as refused:
        delegate(market, "prod", consent=False)

    assert refused.value.code == "ConsentRequired"


def test_offer_must_be_accepted_before_it_is_delegated(market: Market) -> None:
    with pytest.raises(NotFound) as missing:
        delegate(market, "prod")

    assert missing.value.code == "OfferNotAccepted"


def test_l75_first_delegation_registers_later_ones_do_not(market: Market) -> None:
    """The first delegation of an offer registers the provider on that subscription; a later one elsewhere is refused.

    L75.
    """
    market.shelf.plans = [plan()]
    accept(market, "test")  # not registered there
    with market.as_("owner") as call:
        service.delegate(call, tid("contoso"), KEY, [scope_of("test")], consent=True)
    with market.as_("owner") as call:
        resources.unregister(call, sub("prod"), "Microsoft.ManagedServices")

    with pytest.raises(Conflict) as refused:
        delegate(market, "prod/web")

    assert refused.value.code == "MissingSubscriptionRegistration"
    assert sub("prod") in refused.value.message
    market.register("prod")
    delegate(market, "prod/web")
    assert market.may("tech", READ_VM, vm())


def test_delegating_several_scopes_is_all_or_nothing(market: Market) -> None:
    market.shelf.plans = [plan()]
    accept(market)

    with pytest.raises(NotFound):
        delegate(market, "prod/web", "prod/none")

    assert not market.may("tech", READ_VM, vm())


def updated(market: Market) -> None:
    """Version 1.0.0 accepted and delegated at two places; then 2.0.0 with one role more is published."""
    market.shelf.plans = [plan("1.0.0", ("tier1", READER))]
    accept(market)
    delegate(market, "prod/web")
    market.register("test")
    delegate(market, "test")
    market.shelf.plans.append(plan("2.0.0", ("tier1", READER), ("tier1", VM_CONTRIBUTOR)))


def test_l85_scenario_k_new_version_changes_nothing_until_accepted(market: Market) -> None:
    """L85, (k): publishing changes no delegation; the row shows that an update waits."""
    updated(market)

    with market.as_("reader") as call:
        [offer] = service.list_offers(call, tid("contoso"))

    assert offer.update is not None
    assert (offer.held.plan and offer.held.plan.version, offer.update.version) == ("1.0.0", "2.0.0")
    assert (offer.subscriptions_delegated, offer.groups_delegated) == (1, 1)
    assert not market.may("tech", RESTART, vm())


def test_l85_difference_is_shown_as_roles_and_as_operations(market: Market) -> None:
    """L85: opening the update shows the difference."""
    updated(market)

    with market.as_("reader") as call:
        difference = service.review_update(call, tid("contoso"), KEY)

    [change] = difference.changes
    assert change.principal_id == oid("tier1")
    assert [role.role_name for role in change.roles_gained] == ["Virtual Machine Contributor"]
    assert change.roles_lost == ()
    assert RESTART in change.operations_gained
    assert READ_VM not in change.operations_gained  # Reader had it already
    assert change.operations_lost == ()


def test_l85_accepting_applies_to_every_delegated_scope(market: Market) -> None:
    """L85: on accept the new authorizations apply to all scopes already delegated for that offer."""
    updated(market)

    with market.as_("owner") as call:
        assert len(service.accept_update(call, tid("contoso"), KEY)) == 2

    assert market.may("tech", RESTART, vm("prod/web"))
    assert market.may("tech", RESTART, vm("test/data"))
    with market.as_("owner") as call, pytest.raises(Conflict) as refused:
        service.accept_update(call, tid("contoso"), KEY)
    assert refused.value.code == "NoUpdateAvailable"


def test_update_of_eligible_terms_is_a_difference(market: Market) -> None:
    entry = EligibleAuthorization(oid("tier1"), VM_CONTRIBUTOR)
    market.shelf.plans = [plan(eligible_authorizations=(entry,))]
    accept(market)
    longer = replace(entry, policy=JustInTimePolicy(maximum_for="PT1H"))
    market.shelf.plans.append(plan("1.0.1", eligible_authorizations=(longer,)))

    with market.as_("owner") as call:
        [change] = service.review_update(call, tid("contoso"), KEY).changes

    assert [role.eligible for role in change.roles_gained] == [True]
    assert change.operations_gained == change.eligible_operations_gained == ()


def test_l86_another_managing_tenant_is_no_update(market: Market) -> None:
    """L86: a version with another managing tenant is a new offer."""
    market.shelf.plans = [plan()]
    accept(market)
    market.shelf.plans.append(
        plan("2.0.0", managed_by_tenant_id=tid("rival"), authorizations=(Authorization(oid("spy"), READER),))
    )

    with market.as_("owner") as call:
        [offer] = service.list_offers(call, tid("contoso"))

    assert offer.update is None


def test_l99_stopping_sales_keeps_delegations(market: Market) -> None:
    """L99: the plan is no longer found, what is delegated stays."""
    market.shelf.plans = [plan()]
    accept(market)
    delegate(market, "prod")

    market.shelf.plans = [plan(on_sale=False)]

    assert search(market, "prod") == []
    assert market.may("tech", READ_VM, vm())
    with market.as_("owner") as call:
        why = service.why_not_purchase(call, GOLD, sub("test"))
    assert [finding.code for finding in why] == ["OfferNotOnSale"]


def test_l95_removing_the_provider_ends_everything(market: Market) -> None:
    """L95: the trash icon of an offer removes all its delegations, then the offer; the next request is refused."""
    updated(market)

    with market.as_("owner") as call:
        assert service.remove_provider(call, tid("contoso"), KEY) == 2

    assert not market.may("tech", READ_VM, vm())
    assert not market.may("tech", READ_VM, vm("test/data"))
    with market.as_("owner") as call:
        assert service.list_offers(call, tid("contoso")) == []
    assert len(market.events("DelegationRemoved")) == 2


def test_template_offers_are_listed_and_removed_like_accepted_ones(market: Market) -> None:
    """L76, L120: the page shows offers added by template too; they have no plan and no update."""
    definition = market.define(asks_for(("tech", READER)))
    market.assign(definition, "prod")

    with market.as_("owner") as call:
        [offer] = service.list_offers(call, tid("contoso"))
        assert (offer.plan, offer.update, offer.provider_name) == (None, None, "Fabrikam")
        assert service.remove_provider(call, tid("contoso"), offer.key) == 1

    assert not market.may("tech", READ_VM, vm())


def test_one_customer_never_touches_anothers_offer(market: Market) -> None:
    """Tailspin holds the same plan; Contoso's removal leaves it alone."""
    market.shelf.plans = [plan()]
    accept(market)
    accept(market, "csp", by="reseller-owner")

    with market.as_("owner") as call:
        service.remove_provider(call, tid("contoso"), KEY)

    with market.as_("reseller-owner") as call:
        assert [one.key for one in service.list_offers(call, tid("tailspin"))] == [KEY]
    with market.as_("owner") as call, pytest.raises(Forbidden):
        service.remove_provider(call, tid("tailspin"), KEY)


def test_l121_provider_sees_customers_and_delegations(market: Market) -> None:
    """L121: customers with offer, version and counts; a trash icon for holders of the delete role."""
    market.shelf.plans = [plan("1.0.0", ("tier1", READER), ("boss", READER), ("boss", DELETE_ROLE))]
    accept(market)
    delegate(market, "prod/web", "prod/data")

    with market.as_("tech") as call:
        [customer] = service.my_customers(call, tid("fabrikam"))
        rows = service.my_delegations(call, tid("fabrikam"))
    with market.as_("boss") as call:
        bosses = service.my_delegations(call, tid("fabrikam"))

    assert (customer.tenant_name, customer.offer_id, customer.offer_version) == ("Contoso", "fabrikam.care", "1.0.0")
    assert (customer.subscriptions_delegated, customer.groups_delegated) == (0, 2)
    assert [row.removable for row in rows] == [False, False]
    assert [row.removable for row in bosses] == [True, True]


def test_reader_of_nothing_sees_nothing(market: Market) -> None:
    """L83: viewing needs Reader or better."""
    market.shelf.plans = [plan()]
    accept(market)

    with market.as_("tech") as call:
        assert service.list_offers(call, tid("contoso")) == []
