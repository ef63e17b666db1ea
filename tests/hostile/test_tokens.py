"""Nobody gets in with a token that this house did not give for this door, or no longer stands by."""

import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from lightkeeper.directory import service as directory
from lightkeeper.directory import tokens
from lightkeeper.directory.signing_keys import SigningKey, known_keys
from lightkeeper.kernel.call import OPERATOR
from tests.hostile.house import House

LISTS = "/subscriptions"


def signing(house: House) -> SigningKey:
    with house.inner.office.database.read() as connection:
        return known_keys(connection, house.inner.office.clock.now())[0]


def claims_of(house: House, who: str = "contoso/owner") -> dict[str, Any]:
    return dict(jwt.decode(house.token(who), options={"verify_signature": False}))


def refused(house: House, token: str) -> bool:
    got = house.arm("GET", LISTS, token=token)
    return got.status == 401 and got.json["error"]["code"].startswith("InvalidAuthenticationToken")


def test_an_unsigned_token_is_refused(house: House) -> None:
    """RFC 8725, 3.1: the algorithm is ours to choose, not the token's."""
    parts = [{"alg": "none", "typ": "JWT", "kid": signing(house).kid}, claims_of(house)]
    head, body = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)

    assert refused(house, f"{head}.{body}.")


def test_the_public_key_is_no_shared_secret(house: House) -> None:
    """RFC 8725, 2.1: a token signed with HMAC over our public key is not ours."""
    key = signing(house)
    public = key.public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    head = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": key.kid}).encode()).rstrip(b"=")
    body = base64.urlsafe_b64encode(json.dumps(claims_of(house)).encode()).rstrip(b"=")
    import hashlib
    import hmac

    mark = hmac.new(public, head + b"." + body, hashlib.sha256).digest()

    assert refused(house, b".".join((head, body, base64.urlsafe_b64encode(mark).rstrip(b"="))).decode())


@pytest.mark.parametrize("kid", ["", "x", None, "../../dev/null"])
def test_another_key_is_not_believed_whatever_it_calls_itself(house: House, kid: Any) -> None:
    """Only keys in our own table verify, found by a name that must be known."""
    foreign = rsa.generate_private_key(65537, 2048)
    headers = {"kid": signing(house).kid if kid is None else kid}

    token = jwt.encode(claims_of(house), foreign, algorithm="RS256", headers=headers)

    assert refused(house, token)


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://sts.windows.net/other/"},
        {"tid": "other"},
        {"ver": "2.0"},
        {"oid": "nobody"},
        {"lk_home_oid": "x"},
    ],
)
def test_claims_that_contradict_each_other_are_refused(house: House, change: dict[str, str]) -> None:
    """arm.md 2.2: issuer, tenant, version and principal must fit together even under our own signature."""
    key = signing(house)

    token = jwt.encode({**claims_of(house), **change}, key.private, algorithm="RS256", headers={"kid": key.kid})

    assert refused(house, token)


def test_an_id_token_opens_nothing(house: House) -> None:
    """An id token tells a program who signed in; it is no key to a door."""
    now = house.inner.office.clock.now()
    token = tokens.issue_id_token(
        signing(house), house.subject("contoso/owner"), now, login_url="https://localhost:8443"
    )

    assert refused(house, token)
    assert house.send("GET", "/portal/api/service-providers", token=token).status == 401
    assert house.send("GET", "/v1.0/me", token=token, app=house.graph).status == 401


@pytest.mark.parametrize(
    "audience", ["https://graph.microsoft.com/", "https://api.partner.microsoft.com", "api://x", "x"]
)
def test_a_token_for_another_door_is_refused_at_arm(house: House, audience: str) -> None:
    """arm.md 2.2: the audience must be one of Azure Resource Manager's."""
    assert refused(house, house.token("contoso/owner", audience=audience))


def test_an_arm_token_is_refused_at_graph(house: House) -> None:
    """Each door has its own audience."""
    assert house.send("GET", "/v1.0/me", token=house.token("contoso/owner"), app=house.graph).status == 401


def test_an_audience_no_header_can_carry_is_refused_with_a_whole_answer(house: House) -> None:
    """Q7: what a client chose as audience comes back in a header, so it must not break one."""
    got = house.arm("GET", LISTS, token=house.token("contoso/owner", audience='https://Ā"\\.example/\x01'))

    assert got.status == 401
    assert got.headers["www-authenticate"].isascii()


def test_a_token_lives_an_hour(own_house: House) -> None:
    """An expired token is refused by the server's own clock."""
    token = own_house.token("contoso/owner")
    assert own_house.arm("GET", LISTS, token=token).status == 200

    own_house.inner.office.clock.shift = timedelta(hours=1, seconds=1)

    assert own_house.arm("GET", LISTS, token=token).json["error"]["code"] == "ExpiredAuthenticationToken"


@pytest.mark.parametrize("how", ["delete", "disable"])
def test_who_is_gone_is_refused_at_once(own_house: House, how: str) -> None:
    """A deleted or disabled account's token is worth nothing from the next request on."""
    token = own_house.token("contoso/owner")
    assert own_house.arm("GET", LISTS, token=token).status == 200
    account = own_house.subject("contoso/owner").principal

    with own_house.inner.office.writing(OPERATOR) as call:
        if how == "delete":
            directory.delete_principal(call, account.id)
        else:
            from dataclasses import replace

            directory.put_user(call, replace(account, enabled=False))  # type: ignore[arg-type]

    assert own_house.arm("GET", LISTS, token=token).status == 401


def test_a_guest_goes_when_the_home_account_goes(own_house: House) -> None:
    """A guest is the same person as at home: disabled there, refused everywhere."""
    token = own_house.token("northwind/owner", tenant="contoso")
    assert own_house.arm("GET", LISTS, token=token).status == 200

    with own_house.inner.office.writing(OPERATOR) as call:
        directory.delete_principal(call, own_house.subject("northwind/owner").principal.id)

    assert own_house.arm("GET", LISTS, token=token).status == 401


@pytest.mark.parametrize("key", ["lko-", "lko-x", "lko-é", "", "lko-" + "x" * 100_000])
def test_only_the_operators_whole_key_is_the_operators(house: House, key: str) -> None:
    """The operator is whoever can read the data folder."""
    assert house.send("GET", "/operator/world", headers={"authorization": f"Bearer {key}"}).status == 401
    assert (
        house.send("GET", LISTS, query="api-version=2022-12-01", headers={"authorization": f"Bearer {key}"}).status
        == 401
    )


def test_a_persons_token_is_no_operators_key(house: House) -> None:
    """No role of anybody opens the operator's door."""
    assert house.send("GET", "/operator/log", token=house.token("contoso/owner")).status == 401
