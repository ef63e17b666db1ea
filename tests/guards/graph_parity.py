"""Which test witnesses which operation of Graph; the parity page prints it."""

from collections.abc import Mapping

from lightkeeper.wire.entra.graph.table import ROUTES

HEAD = """
## Microsoft Graph

Served under `/v1.0` and `/beta` of Graph's origin alike. Every list takes `$filter`, `$select`, `$top`, `$count`, `$orderby`
and `$search` and is paged by `@odata.nextLink`; `/$count` and a type (`/microsoft.graph.user`) may follow it. `POST /$batch`
takes up to twenty of these (`tests/wire/entra/test_graph_batch.py::test_a_batch_is_served_in_order_each_on_its_own`).

| operation | served | witness |
|---|---|---|
"""

_TESTS = "tests/wire/entra/"
_SUBJECTS = ("/me", "/users/{id}", "/groups/{id}", "/servicePrincipals/{id}", "/directoryObjects/{id}")
_OWNED = ("groups", "applications", "servicePrincipals")
_ITEM = ("GET", "PATCH", "DELETE")

_SEEN: Mapping[str, tuple[tuple[str, str], ...]] = {
    "test_graph.py::test_me_is_the_person_signed_in": (("GET", "/me"),),
    "test_graph_sign_in.py::test_one_changes_the_own_password_knowing_the_present_one": (("POST", "/me/changePassword"),),
    "test_graph_rights.py::test_members_read_everything": (("GET", "/users"),),
    "test_graph_users.py::test_a_user_is_made_read_changed_and_deleted": (
        ("POST", "/users"), *((method, "/users/{id}") for method in _ITEM)),
    "test_graph_lists.py::test_filters": (("GET", "/groups"),),
    "test_graph_groups.py::test_a_group_is_made_read_changed_and_deleted": (
        ("POST", "/groups"), *((method, "/groups/{id}") for method in _ITEM)),
    "test_graph_groups.py::test_members_come_and_go": (
        ("GET", "/groups/{id}/members"), ("POST", "/groups/{id}/members/$ref"),
        ("DELETE", "/groups/{id}/members/{member}/$ref")),
    "test_graph_groups.py::test_groups_in_groups": (("GET", "/groups/{id}/transitiveMembers"),),
    "test_graph_groups.py::test_every_subject_answers_where_it_belongs": (
        *(("GET", f"{subject}/{name}") for subject in _SUBJECTS for name in ("memberOf", "transitiveMemberOf")),
        *(("POST", f"{subject}/{name}") for subject in _SUBJECTS
          for name in ("getMemberGroups", "getMemberObjects", "checkMemberGroups", "checkMemberObjects"))),
    "test_graph_groups.py::test_whoever_makes_a_group_owns_it": (("GET", "/me/ownedObjects"),),
    "test_graph_groups.py::test_everything_that_can_be_owned_has_owners": (
        ("GET", "/users/{id}/ownedObjects"), ("GET", "/servicePrincipals/{id}/ownedObjects"),
        *(("GET", f"/{owned}/{{id}}/owners") for owned in _OWNED),
        *(("POST", f"/{owned}/{{id}}/owners/$ref") for owned in _OWNED),
        *(("DELETE", f"/{owned}/{{id}}/owners/{{owner}}/$ref") for owned in _OWNED)),
    "test_graph_groups.py::test_roles_of_applications_are_empty_lists": (
        *(("GET", f"{subject}/appRoleAssignments") for subject in _SUBJECTS[1:4]),
        ("GET", "/servicePrincipals/{id}/appRoleAssignedTo")),
    "test_graph_permission_grants.py::test_what_people_consented_to_is_listed_and_revoked": (
        *(("GET", f"{subject}/oauth2PermissionGrants") for subject in ("", "/me", "/users/{id}", "/servicePrincipals/{id}")),
        ("DELETE", "/oauth2PermissionGrants/{id}")),
    "test_graph_permission_grants.py::test_an_administrator_consents_for_everybody_or_one": (
        ("POST", "/oauth2PermissionGrants"), ("GET", "/oauth2PermissionGrants/{id}"),
        ("PATCH", "/oauth2PermissionGrants/{id}")),
    "test_graph_applications.py::test_applications_are_found": (("GET", "/applications"),),
    "test_graph_applications.py::test_an_application_is_made_read_changed_and_deleted": (
        ("POST", "/applications"), *((method, "/applications/{id}") for method in _ITEM)),
    "test_graph_applications.py::test_a_program_is_present_through_its_service_principal": (
        ("GET", "/servicePrincipals"), ("POST", "/servicePrincipals"),
        *((method, "/servicePrincipals/{id}") for method in _ITEM)),
    "test_graph_applications.py::test_a_secret_is_shown_once": (
        ("POST", "/applications/{id}/addPassword"), ("POST", "/applications/{id}/removePassword")),
    "test_graph_sign_in.py::test_a_service_principals_own_secret_is_good_in_its_tenant_only": (
        ("POST", "/servicePrincipals/{id}/addPassword"), ("POST", "/servicePrincipals/{id}/removePassword")),
    "test_graph_applications.py::test_federated_credentials": (
        ("GET", "/applications/{id}/federatedIdentityCredentials"),
        ("POST", "/applications/{id}/federatedIdentityCredentials"),
        *((method, "/applications/{id}/federatedIdentityCredentials/{credential}") for method in _ITEM)),
    "test_graph_roles.py::test_roles_are_read_in_both_spellings": (
        ("GET", "/directoryRoles"), ("POST", "/directoryRoles"), ("GET", "/directoryRoles/{id}"),
        ("GET", "/directoryRoleTemplates"), ("GET", "/roleManagement/directory/roleDefinitions"),
        ("GET", "/roleManagement/directory/roleDefinitions/{id}")),
    "test_graph_roles.py::test_a_role_is_given_and_taken": (
        ("GET", "/directoryRoles/{id}/members"),
        *((method, "/roleManagement/directory/roleAssignments") for method in ("GET", "POST")),
        *((method, "/roleManagement/directory/roleAssignments/{id}") for method in ("GET", "DELETE"))),
    "test_graph_roles.py::test_a_role_is_given_by_reference": (
        ("POST", "/directoryRoles/{id}/members/$ref"), ("DELETE", "/directoryRoles/{id}/members/{member}/$ref")),
    "test_graph_roles.py::test_the_tenant_is_its_organization": (
        ("GET", "/organization"), ("GET", "/organization/{id}"), ("GET", "/domains"), ("GET", "/domains/{id}")),
    "test_graph_batch.py::test_objects_of_any_type": (
        ("GET", "/directoryObjects/{id}"), ("DELETE", "/directoryObjects/{id}"), ("POST", "/directoryObjects/getByIds")),
    "test_graph_roles.py::test_an_account_of_another_tenant_is_invited": (("POST", "/invitations"),),
    "test_graph_deleted.py::test_a_user_comes_back_with_groups_and_password": (
        ("GET", "/directory/deletedItems"), ("GET", "/directory/deletedItems/{id}"),
        ("POST", "/directory/deletedItems/{id}/restore")),
    "test_graph_deleted.py::test_an_administrator_comes_back_by_the_highest_role_only": (
        ("DELETE", "/directory/deletedItems/{id}"),),
}  # fmt: skip

WITNESSES = {operation: f"{_TESTS}{test}" for test, operations in _SEEN.items() for operation in operations}


def section() -> str:
    """Return the part of the parity page about Graph."""
    rows = []
    for route in ROUTES:
        witness = WITNESSES.get((route.method, route.path))
        rows.append(
            f"| {route.method} `{route.path}` | {f'yes | `{witness}`' if witness else 'partly | no test yet'} |\n"
        )
    return HEAD + "".join(rows)
