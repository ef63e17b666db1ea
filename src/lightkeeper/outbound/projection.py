"""From the log to orders: which customer took which version when, and what is delegated to it.

Every way to accept counts, the storefront and templates alike, because all of them write a registration definition.
"""

from dataclasses import replace

from lightkeeper.delegation.model import Plan
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Entry
from lightkeeper.outbound import order_store
from lightkeeper.outbound.order_store import Acceptance, Given, Order

KINDS = (
    "RegistrationDefinitionWritten",
    "RegistrationDefinitionDeleted",
    "RegistrationAssignmentWritten",
    "RegistrationAssignmentDeleted",
)


def apply(call: Call, entry: Entry) -> None:
    """Bring orders up to an entry of the log; an entry of another kind changes nothing."""
    if entry.kind == "RegistrationDefinitionWritten":
        _accepted(call, entry)
    elif entry.kind == "RegistrationDefinitionDeleted":
        order = order_store.find(call.connection, str(entry.body["key"]))
        if order is not None and order.active:
            order_store.save(call.connection, replace(order, canceled_at=entry.at))
    elif entry.kind == "RegistrationAssignmentWritten":
        _given(call, entry)
    elif entry.kind == "RegistrationAssignmentDeleted":
        order_store.end_given(call.connection, str(entry.body["key"]), entry.at)


def _accepted(call: Call, entry: Entry) -> None:
    if not entry.body.get("plan"):
        return
    plan = Plan(**entry.body["plan"])
    key = str(entry.body["key"])
    now = Acceptance(plan.version, entry.at)
    known = order_store.find(call.connection, key)
    same = known is not None and known.active and known.offer_id == plan.offer_id and known.plan_id == plan.name
    if same and known is not None:
        if known.version != plan.version:
            order_store.save(call.connection, replace(known, acceptances=(*known.acceptances, now)))
        return
    order = Order(
        key=key,
        publisher_id=plan.publisher,
        offer_id=plan.offer_id,
        plan_id=plan.name,
        preview=plan.preview,
        offer_title=str(entry.body.get("name") or plan.offer_id),
        customer_tenant_id=str(entry.tenant_id or ""),
        subscription_id=str(entry.body["subscription_id"]),
        acceptances=(now,),
    )
    order_store.save(call.connection, order)


def _given(call: Call, entry: Entry) -> None:
    order_key, key = str(entry.body["definition_key"]), str(entry.body["key"])
    if order_store.find(call.connection, order_key) is None:
        return
    known = order_store.find_given(call.connection, key)
    if known is None or known.ended_at is not None or known.order_key != order_key:
        in_group = entry.body.get("resource_group") is not None
        order_store.save_given(call.connection, Given(key, order_key, str(entry.body["scope"]), in_group, entry.at))
