"""Access questions of the operator: may somebody, why, and who holds what."""

from collections.abc import Mapping
from typing import Any

from lightkeeper.access import service
from lightkeeper.access.explain import Reason
from lightkeeper.directory import service as directory
from lightkeeper.directory.model import Principal, ServicePrincipal, User
from lightkeeper.kernel.call import OPERATOR, Call
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.problems import Invalid
from lightkeeper.wire.operator.desk import Asked, OperatorDesk
from lightkeeper.world import lookup, rights
from lightkeeper.world.rights import Right


def check(desk: OperatorDesk, asked: Asked) -> Any:
    """Return whether `principal` may do `action` at `scope`."""
    told = explain(desk, asked)
    return {key: told[key] for key in ("allowed", "principal", "action", "scope")}


def explain(desk: OperatorDesk, asked: Asked) -> Any:
    """Return whether `principal` may do `action` at `scope`, and why."""
    with desk.office.reading(OPERATOR) as call:
        principal, subject = lookup.subject_named(call, asked.needed("principal"), asked.optional("tenant"))
        scope = lookup.scope_named(call, asked.needed("scope"))
        found = service.explain_access(call, subject, asked.needed("action"), scope)
        return {
            "allowed": found.allowed,
            "principal": principal_document(principal),
            "action": found.action,
            "scope": found.scope,
            "because": [_reason(reason, call) for reason in found.because],
            "nearest": [_reason(reason, call) for reason in found.nearest],
            "rolesThatWould": list(found.roles),
        }


def list_rights(desk: OperatorDesk, asked: Asked) -> Any:
    """Return what `principal` holds anywhere, or who holds something at `scope`; both: what the one holds at the other."""
    who, where = asked.optional("principal"), asked.optional("scope")
    if not who and not where:
        raise Invalid("MissingField", "Name a 'principal', a 'scope', or both.")
    with desk.office.reading(OPERATOR) as call:
        view, tenant = desk.index.view, asked.optional("tenant")
        scope = lookup.scope_named(call, where) if where else ""
        if who:
            _, subject = lookup.subject_named(call, who, tenant)
            found = rights.rights_of(view, subject, call.now)
            if scope:
                keys = {key.split(":", 1)[-1] for key in view.chain(scope, subject.tenant_id).keys}
                found = [right for right in found if right.scope in keys]
        else:
            home = lookup.tenant_named(call, tenant).id if tenant else ""
            found = rights.who_reaches(view, scope, home, call.now)
        return {"value": [_right(right, call) for right in found]}


def principal_document(principal: Principal) -> dict[str, Any]:
    """Return who a principal is."""
    found: dict[str, Any] = {
        "id": principal.id,
        "type": str(principal.type),
        "displayName": principal.display_name,
        "tenantId": principal.tenant_id,
    }
    if isinstance(principal, User):
        found["upn"] = principal.upn
    if isinstance(principal, ServicePrincipal):
        found["appId"] = principal.app_id
    return found


def _reason(reason: Reason, call: Call) -> Mapping[str, Any]:
    """Return a reason; its sentence calls groups by their names."""
    sentence = reason.sentence
    groups = directory.principals_by_ids(call, reason.grant.through) if reason.grant is not None else {}
    for group_id, group in groups.items():
        sentence = sentence.replace(group_id, f"'{group.display_name}'")
    found: dict[str, Any] = {"code": reason.code, "sentence": sentence}
    if reason.role_name:
        found["role"] = reason.role_name
    if reason.pattern:
        found["permission"] = reason.pattern
    if reason.grant is not None:
        found["grant"] = {
            "kind": reason.grant.kind,
            "scope": reason.grant.scope,
            "principalId": reason.grant.principal_id,
            "assignmentId": reason.grant.assignment_id,
            "definitionId": reason.grant.definition_id,
            "managingTenantId": reason.grant.managing_tenant_id,
            "throughGroups": list(reason.grant.through),
        }
    return found


def _right(right: Right, call: Call) -> dict[str, Any]:
    principal = directory.find_principal(call, right.principal_id)
    found: dict[str, Any] = {
        "scope": right.scope,
        "role": right.role,
        "kind": right.kind,
        "principal": principal_document(principal) if principal else {"id": right.principal_id},
        "through": right.through,
    }
    if right.managing_tenant_id:
        found["managingTenantId"] = right.managing_tenant_id
    if right.until is not None:
        found["until"] = iso(right.until)
    return found
