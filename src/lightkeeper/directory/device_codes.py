"""Signing in for a program that cannot show a page: it shows a short code, and polls until a person answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from lightkeeper.directory import clients, grant_store, passwords, refusals
from lightkeeper.directory.grant_store import DeviceRow
from lightkeeper.directory.grants import Granted, Request, audience_of, new_refresh_token, sweep
from lightkeeper.directory.model import Application, User
from lightkeeper.directory.sign_in import WHY, subject_of, tenant_named
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import PLATFORM, Call
from lightkeeper.kernel.office import Office

DEVICE_CODE_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a device shows (`user_code`) and what it polls with (`code`)."""

    code: str
    user_code: str
    expires_for: timedelta = DEVICE_CODE_FOR


class DeviceCodes:
    """Gives device codes out, lets people answer them, and takes them back; opens calls itself, like `Grants`."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def give(self, request: Request) -> DeviceCode:
        """Return a device code and the short code a person types for it."""
        given = DeviceCode(passwords.random_token(), passwords.user_code())
        with self.office.writing(PLATFORM) as call:
            call.open_to_all(WHY)
            sweep(call)
            tenant = tenant_named(call, request.tenant_segment)
            client = clients.get_client(call, request.client_id, tenant)
            row = DeviceRow(
                digest=passwords.digest(given.code),
                user_code=given.user_code,
                client_id=client.app_id,
                audience_tenant=audience_of(tenant),
                scope=request.scope,
                expires_at=call.now + given.expires_for,
            )
            grant_store.add_device_code(call.connection, row)
        return given

    def client_of(self, user_code: str) -> Application:
        """Return the program that waits behind a short code; raise when nobody waits there any more."""
        with self.office.reading(PLATFORM) as call:
            call.open_to_all(WHY)
            return clients.get_client(call, _waiting(call, user_code).client_id, None)

    def request_of(self, user_code: str) -> Request:
        """Return what the program behind a short code asked for; raise when nobody waits there any more."""
        with self.office.reading(PLATFORM) as call:
            call.open_to_all(WHY)
            row = _waiting(call, user_code)
        return Request(row.audience_tenant, row.client_id, row.scope)

    def answer(self, user_code: str, account: User | None, amr: Sequence[str] = ("pwd",)) -> None:
        """Let the program behind a short code act for `account`, or decline with None.

        `amr` says how the account has proven who it is.
        """
        with self.office.writing(PLATFORM) as call:
            call.open_to_all(WHY)
            row = _waiting(call, user_code)
            state = "declined"
            if account is not None:
                tenant = tenant_named(call, row.audience_tenant)
                subject_of(call, account.id, tenant, clients.get_client(call, row.client_id, tenant))
                state = "approved"
            account_id = account.id if account else None
            if not grant_store.move_device_code(
                call.connection, row.digest, was="pending", state=state, account_id=account_id, amr=" ".join(amr)
            ):
                raise refusals.device_unknown()

    def redeem(self, tenant_segment: str, client: Application, code: str) -> Granted:
        """Return what the person approved; AADSTS70016 while there is no answer."""
        digest = passwords.digest(code)
        with self.office.reading(PLATFORM) as call:  # nearly every poll ends here, and must not queue behind writers
            call.open_to_all(WHY)
            row = grant_store.device_code(call.connection, digest)
            tenant = tenant_named(call, tenant_segment)
            if row is None or row.client_id != client.app_id or row.audience_tenant != audience_of(tenant):
                raise refusals.device_unknown()
            if row.expires_at <= call.now:
                raise refusals.device_expired()
            if row.state == "pending":
                raise refusals.device_pending()
            if row.state == "declined":
                raise refusals.device_declined()
        with self.office.writing(PLATFORM) as call:
            call.open_to_all(WHY)
            if not grant_store.move_device_code(
                call.connection, digest, was="approved", state="redeemed", account_id=row.account_id, amr=row.amr
            ):
                raise refusals.device_unknown()
            subject = subject_of(call, row.account_id or "", tenant, client, row.amr.split())
            return Granted(subject, row.scope, new_refresh_token(call, subject, ids.new_guid(), row.scope))


def _waiting(call: Call, user_code: str) -> DeviceRow:
    row = grant_store.device_code_by_user_code(call.connection, user_code.strip().upper().replace("-", ""))
    if row is None or row.state != "pending" or row.expires_at <= call.now:
        raise refusals.device_unknown()
    return row
