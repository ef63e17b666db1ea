"""From a world file's role assignments and partner links to the declared ones."""

from collections.abc import Iterator

from lightkeeper.world import names as derive
from lightkeeper.world.declared_names import Names, known
from lightkeeper.world.model import (
    DeclaredPartnerLink,
    DeclaredRoleAssignment,
)
from lightkeeper.world.sound import Sound
from lightkeeper.world.sound import guid as _guid
from lightkeeper.world.sound import text as _text
from lightkeeper.world.source import Node


def assignments_of(sound: Sound, names: Names) -> Iterator[DeclaredRoleAssignment]:
    """Yield the role assignments a file declares, as far as what they name is known."""
    for n, inner in enumerate(sound.get("roleAssignments") or ()):
        at = f"roleAssignments[{n}]"
        if not all(isinstance(inner.get(key), Node) for key in ("principal", "role", "scope")):
            continue
        principal_id = names.principal(inner["principal"], "", f"{at}.principal")
        scope = _scope(inner["scope"], at, names)
        if not principal_id or scope is None:
            continue
        role = _text(inner, "role")
        derived = derive.role_assignment_id(principal_id, role, scope)
        tenant = str(inner["principal"].scalar).split("/")[0].lower()
        yield DeclaredRoleAssignment(
            id=_guid(inner, "id", derived),
            principal_id=principal_id,
            tenant_id=names.tenants[tenant],
            role=role,
            scope=scope,
            description=_text(inner, "description"),
            place=inner["role"].place,
        )


def partner_links_of(sound: Sound, names: Names) -> Iterator[DeclaredPartnerLink]:
    """Yield the links of accounts to partners, one for each account."""
    linked: set[str] = set()
    for n, inner in enumerate(sound.get("partnerLinks") or ()):
        at = f"partnerLinks[{n}]"
        if not all(isinstance(inner.get(key), Node) for key in ("principal", "partnerId")):
            continue
        node = inner["principal"]
        principal_id = names.principal(node, "", f"{at}.principal")
        full = str(node.scalar).lower()
        if not principal_id:
            continue
        if names.kinds.get(full) == "groups":
            names.note("GroupLinked", f"{at}.principal", f"'{full}' is a group; only accounts are linked.", node.place)
        elif full in linked:
            message = f"'{full}' is linked a second time; an account has one link in its tenant."
            names.note("DuplicateName", f"{at}.principal", message, node.place, "Remove one of the two.")
        else:
            linked.add(full)
            tenant_id = names.tenants[full.split("/", maxsplit=1)[0]]
            yield DeclaredPartnerLink(tenant_id, principal_id, _text(inner, "partnerId"), inner["partnerId"].place)


def _scope(node: Node, at: str, names: Names) -> str | None:
    text = str(node.scalar)
    if text.lower().startswith(derive.TENANT_PREFIX):
        tenant = text[len(derive.TENANT_PREFIX) :].lower()
        if tenant not in names.tenants:
            names.note(
                "UnknownName", f"{at}.scope", f"There is no tenant '{tenant}'.", node.place, known(names.tenants)
            )
            return None
    found = derive.scope_of(text, names.subscriptions, names.management_groups)
    if found is None:
        if derive.is_arm_id(text):
            names.note("BadValue", f"{at}.scope", f"'{text[:200]}' is not an ARM id.", node.place)
        else:
            all_names = [*names.management_groups.values(), *names.subscriptions]
            names.note("UnknownName", f"{at}.scope", f"There is no scope '{text[:200]}'.", node.place, known(all_names))
    return found
