"""The one way out that signing in has: to the keys of issuers that an application names."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lightkeeper.directory.issuers import Unreachable
from lightkeeper.outbound import settings
from lightkeeper.outbound.outlet import MOST_READ
from lightkeeper.outbound.settings import OutboundSettings
from lightkeeper.wire.entra import outside
from tests.outbound.receivers import Receiver


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[Receiver]:
    """A web site on this machine, which the operator has allowed to be asked."""
    started = Receiver(tmp_path / "issuer").start()
    before = settings.current()
    settings.use(started.settings())
    yield started
    settings.use(before)
    started.stop()


def test_a_document_is_fetched_and_nothing_of_ours_is_told(issuer: Receiver) -> None:
    """No cookie, no token, no compression that could blow up."""
    issuer.answer = lambda got: (200, {"content-type": "application/json"}, b"{}")

    assert outside.fetch(f"{issuer.url}/keys") == b"{}"

    [asked] = issuer.got
    assert asked.method == "GET" and asked.body == b""
    assert asked.headers["accept-encoding"] == "identity"
    assert not {"authorization", "cookie"} & set(asked.headers)


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (404, {}, b"{}"),
        (500, {}, b"{}"),
        (302, {"location": "https://localhost/elsewhere"}, b""),
        (200, {}, b"x" * MOST_READ),
        (200, {}, b"x" * (MOST_READ * 20)),
        (200, {"content-encoding": "gzip"}, b"not gzip"),
    ],
)
def test_every_other_outcome_is_a_refusal(issuer: Receiver, status: int, headers: dict[str, str], body: bytes) -> None:
    """Redirects are not followed, large documents not read to their end."""
    issuer.answer = lambda got: (status, headers, body)

    with pytest.raises(Unreachable):
        outside.fetch(f"{issuer.url}/keys")
    assert len(issuer.got) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/keys",
        "file:///etc/passwd",
        "https://",
        "https://[::1",
        "https://user:password@localhost/keys",
        "https://localhost:0/keys",
        "https://169.254.169.254/latest/meta-data",
        "https://nowhere.invalid/keys",
    ],
)
def test_addresses_that_are_none_of_an_issuer_are_not_asked(issuer: Receiver, url: str) -> None:
    """Not over plain HTTP, not where clouds keep their credentials, even where local targets are allowed."""
    with pytest.raises(Unreachable):
        outside.fetch(url)
    assert issuer.got == []


def test_our_own_network_is_not_asked_unless_the_operator_says_so(issuer: Receiver) -> None:
    """An application's owner names the issuer; the network behind the server is not theirs to look at."""
    settings.use(OutboundSettings(ca_file=issuer.ca_file))

    for host in ("localhost", "127.0.0.1", "10.0.0.1", "[::1]", "[::ffff:127.0.0.1]"):
        with pytest.raises(Unreachable):
            outside.fetch(f"https://{host}:{issuer.port}/keys")
    assert issuer.got == []
