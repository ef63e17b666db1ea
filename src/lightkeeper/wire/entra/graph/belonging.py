"""Which groups an object is in, what it owns, who owns it."""

from lightkeeper.directory import reading, registrations, relations, service_principals
from lightkeeper.directory.model import Principal, PrincipalType, ServicePrincipal, User
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid
from lightkeeper.wire.entra.graph import seeing, shapes
from lightkeeper.wire.entra.graph.asked import (
    NOTHING,
    Answer,
    Asked,
    Handler,
    Route,
    asks,
    delete,
    get,
    many,
    post,
    tenant_of,
    texts,
)
from lightkeeper.wire.entra.graph.groups import reference_in
from lightkeeper.wire.entra.graph.pages import Listing, in_memory, page
from lightkeeper.wire.entra.graph.users import me_of

MOST_CHECKED = 20  # Graph: "up to 20 groups may be checked at a time"


def subject_of(call: Call, asked: Asked) -> Principal:
    """Return the object a path is about: the caller under `/me`, else the one it names."""
    key = asked.named.get("id")
    collection = asked.path.strip("/").split("/")[0].split("(")[0].lower()
    if key is None or collection == "me":
        return me_of(call)
    if collection == "users":
        return reading.read_user(call, tenant_of(call), key)
    if collection == "serviceprincipals":
        return service_principals.read_service_principal(call, tenant_of(call), key)
    return reading.read_object(call, tenant_of(call), key, PrincipalType.GROUP if collection == "groups" else None)


def list_groups_of(call: Call, asked: Asked) -> Answer:
    """Answer the groups and roles the object itself was given."""
    return _groups_of(call, asked, transitive=False)


def list_all_groups_of(call: Call, asked: Asked) -> Answer:
    """Answer the groups and roles of the object, also those through other groups."""
    return _groups_of(call, asked, transitive=True)


def _groups_of(call: Call, asked: Asked, *, transitive: bool) -> Answer:
    subject = subject_of(call, asked)
    groups = reading.list_groups_of(call, tenant_of(call), subject.id, transitive=transitive)
    found = [seeing.shape_of(call, each, typed=True) for each in groups]
    if isinstance(subject, User | ServicePrincipal):
        roles = [shapes.directory_role(role, subject.tenant_id) for role in sorted(subject.directory_roles)]
        found += [{"@odata.type": "#microsoft.graph.directoryRole"} | role for role in roles]
    found.sort(key=lambda shape: str(shape["id"]))
    sample = {**shapes.ANY_SAMPLE, "roleTemplateId": None}
    ids = in_memory(found, lambda shape: str(shape["id"]))
    return page(
        asked,
        Listing("directoryObjects", "directoryObject", ids, lambda shape: str(shape["id"]), list, sample),
    )


def get_member_groups(call: Call, asked: Asked) -> Answer:
    """Answer the ids of every group the object is in; only security groups when the body says so."""
    secure = asked.document.get("securityEnabledOnly", False)
    if not isinstance(secure, bool):
        raise Invalid("Request_BadRequest", "'securityEnabledOnly' must be true or false.")
    found = reading.list_groups_of(call, tenant_of(call), subject_of(call, asked).id, transitive=True)
    return many(asked, "Collection(Edm.String)", [each.id for each in found if each.security_enabled or not secure])


def get_member_objects(call: Call, asked: Asked) -> Answer:
    """Answer the ids of every group and role of the object."""
    subject = subject_of(call, asked)
    found = reading.list_groups_of(call, tenant_of(call), subject.id, transitive=True)
    return many(asked, "Collection(Edm.String)", [*(each.id for each in found), *_role_ids(subject)])


def check_member_groups(call: Call, asked: Asked) -> Answer:
    """Answer those of up to twenty groups that the object is in."""
    return _checked(call, asked, "groupIds", roles=False)


def check_member_objects(call: Call, asked: Asked) -> Answer:
    """Answer those of up to twenty groups and roles that the object has."""
    return _checked(call, asked, "ids", roles=True)


