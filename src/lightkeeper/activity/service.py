"""Reading the activity logs: of one subscription, and of the caller's tenant.

The same rows answer both. A subscription's log holds what anybody did in it, provider's users included (L113); a
tenant's log holds what belongs to no subscription, among it every delegation to it that came or went (L110).
"""

from dataclasses import replace
from datetime import timedelta

from lightkeeper.activity import filters, store
from lightkeeper.activity.model import EventPage, LoggedEvent
from lightkeeper.kernel.call import Call
from lightkeeper.resources import service as resources

READ_SUBSCRIPTION_LOG = "Microsoft.Insights/eventtypes/values/read"
READ_TENANT_LOG = "Microsoft.Insights/eventtypes/management/values/read"
TENANT_LOG = "/providers/Microsoft.Insights"
KEPT_FOR = timedelta(days=90)
"""How long the activity log shows an event (L113); the log itself keeps everything."""
PAGE = 200
_BATCH = 500


def list_events(
    call: Call, subscription_id: str | None, filter: str = "", *, skip: int | None = None, top: int | None = None
) -> EventPage:
    """Return events of the subscription, or with None of the caller's own tenant, newest first.

    The subscription's log needs the right to read it there; the tenant's needs it at the tenant's root (L112). Raises
    `Invalid` for a filter out of grammar, `NotFound` for an unknown subscription.
    """
    if subscription_id is not None:
        call.authorize(READ_SUBSCRIPTION_LOG, f"/subscriptions/{subscription_id}")
        resources.require_subscription(call, subscription_id)
    else:
        call.authorize(READ_TENANT_LOG, TENANT_LOG)
    question = filters.parse(filter)
    oldest = call.now - KEPT_FOR
    since = max(question.since, oldest) if question.since is not None else oldest
    equal = dict(question.equal)
    correlation_id = equal.pop("correlationid", None)
    question = replace(question, equal=equal)
    size = PAGE if top is None else max(1, min(top, PAGE))
    found: list[LoggedEvent] = []
    while True:
        batch = store.newest(
            call.connection,
            subscription_id=subscription_id.lower() if subscription_id is not None else None,
            tenant_id=call.caller.tenant_id,
            since=since,
            until=question.until,
            correlation_id=correlation_id.lower() if correlation_id is not None else None,
            before=skip,
            limit=_BATCH,
        )
        for event in batch:
            if filters.answers(event, question):
                if len(found) == size:
                    return EventPage(found, found[-1].revision)
                found.append(event)
        if len(batch) < _BATCH:
            return EventPage(found)
        skip = batch[-1].revision
