"""What a program redeems for a person's tokens: authorization codes and refresh tokens (`device_codes` has the third kind).

Every grant belongs to one program and one account. Refresh tokens are rotated: each use gives a new one, and one that
comes back long after it was used has been copied, so the whole session ends. The same token may be used again within
`REUSE_ALLOWED_FOR`, because two processes of one client share a cache.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from lightkeeper.directory import clients, grant_store, passwords, refusals
from lightkeeper.directory.grant_store import CodeRow, RefreshRow
from lightkeeper.directory.model import Application, Tenant, User
from lightkeeper.directory.sign_in import WHY, subject_of, tenant_named
from lightkeeper.directory.tokens import Subject
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import PLATFORM, Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Problem

CODE_FOR = timedelta(minutes=10)
REFRESH_TOKEN_FOR = timedelta(days=90)
REUSE_ALLOWED_FOR = timedelta(seconds=60)
KEEP_EXPIRED_FOR = timedelta(days=1)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Request:
    """What a program asks a person for, on a sign-in page or a device."""

    tenant_segment: str
    client_id: str
    scope: str
    redirect_uri: str = ""
    code_challenge: str = ""
    nonce: str = ""


@dataclass(frozen=True, slots=True)
class Granted:
    """What a grant was redeemed for; tokens are made from it."""

    subject: Subject
    scope: str
    refresh_token: str
    nonce: str = ""


class Grants:
    """Gives grants out and takes them back. Like `SignIn` it opens calls itself: a refusal may have to be remembered."""

    def __init__(self, office: Office, portal: str = "") -> None:
        """Take where calls are opened and, when there are pages of our own, their address."""
        self.office = office
        self.portal = portal

    def check_request(self, request: Request, *, redirects: bool = True) -> Application:
        """Return the program that asks; raise what is wrong with its tenant, its id, or where the answer would go."""
        with self.office.reading(PLATFORM) as call:
            call.open_to_all(WHY)
            client = clients.get_client(call, request.client_id, tenant_named(call, request.tenant_segment))
        if redirects and not clients.may_redirect(client, request.redirect_uri, self.portal):
            raise refusals.wrong_redirect(request.redirect_uri, client.app_id)
        return client

    def begin(self, request: Request, account: User, amr: Sequence[str] = ("pwd",)) -> Granted:
        """Return the start of a session for an account that has just proved who it is."""
        with self.office.writing(PLATFORM) as call:
            call.open_to_all(WHY)
            tenant = tenant_named(call, request.tenant_segment)
            client = clients.get_client(call, request.client_id, tenant)
            subject = subject_of(call, account.id, tenant, client, amr)
            return Granted(
                subject, request.scope, new_refresh_token(call, subject, ids.new_guid(), request.scope), request.nonce
            )

    def give_code(self, request: Request, account: User, amr: Sequence[str] = ("pwd",)) -> tuple[str, Subject]:
        """Return an authorization code for the account, good once and for ten minutes, and whom it is about.

        `amr` says how the account has proven who it is.
        """
        code = passwords.random_token()
        with self.office.writing(PLATFORM) as call:
            call.open_to_all(WHY)
            sweep(call)
            tenant = tenant_named(call, request.tenant_segment)
            client = clients.get_client(call, request.client_id, tenant)
            subject = subject_of(call, account.id, tenant, client, amr)
            row = CodeRow(
                digest=passwords.digest(code),
                client_id=client.app_id,
                audience_tenant=audience_of(tenant),
                account_id=account.id,
                redirect_uri=request.redirect_uri,
                code_challenge=request.code_challenge,
                nonce=request.nonce,
                scope=request.scope,
                family_id=ids.new_guid(),
                expires_at=call.now + CODE_FOR,
                amr=" ".join(amr),
            )
            grant_store.add_code(call.connection, row)
        return code, subject

    def redeem_code(
        self, tenant_segment: str, client: Application, code: str, *, redirect_uri: str, verifier: str
    ) -> Granted:
        """Return what an authorization code was given for. A code that comes a second time ends the session it began."""
        with self.office.writing(PLATFORM) as call:
            call.open_to_all(WHY)
            outcome = self._redeem_code(call, tenant_segment, client, code, redirect_uri, verifier)
        return _unless_refused(outcome)

    def refresh(self, tenant_segment: str, client: Application, token: str, scope: str) -> Granted:
        """Return a new step of a session, in any tenant the account is in; elsewhere AADSTS50020, and nothing is used up."""
        with self.office.writing(PLATFORM) as call:
            call.open_to_all(WHY)
            outcome = self._refresh(call, tenant_segment, client, token, scope)
        return _unless_refused(outcome)

    def _redeem_code(
        self, call: Call, segment: str, client: Application, code: str, redirect_uri: str, verifier: str
    ) -> Granted | Problem:
        row = grant_store.code(call.connection, passwords.digest(code))
        if row is None or row.client_id != client.app_id:
            return refusals.malformed_grant()
        if row.expires_at <= call.now:
            return refusals.expired_grant()
        tenant = tenant_named(call, segment)
        if row.audience_tenant != audience_of(tenant):
            return refusals.code_for_other_tenant()
        if row.redirect_uri != redirect_uri:
            return refusals.wrong_redirect(redirect_uri, client.app_id)
        if row.code_challenge and not passwords.same(passwords.challenge_of(verifier), row.code_challenge):
            return refusals.wrong_verifier()
        if not grant_store.use_code(call.connection, row.digest):
            _end_session(call, row.family_id, row.account_id)
            return refusals.redeemed_code()
        subject = subject_of(call, row.account_id, tenant, client, row.amr.split())
        return Granted(subject, row.scope, new_refresh_token(call, subject, row.family_id, row.scope), row.nonce)

    def _refresh(self, call: Call, segment: str, client: Application, token: str, scope: str) -> Granted | Problem:
        digest = passwords.digest(token)
        call.hold(f"refresh-token:{digest}")
        row = grant_store.refresh_token(call.connection, digest)
        if row is None or row.client_id != client.app_id:
            return refusals.malformed_grant()
        if row.revoked_at is not None:
            return refusals.revoked_grant()
        if row.expires_at <= call.now:
            return refusals.expired_grant()
        if row.used_at is not None and call.now - row.used_at > REUSE_ALLOWED_FOR:
            _end_session(call, row.family_id, row.account_id)
            return refusals.revoked_grant()
        subject = subject_of(call, row.account_id, tenant_named(call, segment), client, row.amr.split())
        grant_store.use_refresh_token(call.connection, digest, call.now)
        asked = scope or row.scope  # RFC 6749, section 6: without a scope it is the one that was granted
        return Granted(subject, asked, new_refresh_token(call, subject, row.family_id, asked))


def new_refresh_token(call: Call, subject: Subject, family_id: str, scope: str) -> str:
    """Return a refresh token of the session `family_id`, given for `scope`."""
    token = passwords.random_token()
    expires_at = call.now + REFRESH_TOKEN_FOR
    row = RefreshRow(passwords.digest(token), family_id, subject.home.id, subject.client_id, expires_at)
    grant_store.add_refresh_token(call.connection, replace(row, amr=" ".join(subject.amr), scope=scope))
    return token


def sweep(call: Call) -> None:
    """Forget codes and tokens that expired more than a day ago; done whenever a new code is given."""
    grant_store.sweep(call.connection, call.now - KEEP_EXPIRED_FOR)


def _end_session(call: Call, family_id: str, account_id: str) -> None:
    grant_store.revoke_family(call.connection, family_id, call.now)
    body = {"id": account_id, "session": family_id}
    call.record(Event("SessionRevoked", "microsoft.directory/users/invalidateAllRefreshTokens", body=body))


def audience_of(tenant: Tenant | None) -> str:
    """Return how a grant notes at which endpoint it was asked for."""
    return tenant.id if tenant else "organizations"


def _unless_refused(outcome: _T | Problem) -> _T:
    if isinstance(outcome, Problem):
        raise outcome
    return outcome
