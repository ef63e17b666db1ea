"""What every operation of Microsoft.ManagedServices shares on the wire, and the provider's own two operations.

Seven api-versions are served; what an older one does not know is left out of its answers:

    2019-09-01           marketplace registration definitions
    2020-02-01-preview   eligible authorizations, the customer's tenant id and name
    2022-01-01-preview   systemData
"""

import base64
import binascii
import re
from typing import Any, TypeVar
from urllib.parse import unquote_plus

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from lightkeeper.delegation import service
from lightkeeper.delegation.actions import READ_OPERATIONS, READ_STATUSES
from lightkeeper.delegation.model import ASSIGNMENTS, NAMESPACE, Authorization, EligibleAuthorization, Plan, Stamp
from lightkeeper.kernel import encoding
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.problems import Invalid, NotFound
from lightkeeper.kernel.resource_id import MalformedId, parse
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation

VERSIONS = (
    "2022-10-01",
    "2022-01-01-preview",
    "2020-02-01-preview",
    "2019-09-01",
    "2019-06-01",
    "2019-04-01-preview",
    "2018-06-01-preview",
)
MARKETPLACE_SINCE = "2019-09-01"
ELIGIBLE_SINCE = "2020-02-01-preview"
SYSTEM_DATA_SINCE = "2022-01-01-preview"

SUCCEEDED = "Succeeded"
"""Every change here is finished when it is answered, so this is the only provisioning state there is."""

TOO_OLD = "ApiVersionNotSupportedForEligibleAuthorizations"  # the public service's code is not on record


