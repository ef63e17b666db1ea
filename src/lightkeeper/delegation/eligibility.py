"""Which roles a provider may ask for.

Pure. Rules are numbered as in the public documentation's digest (L20-L32: roles; L50-L56: eligible entries). Each
authorization reports the first rule it breaks, in the documented order; all authorizations are reported together.
Whether principals exist and of which kind they are is asked at delegation, not here (assignment_rules.py).
"""

from collections.abc import Callable, Iterator, Sequence

from lightkeeper.access.model import DELETE_ROLE, OWNER, USER_ACCESS_ADMINISTRATOR, Role
from lightkeeper.access.patterns import first_match
from lightkeeper.delegation.model import Authorization
from lightkeeper.delegation.model import EligibleAuthorization as Eligible
from lightkeeper.delegation.objections import Objection, advised, findings_of, refused
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.ids import is_guid

RoleLookup = Callable[[str], Role | None]

RESTRICTED_ACTIONS = tuple(
    f"Microsoft.Authorization/{kind}/{verb}"
    for kind in ("roleAssignments", "roleDefinitions", "classicAdministrators", "locks", "denyAssignments")
    for verb in ("write", "delete")
)
"""L26: what no provider may get, because it would let the provider hand out or take away rights in the customer's tenant."""

KEY_READING_ACTIONS = (
    "Microsoft.Storage/storageAccounts/listKeys/action",
    "Microsoft.DocumentDB/databaseAccounts/listKeys/action",
    "Microsoft.ContainerRegistry/registries/listCredentials/action",
    "Microsoft.EventHub/namespaces/authorizationRules/listKeys/action",
    "Microsoft.ServiceBus/namespaces/authorizationRules/listKeys/action",
)
"""L32: control-plane actions whose answer is a key to data. A sample for a warning, not a complete list."""


def check_authorizations(
    asked: Sequence[Authorization],
    eligible: Sequence[Eligible],
    role_of: RoleLookup,
    *,
    subject: str = "",
    data_actions_delegable: bool = True,
) -> list[Finding]:
    """Return every reason these authorizations cannot be offered, and advice as warnings; see `object_to`."""
    return findings_of(
        object_to(asked, eligible, role_of, subject=subject, data_actions_delegable=data_actions_delegable)
    )


def object_to(
    asked: Sequence[Authorization],
    eligible: Sequence[Eligible],
    role_of: RoleLookup,
    *,
    subject: str = "",
    data_actions_delegable: bool = True,
) -> list[Objection]:
    """Return every objection to these authorizations with the number of its rule.

    `subject` is what messages call the definition: its GUID, or a plan's id while an offer is being written.
    `data_actions_delegable` is the setting of L29: whether assignable roles may have data actions.
    """
    objections = [
        objection
        for n, authorization in enumerate(asked)
        for objection in _active(authorization, role_of, f"authorizations[{n}]", subject, data_actions_delegable)
    ]
    for n, entry in enumerate(eligible):
        objections += _eligible(entry, role_of, f"eligibleAuthorizations[{n}]", subject)
    return [*objections, *_advice(asked, eligible, role_of)]


def why_not_hold(role_id: str, role_of: RoleLookup, subject: str, at: str) -> Objection | None:
    """Return why a provider's principal cannot hold this role (L20-L27, L30), or None when it can.

    User Access Administrator comes back as restricted (L22): its one exception is the caller's to make.
    """
    if not is_guid(role_id) or (role := role_of(role_id)) is None or not role.built_in:
        return refused("L36", at, f"The role definition '{role_id}' does not exist.", remedy="Use a built-in role.")
    if role.id == OWNER:
        return refused(
            "L21", at, f"The role definition '{role_id}' is restricted for registration definition '{subject}'."
        )
    if role.id == USER_ACCESS_ADMINISTRATOR:
        return refused(
            "L22",
            at,
            f"The role definition '{role_id}' is restricted for registration definition '{subject}'. It can only be "
            "used with delegatedRoleDefinitionIds.",
            remedy="Name the roles it may assign to managed identities.",
        )
    if role.deprecated:
        return refused("L30", at, f"The role definition '{role_id}' is deprecated.", remedy="Use the role's successor.")
    return _no_data_actions(role, subject, at) or _nothing_restricted(role, subject, at)


