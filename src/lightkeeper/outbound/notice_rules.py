"""Who is told what. Pure.

Partner Center's documentation: owners are told always; managers and developers when they subscribed. Customers' people
and notices about delegations are ours: everybody who could delegate is told unless they said no.
"""

from collections.abc import Mapping
from enum import StrEnum

from lightkeeper.outbound.model import NoticeKind

EVERY = "*"
"""What a preference names that is meant for every kind."""


class Part(StrEnum):
    """What somebody is to the thing a notice is about."""

    OWNER = "owner"  # of the publisher's account
    MEMBER = "member"  # of the account: manager or developer
    DELEGATOR = "delegator"  # of the customer: could delegate in the subscription


ALWAYS = frozenset(
    {NoticeKind.PREVIEW_READY, NoticeKind.CERTIFICATION_FAILED, NoticeKind.ACTION_REQUIRED, NoticeKind.OFFER_LIVE}
)
"""What an owner of the account hears whatever they said."""

OF_PUBLISHER = (*sorted(ALWAYS), NoticeKind.LEAD_RECEIVED, NoticeKind.DELEGATION_ADDED, NoticeKind.DELEGATION_REMOVED)
OF_SUBSCRIPTION = (NoticeKind.UPDATE_AVAILABLE, NoticeKind.DELEGATION_ADDED, NoticeKind.DELEGATION_REMOVED)


def is_told(part: Part, kind: NoticeKind, said: Mapping[str, bool]) -> bool:
    """Return whether somebody hears of a notice; `said` are their preferences by kind, `EVERY` for the others."""
    if part is Part.OWNER and kind in ALWAYS:
        return True
    by_default = part is not Part.MEMBER
    return said.get(kind, said.get(EVERY, by_default))


def kinds_of(owner: str) -> tuple[NoticeKind, ...]:
    """Return the kinds of notices there are for a publisher or for a subscription."""
    return OF_PUBLISHER if owner.startswith("publisher:") else OF_SUBSCRIPTION
