"""Who is signed in in which browser, so that a person is not asked again by the next program.

A browser holds a random cookie; we keep its digest. The cookie changes as it is used, and one that comes back long
after it was changed has been copied, so everybody in that browser is signed out. A session ends with the password's
change, with the account, on signing out, a day after it was last used and a week after the password was shown.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lightkeeper.directory import browser_store, passwords, store
from lightkeeper.directory.browser_store import SessionRow, SignInRow
from lightkeeper.directory.model import User
from lightkeeper.directory.second_factors import needs_code
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import PLATFORM, Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.office import Office

KEPT_UNUSED_FOR = timedelta(days=1)
SIGNED_IN_FOR = timedelta(days=7)
ROTATED_AFTER = timedelta(minutes=5)
OLD_COOKIE_FOR = timedelta(seconds=60)  # pages that were loading meanwhile still send it
CODE_WITHIN = timedelta(minutes=10)  # between the password and the second factor
LONGEST_COOKIE = 100
WHY = "a browser asks who signed in in it"

PASSWORD, WITH_CODE = ("pwd",), ("pwd", "mfa")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account in a browser. `complete` says that nothing more has to be shown; `amr` is how it was proven."""

    account: User
    at: datetime
    amr: tuple[str, ...] = PASSWORD
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """What a browser's cookie says: who is signed in, the latest first; `cookie` replaces the browser's when not empty."""

    accounts: tuple[SignedIn, ...] = ()
    cookie: str = ""

    def of(self, account_id: str) -> SignedIn | None:
        """Return the account if it is signed in here."""
        return next((one for one in self.accounts if one.account.id == account_id), None)


class Browsers:
    """Keeps the sessions of browsers; opens calls itself."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def look(self, cookie: str) -> Seen:
        """Return who is signed in in the browser that holds this cookie, and the cookie to give it instead, if any."""
        if not 20 <= len(cookie) <= LONGEST_COOKIE:
            return Seen()
        digest = passwords.digest(cookie)
        with self.office.reading(PLATFORM) as call:
            call.open_to_all(WHY)
            session = _living(call, digest)
            accounts = _accounts(call, session) if session else ()
            now = call.now
        if session is None:
            return Seen()
        if session.digest != digest:
            if now - session.rotated_at > OLD_COOKIE_FOR:
                self._end(session)
                return Seen()
            return Seen(accounts)
        if now - session.rotated_at > ROTATED_AFTER:
            return Seen(accounts, self._rotated(digest))
        return Seen(accounts)

    def sign_in(self, cookie: str, account: User, *, with_code: bool = False) -> str:
        """Note that the account has shown its password, or its second factor as well; return the browser's new cookie."""
        fresh = passwords.random_token()
        with self.office.writing(PLATFORM) as call:
            call.open_to_all(WHY)
            browser_store.sweep_sessions(call.connection, call.now)
            digest = passwords.digest(cookie) if cookie else ""
            if digest:
                call.hold(f"browser:{digest}")
            session = _living(call, digest) if digest else None
            until = call.now + KEPT_UNUSED_FOR
            if (
                session is None or digest != session.digest
            ):  # an old cookie begins anew: only its holder knows the new one
                session = SessionRow(ids.new_guid(), passwords.digest(fresh), "", call.now, until)
                browser_store.add_session(call.connection, session)
            else:  # whoever knew the cookie before the sign-in does not know it afterwards
                browser_store.rotate_session(call.connection, session, passwords.digest(fresh), call.now, until)
            shown = call.now if with_code else None
            browser_store.put_sign_in(call.connection, session.id, SignInRow(account.id, call.now, shown))
        return fresh

    def sign_out(self, cookie: str, account_id: str = "") -> None:
        """Sign one account out in a browser, or everybody."""
        with self.office.writing(PLATFORM) as call:
            call.open_to_all(WHY)
            session = _living(call, passwords.digest(cookie)) if cookie else None
            if session is None:
                return
            if account_id:
                browser_store.remove_sign_ins(call.connection, session.id, [account_id])
            if not account_id or not browser_store.sign_ins_of(call.connection, session.id):
                browser_store.end_session(call.connection, session.id)

    def _rotated(self, digest: str) -> str:
        fresh = passwords.random_token()
        with self.office.writing(PLATFORM) as call:
            call.open_to_all(WHY)
            call.hold(f"browser:{digest}")
            session = _living(call, digest)
            if session is None or session.digest != digest:
                return ""  # another page of the same browser was first
            until = call.now + KEPT_UNUSED_FOR
            browser_store.rotate_session(call.connection, session, passwords.digest(fresh), call.now, until)
        return fresh

    def _end(self, session: SessionRow) -> None:
        with self.office.writing(PLATFORM) as call:
            call.open_to_all(WHY)
            for one in browser_store.sign_ins_of(call.connection, session.id):
                body = {"id": one.account_id, "session": session.id}
                call.record(Event("SessionRevoked", "microsoft.directory/users/invalidateAllRefreshTokens", body=body))
            browser_store.end_session(call.connection, session.id)


def _living(call: Call, digest: str) -> SessionRow | None:
    session = browser_store.session_of(call.connection, digest)
    return session if session is not None and session.expires_at > call.now else None


def _accounts(call: Call, session: SessionRow) -> tuple[SignedIn, ...]:
    found = []
    for one in browser_store.sign_ins_of(call.connection, session.id):
        account = store.principal_by_id(call.connection, one.account_id)
        if not isinstance(account, User) or not account.enabled or call.now - one.signed_in_at > SIGNED_IN_FOR:
            continue
        complete = one.second_factor_at is not None or not needs_code(call, account.id)
        amr = WITH_CODE if one.second_factor_at is not None else PASSWORD
        found.append(SignedIn(account, one.signed_in_at, amr, complete))
    return tuple(found)
