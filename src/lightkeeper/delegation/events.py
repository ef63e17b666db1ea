"""What delegation writes into the log: one event for the customer's side, one for the provider's.

The provider reads its side in the activity log of its own tenant, where consumers parse the description as JSON (an old
one by position: keys stand in a fixed order) and look for operations `Microsoft.Resources/tenants/register/action` and
`.../unregister/action` (L110, L111).
"""

import json
from dataclasses import replace

from lightkeeper.delegation import documents
from lightkeeper.delegation.actions import (
    DELETE_ASSIGNMENTS,
    DELETE_DEFINITIONS,
    WRITE_ASSIGNMENTS,
    WRITE_DEFINITIONS,
)
from lightkeeper.delegation.model import RegistrationAssignment, RegistrationDefinition
from lightkeeper.kernel.log import Event

DEFINITION_WRITTEN = "RegistrationDefinitionWritten"
DEFINITION_DELETED = "RegistrationDefinitionDeleted"
ASSIGNMENT_WRITTEN = "RegistrationAssignmentWritten"
ASSIGNMENT_DELETED = "RegistrationAssignmentDeleted"
DELEGATION_ADDED = "DelegationAdded"
DELEGATION_REMOVED = "DelegationRemoved"
DELEGATION_FAILED = "DelegationFailed"


def definition_written(definition: RegistrationDefinition, home_tenant_id: str, *, created: bool) -> Event:
    """Return the event of a definition created or replaced."""
    body = {**documents.definition_document(definition), "created": created}
    return Event(DEFINITION_WRITTEN, WRITE_DEFINITIONS, home_tenant_id, definition.subscription_id, body)


def definition_deleted(definition: RegistrationDefinition, home_tenant_id: str) -> Event:
    """Return the event of a definition deleted."""
    body = documents.definition_document(definition)
    return Event(DEFINITION_DELETED, DELETE_DEFINITIONS, home_tenant_id, definition.subscription_id, body)


def assignment_written(assignment: RegistrationAssignment, home_tenant_id: str, *, created: bool) -> Event:
    """Return the customer's event of a delegation made or repeated."""
    body = {**documents.assignment_document(assignment), "created": created}
    return Event(ASSIGNMENT_WRITTEN, WRITE_ASSIGNMENTS, home_tenant_id, assignment.subscription_id, body)


def assignment_deleted(assignment: RegistrationAssignment, home_tenant_id: str) -> Event:
    """Return the customer's event of a delegation ended."""
    body = documents.assignment_document(assignment)
    return Event(ASSIGNMENT_DELETED, DELETE_ASSIGNMENTS, home_tenant_id, assignment.subscription_id, body)


def delegation_added(assignment: RegistrationAssignment, home_tenant_id: str) -> Event:
    """Return the provider's event of a delegation made, repeated, or changed in its authorizations."""
    return _provider(DELEGATION_ADDED, "register", assignment, home_tenant_id)


def delegation_removed(assignment: RegistrationAssignment, home_tenant_id: str) -> Event:
    """Return the provider's event of a delegation ended by either side."""
    return _provider(DELEGATION_REMOVED, "unregister", assignment, home_tenant_id)


def delegation_failed(kind: str, assignment: RegistrationAssignment, home_tenant_id: str, sub_status: str) -> Event:
    """Return the provider's event of a delegation that could not be added or removed; `kind` says which (L111)."""
    verb = "register" if kind == DELEGATION_ADDED else "unregister"
    event = _provider(DELEGATION_FAILED, verb, assignment, home_tenant_id)
    return replace(event, body={**event.body, "status": "Failed", "sub_status": sub_status})


def _provider(kind: str, verb: str, assignment: RegistrationAssignment, home_tenant_id: str) -> Event:
    description = {
        "subscriptionId": assignment.subscription_id,
        "subscriptionTenantId": home_tenant_id,
        "delegationResourceId": assignment.scope,
    }
    return Event(
        kind,
        f"Microsoft.Resources/tenants/{verb}/action",
        assignment.managed_by_tenant_id,
        None,
        {
            "resource_id": assignment.scope,
            "resource_type": "Microsoft.Resources/tenants",
            "description": json.dumps(description, separators=(",", ":")),
            "delegation_resource_id": assignment.scope,
            "customer_tenant_id": home_tenant_id,
            "customer_subscription_id": assignment.subscription_id,
            "definition_key": assignment.definition_key,
        },
    )
