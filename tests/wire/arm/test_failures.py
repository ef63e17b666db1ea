"""What the activity log tells of writes that did not succeed."""

import json

from lightkeeper.kernel.ids import named, new_guid
from lightkeeper.wire.arm import failures
from tests.wire.arm.town import CONTOSO, FABRIKAM, OWNER, PROD, READER, READER_ROLE, TECHNICIAN, VM, WEB, Town, town

__all__ = ["town"]
MONITORING_READER = "43d0d8ad-25c7-4714-9337-8ba259a9fe05"


def test_a_refused_write_is_in_the_activity_log_as_failed(town: Town) -> None:
    """L113: the log tells what was tried too: status Failed, the sub-status, and the refusal among the properties."""
    refused = town.ask(READER, "DELETE", VM, version="2024-07-01")

    [event] = town.log(OWNER, only="Failed")
    assert refused.status == 403
    assert event["operationName"]["value"] == "Microsoft.Compute/virtualMachines/delete"
    assert event["caller"] == "reader@contoso.example"
    assert event["subStatus"] == {"value": "Forbidden", "localizedValue": "Forbidden (HTTP Status Code: 403)"}
    assert (event["level"], event["resourceId"], event["resourceGroupName"]) == ("Error", VM, "web")
    assert event["properties"]["code"] == "AuthorizationFailed"
    assert json.loads(event["properties"]["statusMessage"]) == refused.json
    assert all(isinstance(value, str) for value in event["properties"].values())


def test_what_was_rolled_back_stays_rolled_back(town: Town) -> None:
    """The failure has a transaction of its own: of the refused change itself nothing is kept."""
    bad = {"location": "nowhere", "tags": {"a": "b"}}

    answer = town.ask(OWNER, "PUT", f"{PROD}/resourceGroups/new", bad, "2021-04-01")

    assert answer.status == 400
    assert town.ask(OWNER, "GET", f"{PROD}/resourceGroups/new", version="2021-04-01").status == 404
    [event] = town.log(OWNER, only="Failed")
    assert event["subStatus"]["value"] == "BadRequest"
    assert town.house.office.revision > 0 and event["correlationId"] == answer.headers["x-ms-correlation-request-id"]


def test_reads_and_strangers_leave_no_trace(town: Town) -> None:
    """A refused read is not logged, nor a request whose sender is not admitted: who may not come in may not fill the log."""
    before = town.house.office.revision

    assert town.ask(READER, "GET", f"{WEB}/providers/Microsoft.Nothing/x/y").status >= 400
    assert town.ask(TECHNICIAN, "DELETE", VM).status == 401
    assert town.ask("nobody/none", "DELETE", VM).status == 401
    assert town.house.office.revision == before


def test_nobody_can_fill_the_log_by_failing(town: Town) -> None:
    """The number of failures logged for one caller in a minute is bounded; the answers stay the same."""
    before = town.house.office.revision

    answers = {town.ask(READER, "DELETE", VM, version="2024-07-01").status for _ in range(failures.PER_CALLER + 20)}

    assert answers == {403}
    # A minute may turn while we are at it.
    assert town.house.office.revision - before in range(failures.PER_CALLER, failures.PER_CALLER + 21)


def test_a_delegation_that_failed_is_in_the_providers_log_too(town: Town) -> None:
    """L111: failures are logged too, as tenant events with the description consumers parse."""
    with_one = {"principalId": town.object_id(TECHNICIAN), "roleDefinitionId": READER_ROLE}
    definition = town.delegate(PROD, with_one)
    again = f"{PROD}/providers/Microsoft.ManagedServices/registrationAssignments/{new_guid()}"

    refused = town.ask(
        OWNER, "PUT", again, {"properties": {"registrationDefinitionId": definition}}, version="2022-10-01"
    )

    assert refused.status == 409
    with town.house.office.database.read() as connection:
        from lightkeeper.kernel import log

        [told] = [entry for entry in log.after(connection, 0) if entry.kind == "DelegationFailed"]
    assert (told.tenant_id, told.subscription_id) == (FABRIKAM, None)
    assert told.operation == "Microsoft.Resources/tenants/register/action"
    assert (told.body["status"], told.body["sub_status"]) == ("Failed", "Conflict")
    assert json.loads(told.body["description"]) == {
        "subscriptionId": named("subscription", "prod"),
        "subscriptionTenantId": CONTOSO,
        "delegationResourceId": PROD,
    }


def test_a_refused_removal_is_told_to_the_provider(town: Town) -> None:
    """L95, L111: without the delete role the provider may not leave, and its own log says that it tried."""
    town.delegate(PROD, {"principalId": town.object_id(TECHNICIAN), "roleDefinitionId": READER_ROLE})
    where = f"{PROD}/providers/Microsoft.ManagedServices/registrationAssignments/{named('assignment', 'one')}"

    assert town.ask(TECHNICIAN, "DELETE", where, version="2022-10-01").status == 403
    [event] = town.log(OWNER, only="Failed")
    assert event["operationName"]["value"] == "Microsoft.ManagedServices/registrationAssignments/delete"
