"""An offer as its publisher wrote it, read from a document: plain values, everything optional that a file may lack.

Reading is total: a part of the wrong form is read as empty, and `shape.check_shape` says so. Lists keep the positions
of the document, so that rules can name `plans[2].manifest.authorizations[4]`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from lightkeeper.access import roles as built_in_roles
from lightkeeper.access.model import Role
from lightkeeper.delegation.model import (
    Approver,
    Authorization,
    EligibleAuthorization,
    JustInTimePolicy,
    MfaProvider,
)
from lightkeeper.kernel.ids import is_guid

DEFAULT_ACTIVATION = "PT8H"


class Roles(Protocol):
    """The catalogue of built-in roles; the module access.roles is one."""

    def role_of(self, role_id: str, /) -> Role | None:
        """Return the role with this GUID."""
        ...

    def role_named(self, name: str, /) -> Role | None:
        """Return the role with this name."""
        ...


@dataclass(frozen=True, slots=True)
class AudienceRow:
    """A subscription in an audience; the description is the publisher's own note."""

    subscription_id: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class RoleRef:
    """A role as it was written, by name or by GUID, and its id; an id that names no role stays as it was written."""

    text: str
    id: str
    path: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a manifest; `path` is where it stands."""

    path: str
    principal_id: str
    display_name: str
    principal_type: str
    role: RoleRef
    eligible: bool
    delegated: tuple[RoleRef, ...]
    maximum_for: str
    require_mfa: bool
    approvers: tuple[tuple[Approver, str], ...]  # with their kinds

    def authorization(self) -> Authorization:
        """Return an active row the way a registration definition holds it."""
        return Authorization(
            self.principal_id, self.role.id, self.display_name, tuple(role.id for role in self.delegated)
        )

    def eligible_authorization(self) -> EligibleAuthorization:
        """Return an eligible row the way a registration definition holds it."""
        policy = JustInTimePolicy(
            MfaProvider.AZURE if self.require_mfa else MfaProvider.NONE,
            self.maximum_for,
            tuple(approver for approver, _ in self.approvers),
        )
        delegated = tuple(role.id for role in self.delegated)
        return EligibleAuthorization(self.principal_id, self.role.id, self.display_name, policy, delegated)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Which access a plan asks for."""

    path: str
    version: str
    managed_by_tenant_id: str
    rows: tuple[Row, ...]

    @property
    def active(self) -> tuple[Row, ...]:
        """Return the rows whose role is held all the time."""
        return tuple(row for row in self.rows if not row.eligible)

    @property
    def eligible(self) -> tuple[Row, ...]:
        """Return the rows whose role is held after an activation."""
        return tuple(row for row in self.rows if row.eligible)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a customer chooses."""

    path: str
    id: str
    name: str
    summary: str
    description: str
    visibility: str
    private_audience: tuple[AudienceRow, ...]
    manifest: Manifest
    deprecated: bool = False

    @property
    def private(self) -> bool:
        """Return whether only the private audience may see the plan."""
        return self.visibility == "private"


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer document; `document` keeps what no rule looks at."""

    publisher_id: str
    id: str
    alias: str
    name: str
    summary: str
    short_description: str
    description: str
    language: str
    categories: tuple[str, ...]
    terms_text: str
    terms_url: str
    privacy_policy_link: str
    support_url: str
    preview_audience: tuple[AudienceRow, ...]
    lead_destination: str
    plans: tuple[Plan, ...]
    document: dict[str, Any]


