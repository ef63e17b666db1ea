"""How an eligible role may be activated: for how long, after whose approval, alike for one role (L53-L55).

Pure.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from lightkeeper.delegation.model import EligibleAuthorization as Eligible
from lightkeeper.delegation.model import JustInTimePolicy, MfaProvider
from lightkeeper.delegation.objections import Objection, refused
from lightkeeper.kernel.clock import duration
from lightkeeper.kernel.problems import Invalid

SHORTEST_ACTIVATION = timedelta(minutes=30)  # L53
LONGEST_ACTIVATION = timedelta(hours=8)
MOST_APPROVERS = 10  # L54


def object_to_activation(eligible: Sequence[Eligible]) -> list[Objection]:
    """Return every objection to the access policies of these entries."""
    return [*_policies(eligible), *_same_policy_for_one_role(eligible)]


def _policies(eligible: Sequence[Eligible]) -> Iterator[Objection]:
    for n, entry in enumerate(eligible):
        at = f"eligibleAuthorizations[{n}].justInTimeAccessPolicy"
        if entry.policy.mfa_provider not in tuple(MfaProvider):
            yield refused(
                "L7",
                f"{at}.multiFactorAuthProvider",
                f"The multi-factor provider '{entry.policy.mfa_provider}' is not known. Use 'Azure' or 'None'.",
            )
        if not _in_bounds(entry.policy.maximum_for):
            yield refused(
                "L53",
                f"{at}.maximumActivationDuration",
                f"The maximum activation duration '{entry.policy.maximum_for}' must be an ISO 8601 duration from PT30M "
                "to PT8H.",
            )
        if len(entry.policy.approvers) > MOST_APPROVERS:
            yield refused(
                "L54",
                f"{at}.managedByTenantApprovers",
                f"There are {len(entry.policy.approvers)} approvers; at most {MOST_APPROVERS} are allowed.",
            )


def _in_bounds(text: str) -> bool:
    try:
        return SHORTEST_ACTIVATION <= duration(text) <= LONGEST_ACTIVATION
    except Invalid:
        return False


def _same_policy_for_one_role(eligible: Sequence[Eligible]) -> Iterator[Objection]:
    first: dict[str, JustInTimePolicy] = {}
    for n, entry in enumerate(eligible):
        known = first.setdefault(entry.role_id, entry.policy)
        if terms_of(known) != terms_of(entry.policy):
            yield refused(
                "L55",
                f"eligibleAuthorizations[{n}].justInTimeAccessPolicy",
                f"Eligible authorizations of the role definition '{entry.role_id}' must all have the same access policy.",
            )


def terms_of(policy: JustInTimePolicy) -> tuple[object, ...]:
    """Return what counts when policies are compared: the order of approvers and the spelling of a duration do not."""
    try:
        longest: object = duration(policy.maximum_for)
    except Invalid:
        longest = policy.maximum_for
    return policy.mfa_provider, longest, frozenset(approver.principal_id for approver in policy.approvers)
