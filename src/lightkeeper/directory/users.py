"""What people of a tenant do with its users."""

from lightkeeper.directory import entitlement_rules, reading, rules, service, store, user_rules, writing
from lightkeeper.directory.authority import insist
from lightkeeper.directory.changes import Changes
from lightkeeper.directory.credentials import keep_password
from lightkeeper.directory.entitlement_rules import Deed
from lightkeeper.directory.model import ObjectId, TenantId, User
from lightkeeper.directory.passwords import Hashing
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import refuse_if


def create_user(call: Call, tenant_id: TenantId, wanted: Changes, password: str | None, hashing: Hashing) -> User:
    """Make a member with a password. Raises `Invalid` with every fault, also for a sign-in name that is taken."""
    insist(call, tenant_id, Deed.CREATE_USER)
    refuse_if(user_rules.check_new_user(wanted.fields, password))
    assert password is not None
    user = wanted.applied_to(User(ObjectId(ids.new_guid()), tenant_id, created_at=call.now))
    refuse_if(user_rules.check_password(password))
    _settle(call, user)
    keep_password(call, user, password, hashing)
    return user


def change_user(
    call: Call, tenant_id: TenantId, id_or_upn: str, wanted: Changes, password: str | None, hashing: Hashing
) -> User:
    """Change a user, or set another password. Raises `Invalid` with every fault, `NotFound` when there is none.

    What would lock out or take over somebody who holds a role of the directory, only a Global Administrator may.
    """
    if wanted or password is None:
        insist(call, tenant_id, Deed.CHANGE_USER)
    if password is not None:
        insist(call, tenant_id, Deed.SET_PASSWORD)
    call.hold(f"principals:{tenant_id}")
    known = reading.get_user(call, tenant_id, id_or_upn)
    if password is not None or user_rules.SENSITIVE & wanted.fields.keys():
        _spare_administrators(call, known)
    user = wanted.applied_to(known)
    _settle(call, user)
    if password is not None:
        refuse_if(user_rules.check_password(password))
        keep_password(call, user, password, hashing)
    return user


def change_own_password(call: Call, tenant_id: TenantId, password: str, hashing: Hashing) -> None:
    """Change the caller's own password, for one who has just shown the present one.

    Raises `Invalid` for a password that is too plain, and for a guest, who has none here.
    """
    call.open_to_all("everybody may change their own password")
    user = reading.get_user(call, tenant_id, call.caller.object_id)
    refuse_if(user_rules.check_password(password))
    keep_password(call, user, password, hashing)


def delete_user(call: Call, tenant_id: TenantId, id_or_upn: str) -> None:
    """Delete a user, who can be brought back for a while. Raises `NotFound` when there is none.

    Roles on Azure's scopes stay behind without anybody who holds them, as they do in Azure.
    """
    insist(call, tenant_id, Deed.DELETE_USER)
    call.hold(f"principals:{tenant_id}")
    found = reading.get_user(call, tenant_id, id_or_upn)
    _spare_administrators(call, found)
    writing.remove(call, found, for_good=False)


def _spare_administrators(call: Call, user: User) -> None:
    if entitlement_rules.is_administrator(user):
        insist(call, user.tenant_id, Deed.CHANGE_ADMINISTRATOR)


def _settle(call: Call, user: User) -> None:
    tenant = service.get_tenant(call, user.tenant_id)
    refuse_if([*rules.check_principal(user), *user_rules.check_user(user, tenant.domain)])
    call.hold(f"principals:{user.tenant_id}")
    taken = store.user_by_upn(call.connection, user.tenant_id, user.upn)
    if taken is not None and taken.id != user.id:
        refuse_if([user_rules.taken("userPrincipalName")])
    writing.write(call, user)
