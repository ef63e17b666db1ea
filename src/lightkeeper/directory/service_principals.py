"""What people of a tenant do with the service principals through which applications are present in it."""

from lightkeeper.directory import application_store, reading, relations, resource_applications, rules, store, writing
from lightkeeper.directory.authority import denied, insist, not_found, read
from lightkeeper.directory.changes import Changes
from lightkeeper.directory.entitlement_rules import BY_ROLE, Deed
from lightkeeper.directory.model import (
    Audience,
    ObjectId,
    Principal,
    PrincipalType,
    ServicePrincipal,
    ServicePrincipalKind,
    TenantId,
    User,
)
from lightkeeper.directory.registrations import BY_APP_ID
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Conflict, Invalid, refuse_if


def create_service_principal(call: Call, tenant_id: TenantId, app_id: str, wanted: Changes) -> ServicePrincipal:
    """Let an application be present in a tenant; whoever does so as a plain member owns the service principal.

    Raises `Invalid` when there is no such application, or it is another tenant's and not for this one; `Conflict` when it
    is present already.
    """
    application = application_store.application(call.connection, app_id)
    foreign = application is not None and application.tenant_id != tenant_id
    deed = Deed.ADMIT_FOREIGN_APPLICATION if foreign else Deed.CREATE_SERVICE_PRINCIPAL
    actor = insist(call, tenant_id, deed, application.object_id if application and not foreign else "")
    if application is None or (foreign and application.audience is Audience.MY_TENANT):
        message = f"The appId '{app_id[:64]}' of the service principal does not reference a valid application object."
        raise Invalid("Request_BadRequest", message, target="appId")
    call.hold(f"principals:{tenant_id}")
    if store.service_principal_of(call.connection, tenant_id, application.app_id) is not None:
        raise Conflict(
            "Request_MultipleObjectsWithSameKeyValue",
            "The service principal cannot be created, updated, or restored because the service principal name "
            f"{application.app_id} is already in use.",
        )
    fresh = ServicePrincipal(
        ObjectId(ids.new_guid()),
        tenant_id,
        display_name=application.display_name,
        app_id=application.app_id,
        created_at=call.now,
    )
    principal = wanted.applied_to(fresh)
    refuse_if(rules.check_principal(principal))
    writing.write(call, principal)
    if isinstance(actor.principal, User) and not actor.roles & BY_ROLE[deed]:
        relations.own_all(call, tenant_id, "servicePrincipals", principal.id, [actor.principal.id])
    return principal


def change_service_principal(call: Call, tenant_id: TenantId, key: str, wanted: Changes) -> ServicePrincipal:
    """Change a service principal. Raises `Invalid` with every fault, `NotFound` when there is none."""
    known = changeable(call, tenant_id, key)
    call.hold(f"principals:{tenant_id}")
    principal = wanted.applied_to(known)
    refuse_if(rules.check_principal(principal))
    return writing.write(call, principal)


def delete_service_principal(call: Call, tenant_id: TenantId, key: str) -> None:
    """Delete a service principal, which can be brought back for a while; the registration stays.

    Raises `Invalid` for a managed identity, which lives and dies with its resource.
    """
    found = changeable(call, tenant_id, key)
    if found.kind is ServicePrincipalKind.MANAGED_IDENTITY:
        raise Invalid("Request_BadRequest", "A managed identity is deleted with the resource that carries it.")
    call.hold(f"principals:{tenant_id}")
    writing.remove(call, found, for_good=False)


def changeable(call: Call, tenant_id: TenantId, key: str) -> ServicePrincipal:
    """Return a service principal to one who may change it; raise `Forbidden` or `NotFound` otherwise."""
    found = find_service_principal(call, tenant_id, key)
    insist(call, tenant_id, Deed.CHANGE_SERVICE_PRINCIPAL, found.id if found else "")
    if found is None and _of_resource(tenant_id, key) is not None:
        raise denied()
    if found is None:
        raise not_found(key)
    return found


def find_service_principal(call: Call, tenant_id: TenantId, key: str) -> ServicePrincipal | None:
    """Return a service principal by its object id or, behind `appId=`, by its application's; a look-up."""
    if key.startswith(BY_APP_ID):
        return store.service_principal_of(call.connection, tenant_id, key.removeprefix(BY_APP_ID))
    found = store.principal_by_id(call.connection, key)
    return found if isinstance(found, ServicePrincipal) and found.tenant_id == tenant_id else None


def read_service_principal(call: Call, tenant_id: TenantId, key: str) -> ServicePrincipal:
    """Return a service principal to one who may read it; raise `NotFound` when the tenant has none of that key."""
    read(call, tenant_id)
    found = find_service_principal(call, tenant_id, key) or _of_resource(tenant_id, key)
    if found is None:
        raise not_found(key)
    return found


def list_service_principals(
    call: Call, tenant_id: TenantId, *, after: str = "", limit: int = 100, **narrowed: str | None
) -> list[Principal]:
    """Return a page of a tenant's service principals by id, with those of the resources every tenant has."""
    found = reading.list_objects(call, tenant_id, PrincipalType.SERVICE_PRINCIPAL, after=after, limit=limit, **narrowed)
    found += [one for one in resource_applications.service_principals_of(tenant_id) if one.id > after]
    return sorted(found, key=lambda one: one.id)[:limit]


def _of_resource(tenant_id: TenantId, key: str) -> ServicePrincipal | None:
    if key.startswith(BY_APP_ID):
        return resource_applications.service_principal_of(tenant_id, key.removeprefix(BY_APP_ID))
    return resource_applications.service_principal_by_id(tenant_id, key)
