"""What outbound does when its time has come: attempts that are due, leads that are over."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from lightkeeper.kernel.call import PLATFORM
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.office import Office
from lightkeeper.outbound import delivery_store, lead_rules, lead_store
from lightkeeper.outbound.model import Lead, LeadState
from lightkeeper.outbound.queue import again

PORTION = 100


def tick(office: Office) -> bool:
    """Do what has its time: ask for attempts that are due, forget whom expired leads are about.

    Returns whether there may be more. Cheap when there is nothing: one look at two indexes.
    """
    now = office.clock.now()
    with office.database.read() as connection:
        if not (delivery_store.due(connection, now, 1) or _over(connection, now, 1)):
            return False
    with office.writing(PLATFORM) as call:
        call.open_to_all("the platform keeps time")
        call.hold("outbound:tick")
        due = delivery_store.due(call.connection, call.now, PORTION)
        for delivery in due:
            again(call, delivery)
        over = _over(call.connection, call.now, PORTION)
        for lead in over:
            lead_store.put_lead(
                call.connection, replace(lead_rules.as_of(lead, call.now), changed_at=call.now, changed_by="")
            )
            delivery_store.erase_payloads(call.connection, lead.event_id)
        if over:
            facts = {"event_ids": [lead.event_id for lead in over]}
            call.record(Event("LeadsExpired", "Lightkeeper.Outbound/leads/expire/action", body=facts))
    return PORTION in (len(due), len(over))


def _over(connection: Any, now: datetime, limit: int) -> list[Lead]:
    unanswered = lead_store.leads_older(connection, LeadState.RECEIVED, now - lead_rules.ANSWER_WITHIN, limit)
    return unanswered or lead_store.leads_older(connection, LeadState.INFORMATION, now - lead_rules.KEPT_FOR, limit)
