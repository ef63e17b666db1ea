"""Consent as administrators of a tenant see it: which program may do what on which resource, for whom.

Each is what `consents` remembers, in Graph's terms: the service principals of program and resource, and the person or
everybody. Revoking one means that the program's next request for a token is refused; tokens given before live to their end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lightkeeper.directory import consent_store, consents, resource_applications, store
from lightkeeper.directory.authority import actor_of, denied, insist, not_found, read
from lightkeeper.directory.consent_store import Consent
from lightkeeper.directory.consents import EVERYBODY
from lightkeeper.directory.entitlement_rules import Deed, Sight
from lightkeeper.directory.model import ObjectId, ServicePrincipal, ServicePrincipalKind, TenantId, User
from lightkeeper.directory.service_principals import find_service_principal
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.problems import Conflict, refuse_if

LONGEST_SCOPE = 3850  # Graph: "must not exceed 3850 characters in length"


@dataclass(frozen=True, slots=True)
class PermissionGrant:
    """A consent in terms of a tenant's objects; `principal_id` is None when it holds for everybody."""

    id: str
    client_id: ObjectId
    principal_id: ObjectId | None
    resource_id: str
    permissions: tuple[str, ...]


def list_grants(
    call: Call, tenant_id: TenantId, *, after: str = "", limit: int = 100, client_id: str = "", principal_id: str = ""
) -> list[PermissionGrant]:
    """Return a page of what was consented to in a tenant, by id; only a program's or a person's when named.

    A guest may see its own. Consents about programs that are not there any more are left out.
    """
    if read(call, tenant_id) is not Sight.ALL and not _is_own(call, tenant_id, principal_id):
        raise denied()
    narrowed: dict[str, str] = {}
    if client_id:
        client = find_service_principal(call, tenant_id, client_id)
        narrowed["app_id"] = client.app_id if client else ""
    if principal_id:
        person = store.principal_by_id(call.connection, principal_id)
        narrowed["account_id"] = person.home_object_id if isinstance(person, User) else "nobody"
    found: list[PermissionGrant] = []
    while len(found) < limit:
        rows = consent_store.list_consents(call.connection, tenant_id, after=after, limit=limit, **narrowed)
        found += _as_grants(call, tenant_id, rows)
        if len(rows) < limit:
            break
        after = rows[-1].id
    return found[:limit]


def read_grant(call: Call, tenant_id: TenantId, grant_id: str) -> PermissionGrant:
    """Return one consent to one who may see it; raise `NotFound` when the tenant has none of that id."""
    sight = read(call, tenant_id)
    _, grant = _found(call, tenant_id, grant_id)
    if sight is not Sight.ALL and not _is_own(call, tenant_id, grant.principal_id or ""):
        raise denied()
    return grant


def grant_permissions(
    call: Call, tenant_id: TenantId, *, client_id: str, principal_id: str | None, resource_id: str, scope: str
) -> PermissionGrant:
    """Consent for one person, or for everybody when `principal_id` is None.

    Raises `Invalid` for what is not in the tenant, `Conflict` when there is such a consent already: it is changed instead.
    """
    actor = insist(call, tenant_id, Deed.GRANT_PERMISSIONS)
    call.hold(f"consents:{tenant_id}")
    client = find_service_principal(call, tenant_id, client_id)
    if client is None or client.kind is not ServicePrincipalKind.APPLICATION:
        client = None
    person = store.principal_by_id(call.connection, principal_id) if principal_id else None
    person = person if isinstance(person, User) and person.tenant_id == tenant_id else None
    resource = find_service_principal(call, tenant_id, resource_id) or (
        resource_applications.service_principal_by_id(tenant_id, resource_id)
    )
    refuse_if(_check(client, resource, person, principal_id, scope))
    assert client is not None and resource is not None
    consent = Consent(
        id=ids.new_guid(),
        tenant_id=tenant_id,
        app_id=client.app_id,
        account_id=person.home_object_id if person else EVERYBODY,
        resource=resource.app_id,
        permissions=tuple(dict.fromkeys(scope.split())),
        granted_by=actor.principal.id if actor.principal else "",
        granted_at=call.now,
    )
    if consents.given(call, consent.tenant_id, consent.app_id, (consent.account_id,), consent.resource):
        raise Conflict("Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists.")
    consents.keep(call, consent)
    [grant] = _as_grants(call, tenant_id, [consent])
    return grant


