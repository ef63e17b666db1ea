"""What a group that somebody makes must look like, and who may be in it. Pure; the texts are Graph's."""

from collections.abc import Iterator, Mapping
from typing import Any

from lightkeeper.directory.model import Group, Principal, PrincipalType
from lightkeeper.directory.user_rules import check_nickname, missing
from lightkeeper.kernel.findings import Finding

MOST_OWNERS = 100  # Graph: "maximum of 100 owners"
_NEEDED = {
    "display_name": "displayName",
    "mail_enabled": "mailEnabled",
    "mail_nickname": "mailNickname",
    "security_enabled": "securityEnabled",
}


def check_new_group(fields: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what is missing in the description of a new group."""
    for field, name in _NEEDED.items():
        if fields.get(field) in (None, ""):
            yield missing(name, "Group")


def check_group(group: Group, types: tuple[str, ...] | None = None) -> Iterator[Finding]:
    """Yield every reason a group cannot be so: it is a security group, or a Microsoft 365 group (type Unified).

    `types` are the group types as they were said, None when nothing was.
    """
    yield from check_nickname(group.mail_nickname, "Group")
    if len(group.description) > 1024:
        yield Finding("Request_BadRequest", "description", "A description has at most 1024 characters.")
    others = set(types or ()) - {"Unified"}
    if others:
        yield Finding(
            "Request_BadRequest",
            "groupTypes",
            f"Groups of type '{sorted(others)[0][:64]}' are not supported here; write 'Unified' or nothing.",
        )
    unified = group.mail_enabled if types is None else "Unified" in types
    if unified != group.mail_enabled or not (unified or group.security_enabled):
        yield Finding(
            "Request_BadRequest",
            "mailEnabled",
            "The service does not currently support writes of mail-enabled groups. Please ensure that the mail-enablement "
            "property is unset and the security-enablement property is set.",
        )


def why_not_owner(owner: Principal, others: int) -> Iterator[Finding]:
    """Yield every reason somebody cannot own an object that has so many owners: only people and programs own things."""
    if owner.type is PrincipalType.GROUP:
        yield Finding("Request_BadRequest", "owners", "The owner must be a user or a service principal.")
    if others >= MOST_OWNERS:
        yield Finding("Request_BadRequest", "owners", f"An object has at most {MOST_OWNERS} owners.")


def why_not_member_of_unified(group: Group, member: Principal) -> Iterator[Finding]:
    """Yield a finding when something else than a person would join a Microsoft 365 group."""
    if group.mail_enabled and member.type is not PrincipalType.USER:
        yield Finding("Request_BadRequest", "members", "Only users can be members of a Microsoft 365 group.")


def why_not_without_owner(owners: list[Principal], leaving: str) -> Iterator[Finding]:
    """Yield a finding when the last person who owns a group would own it no more."""
    people = [each.id for each in owners if each.type is PrincipalType.USER]
    if people == [leaving]:
        yield Finding(
            "Request_BadRequest",
            "owners",
            "The group must have at least one owner, hence this owner cannot be removed.",
        )


def already_there(name: str) -> Finding:
    """Return the finding of a reference that exists."""
    return Finding(
        "Request_BadRequest",
        name,
        f"One or more added object references already exist for the following modified properties: '{name}'.",
    )
