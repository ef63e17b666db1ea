"""Roles of the directory on the wire, in both of Graph's spellings: `directoryRoles` and `roleManagement/directory`."""

from collections.abc import Sequence
from typing import Any

from lightkeeper.directory import reading, role_giving
from lightkeeper.directory.authority import not_found
from lightkeeper.directory.directory_roles import (
    TEMPLATES,
    DirectoryRole,
    assignment_id_of,
    object_id_of,
    role_of_template,
)
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid
from lightkeeper.wire.entra.graph import seeing, shapes
from lightkeeper.wire.entra.graph.asked import NOTHING, Answer, Asked, Route, delete, get, one, post, tenant_of, text
from lightkeeper.wire.entra.graph.groups import reference_in
from lightkeeper.wire.entra.graph.pages import Listing, in_memory, page

_BY_TEMPLATE = "roleTemplateId="


def list_roles(call: Call, asked: Asked) -> Answer:
    """Answer the roles as objects of the tenant."""
    reading.see(call, tenant_of(call))
    return _listed(asked, "directoryRoles", [shapes.directory_role(role, tenant_of(call)) for role in DirectoryRole])


def get_role(call: Call, asked: Asked) -> Answer:
    """Answer one role."""
    reading.see(call, tenant_of(call))
    return one(asked, "directoryRoles", shapes.directory_role(_role(call, asked.named["id"]), tenant_of(call)))


def activate_role(call: Call, asked: Asked) -> Answer:
    """Answer the role of a template; every role is active from the start."""
    reading.see(call, tenant_of(call))
    role = _template(text(asked.document, "roleTemplateId"))
    return one(asked, "directoryRoles", shapes.directory_role(role, tenant_of(call)), made=True)


def list_templates(call: Call, asked: Asked) -> Answer:
    """Answer the templates of the roles."""
    reading.see(call, tenant_of(call))
    found = [
        {"id": template.id, "displayName": role.value, "description": template.description, "deletedDateTime": None}
        for role, template in TEMPLATES.items()
    ]
    return _listed(asked, "directoryRoleTemplates", found)


def list_holders(call: Call, asked: Asked) -> Answer:
    """Answer who holds a role."""
    role = _role(call, asked.named["id"])
    found = [holder for held, holder in role_giving.list_holders(call, tenant_of(call)) if held is role]
    return page(asked, seeing.mixed(call, found))


def give(call: Call, asked: Asked) -> Answer:
    """Give somebody a role."""
    role_giving.give_role(call, tenant_of(call), _role(call, asked.named["id"]), reference_in(asked.document))
    return NOTHING


def take(call: Call, asked: Asked) -> Answer:
    """Take a role from somebody."""
    role_giving.take_role(call, tenant_of(call), _role(call, asked.named["id"]), asked.named["member"])
    return NOTHING


def list_definitions(call: Call, asked: Asked) -> Answer:
    """Answer the roles as definitions, which are the same in every tenant."""
    reading.see(call, tenant_of(call))
    return _listed(asked, "roleManagement/directory/roleDefinitions", [_definition(role) for role in DirectoryRole])


def get_definition(call: Call, asked: Asked) -> Answer:
    """Answer one definition."""
    reading.see(call, tenant_of(call))
    return one(asked, "roleManagement/directory/roleDefinitions", _definition(_template(asked.named["id"])))


def list_assignments(call: Call, asked: Asked) -> Answer:
    """Answer who holds which role; `$filter` narrows by `principalId` or `roleDefinitionId`."""
    found = [_assignment(role, holder.id) for role, holder in role_giving.list_holders(call, tenant_of(call))]
    return _listed(asked, "roleManagement/directory/roleAssignments", found)


def get_assignment(call: Call, asked: Asked) -> Answer:
    """Answer one assignment."""
    role, holder = _assigned(call, asked.named["id"])
    return one(asked, "roleManagement/directory/roleAssignments", _assignment(role, holder))


def create_assignment(call: Call, asked: Asked) -> Answer:
    """Give somebody a role in the whole directory."""
    if asked.document.get("directoryScopeId", "/") != "/":
        raise Invalid("Request_BadRequest", "Roles hold in the whole directory here: 'directoryScopeId' must be '/'.")
    role = _template(text(asked.document, "roleDefinitionId"))
    holder = role_giving.give_role(call, tenant_of(call), role, text(asked.document, "principalId").lower())
    made = _assignment(role, holder.id)
    return one(asked, "roleManagement/directory/roleAssignments", made, made=True)


def delete_assignment(call: Call, asked: Asked) -> Answer:
    """Take a role from somebody."""
    role, holder = _assigned(call, asked.named["id"])
    role_giving.take_role(call, tenant_of(call), role, holder)
    return NOTHING


def _role(call: Call, key: str) -> DirectoryRole:
    if key.startswith(_BY_TEMPLATE):
        return _template(key.removeprefix(_BY_TEMPLATE))
    for role in DirectoryRole:
        if object_id_of(role, tenant_of(call)) == key.lower():
            return role
    raise not_found(key)


def _template(template_id: str) -> DirectoryRole:
    role = role_of_template(template_id)
    if role is None:
        raise not_found(template_id)
    return role


def _assigned(call: Call, assignment_id: str) -> tuple[DirectoryRole, str]:
    for role, holder in role_giving.list_holders(call, tenant_of(call)):
        if assignment_id_of(role, holder.id) == assignment_id.lower():
            return role, holder.id
    raise not_found(assignment_id)


def _assignment(role: DirectoryRole, principal_id: str) -> dict[str, Any]:
    return {
        "id": assignment_id_of(role, principal_id),
        "principalId": principal_id,
        "roleDefinitionId": TEMPLATES[role].id,
        "directoryScopeId": "/",
    }


def _definition(role: DirectoryRole) -> dict[str, Any]:
    template = TEMPLATES[role]
    return {
        "id": template.id,
        "displayName": role.value,
        "description": template.description,
        "templateId": template.id,
        "isBuiltIn": True,
        "isEnabled": True,
        "resourceScopes": ["/"],
    }


def _listed(asked: Asked, name: str, found: Sequence[dict[str, Any]]) -> Answer:
    def id_of(shape: dict[str, Any]) -> str:
        return str(shape["id"])

    ordered = sorted(found, key=id_of)
    sample = ordered[0] if ordered else _assignment(DirectoryRole.DIRECTORY_READERS, "")
    kind = name.rpartition("/")[2].removesuffix("s")
    return page(asked, Listing(name, kind, in_memory(ordered, id_of), id_of, list, sample))


_MANAGED = "/roleManagement/directory"
ROUTES: tuple[Route, ...] = (
    get("/directoryRoles", list_roles),
    post("/directoryRoles", activate_role),
    get("/directoryRoles/{id}", get_role),
    get("/directoryRoles/{id}/members", list_holders),
    post("/directoryRoles/{id}/members/$ref", give),
    delete("/directoryRoles/{id}/members/{member}/$ref", take),
    get("/directoryRoleTemplates", list_templates),
    get(f"{_MANAGED}/roleDefinitions", list_definitions),
    get(f"{_MANAGED}/roleDefinitions/{{id}}", get_definition),
    get(f"{_MANAGED}/roleAssignments", list_assignments),
    post(f"{_MANAGED}/roleAssignments", create_assignment),
    get(f"{_MANAGED}/roleAssignments/{{id}}", get_assignment),
    delete(f"{_MANAGED}/roleAssignments/{{id}}", delete_assignment),
)
