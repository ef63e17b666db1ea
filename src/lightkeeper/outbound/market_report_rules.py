"""The reports that Partner Center's analytics have too, in its columns: insights, orders, customers. Pure."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta

from lightkeeper.delegation.model import Visibility
from lightkeeper.outbound.model import LeadEnvironment, LeadKind
from lightkeeper.outbound.order_store import Order
from lightkeeper.outbound.report_facts import ReportFacts, day_of
from lightkeeper.outbound.tables import Report

LICENSE = "Bring Your Own License"


def insights(facts: ReportFacts) -> Report:
    """Return visits, acceptances and contact requests, by day, offer and country."""
    counted: dict[tuple[str, str, str, str], Counter[str]] = defaultdict(Counter)
    for seen in facts.visits:
        counted[seen.day, seen.offer_id, seen.country, seen.referral].update(visits=seen.visits, people=seen.visitors)
    for lead in facts.leads:
        if lead.environment is LeadEnvironment.LIVE and lead.kind is not LeadKind.TEST:
            day = counted[lead.occurred_at.date().isoformat(), lead.offer_id, lead.details.country, ""]
            day["contact" if lead.kind is LeadKind.CONTACT_ME else "get"] += 1
    names = {plan.offer_id: plan.offer_display_name for plan in facts.plans}
    rows = [
        (day, names.get(offer, offer), offer, referral, country, n["visits"], n["get"], n["contact"], 0, 0, "",
         n["contact"] + n["get"], "AzureMarketplace", n["people"])
        for (day, offer, country, referral), n in sorted(counted.items(), reverse=True)
    ]  # fmt: skip
    columns = (
        "Date", "OfferName", "OfferId", "ReferralDomain", "CountryName", "PageVisits", "GetItNow", "ContactMe",
        "TestDrive", "FreeTrial", "Campaign", "consentGivenCount", "Site", "UniqueVisitors",
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
            "Active" if order.active else "Canceled", day_of(order.canceled_at), who.name, day_of(begun), order.offer_title,
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
            day_of(acquired), day_of(lost), facts.provider_name, details.first_name if details else "",
            details.last_name if details else "", details.email if details else "", who.name, "", "", "", who.country,
            _license(who.channel), tenant_id, tenant_id, kind,
        ))  # fmt: skip
    columns = (
        "DateAcquired", "DateLost", "ProviderName", "FirstName", "LastName", "Email", "CustomerCompanyName",
        "CustomerCity", "CustomerPostalCode", "CustomerLanguage", "CustomerCountry", "AzureLicenseType", "CustomerId",
        "BillingAccountId", "CustomerType",
    )  # fmt: skip
    return Report("customers", "Customers", columns, sorted(rows, key=lambda row: (row[0], row[12]), reverse=True))


def _license(channel: str) -> str:
    return {"enterpriseAgreement": "Enterprise", "cspReseller": "Cloud Solution Provider"}.get(channel, "Pay as you go")
