"""A small world for access: two tenants with management groups, subscriptions, people, groups, and their roles."""

from datetime import UTC, datetime, timedelta

from lightkeeper.access.facts import ManagementGroupPlaced, SubscriptionPlaced
from lightkeeper.access.model import Subject

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
TENANTS = ("contoso", "fabrikam")
SUBSCRIPTIONS = {"prod": "contoso", "test": "contoso", "own": "fabrikam"}

PLACES = [
    ManagementGroupPlaced("contoso", "top"),
    ManagementGroupPlaced("contoso", "mid", "top"),
    SubscriptionPlaced("prod", "contoso", "mid"),
    SubscriptionPlaced("test", "contoso"),
    SubscriptionPlaced("own", "fabrikam"),
]

VM = "/subscriptions/prod/resourceGroups/web/providers/Microsoft.Compute/virtualMachines/vm1"


def subject(name: str) -> Subject:
    """`contoso/ann` is the subject ann of Contoso's directory."""
    tenant, object_id = name.split("/")
    return Subject(object_id, tenant)
