"""What a publisher's people do with leads: read the inbox, answer."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import islice

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, Invalid, NotFound
from lightkeeper.outbound import lead_rules, lead_store
from lightkeeper.outbound.model import (
    Lead,
    LeadState,
)
from lightkeeper.publishing import members
from lightkeeper.publishing.account_rules import Action


def list_leads(
    call: Call, publisher_id: str, wanted: Mapping[str, str] | None = None, *, behind: str = "", most: int | None = None
) -> list[Lead]:
    """Return the inbox, newest first; `wanted` filters by fields (`FILTERS`), texts that must be equal, case ignored.

    `behind` is the id of the last lead of the page before, `most` the length of a page (all of them without one).
    """
    publisher = members.require(call, publisher_id, Action.READ)
    asked = {key: value.lower() for key, value in (wanted or {}).items() if value}
    if unknown := sorted(asked.keys() - FILTERS.keys()):
        raise Invalid("badRequest", f"There is no filter '{unknown[0][:40]}'. Known: {', '.join(FILTERS)}.")
    last = lead_store.find_lead(call.connection, behind) if behind else None
    if behind and (last is None or last.publisher_id != publisher.id):
        raise Invalid("badRequest", f"There is no page behind '{behind[:40]}'.", target="continuationToken")
    leads = (lead_rules.as_of(one, call.now) for one in lead_store.leads_of(call.connection, publisher.id, last))
    found = (one for one in leads if all(FILTERS[key](one).lower() == value for key, value in asked.items()))
    return list(islice(found, most))


FILTERS: Mapping[str, Callable[[Lead], str]] = {
    "status": lambda lead: str(lead.state),
    "kind": lambda lead: str(lead.kind),
    "offer": lambda lead: lead.offer_id,
    "plan": lambda lead: lead.plan_id,
    "environment": lambda lead: str(lead.environment),
    "source": lambda lead: lead.source,
    "action": lambda lead: lead.action,
    "country": lambda lead: lead.details.country,
    "company": lambda lead: lead.details.company,
    "quality": lead_rules.quality_of,
    "email": lambda lead: lead_rules.email_validity(lead.details.email),
}


def get_lead(call: Call, publisher_id: str, event_id: str) -> Lead:
    """Return one lead as it is now. Raises `NotFound`."""
    publisher = members.require(call, publisher_id, Action.READ)
    lead = lead_store.find_lead(call.connection, event_id)
    if lead is None or lead.publisher_id != publisher.id:
        raise NotFound("resourceNotFound", f"There is no lead '{event_id[:40]}'.")
    return lead_rules.as_of(lead, call.now)


def answer(call: Call, publisher_id: str, event_id: str, state: LeadState, note: str = "") -> Lead:
    """Bring a lead to another state: accept or decline it, say that it was won or lost.

    Raises `Conflict` (invalidState) for what the table of states does not know, an expired lead included.
    """
    publisher = members.require(call, publisher_id, Action.EDIT_OFFERS)
    call.hold(f"lead:{event_id.lower()}")
    lead = get_lead(call, publisher.id, event_id)
    if not lead_rules.may_become(lead, state):
        raise Conflict("invalidState", f"The lead is {lead.state}; from there it cannot become {state}.")
    lead = replace(lead, state=state, changed_at=call.now, changed_by=call.caller.name, note=note.strip()[:2000])
    lead_store.put_lead(call.connection, lead)
    facts = {"event_id": lead.event_id, "publisher_id": publisher.id, "state": str(state)}
    call.record(Event("LeadAnswered", "Lightkeeper.Outbound/leads/answer/action", publisher.tenant_id, body=facts))
    return lead
