"""From the sound part of a world file to the declared world: names to ids, defaults filled in."""

from collections.abc import Callable, Iterator
from typing import Any

from lightkeeper.directory.model import Cloud, DirectoryRole, License
from lightkeeper.kernel.findings import Finding, Place
from lightkeeper.world import build_credentials
from lightkeeper.world import names as derive
from lightkeeper.world.beside import Beside, nothing
from lightkeeper.world.model import (
    DeclaredGroup,
    DeclaredManagementGroup,
    DeclaredPartnerLink,
    DeclaredPublisher,
    DeclaredResource,
    DeclaredResourceGroup,
    DeclaredRoleAssignment,
    DeclaredServicePrincipal,
    DeclaredSubscription,
    DeclaredTenant,
    DeclaredUser,
    World,
)
from lightkeeper.world.sound import Sound
from lightkeeper.world.sound import flag as _flag
from lightkeeper.world.sound import free as _free
from lightkeeper.world.sound import guid as _guid
from lightkeeper.world.sound import maps as _maps
from lightkeeper.world.sound import text as _text
from lightkeeper.world.source import Node

DEFAULT_LOCATION = "westeurope"
DEFAULT_PROGRAM = "commercialMarketplace"
_PRINCIPALS = (
    ("users", derive.user_id),
    ("groups", derive.group_id),
    ("servicePrincipals", derive.service_principal_id),
)


class Names:
    """Every name a file declares, with its id; notes each use of a name that does not exist."""

    def __init__(self, sound: Sound, place: Callable[[str], Place], beside: Beside = nothing) -> None:
        self.place = place
        self.beside = beside
        self.findings: list[Finding] = []
        self.tenants: dict[str, str] = {}
        self.domains: dict[str, str] = {}
        self.principals: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        self.guests: set[str] = set()
        self.subscriptions = {
            name.lower(): _guid(inner, "id", derive.subscription_id(name))
            for name, inner in _maps(sound, "subscriptions")
        }
        self.management_groups = {name.lower(): name for name, _ in _maps(sound, "managementGroups")}
        for name, tenant in _maps(sound, "tenants"):
            self.tenants[name.lower()] = _guid(tenant, "id", derive.tenant_id(name))
            self.domains[name.lower()] = _text(tenant, "domain", f"{name}.example").lower()
            self._principals(name, tenant)
        for name in sorted(set(self.subscriptions) & set(self.management_groups)):
            path = f"managementGroups.{self.management_groups[name]}"
            message = f"'{self.management_groups[name]}' names a subscription and a management group; a scope of this name would be unclear."
            self.note("DuplicateName", path, message, self.place(path), "Rename one of the two.")

    def _principals(self, tenant: str, sound: Sound) -> None:
        for kind, derived in _PRINCIPALS:
            for name, inner in _maps(sound, kind):
                full = f"{tenant}/{name}".lower()
                path = f"tenants.{tenant}.{kind}.{name}"
                if full in self.principals:
                    message = f"'{name}' is already one of the {self.kinds[full]} of {tenant}; a name stands for one principal."
                    self.note("DuplicateName", path, message, self.place(path), "Rename one of the two.")
                    continue
                self.principals[full] = _guid(inner, "id", derived(tenant, name))
                self.kinds[full] = kind
                if "guestOf" in inner:
                    self.guests.add(full)

    def note(self, code: str, target: str, message: str, place: Place | None, remedy: str = "") -> None:
        """Remember a fault."""
        self.findings.append(Finding(code, target, message, remedy, place=place))

    def tenant(self, sound: Sound, key: str, at: str) -> str:
        """Return the id of the tenant named by a key; an empty text when there is no such tenant, which is noted."""
        node = sound.get(key)
        name = _text(sound, key)
        if not isinstance(node, Node) or name.lower() in self.tenants:
            return self.tenants.get(name.lower(), "")
        self.note("UnknownName", f"{at}.{key}", f"There is no tenant '{name}'.", node.place, _known(self.tenants))
        return ""

    def principal(self, node: Node, tenant: str, at: str) -> str:
        """Return the object id `tenant/name` stands for (a bare name is looked up in `tenant`); note it when unknown."""
        text = str(node.scalar)
        full = (text if "/" in text else f"{tenant}/{text}").lower()
        if full in self.principals:
            return self.principals[full]
        owner = full.split("/")[0]
        if owner not in self.tenants:
            self.note("UnknownName", at, f"There is no tenant '{owner}'.", node.place, _known(self.tenants))
        else:
            here = [name.split("/")[1] for name in self.principals if name.startswith(f"{owner}/")]
            message = f"Tenant '{owner}' has no user, group or service principal '{text.rsplit('/', 1)[-1]}'."
            self.note("UnknownName", at, message, node.place, _known(here))
        return ""


