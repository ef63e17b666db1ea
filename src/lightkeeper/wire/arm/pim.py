"""What the lists of Privileged Identity Management share on the wire: versions, filters, and names beside the ids.

Only reads are served. Eligible entries come from delegations, assignments are the standing ones.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lightkeeper.access import custom_roles
from lightkeeper.directory import service as directory
from lightkeeper.directory.model import Principal, User
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid
from lightkeeper.kernel.resource_id import ROOT, is_management_group, parse
from lightkeeper.resources import service as resources
from lightkeeper.wire.arm.operation import ArmRequest
from lightkeeper.wire.arm.role_definitions import definition_id

VERSIONS = ("2024-09-01-preview", "2022-04-01-preview", "2020-10-01", "2020-10-01-preview")

_TERMS = re.compile(
    r"(?P<word>atScope|asTarget|asRequestor|asApprover)\(\)"
    r"|assignedTo\(\s*'(?P<assigned>[^']+)'\s*\)"
    r"|principalId\s+eq\s+'?(?P<principal>[0-9a-zA-Z-]+)'?",
    re.IGNORECASE,
)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a filter asks for; `target_id` is a principal whose groups count as well."""

    at_scope: bool = False
    principal_id: str | None = None
    target_id: str | None = None


def asked_by(call: Call, text: str) -> Asked:
    """Return what `$filter` asks for. Raises `Invalid` for what is no filter of these lists.

    Requests know `asRequestor()` and `asApprover()` as well; there are no requests, so both mean the caller.
    """
    at_scope, principal, target = False, None, None
    for part in map(str.strip, _AND.split(text)) if text.strip() else ():
        found = _TERMS.fullmatch(part)
        if found is None:
            raise Invalid(
                "InvalidFilterInQueryString",
                f"The filter '{text[:200]}' is not supported. Use atScope(), asTarget(), assignedTo('<id>') or "
                "principalId eq '<id>'.",
            )
        if found["word"] and found["word"].lower() == "atscope":
            at_scope = True
        elif found["principal"]:
            principal = found["principal"]
        else:
            target = found["assigned"] or call.caller.object_id
    return Asked(at_scope, principal, target)


class Expanded:
    """Names for the ids of a list: scope, role and principal, each looked up once."""

    def __init__(self, call: Call, principal_ids: set[str]) -> None:
        self._call = call
        self._principals = {str(key): one for key, one in directory.principals_by_ids(call, principal_ids).items()}
        self._scopes: dict[str, dict[str, Any]] = {}

    def principal_type(self, object_id: str) -> str:
        """Return the type of a principal; one that is gone counts as a user."""
        found = self._principals.get(object_id)
        return found.type.value if found is not None else "User"

    def of(self, scope: str, role_id: str, tenant_id: str, principal_id: str) -> dict[str, Any]:
        """Return `expandedProperties`; `tenant_id` is the one whose own roles may be meant."""
        role = custom_roles.find_role(self._call, tenant_id, role_id)
        return {
            "scope": self._scope(scope),
            "roleDefinition": {
                "id": definition_id(role_id, scope),
                "displayName": role.name if role is not None else None,
                "type": "CustomRole" if role is not None and not role.built_in else "BuiltInRole",
            },
            "principal": _principal(principal_id, self._principals.get(principal_id)),
        }

    def _scope(self, scope: str) -> dict[str, Any]:
        if scope not in self._scopes:
            self._scopes[scope] = _scope_named(self._call, scope)
        return self._scopes[scope]


def id_at(scope: str, kind: str, name: str) -> str:
    """Return the id of a schedule, instance or request at a scope."""
    return f"{scope if scope != ROOT else ''}/providers/{kind}/{name}"


def shown(scope: str, kind: str, name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Return a schedule or an instance as ARM writes it."""
    return {"properties": properties, "name": name, "id": id_at(scope, kind, name), "type": kind}


def named(request: ArmRequest, bodies: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the one of `bodies` that the request names, None when there is none."""
    return next((body for body in bodies if body["name"] == request.id.name.lower()), None)


def _principal(object_id: str, found: Principal | None) -> dict[str, Any]:
    return {
        "id": object_id,
        "displayName": found.display_name if found is not None else None,
        "email": found.mail if isinstance(found, User) else None,
        "type": found.type.value if found is not None else None,
    }


def _scope_named(call: Call, scope: str) -> dict[str, Any]:
    parsed = parse(scope)
    if parsed.key == ROOT:
        return {"id": scope, "displayName": "/", "type": "tenant"}
    if is_management_group(parsed):
        return {"id": scope, "displayName": parsed.name, "type": "managementgroup"}
    if parsed.namespace:
        return {"id": scope, "displayName": parsed.name, "type": parsed.type}
    if parsed.resource_group is not None:
        return {"id": scope, "displayName": parsed.resource_group, "type": "resourcegroup"}
    found = resources.find_subscription(call, (parsed.subscription_id or "").lower())
    return {"id": scope, "displayName": found.display_name if found is not None else None, "type": "subscription"}
