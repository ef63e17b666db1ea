"""What an application may sign in with, and how it is kept."""

import base64
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes, serialization

from lightkeeper.directory import application_credentials as credentials
from lightkeeper.directory import credential_rules, service
from lightkeeper.kernel import log
from lightkeeper.kernel.problems import Conflict, Forbidden, Invalid, NotFound
from tests.directory.keys import certificate, elliptic_key, pem_of, private_pem, rsa_key
from tests.directory.people import CHEAP, START, People, as_caller

GITHUB = "https://token.actions.githubusercontent.com"
SUBJECT = "repo:fabrikam/automation:ref:refs/heads/main"


def test_a_secret_we_make_is_shown_once_and_kept_as_a_hash(people: People) -> None:
    """addPassword: "there is no way to retrieve this password in the future"; the hint is its first three characters."""
    app_id = people.automation.app_id
    with people.writing() as call:
        made = credentials.add_secret(call, app_id, CHEAP, display_name="pipeline")
        kept = {one.id: one for one in credentials.list_secrets(call, app_id)}[made.secret.id]
        logged = repr(log.after(call.connection, 0)) + repr(call.changes)

    assert 16 <= len(made.text) <= 64
    assert (kept.hint, kept.name) == (made.text[:3], "pipeline")
    assert kept.expires_at == START + timedelta(days=730)
    assert made.text not in logged + repr(made) + repr(kept)


def test_two_secrets_may_have_one_display_name_and_each_goes_by_its_id(people: People) -> None:
    """Graph's removePassword names a keyId; what is not there is told."""
    app_id = people.automation.app_id
    with people.writing() as call:
        first = credentials.add_secret(call, app_id, CHEAP, display_name="x")
        second = credentials.add_secret(call, app_id, CHEAP, display_name="x")
        credentials.remove_secret(call, app_id, first.secret.id.upper())
        left = [one.id for one in credentials.list_secrets(call, app_id)]
        with pytest.raises(Invalid, match="No password credential found"):
            credentials.remove_secret(call, app_id, first.secret.id)

    assert second.secret.id in left and first.secret.id not in left


def test_a_certificate_is_kept_without_the_private_key_that_came_with_it(people: People) -> None:
    """A person pastes the whole file; the half that proves anything is thrown away."""
    key = rsa_key("automation")
    both = private_pem(key) + pem_of(certificate(key))
    with people.writing() as call:
        kept = credentials.add_certificate(call, people.automation.app_id, both)

    own = certificate(key)
    assert "PRIVATE" not in kept.pem
    assert kept.display_name == "CN=automation"
    for thumbprint, algorithm in ((kept.x5t, hashes.SHA1()), (kept.x5t_s256, hashes.SHA256())):
        assert base64.urlsafe_b64decode(thumbprint + "==") == own.fingerprint(algorithm)
    assert (kept.not_before, kept.not_after) == (own.not_valid_before_utc, own.not_valid_after_utc)


def test_pem_and_base64_of_one_certificate_are_the_same(people: People) -> None:
    """Graph's `key` is base64 of DER; adding the same certificate twice changes nothing."""
    own = certificate(rsa_key("automation"))
    der = base64.b64encode(own.public_bytes(serialization.Encoding.DER)).decode()
    with people.writing() as call:
        first = credentials.add_certificate(call, people.automation.app_id, pem_of(own))
        call.changes.clear()
        second = credentials.add_certificate(call, people.automation.app_id, der)

        assert second == first
        assert call.changes == []
        credentials.remove_certificate(call, people.automation.app_id, first.key_id)
        assert credentials.list_certificates(call, people.automation.app_id) == []


@pytest.mark.parametrize(
    "key",
    [
        "",
        "not a certificate",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\né\n-----END CERTIFICATE-----",
        "A" * 100_000,
        pem_of(certificate(elliptic_key())),
        pem_of(certificate(rsa_key("short", 1024))),
    ],
)
def test_what_is_no_certificate_with_an_rsa_key_is_refused(people: People, key: str) -> None:
    """Only RSA keys of a length that is still safe can be used."""
    with people.writing() as call, pytest.raises(Invalid, match="Request_BadRequest"):
        credentials.add_certificate(call, people.automation.app_id, key)


