"""What a registration definition must look like before it is stored.

Pure: the service gathers the state of the world into `DefinitionFacts`. Objections come in the documented order, all of
them together; the first one gives the answer its code and text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lightkeeper.delegation.activation_rules import (
    LONGEST_ACTIVATION,
    SHORTEST_ACTIVATION,
    object_to_activation,
    terms_of,
)
from lightkeeper.delegation.eligibility import RoleLookup, object_to
from lightkeeper.delegation.model import (
    Authorization,
    DefinitionAsked,
    Plan,
    PublishedPlan,
    RegistrationDefinition,
)
from lightkeeper.delegation.model import EligibleAuthorization as Eligible
from lightkeeper.delegation.objections import Objection, refused
from lightkeeper.delegation.settings import DelegationSettings
from lightkeeper.directory.model import Cloud
from lightkeeper.kernel.ids import is_guid

__all__ = [
    "LONGEST_ACTIVATION",
    "SHORTEST_ACTIVATION",
    "DefinitionFacts",
    "settled",
    "settled_eligible",
    "why_not_define",
]

NAME_LENGTH = 512  # L46: no limit is documented; these keep a page readable
DESCRIPTION_LENGTH = 1024

CROSS_CLOUD = "CrossCloudDelegationNotSupported"  # L38, L57: the refusals are documented, their codes are not
LICENSE_REQUIRED = "EligibleAuthorizationLicenseRequired"
NO_ACTIVATION = "EligibleAuthorizationNotSupported"


@dataclass(frozen=True, slots=True)
class DefinitionFacts:
    """The state of the world a definition is judged by.

    `published` is the plan version the definition names, None when there is none or no plan was asked for. `cloud` is the
    home tenant's, `managing_cloud` that of the provider; `licensed` says whether the provider may activate roles at all.
    """

    home_tenant_id: str
    managing_tenant_exists: bool = True
    cloud: Cloud = Cloud.PUBLIC
    managing_cloud: Cloud = Cloud.PUBLIC
    licensed: bool = True
    existing: RegistrationDefinition | None = None
    published: PublishedPlan | None = None


def why_not_define(
    name: str, asked: DefinitionAsked, facts: DefinitionFacts, role_of: RoleLookup, settings: DelegationSettings
) -> list[Objection]:
    """Return every objection to writing `asked` under the GUID `name`; empty (or only advice) means it may be written.

    Not checked here: whether the principals exist (at assignment, L42) and whether the plan may be bought
    (purchase_rules.py).
    """
    return [
        *_names(name, asked),
        *_principals(asked),
        *object_to(
            asked.authorizations,
            asked.eligible_authorizations,
            role_of,
            subject=name,
            data_actions_delegable=settings.delegated_roles_allow_data_actions,
        ),
        *_managing_tenant(name, asked, facts),
        *_some_active(asked),
        *object_to_activation(asked.eligible_authorizations),
        *_activation_is_had(asked, facts),
        *_as_published(asked, facts.published),
    ]


def _names(name: str, asked: DefinitionAsked) -> Iterator[Objection]:
    if not is_guid(name):
        yield refused(
            "L4",
            "name",
            f"The registration definition name '{name}' must be a valid Guid.",
            code="InvalidRegistrationDefinitionName",
        )
    for target, text, limit in (
        ("registrationDefinitionName", asked.name, NAME_LENGTH),
        ("description", asked.description, DESCRIPTION_LENGTH),
    ):
        if len(text) > limit:
            yield refused("L46", target, f"The {target} has {len(text)} characters; at most {limit} are allowed.")


def _principals(asked: DefinitionAsked) -> Iterator[Objection]:
    """L35, for authorizations, eligible entries and approvers."""
    places = [(f"authorizations[{n}]", entry.principal_id) for n, entry in enumerate(asked.authorizations)]
    for n, eligible in enumerate(asked.eligible_authorizations):
        places.append((f"eligibleAuthorizations[{n}]", eligible.principal_id))
        places += [
            (f"eligibleAuthorizations[{n}].justInTimeAccessPolicy.managedByTenantApprovers[{m}]", a.principal_id)
            for m, a in enumerate(eligible.policy.approvers)
        ]
    for at, principal_id in places:
        if not is_guid(principal_id):
            yield refused("L35", f"{at}.principalId", f"The PrincipalId '{principal_id}' must be a valid Guid.")


def _managing_tenant(name: str, asked: DefinitionAsked, facts: DefinitionFacts) -> Iterator[Objection]:
    tenant = asked.managed_by_tenant_id
    if tenant == facts.home_tenant_id:
        yield refused(
            "L37",
            "managedByTenantId",
            f"The registration definition '{name}' not allowed to use the '{tenant}' as ManagedByTenantId.",
            remedy="A subscription is delegated to another tenant than its own.",
        )
    elif not facts.managing_tenant_exists:
        yield refused("L38", "managedByTenantId", f"The tenant '{tenant}' in ManagedByTenantId does not exist.")
    elif facts.managing_cloud is not facts.cloud:
        yield refused(
            "L38",
            "managedByTenantId",
            f"The tenant '{tenant}' is in {facts.managing_cloud}, the subscription in {facts.cloud}. Nothing is delegated "
            "from one cloud to another.",
            code=CROSS_CLOUD,
            remedy="Ask the provider for the tenant it has in this cloud.",
        )
    if facts.existing is not None and facts.existing.managed_by_tenant_id != tenant:
        yield refused(
            "L39",
            "managedByTenantId",
            f"The registration definition '{name}' property ManagedByTenantId not allowed to update.",
            code="RegistrationDefinitionInvalidUpdate",
            remedy="Use another offer name, or remove the delegations and the definition first.",
        )


def _some_active(asked: DefinitionAsked) -> Iterator[Objection]:
    if not asked.authorizations:
        yield refused("L40", "authorizations", "A registration definition needs at least one active authorization.")


def _activation_is_had(asked: DefinitionAsked, facts: DefinitionFacts) -> Iterator[Objection]:
    """L57: eligible entries need a licence of the managing tenant, and a cloud that has activation."""
    if not asked.eligible_authorizations:
        return
    if facts.cloud is not Cloud.PUBLIC:
        yield refused(
            "L57",
            "eligibleAuthorizations",
            f"Eligible authorizations are not supported in {facts.cloud}.",
            code=NO_ACTIVATION,
            remedy="Use active authorizations.",
        )
    elif not facts.licensed:
        yield refused(
            "L57",
            "eligibleAuthorizations",
            f"The tenant '{asked.managed_by_tenant_id}' has no licence that includes the activation of eligible roles.",
            code=LICENSE_REQUIRED,
            remedy="The provider needs Microsoft Entra ID P2 or Governance, or EMS E5; the customer needs nothing.",
        )


def _as_published(asked: DefinitionAsked, published: PublishedPlan | None) -> Iterator[Objection]:
    """L47, L88: a definition with a plan repeats the published version, or it is not that plan."""
    if asked.plan is None:
        return
    if missing := _missing_in(asked.plan):
        yield refused(
            "L5", "plan", f"The plan needs {', '.join(missing)}.", remedy="Give all four parts, or leave the plan out."
        )
    elif published is None:
        yield refused(
            "L47",
            "plan",
            f"There is no published plan '{asked.plan.identifier}'.",
            code=MISMATCH,
            remedy="Check publisher, product, plan name and version.",
        )
    else:
        differing = [
            field
            for field, ours, theirs in (
                ("managedByTenantId", asked.managed_by_tenant_id, published.managed_by_tenant_id),
                ("authorizations", _grants(asked.authorizations), _grants(published.authorizations)),
                (
                    "eligibleAuthorizations",
                    _offers(asked.eligible_authorizations),
                    _offers(published.eligible_authorizations),
                ),
            )
            if ours != theirs
        ]
        for field in differing:
            yield refused(
                "L47",
                field,
                f"The {field} differ from those of the published plan '{asked.plan.identifier}'.",
                code=MISMATCH,
                remedy="Copy them from the marketplace registration definition.",
            )


MISMATCH = "MarketplaceRegistrationDefinitionMismatch"


def _missing_in(plan: Plan) -> list[str]:
    return [part for part in ("publisher", "product", "name", "version") if not getattr(plan, part)]


def _grants(authorizations: Sequence[Authorization]) -> frozenset[object]:
    return frozenset((a.principal_id, a.role_id, frozenset(a.delegated_role_ids)) for a in authorizations)


def _offers(eligible: Sequence[Eligible]) -> frozenset[object]:
    return frozenset((entry.principal_id, entry.role_id, terms_of(entry.policy)) for entry in eligible)


def settled(asked: Sequence[Authorization]) -> tuple[Authorization, ...]:
    """Return the authorizations with exact repetitions of (principal, role) collapsed into the first (L44).

    Assignable roles of repeated entries are united, so that collapsing never takes a right away.
    """
    kept: dict[tuple[str, str], Authorization] = {}
    for entry in asked:
        pair = (entry.principal_id, entry.role_id)
        if pair not in kept:
            kept[pair] = entry
            continue
        known = kept[pair]
        united = tuple(dict.fromkeys((*known.delegated_role_ids, *entry.delegated_role_ids)))
        kept[pair] = Authorization(known.principal_id, known.role_id, known.display_name, united)
    return tuple(kept.values())


def settled_eligible(asked: Sequence[Eligible]) -> tuple[Eligible, ...]:
    """Return the eligible entries with exact repetitions collapsed likewise; entries of one role agree anyway (L55)."""
    kept: dict[tuple[str, str], Eligible] = {}
    for entry in asked:
        kept.setdefault((entry.principal_id, entry.role_id), entry)
    return tuple(kept.values())
