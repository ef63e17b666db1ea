"""What an access token says, and how long it is believed."""

from dataclasses import replace

import jwt
import pytest

from lightkeeper.directory import service, signing_keys
from lightkeeper.directory.clients import AZURE_CLI
from lightkeeper.directory.model import Tenant, User
from lightkeeper.directory.tokens import Subject, issue_access_token, issue_id_token
from lightkeeper.kernel.call import CallerKind
from lightkeeper.kernel.problems import Unauthenticated
from tests.directory.people import START, People

ARM = "https://management.core.windows.net/"
AUDIENCES = (ARM, "https://management.azure.com/")


def key_of(people: People) -> signing_keys.SigningKey:
    with people.office.database.read() as connection:
        return signing_keys.known_keys(connection, people.office.clock.now())[0]


def token_of(people: People, user: User, tenant: Tenant, home: User | None = None, audience: str = ARM) -> str:
    subject = Subject(tenant, user, home or user, AZURE_CLI)
    return issue_access_token(key_of(people), subject, audience, people.office.clock.now())


def test_a_member_token_says_who(people: People) -> None:
    """A verified token gives the caller: object, tenant, home, name, program."""
    caller = people.verifier().verify_access_token(
        token_of(people, people.technician, people.fabrikam), START, AUDIENCES
    )

    assert (caller.object_id, caller.tenant_id) == (people.technician.id, people.fabrikam.id)
    assert (caller.kind, caller.name, caller.app_id) == (CallerKind.USER, people.technician.upn, AZURE_CLI)
    assert not caller.is_guest and not caller.mfa


def test_a_guest_token_says_where_home_is(people: People) -> None:
    """In another tenant the object is the guest's; the home account travels in claims of our own."""
    token = token_of(people, people.guest, people.contoso, people.technician)
    caller = people.verifier().verify_access_token(token, START, AUDIENCES)
    claims = jwt.decode(token, options={"verify_signature": False})

    assert caller.is_guest
    assert (caller.object_id, caller.home_object_id) == (people.guest.id, people.technician.id)
    assert claims["idp"] == f"https://sts.windows.net/{people.fabrikam.id}/"
    assert claims["unique_name"] == people.technician.upn


def test_an_application_token_says_which(people: People) -> None:
    """An application's token has its service principal as object, and no person's name."""
    subject = Subject(people.fabrikam, people.automation, people.automation, people.automation.app_id)
    token = issue_access_token(key_of(people), subject, ARM, START)
    caller = people.verifier().verify_access_token(token, START, AUDIENCES)
    claims = jwt.decode(token, options={"verify_signature": False})

    assert (caller.kind, caller.name) == (CallerKind.APPLICATION, people.automation.app_id)
    assert claims["idtyp"] == "app" and "upn" not in claims and "scp" not in claims
    assert (claims["iss"], claims["ver"]) == (f"https://sts.windows.net/{people.fabrikam.id}/", "1.0")


@pytest.mark.parametrize(
    "audience", [ARM, ARM.rstrip("/"), "https://management.azure.com", "https://MANAGEMENT.azure.com/"]
)
def test_the_slash_of_an_audience_does_not_matter(people: People, audience: str) -> None:
    """An audience is accepted with or without its trailing slash."""
    token = token_of(people, people.technician, people.fabrikam, audience=audience)

    assert people.verifier().verify_access_token(token, START, AUDIENCES)


def test_another_audience_is_refused(people: People) -> None:
    """arm.md 2.2: InvalidAuthenticationTokenAudience."""
    token = token_of(people, people.technician, people.fabrikam, audience="https://graph.microsoft.com")
    with pytest.raises(Unauthenticated) as refused:
        people.verifier().verify_access_token(token, START, AUDIENCES)

    assert refused.value.code == "InvalidAuthenticationTokenAudience"


def test_a_token_ends_after_an_hour(people: People) -> None:
    """arm.md 2.2: ExpiredAuthenticationToken names both times; a remembered token ends like any other."""
    verifier, token = people.verifier(), token_of(people, people.technician, people.fabrikam)
    assert verifier.verify_access_token(token, START, AUDIENCES)
    people.now.passes(hours=1)
    for each in (verifier, people.verifier()):
        with pytest.raises(Unauthenticated) as refused:
            each.verify_access_token(token, people.office.clock.now(), AUDIENCES)
        assert refused.value.code == "ExpiredAuthenticationToken"
        assert refused.value.message == (
            "The access token expiry UTC time '3/2/2026 10:00:00 AM' is earlier than current UTC time "
            "'3/2/2026 10:00:00 AM'."
        )
        assert refused.value.tenant_id == people.fabrikam.id