def _known(names: Any) -> str:
    some = sorted(names)
    more = f" and {len(some) - 12} more" if len(some) > 12 else ""
    return f"Known are: {', '.join(some[:12])}{more}." if some else "None is declared."


def findings_of(names: Names) -> list[Finding]:
    """Return the faults noted while the world was put together."""
    return names.findings


def world_of(sound: Sound, names: Names) -> World:
    """Return the world the sound part of a file declares; uses of unknown names are noted in `names`."""
    return World(
        tenants=tuple(_tenant(name, inner, names) for name, inner in _maps(sound, "tenants")),
        publishers=tuple(_publisher(name, inner, names) for name, inner in _maps(sound, "publishers")),
        management_groups=_parents_first([_management_group(n, i, names) for n, i in _maps(sound, "managementGroups")]),
        subscriptions=tuple(_subscription(name, inner, names) for name, inner in _maps(sound, "subscriptions")),
        role_assignments=tuple(_assignments(sound, names)),
        partner_links=tuple(_partner_links(sound, names)),
    )


def _tenant(name: str, sound: Sound, names: Names) -> DeclaredTenant:
    domain = names.domains[name.lower()]
    users = [_user(name, domain, user, inner, names) for user, inner in _maps(sound, "users")]
    return DeclaredTenant(
        name=name,
        id=names.tenants[name.lower()],
        domain=domain,
        display_name=_text(sound, "displayName", name),
        country_code=_text(sound, "countryCode", "US"),
        cloud=_text(sound, "cloud", Cloud.PUBLIC),
        licenses=tuple(dict.fromkeys(str(node.scalar) for node in sound["licenses"]))
        if "licenses" in sound
        else (License.ENTRA_ID_P2,),
        users=tuple(sorted(users, key=lambda user: user.guest)),
        groups=tuple(_group(name, group, inner, names) for group, inner in _maps(sound, "groups")),
        service_principals=tuple(
            _service_principal(name, sp, inner, names) for sp, inner in _maps(sound, "servicePrincipals")
        ),
    )


def _user(tenant: str, domain: str, name: str, sound: Sound, names: Names) -> DeclaredUser:
    at = f"tenants.{tenant}.users.{name}"
    own = _guid(sound, "id", derive.user_id(tenant, name))
    home_tenant, home, upn = names.tenants[tenant.lower()], own, f"{name}@{domain}".lower()
    guest_of = sound.get("guestOf")
    if isinstance(guest_of, Node):
        full = str(guest_of.scalar).lower()
        home = names.principal(guest_of, tenant, f"{at}.guestOf")
        if home:
            _check_guest(tenant, full, at, guest_of, names)
            home_tenant = names.tenants[full.split("/")[0]]
            upn = derive.guest_upn(f"{full.split('/')[1]}@{names.domains[full.split('/')[0]]}", domain)
        password = sound.get("password")
        if isinstance(password, Node):
            message = "A guest signs in with the password of the home account."
            names.note("GuestPassword", f"{at}.password", message, password.place, "Remove the password here.")
    written = sound.get("upn")
    if isinstance(written, Node) and str(written.scalar).lower() != upn.lower():
        message = f"The user principal name follows from name and domain: {upn}."
        names.note("UpnMismatch", f"{at}.upn", message, written.place, "Remove 'upn', or rename the user.")
    return DeclaredUser(
        name=name,
        id=own,
        upn=upn,
        display_name=_text(sound, "displayName", name),
        mail=_text(sound, "mail", upn if not guest_of else ""),
        home_tenant_id=home_tenant,
        home_id=home,
        guest=guest_of is not None,
        disabled=_flag(sound, "disabled"),
        directory_roles=_directory_roles(sound),
        password=_text(sound, "password") or None,
    )


