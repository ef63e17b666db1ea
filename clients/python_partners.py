"""Partner links, terms, operations and eligible roles by the Python SDKs, blocking: run with `.clients/python`."""

import os

from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.identity import ClientSecretCredential
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.managementpartner import ACEProvisioningManagementPartnerAPI
from azure.mgmt.marketplaceordering import MarketplaceOrderingAgreements

ARM, SUBSCRIPTION = os.environ["LIGHTKEEPER_ARM"], os.environ["SUBSCRIPTION_ID"]
who = ClientSecretCredential(
    os.environ["TENANT_ID"], os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"],
    authority=ARM, disable_instance_discovery=True,
)  # fmt: skip

api = ACEProvisioningManagementPartnerAPI(who, base_url=ARM, credential_scopes=[f"{ARM}/.default"])
try:
    api.partners.get()
    raise AssertionError("there is no link yet")
except ResourceNotFoundError:
    pass
made = api.partner.create("4759000")
assert (made.partner_id, made.partner_name, made.state, made.version) == ("4759000", "Fabrikam", "Active", 1), made
try:
    api.partner.create("4759001")
    raise AssertionError("a second partner was taken")
except ResourceExistsError as fault:
    assert fault.error is not None and fault.error.code == "Conflict"
assert api.partner.update("4759001").version == 2
assert api.partners.get().partner_id == api.partner.get("4759001").partner_id
api.partner.delete("4759001")
assert [one.name for one in api.operation.list()]

terms = MarketplaceOrderingAgreements(who, SUBSCRIPTION, base_url=ARM).marketplace_agreements
plan = ("fabrikam", "managed-operations", "operations")
read = terms.get("virtualmachine", *plan)
assert read.accepted is False and read.license_text_link and read.signature
read.accepted = True
accepted = terms.create("virtualmachine", *plan, read)
assert accepted.accepted and accepted.retrieve_datetime and accepted.system_data.created_by
assert terms.get_agreement(*plan).state == "Active"
assert terms.cancel(*plan).cancel_date
assert terms.sign(*plan).sign_date
assert [one.name for one in terms.list().value] == ["operations"]
try:
    terms.get("virtualmachine", "fabrikam", "managed-operations", "nothing")
    raise AssertionError("nobody sells that")
except HttpResponseError as fault:
    assert fault.status_code == 400

access = AuthorizationManagementClient(who, SUBSCRIPTION, base_url=ARM)
scope = f"subscriptions/{SUBSCRIPTION}"
namespaces = [one.name for one in access.provider_operations_metadata.list()]
assert len(namespaces) == len(set(namespaces)) > 300
[listed] = [
    one for one in access.provider_operations_metadata.get("Microsoft.ManagedServices").resource_types
    if one.name == "registrationAssignments"
]  # fmt: skip
assert "Microsoft.ManagedServices/registrationAssignments/delete" in [one.name for one in listed.operations]
standing = list(access.role_assignment_schedule_instances.list_for_scope(scope, filter="asTarget()"))
assert standing and {one.assignment_type for one in standing} == {"Assigned"}
assert list(access.role_assignment_schedules.list_for_scope(scope))
assert not list(access.role_eligibility_schedules.list_for_scope(scope))
assert not list(access.role_eligibility_schedule_instances.list_for_scope(scope, filter="asTarget()"))
assert not list(access.role_assignment_schedule_requests.list_for_scope(scope))
assert not list(access.role_management_policies.list_for_scope(scope))
assert not list(access.eligible_child_resources.get(scope))
assert not list(access.classic_administrators.list())
print("done")
