"""What the reports say, computed from facts. Pure.

Columns of insights, orders and customers are those of Partner Center's analytics; the other reports are ours, because
Azure tells nobody what is delegated, in which version, and who has not accepted a newer one.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from lightkeeper.delegation.model import PublishedPlan, Visibility, version_of
from lightkeeper.outbound.model import Lead, LeadEnvironment, LeadKind
from lightkeeper.outbound.order_store import Given, Order
from lightkeeper.outbound.tables import Report
from lightkeeper.outbound.visits import Visits

LICENSE = "Bring Your Own License"


@dataclass(frozen=True, slots=True)
class Customer:
    """What reports know of a customer's tenant."""

    name: str
    country: str
    domain: str
    channel: str


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """Everything the reports of one publisher are computed from; orders and leads of previews included."""

    now: datetime
    orders: Sequence[Order]
    given: Mapping[str, Sequence[Given]]
    plans: Sequence[PublishedPlan]  # every version that was live
    leads: Sequence[Lead]
    visits: Sequence[Visits]
    tenants: Mapping[str, Customer]
    provider_name: str

    def customer(self, order: Order) -> Customer:
        """Return the customer of an order."""
        return self.tenants.get(order.customer_tenant_id, Customer("", "", "", ""))

    def scopes(self, order: Order) -> list[Given]:
        """Return what is delegated to an order now."""
        return [one for one in self.given.get(order.key, ()) if one.ended_at is None]

    def newest(self) -> dict[tuple[str, str], PublishedPlan]:
        """Return the newest live version of each plan."""
        found: dict[tuple[str, str], PublishedPlan] = {}
        for plan in self.plans:
            key = (plan.offer_id, plan.plan_id)
            if key not in found or version_of(plan.version) > version_of(found[key].version):
                found[key] = plan
        return found


def insights(facts: ReportFacts) -> Report:
    """Return visits, acceptances and contact requests, by day, offer and country."""
    counted: dict[tuple[str, str, str, str], Counter[str]] = defaultdict(Counter)
    for seen in facts.visits:
        counted[seen.day, seen.offer_id, seen.country, seen.referral]["visits"] += seen.visits
    for lead in facts.leads:
        if lead.environment is LeadEnvironment.LIVE and lead.kind is not LeadKind.TEST:
            day = counted[lead.occurred_at.date().isoformat(), lead.offer_id, lead.details.country, ""]
            day["contact" if lead.kind is LeadKind.CONTACT_ME else "get"] += 1
    names = {plan.offer_id: plan.offer_display_name for plan in facts.plans}
    rows = [
        (day, names.get(offer, offer), offer, referral, country, n["visits"], n["get"], n["contact"], 0, 0, "",
         n["contact"] + n["get"], "AzureMarketplace")
        for (day, offer, country, referral), n in sorted(counted.items(), reverse=True)
    ]  # fmt: skip
    columns = (
        "Date", "OfferName", "OfferId", "ReferralDomain", "CountryName", "PageVisits", "GetItNow", "ContactMe",
        "TestDrive", "FreeTrial", "Campaign", "consentGivenCount", "Site",
    )  # fmt: skip
    return Report("insights", "Marketplace insights", columns, rows)