def _check_guest(tenant: str, full: str, at: str, node: Node, names: Names) -> None:
    if full.split("/", maxsplit=1)[0] == tenant.lower():
        names.note(
            "GuestAtHome",
            f"{at}.guestOf",
            "A guest comes from another tenant.",
            node.place,
            "Name a user of another tenant.",
        )
    elif names.kinds[full] != "users":
        names.note("GuestNotUser", f"{at}.guestOf", f"'{full}' is not a user; only users can be guests.", node.place)
    elif full in names.guests:
        names.note(
            "GuestOfGuest", f"{at}.guestOf", f"'{full}' is a guest itself.", node.place, "Name the account's home."
        )


def _group(tenant: str, name: str, sound: Sound, names: Names) -> DeclaredGroup:
    at = f"tenants.{tenant}.groups.{name}"
    return DeclaredGroup(
        name=name,
        id=_guid(sound, "id", derive.group_id(tenant, name)),
        display_name=_text(sound, "displayName", name),
        description=_text(sound, "description"),
        security=_text(sound, "type", "security") == "security",
        members=_locals(tenant, sound, "members", at, names),
        owners=_locals(tenant, sound, "owners", at, names),
    )


def _locals(tenant: str, sound: Sound, key: str, at: str, names: Names) -> tuple[str, ...]:
    """Return the ids of principals of the tenant's own."""
    found = []
    for n, node in enumerate(sound.get(key) or ()):
        if "/" in str(node.scalar) and str(node.scalar).split("/")[0].lower() != tenant.lower():
            message = f"'{node.scalar}' is in another tenant; a group holds principals of its own."
            names.note("ForeignMember", f"{at}.{key}[{n}]", message, node.place, "Declare a guest and name that one.")
            continue
        found.append(names.principal(node, tenant, f"{at}.{key}[{n}]"))
    return tuple(dict.fromkeys(one for one in found if one))


def _directory_roles(sound: Sound) -> tuple[str, ...]:
    roles = {str(node.scalar) for node in sound.get("directoryRoles") or ()}
    if _flag(sound, "globalAdministrator"):
        roles.add(DirectoryRole.GLOBAL_ADMINISTRATOR)
    return tuple(sorted(roles))


def _service_principal(tenant: str, name: str, sound: Sound, names: Names) -> DeclaredServicePrincipal:
    at = f"tenants.{tenant}.servicePrincipals.{name}"
    secrets = build_credentials.secrets_of(sound)
    certificates = tuple(build_credentials.certificates_of(sound, at, names.beside, names.note))
    federated = tuple(build_credentials.federated_credentials_of(sound, at, names.place, names.note))
    if (secrets or certificates or federated) and _flag(sound, "managedIdentity"):
        message = "A managed identity has no secret, certificate or federated credential."
        names.note("ManagedIdentitySecret", at, message, names.place(at), "Remove it.")
    return DeclaredServicePrincipal(
        name=name,
        id=_guid(sound, "id", derive.service_principal_id(tenant, name)),
        app_id=_guid(sound, "appId", derive.app_id(tenant, name)),
        display_name=_text(sound, "displayName", name),
        managed_identity=_flag(sound, "managedIdentity"),
        directory_roles=_directory_roles(sound),
        disabled=_flag(sound, "disabled"),
        secrets=secrets,
        certificates=certificates,
        federated_credentials=federated,
        redirect_uris=tuple(str(node.scalar) for node in sound.get("redirectUris") or ()),
        public_client=_flag(sound, "publicClient"),
    )


