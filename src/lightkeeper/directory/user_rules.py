"""What a user that somebody makes must look like. Pure; the texts are Graph's.

The operator's worlds are checked by `rules` alone: a sandbox may have passwords that nobody would let through here.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lightkeeper.directory.model import User
from lightkeeper.kernel.findings import Finding

FEWEST_CHARACTERS, MOST_CHARACTERS = 8, 256  # Microsoft Entra password policies: cloud accounts
_KINDS = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"[0-9]"), re.compile(r"[^A-Za-z0-9]"))
_KINDS_NEEDED = 3
_NICKNAME = re.compile(r"[^\s@()\\\[\]\";:<>,]{1,64}")

SENSITIVE = frozenset({"upn", "enabled", "mail"})
"""Fields by which somebody is locked out or taken over."""

_NEEDED = {
    "enabled": "accountEnabled",
    "display_name": "displayName",
    "mail_nickname": "mailNickname",
    "upn": "userPrincipalName",
}


def check_new_user(fields: Mapping[str, Any], password: str | None) -> Iterator[Finding]:
    """Yield what is missing in the description of a new user."""
    for field, name in _NEEDED.items():
        if fields.get(field) in (None, ""):
            yield missing(name, "User")
    if not password:
        yield missing("passwordProfile", "User")


def check_user(user: User, domain: str) -> Iterator[Finding]:
    """Yield every reason a user cannot be so in the tenant with this domain; `rules.check_principal` has looked, too."""
    if not user.is_guest and user.upn.partition("@")[2].lower() != domain:
        yield Finding(
            "Request_BadRequest",
            "userPrincipalName",
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain "
            "names in your organization.",
        )
    if user.mail_nickname:
        yield from check_nickname(user.mail_nickname, "User")


def check_nickname(nickname: str, kind: str) -> Iterator[Finding]:
    """Yield a finding for a mail nickname with characters that no address has."""
    if _NICKNAME.fullmatch(nickname) is None or not nickname.isascii():
        yield Finding(
            "Request_BadRequest",
            "mailNickname",
            f"Invalid value specified for property 'mailNickname' of resource '{kind}'.",
        )


def check_password(password: str) -> Iterator[Finding]:
    """Yield a finding for a password that is too short, too long or too plain."""
    kinds = sum(1 for kind in _KINDS if kind.search(password))
    if not FEWEST_CHARACTERS <= len(password) <= MOST_CHARACTERS or kinds < _KINDS_NEEDED:
        yield Finding(
            "Request_BadRequest",
            "passwordProfile",
            "The specified password does not comply with password complexity requirements. Please provide a different "
            "password.",
            "Write 8 to 256 characters of three kinds: small letters, capitals, digits, others.",
        )


def missing(name: str, kind: str) -> Finding:
    """Return the finding of a property that must be said."""
    return Finding("Request_BadRequest", name, f"A value is required for property '{name}' of resource '{kind}'.")


def taken(name: str) -> Finding:
    """Return the finding of a value that another object has."""
    message = f"Another object with the same value for property {name} already exists."
    return Finding("Request_BadRequest", name, message)
