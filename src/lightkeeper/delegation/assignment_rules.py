"""Where, by whom and to whom a definition may be given.

Pure: the service gathers the state of the world into the facts values.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lightkeeper.delegation.eligibility import RoleLookup
from lightkeeper.delegation.model import RegistrationAssignment, RegistrationDefinition
from lightkeeper.delegation.objections import Objection, refused
from lightkeeper.delegation.principal_rules import Named, check_principals
from lightkeeper.delegation.settings import DelegationSettings
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
    """

    definition: RegistrationDefinition | None
    others: Sequence[RegistrationAssignment] = ()
    beside: Sequence[RegistrationDefinition] = ()
    existing: RegistrationAssignment | None = None
    named: Named = field(default_factory=Named)


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


def why_not_assign(scope: str, facts: DelegationFacts, role_of: RoleLookup) -> list[Objection]:
    """Return every objection to giving the definition at `scope` (L30, L41-L43, L50, L54, L60, L62, L63)."""
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
    if facts.existing is None:
        found += _no_deprecated_role(definition, role_of)
    return [*found, *check_principals(definition, facts.named)]


def why_not_change(
    written: RegistrationDefinition,
    held: RegistrationDefinition,
    beside: Mapping[str, Sequence[RegistrationDefinition]],
    named: Named,
) -> list[Objection]:
    """Return every objection to putting `written` in the place of `held`, which is in force (L41-L43, L50, L54, L62).

    `beside` are the definitions that are assigned at each of its scopes. Only what the change brings is asked about.
    """
    found = list(check_principals(written, named, held))
    if written.name.casefold() != held.name.casefold():
        for scope, others in beside.items():
            found += _name_of_its_own(scope, written, others)
    return found


def _no_deprecated_role(definition: RegistrationDefinition, role_of: RoleLookup) -> Iterator[Objection]:
    """L30: with a role that was deprecated since it was written down nothing more is delegated."""
    entries = (
        *((f"authorizations[{n}]", one.role_id) for n, one in enumerate(definition.authorizations)),
        *((f"eligibleAuthorizations[{n}]", one.role_id) for n, one in enumerate(definition.eligible_authorizations)),
    )
    for at, role_id in entries:
        role = role_of(role_id)
        if role is None or role.deprecated:
            yield refused(
                "L30",
                f"{at}.roleDefinitionId",
                f"The role definition '{role_id}' is deprecated.",
                remedy="Change the registration definition to the role's successor first.",
            )


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