def change_grant(call: Call, tenant_id: TenantId, grant_id: str, scope: str) -> None:
    """Let a consent be about these permissions from now on."""
    actor = insist(call, tenant_id, Deed.GRANT_PERMISSIONS)
    call.hold(f"consents:{tenant_id}")
    consent, _ = _found(call, tenant_id, grant_id)
    refuse_if(_check_scope(scope))
    permissions = tuple(dict.fromkeys(scope.split()))
    granted_by = actor.principal.id if actor.principal else ""
    if permissions != consent.permissions:
        fresh = replace(consent, permissions=permissions, granted_by=granted_by, granted_at=call.now)
        consents.keep(call, fresh)


def revoke_grant(call: Call, tenant_id: TenantId, grant_id: str) -> None:
    """Take a consent back; people may do so with their own."""
    read(call, tenant_id)
    found = consent_store.consent_by_id(call.connection, tenant_id, grant_id)
    grant = next(iter(_as_grants(call, tenant_id, [found] if found else [])), None)
    if grant is None or not _is_own(call, tenant_id, grant.principal_id or ""):
        insist(call, tenant_id, Deed.GRANT_PERMISSIONS)
    call.hold(f"consents:{tenant_id}")
    consent, _ = _found(call, tenant_id, grant_id)
    consents.take_back(call, consent)


def _found(call: Call, tenant_id: TenantId, grant_id: str) -> tuple[Consent, PermissionGrant]:
    consent = consent_store.consent_by_id(call.connection, tenant_id, grant_id)
    grants = _as_grants(call, tenant_id, [consent] if consent else [])
    if consent is None or not grants:
        raise not_found(grant_id)
    return consent, grants[0]


def _as_grants(call: Call, tenant_id: TenantId, found: list[Consent]) -> list[PermissionGrant]:
    return list(_translated(call, tenant_id, found))


def _translated(call: Call, tenant_id: TenantId, found: list[Consent]) -> Iterator[PermissionGrant]:
    for one in found:
        client = store.service_principal_of(call.connection, tenant_id, one.app_id)
        person = store.guest_of(call.connection, tenant_id, one.account_id) if one.account_id else None
        if client is not None and (person is not None or one.account_id == EVERYBODY):
            resource = consents.resource_id_of(call, tenant_id, one.resource)
            yield PermissionGrant(one.id, client.id, person.id if person else None, resource, one.permissions)


def _is_own(call: Call, tenant_id: str, principal_id: str) -> bool:
    principal = actor_of(call, tenant_id).principal
    return principal is not None and principal.id == principal_id.lower()


def _check(
    client: ServicePrincipal | None,
    resource: ServicePrincipal | None,
    person: User | None,
    principal_id: str | None,
    scope: str,
) -> Iterator[Finding]:
    if client is None:
        yield _fault("clientId", "Invalid value specified for property 'clientId' of resource 'OAuth2PermissionGrant'.")
    if resource is None:
        yield _fault(
            "resourceId", "Invalid value specified for property 'resourceId' of resource 'OAuth2PermissionGrant'."
        )
    if principal_id is not None and person is None:
        yield _fault(
            "principalId", "Invalid value specified for property 'principalId' of resource 'OAuth2PermissionGrant'."
        )
    yield from _check_scope(scope)


def _check_scope(scope: str) -> Iterator[Finding]:
    if len(scope) > LONGEST_SCOPE:
        yield _fault("scope", f"The scope is longer than {LONGEST_SCOPE} characters.")


def _fault(target: str, message: str) -> Finding:
    return Finding("Request_BadRequest", target, message)
