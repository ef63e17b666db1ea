"""What the operator does about signing in."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lightkeeper.access.index import AccessIndex
from lightkeeper.access.roles import built_in
from lightkeeper.directory import one_time_codes
from lightkeeper.directory.second_factors import SecondFactors
from lightkeeper.wire.operator.desk import OperatorDesk
from lightkeeper.wire.operator.routes import operator_routes
from tests.directory.people import People
from tests.wire.entra.places import SETTINGS
from tests.wire.entra.programs import session

KEY = {"authorization": "Bearer the-key"}


@pytest.fixture
def operator(people: People) -> TestClient:
    desk = OperatorDesk(people.office, AccessIndex(built_in()), "the-key")
    return TestClient(Starlette(routes=operator_routes(desk)), base_url=SETTINGS.login_url, headers=KEY)


def test_the_operator_rolls_the_signing_key_over(people: People, login: TestClient, operator: TestClient) -> None:
    """The old key is believed for a day and published so long; the private halves stay where they are."""
    session(login, people.technician.upn)
    before = operator.get("/operator/keys").json()["value"]

    answer = operator.post("/operator/keys/roll-over", json={})

    after = answer.json()["value"]
    assert [one["signs"] for one in before] == [True]
    assert sorted(one["signs"] for one in after) == [False, True]
    assert before[0]["kid"] in {one["kid"] for one in after}
    assert "PRIVATE" not in answer.text
    published = login.get("/common/discovery/v2.0/keys").json()["keys"]
    assert {one["kid"] for one in published} == {one["kid"] for one in after}


def test_the_operator_takes_a_lost_second_factor_away(people: People, operator: TestClient) -> None:
    """The person signs in with the password alone then."""
    factors = SecondFactors(people.office)
    secret = factors.begin(people.technician).secret
    factors.confirm(people.technician, one_time_codes.code_of(secret, one_time_codes.step_of(people.now.at)))

    assert operator.post("/operator/second-factors/remove", json={"user": people.technician.id}).status_code == 200
    assert operator.post("/operator/second-factors/remove", json={"user": "nobody"}).status_code == 404
    assert not factors.is_enrolled(people.technician)


def test_nobody_else_does(operator: TestClient) -> None:
    """Without the key of the data folder there is nothing to see."""
    for method, path in (("GET", "keys"), ("POST", "keys/roll-over"), ("POST", "second-factors/remove")):
        answer = operator.request(method, f"/operator/{path}", headers={"authorization": "Bearer wrong"})
        assert answer.status_code == 401
