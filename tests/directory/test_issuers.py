"""Other issuers' keys: fetched rarely, within bounds, and never made up."""

import json
from typing import Any

import pytest

from lightkeeper.directory.issuers import ASKED_AGAIN_AFTER, KEPT_FOR, KEPT_WITHOUT_ANSWER_FOR, Issuers, Unreachable
from tests.directory.issuing import ISSUER, Elsewhere
from tests.directory.keys import rsa_key


class Ticking:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def test_keys_are_kept_for_an_hour() -> None:
    """One sign-in asks, the others do not."""
    elsewhere, now = Elsewhere(), Ticking()
    issuers = Issuers(elsewhere, now)
    for _ in range(3):
        assert issuers.key_of(ISSUER, "one") is not None
    assert len(elsewhere.asked) == 2

    now.at = KEPT_FOR + 1
    issuers.key_of(ISSUER, "one")

    assert len(elsewhere.asked) == 4


def test_a_new_key_is_found_and_a_made_up_one_asked_for_once_a_minute() -> None:
    """Rollover works at once; a stranger who invents key ids does not make us ask without end."""
    elsewhere, now = Elsewhere(), Ticking()
    issuers = Issuers(elsewhere, now)
    issuers.key_of(ISSUER, "one")
    for n in range(20):
        assert issuers.key_of(ISSUER, f"invented-{n}") is None
    assert len(elsewhere.asked) == 2

    now.at = ASKED_AGAIN_AFTER + 1
    elsewhere.keys["two"] = rsa_key("attacker")

    assert issuers.key_of(ISSUER, "two") is not None
    assert issuers.key_of(ISSUER, "one") is not None


def test_an_issuer_that_is_away_is_asked_once_a_minute_and_its_keys_serve_for_a_day() -> None:
    """Somebody else's outage shuts nobody out who could sign in an hour ago."""
    elsewhere, now = Elsewhere(broken="away"), Ticking()
    issuers = Issuers(elsewhere, now)
    for _ in range(3):
        with pytest.raises(Unreachable, match="away"):
            issuers.key_of(ISSUER, "one")
    assert len(elsewhere.asked) == 1

    now.at, elsewhere.broken = ASKED_AGAIN_AFTER + 1, ""
    assert issuers.key_of(ISSUER, "one") is not None
    elsewhere.broken = "away again"
    now.at += KEPT_FOR + 1
    assert issuers.key_of(ISSUER, "one") is not None
    now.at += KEPT_WITHOUT_ANSWER_FOR
    with pytest.raises(Unreachable):
        issuers.key_of(ISSUER, "one")


def test_a_token_without_a_key_id_is_for_an_issuer_with_one_key() -> None:
    """With several it would be guessing."""
    assert Issuers(Elsewhere()).key_of(ISSUER, None) is not None
    two = Elsewhere({"one": rsa_key("issuer"), "two": rsa_key("attacker")})
    assert Issuers(two).key_of(ISSUER, None) is None


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://somebody.example"},
        {"jwks_uri": None},
        {"jwks_uri": "http://issuer.example/keys"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": 7},
    ],
)
def test_the_issuers_document_must_speak_of_itself(change: dict[str, Any]) -> None:
    """OpenID Connect Discovery 1.0, 4.3; keys come over https only."""
    with pytest.raises(Unreachable):
        Issuers(Elsewhere(changes=change)).key_of(ISSUER, "one")


@pytest.mark.parametrize("raw", [b"", b"[]", b"\xff", b"[" * 100_000, b'{"keys": 1}', b'{"keys": null}'])
def test_anything_may_come_back(raw: bytes) -> None:
    """What is no list of keys is refused."""

    def fetch(url: str) -> bytes:
        return raw if url.endswith("keys") else json.dumps({"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"}).encode()

    for answers in (fetch, lambda url: raw):
        with pytest.raises(Unreachable):
            Issuers(answers).key_of(ISSUER, "one")


def test_too_many_keys_are_refused() -> None:
    """A list has an end."""
    with pytest.raises(Unreachable, match="at most 100"):
        Issuers(Elsewhere(more=[{}] * 101)).key_of(ISSUER, "one")


def test_keys_of_other_kinds_are_passed_over() -> None:
    """An issuer may publish keys for encryption, of other families, or broken ones, beside those that sign."""
    issuer = Elsewhere()
    good = issuer.published("one")
    odd = [
        7,
        None,
        {"kty": "EC", "kid": "x"},
        {**good, "kid": "x", "use": "enc"},
        {**good, "kid": "x", "alg": "HS256"},
        {**good, "kid": "x", "n": "AAAA"},
        {**good, "kid": "x", "n": "A" * 3000},
        {**good, "kid": "x", "e": "AA"},
        {**good, "kid": "x", "n": None},
        {"kty": "oct", "k": "AAAA", "kid": "x"},
    ]
    issuer.more = odd
    issuers = Issuers(issuer)

    assert issuers.key_of(ISSUER, "one") is not None
    assert issuers.key_of(ISSUER, "x") is None


def test_a_server_that_may_not_ask_says_so() -> None:
    """Without a way out, federated tokens are refused and nothing else."""
    with pytest.raises(Unreachable, match="does not ask"):
        Issuers().key_of(ISSUER, "one")