class Body(BaseModel):
    """A request's part in camel case; unknown members are ignored, as the public service does."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


B = TypeVar("B", bound=Body)


def read_body(kind: type[B], request: ArmRequest) -> B:
    """Return the body as `kind`; raise `Invalid` with every fault and its path."""
    try:
        return kind.model_validate({} if request.body is None else request.body)
    except ValidationError as faults:
        raise Invalid(
            "InvalidRequestContent",
            "The request content was invalid and could not be deserialized. See the details.",
            details=[
                Finding("InvalidRequestContent", ".".join(str(part) for part in fault["loc"]), fault["msg"])
                for fault in faults.errors()
            ],
        ) from faults


def insist_on_version(request: ArmRequest, eligible: object) -> None:
    """Raise `Invalid` when there are eligible authorizations and the api-version is older than they are (L45)."""
    if eligible and request.api_version < ELIGIBLE_SINCE:
        raise Invalid(
            TOO_OLD,
            "The managed services operations with eligible authorizations only allowed with api-version greater and "
            f"equal to '{ELIGIBLE_SINCE}'.",
        )


def authorizations_body(authorizations: tuple[Authorization, ...]) -> list[dict[str, Any]]:
    """Return active authorizations as ARM writes them."""
    return [
        {"principalId": one.principal_id, "roleDefinitionId": one.role_id}
        | ({"principalIdDisplayName": one.display_name} if one.display_name else {})
        | ({"delegatedRoleDefinitionIds": list(one.delegated_role_ids)} if one.delegated_role_ids else {})
        for one in authorizations
    ]


def eligible_body(eligible: tuple[EligibleAuthorization, ...]) -> list[dict[str, Any]]:
    """Return eligible authorizations as ARM writes them."""
    found = []
    for one in eligible:
        policy: dict[str, Any] = {
            "multiFactorAuthProvider": str(one.policy.mfa_provider),
            "maximumActivationDuration": one.policy.maximum_for,
        }
        if one.policy.approvers:
            policy["managedByTenantApprovers"] = [
                {"principalId": approver.principal_id}
                | ({"principalIdDisplayName": approver.display_name} if approver.display_name else {})
                for approver in one.policy.approvers
            ]
        found.append(
            {"justInTimeAccessPolicy": policy, "principalId": one.principal_id, "roleDefinitionId": one.role_id}
            | ({"principalIdDisplayName": one.display_name} if one.display_name else {})
        )
    return found


def plan_body(plan: Plan) -> dict[str, str]:
    """Return a plan as ARM writes it."""
    return {"name": plan.name, "product": plan.product, "publisher": plan.publisher, "version": plan.version}


def system_data(stamp: Stamp, request: ArmRequest) -> dict[str, Any]:
    """Return `{"systemData": ...}` for versions that know it, else nothing."""
    return {} if request.api_version < SYSTEM_DATA_SINCE else {"systemData": system_data_of(stamp)}


def system_data_of(stamp: Stamp) -> dict[str, str]:
    """Return who wrote something first and last, as ARM writes it."""
    return {
        "createdBy": stamp.created_by,
        "createdByType": stamp.created_by_type,
        "createdAt": iso(stamp.created_at),
        "lastModifiedBy": stamp.changed_by,
        "lastModifiedByType": stamp.changed_by_type,
        "lastModifiedAt": iso(stamp.changed_at),
    }


_ONE = r"(?:'[^']*'|[\w-]+)"
_EQUALS = re.compile(rf"\s*managedByTenantId\s+eq\s+({_ONE})\s*", re.IGNORECASE)
_AMONG = re.compile(rf"\s*managedByTenantId\s+in\s*\(\s*({_ONE}(?:\s*,\s*{_ONE})*)\s*\)\s*", re.IGNORECASE)


def managing_tenants(request: ArmRequest) -> frozenset[str] | None:
    """Return the tenants `$filter` asks for, None without a filter.

    Some clients encode the filter twice, the public examples even with its name, and some leave out the quotes.
    """
    text = request.query.get("$filter", "")
    if "%" in text:
        text = unquote_plus(text)
    text = text.removeprefix("$filter=")
    if not text.strip():
        return None
    if found := _EQUALS.fullmatch(text):
        return frozenset({found[1].strip("'").lower()})
    if found := _AMONG.fullmatch(text):
        return frozenset(one.strip().strip("'").lower() for one in found[1].split(","))
    raise Invalid(
        "InvalidFilterInQueryString",
        f"The filter '{text}' is not supported. Use managedByTenantId eq '<id>' or managedByTenantId in ('<id>', ...).",
    )


_RESOURCES = {
    "registrationDefinitions": "Managed Services Registration Definition",
    "registrationAssignments": "Managed Services Registration Assignment",
}
_VERBS = {
    "read": ("List", "Retrieves a list of"),
    "write": ("Add or Modify", "Adds or modifies"),
    "delete": ("Remove", "Removes"),
}


def list_operations(call: Call, request: ArmRequest) -> Answer:
    """Answer what the provider can do, as role authors read it."""
    call.open_to_all("what a provider can do is public")
    rows = [
        _operation(f"{kind}/{verb}", noun, f"{does} {noun}", f"{tells} {noun}s.")
        for kind, noun in _RESOURCES.items()
        for verb, (does, tells) in _VERBS.items()
    ]
    rows += [
        _operation(
            "marketplaceRegistrationDefinitions/read",
            "Marketplace Registration Definition",
            "List Marketplace Registration Definitions",
            "Retrieves the published plans of Managed Service offers.",
        ),
        _operation(
            "operationStatuses/read", "Operation Status", "Read Operation Status", "Reads the status of an operation."
        ),
        _operation("operations/read", "Operation", "List Operations", "Lists the operations of the provider."),
        _operation("register/action", "Subscription", "Register", "Registers the subscription with the provider."),
        _operation("unregister/action", "Subscription", "Unregister", "Unregisters the subscription."),
    ]
    return Answer(200, {"value": rows})


def _operation(name: str, resource: str, operation: str, description: str) -> dict[str, Any]:
    display = {
        "provider": "Microsoft Managed Services",
        "resource": resource,
        "operation": operation,
        "description": description,
    }
    return {"name": f"{NAMESPACE}/{name}", "display": display}


def get_operation_status(call: Call, request: ArmRequest) -> Answer:
    """Answer how an operation on an assignment ended; the token names the assignment and the kind of job.

    Nothing runs after its answer here, so what is answered is read from the state: an assignment that should be there
    is, or one that should be gone is gone. Anything else was never asked of us.
    """
    subscription_id = request.id.subscription_id or ""
    call.authorize(READ_STATUSES, f"/subscriptions/{subscription_id}")
    target, job = _target_of(request.id.name)
    try:
        parsed = parse(target)
    except MalformedId:
        raise _unknown(request) from None
    if (parsed.subscription_id or "").lower() != subscription_id.lower() or not parsed.type.endswith(ASSIGNMENTS):
        raise _unknown(request)
    present = True
    try:
        service.get_assignment(call, parsed.scope, parsed.name)
    except NotFound:
        present = False
    if present is job.startswith("RegistrationAssignmentDeprovisioningJob"):
        raise _unknown(request)
    return Answer(200, {"status": SUCCEEDED})


def _target_of(token: str) -> tuple[str, str]:
    try:
        said = encoding.decode(base64.b64decode(token, validate=True))
    except (ValueError, binascii.Error):
        return "", ""
    if not isinstance(said, dict):
        return "", ""
    return str(said.get("fullyQualifiedResourceId", "")), str(said.get("jobId", ""))


def _unknown(request: ArmRequest) -> NotFound:
    return NotFound("OperationStatusNotFound", f"There is no operation '{request.id.name}'.")


OPERATIONS = [
    Operation(
        "GET",
        "/{scope}/providers/Microsoft.ManagedServices/operations",
        action=READ_OPERATIONS,
        answers=(200,),
        handle=list_operations,
        versions=VERSIONS,
    ),
    Operation(
        "GET",
        "/{scope}/providers/Microsoft.ManagedServices/operationStatuses/{token}",
        action=READ_STATUSES,
        answers=(200,),
        handle=get_operation_status,
        versions=VERSIONS,
    ),
]
