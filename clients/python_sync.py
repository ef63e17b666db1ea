"""The Python SDKs, blocking: run with the environment `.clients/python`."""

import os
import uuid

from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.identity import ClientSecretCredential
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.managedservices import ManagedServicesClient
from azure.mgmt.managementgroups import ManagementGroupsMgmtClient
from azure.mgmt.monitor import MonitorManagementClient
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

ARM, TENANT, SUBSCRIPTION = os.environ["LIGHTKEEPER_ARM"], os.environ["TENANT_ID"], os.environ["SUBSCRIPTION_ID"]
PROVIDER, TECHNICIANS, READER = os.environ["PROVIDER"], os.environ["TECHNICIANS"], os.environ["READER"]
who = ClientSecretCredential(
    TENANT, os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"], authority=ARM, disable_instance_discovery=True
)

subscriptions = SubscriptionClient(who, base_url=ARM)
assert {one.display_name for one in subscriptions.subscriptions.list()} == {"contoso-prod", "contoso-test"}
assert [one.tenant_id for one in subscriptions.tenants.list()] == [TENANT]

resources = ResourceManagementClient(who, SUBSCRIPTION, base_url=ARM)
resources.resource_groups.create_or_update("sync", {"location": "westeurope", "tags": {"a": "b"}})
assert resources.resource_groups.check_existence("sync")
assert resources.resource_groups.update("sync", {"tags": {"c": "d"}}).tags == {"c": "d"}
account = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/sync/providers/Microsoft.Storage/storageAccounts/syncaccount"
made = resources.resources.begin_create_or_update_by_id(
    account,
    api_version="2023-05-01",
    parameters={"location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": {}},
).result()
assert made.id == account
assert [one.name for one in resources.resources.list_by_resource_group("sync")] == ["syncaccount"]
assert resources.providers.register("Microsoft.Network").registration_state == "Registered"
resources.resource_groups.begin_delete("sync").result()
assert not resources.resource_groups.check_existence("sync")

template = {
    "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "resources": [],
    "outputs": {"name": {"type": "string", "value": "[subscription().displayName]"}},
}
deployments = DeploymentsMgmtClient(who, SUBSCRIPTION, base_url=ARM).deployments
body = {"location": "westeurope", "properties": {"mode": "Incremental", "template": template}}
deployed = deployments.begin_create_or_update_at_subscription_scope("sync", body).result()
assert deployed.properties.outputs["name"]["value"] == "contoso-prod"
deployments.begin_delete_at_subscription_scope("sync").result()

access = AuthorizationManagementClient(who, SUBSCRIPTION, base_url=ARM)
scope, name = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/web", str(uuid.uuid4())
role = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{READER}"
asked = {"role_definition_id": role, "principal_id": os.environ["OWNER"], "principal_type": "User"}
assert access.role_assignments.create(scope, name, asked).name == name
assert name in [one.name for one in access.role_assignments.list_for_scope(scope, filter="atScope()")]
access.role_assignments.delete(scope, name)

managed = ManagedServicesClient(who, base_url=ARM)
at, definition, assignment = f"subscriptions/{SUBSCRIPTION}", str(uuid.uuid4()), str(uuid.uuid4())
contributor = "b24988ac-6180-42a0-ab88-20f7382dd24c"
offer = {
    "registrationDefinitionName": "Sync",
    "managedByTenantId": PROVIDER,
    "authorizations": [{"principalId": TECHNICIANS, "roleDefinitionId": READER}],
    "eligibleAuthorizations": [
        {
            "principalId": TECHNICIANS,
            "roleDefinitionId": contributor,
            "justInTimeAccessPolicy": {"multiFactorAuthProvider": "Azure", "maximumActivationDuration": "PT8H"},
        }
    ],
}
written = managed.registration_definitions.begin_create_or_update(definition, at, {"properties": offer}).result()
assert written.properties.eligible_authorizations[0].role_definition_id == contributor
found = managed.registration_definitions.list(at, filter=f"managedByTenantId eq '{PROVIDER}'")
assert definition in [one.name for one in found]
link = {"properties": {"registrationDefinitionId": written.id}}
managed.registration_assignments.begin_create_or_update(at, assignment, link).result()
[shown] = managed.registration_assignments.list(at, expand_registration_definition=True)
assert shown.properties.registration_definition.name == definition
managed.registration_assignments.begin_delete(at, assignment).result()
managed.registration_definitions.delete(definition, at)
try:
    managed.registration_definitions.get(at, definition)
    raise AssertionError("it is still there")
except ResourceNotFoundError:
    pass
assert managed.operations.list().value

unregistered = f"subscriptions/{os.environ['UNREGISTERED']}"
try:  # this client does not register a provider by itself
    managed.registration_definitions.begin_create_or_update(definition, unregistered, {"properties": offer}).result()
    raise AssertionError("the provider is not registered there")
except ResourceExistsError as fault:
    assert fault.error is not None and fault.error.code == "MissingSubscriptionRegistration"

groups = ManagementGroupsMgmtClient(who, base_url=ARM).management_groups
groups.begin_create_or_update("sync", {"properties": {"displayName": "Sync"}}).result()
assert "sync" in [one.name for one in groups.list()]
groups.begin_delete("sync").result()

log = MonitorManagementClient(who, SUBSCRIPTION, base_url=ARM).activity_logs
assert list(log.list(filter="eventTimestamp ge '2020-01-01T00:00:00Z'"))

wrong = ClientSecretCredential(TENANT, os.environ["CLIENT_ID"], "wrong", authority=ARM, disable_instance_discovery=True)
try:
    list(SubscriptionClient(wrong, base_url=ARM).subscriptions.list())
    raise AssertionError("a wrong secret was taken")
except HttpResponseError as fault:
    assert "AADSTS7000215" in str(fault)
print("done")
