"""Codes of a person's device, and what guessing them costs."""

from datetime import UTC, datetime

import pytest

from lightkeeper.directory import one_time_codes, second_factors
from lightkeeper.directory.lockout import THRESHOLD
from lightkeeper.directory.second_factors import SecondFactors
from lightkeeper.directory.sign_in import SignIn
from lightkeeper.kernel import log
from lightkeeper.kernel.problems import Forbidden, Problem
from tests.directory.people import CHEAP, PASSWORD, People, as_caller

RFC_SECRET = one_time_codes.secret_of(b"12345678901234567890")


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B (the last six of its eight digits)."""
    at = datetime.fromtimestamp(seconds, tz=UTC)

    assert one_time_codes.code_of(RFC_SECRET, one_time_codes.step_of(at)) == code[-6:]


def code_now(people: People, secret: str, steps: int = 0) -> str:
    return one_time_codes.code_of(secret, one_time_codes.step_of(people.office.clock.wall()) + steps)


def enrolled(people: People) -> tuple[SecondFactors, str]:
    factors = SecondFactors(people.office)
    secret = factors.begin(people.technician).secret
    factors.confirm(people.technician, code_now(people, secret))
    people.now.passes(seconds=60)
    return factors, secret


def refused(ask: object, *arguments: object) -> str:
    with pytest.raises(Problem) as problem:
        ask(*arguments)  # type: ignore[operator]
    return problem.value.code


def test_a_device_counts_once_it_has_shown_a_code(people: People) -> None:
    """Whoever mistypes the key is not locked out by it."""
    factors = SecondFactors(people.office)
    secret = factors.begin(people.technician).secret
    assert not factors.is_enrolled(people.technician)
    assert refused(factors.confirm, people.technician, "000000") == "AADSTS500121"

    factors.confirm(people.technician, code_now(people, secret))

    assert factors.is_enrolled(people.technician)
    assert refused(factors.begin, people.technician) == "AADSTS500119"


def test_a_code_is_good_once_and_for_about_a_minute(people: People) -> None:
    """RFC 6238, 5.2: a code that was accepted is not accepted again, and a device may be a little off."""
    factors, secret = enrolled(people)
    code = code_now(people, secret)
    factors.check(people.technician, f"{code[:3]} {code[3:]}")

    assert refused(factors.check, people.technician, code) == "AADSTS500121"
    assert refused(factors.check, people.technician, code_now(people, secret, -1)) == "AADSTS500121"
    assert refused(factors.check, people.technician, code_now(people, secret, 2)) == "AADSTS500121"
    factors.check(people.technician, code_now(people, secret, 1))


def test_guessing_codes_is_not_helped_by_knowing_the_password(people: People) -> None:
    """A right password begins the count of passwords anew, not that of codes."""
    factors, secret = enrolled(people)
    desk = SignIn(people.office, CHEAP)
    for _ in range(THRESHOLD):
        desk.account_by_password(people.technician.upn, PASSWORD)
        assert refused(factors.check, people.technician, "000000") == "AADSTS500121"

    assert refused(factors.check, people.technician, code_now(people, secret)) == "AADSTS50053"
    people.now.passes(seconds=61)
    factors.check(people.technician, code_now(people, secret))


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\x00" * 6, "9" * 5000])
def test_what_is_no_code_is_wrong(people: People, code: str) -> None:
    """Whatever is typed."""
    factors, _ = enrolled(people)

    assert refused(factors.check, people.technician, code) == "AADSTS500121"


def test_removing_takes_a_code_or_the_operator(people: People) -> None:
    """A lost device is the operator's case."""
    factors, secret = enrolled(people)
    assert refused(factors.remove, people.technician, "000000") == "AADSTS500121"
    with pytest.raises(Forbidden), people.writing(as_caller(people.owner)) as call:
        second_factors.remove_second_factor(call, people.technician.id)
    factors.remove(people.technician, code_now(people, secret))
    assert not factors.is_enrolled(people.technician)

    enrolled(people)
    with people.writing() as call:
        second_factors.remove_second_factor(call, people.technician.id)
    assert not factors.is_enrolled(people.technician)


def test_the_log_knows_that_and_not_what(people: People) -> None:
    """No secret is logged."""
    _, secret = enrolled(people)
    with people.reading() as call:
        call.open_to_all("test")
        written = repr(log.after(call.connection, 0))

    assert "SecondFactorEnrolled" in written
    assert secret not in written


def test_the_secret_travels_to_the_device_as_an_address() -> None:
    """The form that authenticator programs understand."""
    address = one_time_codes.address_of("ABC", "tess technician@fabrikam.example")

    assert address == (
        "otpauth://totp/Lightkeeper%3Atess%20technician%40fabrikam.example?secret=ABC&issuer=Lightkeeper"
    )
