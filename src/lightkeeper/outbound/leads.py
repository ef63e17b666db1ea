"""What people do with leads: ask to be contacted, read the inbox, answer, replay; and how a lead gets on its way."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import islice

from lightkeeper.directory import service as directory
from lightkeeper.directory.model import User
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, Invalid, NotFound
from lightkeeper.outbound import lead_rules, mail, settings, store
from lightkeeper.outbound.destinations import SILENT, parts_of, target_of
from lightkeeper.outbound.model import (
    Attempt,
    Channel,
    Delivery,
    DeliveryState,
    Details,
    Lead,
    LeadEnvironment,
    LeadKind,
    LeadState,
)
from lightkeeper.outbound.notices import of_publisher
from lightkeeper.outbound.queue import again, enqueue
from lightkeeper.outbound.signing import new_secret
from lightkeeper.publishing import members
from lightkeeper.publishing import service as publishing
from lightkeeper.publishing.account_rules import Action
from lightkeeper.publishing.model import Environment
from lightkeeper.storefront import service as storefront

MOST_REQUESTS = 20
PER = timedelta(hours=24)


def contact_me(
    call: Call,
    publisher: str,
    product: str,
    *,
    consent: bool,
    plan_id: str = "",
    subscription_id: str | None = None,
    details: Details | None = None,
    comment: str = "",
) -> Lead:
    """Ask the publisher of an offer to get in touch; the caller agrees that it gets the contact's data.

    `details` replace what the directory knows where they say something. Raises `Invalid` without consent, `NotFound`
    for an offer the caller cannot see, `Conflict` after many requests to one publisher within a day.
    """
    if not consent:
        call.open_to_all("nothing is looked at without consent")
        raise Invalid(
            "ConsentRequired",
            "The publisher gets your contact data. Read the terms and confirm with 'consent'.",
            target="consent",
        )
    listing = storefront.get_listing(call, publisher, product, subscription_id)
    if plan_id and plan_id.lower() not in {plan.plan_id for plan in listing.plans}:
        raise NotFound("PlanNotFound", f"Offer '{listing.id}' has no plan '{plan_id[:50]}' to see here.")
    call.hold(f"contact:{call.caller.object_id}")
    mine = store.requests_since(call.connection, listing.publisher_id, call.now - PER, by=call.caller.object_id)
    if mine >= MOST_REQUESTS:
        raise Conflict("TooManyRequests", f"You asked {listing.publisher_display_name} {mine} times today already.")
    lead = Lead(
        event_id=ids.new_guid(),
        publisher_id=listing.publisher_id,
        offer_id=listing.offer_id,
        plan_id=plan_id.lower(),
        offer_title=listing.display_name,
        kind=LeadKind.CONTACT_ME,
        environment=LeadEnvironment.PREVIEW if listing.preview else LeadEnvironment.LIVE,
        source=lead_rules.SOURCE,
        action=lead_rules.CONTACT_ME,
        details=lead_rules.told_of(_details(call, details or Details())),
        description=comment.strip()[:4000],
        customer_tenant_id=call.caller.tenant_id,
        occurred_at=call.now,
        state=lead_rules.first_state(LeadKind.CONTACT_ME),
        changed_at=call.now,
        changed_by=call.caller.object_id,
    )
    store.add_lead(call.connection, lead)
    facts = {"event_id": lead.event_id, "publisher_id": lead.publisher_id, "offer_id": lead.offer_id}
    call.record(Event("LeadReceived", "Lightkeeper.Outbound/leads/contactMe/action", body=facts))
    return lead


def _details(call: Call, said: Details) -> Details:
    who = directory.find_principal(call, call.caller.object_id)
    tenant = directory.find_tenant(call, call.caller.home_tenant_id) or directory.find_tenant(
        call, call.caller.tenant_id
    )
    name, email = (who.display_name, who.mail or who.upn) if isinstance(who, User) else ("", "")
    country, company = (tenant.country_code, tenant.display_name) if tenant else ("", "")
    known = lead_rules.details_of(name, email, country, company)
    return Details(**{key: getattr(said, key) or getattr(known, key) for key in Details.__dataclass_fields__})


def pass_on(call: Call, lead: Lead) -> None:
    """Put a lead on its way to its offer's destination and to those the offer names to be told; for the platform."""
    leads = destination_of(call, lead)
    kind, configuration = parts_of(leads)
    owner = of_publisher(lead.publisher_id)
    if kind not in SILENT:
        name = ids.named("delivery", f"{lead.event_id}/destination")
        payload = {"event_id": lead.event_id}
        enqueue(call, Delivery(name, Channel.LEAD, owner, lead.event_id, target_of(leads), payload, call.now))
    told = leads.get("contactEmail")
    if settings.current().smtp and isinstance(told, list):
        subject, text = mail.lead_text(lead)
        for address in dict.fromkeys(str(one) for one in told if one not in (configuration.get("contactEmail") or [])):
            name = ids.named("delivery", f"{lead.event_id}/{address}")
            payload = {"to": address, "subject": subject, "text": text}
            enqueue(call, Delivery(name, Channel.MAIL, owner, lead.event_id, address, payload, call.now))


