"""Inviting the accounts of other tenants as guests."""

from dataclasses import replace

from lightkeeper.directory import naming, rules, service, store, writing
from lightkeeper.directory.authority import insist
from lightkeeper.directory.entitlement_rules import Deed
from lightkeeper.directory.model import ObjectId, TenantId, User, UserType
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid, refuse_if


def invite(
    call: Call, tenant_id: TenantId, address: str, *, display_name: str = "", user_type: UserType = UserType.GUEST
) -> User:
    """Let the account with this sign-in name be a guest of the tenant, and return the guest; the same again finds it.

    Raises `Invalid` for an account of the tenant itself, and for an address nobody here signs in with: there is no mail
    by which a stranger could take an invitation up.
    """
    insist(call, tenant_id, Deed.INVITE)
    if user_type is not UserType.GUEST:
        insist(call, tenant_id, Deed.CREATE_USER)
    tenant = service.get_tenant(call, tenant_id)
    home = service.find_tenant(call, address.rpartition("@")[2])
    account = store.user_by_upn(call.connection, home.id, address) if home is not None else None
    if account is None or account.is_guest:
        raise Invalid(
            "BadRequest", f"Nobody signs in here as '{address[:128]}', so nobody could take the invitation up."
        )
    if account.tenant_id == tenant_id:
        raise Invalid(
            "BadRequest",
            f"The invited user already exists in the directory as object ID: {account.id}. They can use that account to "
            "sign in to shared apps and resources.",
        )
    call.hold(f"principals:{tenant_id}")
    present = store.guest_of(call.connection, tenant_id, account.id)
    if present is not None:
        return present
    guest = naming.guest(tenant, account.upn, account, id=ids.new_guid(), display_name=display_name)
    guest = replace(guest, user_type=user_type, created_at=call.now)
    taken = store.user_by_upn(call.connection, tenant_id, guest.upn)
    if taken is not None:
        guest = replace(guest, upn=guest.upn.replace("#EXT#", f"_{ObjectId(guest.id)[:8]}#EXT#"))
    refuse_if(rules.check_principal(guest))
    return writing.write(call, guest)