def test_a_federated_credential_has_a_name_by_which_it_is_changed_and_removed(people: People) -> None:
    """federatedIdentityCredential: the name cannot be changed, everything else can."""
    app_id = people.automation.app_id
    with people.writing() as call:
        first = credentials.put_federated_credential(call, app_id, "github", issuer=GITHUB, subject=SUBJECT)
        call.changes.clear()
        credentials.put_federated_credential(call, app_id, "github", issuer=GITHUB, subject=SUBJECT)
        assert call.changes == []
        changed = credentials.put_federated_credential(call, app_id, "GitHub", issuer=GITHUB, subject="repo:x")
        assert (changed.id, changed.name) == (first.id, "github")
        assert credentials.get_federated_credential(call, app_id, "github") == changed
        assert changed.audiences == ("api://AzureADTokenExchange",)
        credentials.remove_federated_credential(call, app_id, first.id)
        with pytest.raises(NotFound):
            credentials.remove_federated_credential(call, app_id, "github")


def test_an_issuer_and_subject_stand_in_one_entry_only(people: People) -> None:
    """Issuer and subject together must be unique within the application."""
    app_id = people.automation.app_id
    with people.writing() as call:
        credentials.put_federated_credential(call, app_id, "one", issuer=GITHUB, subject=SUBJECT)
        with pytest.raises(Conflict):
            credentials.put_federated_credential(call, app_id, "two", issuer=GITHUB, subject=SUBJECT)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x"),
        ("name", "a b c"),
        ("name", "x" * 121),
        ("issuer", "http://issuer.example"),
        ("issuer", "https://user@issuer.example"),
        ("issuer", "https://issuer.example/?a=b"),
        ("issuer", "https://[::1"),
        ("issuer", "https://issuer.example/" + "x" * 600),
        ("subject", ""),
        ("subject", "x" * 601),
        ("audiences", ()),
        ("audiences", ("a", "b")),
        ("description", "x" * 601),
    ],
)
def test_a_federated_credential_keeps_to_its_limits(people: People, field: str, value: object) -> None:
    """Issuers speak https; texts have at most 600 characters, names 3 to 120 that fit into an address; one audience."""
    wanted: dict[str, object] = {"name": "github", "issuer": GITHUB, "subject": SUBJECT, field: value}
    name = str(wanted.pop("name"))
    with people.writing() as call, pytest.raises(Invalid):
        credentials.put_federated_credential(call, people.automation.app_id, name, **wanted)  # type: ignore[arg-type]


def test_an_application_has_at_most_twenty_federated_credentials(people: People) -> None:
    """More than twenty federated credentials are not added to an application."""
    app_id = people.automation.app_id
    with people.writing() as call:
        for n in range(credential_rules.MOST_FEDERATED):
            credentials.put_federated_credential(call, app_id, f"number-{n}", issuer=GITHUB, subject=f"repo:{n}")
        with pytest.raises(Invalid, match="at most 20"):
            credentials.put_federated_credential(call, app_id, "one-more", issuer=GITHUB, subject="repo:x")


def test_nobody_but_the_operator_gives_credentials(people: People) -> None:
    """Who could add a credential to an application could act as it."""
    owner, app_id = as_caller(people.owner), people.automation.app_id
    with pytest.raises(Forbidden), people.writing(owner) as call:
        credentials.add_secret(call, app_id, CHEAP)
    with pytest.raises(Forbidden), people.writing(owner) as call:
        credentials.add_certificate(call, app_id, pem_of(certificate(rsa_key("automation"))))
    with pytest.raises(Forbidden), people.writing(owner) as call:
        credentials.put_federated_credential(call, app_id, "mine", issuer=GITHUB, subject=SUBJECT)
    with pytest.raises(Forbidden), people.reading(owner) as call:
        credentials.list_federated_credentials(call, app_id)


def test_a_deleted_application_leaves_no_credential_behind(people: People) -> None:
    """Whoever registers the id again starts with nothing."""
    app_id = people.automation.app_id
    with people.writing() as call:
        credentials.add_certificate(call, app_id, pem_of(certificate(rsa_key("automation"))))
        credentials.put_federated_credential(call, app_id, "github", issuer=GITHUB, subject=SUBJECT)
        service.delete_principal(call, people.automation.id)
        service.put_service_principal(call, people.automation)

        assert credentials.list_certificates(call, app_id) == []
        assert credentials.list_federated_credentials(call, app_id) == []
        assert credentials.list_secrets(call, app_id) == []
