"""Directories as a world file says them: users, groups, applications, as far as they are public; and who they are called."""

from collections.abc import Callable
from typing import Any

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
from lightkeeper.world import store

_PAGE = 1000


class ShownNames:
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


def principals_of(call: Call, tenant: Tenant) -> list[Principal]:
    """Return everybody of a tenant, page after page."""
    found: list[Principal] = []
    for kind in PrincipalType:
        after = ""
        while page := directory.list_objects(call, tenant.id, kind, after=after, limit=_PAGE):
            found += page
            after = page[-1].id
    return found


def name_for(one: Principal) -> str:
    """Return what a principal without a name in a world file would be called."""
    return one.upn.partition("@")[0].partition("#")[0] if isinstance(one, User) else one.display_name


def tenant_of(call: Call, tenant: Tenant, principals: list[Principal], known: ShownNames) -> dict[str, Any]:
    """Return a tenant with its people; no secret is among what is shown."""

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


def _user(user: User, known: ShownNames) -> dict[str, Any]:
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