def orders(facts: ReportFacts) -> Report:
    """Return every order, the newest first."""
    first: dict[str, datetime] = {}
    for order in sorted(facts.orders, key=lambda one: one.accepted_at):
        first.setdefault(order.customer_tenant_id, order.accepted_at)
    private = {(plan.offer_id, plan.plan_id) for plan in facts.plans if plan.visibility is Visibility.PRIVATE}
    rows = []
    for order in sorted(facts.orders, key=lambda one: one.accepted_at, reverse=True):
        who = facts.customer(order)
        begun = order.accepted_at
        new = begun - first[order.customer_tenant_id] < timedelta(days=31)
        rows.append((
            order.subscription_id, f"{begun:%Y-%m-01}", "Managed Service", _license(who.channel), LICENSE, order.plan_id,
            who.country, order.preview, order.key, max(1, len(facts.scopes(order))), "Azure Global", new,
            "Active" if order.active else "Canceled", _day(order.canceled_at), who.name, _day(begun), order.offer_title,
            order.offer_id, order.plan_id, (order.offer_id, order.plan_id) in private, False, order.version,
        ))  # fmt: skip
    columns = (
        "MarketplaceSubscriptionId", "MonthStartDate", "OfferType", "AzureLicenseType", "MarketplaceLicenseType", "SKU",
        "CustomerCountry", "IsPreviewSKU", "AssetId", "Quantity", "CloudInstanceName", "IsNewCustomer", "OrderStatus",
        "OrderCancelDate", "CustomerCompanyName", "OrderPurchaseDate", "OfferName", "OfferId", "PlanId", "IsPrivatePlan",
        "IsPrivateOffer", "Version",
    )  # fmt: skip
    return Report("orders", "Orders", columns, rows)


def customers(facts: ReportFacts) -> Report:
    """Return every customer with the day it came and the day it left; the contact is that of its last lead."""
    contacts = {lead.customer_tenant_id: lead for lead in sorted(facts.leads, key=lambda one: one.occurred_at)}
    mine: dict[str, list[Order]] = defaultdict(list)
    for order in facts.orders:
        if not order.preview:
            mine[order.customer_tenant_id].append(order)
    rows = []
    for tenant_id, held in mine.items():
        who = facts.customer(held[0])
        acquired = min(order.accepted_at for order in held)
        lost = None if any(order.active for order in held) else max(filter(None, (one.canceled_at for one in held)))
        contact = contacts.get(tenant_id)
        details = contact.details if contact else None
        kind = "churned" if lost else "new" if facts.now - acquired < timedelta(days=31) else "existing"
        rows.append((
            _day(acquired), _day(lost), facts.provider_name, details.first_name if details else "",
            details.last_name if details else "", details.email if details else "", who.name, "", "", "", who.country,
            _license(who.channel), tenant_id, tenant_id, kind,
        ))  # fmt: skip
    columns = (
        "DateAcquired", "DateLost", "ProviderName", "FirstName", "LastName", "Email", "CustomerCompanyName",
        "CustomerCity", "CustomerPostalCode", "CustomerLanguage", "CustomerCountry", "AzureLicenseType", "CustomerId",
        "BillingAccountId", "CustomerType",
    )  # fmt: skip
    return Report("customers", "Customers", columns, sorted(rows, key=lambda row: (row[0], row[12]), reverse=True))


def delegations(facts: ReportFacts) -> Report:
    """Return how much is delegated, by plan and version."""
    counted: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    tenants: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for order in _current(facts):
        key = (order.offer_id, order.plan_id, order.version)
        scopes = facts.scopes(order)
        tenants[key].add(order.customer_tenant_id)
        counted[key]["orders"] += 1
        counted[key]["idle"] += not scopes
        counted[key]["groups"] += sum(one.resource_group for one in scopes)
        counted[key]["subscriptions"] += sum(not one.resource_group for one in scopes)
    rows = [
        (*key, len(tenants[key]), n["orders"], n["subscriptions"], n["groups"], n["idle"])
        for key, n in sorted(counted.items(), key=lambda item: (*item[0][:2], version_of(item[0][2])))
    ]
    columns = (
        "OfferId", "PlanId", "Version", "Customers", "Orders", "SubscriptionsDelegated", "ResourceGroupsDelegated",
        "OrdersWithoutDelegation",
    )  # fmt: skip
    return Report("delegations", "Delegations per plan and version", columns, rows)


