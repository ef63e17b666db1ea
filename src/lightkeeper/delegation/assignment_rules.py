"""Where, by whom and to whom a definition may be given.

Pure: the service gathers the state of the world into the facts values.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lightkeeper.delegation.model import RegistrationAssignment, RegistrationDefinition
from lightkeeper.delegation.objections import Objection, refused
from lightkeeper.delegation.settings import DelegationSettings
from lightkeeper.directory.model import Group, Principal, PrincipalType
from lightkeeper.kernel.ids import is_guid

INSUFFICIENT = "InsufficientPrivilegesForManagedServiceResource"
INSUFFICIENT_TEXT = "The requested user doesn't have sufficient privileges to perform the operation."
MULTIPLE = "MultipleRegistrationAssignmentsNotAllowed"
RIGHTS_TO_DELEGATE = (
    "Microsoft.Authorization/roleAssignments/write",
    "Microsoft.Authorization/roleAssignments/delete",
    "Microsoft.Authorization/roleAssignments/read",
)
"""L70: who may hand out roles at the subscription may hand them to a provider."""


@dataclass(frozen=True, slots=True)
class OnboardingFacts:
    """What is known about somebody who wants to change what is delegated in a subscription."""

    in_home_tenant: bool
    is_guest: bool
    missing_rights: tuple[str, ...] = ()


def why_not_onboard(facts: OnboardingFacts, settings: DelegationSettings) -> list[Objection]:
    """Return why this actor may not add, update, delegate or remove a delegation (L70, L71); empty means they may."""
    if not facts.in_home_tenant:
        return [
            refused(
                "L95",
                "caller",
                INSUFFICIENT_TEXT,
                code=INSUFFICIENT,
                remedy="Sign in to the tenant the subscription is in.",
            )
        ]
    if facts.is_guest and settings.reject_guest_onboarding:
        return [
            refused(
                "L71",
                "caller",
                INSUFFICIENT_TEXT,
                code=INSUFFICIENT,
                remedy="Use an account that is a member of the tenant.",
            )
        ]
    if facts.missing_rights:
        remedy = f"Ask for a role with {', '.join(facts.missing_rights)} at the subscription, for example Owner."
        return [refused("L71", "caller", INSUFFICIENT_TEXT, code=INSUFFICIENT, remedy=remedy)]
    return []


@dataclass(frozen=True, slots=True)
class DelegationFacts:
    """The state of the world a new or repeated assignment is judged by.

    `others` are the assignments of the same definition in the subscription, the one being written left out; `beside`
    the definitions that are assigned at the very scope already.
    `principals` holds those of the definition's principals (and approvers) that exist in any directory; `applications`
    those ids that turned out to be applications rather than their service principals.
    """

    definition: RegistrationDefinition | None
    others: Sequence[RegistrationAssignment] = ()
    beside: Sequence[RegistrationDefinition] = ()
    existing: RegistrationAssignment | None = None
    principals: Mapping[str, Principal] | None = None
    applications: frozenset[str] = frozenset()


def check_assignment_target(name: str, scope_subscription: str, definition_subscription: str | None) -> list[Objection]:
    """Return what is wrong with an assignment's name and the definition it points to, before anything is looked up.

    `definition_subscription` is None when the text is no id of a registration definition.
    """
    found = []
    if not is_guid(name):
        found.append(
            refused(
                "L4",
                "name",
                f"The registration assignment name '{name}' must be a valid Guid.",
                code="InvalidRegistrationAssignmentName",
            )
        )
    if definition_subscription is None:
        found.append(
            refused(
                "L8",
                "registrationDefinitionId",
                "The registrationDefinitionId must be the full id of a registration definition.",
                code="InvalidRegistrationAssignmentRequest",
            )
        )
    elif definition_subscription != scope_subscription:
        found.append(
            refused(
                "L64",
                "registrationDefinitionId",
                f"The registration definition is in subscription '{definition_subscription}', the assignment in "
                f"'{scope_subscription}'. Both must be in one subscription.",
                code="InvalidRegistrationAssignmentRequest",
                remedy="Create the registration definition in the delegated subscription, too.",
            )
        )
    return found


def why_not_assign(scope: str, facts: DelegationFacts) -> list[Objection]:
    """Return every objection to giving the definition at `scope` (L41-L43, L50, L54, L60, L62, L63)."""
    definition = facts.definition
    if definition is None:
        return [
            refused(
                "L64",
                "registrationDefinitionId",
                "The registration definition does not exist.",
                code="RegistrationDefinitionNotFound",
            )
        ]
    found = [*_only_one(scope, definition, facts), *_name_of_its_own(scope, definition, facts.beside)]
    if facts.existing is not None and facts.existing.definition_key != definition.key:
        found.append(
            refused(
                "L60",
                "registrationDefinitionId",
                f"The registration assignment '{facts.existing.id}' gives another registration definition, which cannot "
                "be changed.",
                code="RegistrationAssignmentInvalidUpdate",
                remedy="Delete the assignment first, or use another name.",
            )
        )
    if facts.principals is not None:
        found += _principals(definition, facts.principals, facts.applications)
    return found


def _only_one(scope: str, definition: RegistrationDefinition, facts: DelegationFacts) -> Iterator[Objection]:
    """L60 at the same scope; L63 when one is at the subscription and the other at one of its groups."""
    subscription = definition.scope.lower()
    for other in facts.others:
        if other.scope_key in (scope.lower(), subscription) or scope.lower() == subscription:
            yield refused(
                "L60" if other.scope_key == scope.lower() else "L63",
                "scope",
                f"Another registration assignment present at this scope '{other.scope}' for registration definition "
                f"'{definition.resource_id}'. Multiple registration assignments are not allowed.",
                code=MULTIPLE,
            )


def _name_of_its_own(
    scope: str, definition: RegistrationDefinition, beside: Sequence[RegistrationDefinition]
) -> Iterator[Objection]:
    """L62: two offers at one scope have two names. Accepted plans are told apart by their plan instead."""
    for other in beside:
        same_name = other.name.casefold() == definition.name.casefold() != ""
        if same_name and other.key != definition.key and other.plan is None and definition.plan is None:
            yield refused(
                "L62",
                "scope",
                f"Another registration assignment present at this scope '{scope}' for registration definition "
                f"'{other.resource_id}', which has the same name '{definition.name}'. Multiple registration assignments "
                "are not allowed.",
                code=MULTIPLE,
                remedy="Give the offer a name of its own.",
            )


def _principals(
    definition: RegistrationDefinition, known: Mapping[str, Principal], applications: frozenset[str]
) -> Iterator[Objection]:
    tenant = definition.managed_by_tenant_id
    for n, entry in enumerate(definition.authorizations):
        yield from _one(entry.principal_id, f"authorizations[{n}]", tenant, known, applications)
    for n, eligible in enumerate(definition.eligible_authorizations):
        at = f"eligibleAuthorizations[{n}]"
        yield from _one(eligible.principal_id, at, tenant, known, applications)
        yield from _person(eligible.principal_id, at, "L50", known)
        for m, approver in enumerate(eligible.policy.approvers):
            place = f"{at}.justInTimeAccessPolicy.managedByTenantApprovers[{m}]"
            yield from _one(approver.principal_id, place, tenant, known, applications)
            yield from _person(approver.principal_id, place, "L54", known)


def _one(
    principal_id: str, at: str, tenant: str, known: Mapping[str, Principal], applications: frozenset[str]
) -> Iterator[Objection]:
    principal = known.get(principal_id)
    if principal_id in applications:
        yield refused(
            "L41",
            f"{at}.principalId",
            "Principals of type Application cannot validly be used in role assignments.",
            remedy="Use the object id of the application's service principal.",
        )
    elif principal is None or principal.tenant_id != tenant:
        yield refused(
            "L42",
            f"{at}.principalId",
            f"Principal {principal_id.replace('-', '')} does not exist in the directory {tenant}. Check that you have "
            "the correct principal ID. If you are creating this principal and then immediately assigning a role, this "
            "error might be related to a replication delay.",
            code="PrincipalNotFound",
        )
    elif isinstance(principal, Group) and not principal.security_enabled:
        yield refused(
            "L43",
            f"{at}.principalId",
            f"The group '{principal_id}' is not a security group. Only security groups can hold roles.",
        )


def _person(principal_id: str, at: str, rule: str, known: Mapping[str, Principal]) -> Iterator[Objection]:
    principal = known.get(principal_id)
    if principal is not None and principal.type is PrincipalType.SERVICE_PRINCIPAL:
        yield refused(
            rule,
            f"{at}.principalId",
            f"The principal '{principal_id}' is a service principal. Use a user or a group here.",
        )
