"""Giving principals something to sign in with: passwords for users, any number of expiring secrets for applications."""

from datetime import datetime

from lightkeeper.directory import application_store, browser_store, grant_store, service, sign_in_store
from lightkeeper.directory.authority import administer
from lightkeeper.directory.model import Principal, Secret, TenantId, User
from lightkeeper.directory.passwords import LONGEST_SECRET, Hashing
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Invalid, NotFound

PASSWORD = "password"  # noqa: S105 (the name of the one secret a user has)


def set_password(call: Call, user_id: str, password: str, hashing: Hashing) -> None:
    """Make `password` the one a member signs in with; setting the same again changes nothing.

    Another password also unlocks the account and ends its sessions. Raises `Invalid` for a guest, who signs in at home.
    """
    administer(call)
    user = service.get_principal(call, user_id)
    keep_password(call, user, password, hashing)


def keep_password(call: Call, user: Principal, password: str, hashing: Hashing) -> None:
    """Do what `set_password` says, for a verb that has asked whether its caller may."""
    if not isinstance(user, User) or user.is_guest:
        raise Invalid("Request_BadRequest", f"'{user.display_name}' has no password here.", target="password")
    if _put(call, user.id, user.tenant_id, PASSWORD, password, None, hashing):
        sign_in_store.forget_attempts(call.connection, user.id)
        grant_store.revoke_tokens_of(call.connection, user.id, call.now)
        browser_store.sign_out_everywhere(call.connection, user.id)


def put_secret(
    call: Call, app_id: str, name: str, secret: str, hashing: Hashing, *, expires_at: datetime | None = None
) -> None:
    """Give an application a secret under a name; the same secret again changes nothing, another one replaces it."""
    administer(call)
    application = application_store.application(call.connection, app_id)
    if application is None:
        raise NotFound("Request_ResourceNotFound", f"The application '{app_id}' does not exist.")
    _put(call, application.app_id, application.tenant_id, name, secret, expires_at, hashing)


def remove_secret(call: Call, app_id: str, name: str) -> None:
    """Take a secret away from an application; nothing happens when it has none of that name."""
    administer(call)
    application = application_store.application(call.connection, app_id)
    if application is None:
        return
    gone = [each.id for each in sign_in_store.secrets_of(call.connection, application.app_id) if each.name == name]
    if gone:
        sign_in_store.forget_secrets(call.connection, application.app_id, ids=gone)
        call.record(_event("SecretRemoved", application.tenant_id, application.app_id, name))


def _put(
    call: Call,
    owner_id: str,
    tenant_id: TenantId,
    name: str,
    secret: str,
    expires_at: datetime | None,
    hashing: Hashing,
) -> bool:
    """Return whether anything changed."""
    if not secret or len(secret) > LONGEST_SECRET:
        raise Invalid("Request_BadRequest", f"A secret has 1 to {LONGEST_SECRET} characters.", target=name)
    call.hold(f"secrets:{owner_id}")
    present = [each for each in sign_in_store.secrets_of(call.connection, owner_id) if each.name == name]
    if (
        len(present) == 1
        and present[0].expires_at == expires_at
        and hashing.matches_any(secret, [present[0].hash]) == 0
    ):
        return False
    sign_in_store.forget_secrets(call.connection, owner_id, ids=[each.id for each in present])
    kept = Secret(ids.new_guid(), owner_id, name, hashing.hash(secret), call.now, expires_at)
    sign_in_store.add_secret(call.connection, kept)
    call.record(_event("SecretWritten", tenant_id, owner_id, name))
    return True


def _event(kind: str, tenant_id: TenantId, owner_id: str, name: str) -> Event:
    operation = "microsoft.directory/users/password/update"
    if name != PASSWORD:
        operation = "microsoft.directory/applications/credentials/update"
    return Event(kind, operation, tenant_id, body={"owner_id": owner_id, "name": name})
