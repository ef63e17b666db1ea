"""What people do with delegations: customers onboard, change and remove providers; providers see and leave customers."""

from lightkeeper.delegation.service.assignments import (
    delete_assignment,
    get_assignment,
    list_assignments,
    list_managed,
    put_assignment,
)
from lightkeeper.delegation.service.definitions import (
    delete_definition,
    get_definition,
    list_definitions,
    put_definition,
)
from lightkeeper.delegation.service.described import Described, describe
from lightkeeper.delegation.service.eligible import list_eligible
from lightkeeper.delegation.service.failures import note_failed_addition, note_failed_removal
from lightkeeper.delegation.service.marketplace import get_marketplace_definition, list_marketplace_definitions
from lightkeeper.delegation.service.offers import (
    find_definitions_of,
    find_delegations_of,
    list_held,
    offer_key,
)
from lightkeeper.delegation.service.rights import may_remove, why_not_onboard
from lightkeeper.delegation.service.upkeep import on_scope_deleted, on_subscription_moved

__all__ = [
    "Described",
    "delete_assignment",
    "delete_definition",
    "describe",
    "find_definitions_of",
    "find_delegations_of",
    "get_assignment",
    "get_definition",
    "get_marketplace_definition",
    "list_assignments",
    "list_definitions",
    "list_eligible",
    "list_held",
    "list_managed",
    "list_marketplace_definitions",
    "may_remove",
    "note_failed_addition",
    "note_failed_removal",
    "offer_key",
    "on_scope_deleted",
    "on_subscription_moved",
    "put_assignment",
    "put_definition",
    "why_not_onboard",
]
