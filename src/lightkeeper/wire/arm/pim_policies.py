"""Role settings on the wire: what an activation of an eligible role asks for, as the customer's delegation has it."""

from typing import Any

from lightkeeper.access import actions
from lightkeeper.delegation import service as delegation
from lightkeeper.delegation.model import MfaProvider
from lightkeeper.delegation.schedules import Eligibility
from lightkeeper.directory import service as directory
from lightkeeper.directory.model import PrincipalType
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.problems import NotFound
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.pim import VERSIONS, Expanded
from lightkeeper.wire.arm.role_definitions import definition_id

POLICIES = "Microsoft.Authorization/roleManagementPolicies"
ASSIGNMENTS = "Microsoft.Authorization/roleManagementPolicyAssignments"

_PERMANENT = "P365D"  # what the public service shows as the longest assignment by an administrator


def list_policies(call: Call, request: ArmRequest) -> Answer:
    """Answer the settings of every eligible role at the scope and above it."""
    found = _eligible(call, request, actions.READ_MANAGEMENT_POLICIES)
    return Answer(200, {"value": [policy_body(call, one) for one in found]})


def get_policy(call: Call, request: ArmRequest) -> Answer:
    """Answer the settings of one role."""
    for one in _eligible(call, request, actions.READ_MANAGEMENT_POLICIES):
        if one.policy_name == request.id.name.lower():
            return Answer(200, policy_body(call, one))
    raise _unknown(request)


def list_policy_assignments(call: Call, request: ArmRequest) -> Answer:
    """Answer which settings hold for which role at the scope and above it."""
    found = _eligible(call, request, actions.READ_MANAGEMENT_POLICY_ASSIGNMENTS)
    return Answer(200, {"value": [policy_assignment_body(call, one) for one in found]})


def get_policy_assignment(call: Call, request: ArmRequest) -> Answer:
    """Answer the settings of one role by the name of their assignment, `{policy}_{role}`."""
    for one in _eligible(call, request, actions.READ_MANAGEMENT_POLICY_ASSIGNMENTS):
        if _assignment_name(one) == request.id.name.lower():
            return Answer(200, policy_assignment_body(call, one))
    raise _unknown(request)


def _unknown(request: ArmRequest) -> NotFound:
    return NotFound("RoleManagementPolicyNotFound", f"There is no role setting '{request.id.name}' at this scope.")


def _eligible(call: Call, request: ArmRequest, action: str) -> list[Eligibility]:
    """Return one entry for each policy."""
    found = delegation.list_eligible(call, request.id.scope, action, at_scope=True)
    return list({one.policy_name: one for one in found}.values())


def policy_body(call: Call, one: Eligibility) -> dict[str, Any]:
    """Return the settings of an eligible role."""
    stamp = one.delegation.definition.stamp
    rules = rules_of(call, one)
    properties = {
        "scope": one.scope,
        "isOrganizationDefault": False,
        "lastModifiedDateTime": iso(stamp.changed_at),
        "lastModifiedBy": {"displayName": stamp.changed_by},
        "rules": rules,
        "effectiveRules": rules,
        "policyProperties": {"scope": _expanded(call, one)["scope"]},
    }
    return {"properties": properties, "name": one.policy_name, "id": _policy_id(one), "type": POLICIES}


def policy_assignment_body(call: Call, one: Eligibility) -> dict[str, Any]:
    """Return which settings hold for an eligible role."""
    expanded = _expanded(call, one)
    stamp = one.delegation.definition.stamp
    policy = {
        "id": _policy_id(one),
        "lastModifiedBy": {"displayName": stamp.changed_by},
        "lastModifiedDateTime": iso(stamp.changed_at),
    }
    properties = {
        "scope": one.scope,
        "roleDefinitionId": definition_id(one.entry.role_id, one.scope),
        "policyId": _policy_id(one),
        "effectiveRules": rules_of(call, one),
        "policyAssignmentProperties": {
            "scope": expanded["scope"],
            "roleDefinition": expanded["roleDefinition"],
            "policy": policy,
        },
    }
    name = _assignment_name(one)
    id_ = f"{one.scope}/providers/{ASSIGNMENTS}/{name}"
    return {"properties": properties, "name": name, "id": id_, "type": ASSIGNMENTS}


