"""The properties of Graph's objects that a caller may say, and where each is kept.

Those with a field of the model mean something here. The others are only kept and shown: `KEPT` says under which name and
what stands there when nobody said anything.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lightkeeper.directory.changes import Changes
from lightkeeper.directory.model import Audience, UserType
from lightkeeper.kernel.problems import Invalid

LONGEST_TEXT = 2048
MOST_VALUES = 1000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Kind(StrEnum):
    """What a property holds."""

    TEXT = "text"
    FLAG = "true or false"
    TEXTS = "a list of texts"
    OBJECT = "an object"
    OBJECTS = "a list of objects"


@dataclass(frozen=True, slots=True)
class Property:
    """One property: what it holds, and the model's field it is when it means something."""

    kind: Kind
    field: str = ""
    read: Callable[[Any], Any] = lambda value: value


TEXT, FLAG, TEXTS = Property(Kind.TEXT), Property(Kind.FLAG), Property(Kind.TEXTS)
OBJECT, OBJECTS = Property(Kind.OBJECT), Property(Kind.OBJECTS)

_EMPTY: Mapping[Kind, Any] = {Kind.TEXTS: [], Kind.OBJECTS: []}


def empty(one: Property) -> Any:
    """Return what stands in an object when nobody said anything."""
    return _EMPTY.get(one.kind)


def _texts(*names: str) -> dict[str, Property]:
    return dict.fromkeys(names, TEXT)


USER: Mapping[str, Property] = {
    "displayName": Property(Kind.TEXT, "display_name"),
    "userPrincipalName": Property(Kind.TEXT, "upn"),
    "mailNickname": Property(Kind.TEXT, "mail_nickname"),
    "mail": Property(Kind.TEXT, "mail"),
    "accountEnabled": Property(Kind.FLAG, "enabled"),
    "userType": Property(Kind.TEXT, "user_type", UserType),
    **_texts(
        "givenName", "surname", "jobTitle", "mobilePhone", "officeLocation", "preferredLanguage", "usageLocation",
        "department", "companyName", "city", "state", "country", "postalCode", "streetAddress", "employeeId",
        "employeeType", "passwordPolicies", "onPremisesImmutableId", "faxNumber", "ageGroup", "consentProvidedForMinor",
    ),
    "businessPhones": TEXTS,
    "otherMails": TEXTS,
}  # fmt: skip
GROUP: Mapping[str, Property] = {
    "displayName": Property(Kind.TEXT, "display_name"),
    "description": Property(Kind.TEXT, "description"),
    "mailNickname": Property(Kind.TEXT, "mail_nickname"),
    "mailEnabled": Property(Kind.FLAG, "mail_enabled"),
    "securityEnabled": Property(Kind.FLAG, "security_enabled"),
    **_texts("visibility", "preferredDataLocation", "preferredLanguage", "theme", "classification"),
}
APPLICATION: Mapping[str, Property] = {
    "displayName": Property(Kind.TEXT, "display_name"),
    "identifierUris": Property(Kind.TEXTS, "identifier_uris", tuple),
    "signInAudience": Property(Kind.TEXT, "audience", Audience),
    "isFallbackPublicClient": Property(Kind.FLAG, "public_client", bool),
    **_texts("description", "notes", "serviceManagementReference", "groupMembershipClaims", "samlMetadataUrl",
             "uniqueName", "disabledByMicrosoftStatus", "tokenEncryptionKeyId", "defaultRedirectUri"),
    "isDeviceOnlyAuthSupported": FLAG,
    "oauth2RequirePostResponse": FLAG,
    "tags": TEXTS,
    "api": OBJECT,
    "web": OBJECT,
    "spa": OBJECT,
    "publicClient": OBJECT,
    "info": OBJECT,
    "optionalClaims": OBJECT,
    "parentalControlSettings": OBJECT,
    "appRoles": OBJECTS,
    "addIns": OBJECTS,
    "requiredResourceAccess": OBJECTS,
}  # fmt: skip
SERVICE_PRINCIPAL: Mapping[str, Property] = {
    "displayName": Property(Kind.TEXT, "display_name"),
    "accountEnabled": Property(Kind.FLAG, "enabled"),
    **_texts("description", "notes", "homepage", "loginUrl", "logoutUrl", "preferredSingleSignOnMode",
             "preferredTokenSigningKeyThumbprint", "tokenEncryptionKeyId", "appDescription"),
    "appRoleAssignmentRequired": FLAG,
    "alternativeNames": TEXTS,
    "notificationEmailAddresses": TEXTS,
    "replyUrls": TEXTS,
    "tags": TEXTS,
    "info": OBJECT,
    "samlSingleSignOnSettings": OBJECT,
    "addIns": OBJECTS,
}  # fmt: skip

APART = frozenset({"passwordProfile", "keyCredentials", "groupTypes", "appId", "isAssignableToRole"})
"""Properties that other parts of an operation read."""


def changes_in(document: Mapping[str, Any], properties: Mapping[str, Property], kind: str) -> Changes:
    """Return what a body wants. Raises `Invalid` for a property there is not, or a value of the wrong kind."""
    fields: dict[str, Any] = {}
    profile: dict[str, Any] = {}
    for name, value in document.items():
        if name in APART or "@odata." in name:
            continue
        one = properties.get(name)
        if one is None:
            raise Invalid("Request_BadRequest", f"Invalid property '{name[:64]}'.", target=name[:64])
        if not _fits(one.kind, value, nullable=not one.field):
            raise _invalid(name, kind)
        if not one.field:
            profile[name] = value
            continue
        try:
            fields[one.field] = one.read(value) if value is not None else _none_of(one)
        except ValueError as fault:
            raise _invalid(name, kind) from fault
    return Changes(fields, profile)


def kept(properties: Mapping[str, Property], profile: Mapping[str, Any]) -> dict[str, Any]:
    """Return the kept properties of an object, with what stands there when nobody said anything."""
    return {name: profile.get(name, empty(one)) for name, one in properties.items() if not one.field}


_CLEARED = frozenset({"description", "mail", "public_client"})  # fields that may be taken away with null


def _none_of(one: Property) -> Any:
    if one.field not in _CLEARED:
        raise ValueError(one.field)
    return False if one.kind is Kind.FLAG else ""


def _fits(kind: Kind, value: Any, *, nullable: bool) -> bool:
    if value is None:
        return True
    match kind:
        case Kind.TEXT:
            return isinstance(value, str) and len(value) <= LONGEST_TEXT and _CONTROL.search(value) is None
        case Kind.FLAG:
            return isinstance(value, bool)
        case Kind.TEXTS:
            texts = isinstance(value, list) and all(isinstance(each, str) for each in value)
            return texts and len(value) <= MOST_VALUES
        case Kind.OBJECT:
            return isinstance(value, dict) and _sound_redirects(value)
        case Kind.OBJECTS:
            objects = isinstance(value, list) and all(isinstance(each, dict) for each in value)
            return objects and len(value) <= MOST_VALUES


def _sound_redirects(value: Mapping[str, Any]) -> bool:
    found = value.get("redirectUris", [])
    return isinstance(found, list) and all(isinstance(each, str) for each in found)


def _invalid(name: str, kind: str) -> Invalid:
    message = f"Invalid value specified for property '{name[:64]}' of resource '{kind}'."
    return Invalid("Request_BadRequest", message, target=name[:64])
