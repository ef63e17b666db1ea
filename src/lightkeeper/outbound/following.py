"""The reader of the log that makes leads, notices and orders of what happened.

What an entry leads to is written in the transaction that moves the cursor: so every entry is dealt with exactly once,
whatever is killed when. Only the sending itself happens elsewhere (workflow.py), under an id that receivers know again.
"""

from collections.abc import Callable, Mapping

from lightkeeper.directory import service as directory
from lightkeeper.directory.model import User
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Entry
from lightkeeper.kernel.log_reader import LogReader
from lightkeeper.kernel.office import Office
from lightkeeper.outbound import happened, lead_rules, lead_store, projection
from lightkeeper.outbound.arriving import pass_on
from lightkeeper.outbound.model import Lead, LeadEnvironment, LeadKind

READER = "outbound"

LEAD_RECEIVED = "LeadReceived"


def follow_to_end(office: Office) -> None:
    """Deal with everything the log holds; what fails is tried again at the next look, and in the end set aside."""
    while _reader.follow(office):
        pass


def _deal(call: Call, entry: Entry) -> None:
    projection.apply(call, entry)
    if handle := _HANDLERS.get(entry.kind):
        handle(call, entry)


def _accepted(call: Call, entry: Entry) -> None:
    """A customer accepted an offer in the storefront: an active lead."""
    body = entry.body
    tenant = directory.find_tenant(call, str(body["customer_tenant_id"]))
    who = directory.find_principal(call, entry.actor_id)
    name, mail = (who.display_name, who.mail or who.upn) if isinstance(who, User) else ("", "")
    country, company = (tenant.country_code, tenant.display_name) if tenant else ("", "")
    lead = Lead(
        event_id=ids.named("lead", entry.hash),
        publisher_id=str(body["publisher_id"]),
        offer_id=str(body["offer_id"]),
        plan_id=str(body["plan_id"]),
        offer_title=str(body["offer_name"]),
        kind=LeadKind.CALL_TO_ACTION,
        environment=LeadEnvironment.PREVIEW if body.get("preview") else LeadEnvironment.LIVE,
        source=lead_rules.SOURCE,
        action=lead_rules.ACCEPTED,
        details=lead_rules.told_of(lead_rules.details_of(name, mail, country, company)),
        description=f"Accepted plan {body['plan_id']}, version {body['version']}.",
        customer_tenant_id=str(body["customer_tenant_id"]),
        occurred_at=entry.at,
        state=lead_rules.first_state(LeadKind.CALL_TO_ACTION),
        changed_at=entry.at,
    )
    lead_store.add_lead(call.connection, lead)
    pass_on(call, lead)


def _received(call: Call, entry: Entry) -> None:
    """Somebody asked to be contacted; the lead was stored with the request."""
    lead = lead_store.find_lead(call.connection, str(entry.body["event_id"]))
    if lead is not None:
        pass_on(call, lead)
        happened.lead_received(call, lead)


_HANDLERS: Mapping[str, Callable[[Call, Entry], None]] = {
    "OfferAccepted": _accepted,
    LEAD_RECEIVED: _received,
    "OfferStageChanged": happened.stage_changed,
    "PlanPublished": happened.plan_published,
    happened.UPDATE_OFFERED: happened.update_offered,
    "DelegationAdded": happened.delegation_changed,
    "DelegationRemoved": happened.delegation_changed,
}
KINDS = (*projection.KINDS, *_HANDLERS)
"""What this reader reads; everything else in the log passes by."""

_reader = LogReader(READER, KINDS, _deal)