def _expanded(call: Call, one: Eligibility) -> dict[str, Any]:
    managing = one.delegation.definition.managed_by_tenant_id
    return Expanded(call, set()).of(one.scope, one.entry.role_id, managing, one.entry.principal_id)


def _policy_id(one: Eligibility) -> str:
    return f"{one.scope}/providers/{POLICIES}/{one.policy_name}"


def _assignment_name(one: Eligibility) -> str:
    return f"{one.policy_name}_{one.entry.role_id}"


def rules_of(call: Call, one: Eligibility) -> list[dict[str, Any]]:
    """Return the settings as the seventeen rules clients know; only those about the end user say something of their own."""
    policy = one.entry.policy
    mfa = ["MultiFactorAuthentication"] if policy.mfa_provider == MfaProvider.AZURE else []
    rules = []
    for caller, level in (("Admin", "Eligibility"), ("Admin", "Assignment"), ("EndUser", "Assignment")):
        end_user = caller == "EndUser"
        name, target = f"{caller}_{level}", _target(caller, level)
        rules += [
            _rule("Enablement", name, target, enabledRules=[*mfa, "Justification"] if end_user else []),
            _rule(
                "Expiration",
                name,
                target,
                isExpirationRequired=end_user,
                maximumDuration=policy.maximum_for if end_user else _PERMANENT,
            ),
            *(
                _rule(
                    "Notification",
                    f"{recipient}_{name}",
                    target,
                    notificationType="Email",
                    recipientType=recipient,
                    isDefaultRecipientsEnabled=True,
                    notificationLevel="All",
                    notificationRecipients=[],
                )
                for recipient in ("Admin", "Requestor", "Approver")
            ),
        ]
    target = _target("EndUser", "Assignment")
    rules.append(_rule("Approval", "EndUser_Assignment", target, setting=_approval(call, one)))
    rules.append(_rule("AuthenticationContext", "EndUser_Assignment", target, isEnabled=False, claimValue=""))
    return rules


def _rule(kind: str, name: str, target: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {**facts, "id": f"{kind}_{name}", "ruleType": f"RoleManagementPolicy{kind}Rule", "target": target}


def _target(caller: str, level: str) -> dict[str, Any]:
    return {
        "caller": caller,
        "operations": ["All"],
        "level": level,
        "targetObjects": None,
        "inheritableSettings": None,
        "enforcedSettings": None,
    }


def _approval(call: Call, one: Eligibility) -> dict[str, Any]:
    approvers = one.entry.policy.approvers
    known = directory.principals_by_ids(call, {approver.principal_id for approver in approvers})
    types = {str(key): found.type for key, found in known.items()}
    stage = {
        "approvalStageTimeOutInDays": 1,
        "isApproverJustificationRequired": True,
        "escalationTimeInMinutes": 0,
        "primaryApprovers": [
            {
                "id": approver.principal_id,
                "description": approver.display_name,
                "isBackup": False,
                "userType": "Group" if types.get(approver.principal_id) is PrincipalType.GROUP else "User",
            }
            for approver in approvers
        ],
        "isEscalationEnabled": False,
        "escalationApprovers": None,
    }
    return {
        "isApprovalRequired": bool(approvers),
        "isApprovalRequiredForExtension": False,
        "isRequestorJustificationRequired": True,
        "approvalMode": "SingleStage",
        "approvalStages": [stage],
    }


_BASE = "/{scope}/providers"
OPERATIONS = [
    Operation("GET", f"{_BASE}/{POLICIES}", actions.READ_MANAGEMENT_POLICIES, (200,), list_policies, VERSIONS),
    Operation("GET", f"{_BASE}/{POLICIES}/{{name}}", actions.READ_MANAGEMENT_POLICIES, (200,), get_policy, VERSIONS),
    Operation(
        "GET",
        f"{_BASE}/{ASSIGNMENTS}",
        actions.READ_MANAGEMENT_POLICY_ASSIGNMENTS,
        (200,),
        list_policy_assignments,
        VERSIONS,
    ),
    Operation(
        "GET",
        f"{_BASE}/{ASSIGNMENTS}/{{name}}",
        actions.READ_MANAGEMENT_POLICY_ASSIGNMENTS,
        (200,),
        get_policy_assignment,
        VERSIONS,
    ),
]
