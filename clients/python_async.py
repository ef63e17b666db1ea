"""The Python SDKs, asynchronous: the newest generation, or the stable one where only that is installed."""

import asyncio
import os
import uuid
from importlib.metadata import version

from azure.identity.aio import ClientSecretCredential
from azure.mgmt.managedservices.aio import ManagedServicesClient


async def main() -> None:
    """Delegate, look, take back."""
    arm, provider = os.environ["LIGHTKEEPER_ARM"], os.environ["PROVIDER"]
    at, definition, assignment = f"subscriptions/{os.environ['SUBSCRIPTION_ID']}", str(uuid.uuid4()), str(uuid.uuid4())
    who = ClientSecretCredential(
        os.environ["TENANT_ID"], os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"],
        authority=arm, disable_instance_discovery=True,
    )  # fmt: skip
    stable = version("azure-mgmt-managedservices").startswith("6.")
    offer = {
        "registrationDefinitionName": "Async",
        "managedByTenantId": provider,
        "authorizations": [{"principalId": os.environ["TECHNICIANS"], "roleDefinitionId": os.environ["READER"]}],
    }
    if stable:  # models in snake case, taken as mappings too
        from azure.mgmt.managedservices import models

        body = models.RegistrationDefinition.from_dict({"properties": offer})
    else:
        body = {"properties": offer}
    async with who, ManagedServicesClient(who, base_url=arm) as managed:
        making = await managed.registration_definitions.begin_create_or_update(definition, at, body)
        made = await making.result()
        link = {"properties": {"registrationDefinitionId": made.id}}
        if stable:
            link = models.RegistrationAssignment.from_dict(link)
        delegating = await managed.registration_assignments.begin_create_or_update(at, assignment, link)
        await delegating.result()
        found = [one async for one in managed.registration_assignments.list(at, expand_registration_definition=True)]
        assert [one.name for one in found] == [assignment]
        ending = await managed.registration_assignments.begin_delete(at, assignment)
        await ending.result()
        await managed.registration_definitions.delete(definition, at)
        assert not [one async for one in managed.registration_definitions.list(at)]
        assert (await managed.operations.list()).value


asyncio.run(main())
print("done")