def _checked(call: Call, asked: Asked, name: str, *, roles: bool) -> Answer:
    wanted = texts(asked.document, name)
    if len(wanted) > MOST_CHECKED:
        raise Invalid("Request_BadRequest", f"'{name}' names more than {MOST_CHECKED} objects.", target=name)
    subject = subject_of(call, asked)
    mine: set[str] = {each.id for each in reading.list_groups_of(call, tenant_of(call), subject.id, transitive=True)}
    mine |= set(_role_ids(subject)) if roles else set()
    return many(asked, "Collection(Edm.String)", [each for each in wanted if each.lower() in mine])


def _role_ids(subject: Principal) -> list[str]:
    if not isinstance(subject, User | ServicePrincipal):
        return []
    return [shapes.directory_role(role, subject.tenant_id)["id"] for role in sorted(subject.directory_roles)]


def list_owned(call: Call, asked: Asked) -> Answer:
    """Answer what the object owns, each with its type."""
    found = reading.list_owned(call, tenant_of(call), subject_of(call, asked).id)
    return page(asked, seeing.mixed(call, found))


def list_owners(call: Call, asked: Asked) -> Answer:
    """Answer the owners of a group, registration or service principal."""
    owned = _owned(call, asked)
    return page(asked, seeing.mixed(call, reading.list_owners(call, tenant_of(call), owned)))


def add_owner(call: Call, asked: Asked) -> Answer:
    """Let somebody own it."""
    relations.add_owner(call, tenant_of(call), _owned(call, asked), reference_in(asked.document))
    return NOTHING


def remove_owner(call: Call, asked: Asked) -> Answer:
    """Let an owner be none any more."""
    relations.remove_owner(call, tenant_of(call), _owned(call, asked), asked.named["owner"])
    return NOTHING


def _owned(call: Call, asked: Asked) -> str:
    if asked.path.strip("/").lower().startswith("applications"):
        return registrations.read_application(call, tenant_of(call), asked.named["id"]).object_id
    return subject_of(call, asked).id


def list_nothing(call: Call, asked: Asked) -> Answer:
    """Answer an empty list, of something nobody can be given here."""
    subject_of(call, asked)
    return many(asked, "directoryObjects", [])


_OF_OBJECTS: tuple[tuple[str, Handler], ...] = (
    ("memberOf", list_groups_of),
    ("transitiveMemberOf", list_all_groups_of),
)
_QUESTIONS: tuple[tuple[str, Handler], ...] = (
    ("getMemberGroups", get_member_groups),
    ("getMemberObjects", get_member_objects),
    ("checkMemberGroups", check_member_groups),
    ("checkMemberObjects", check_member_objects),
)
_SUBJECTS = ("/me", "/users/{id}", "/groups/{id}", "/servicePrincipals/{id}", "/directoryObjects/{id}")

ROUTES: tuple[Route, ...] = (
    *(get(f"{subject}/{name}", handler) for subject in _SUBJECTS for name, handler in _OF_OBJECTS),
    *(asks(f"{subject}/{name}", handler) for subject in _SUBJECTS for name, handler in _QUESTIONS),
    *(get(f"{subject}/ownedObjects", list_owned) for subject in ("/me", "/users/{id}", "/servicePrincipals/{id}")),
    *(get(f"/{owned}/{{id}}/owners", list_owners) for owned in ("groups", "applications", "servicePrincipals")),
    *(post(f"/{owned}/{{id}}/owners/$ref", add_owner) for owned in ("groups", "applications", "servicePrincipals")),
    *(
        delete(f"/{owned}/{{id}}/owners/{{owner}}/$ref", remove_owner)
        for owned in ("groups", "applications", "servicePrincipals")
    ),
    *(
        get(f"{subject}/{name}", list_nothing)
        for subject in ("/users/{id}", "/groups/{id}", "/servicePrincipals/{id}")
        for name in ("appRoleAssignments",)
    ),
    get("/servicePrincipals/{id}/appRoleAssignedTo", list_nothing),
)
