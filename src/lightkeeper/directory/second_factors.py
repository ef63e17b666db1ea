"""A second factor for those who want one: enrolled by the person, proven once, asked for at every sign-in from then on.

A code works once. Wrong ones are counted apart from wrong passwords: a right password must not give ten new guesses.
"""

import secrets
from dataclasses import replace

from lightkeeper.directory import browser_store, one_time_codes, refusals, service, sign_in_store, store
from lightkeeper.directory.authority import administer
from lightkeeper.directory.browser_store import SecondFactor
from lightkeeper.directory.model import User
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import PLATFORM, Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.office import Office

WHY = "a person's own second factor, for one who has just shown the password"
_UPDATE = "microsoft.directory/users/authenticationMethods/update"


class SecondFactors:
    """Enrols devices and checks their codes. Opens calls itself: a wrong code has to be remembered though it is refused."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def begin(self, account: User) -> SecondFactor:
        """Return a fresh secret for the account's device; it counts when a code of it was shown (`confirm`).

        Raises AADSTS500119 when the account has a second factor already: it is removed first, with a code of it.
        """
        with self.office.writing(PLATFORM) as call:
            call.open_to_all(WHY)
            call.hold(f"second-factor:{account.id}")
            present = browser_store.second_factor_of(call.connection, account.id)
            if present is not None and present.confirmed_at is not None:
                raise refusals.second_factor_present()
            fresh = SecondFactor(account.id, one_time_codes.secret_of(secrets.token_bytes(20)), call.now)
            browser_store.save_second_factor(call.connection, fresh)
            return fresh

    def pending(self, account: User) -> SecondFactor | None:
        """Return what `begin` gave, while nobody confirmed it."""
        found = self._of(account)
        return found if found is not None and found.confirmed_at is None else None

    def is_enrolled(self, account: User) -> bool:
        """Return whether the account is asked for a code at sign-in."""
        found = self._of(account)
        return found is not None and found.confirmed_at is not None

    def confirm(self, account: User, code: str) -> None:
        """Ask for codes from now on: the device has shown one. Raises AADSTS500121 for a wrong one."""
        self.check(account, code, confirmed=False)
        with self.office.writing(PLATFORM) as call:
            call.open_to_all(WHY)
            found = browser_store.second_factor_of(call.connection, account.id)
            if found is None or found.confirmed_at is not None:
                return
            browser_store.save_second_factor(call.connection, replace(found, confirmed_at=call.now))
            call.record(Event("SecondFactorEnrolled", _UPDATE, account.tenant_id, body={"id": account.id}))

    def remove(self, account: User, code: str) -> None:
        """Ask for codes no more; takes a code. Raises AADSTS500121 for a wrong one."""
        self.check(account, code)
        with self.office.writing(PLATFORM) as call:
            call.open_to_all(WHY)
            _remove(call, account)

    def check(self, account: User, code: str, *, confirmed: bool = True) -> None:
        """Return quietly when the account's device shows this code now, and it was not used before.

        Raises AADSTS500121 for a wrong or used code, AADSTS50053 after ten of them in a row.
        """
        counted = ids.named("second-factor", account.id)
        with self.office.writing(PLATFORM) as call:
            call.open_to_all(WHY)
            call.hold(f"sign-in:{counted}")
            attempts = sign_in_store.attempts_of(call.connection, counted)
            locked = attempts.locked(call.now)
            found = browser_store.second_factor_of(call.connection, account.id)
            right = False
            if not locked and found is not None and (found.confirmed_at is not None) == confirmed:
                step = one_time_codes.step_fitting(found.secret, code, self.office.clock.wall())
                right = step is not None and browser_store.use_code(call.connection, account.id, step)
            if right:
                sign_in_store.forget_attempts(call.connection, counted)
            elif not locked:
                sign_in_store.save_attempts(call.connection, counted, attempts.failed(call.now))
        if locked:
            raise refusals.locked()
        if not right:
            raise refusals.wrong_code()

    def _of(self, account: User) -> SecondFactor | None:
        with self.office.reading(PLATFORM) as call:
            call.open_to_all(WHY)
            return browser_store.second_factor_of(call.connection, account.id)


def remove_second_factor(call: Call, user_id: str) -> None:
    """Take a person's second factor away, who has lost the device; for the operator. Ends the person's sessions."""
    administer(call)
    user = service.get_principal(call, user_id)
    if isinstance(user, User):
        _remove(call, user)
        sign_in_store.forget_attempts(call.connection, ids.named("second-factor", user.id))
        browser_store.sign_out_everywhere(call.connection, user.id)


def needs_code(call: Call, account_id: str) -> bool:
    """Return whether an account is asked for a code at sign-in."""
    found = browser_store.second_factor_of(call.connection, account_id)
    return found is not None and found.confirmed_at is not None


def _remove(call: Call, account: User) -> None:
    if browser_store.second_factor_of(call.connection, account.id) is None:
        return
    assert store.principal_by_id(call.connection, account.id) is not None
    browser_store.remove_second_factor(call.connection, account.id)
    call.record(Event("SecondFactorRemoved", _UPDATE, account.tenant_id, body={"id": account.id}))
