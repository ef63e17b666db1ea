"""The legal terms of a plan, and what a subscription has said to them."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lightkeeper.delegation.model import Plan, PublishedPlan, Stamp


class AgreementState(StrEnum):
    """Whether a subscription's agreement holds."""

    ACTIVE = "Active"
    CANCELED = "Canceled"


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a subscription last said to the terms of a plan. `signature` names the terms it spoke about."""

    id: str
    subscription_id: str
    publisher_id: str
    offer_id: str
    plan_id: str
    state: AgreementState
    signature: str
    signed_at: datetime | None
    canceled_at: datetime | None
    stamp: Stamp

    @property
    def active(self) -> bool:
        """Return whether the terms are accepted."""
        return self.state is AgreementState.ACTIVE

    @property
    def key(self) -> str:
        """Return what identifies it: one for each plan in a subscription."""
        return agreement_key(self.subscription_id, Plan(self.publisher_id, self.offer_id, self.plan_id, ""))


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a plan as they are now, with the subscription's agreement, when there ever was one."""

    plan: PublishedPlan
    signature: str
    agreement: Agreement | None


def agreement_key(subscription_id: str, plan: Plan) -> str:
    """Return the key of a subscription's agreement to a plan, whatever the version."""
    return f"{subscription_id.lower()}/{plan.offering_key}"


def signature_of(plan: PublishedPlan) -> str:
    """Return the signature of the plan's terms: the same terms have the same one, changed terms another.

    Terms are those of the offer, so that a new version of a plan with the same terms needs no new word.
    """
    said = "\n".join(
        (plan.publisher_id, plan.offer_id, plan.plan_id, plan.terms_of_use, plan.privacy_policy_url)
    ).encode()
    return base64.b32encode(hashlib.sha512(said).digest()).decode().rstrip("=")
