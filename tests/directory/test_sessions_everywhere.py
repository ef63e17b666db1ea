"""The life of a session, on each kind of database."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from lightkeeper.directory import passwords
from lightkeeper.directory.clients import AZURE_CLI, EVERYWHERE
from lightkeeper.directory.device_codes import DeviceCodes
from lightkeeper.directory.grants import Grants, Request
from lightkeeper.directory.sign_in import SignIn
from lightkeeper.kernel.problems import Invalid, Problem, Unauthenticated
from tests.directory.people import CHEAP, PASSWORD, people_on

AZ = EVERYWHERE[AZURE_CLI]


def test_a_session_lives_alike_on_every_database(database_url: str) -> None:
    """Password, code, device, refresh and revocation, on SQLite and PostgreSQL."""
    people = people_on(database_url)
    desk, grants, devices = SignIn(people.office, CHEAP), Grants(people.office), DeviceCodes(people.office)
    with pytest.raises(Unauthenticated):
        desk.account_by_password(people.technician.upn, "wrong")
    account = desk.account_by_password(people.technician.upn, PASSWORD)
    request = Request("organizations", AZURE_CLI, "openid", "http://localhost:1", passwords.challenge_of("v" * 43), "n")

    code, _ = grants.give_code(request, account)
    granted = grants.redeem_code("common", AZ, code, redirect_uri="http://localhost:1", verifier="v" * 43)
    there = grants.refresh("contoso.example", AZ, granted.refresh_token, "openid")
    given = devices.give(request)
    devices.answer(given.user_code, account)

    assert (granted.subject.principal, granted.nonce) == (people.technician, "n")
    assert there.subject.principal == people.guest
    assert devices.redeem("organizations", AZ, given.code).subject.home == people.technician
    people.now.passes(minutes=2)
    for token in (granted.refresh_token, there.refresh_token):
        with pytest.raises(Invalid, match="AADSTS50173"):
            grants.refresh("organizations", AZ, token, "openid")
    people.office.database.close()


def test_a_code_raced_for_is_redeemed_once(database_url: str) -> None:
    """However many redeem one code at the same moment, one session comes of it, and it is ended as copied."""
    people = people_on(database_url)
    grants = Grants(people.office)
    request = Request("organizations", AZURE_CLI, "openid", "http://localhost:1", passwords.challenge_of("v" * 43))
    code, _ = grants.give_code(request, people.technician)

    def redeem(_: int) -> str:
        try:
            grants.redeem_code("common", AZ, code, redirect_uri="http://localhost:1", verifier="v" * 43)
        except Problem as refused:
            return refused.code
        return "redeemed"

    with ThreadPoolExecutor(4) as threads:
        outcomes = sorted(threads.map(redeem, range(4)))

    assert outcomes == ["AADSTS54005"] * 3 + ["redeemed"]
    people.office.database.close()
