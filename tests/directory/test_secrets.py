"""How secrets are kept, and when an account is locked."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightkeeper.directory import credentials, naming, service, sign_in_store
from lightkeeper.directory.lockout import FIRST_LOCK_FOR, LONGEST_LOCK_FOR, THRESHOLD, Attempts
from lightkeeper.directory.passwords import challenge_of, digest
from lightkeeper.directory.sign_in import SignIn
from lightkeeper.kernel import log
from lightkeeper.kernel.problems import Forbidden, Invalid, Unauthenticated
from tests.directory.people import CHEAP, PASSWORD, SECRET, START, People, as_caller


def test_no_secret_is_stored_or_logged(people: People) -> None:
    """Passwords and secrets are hashed by argon2id; the log holds none."""
    with people.reading() as call:
        call.open_to_all("test")
        [kept] = sign_in_store.secrets_of(call.connection, people.technician.id)
        written = repr(log.after(call.connection, 0))

    assert kept.hash.startswith("$argon2id$")
    assert PASSWORD not in written and SECRET not in written and "argon2" not in written
    assert "argon2" not in repr(kept)


def test_setting_the_same_password_again_changes_nothing(people: People) -> None:
    """Setting a password is idempotent."""
    with people.writing() as call:
        credentials.set_password(call, people.technician.id, PASSWORD, CHEAP)
        assert call.changes == []
        credentials.set_password(call, people.technician.id, "battery staple", CHEAP)
        assert [each.kind for each in call.changes] == ["SecretWritten"]


def test_an_application_has_several_secrets(people: People) -> None:
    """Secrets have names, so that one can be renewed while the other still works."""
    desk = SignIn(people.office, CHEAP)
    with people.writing() as call:
        credentials.put_secret(call, people.automation.app_id, "next", "n3xt", CHEAP)

    for secret in (SECRET, "n3xt"):
        assert desk.application_by_secret("fabrikam.example", people.automation.app_id, secret)
    with people.writing() as call:
        credentials.remove_secret(call, people.automation.app_id, "default")
    with pytest.raises(Unauthenticated, match="AADSTS7000215"):
        desk.application_by_secret("fabrikam.example", people.automation.app_id, SECRET)


def test_a_secret_expires(people: People) -> None:
    """An expired secret is refused by a number of its own."""
    desk = SignIn(people.office, CHEAP)
    with people.writing() as call:
        credentials.put_secret(
            call, people.automation.app_id, "short", "sh0rt", CHEAP, expires_at=START + timedelta(days=1)
        )
    assert desk.application_by_secret("fabrikam.example", people.automation.app_id, "sh0rt")

    people.now.passes(days=1)

    with pytest.raises(Unauthenticated, match="AADSTS7000222"):
        desk.application_by_secret("fabrikam.example", people.automation.app_id, "sh0rt")


def test_a_guest_has_no_password(people: People) -> None:
    """A guest signs in at home."""
    with pytest.raises(Invalid), people.writing() as call:
        credentials.set_password(call, people.guest.id, PASSWORD, CHEAP)


def test_nobody_sets_passwords_but_the_operator(people: People) -> None:
    """Directory writes are authorized."""
    with pytest.raises(Forbidden), people.writing(as_caller(people.owner)) as call:
        credentials.set_password(call, people.owner.id, "mine", CHEAP)


def test_unknown_and_wrong_names_sound_alike(people: People) -> None:
    """A stranger does not learn which accounts exist."""
    desk = SignIn(people.office, CHEAP)
    said = []
    for name in (
        "technician@fabrikam.example",
        "nobody@fabrikam.example",
        "x@nowhere.example",
        "",
        "@",
        people.guest.upn,
    ):
        with pytest.raises(Unauthenticated) as refused:
            desk.account_by_password(name, "wrong")
        said.append((refused.value.code, refused.value.message))

    assert len(set(said)) == 1


def test_ten_wrong_passwords_lock_an_account(people: People) -> None:
    """Ten failures give AADSTS50053 for 60 seconds, even to one who knows the password."""
    desk = SignIn(people.office, CHEAP)
    name = people.technician.upn
    for _ in range(THRESHOLD):
        with pytest.raises(Unauthenticated, match="AADSTS50126"):
            desk.account_by_password(name, "wrong")

    with pytest.raises(Unauthenticated, match="AADSTS50053"):
        desk.account_by_password(name, PASSWORD)
    people.now.passes(seconds=61)
    assert desk.account_by_password(name, PASSWORD) == people.technician
    with pytest.raises(Unauthenticated, match="AADSTS50126"):
        desk.account_by_password(name, "wrong")
    assert desk.account_by_password(name, PASSWORD) == people.technician


@pytest.mark.parametrize("name", ["nobody@fabrikam.example", "nobody@nowhere.example", "nobody", ""])
def test_a_name_that_nobody_has_is_locked_like_any_other(people: People, name: str) -> None:
    """The lock must not tell which accounts exist: the same ten, the same minute, the same words; nothing is logged."""
    desk = SignIn(people.office, CHEAP)

    def said(to: str) -> list[str]:
        told = []
        for n in range(THRESHOLD + 3):
            with pytest.raises(Unauthenticated) as refused:
                desk.account_by_password(to.upper() if n % 2 else f" {to}", f"wrong {n}")
            told.append(f"{refused.value.code}: {refused.value.message}")
        people.now.passes(seconds=61)
        with pytest.raises(Unauthenticated) as refused:
            desk.account_by_password(to, "wrong")
        return [*told, refused.value.code]

    with people.reading() as call:
        call.open_to_all("test")
        before = log.head_of(call.connection)
    nobodys = said(name)
    with people.reading() as call:
        call.open_to_all("test")
        assert log.head_of(call.connection) == before

    assert nobodys == said(people.guest.upn)
    known = []
    for n in range(THRESHOLD + 3):
        with pytest.raises(Unauthenticated) as refused:
            desk.account_by_password(people.technician.upn, f"wrong {n}")
        known.append(f"{refused.value.code}: {refused.value.message}")
    assert nobodys[:-1] == known


def test_invented_names_fill_no_disk() -> None:
    """However many names a stranger invents, the counts are at most a million rows."""
    from lightkeeper.directory import sign_in

    found = {sign_in._nobody(f"name-{n}") for n in range(2000)}

    assert len(found) > 1900
    assert all(len(one) == 36 for one in found)


def test_a_new_password_unlocks(people: People) -> None:
    """The operator who sets another password lets the person in at once."""
    desk = SignIn(people.office, CHEAP)
    for _ in range(THRESHOLD):
        with pytest.raises(Unauthenticated):
            desk.account_by_password(people.technician.upn, "wrong")
    with people.writing() as call:
        credentials.set_password(call, people.technician.id, "battery staple", CHEAP)

    assert desk.account_by_password(people.technician.upn, "battery staple") == people.technician


@given(failures=st.integers(0, 60))
def test_locks_grow_and_end(failures: int) -> None:
    """Each further failure locks for longer, never for ever."""
    attempts = Attempts()
    lasting = []
    for _ in range(failures):
        attempts = attempts.failed(START)
        lasting.append(attempts.locked_until - START if attempts.locked_until else timedelta(0))

    assert lasting == sorted(lasting)
    assert all(each <= LONGEST_LOCK_FOR for each in lasting)
    assert attempts.locked(START) == (failures >= THRESHOLD)
    if failures >= THRESHOLD:
        assert lasting[THRESHOLD - 1] == FIRST_LOCK_FOR


def test_overlong_secrets_are_never_hashed(people: People) -> None:
    """Inputs are bounded before they cost anything."""
    desk = SignIn(people.office, CHEAP)
    with pytest.raises(Unauthenticated, match="AADSTS50126"):
        desk.account_by_password(people.technician.upn, "x" * 1_000_000)
    with pytest.raises(Invalid), people.writing() as call:
        credentials.set_password(call, people.owner.id, "x" * 1025, CHEAP)


def test_code_challenges_follow_the_standard() -> None:
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_service_principal_abroad_uses_the_applications_secret(people: People) -> None:
    """A secret belongs to the application, which signs in to every tenant where it has a service principal."""
    desk = SignIn(people.office, CHEAP)
    abroad = naming.service_principal(people.contoso, "automation", app_id=people.automation.app_id)
    with people.writing() as call:
        service.put_service_principal(call, abroad)

    subject = desk.application_by_secret(people.contoso.id, people.automation.app_id, SECRET)

    assert (subject.tenant, subject.principal) == (people.contoso, abroad)
