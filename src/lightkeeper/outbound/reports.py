"""Reading a report: who may, and the facts it is computed from."""

from datetime import timedelta

from lightkeeper.directory import service as directory
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import NotFound
from lightkeeper.outbound import lead_store, order_store, visits
from lightkeeper.outbound.influence_report import Account, influence_report
from lightkeeper.outbound.lead_rules import as_of
from lightkeeper.outbound.report_facts import Customer, ReportFacts
from lightkeeper.outbound.report_rules import REPORTS, without_people
from lightkeeper.outbound.tables import Report
from lightkeeper.partners import influence
from lightkeeper.publishing import members
from lightkeeper.publishing import service as publishing
from lightkeeper.publishing.account import Publisher
from lightkeeper.publishing.account_rules import Action, may
from lightkeeper.resources import service as resources

LOOK_BACK = timedelta(days=365)
INFLUENCE = "influence"
NAMES = (*REPORTS, INFLUENCE)
"""Every report there is."""


def report(call: Call, publisher_id: str, name: str, offer_id: str = "") -> Report:
    """Return a report of a publisher (`NAMES`), or of one of its offers.

    Raises `NotFound` for a report there is none of. Whoever is no owner of the account sees personal data blanked.
    """
    publisher = members.require(call, publisher_id, Action.READ)
    if name == INFLUENCE:
        return _influence(call, publisher, offer_id.lower())
    compute = REPORTS.get(name)
    if compute is None:
        raise NotFound("resourceNotFound", f"There is no report '{name[:40]}'. Known: {', '.join(NAMES)}.")
    found = compute(_facts(call, publisher, offer_id.lower()))
    who = call.caller
    sees_people = who.unrestricted or may(publisher.role_of(who.object_id), Action.READ_CUSTOMERS)
    return found if sees_people else without_people(found)


def _influence(call: Call, publisher: Publisher, offer_id: str) -> Report:
    """Return the report on partner links; with an offer only what concerns customers who ordered it."""
    reached = influence.influence_of(call, publisher.partner_ids, publisher.tenant_id)
    delegated = influence.delegated_to(call, publisher.tenant_id)
    if offer_id:
        ordered = {one.customer_tenant_id for one in order_store.orders_of(call.connection, publisher.id, offer_id)}
        reached = [one for one in reached if one.customer_tenant_id in ordered]
        delegated = [one for one in delegated if one.customer_tenant_id in ordered]
    found = directory.principals_by_ids(call, {one.link.object_id for one in reached})
    accounts = {str(key): Account(one.display_name, one.type.value) for key, one in found.items()}
    tenants = {one.customer_tenant_id for one in reached} | {one.customer_tenant_id for one in delegated}
    names = {one: tenant.display_name for one in tenants if (tenant := directory.find_tenant(call, one)) is not None}
    return influence_report(reached, delegated, accounts, names)


def _facts(call: Call, publisher: Publisher, offer_id: str) -> ReportFacts:
    orders = order_store.orders_of(call.connection, publisher.id, offer_id)
    tenants: dict[str, Customer] = {}
    for order in orders:
        if order.customer_tenant_id not in tenants:
            tenant = directory.find_tenant(call, order.customer_tenant_id)
            subscription = resources.find_subscription(call, order.subscription_id)
            channel = str(subscription.channel) if subscription else ""
            if tenant is not None:
                known = Customer(tenant.display_name, tenant.country_code, tenant.domain, channel)
                tenants[order.customer_tenant_id] = known
    seen = visits.visits_of(call.connection, publisher.id, (call.now - LOOK_BACK).date())
    leads = [as_of(one, call.now) for one in lead_store.leads_of(call.connection, publisher.id)]
    return ReportFacts(
        now=call.now,
        orders=orders,
        given=order_store.given_to(call.connection, [order.key for order in orders]),
        plans=[one for one in publishing.live_versions(call, publisher.id) if not offer_id or one.offer_id == offer_id],
        leads=[one for one in leads if not offer_id or one.offer_id == offer_id],
        visits=[one for one in seen if not offer_id or one.offer_id == offer_id],
        tenants=tenants,
        provider_name=publisher.display_name,
    )
