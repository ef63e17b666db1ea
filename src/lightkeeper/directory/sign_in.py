"""Proving who one is: a program by its secret or something signed (`assertions`), a person by a password.

A wrong password has to be remembered although the request is refused, and hashing must not keep the database waiting.
So a sign-in is not one use case in one call but three short steps, and `SignIn` opens the calls itself. It acts as the
platform: whoever signs in is nobody yet.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from lightkeeper.directory import clients, refusals, sign_in_store, store, tenant_store
from lightkeeper.directory.assertions import Assertions
from lightkeeper.directory.model import Application, Secret, Tenant, User
from lightkeeper.directory.passwords import LONGEST_SECRET, Hashing
from lightkeeper.directory.service import find_tenant
from lightkeeper.directory.tokens import SIGNED, Subject
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import PLATFORM, Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.office import Office

ANY_TENANT = ("organizations", "common")
WHY = "signing in is how a caller becomes known"


class SignIn:
    """The desk where programs and people show who they are. Its methods block; call them off the event loop."""

    def __init__(self, office: Office, hashing: Hashing | None = None, assertions: Assertions | None = None) -> None:
        self.office = office
        self.hashing = hashing or Hashing()
        self.assertions = assertions or Assertions(office)

    def application_by_secret(self, tenant_segment: str, client_id: str, secret: str) -> Subject:
        """Return the service principal in the tenant of a program that knows one of its secrets.

        Raises the refusals of Entra: unknown tenant or program, wrong or expired secret.
        """
        with self.office.reading(PLATFORM) as call:
            call.open_to_all(WHY)
            tenant = tenant_named(call, tenant_segment)
            if tenant is None:
                raise refusals.no_tenant_named()
            client = clients.get_client(call, client_id, tenant)  # whose registration was deleted signs in nowhere
            if client.public_client:
                raise refusals.public_client_with_secret()
            principal = clients.get_service_principal(call, client_id, tenant)
            known = sign_in_store.secrets_of(call.connection, principal.app_id)
            known += sign_in_store.secrets_of(call.connection, principal.id)  # good in this tenant only
            now = call.now
        self._check_secret(principal.app_id, secret, known, now)
        return Subject(tenant, principal, principal, principal.app_id, amr=())

    def application_by_assertion(self, tenant_segment: str, client_id: str, assertion: str, use: str) -> Subject:
        """Return the service principal in the tenant of a program that shows something signed; `use` is what for.

        Raises the refusals of Entra: unknown tenant or program, and those of `Assertions.check`.
        """
        with self.office.reading(PLATFORM) as call:
            call.open_to_all(WHY)
            tenant = tenant_named(call, tenant_segment)
            if tenant is None:
                raise refusals.no_tenant_named()
            client = clients.get_client(call, client_id, tenant)
            if client.public_client:
                raise refusals.public_client_with_secret()
            principal = clients.get_service_principal(call, client_id, tenant)
        self.assertions.check(client, assertion, tenant_segment, tenant, use)
        return Subject(tenant, principal, principal, principal.app_id, amr=(), proof=SIGNED)

    def prove_client(
        self, tenant_segment: str, client_id: str, secret: str | None, assertion: str | None = None
    ) -> Application:
        """Return the program that asks for a person's token: a public one without, a confidential one with its proof."""
        with self.office.reading(PLATFORM) as call:
            call.open_to_all(WHY)
            tenant = tenant_named(call, tenant_segment)
            application = clients.get_client(call, client_id, tenant)
            known = sign_in_store.secrets_of(call.connection, application.app_id)
            now = call.now
        if application.public_client:
            if secret or assertion:
                raise refusals.public_client_with_secret()
            return application
        if assertion:
            self.assertions.check(application, assertion, tenant_segment, tenant, "")
            return application
        if not secret:
            raise refusals.secret_missing()
        self._check_secret(application.app_id, secret, known, now)
        return application

    def account_by_password(self, name: str, password: str) -> User:
        """Return the account whose sign-in name and password these are; the domain of the name says in which tenant.

        Raises AADSTS50126 for a wrong name or password, after the same time for both; AADSTS50053 after ten of them in a
        row, for a name that nobody has as for any other; AADSTS50057 for a disabled account (only to one who knows the
        password).
        """
        with self.office.reading(PLATFORM) as call:
            call.open_to_all(WHY)
            account = _account(call, name)
            tried = account.id if account else _nobody(name)
            known = sign_in_store.secrets_of(call.connection, account.id) if account else []
            if sign_in_store.attempts_of(call.connection, tried).locked(call.now):
                raise refusals.locked()
        hashes = [secret.hash for secret in known]
        right = len(password) <= LONGEST_SECRET and self.hashing.matches_any(password, hashes) is not None
        if self._note(tried, account, right):
            raise refusals.locked()
        if account is None or not right:
            raise refusals.wrong_password()
        if not account.enabled:
            raise refusals.disabled_account()
        return account

    def _check_secret(self, app_id: str, secret: str, known: Sequence[Secret], now: datetime) -> None:
        fits = None
        if len(secret) <= LONGEST_SECRET:
            fits = self.hashing.matches_any(secret, [each.hash for each in known])
        if fits is None:
            raise refusals.wrong_secret(app_id)
        if not known[fits].is_valid_at(now):
            raise refusals.expired_secret(app_id)

    def _note(self, tried: str, account: User | None, right: bool) -> bool:
        """Count a wrong password, forget the count after a right one; return whether others locked the account meanwhile."""
        if right:
            with self.office.reading(PLATFORM) as call:
                call.open_to_all(WHY)
                if not sign_in_store.attempts_of(call.connection, tried).failures:
                    return False
        with self.office.writing(PLATFORM) as call:
            call.open_to_all(WHY)
            call.hold(f"sign-in:{tried}")
            before = sign_in_store.attempts_of(call.connection, tried)
            if before.locked(call.now):
                return True
            if right:
                sign_in_store.forget_attempts(call.connection, tried)
                return False
            after = before.failed(call.now)
            sign_in_store.save_attempts(call.connection, tried, after)
            if after.locked_until is not None and account is not None:
                body = {"id": account.id, "failures": after.failures, "until": after.locked_until}
                call.record(Event("AccountLocked", "microsoft.directory/users/lock", account.tenant_id, body=body))
        return False