def _publisher(name: str, sound: Sound, names: Names) -> DeclaredPublisher:
    at = f"publishers.{name}"
    tenant_id = names.tenant(sound, "tenant", at)
    members = []
    for member, role in (sound.get("members") or {}).items():
        if not isinstance(role, Node):
            continue
        place = names.place(f"{at}.members.{member}")
        found = (
            names.principal(Node(place, scalar=member), _text(sound, "tenant"), f"{at}.members.{member}")
            if tenant_id
            else ""
        )
        if found:
            members.append((found, str(role.scalar)))
    return DeclaredPublisher(
        id=name,
        tenant_id=tenant_id,
        display_name=_text(sound, "displayName", name),
        programs=tuple(str(node.scalar) for node in sound.get("programs") or ())
        if "programs" in sound
        else (DEFAULT_PROGRAM,),
        designations=tuple(str(node.scalar) for node in sound.get("designations") or ()),
        members=tuple(members),
        verification=_text(sound, "verification", "authorized"),
        partner_ids=tuple(str(node.scalar) for node in sound.get("partnerIds") or ()),
    )


def _management_group(name: str, sound: Sound, names: Names) -> DeclaredManagementGroup:
    at = f"managementGroups.{name}"
    tenant_id = names.tenant(sound, "tenant", at)
    return DeclaredManagementGroup(
        name, tenant_id, _group_named(sound, "parent", at, names), _text(sound, "displayName", name)
    )


def _group_named(sound: Sound, key: str, at: str, names: Names) -> str | None:
    node = sound.get(key)
    if not isinstance(node, Node) or node.scalar is None:
        return None
    found = names.management_groups.get(str(node.scalar).lower())
    if found is None:
        message = f"There is no management group '{node.scalar}'."
        names.note("UnknownName", f"{at}.{key}", message, node.place, _known(names.management_groups.values()))
    return found


def _parents_first(groups: list[DeclaredManagementGroup]) -> tuple[DeclaredManagementGroup, ...]:
    """Return the groups so that each stands behind its parent; those in a circle come last, in their own order."""
    ordered: list[DeclaredManagementGroup] = []
    placed: set[str] = set()
    waiting = groups
    while waiting:
        ready = [group for group in waiting if group.parent is None or group.parent in placed]
        if not ready:
            return (*ordered, *waiting)
        ordered += ready
        placed |= {group.name for group in ready}
        waiting = [group for group in waiting if group.name not in placed]
    return tuple(ordered)


def _subscription(name: str, sound: Sound, names: Names) -> DeclaredSubscription:
    at = f"subscriptions.{name}"
    own = names.subscriptions[name.lower()]
    return DeclaredSubscription(
        name=name,
        id=own,
        tenant_id=names.tenant(sound, "tenant", at),
        display_name=_text(sound, "displayName", name),
        state=_text(sound, "state", "Enabled"),
        channel=_text(sound, "channel", "direct"),
        management_group=_group_named(sound, "managementGroup", at, names),
        registered_providers=tuple(str(node.scalar) for node in sound.get("registeredProviders") or ()),
        tags=_free(sound, "tags") or {},
        resource_groups=tuple(
            _resource_group(own, g, inner, f"{at}.resourceGroups.{g}", names)
            for g, inner in _maps(sound, "resourceGroups")
        ),
    )


def _resource_group(subscription_id: str, name: str, sound: Sound, at: str, names: Names) -> DeclaredResourceGroup:
    location = _text(sound, "location", DEFAULT_LOCATION)
    scope = f"{derive.subscription_scope(subscription_id)}/resourceGroups/{name}"
    resources = [
        _resource(scope, location, inner, f"{at}.resources[{n}]", names)
        for n, inner in enumerate(sound.get("resources") or ())
    ]
    return DeclaredResourceGroup(
        name, location, _free(sound, "tags") or {}, tuple(r for r in resources if r is not None)
    )


