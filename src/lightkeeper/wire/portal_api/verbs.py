"""Each verb of the storefront as a function from a request's parts to a JSON value."""

from typing import Any

from pydantic import Field

from lightkeeper.delegation.model import Plan
from lightkeeper.kernel.call import Call
from lightkeeper.outbound import service as outbound_service
from lightkeeper.storefront import service
from lightkeeper.wire.portal_api import documents, outbound
from lightkeeper.wire.portal_api.asking import Asked, Body, Verb, guid, read


class AcceptBody(Body):
    """Where an offer is accepted."""

    subscription: str


class DelegateBody(Body):
    """What is delegated, and that the role list was read."""

    scopes: list[str] = Field(min_length=1, max_length=500)
    consent: bool = Field(default=False, strict=True)  # a yes, and nothing that only counts as one


def search(call: Call, asked: Asked) -> Any:
    """Find offers, a page at a time; `skip` is what the page before gave as `next`."""
    page = service.search(
        call,
        asked.query.get("words", ""),
        _subscription(asked, needed=False),
        asked.query.get("category"),
        skip=asked.query.get("skip", ""),
    )
    found = {"value": [documents.listing(one) for one in page.items]}
    return {**found, "next": page.next} if page.next else found


def show_listing(call: Call, asked: Asked) -> Any:
    """Show one offer."""
    subscription = _subscription(asked, needed=False)
    found = service.get_listing(call, asked.path["publisher"], asked.path["product"], subscription)
    if not found.preview:
        outbound_service.seen(call, found.publisher_id, found.offer_id, asked.query.get("referral", ""))
    return documents.listing(found)


def why_not(call: Call, asked: Asked) -> Any:
    """Say why a plan cannot be taken."""
    reasons = service.why_not_purchase(call, _plan(asked), _subscription(asked) or "")
    return {"allowed": not reasons, "reasons": [documents.finding(one) for one in reasons]}


def accept(call: Call, asked: Asked) -> Any:
    """Accept an offer."""
    said = read(AcceptBody, asked)
    return documents.definition(service.accept(call, _plan(asked), guid(said.subscription)))


def list_offers(call: Call, asked: Asked) -> Any:
    """Show the Service providers page."""
    return {"value": [documents.held(one) for one in service.list_offers(call, call.caller.tenant_id)]}


def list_notices(call: Call, asked: Asked) -> Any:
    """Show the accepted offers that nothing is delegated to."""
    return {"value": [documents.held(one) for one in service.list_notices(call, call.caller.tenant_id)]}


def show_offer(call: Call, asked: Asked) -> Any:
    """Show one held offer."""
    return documents.held(service.get_offer(call, call.caller.tenant_id, asked.path["key"]))


def review_update(call: Call, asked: Asked) -> Any:
    """Show what an update would change."""
    return documents.difference(service.review_update(call, call.caller.tenant_id, asked.path["key"]))


def delegate(call: Call, asked: Asked) -> Any:
    """Delegate scopes."""
    said = read(DelegateBody, asked)
    made = service.delegate(call, call.caller.tenant_id, asked.path["key"], said.scopes, consent=said.consent)
    return {"value": [documents.assignment(one) for one in made]}


def accept_update(call: Call, asked: Asked) -> Any:
    """Accept the newest version everywhere."""
    changed = service.accept_update(call, call.caller.tenant_id, asked.path["key"])
    return {"value": [documents.definition(one) for one in changed]}


def remove(call: Call, asked: Asked) -> Any:
    """Part with a provider."""
    return {"delegationsEnded": service.remove_provider(call, call.caller.tenant_id, asked.path["key"])}


def owners(call: Call, asked: Asked) -> Any:
    """List who could delegate."""
    found = service.owners_who_could(call, asked.subscription_in_path())
    return {"value": [documents.owner(one) for one in found]}


def my_customers(call: Call, asked: Asked) -> Any:
    """Show the provider's customers."""
    return {"value": [documents.customer(one) for one in service.my_customers(call, call.caller.tenant_id)]}


def my_delegations(call: Call, asked: Asked) -> Any:
    """Show the provider's delegations."""
    return {"value": [documents.delegation(one) for one in service.my_delegations(call, call.caller.tenant_id)]}


def _plan(asked: Asked) -> Plan:
    version = asked.query.get("version", "")
    return Plan(asked.path["publisher"], asked.path["product"], asked.path["plan"], version)


def _subscription(asked: Asked, *, needed: bool = True) -> str | None:
    text = asked.query.get("subscription", "")
    return guid(text) if text or needed else None


VERBS = [
    Verb("GET", "/storefront", search),
    Verb("GET", "/storefront/{publisher}/{product}", show_listing),
    Verb("GET", "/storefront/{publisher}/{product}/{plan}/why-not", why_not),
    Verb("POST", "/storefront/{publisher}/{product}/{plan}/accept", accept),
    Verb("POST", "/storefront/{publisher}/{product}/contact", outbound.contact),
    Verb("GET", "/service-providers", list_offers),
    Verb("GET", "/service-providers/notices", list_notices),
    Verb("GET", "/service-providers/{key}", show_offer),
    Verb("GET", "/service-providers/{key}/update", review_update),
    Verb("POST", "/service-providers/{key}/delegate", delegate),
    Verb("POST", "/service-providers/{key}/accept-update", accept_update),
    Verb("POST", "/service-providers/{key}/remove", remove),
    Verb("GET", "/subscriptions/{subscription}/owners", owners),
    Verb("GET", "/subscriptions/{subscription}/notices", outbound.list_notices),
    Verb("GET", "/subscriptions/{subscription}/notices/preferences", outbound.get_preferences),
    Verb("POST", "/subscriptions/{subscription}/notices/preferences", outbound.set_preferences),
    Verb("GET", "/subscriptions/{subscription}/webhooks", outbound.list_webhooks),
    Verb("POST", "/subscriptions/{subscription}/webhooks", outbound.add_webhook),
    Verb("POST", "/subscriptions/{subscription}/webhooks/{webhook}/remove", outbound.remove_webhook),
    Verb("GET", "/my-customers", my_customers),
    Verb("GET", "/my-customers/delegations", my_delegations),
]
