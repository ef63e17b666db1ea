"""What is delegated, in which version, and who has not accepted a newer one: reports of ours, since Azure has none. Pure."""

from collections import Counter, defaultdict
from statistics import median

from lightkeeper.delegation.model import version_of
from lightkeeper.outbound.order_store import Order
from lightkeeper.outbound.report_facts import ReportFacts, day_of
from lightkeeper.outbound.tables import Report


def delegations(facts: ReportFacts) -> Report:
    """Return how much is delegated, by plan and version."""
    counted: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    tenants: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for order in facts.current():
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
    for order in facts.current():
        last = newest.get((order.offer_id, order.plan_id))
        behind = _behind(facts, order)
        rows.append((
            order.offer_id, order.plan_id, facts.customer(order).name, order.customer_tenant_id, order.subscription_id,
            order.version, last.version if last else order.version, behind, day_of(order.acceptances[-1].at),
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
    for order in facts.current():
        last = newest.get((order.offer_id, order.plan_id))
        if last is None or version_of(order.version) >= version_of(last.version):
            continue
        days = (facts.now - last.published_at).days if last.published_at else 0
        rows.append((
            order.offer_id, order.plan_id, facts.customer(order).name, order.customer_tenant_id, order.subscription_id,
            order.version, last.version, day_of(last.published_at), days, len(facts.scopes(order)),
        ))  # fmt: skip
    columns = (
        "OfferId", "PlanId", "Customer", "CustomerId", "SubscriptionId", "Version", "NewestVersion", "PublishedDate",
        "DaysWaiting", "Delegations",
    )  # fmt: skip
    rows.sort(key=lambda row: (-row[8], row[0], row[1], row[2], row[4]))
    return Report("behind", "Who has not accepted the newest version", columns, rows)


def _behind(facts: ReportFacts, order: Order) -> int:
    return sum(
        (plan.offer_id, plan.plan_id) == (order.offer_id, order.plan_id)
        and version_of(plan.version) > version_of(order.version)
        for plan in facts.plans
    )
