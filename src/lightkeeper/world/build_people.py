"""From a world file's tenants to the declared ones: users, guests, groups, service principals."""

from lightkeeper.directory.model import Cloud, DirectoryRole, License
from lightkeeper.world import build_credentials
from lightkeeper.world import names as derive
from lightkeeper.world.declared_names import Names
from lightkeeper.world.model import (
    DeclaredGroup,
    DeclaredServicePrincipal,
    DeclaredTenant,
    DeclaredUser,
)
from lightkeeper.world.sound import Sound
from lightkeeper.world.sound import flag as _flag
from lightkeeper.world.sound import guid as _guid
from lightkeeper.world.sound import maps as _maps
from lightkeeper.world.sound import text as _text
from lightkeeper.world.source import Node


def tenant_of(name: str, sound: Sound, names: Names) -> DeclaredTenant:
    """Return a declared tenant with everybody in it; guests come behind the members."""
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