def destination_of(call: Call, lead: Lead) -> dict[str, object]:
    """Return where the lead's offer sends leads now, secrets included; for the platform."""
    environment = Environment.PREVIEW if lead.environment is LeadEnvironment.PREVIEW else Environment.LIVE
    return publishing.lead_settings(call, lead.publisher_id, lead.offer_id, environment)


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
    last = store.find_lead(call.connection, behind) if behind else None
    if behind and (last is None or last.publisher_id != publisher.id):
        raise Invalid("badRequest", f"There is no page behind '{behind[:40]}'.", target="continuationToken")
    leads = (lead_rules.as_of(one, call.now) for one in store.leads_of(call.connection, publisher.id, last))
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
    lead = store.find_lead(call.connection, event_id)
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
    store.put_lead(call.connection, lead)
    facts = {"event_id": lead.event_id, "publisher_id": publisher.id, "state": str(state)}
    call.record(Event("LeadAnswered", "Lightkeeper.Outbound/leads/answer/action", publisher.tenant_id, body=facts))
    return lead


def delivery_log(call: Call, publisher_id: str, event_id: str = "") -> list[tuple[Delivery, list[Attempt]]]:
    """Return what was sent for the publisher, newest first, each with its attempts."""
    publisher = members.require(call, publisher_id, Action.READ)
    found = store.deliveries_of(call.connection, of_publisher(publisher.id), event_id=event_id.lower())
    attempts = store.attempts_of(call.connection, [one.id for one in found])
    return [(one, attempts.get(one.id, [])) for one in found]


def replay(call: Call, publisher_id: str, delivery_id: str) -> Delivery:
    """Try a delivery again that was given up or waits for its time. Raises `Conflict` for any other."""
    publisher = members.require(call, publisher_id, Action.EDIT_OFFERS)
    delivery = store.find_delivery(call.connection, delivery_id)
    if delivery is None or delivery.owner != of_publisher(publisher.id):
        raise NotFound("resourceNotFound", f"There is no delivery '{delivery_id[:40]}'.")
    open_again = delivery.state in (DeliveryState.DEAD, DeliveryState.WAITING)
    if not open_again or not delivery.payload or not again(call, delivery):
        raise Conflict("invalidState", f"The delivery is {delivery.state}; only one that failed can be replayed.")
    return replace(delivery, state=DeliveryState.QUEUED, next_at=None, ended_at=None)


def new_lead_secret(call: Call, publisher_id: str) -> str:
    """Make a new secret that signs the publisher's leads and return it: it is shown this once."""
    publisher = members.require(call, publisher_id, Action.EDIT_OFFERS)
    call.hold(f"lead-secret:{publisher.id}")
    secret = new_secret()
    store.put_lead_secret(call.connection, publisher.id, secret, call.now)
    facts = {"publisher_id": publisher.id}
    call.record(Event("LeadSecretMade", "Lightkeeper.Outbound/leadSecret/write", publisher.tenant_id, body=facts))
    return secret
