"""What exists, in the shape of a world file: with an id beside every name, and no secret. What it shows can be applied."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from lightkeeper.access import roles
from lightkeeper.access import service as access
from lightkeeper.directory import application_credentials
from lightkeeper.directory import service as directory
from lightkeeper.directory.model import (
    Group,
    Principal,
    PrincipalType,
    ServicePrincipal,
    ServicePrincipalKind,
    Tenant,
    User,
)
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Forbidden
from lightkeeper.kernel.resource_id import ROOT
from lightkeeper.partners import service as partners
from lightkeeper.publishing import accounts
from lightkeeper.resources import service as resources
from lightkeeper.resources.model import RegistrationState, Resource, Subscription, SubscriptionState
from lightkeeper.world import names, store

_PAGE = 1000


class _Names:
    """Names by id: those of a world file, others made from what a thing is called."""

    def __init__(self, call: Call) -> None:
        self._known = {one.id: one.name for one in store.all_names(call.connection)}
        self._taken = {name.lower() for name in self._known.values()}

    def of(self, id_: str, suggestion: str, prefix: str = "") -> str:
        """Return the name of a thing; a suggestion that is taken gets the beginning of the id behind it."""
        known = self._known.get(id_)
        if known is None:
            plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in suggestion).strip("-._")[
                :50
            ]
            plain = plain or id_[:8]
            known = f"{prefix}{plain}"
            if known.lower() in self._taken:
                known = f"{prefix}{plain}-{id_[:8]}"
            self._known[id_] = known
            self._taken.add(known.lower())
        return known


def world_now(call: Call) -> dict[str, Any]:
    """Return everything there is, for the operator."""
    call.open_to_all("only the operator may, checked right here: this shows everybody's things")
    if not call.caller.unrestricted:
        raise Forbidden("AuthorizationFailed", "Only the operator may see the whole world.")
    known = _Names(call)
    tenants = directory.list_tenants(call)
    called: dict[str, str] = {
        tenant.id: known.of(tenant.id, tenant.name or tenant.domain.split(".")[0]) for tenant in tenants
    }
    principals = {tenant.id: _principals(call, tenant) for tenant in tenants}
    for tenant in tenants:
        for one in principals[tenant.id]:
            known.of(one.id, _suggestion(one), f"{called[tenant.id]}/")
    subscriptions = [one for tenant in tenants for one in resources.list_subscriptions_in(call, tenant.id)]
    subscription_names = {one.id: known.of(one.id, one.display_name) for one in subscriptions}
    return {
        "tenants": {called[tenant.id]: _tenant(call, tenant, principals[tenant.id], known) for tenant in tenants},
        "publishers": dict(_publishers(call, called, known)),
        "managementGroups": dict(_management_groups(call, tenants, called)),
        "subscriptions": {
            subscription_names[one.id]: _subscription(call, one, called, subscription_names[one.id])
            for one in subscriptions
        },
        "roleAssignments": list(_assignments(call, tenants, called, subscription_names, known)),
        "partnerLinks": [
            {"principal": known.of(one.object_id, one.object_id), "partnerId": one.partner_id}
            for one in partners.all_links(call)
        ],
    }


def _principals(call: Call, tenant: Tenant) -> list[Principal]:
    found: list[Principal] = []
    for kind in PrincipalType:
        after = ""
        while page := directory.list_objects(call, tenant.id, kind, after=after, limit=_PAGE):
            found += page
            after = page[-1].id
    return found


def _suggestion(one: Principal) -> str:
    return one.upn.partition("@")[0].partition("#")[0] if isinstance(one, User) else one.display_name


def _tenant(call: Call, tenant: Tenant, principals: list[Principal], known: _Names) -> dict[str, Any]:
    def short(one: Principal) -> str:
        return known.of(one.id, one.display_name).split("/", 1)[-1]

    found: dict[str, Any] = {
        "id": tenant.id,
        "domain": tenant.domain,
        "displayName": tenant.display_name,
        "countryCode": tenant.country_code,
        "cloud": str(tenant.cloud),
        "licenses": [str(one) for one in tenant.licenses],
    }
    users = {short(one): _user(one, known) for one in principals if isinstance(one, User)}
    groups = {
        short(one): {
            "id": one.id,
            "displayName": one.display_name,
            **({"description": one.description} if one.description else {}),
            "type": "microsoft365" if one.mail_enabled else "security",
            "members": [short(member) for member in directory.list_members(call, tenant.id, one.id)],
            **_owners(call, tenant, one, short),
        }
        for one in principals
        if isinstance(one, Group)
    }
    applications = {
        short(one): _service_principal(call, one) for one in principals if isinstance(one, ServicePrincipal)
    }
    return found | {
        key: value
        for key, value in (("users", users), ("groups", groups), ("servicePrincipals", applications))
        if value
    }


def _owners(call: Call, tenant: Tenant, group: Group, short: Callable[[Principal], str]) -> dict[str, Any]:
    owners = [short(owner) for owner in directory.list_owners(call, tenant.id, group.id)]
    return {"owners": owners} if owners else {}


def _directory_roles(one: User | ServicePrincipal) -> dict[str, Any]:
    roles = sorted(str(role) for role in one.directory_roles)
    return {"directoryRoles": roles} if roles else {}


def _user(user: User, known: _Names) -> dict[str, Any]:
    found: dict[str, Any] = {"id": user.id, "upn": user.upn, "displayName": user.display_name}
    if user.is_guest:
        found["guestOf"] = known.of(user.home_object_id, user.home_object_id)
    elif user.mail and user.mail != user.upn:
        found["mail"] = user.mail
    if not user.enabled:
        found["disabled"] = True
    return found | _directory_roles(user)


def _service_principal(call: Call, one: ServicePrincipal) -> dict[str, Any]:
    found: dict[str, Any] = {"id": one.id, "appId": one.app_id, "displayName": one.display_name}
    if one.kind is ServicePrincipalKind.MANAGED_IDENTITY:
        found["managedIdentity"] = True
    if not one.enabled:
        found["disabled"] = True
    return found | _directory_roles(one) | _credentials(call, one)


def _credentials(call: Call, one: ServicePrincipal) -> dict[str, Any]:
    """Return what an application signs in with, as far as it is public; in the tenant that registered it only."""
    application = directory.find_application(call, one.app_id)
    if application is None or application.tenant_id != one.tenant_id:
        return {}
    certificates = application_credentials.list_certificates(call, one.app_id)
    federated = application_credentials.list_federated_credentials(call, one.app_id)
    found: dict[str, Any] = {}
    if application.redirect_uris:
        found["redirectUris"] = list(application.redirect_uris)
    if application.public_client:
        found["publicClient"] = True
    if certificates:
        found["certificates"] = [each.pem for each in certificates]
    if federated:
        found["federatedCredentials"] = {
            each.name: {
                "issuer": each.issuer,
                "subject": each.subject,
                "audience": each.audiences[0],
                **({"description": each.description} if each.description else {}),
            }
            for each in federated
        }
    return found


def _publishers(call: Call, tenants: Mapping[str, str], known: _Names) -> Iterator[tuple[str, dict[str, Any]]]:
    for publisher in accounts.list_publishers(call):
        yield (
            publisher.id,
            {
                "id": publisher.id,
                "tenant": tenants.get(publisher.tenant_id, publisher.tenant_id),
                "displayName": publisher.display_name,
                "programs": list(publisher.programs),
                "designations": [one.name for one in publisher.designations],
                "members": {
                    _in_tenant(known.of(who, who), tenants.get(publisher.tenant_id, "")): str(role)
                    for who, role in publisher.members
                },
                "partnerIds": list(publisher.partner_ids),
                "verification": str(publisher.verification).lower(),
            },
        )


def _in_tenant(name: str, tenant: str) -> str:
    return name.removeprefix(f"{tenant}/")


def _management_groups(
    call: Call, tenants: list[Tenant], called: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for tenant in tenants:
        for group in resources.list_management_groups(call, tenant.id):
            if group.parent is not None:  # the root comes with the tenant
                yield (
                    group.name,
                    {
                        "id": group.id,
                        "tenant": called[tenant.id],
                        "parent": None if group.parent.lower() == tenant.id else group.parent,
                        "displayName": group.display_name,
                    },
                )


def _subscription(call: Call, one: Subscription, called: Mapping[str, str], name: str) -> dict[str, Any]:
    above = one.management_group
    found: dict[str, Any] = {
        "id": one.id,
        "tenant": called.get(one.tenant_id, one.tenant_id),
        "channel": str(one.channel),
        "managementGroup": None if above is None or above.lower() == one.tenant_id else above,
        "registeredProviders": [
            provider.namespace
            for provider in resources.list_providers(call, one.id)
            if provider.state is RegistrationState.REGISTERED and not provider.free
        ],
    }
    if one.display_name != name:
        found["displayName"] = one.display_name
    if one.state is not SubscriptionState.ENABLED:
        found["state"] = str(one.state)
    if one.tags:
        found["tags"] = dict(one.tags)
    held: dict[str, list[dict[str, Any]]] = {}
    for resource in _resources(call, one.id):
        held.setdefault((resource.resource_group or "").lower(), []).append(_resource(resource))
    groups: dict[str, Any] = {}
    skip: str | None = None
    while True:
        page = resources.list_resource_groups(call, one.id, skip=skip)
        for group in page.items:
            groups[group.name] = {
                "id": group.id,
                "location": group.location,
                **({"tags": dict(group.tags)} if group.tags else {}),
                "resources": held.get(group.name.lower(), []),
            }
        skip = page.next
        if skip is None:
            break
    return found | {"resourceGroups": groups}


def _resources(call: Call, subscription_id: str) -> Iterator[Resource]:
    skip: str | None = None
    while True:
        page = resources.list_resources(call, subscription_id, skip=skip)
        yield from page.items
        skip = page.next
        if skip is None:
            return


def _resource(one: Resource) -> dict[str, Any]:
    names_in = one.id.split("/providers/")[-1].split("/")[2::2]
    found: dict[str, Any] = {"type": one.type, "name": "/".join(names_in), "id": one.id, "apiVersion": one.api_version}
    parts = {
        "location": one.location,
        "kind": one.kind,
        "sku": one.sku,
        "identity": one.identity,
        "plan": one.plan,
        "tags": dict(one.tags) or None,
        "properties": dict(one.properties) or None,
    }
    return found | {key: value for key, value in parts.items() if value is not None}


def _assignments(
    call: Call, tenants: list[Tenant], called: Mapping[str, str], subscriptions: Mapping[str, str], known: _Names
) -> Iterator[dict[str, Any]]:
    for tenant in tenants:
        # The root scope means the caller's tenant.
        within = replace(call, caller=replace(call.caller, tenant_id=tenant.id))
        for one in access.list_assignments(within, ROOT):
            role = roles.role_of(one.role_id)
            found = {
                "id": one.name,
                "principal": known.of(one.principal_id, one.principal_id),
                "role": role.name if role is not None else one.role_id,
                "scope": _scope(one.scope, called[tenant.id], subscriptions),
            }
            yield found | ({"description": one.description} if one.description else {})


def _scope(scope: str, tenant: str, subscriptions: Mapping[str, str]) -> str:
    """Return the name of a scope where it has one."""
    if scope == "/":
        return f"{names.TENANT_PREFIX}{tenant}"
    parts = scope.strip("/").split("/")
    if parts[0].lower() == "subscriptions" and parts[1].lower() in subscriptions:
        name = subscriptions[parts[1].lower()]
        if len(parts) == 2:
            return name
        if len(parts) == 4:
            return f"{name}/{parts[3]}"
    if len(parts) == 4 and parts[2].lower() == "managementgroups":
        return parts[3]
    return scope