def tenant_named(call: Call, segment: str) -> Tenant | None:
    """Return the tenant of an endpoint's first segment; None for `organizations` and `common`.

    Raises AADSTS90002 for anything that is neither the id nor the verified domain of a tenant.
    """
    if segment.lower() in ANY_TENANT:
        return None
    tenant = find_tenant(call, segment)
    if tenant is None:
        raise refusals.unknown_tenant(segment)
    return tenant


def subject_of(
    call: Call, account_id: str, tenant: Tenant | None, client: Application, amr: Sequence[str] = ("pwd",)
) -> Subject:
    """Return an account as it is present in a tenant: at home when `tenant` is None, else as member or guest.

    `amr` says how it has proven who it is.

    Raises AADSTS50020 when it is not there, AADSTS50057 when it is disabled at home or there.
    """
    account = store.principal_by_id(call.connection, account_id)
    if not isinstance(account, User):
        raise refusals.revoked_grant()
    if not account.enabled:
        raise refusals.disabled_account()
    if tenant is None or tenant.id == account.tenant_id:
        home = tenant or tenant_store.tenant_by_id(call.connection, account.tenant_id)
        assert home is not None
        return Subject(home, account, account, client.app_id, tuple(amr))
    presence = store.guest_of(call.connection, tenant.id, account.id)
    if presence is None:
        raise refusals.not_in_tenant(account.tenant_id, tenant.display_name, client.app_id, client.display_name)
    if not presence.enabled:
        raise refusals.disabled_account()
    return Subject(tenant, presence, account, client.app_id, tuple(amr))


def _nobody(name: str) -> str:
    """Return under which id wrong passwords for a name that nobody has are counted.

    Names share a million of them, so that a stranger who invents names fills no disk; whoever shares one with somebody
    else is locked out a little earlier, of nothing.
    """
    digest = hashlib.sha256(name.strip().lower().encode()).digest()
    return ids.named("nobody", str(int.from_bytes(digest[:3], "big") >> 4))


def _account(call: Call, name: str) -> User | None:
    """Return the member that signs in under `name`; guests sign in under the name of their home account."""
    domain = name.rpartition("@")[2]
    tenant = find_tenant(call, domain)
    account = store.user_by_upn(call.connection, tenant.id, name) if tenant else None
    return account if account is not None and not account.is_guest else None