def adoption(facts: ReportFacts) -> Report:
    """Return which customer is on which version, and how far behind the newest that is."""
    newest = facts.newest()
    rows = []
    for order in _current(facts):
        last = newest.get((order.offer_id, order.plan_id))
        behind = _behind(facts, order)
        rows.append((
            order.offer_id, order.plan_id, facts.customer(order).name, order.customer_tenant_id, order.subscription_id,
            order.version, last.version if last else order.version, behind, _day(order.acceptances[-1].at),
            len(facts.scopes(order)),
        ))  # fmt: skip
    columns = (
        "OfferId", "PlanId", "Customer", "CustomerId", "SubscriptionId", "Version", "NewestVersion", "VersionsBehind",
        "AcceptedDate", "Delegations",
    )  # fmt: skip
    rows.sort(key=lambda row: (row[0], row[1], -row[7], row[2], row[4]))
    return Report("adoption", "Adoption of versions by customer", columns, rows)


def time_to_accept(facts: ReportFacts) -> Report:
    """Return, for each version that was an update, how long customers took from its publication to accept it."""
    taken: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    waiting: Counter[tuple[str, str, str]] = Counter()
    for plan in facts.plans:
        key = (plan.offer_id, plan.plan_id, plan.version)
        if plan.published_at is None:
            continue
        for order in facts.orders:
            if order.preview or (order.offer_id, order.plan_id) != key[:2] or order.accepted_at >= plan.published_at:
                continue
            accepted = next((one.at for one in order.acceptances if one.version == plan.version), None)
            if accepted is not None:
                taken[key].append((accepted - plan.published_at).total_seconds() / 3600)
            elif order.active and version_of(order.version) < version_of(plan.version):
                waiting[key] += 1
    rows = []
    for key in sorted({*taken, *waiting}, key=lambda key: (*key[:2], version_of(key[2]))):
        hours = taken[key]
        shown = (round(min(hours), 2), round(median(hours), 2), round(max(hours), 2)) if hours else (None, None, None)
        rows.append((*key, len(hours), *shown, waiting[key]))
    columns = (
        "OfferId", "PlanId", "Version", "Accepted", "ShortestHours", "MedianHours", "LongestHours", "StillWaiting",
    )  # fmt: skip
    return Report("time-to-accept", "Time to accept an update", columns, rows)


def behind(facts: ReportFacts) -> Report:
    """Return who has not accepted the newest version, those who wait longest first."""
    newest = facts.newest()
    rows = []
    for order in _current(facts):
        last = newest.get((order.offer_id, order.plan_id))
        if last is None or version_of(order.version) >= version_of(last.version):
            continue
        days = (facts.now - last.published_at).days if last.published_at else 0
        rows.append((
            order.offer_id, order.plan_id, facts.customer(order).name, order.customer_tenant_id, order.subscription_id,
            order.version, last.version, _day(last.published_at), days, len(facts.scopes(order)),
        ))  # fmt: skip
    columns = (
        "OfferId", "PlanId", "Customer", "CustomerId", "SubscriptionId", "Version", "NewestVersion", "PublishedDate",
        "DaysWaiting", "Delegations",
    )  # fmt: skip
    rows.sort(key=lambda row: (-row[8], row[0], row[1], row[2], row[4]))
    return Report("behind", "Who has not accepted the newest version", columns, rows)


REPORTS: Mapping[str, Callable[[ReportFacts], Report]] = {
    "insights": insights,
    "orders": orders,
    "customers": customers,
    "delegations": delegations,
    "adoption": adoption,
    "time-to-accept": time_to_accept,
    "behind": behind,
}
PERSONAL = frozenset({"customers"})
"""Reports that hold customers' personal data: only an owner of the account reads them."""


def _current(facts: ReportFacts) -> list[Order]:
    return [order for order in facts.orders if order.active and not order.preview]


def _behind(facts: ReportFacts, order: Order) -> int:
    return sum(
        (plan.offer_id, plan.plan_id) == (order.offer_id, order.plan_id)
        and version_of(plan.version) > version_of(order.version)
        for plan in facts.plans
    )


def _license(channel: str) -> str:
    return {"enterpriseAgreement": "Enterprise", "cspReseller": "Cloud Solution Provider"}.get(channel, "Pay as you go")


def _day(at: datetime | None) -> Any:
    return at.date().isoformat() if at is not None else None
