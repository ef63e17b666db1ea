"""Microsoft.ManagedServices, in every version: definitions, assignments, published plans."""

from typing import Any

from conformance.descriptions import Described
from conformance.knocks import Knock, Way
from conformance.town import APPROVERS, FABRIKAM, MARKETPLACE_NAME, PROD, READER, TIER1, Town

SUBSCRIPTION = f"subscriptions/{PROD}"
AT = f"/{SUBSCRIPTION}/providers/Microsoft.ManagedServices"
VM_CONTRIBUTOR = "9980e02c-c2be-4d73-94e8-173b1dc7cf3c"
USER_ACCESS_ADMINISTRATOR = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
ELIGIBLE_SINCE = "2020-02-01-preview"


def definition_body(version: str) -> Any:
    """Return a definition that says everything the version knows."""
    properties: dict[str, Any] = {
        "registrationDefinitionName": "Operations",
        "description": "Looks after machines",
        "managedByTenantId": FABRIKAM,
        "authorizations": [
            {"principalId": TIER1, "roleDefinitionId": READER, "principalIdDisplayName": "Tier 1"},
            {
                "principalId": TIER1,
                "roleDefinitionId": USER_ACCESS_ADMINISTRATOR,
                "principalIdDisplayName": "Tier 1",
                "delegatedRoleDefinitionIds": [CONTRIBUTOR],
            },
        ],
    }
    if version >= ELIGIBLE_SINCE:
        properties["eligibleAuthorizations"] = [
            {
                "principalId": TIER1,
                "principalIdDisplayName": "Tier 1",
                "roleDefinitionId": VM_CONTRIBUTOR,
                "justInTimeAccessPolicy": {
                    "multiFactorAuthProvider": "Azure",
                    "maximumActivationDuration": "PT4H",
                    "managedByTenantApprovers": [{"principalId": APPROVERS, "principalIdDisplayName": "Approvers"}],
                },
            }
        ]
    return {"properties": properties}


def definition(town: Town, version: str) -> str:
    """Write a definition and return its GUID."""
    guid = town.guid()
    town.ask("PUT", f"{AT}/registrationDefinitions/{guid}", version, definition_body(version))
    return guid


def assignment_body(town: Town, version: str) -> Any:
    """Return what assigns a new definition."""
    definition_id = f"{AT}/registrationDefinitions/{definition(town, version)}"
    return {"properties": {"registrationDefinitionId": definition_id}}


def assignment(town: Town, version: str) -> str:
    """Assign a new definition and return the assignment's GUID. Only one managing tenant's definition is in force at a time."""
    guid = town.guid()
    group = town.fresh("managed")
    town.ask("PUT", f"/{SUBSCRIPTION}/resourceGroups/{group}", "2021-04-01", {"location": "westeurope"})
    scope = f"/{SUBSCRIPTION}/resourceGroups/{group}"
    where = f"{scope}/providers/Microsoft.ManagedServices/registrationAssignments/{guid}"
    town.ask("PUT", where, version, assignment_body(town, version))
    return where


def _put_definition(town: Town, asked: Described) -> Knock:
    return Knock({"scope": SUBSCRIPTION, "registrationDefinitionId": town.guid()}, definition_body(asked.version))


def _one_definition(town: Town, asked: Described) -> Knock:
    return Knock({"scope": SUBSCRIPTION, "registrationDefinitionId": definition(town, asked.version)})


def _definitions(town: Town, asked: Described) -> Knock:
    definition(town, asked.version)
    return Knock({"scope": SUBSCRIPTION})


def _put_assignment(town: Town, asked: Described) -> Knock:
    group = town.fresh("managed")
    town.ask("PUT", f"/{SUBSCRIPTION}/resourceGroups/{group}", "2021-04-01", {"location": "westeurope"})
    scope = f"{SUBSCRIPTION}/resourceGroups/{group}"
    return Knock({"scope": scope, "registrationAssignmentId": town.guid()}, assignment_body(town, asked.version))


def _one_assignment(town: Town, asked: Described) -> Knock:
    scope, _, rest = assignment(town, asked.version).partition("/providers/")
    query = {"$expandRegistrationDefinition": "true"} if asked.method == "GET" else {}
    return Knock({"scope": scope, "registrationAssignmentId": rest.rpartition("/")[2]}, query=query)


def _assignments(town: Town, asked: Described) -> Knock:
    assignment(town, asked.version)
    return Knock({"scope": SUBSCRIPTION}, query={"$expandRegistrationDefinition": "true"})


def _anywhere(town: Town, asked: Described) -> Knock:
    return Knock({"scope": SUBSCRIPTION, "marketplaceIdentifier": MARKETPLACE_NAME})


KNOCKS: dict[str, Way] = {
    "RegistrationDefinitions_CreateOrUpdate": _put_definition,
    "RegistrationDefinitions_Get": _one_definition,
    "RegistrationDefinitions_Delete": _one_definition,
    "RegistrationDefinitions_List": _definitions,
    "RegistrationAssignments_CreateOrUpdate": _put_assignment,
    "RegistrationAssignments_Get": _one_assignment,
    "RegistrationAssignments_Delete": _one_assignment,
    "RegistrationAssignments_List": _assignments,
    "MarketplaceRegistrationDefinitions_Get": _anywhere,
    "MarketplaceRegistrationDefinitions_List": _anywhere,
    "MarketplaceRegistrationDefinitionsWithoutScope_Get": _anywhere,
    "MarketplaceRegistrationDefinitionsWithoutScope_List": _anywhere,
    "Operations_List": _anywhere,
    "OperationsWithScope_List": _anywhere,
}
