"""Partner Center's pages about the account."""

from lightkeeper.wire.partner import guesses
from tests.house import House
from tests.web.visitors import Visitor

COMPANY = {
    "id": "northwind-care",
    "displayName": "Northwind Care",
    "legalName": "Northwind Care Ltd",
    "address": "Harbour 1",
    "contact-name": "Nils Owner",
    "contact-email": "nils@northwind.example",
    "contact-phone": "+1 555 0100",
}


def test_an_account_says_why_it_is_not_eligible_until_it_is(house: House, operator_key: str) -> None:
    """Sign-up, agreement, verification with reasons, appeal: each fault goes when it is settled."""
    owner = Visitor.of(house, "northwind/owner")
    desk = Visitor.of(house, operator_key=operator_key)
    owner.opens("/portal/publishers/new").fills("/portal/publishers/new", **COMPANY)
    account = "/portal/publishers/northwind-care"

    assert owner.page.url.path == account
    assert "Not eligible" in owner.text
    assert all(code in owner.text for code in ("700.4-not-enrolled", "700.4-not-verified", "700.4-eligibility"))

    owner.fills(f"{account}/enrol", agree="yes")
    assert "700.4-not-enrolled" not in owner.text
    assert "accepted by owner@northwind.example" in owner.text

    decided = "/portal/reviews/accounts/northwind-care"
    desk.opens("/portal/reviews").fills(decided, check="business", verdict="Rejected", note="No such address.")
    owner.opens(account)
    assert "No such address." in owner.text
    owner.fills(f"{account}/appeal", text="The register has it.")
    desk.opens("/portal/reviews")
    assert "The register has it." in desk.text
    for check in ("emailOwnership", "employment", "business"):
        desk.opens("/portal/reviews").fills(decided, check=check, verdict="Authorized")
    owner.opens(account)
    assert "700.4-not-verified" not in owner.text
    assert "700.4-eligibility" in owner.text


def test_an_eligible_account_says_so(house: House) -> None:
    """The list and the account both do."""
    visitor = Visitor.of(house, "fabrikam/publisher").opens("/portal/publishers")
    assert "eligible" in visitor.text
    assert "Eligible for Managed Service offers" in visitor.opens("/portal/publishers/fabrikam").text


def test_faults_of_a_sign_up_are_all_named(house: House) -> None:
    """And nothing is opened."""
    visitor = Visitor.of(house, "northwind/owner").opens("/portal/publishers/new")
    visitor.fills("/portal/publishers/new", id="No Good", displayName="")

    assert visitor.page.status_code == 400
    assert "is no publisher id" in visitor.text
    assert "legalName is missing" in visitor.text
    assert "belong to no publisher" in visitor.opens("/portal/publishers").text


def test_taken_ids_are_not_found_out_by_signing_up_again_and_again(house: House) -> None:
    """The portal has the patience of the publisher's API, and no more."""
    visitor = Visitor.of(house, "contoso/owner").opens("/portal/publishers/new")
    seen = []
    for _ in range(guesses.MOST_REFUSALS + 1):
        visitor.fills("/portal/publishers/new", **COMPANY | {"id": "fabrikam"})
        seen.append(visitor.page.status_code)
        visitor.opens("/portal/publishers/new")

    assert seen == [409] * guesses.MOST_REFUSALS + [429]


def test_members_are_named_by_their_sign_in_name(house: House) -> None:
    """An owner gives and takes roles; a member without the right sees no form for it."""
    owner = Visitor.of(house, "fabrikam/publisher").opens("/portal/publishers/fabrikam")
    owner.fills("/portal/publishers/fabrikam/members", member="technician@fabrikam.example", role="developer")
    member = Visitor.of(house, "fabrikam/technician").opens("/portal/publishers/fabrikam")
    assert member.page.status_code == 200
    assert "/portal/publishers/fabrikam/members" not in dict(member.forms)

    [remove] = [to for to, _ in owner.forms if to.endswith("000000000011/remove")]
    owner.fills(remove)
    assert Visitor.of(house, "fabrikam/technician").opens("/portal/publishers/fabrikam").page.status_code == 403


def test_strangers_read_nothing(house: House) -> None:
    """Whether there is such a publisher or not."""
    stranger = Visitor.of(house, "northwind/owner")
    for page in ("", "/offers", "/leads", "/notices", "/reports"):
        assert stranger.opens(f"/portal/publishers/fabrikam{page}").page.status_code == 403
        assert stranger.opens(f"/portal/publishers/nobody{page}").page.status_code == 403
