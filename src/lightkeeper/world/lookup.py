"""From what an operator types to what it means: principals and scopes by any of their names."""

from lightkeeper.access.model import Subject
from lightkeeper.directory import service as directory
from lightkeeper.directory.model import Principal, PrincipalType, Tenant, User
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Conflict, Forbidden, NotFound
from lightkeeper.resources import service as resources
from lightkeeper.world import names, store


def _insist_on_operator(call: Call) -> None:
    call.open_to_all("only the operator may look names up, checked right here")
    if not call.caller.unrestricted:
        raise Forbidden("AuthorizationFailed", "Only the operator may look up names.")


def tenant_named(call: Call, text: str) -> Tenant:
    """Return the tenant with this name, domain or id. Raises `NotFound`."""
    _insist_on_operator(call)
    found = directory.find_tenant(call, text)
    if found is None:
        known = store.named(call.connection, store.TENANT, text)
        found = directory.find_tenant(call, known) if known else None
    if found is None:
        raise NotFound("TenantNotFound", f"There is no tenant '{text}'. Name it by name, domain or id.")
    return found


def principal_named(call: Call, text: str, tenant: str = "") -> Principal:
    """Return the principal `text` stands for: an object id, tenant/name, sign-in name or application id.

    `tenant` (name, domain or id) says in which directory, for applications and guests present in several. Raises
    `NotFound`, and `Conflict` when the text stands for more than one.
    """
    _insist_on_operator(call)
    wanted = tenant_named(call, tenant) if tenant else None
    found = _candidates(call, text, wanted)
    if wanted is not None:
        found = [one for one in found if one.tenant_id == wanted.id]
    if not found:
        where = f" in tenant '{wanted.domain}'" if wanted else ""
        raise NotFound(
            "PrincipalNotFound",
            f"There is no principal '{text}'{where}. Name it by tenant/name, sign-in name, application id or object id.",
        )
    if len(found) > 1:
        raise Conflict("Ambiguous", f"'{text}' is present in {len(found)} tenants. Say in which one.")
    return found[0]


def _candidates(call: Call, text: str, wanted: Tenant | None) -> list[Principal]:
    if ids.is_guid(text):
        found = directory.find_principal(call, text)
        if found is not None:
            return [found]
        tenants = [wanted] if wanted else directory.list_tenants(call)
        present = [
            directory.list_objects(call, one.id, PrincipalType.SERVICE_PRINCIPAL, app_id=text.lower())
            for one in tenants
        ]
        return [principal for page in present for principal in page]
    for kind in (store.USER, store.GROUP, store.SERVICE_PRINCIPAL):
        known = store.named(call.connection, kind, text)
        principal = directory.find_principal(call, known) if known else None
        if principal is not None:
            return [principal]
    if "@" in text:
        return _by_sign_in_name(call, text, wanted)
    return []


def _by_sign_in_name(call: Call, text: str, wanted: Tenant | None) -> list[Principal]:
    home = directory.find_tenant(call, text.rsplit("@", 1)[1])
    if home is None:
        return []
    accounts = directory.list_objects(call, home.id, PrincipalType.USER, upn=text)
    if wanted is None or wanted.id == home.id:
        return accounts
    return [
        guest
        for account in accounts
        for guest in directory.list_objects(call, wanted.id, PrincipalType.USER, limit=100_000)
        if isinstance(guest, User) and guest.home_object_id == account.id
    ]


def subject_named(call: Call, text: str, tenant: str = "") -> tuple[Principal, Subject]:
    """Return the principal and the subject it is for a decision."""
    principal = principal_named(call, text, tenant)
    return principal, Subject(principal.id, principal.tenant_id)


def scope_named(call: Call, text: str) -> str:
    """Return the ARM id of a scope: an ARM id, a subscription (name, display name or id), subscription/group, a management group.

    Raises `NotFound` for a name nothing has, `Conflict` when several subscriptions have the display name.
    """
    _insist_on_operator(call)
    subscriptions = dict(store.ids_named(call.connection, store.SUBSCRIPTION))
    groups = {
        name: known.rsplit("/", 1)[-1]
        for name, known in store.ids_named(call.connection, store.MANAGEMENT_GROUP).items()
    }
    found = names.scope_of(text, subscriptions, groups)
    if found is not None:
        return found
    first, _, rest = text.partition("/")
    if first and not names.is_arm_id(text):
        known = _subscriptions_called(call, first)
        if len(known) > 1:
            raise Conflict("Ambiguous", f"{len(known)} subscriptions are called '{first}'. Use the id.")
        if known:
            scope = names.subscription_scope(known[0])
            return f"{scope}/resourceGroups/{rest}" if rest else scope
    raise NotFound(
        "ScopeNotFound",
        f"There is no scope '{text}'. Write a subscription, subscription/group, a management group or an ARM id.",
    )


def _subscriptions_called(call: Call, text: str) -> list[str]:
    if ids.is_guid(text):
        return [text.lower()] if resources.find_subscription(call, text) else []
    return [
        subscription.id
        for tenant in directory.list_tenants(call)
        for subscription in resources.list_subscriptions_in(call, tenant.id)
        if subscription.display_name.lower() == text.lower()
    ]
