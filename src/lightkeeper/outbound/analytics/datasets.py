"""The data sets that can be queried, each a report. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from lightkeeper.kernel.problems import Invalid
from lightkeeper.outbound.report_facts import ReportFacts
from lightkeeper.outbound.report_rules import PERSONAL, REPORTS


@dataclass(frozen=True, slots=True)
class Dataset:
    """A report under the name queries use, and the column that says which day a row belongs to (none: every day)."""

    name: str
    report: str
    dated: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns there are to select."""
        nothing = ReportFacts(datetime(2000, 1, 1, tzinfo=UTC), [], {}, [], [], [], {}, "")
        return REPORTS[self.report](nothing).columns

    @property
    def personal(self) -> bool:
        """Return whether the rows hold customers' personal data, which only owners read."""
        return self.report in PERSONAL


DATASETS: Mapping[str, Dataset] = {
    one.name.lower(): one
    for one in (
        Dataset("ISVMarketplaceInsights", "insights", "Date"),
        Dataset("ISVOrder", "orders", "OrderPurchaseDate"),
        Dataset("ISVCustomer", "customers", "DateAcquired"),
        Dataset("LightkeeperDelegations", "delegations"),
        Dataset("LightkeeperAdoption", "adoption"),
        Dataset("LightkeeperTimeToAccept", "time-to-accept"),
        Dataset("LightkeeperBehind", "behind"),
    )
}
WITHOUT_DATA = ("ISVUsage", "ISVRevenue", "ISVOfferRetention", "ISVQualityOfService")
"""Data sets of the original for offers that are metered or paid through the marketplace; managed services are neither."""


def dataset_named(name: str) -> Dataset:
    """Return a data set. Raises `Invalid` for one there is not, with the reason when the original has it."""
    if (found := DATASETS.get(name.lower())) is not None:
        return found
    if name.lower() in (one.lower() for one in WITHOUT_DATA):
        raise Invalid(
            "badRequest",
            f"'{name}' has no data: a Managed Service offer is neither metered nor billed by the marketplace.",
            target="Query",
        )
    known = ", ".join(one.name for one in DATASETS.values())
    raise Invalid("badRequest", f"There is no data set '{name[:60]}'. Known: {known}.", target="Query")
