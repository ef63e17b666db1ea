"""Certificates, browsers, consent and second factors on each kind of database, and several at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from lightkeeper.directory import application_credentials as credentials
from lightkeeper.directory import consent_store, one_time_codes, service
from lightkeeper.directory.assertions import Assertions
from lightkeeper.directory.browsers import Browsers
from lightkeeper.directory.consents import Consents, Wanted
from lightkeeper.directory.issuers import Issuers
from lightkeeper.directory.model import Application
from lightkeeper.directory.second_factors import SecondFactors
from lightkeeper.directory.sign_in import SignIn
from lightkeeper.kernel.problems import Problem
from tests.directory.issuing import ISSUER, SUBJECT, Elsewhere, signed
from tests.directory.keys import certificate, pem_of, rsa_key
from tests.directory.people import CHEAP, People, people_on

LOGIN = "https://localhost:8443"


@pytest.fixture
def people(database_url: str) -> Iterator[People]:
    people = people_on(database_url)
    yield people
    people.office.database.close()


def at_once(ask: Callable[[], object], times: int = 4) -> list[str]:
    """What came of asking several times at the same moment: the refusals' codes, or nothing."""

    def once(_: int) -> str:
        try:
            ask()
        except Problem as refused:
            return refused.code
        return ""

    with ThreadPoolExecutor(times) as threads:
        return sorted(threads.map(once, range(times)))


def test_threads_of_one_program_share_an_assertion(people: People) -> None:
    """All get in at the same moment; a minute later none does."""
    app_id = people.automation.app_id
    with people.writing() as call:
        own = credentials.add_certificate(call, app_id, pem_of(certificate(rsa_key("automation"))))
    desk = SignIn(people.office, CHEAP, Assertions(people.office, LOGIN))
    endpoint = f"{LOGIN}/{people.fabrikam.id}/oauth2/v2.0/token"
    assertion = signed(app_id, endpoint, x5t=own.x5t)

    def ask() -> None:
        desk.application_by_assertion("fabrikam.example", app_id, assertion, "arm")

    assert at_once(ask) == [""] * 4
    people.now.passes(seconds=61)
    assert at_once(ask) == ["AADSTS50013"] * 4


def test_an_issuer_is_asked_once_by_many(people: People) -> None:
    """Whoever comes while the keys are fetched waits for them."""
    app_id, elsewhere = people.automation.app_id, Elsewhere()
    with people.writing() as call:
        credentials.put_federated_credential(call, app_id, "cluster", issuer=ISSUER, subject=SUBJECT)
    desk = SignIn(people.office, CHEAP, Assertions(people.office, LOGIN, Issuers(elsewhere)))
    token = elsewhere.signs()

    assert at_once(lambda: desk.application_by_assertion("fabrikam.example", app_id, token, "arm")) == [""] * 4
    assert len(elsewhere.asked) == 2


def test_a_code_is_used_once_however_many_try(people: People) -> None:
    """Whoever watched the code being typed is too late."""
    factors = SecondFactors(people.office)
    secret = factors.begin(people.technician).secret
    step = one_time_codes.step_of(people.office.clock.wall())
    factors.confirm(people.technician, one_time_codes.code_of(secret, step))
    people.now.passes(seconds=60)
    code = one_time_codes.code_of(secret, step + 2)

    assert at_once(lambda: factors.check(people.technician, code)) == ["", *["AADSTS500121"] * 3]


def test_pages_of_one_browser_may_load_at_the_same_moment(people: People) -> None:
    """One of them changes the cookie; the others are known by the one they still hold."""
    browsers = Browsers(people.office)
    cookie = browsers.sign_in("", people.technician)
    people.now.passes(minutes=6)

    with ThreadPoolExecutor(4) as threads:
        seen = list(threads.map(lambda _: browsers.look(cookie), range(4)))

    assert [one.accounts[0].account for one in seen] == [people.technician] * 4
    [fresh] = {one.cookie for one in seen if one.cookie}
    assert browsers.look(fresh).accounts
    browsers.sign_out(fresh)
    assert not browsers.look(fresh).accounts and not browsers.look(cookie).accounts


def test_consent_given_twice_at_once_is_one_consent(people: People) -> None:
    """A person clicks twice."""
    app = Application(people.automation.app_id, people.fabrikam.id, "Ticket desk")
    with people.writing() as call:
        service.put_application(call, app)
    consents, wanted = Consents(people.office), Wanted("https://management.azure.com/", (".default", "openid"))
    asking = consents.ask("fabrikam.example", app.app_id, people.technician, wanted)

    assert at_once(lambda: consents.give(asking, wanted)) == [""] * 4
    consents.insist(asking.subject, Wanted("https://MANAGEMENT.azure.com", ("openid",)))
    with people.reading() as call:
        call.open_to_all("test")
        kept = consent_store.consents_of(call.connection, people.fabrikam.id, app.app_id, [people.technician.id])
    assert [one.permissions for one in kept] == [(".default", "openid")]
