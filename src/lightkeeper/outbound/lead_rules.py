"""Rules about leads: what a receiver is told, where a lead may go from here, how long it is kept.

Pure. Sources: the lead pages of Partner Center's documentation (payload, source codes) and its page on referrals
(states, fourteen days, six months, seventy-two hours).
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from lightkeeper.outbound.model import Details, Lead, LeadEnvironment, LeadKind, LeadState

SOURCE = "AzureMarketplace"
ACCEPTED = "INS"  # also the code of a free trial
CONTACT_ME = "PLT"

ANSWER_WITHIN = timedelta(days=14)
KEPT_FOR = timedelta(days=182)  # six months
URGENT_FOR = timedelta(hours=72)
MAILS_A_DAY = 10
"""Beyond this many contact requests on one day, one digest takes the place of single mails."""

NEXT: Mapping[tuple[LeadState, LeadState], str] = {
    (LeadState.RECEIVED, LeadState.ACCEPTED): "accept",
    (LeadState.RECEIVED, LeadState.DECLINED): "decline",
    (LeadState.ACCEPTED, LeadState.WON): "win",
    (LeadState.ACCEPTED, LeadState.LOST): "lose",
}
"""What a publisher may do with a lead; the rest happens by itself or not at all."""

_MAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_WITHHELD = re.compile(r"@([^@]+\.)?edu(\.[a-z]{2})?$", re.IGNORECASE)


def first_state(kind: LeadKind) -> LeadState:
    """Return where a lead begins."""
    return LeadState.RECEIVED if kind is LeadKind.CONTACT_ME else LeadState.INFORMATION


def may_become(lead: Lead, state: LeadState) -> bool:
    """Return whether the publisher may bring the lead to `state`."""
    return (lead.state, state) in NEXT


def as_of(lead: Lead, now: datetime) -> Lead:
    """Return the lead as it is at `now`: expired or archived without the contact's data when its time is over."""
    if lead.state is LeadState.RECEIVED and now >= lead.occurred_at + ANSWER_WITHIN:
        return replace(lead, state=LeadState.EXPIRED, details=_nobody(lead), description="")
    if lead.state is LeadState.INFORMATION and now >= lead.occurred_at + KEPT_FOR:
        return replace(lead, state=LeadState.ARCHIVED, details=_nobody(lead), description="")
    return lead


def _nobody(lead: Lead) -> Details:
    return Details(country=lead.details.country, company=lead.details.company)


def is_urgent(lead: Lead, now: datetime) -> bool:
    """Return whether somebody who asked to be contacted still waits for the first answer, within three days."""
    return lead.state is LeadState.RECEIVED and now < lead.occurred_at + URGENT_FOR


def quality_of(lead: Lead) -> str:
    """Return High for a lead one can work with: a valid address, a name and a company."""
    complete = lead.details.last_name and lead.details.company
    return "High" if complete and email_validity(lead.details.email) == "Valid" else "Low"


def email_validity(email: str) -> str:
    """Return Valid or Invalid by form, Unknown for none; we do not ask the mail server."""
    if not email:
        return "Unknown"
    return "Valid" if _MAIL.fullmatch(email) else "Invalid"


def told_of(details: Details) -> Details:
    """Return the details a publisher may have: of people at schools (`.edu`) no personal data is passed on."""
    if _WITHHELD.search(details.email):
        return Details(country=details.country, company=details.company)
    return details


def details_of(display_name: str, email: str, country: str, company: str) -> Details:
    """Return details as a directory knows somebody: the first word is the first name."""
    first, _, last = display_name.strip().partition(" ")
    return Details(first, last.strip(), email, "", country, company, "")


def payload_of(lead: Lead) -> dict[str, str | dict[str, str]]:
    """Return the JSON an HTTPS endpoint gets: the public names, and ours (`PublisherId` to `Environment`)."""
    who = lead.details
    return {
        "UserDetails": {
            "FirstName": who.first_name,
            "LastName": who.last_name,
            "Email": who.email,
            "Phone": who.phone,
            "Country": who.country,
            "Company": who.company,
            "Title": who.title,
        },
        "LeadSource": lead.source,
        "ActionCode": lead.action,
        "OfferTitle": lead.offer_title,
        "Description": lead.description,
        "PublisherId": lead.publisher_id,
        "OfferId": lead.offer_id,
        "PlanId": lead.plan_id,
        "EventId": lead.event_id,
        "OccurredAt": instant(lead.occurred_at),
        "Environment": str(lead.environment),
    }


def instant(at: datetime) -> str:
    """Return a time as leads carry it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_lead(event_id: str, digits: int, place: Mapping[str, Any], at: datetime) -> Lead:
    """Return the lead that tries a destination, with the names everybody's filters look for."""
    name = f"MSFT_TEST_{digits}"
    return Lead(
        event_id=event_id,
        publisher_id=str(place["publisher_id"]),
        offer_id=str(place["offer_id"]),
        plan_id="",
        offer_title=str(place.get("offer_title") or place["offer_id"]),
        kind=LeadKind.TEST,
        environment=LeadEnvironment.TEST,
        source=SOURCE,
        action=ACCEPTED,
        details=Details(name, name, f"{name}@test.com", "1234567890", "US", name, name),
        description="A test of this lead destination. Nobody asked for anything.",
        customer_tenant_id="",
        occurred_at=at,
        state=LeadState.INFORMATION,
        changed_at=at,
    )
