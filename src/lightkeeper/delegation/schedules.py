"""Eligible authorizations as schedules: who could activate which role where, and what the activation asks for. Pure.

Each eligible entry of a delegation is one schedule at the delegated scope, from the moment of the delegation, without an
end. How the public service shows these entries is not on record; names are derived, so that they are the same every time.
"""

from dataclasses import dataclass

from lightkeeper.delegation.model import Delegation, EligibleAuthorization
from lightkeeper.kernel import ids
from lightkeeper.kernel.resource_id import ROOT, parse


@dataclass(frozen=True, slots=True)
class Eligibility:
    """One entry of one delegation; `through_group` when whoever is asked about has it as a member of a group."""

    delegation: Delegation
    entry: EligibleAuthorization
    through_group: bool = False

    @property
    def scope(self) -> str:
        """Return where the role could be activated."""
        return self.delegation.assignment.scope

    @property
    def schedule_name(self) -> str:
        """Return the name of the schedule."""
        return ids.named("role-eligibility-schedule", self._key)

    @property
    def instance_name(self) -> str:
        """Return the name of the schedule's one instance."""
        return ids.named("role-eligibility-schedule-instance", self._key)

    @property
    def policy_name(self) -> str:
        """Return the name of the policy: one for each role of a delegation, since entries of a role agree (L55)."""
        return ids.named("role-management-policy", f"{self.delegation.assignment.key}/{self.entry.role_id}")

    @property
    def _key(self) -> str:
        return f"{self.delegation.assignment.key}/{self.entry.principal_id}/{self.entry.role_id}"


def is_around(scope: str, delegated: str, *, below: bool) -> bool:
    """Return whether a delegated scope is the asked one or above it, or with `below` also beneath it."""
    asked, given = parse(scope), parse(delegated)
    if given.key in tuple(asked.ancestors()):
        return True
    return below and (asked.key == ROOT or asked.key in tuple(given.ancestors()))