def _resource(scope: str, location: str, sound: Sound, at: str, names: Names) -> DeclaredResource | None:
    kind, name = _text(sound, "type"), _text(sound, "name")
    if not kind or not name:
        return None
    where = sound["name"].place
    full = derive.resource_scope(scope, kind, name)
    if full is None:
        message = f"The type '{kind}' and the name '{name}' have different numbers of levels."
        names.note("BadValue", f"{at}.name", message, where, "Write the names of the parents before it: parent/child.")
        return None
    plan = sound.get("plan")
    return DeclaredResource(
        id=full,
        type=kind,
        name=name,
        api_version=_text(sound, "apiVersion"),
        location=_text(sound, "location", location),
        properties=_free(sound, "properties") or {},
        tags=_free(sound, "tags") or {},
        kind=_text(sound, "kind") or None,
        sku=_free(sound, "sku"),
        identity=_free(sound, "identity"),
        plan={key: node.scalar for key, node in plan.items()} if isinstance(plan, dict) and plan else None,
        place=where,
    )


def _assignments(sound: Sound, names: Names) -> Iterator[DeclaredRoleAssignment]:
    for n, inner in enumerate(sound.get("roleAssignments") or ()):
        at = f"roleAssignments[{n}]"
        if not all(isinstance(inner.get(key), Node) for key in ("principal", "role", "scope")):
            continue
        principal_id = names.principal(inner["principal"], "", f"{at}.principal")
        scope = _scope(inner["scope"], at, names)
        if not principal_id or scope is None:
            continue
        role = _text(inner, "role")
        derived = derive.role_assignment_id(principal_id, role, scope)
        tenant = str(inner["principal"].scalar).split("/")[0].lower()
        yield DeclaredRoleAssignment(
            id=_guid(inner, "id", derived),
            principal_id=principal_id,
            tenant_id=names.tenants[tenant],
            role=role,
            scope=scope,
            description=_text(inner, "description"),
            place=inner["role"].place,
        )


def _partner_links(sound: Sound, names: Names) -> Iterator[DeclaredPartnerLink]:
    linked: set[str] = set()
    for n, inner in enumerate(sound.get("partnerLinks") or ()):
        at = f"partnerLinks[{n}]"
        if not all(isinstance(inner.get(key), Node) for key in ("principal", "partnerId")):
            continue
        node = inner["principal"]
        principal_id = names.principal(node, "", f"{at}.principal")
        full = str(node.scalar).lower()
        if not principal_id:
            continue
        if names.kinds.get(full) == "groups":
            names.note("GroupLinked", f"{at}.principal", f"'{full}' is a group; only accounts are linked.", node.place)
        elif full in linked:
            message = f"'{full}' is linked a second time; an account has one link in its tenant."
            names.note("DuplicateName", f"{at}.principal", message, node.place, "Remove one of the two.")
        else:
            linked.add(full)
            tenant_id = names.tenants[full.split("/", maxsplit=1)[0]]
            yield DeclaredPartnerLink(tenant_id, principal_id, _text(inner, "partnerId"), inner["partnerId"].place)


def _scope(node: Node, at: str, names: Names) -> str | None:
    text = str(node.scalar)
    if text.lower().startswith(derive.TENANT_PREFIX):
        tenant = text[len(derive.TENANT_PREFIX) :].lower()
        if tenant not in names.tenants:
            names.note(
                "UnknownName", f"{at}.scope", f"There is no tenant '{tenant}'.", node.place, _known(names.tenants)
            )
            return None
    found = derive.scope_of(text, names.subscriptions, names.management_groups)
    if found is None:
        if derive.is_arm_id(text):
            names.note("BadValue", f"{at}.scope", f"'{text[:200]}' is not an ARM id.", node.place)
        else:
            known = [*names.management_groups.values(), *names.subscriptions]
            names.note("UnknownName", f"{at}.scope", f"There is no scope '{text[:200]}'.", node.place, _known(known))
    return found
