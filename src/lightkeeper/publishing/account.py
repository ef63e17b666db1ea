"""The nouns of a publisher's account."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Verification(StrEnum):
    """How far the check of the account is."""

    PENDING = "Pending"  # the marketplace checks mail, employment and business
    AUTHORIZED = "Authorized"  # nothing stands in the way
    REJECTED = "Rejected"  # the publisher may appeal with documents


class MemberRole(StrEnum):
    """What somebody is in a publisher's account; other roles of the partner program mean nothing to the marketplace."""

    OWNER = "owner"
    MANAGER = "manager"
    DEVELOPER = "developer"


@dataclass(frozen=True, slots=True)
class Designation:
    """A qualification and when it holds; None means without a limit."""

    name: str
    from_at: datetime | None = None
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Publisher:
    """A publisher's account. `id` is part of addresses and leads, unique and unchangeable.

    `partner_ids` are the organisation's ids in the partner program, the account's own first, then those of further
    locations. `profile` is what was given at sign-up (legal name, address, contact), the checks of the verification with
    their outcome, agreements with the person who accepted them, and an appeal.
    """

    id: str
    tenant_id: str
    display_name: str
    programs: tuple[str, ...] = ()
    agreement_accepted_by: str = ""
    agreement_accepted_at: datetime | None = None
    verification: Verification = Verification.PENDING
    verification_note: str = ""
    designations: tuple[Designation, ...] = ()
    members: tuple[tuple[str, MemberRole], ...] = ()
    partner_ids: tuple[str, ...] = ()
    profile: dict[str, Any] = field(default_factory=dict, compare=False)

    def role_of(self, object_id: str) -> MemberRole | None:
        """Return what this principal is in the account; None when it is no member."""
        return dict(self.members).get(object_id.lower())
