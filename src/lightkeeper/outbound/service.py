"""Outbound: what people do with leads, notices, webhooks and reports; surfaces find all verbs here."""

from lightkeeper.outbound.arriving import contact_me
from lightkeeper.outbound.deliveries import delivery_log, new_lead_secret, replay
from lightkeeper.outbound.leads import FILTERS, answer, get_lead, list_leads
from lightkeeper.outbound.notices import (
    add_webhook,
    list_notices,
    list_webhooks,
    of_publisher,
    of_subscription,
    preferences,
    remove_webhook,
    set_preferences,
)
from lightkeeper.outbound.reports import report
from lightkeeper.outbound.trying import try_destination
from lightkeeper.outbound.visits import seen

__all__ = [
    "FILTERS", "add_webhook", "answer", "contact_me", "delivery_log", "get_lead", "list_leads", "list_notices",
    "list_webhooks", "new_lead_secret", "of_publisher", "of_subscription", "preferences", "remove_webhook", "replay",
    "report", "seen", "set_preferences", "try_destination",
]  # fmt: skip
