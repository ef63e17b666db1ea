"""What the directory admits: who may write and read it, what a principal looks like, who may be in a group. Pure."""

import re
from collections.abc import Collection, Iterator

from lightkeeper.directory.model import Group, Principal, ServicePrincipal, ServicePrincipalKind, Tenant, User
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Caller
from lightkeeper.kernel.findings import Finding

_DOMAIN = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)+")
_UPN = re.compile(r"[^@\s\"(),:;<>\[\]\\]{1,170}@[^@\s]{1,253}")
LONGEST_DISPLAY_NAME = 256


def may_administer_directory(caller: Caller) -> bool:
    """Return whether the caller may create, change or delete what is in a directory: the operator and the platform."""
    return caller.unrestricted


def is_domain(text: str) -> bool:
    """Return whether a text is a domain name of at least two labels."""
    return _DOMAIN.fullmatch(text.lower()) is not None


def check_tenant(tenant: Tenant) -> Iterator[Finding]:
    """Yield every reason a tenant cannot be as it is described."""
    if not ids.is_guid(tenant.id):
        yield Finding("Request_BadRequest", "id", f"'{tenant.id}' is not a GUID.")
    if not is_domain(tenant.domain):
        yield Finding(
            "Request_BadRequest",
            "domain",
            f"'{tenant.domain}' is not a domain name.",
            "Write one such as contoso.example.",
        )
    if not tenant.display_name.strip() or len(tenant.display_name) > LONGEST_DISPLAY_NAME:
        yield Finding("Request_BadRequest", "displayName", "A tenant needs a display name of at most 256 characters.")
    if re.fullmatch(r"[A-Za-z]{2}", tenant.country_code) is None:
        yield Finding("Request_BadRequest", "countryCode", f"'{tenant.country_code}' is not a two-letter country code.")


def check_principal(principal: Principal) -> Iterator[Finding]:
    """Yield every reason a principal cannot be as it is described; says nothing about whether its tenant exists."""
    if not ids.is_guid(principal.id) or principal.id != principal.id.lower():
        yield Finding("Request_BadRequest", "id", f"'{principal.id}' is not a lower-case GUID.")
    if not principal.display_name.strip() or len(principal.display_name) > LONGEST_DISPLAY_NAME:
        yield Finding("Request_BadRequest", "displayName", "A display name has 1 to 256 characters.")
    if isinstance(principal, User) and _UPN.fullmatch(principal.upn) is None:
        yield Finding(
            "Request_BadRequest",
            "userPrincipalName",
            f"'{principal.upn}' is not a sign-in name.",
            "Write one such as technician@fabrikam.example.",
        )
    if isinstance(principal, ServicePrincipal) and (
        not ids.is_guid(principal.app_id) or principal.app_id != principal.app_id.lower()
    ):
        yield Finding("Request_BadRequest", "appId", f"'{principal.app_id}' is not a lower-case GUID.")


def check_managed_identity(principal: ServicePrincipal) -> Iterator[Finding]:
    """Yield a finding for a service principal that stands for a program rather than for a resource."""
    if principal.kind is not ServicePrincipalKind.MANAGED_IDENTITY:
        yield Finding("Request_BadRequest", "servicePrincipalType", f"'{principal.id}' is no managed identity.")


def why_not_member(group: Principal, member: Principal, groups_of_group: Collection[str]) -> Iterator[Finding]:
    """Yield every reason `member` cannot join `group`; `groups_of_group` are all groups the group itself is in.

    Groups may be nested as deep as one likes, but never in a circle.
    """
    if not isinstance(group, Group):
        yield Finding("Request_BadRequest", "group", f"'{group.display_name}' is not a group.")
        return
    if member.tenant_id != group.tenant_id:
        yield Finding(
            "Request_BadRequest",
            "member",
            f"'{member.display_name}' is in another tenant than the group '{group.display_name}'.",
            "Invite it as a guest and add the guest.",
        )
    if member.id == group.id or member.id in groups_of_group:
        yield Finding(
            "Request_BadRequest",
            "member",
            f"'{member.display_name}' cannot join '{group.display_name}': the group would contain itself.",
        )


def why_not_owner_of(owned: Principal, owner: Principal) -> Iterator[Finding]:
    """Yield a finding when the owner would be in another tenant than what it owns."""
    if owned.tenant_id != owner.tenant_id:
        yield Finding(
            "Request_BadRequest",
            "owner",
            f"'{owner.display_name}' is in another tenant than '{owned.display_name}'.",
            "Invite it as a guest and name the guest.",
        )
