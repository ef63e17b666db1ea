"""What people of a tenant do with the applications they register."""

from dataclasses import replace

from lightkeeper.directory import (
    application_rules,
    application_store,
    relations,
    resource_applications,
    service,
    store,
    user_rules,
    writing,
)
from lightkeeper.directory.authority import insist, not_found, read, read_all
from lightkeeper.directory.changes import Changes
from lightkeeper.directory.entitlement_rules import BY_ROLE, Deed
from lightkeeper.directory.model import Application, ObjectId, TenantId, User
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import refuse_if

BY_APP_ID = "appId="
"""How a key begins that names an application, or its service principal, by the application id."""


def register_application(call: Call, tenant_id: TenantId, wanted: Changes) -> Application:
    """Register an application; whoever does so as a plain member owns it. Raises `Invalid` with every fault."""
    actor = insist(call, tenant_id, Deed.REGISTER_APPLICATION)
    call.hold(f"applications:{tenant_id}")
    if not wanted.fields.get("display_name"):
        refuse_if([user_rules.missing("displayName", "Application")])
    fresh = Application(ids.new_guid(), tenant_id, "", object_id=ObjectId(ids.new_guid()), created_at=call.now)
    application = _settled(call, wanted, fresh)
    if isinstance(actor.principal, User) and not actor.roles & BY_ROLE[Deed.REGISTER_APPLICATION]:
        relations.own_all(call, tenant_id, "applications", application.object_id, [actor.principal.id])
    return application


def change_application(call: Call, tenant_id: TenantId, key: str, wanted: Changes) -> Application:
    """Change a registration. Raises `Invalid` with every fault, `NotFound` when there is none."""
    known = changeable(call, tenant_id, key)
    call.hold(f"applications:{tenant_id}")
    return _settled(call, wanted, known)


def delete_application(call: Call, tenant_id: TenantId, key: str) -> None:
    """Delete a registration and its service principal in the tenant; both can be brought back for a while."""
    found = changeable(call, tenant_id, key)
    call.hold(f"applications:{tenant_id}", f"principals:{tenant_id}")
    principal = store.service_principal_of(call.connection, tenant_id, found.app_id)
    if principal is not None:
        writing.remove(call, principal, for_good=False)
    writing.remove_application(call, found, for_good=False)


def changeable(call: Call, tenant_id: TenantId, key: str) -> Application:
    """Return a registration to one who may change it; raise `Forbidden` or `NotFound` otherwise."""
    found = find_application(call, tenant_id, key)
    insist(call, tenant_id, Deed.CHANGE_APPLICATION, found.object_id if found else "")
    if found is None:
        raise not_found(key)
    return found


def find_application(call: Call, tenant_id: TenantId, key: str) -> Application | None:
    """Return a tenant's registration by its object id or, behind `appId=`, by its application id; a look-up."""
    if key.startswith(BY_APP_ID):
        found = application_store.application(call.connection, key.removeprefix(BY_APP_ID))
    else:
        found = application_store.application_by_object_id(call.connection, key)
    return found if found is not None and found.tenant_id == tenant_id else None


def read_application(call: Call, tenant_id: TenantId, key: str) -> Application:
    """Return a registration to one who may read it; raise `NotFound` when the tenant has none of that key."""
    read(call, tenant_id)
    found = find_application(call, tenant_id, key)
    if found is None:
        raise not_found(key)
    return found


def list_applications(
    call: Call, tenant_id: TenantId, *, after: str = "", limit: int = 100, **narrowed: str | None
) -> list[Application]:
    """Return a page of a tenant's registrations by object id, behind the id `after`."""
    read_all(call, tenant_id)
    return application_store.list_applications(call.connection, tenant_id, after=after, limit=limit, **narrowed)


def applications_of(call: Call, app_ids: list[str]) -> dict[str, Application]:
    """Return those of the applications that exist, whatever tenant registered them; a look-up."""
    return application_store.applications_by_ids(call.connection, app_ids) | resource_applications.among(app_ids)


def _settled(call: Call, wanted: Changes, known: Application) -> Application:
    application = wanted.applied_to(known)
    if application_rules.names_redirects(wanted.profile):
        application = replace(application, redirect_uris=application_rules.redirect_uris_in(application.profile))
    tenant = service.get_tenant(call, application.tenant_id)
    refuse_if(application_rules.check_application(application, tenant))
    for uri in application.identifier_uris:
        taken = application_store.application_with_uri(call.connection, tenant.id, uri)
        if taken is not None and taken.app_id != application.app_id:
            refuse_if([user_rules.taken("identifierUris")])
    return writing.write_application(call, application)