def test_a_deleted_principal_is_refused_at_once(people: People) -> None:
    """A token does not outlive its principal, although it was believed a moment ago."""
    verifier, token = people.verifier(), token_of(people, people.technician, people.fabrikam)
    assert verifier.verify_access_token(token, START, AUDIENCES)
    with people.writing() as call:
        service.delete_principal(call, people.technician.id)

    for each in (verifier, people.verifier()):
        with pytest.raises(Unauthenticated, match="InvalidAuthenticationToken"):
            each.verify_access_token(token, START, AUDIENCES)


def test_disabling_ends_tokens_and_enabling_revives_them(people: People) -> None:
    """Whether an account is enabled is asked on every request, of a guest's home account too."""
    verifier = people.verifier()
    tokens = [
        token_of(people, people.technician, people.fabrikam),
        token_of(people, people.guest, people.contoso, people.technician),
    ]
    for token in tokens:
        assert verifier.verify_access_token(token, START, AUDIENCES)
    with people.writing() as call:
        service.put_user(call, replace(people.technician, enabled=False))
    for token in tokens:
        with pytest.raises(Unauthenticated):
            verifier.verify_access_token(token, START, AUDIENCES)
    with people.writing() as call:
        service.put_user(call, people.technician)
    for token in tokens:
        assert verifier.verify_access_token(token, START, AUDIENCES)


def test_no_other_token_is_believed(people: People) -> None:
    """Broken, unsigned, foreign, overlong and id tokens are all just invalid."""
    verifier, good = people.verifier(), token_of(people, people.technician, people.fabrikam)
    claims = jwt.decode(good, options={"verify_signature": False})
    kid = jwt.get_unverified_header(good)["kid"]
    key = key_of(people)
    head, body, signature = good.split(".")
    subject = Subject(people.fabrikam, people.technician, people.technician, AZURE_CLI)
    bad = [
        "",
        "x",
        "a.b.c",
        "é",
        good[:-8],
        f"{head}.{body}.",
        f"{head}.{body[:-4]}AAAA.{signature}",
        jwt.encode(claims, "", algorithm="none", headers={"kid": kid}),
        jwt.encode(claims, "x" * 32, algorithm="HS256", headers={"kid": kid}),
        jwt.encode(claims, key.private, algorithm="RS256"),
        jwt.encode(claims, key.private, algorithm="RS256", headers={"kid": "another"}),
        jwt.encode(claims, key.private, algorithm="PS256", headers={"kid": kid}),
        jwt.encode(claims | {"iss": "https://sts.windows.net/other/"}, key.private, "RS256", headers={"kid": kid}),
        jwt.encode({"aud": ARM}, key.private, "RS256", headers={"kid": kid}),
        jwt.encode(claims | {"pad": "x" * 20_000}, key.private, "RS256", headers={"kid": kid}),
        issue_id_token(key, subject, START, login_url="https://localhost"),
    ]
    for token in bad:
        with pytest.raises(Unauthenticated) as refused:
            verifier.verify_access_token(token, START, AUDIENCES)
        assert refused.value.code == "InvalidAuthenticationToken"


def test_old_keys_stay_known_for_a_day(people: People) -> None:
    """After a roll-over the new key signs, and what the old one signed is still believed."""
    verifier, old = people.verifier(), token_of(people, people.technician, people.fabrikam)
    with people.writing() as call:
        signing_keys.roll_over(call)
    new = token_of(people, people.technician, people.fabrikam)

    assert jwt.get_unverified_header(old)["kid"] != jwt.get_unverified_header(new)["kid"]
    for token in (old, new):
        assert verifier.verify_access_token(token, START, AUDIENCES)
    people.now.passes(days=1, seconds=1)
    with people.office.database.read() as connection:
        assert len(signing_keys.known_keys(connection, people.office.clock.now())) == 1


def test_the_key_is_made_once(people: People) -> None:
    """A restart honours the tokens of before."""
    before = key_of(people).kid
    with people.writing() as call:
        signing_keys.ensure_signing_key(call)

    assert key_of(people).kid == before


def test_memory_is_bounded(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many tokens come, only two generations of them are remembered."""
    monkeypatch.setattr("lightkeeper.directory.verifier._REMEMBERED", 4)
    verifier = people.verifier()
    for n in range(20):
        people.now.passes(seconds=1)
        token = token_of(people, people.technician, people.fabrikam)
        assert verifier.verify_access_token(token, people.office.clock.now(), AUDIENCES), n

    assert len(verifier._young) + len(verifier._old) <= 8
