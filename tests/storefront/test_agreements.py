"""Agreements to terms on both databases, and the law of their signature."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightkeeper.delegation import shelf
from lightkeeper.delegation.model import Plan, Visibility
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.problems import Invalid, NotFound
from lightkeeper.storefront import agreements
from lightkeeper.storefront.terms import AgreementState, signature_of
from tests.delegation.market import Market, plan, sub

GOLD = Plan("Fabrikam", "care", "GOLD", "")


@pytest.fixture
def market(database: Database) -> Iterator[Market]:
    found = Market(database)
    found.shelf.plans.append(plan())
    yield found
    shelf.stock(shelf.EmptyShelf())


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_signature_is_that_of_its_terms(one: str, other: str) -> None:
    """The same terms have the same signature in every version of a plan; other terms have another."""
    first, second = replace(plan(), terms_of_use=one), replace(plan("2.0.0"), terms_of_use=other)

    assert (signature_of(first) == signature_of(second)) == (one == other)


def test_an_agreement_is_kept_and_logged_once(market: Market) -> None:
    """Ids ignore case; the same again changes and logs nothing; each subscription speaks for itself."""
    for _ in range(2):
        with market.as_("owner") as call:
            signed = agreements.sign(call, sub("prod"), GOLD)
    with market.as_("owner") as call:
        assert agreements.list_agreements(call, sub("prod")) == [signed]
        assert agreements.list_agreements(call, sub("test")) == []
    for _ in range(2):
        with market.as_("owner") as call:
            canceled = agreements.cancel(call, sub("prod"), GOLD)

    assert (canceled.state, canceled.signed_at, canceled.id) == (AgreementState.CANCELED, None, signed.id)
    assert [len(market.events(kind)) for kind in ("TermsAccepted", "TermsCanceled")] == [1, 1]


def test_changed_terms_have_to_be_read_again(market: Market) -> None:
    """The signature says which terms somebody read; accepting stale ones is refused, and the old acceptance stays."""
    with market.as_("owner") as call:
        read = agreements.get_terms(call, sub("prod"), GOLD)
        agreements.set_terms(call, sub("prod"), GOLD, read.signature, accepted=True)
    market.shelf.plans.append(replace(plan("2.0.0"), terms_of_use="Something new"))

    with pytest.raises(Invalid, match="current terms"), market.as_("owner") as call:
        agreements.set_terms(call, sub("prod"), GOLD, read.signature, accepted=True)

    with market.as_("owner") as call:
        now = agreements.get_terms(call, sub("prod"), GOLD)
        assert now.agreement is not None and now.agreement.active
        assert now.signature != now.agreement.signature


def test_the_terms_of_a_private_plan_are_for_its_audience(market: Market) -> None:
    """L80: who does not see a plan hears what is said of a plan nobody sells."""
    hidden = replace(plan(), plan_id="secret", visibility=Visibility.PRIVATE, audience=frozenset({sub("test")}))
    market.shelf.plans.append(hidden)
    secret = Plan("fabrikam", "care", "secret", "")

    with market.as_("owner") as call:
        assert agreements.get_terms(call, sub("test"), secret).plan.plan_id == "secret"
    with pytest.raises(Invalid, match="was not found"), market.as_("owner") as call:
        agreements.get_terms(call, sub("prod"), secret)


def test_what_is_not_sold_any_more_cannot_be_signed_but_canceled(market: Market) -> None:
    """L99: the end of sale takes nothing away from those who have accepted."""
    with market.as_("owner") as call:
        agreements.sign(call, sub("prod"), GOLD)
    market.shelf.plans[:] = [replace(one, on_sale=False) for one in market.shelf.plans]

    with pytest.raises(Invalid, match="no longer sold"), market.as_("owner") as call:
        agreements.sign(call, sub("test"), GOLD)
    with market.as_("owner") as call:
        assert agreements.cancel(call, sub("prod"), GOLD).state is AgreementState.CANCELED
    with pytest.raises(NotFound), market.as_("owner") as call:
        agreements.cancel(call, sub("test"), GOLD)
