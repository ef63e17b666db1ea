"""Deny assignments on the wire: there to be read; nobody writes them through ARM."""

import re
from collections.abc import Sequence
from typing import Any

from lightkeeper.access import actions, denials
from lightkeeper.access.model import DenyAssignment
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.problems import Invalid
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation

VERSIONS = ("2024-07-01-preview", "2022-04-01", "2018-07-01-preview")
TYPE = "Microsoft.Authorization/denyAssignments"

_PRINCIPAL = re.compile(r"(?:principalId|denyAssignmentPrincipalId)\s+eq\s+'?([0-9a-zA-Z-]+)'?", re.IGNORECASE)


def list_denials(call: Call, request: ArmRequest) -> Answer:
    """Answer the deny assignments around a scope, as far as `$filter` admits them."""
    asked = request.query.get("$filter", "").strip()
    found = _PRINCIPAL.fullmatch(asked)
    if asked and found is None and asked.lower() != "atscope()":
        raise Invalid(
            "InvalidFilterInQueryString",
            f"The filter '{asked[:100]}' is not supported. Use atScope() or principalId eq '<id>'.",
        )
    denied = denials.list_denials(
        call, request.id.scope, at_scope=asked.lower() == "atscope()", principal_id=found[1] if found else None
    )
    return Answer(200, {"value": [denial_body(one) for one in denied]})


def get_denial(call: Call, request: ArmRequest) -> Answer:
    """Answer one deny assignment."""
    return Answer(200, denial_body(denials.get_denial(call, request.id.scope, request.id.name)))


def denial_body(denial: DenyAssignment) -> dict[str, Any]:
    """Return a deny assignment as ARM writes it."""
    at = denial.scope if denial.scope != "/" else ""
    return {
        "properties": {
            "denyAssignmentName": denial.display_name,
            "description": denial.description,
            "permissions": [
                {
                    "actions": denial.actions,
                    "notActions": denial.not_actions,
                    "dataActions": [],
                    "notDataActions": [],
                }
            ],
            "scope": denial.scope,
            "doNotApplyToChildScopes": denial.not_below,
            "principals": _principals(denial.principals),
            "excludePrincipals": _principals(denial.excluded),
            "isSystemProtected": True,
            "createdOn": iso(denial.created_at),
            "updatedOn": iso(denial.created_at),
            "createdBy": denial.created_by,
            "updatedBy": denial.created_by,
        },
        "id": f"{at}/providers/{TYPE}/{denial.name}",
        "type": TYPE,
        "name": denial.name,
    }


def _principals(pairs: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"id": object_id, "type": type_} for object_id, type_ in pairs]


_LIST = "/{scope}/providers/Microsoft.Authorization/denyAssignments"
OPERATIONS = [
    Operation("GET", _LIST, actions.READ_DENY_ASSIGNMENTS, (200,), list_denials, VERSIONS),
    Operation("GET", f"{_LIST}/{{name}}", actions.READ_DENY_ASSIGNMENTS, (200,), get_denial, VERSIONS),
]