def _active(
    asked: Authorization, role_of: RoleLookup, at: str, subject: str, data_actions_delegable: bool
) -> Iterator[Objection]:
    if asked.role_id == USER_ACCESS_ADMINISTRATOR and asked.delegated_role_ids:
        for n, role_id in enumerate(asked.delegated_role_ids):
            place = f"{at}.delegatedRoleDefinitionIds[{n}]"
            objection = _why_not_assignable(role_id, role_of, subject, place, data_actions_delegable)
            if objection is not None:
                yield objection
        return
    objection = why_not_hold(asked.role_id, role_of, subject, f"{at}.roleDefinitionId")
    if objection is not None:
        yield objection
    elif asked.delegated_role_ids:
        yield refused(
            "L23",
            f"{at}.delegatedRoleDefinitionIds",
            f"The role definition '{asked.role_id}' in registration definition '{subject}' cannot have "
            f"delegatedRoleDefinitionIds. Only '{USER_ACCESS_ADMINISTRATOR}' can.",
        )
    elif (role := role_of(asked.role_id)) is not None and any(names(role, action) for action in KEY_READING_ACTIONS):
        yield advised(
            "L32",
            "RoleMayRevealData",
            f"{at}.roleDefinitionId",
            f"{role.name} has no data actions, but may read keys that open data.",
            "Prefer a role without listKeys actions where the work does not need them.",
        )


def _why_not_assignable(
    role_id: str, role_of: RoleLookup, subject: str, at: str, data_actions_delegable: bool
) -> Objection | None:
    """L29: any supported role but Owner and User Access Administrator, with data actions only if the setting says so."""
    objection = why_not_hold(role_id, role_of, subject, at)
    if objection is None:
        return None
    if objection.rule == "L24" and data_actions_delegable and (role := role_of(role_id)) is not None:
        return _nothing_restricted(role, subject, at)
    if objection.rule in ("L21", "L22"):
        return refused(
            "L29",
            at,
            f"The role definition '{role_id}' is restricted for delegatedRoleDefinitionIds in registration definition "
            f"'{subject}'. Restricted role definitions are '{OWNER};{USER_ACCESS_ADMINISTRATOR}'.",
        )
    return objection


def _eligible(entry: Eligible, role_of: RoleLookup, at: str, subject: str) -> Iterator[Objection]:
    if entry.role_id in (OWNER, USER_ACCESS_ADMINISTRATOR):
        yield refused(
            "L52",
            f"{at}.roleDefinitionId",
            f"The role definition '{entry.role_id}' is restricted for eligible authorization in registration "
            f"definition '{subject}'. Restricted role definitions are '{OWNER};{USER_ACCESS_ADMINISTRATOR}'.",
        )
    elif (objection := why_not_hold(entry.role_id, role_of, subject, f"{at}.roleDefinitionId")) is not None:
        yield objection
    if entry.delegated_role_ids:
        yield refused(
            "L51",
            f"{at}.delegatedRoleDefinitionIds",
            f"An eligible authorization of registration definition '{subject}' cannot have delegatedRoleDefinitionIds.",
        )


def _no_data_actions(role: Role, subject: str, at: str) -> Objection | None:
    if role.data_actions:
        return refused(
            "L24",
            at,
            f"The role definition '{role.id}' with data actions not allowed for registration definition '{subject}'. "
            "Only built in role definitions without any data and notData actions are allowed.",
        )
    return None


def _nothing_restricted(role: Role, subject: str, at: str) -> Objection | None:
    if any(names(role, action) for action in RESTRICTED_ACTIONS):
        return refused(
            "L25",
            at,
            f"The role definition '{role.id}' is not allowed for registration definition '{subject}' because of "
            "restricted actions.",
        )
    return None


def names(role: Role, action: str) -> bool:
    """Return whether some block of the role names this action and does not take it away itself (L27).

    A condition on the block does not count: a role that may do a restricted action sometimes may still do it.
    """
    return any(
        first_match(block.actions, action) is not None and block.removing(action) is None for block in role.permissions
    )


def _advice(asked: Sequence[Authorization], eligible: Sequence[Eligible], role_of: RoleLookup) -> Iterator[Objection]:
    readers = {
        authorization.principal_id
        for authorization in asked
        if (role := role_of(authorization.role_id)) is not None and reads_everything(role)
    }
    for n, entry in enumerate(eligible):
        if entry.principal_id not in readers:
            yield advised(
                "L56",
                "EligibleWithoutReader",
                f"eligibleAuthorizations[{n}].principalId",
                "This principal has no active Reader-like role, so the portal will not offer it the activation.",
                "Add an active authorization with Reader for the same principal.",
            )
    if asked and not any(authorization.role_id == DELETE_ROLE for authorization in asked):
        yield advised(
            "L136",
            "NoDeleteRole",
            "authorizations",
            "No authorization has the Managed Services Registration assignment Delete Role, so only the customer can "
            "end the delegation.",
            f"Add an authorization with role {DELETE_ROLE}.",
        )


def reads_everything(role: Role) -> bool:
    """Return whether a role is Reader-like: it may read whatever there is."""
    return any(pattern in ("*", "*/read") for block in role.permissions for pattern in block.actions)
