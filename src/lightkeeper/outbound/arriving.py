"""How a lead comes to be when somebody asks to be contacted, and how every lead gets on its way."""

from collections.abc import Mapping
from datetime import timedelta

from lightkeeper.directory import service as directory
from lightkeeper.directory.model import User
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, Invalid, NotFound
from lightkeeper.outbound import lead_rules, lead_store, mail, settings
from lightkeeper.outbound.destinations import SILENT, parts_of, target_of
from lightkeeper.outbound.model import (
    Channel,
    Delivery,
    Details,
    Lead,
    LeadEnvironment,
    LeadKind,
)
from lightkeeper.outbound.notices import of_publisher
from lightkeeper.outbound.queue import enqueue
from lightkeeper.publishing import service as publishing
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
    mine = lead_store.requests_since(call.connection, listing.publisher_id, call.now - PER, by=call.caller.object_id)
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
    lead_store.add_lead(call.connection, lead)
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
    """Put a lead on its way to its offer's destination and to those the offer names to be told; for the platform.

    Mail goes to each address by itself, so that one that is refused does not bring it to the others again.
    """
    leads = destination_of(call, lead)
    kind, configuration = parts_of(leads)
    owner = of_publisher(lead.publisher_id)
    if kind not in (*SILENT, "email"):
        name = ids.named("delivery", f"{lead.event_id}/destination")
        payload = {"event_id": lead.event_id}
        enqueue(call, Delivery(name, Channel.LEAD, owner, lead.event_id, target_of(leads), payload, call.now))
    told = [*_addresses(configuration), *_addresses(leads)]
    if settings.current().smtp or kind == "email":
        subject, text = mail.lead_text(lead)
        for address in dict.fromkeys(told):
            name = ids.named("delivery", f"{lead.event_id}/{address}")
            payload = {"to": address, "subject": subject, "text": text}
            enqueue(call, Delivery(name, Channel.MAIL, owner, lead.event_id, address, payload, call.now))


def _addresses(said: Mapping[str, object]) -> list[str]:
    found = said.get("contactEmail")
    return [str(one) for one in found] if isinstance(found, list) else []


def destination_of(call: Call, lead: Lead) -> dict[str, object]:
    """Return where the lead's offer sends leads now, secrets included; for the platform."""
    environment = Environment.PREVIEW if lead.environment is LeadEnvironment.PREVIEW else Environment.LIVE
    return publishing.lead_settings(call, lead.publisher_id, lead.offer_id, environment)