def offer_of(value: Any, roles: Roles) -> Offer:
    """Return the offer a document describes; role names are looked up in `roles`."""
    document = _block(value)
    offer, listing, properties = (_block(document.get(key)) for key in ("offer", "listing", "properties"))
    terms = _block(properties.get("terms"))
    return Offer(
        publisher_id=_text(offer, "publisher"),
        id=_text(offer, "id"),
        alias=_text(offer, "alias") or _text(listing, "name"),
        name=_text(listing, "name"),
        summary=_text(listing, "searchResultsSummary"),
        short_description=_text(listing, "shortDescription"),
        description=_text(listing, "description"),
        language=_text(listing, "language").lower() or "en-us",
        categories=tuple(item for item in _list(properties.get("categories")) if isinstance(item, str)),
        terms_text=_text(terms, "text"),
        terms_url=_text(terms, "url"),
        privacy_policy_link=_text(listing, "privacyPolicyLink"),
        support_url=_text(_block(listing.get("supportWebsites")), "azureGlobal"),
        preview_audience=audience_of(document.get("previewAudience")),
        lead_destination=_text(_block(document.get("customerLeads")), "destination") or "none",
        plans=tuple(_plan(_block(item), f"plans[{n}]", roles) for n, item in enumerate(_list(document.get("plans")))),
        document=document,
    )


def read_offer(value: Any) -> Offer:
    """Return the offer a document describes, role names looked up among the built-in roles."""
    return offer_of(value, built_in_roles)


def audience_of(value: Any) -> tuple[AudienceRow, ...]:
    """Return the rows of an audience, ids in lower case; positions are kept."""
    rows = (_block(item) for item in _list(value))
    return tuple(AudienceRow(_text(row, "subscriptionId").lower(), _text(row, "description")) for row in rows)


def _plan(value: dict[str, Any], path: str, roles: Roles) -> Plan:
    listing = _block(value.get("listing"))
    return Plan(
        path=path,
        id=_text(value, "id"),
        name=_text(value, "name"),
        summary=_text(listing, "summary"),
        description=_text(listing, "description"),
        visibility=_text(value, "visibility"),
        private_audience=audience_of(value.get("privateAudience")),
        manifest=_manifest(_block(value.get("manifest")), f"{path}.manifest", roles),
        deprecated=value.get("lifecycleState") == "deprecated",
    )


def _manifest(value: dict[str, Any], path: str, roles: Roles) -> Manifest:
    rows = enumerate(_list(value.get("authorizations")))
    return Manifest(
        path=path,
        version=_text(value, "version"),
        managed_by_tenant_id=_text(value, "managedByTenantId").lower(),
        rows=tuple(_row(_block(item), f"{path}.authorizations[{n}]", roles) for n, item in rows),
    )


def _row(value: dict[str, Any], path: str, roles: Roles) -> Row:
    key = "role" if "role" in value or "roleDefinitionId" not in value else "roleDefinitionId"
    delegated = enumerate(_list(value.get("delegatedRoleDefinitionIds")))
    return Row(
        path=path,
        principal_id=_text(value, "principalId").lower(),
        display_name=_text(value, "principalDisplayName"),
        principal_type=_text(value, "principalType"),
        role=_role(_text(value, key), f"{path}.{key}", roles),
        eligible=_text(value, "accessType") == "eligible",
        delegated=tuple(_role(role, f"{path}.delegatedRoleDefinitionIds[{n}]", roles) for n, role in delegated),
        maximum_for=_text(value, "maximumActivationDuration") or DEFAULT_ACTIVATION,
        require_mfa=value.get("requireMfa") is True,
        approvers=tuple(_approvers(value.get("approvers"))),
    )


def _approvers(value: Any) -> Iterator[tuple[Approver, str]]:
    for item in map(_block, _list(value)):
        who = Approver(_text(item, "principalId").lower(), _text(item, "principalDisplayName"))
        yield who, _text(item, "principalType")


def _role(value: Any, path: str, roles: Roles) -> RoleRef:
    """Return the role a text names: a GUID, a name, or a full role definition id whose last part counts."""
    text = value.strip() if isinstance(value, str) else ""
    last = text.rsplit("/", 1)[-1].lower()
    if is_guid(last):
        return RoleRef(text, last, path)
    role = roles.role_named(text) if text else None
    return RoleRef(text, role.id if role else text.lower(), path)


def _block(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: dict[str, Any], key: str) -> str:
    found = value.get(key)
    return found.strip() if isinstance(found, str) else ""
