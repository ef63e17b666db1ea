"""A customer's side of outbound: asking to be contacted, and what is told about a subscription."""

from typing import Any

from pydantic import Field

from lightkeeper.kernel.call import Call
from lightkeeper.outbound import service
from lightkeeper.outbound.model import Details
from lightkeeper.wire.partner.notices import notice_document, webhook_asked, webhook_document
from lightkeeper.wire.portal_api.asking import Asked, Body, read


class ContactBody(Body):
    """Who asks to be contacted about what. What is left out comes from the directory."""

    consent: bool = Field(default=False, strict=True)  # a yes, and nothing that only counts as one
    plan: str = Field(default="", max_length=50)
    subscription: str = Field(default="", max_length=36)
    comment: str = Field(default="", max_length=4000)
    firstName: str = Field(default="", max_length=100)
    lastName: str = Field(default="", max_length=100)
    email: str = Field(default="", max_length=254, pattern=r"^([^@\s]+@[^@\s]+)?$")
    phone: str = Field(default="", max_length=40)
    company: str = Field(default="", max_length=200)
    title: str = Field(default="", max_length=100)


def contact(call: Call, asked: Asked) -> Any:
    """Ask the publisher of an offer to get in touch."""
    said = read(ContactBody, asked)
    details = Details(said.firstName, said.lastName, said.email, said.phone, "", said.company, said.title)
    lead = service.contact_me(
        call,
        asked.path["publisher"],
        asked.path["product"],
        consent=said.consent,
        plan_id=said.plan,
        subscription_id=said.subscription or None,
        details=details,
        comment=said.comment,
    )
    return {"id": lead.event_id, "publisherId": lead.publisher_id, "offerId": lead.offer_id, "status": str(lead.state)}


def list_notices(call: Call, asked: Asked) -> Any:
    """Show what a subscription was told."""
    return {"value": [notice_document(one) for one in service.list_notices(call, _owner(asked))]}


def get_preferences(call: Call, asked: Asked) -> Any:
    """Show which notices the caller gets by mail."""
    return service.preferences(call, _owner(asked))


def set_preferences(call: Call, asked: Asked) -> Any:
    """Say which notices the caller wants by mail."""
    return service.set_preferences(call, _owner(asked), asked.body if isinstance(asked.body, dict) else {})


def list_webhooks(call: Call, asked: Asked) -> Any:
    """Show a subscription's webhooks."""
    return {"value": [webhook_document(one) for one in service.list_webhooks(call, _owner(asked))]}


def add_webhook(call: Call, asked: Asked) -> Any:
    """Add a webhook; the answer shows its secret, this once."""
    hook = service.add_webhook(call, _owner(asked), *webhook_asked(asked.body))
    return {**webhook_document(hook), "secret": hook.secret}


def remove_webhook(call: Call, asked: Asked) -> Any:
    """Remove a webhook."""
    service.remove_webhook(call, _owner(asked), asked.path["webhook"])
    return {}


def _owner(asked: Asked) -> str:
    return service.of_subscription(asked.subscription_in_path())
