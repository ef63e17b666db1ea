"""What the reports of a publisher are computed from. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lightkeeper.delegation.model import PublishedPlan, version_of
from lightkeeper.outbound.model import Lead
from lightkeeper.outbound.order_store import Given, Order
from lightkeeper.outbound.visits import Visits


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

    def current(self) -> list[Order]:
        """Return the orders that customers hold now, without previews."""
        return [order for order in self.orders if order.active and not order.preview]


def day_of(at: datetime | None) -> str | None:
    """Return the day of a time as reports write it."""
    return at.date().isoformat() if at is not None else None
