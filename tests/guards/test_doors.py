"""No door is unwatched: what strangers hear everywhere, and that each service asks first what the operation table says."""

from pathlib import Path

import pytest

from tests.guards import matrix
from tests.guards.matrix import Row
from tests.house import House

OPEN = {
    # Whoever is signed in asks about themselves, or for what is public.
    "arm GET /tenants",
    "arm GET /subscriptions",
    "arm GET /providers",
    "arm GET /providers/{namespace}",
    "arm GET /providers/Microsoft.Management/managementGroups",
    "arm GET /providers/Microsoft.Insights/eventcategories",
    *(
        f"arm GET /providers/Microsoft.{provider}/operations"
        for provider in ("Authorization", "Insights", "Management", "Marketplace", "Resources", "Subscription")
    ),
    "arm POST /providers/Microsoft.Resources/checkResourceName",
    "arm POST /providers/Microsoft.Management/startTenantBackfill",
    "arm POST /providers/Microsoft.Management/tenantBackfillStatus",
    "arm GET /providers/Microsoft.Authorization/roleDefinitions",
    "arm GET /providers/Microsoft.Authorization/roleDefinitions/{name}",
    "arm GET /providers/Microsoft.Authorization/permissions",
    "arm GET /{managementGroup}/providers/Microsoft.Authorization/permissions",
    "arm GET /{subscription}/providers/Microsoft.Authorization/permissions",
    "arm GET /{resourceGroup}/providers/Microsoft.Authorization/permissions",
    "arm GET /providers/Microsoft.ManagedServices/operations",
    "arm GET /{managementGroup}/providers/Microsoft.ManagedServices/operations",
    "arm GET /{subscription}/providers/Microsoft.ManagedServices/operations",
    "arm GET /{resourceGroup}/providers/Microsoft.ManagedServices/operations",
    "arm GET /providers/Microsoft.ManagedServices/marketplaceRegistrationDefinitions",
    "arm GET /providers/Microsoft.ManagedServices/marketplaceRegistrationDefinitions/{name}",
    "arm GET /{managementGroup}/providers/Microsoft.ManagedServices/marketplaceRegistrationDefinitions",
    "arm GET /{managementGroup}/providers/Microsoft.ManagedServices/marketplaceRegistrationDefinitions/{name}",
    "arm GET /providers/Microsoft.Authorization/providerOperations",
    "arm GET /providers/Microsoft.Authorization/providerOperations/{name}",
    "arm GET /providers/Microsoft.Authorization/eligibleChildResources",  # where the caller is eligible
    "arm GET /{managementGroup}/providers/Microsoft.Authorization/eligibleChildResources",
    "arm GET /{subscription}/providers/Microsoft.Authorization/eligibleChildResources",
    "arm GET /{resourceGroup}/providers/Microsoft.Authorization/eligibleChildResources",
    "arm GET /providers/Microsoft.ManagementPartner/operations",
    "arm PUT /providers/Microsoft.ManagementPartner/partners/{partnerId}",  # the link of one's own account
    "arm PATCH /providers/Microsoft.ManagementPartner/partners/{partnerId}",
    "arm DELETE /providers/Microsoft.ManagementPartner/partners/{partnerId}",
    "arm GET /providers/Microsoft.MarketplaceOrdering/operations",
    "arm POST /providers/Microsoft.Resources/calculateTemplateHash",
    "arm POST /providers/Microsoft.Management/checkNameAvailability",
    "arm POST /providers/Microsoft.Management/getEntities",
    "arm GET /providers/Microsoft.Subscription/aliases",
    "portal GET /portal/api/storefront",
    "portal POST /portal/api/storefront/{publisher}/{product}/contact",  # whoever sees an offer may ask to be called
    "portal GET /portal/api/storefront/{publisher}/{product}",
    "portal GET /portal/api/service-providers",
    "portal GET /portal/api/service-providers/notices",
    "portal GET /portal/api/my-customers",
    "portal GET /portal/api/my-customers/delegations",
    "partner GET /api/publishers",
    "partner POST /api/publishers",  # anybody may open an account for their own organisation
    "partner GET /rp/product-ingestion/product",  # the products of one's own accounts
    # A directory is read by whoever is in it, and members may register applications, make groups and invite.
    "graph GET /v1.0/me",
    "graph GET /v1.0/users",
    "graph GET /v1.0/users/{id}",
    "graph GET /v1.0/groups",
    "graph POST /v1.0/groups",
    "graph GET /v1.0/groups/{id}",
    "graph GET /v1.0/groups/{id}/members",
    "graph GET /v1.0/groups/{id}/transitiveMembers",
    "graph GET /v1.0/me/memberOf",
    "graph GET /v1.0/me/transitiveMemberOf",
    "graph GET /v1.0/users/{id}/memberOf",
    "graph GET /v1.0/users/{id}/transitiveMemberOf",
    "graph GET /v1.0/groups/{id}/memberOf",
    "graph GET /v1.0/groups/{id}/transitiveMemberOf",
    "graph GET /v1.0/servicePrincipals/{id}/memberOf",
    "graph GET /v1.0/servicePrincipals/{id}/transitiveMemberOf",
    "graph GET /v1.0/directoryObjects/{id}/memberOf",
    "graph GET /v1.0/directoryObjects/{id}/transitiveMemberOf",
    "graph POST /v1.0/me/getMemberGroups",
    "graph POST /v1.0/me/getMemberObjects",
    "graph POST /v1.0/me/checkMemberGroups",
    "graph POST /v1.0/me/checkMemberObjects",
    "graph POST /v1.0/users/{id}/getMemberGroups",
    "graph POST /v1.0/users/{id}/getMemberObjects",
    "graph POST /v1.0/users/{id}/checkMemberGroups",
    "graph POST /v1.0/users/{id}/checkMemberObjects",
    "graph POST /v1.0/groups/{id}/getMemberGroups",
    "graph POST /v1.0/groups/{id}/getMemberObjects",
    "graph POST /v1.0/groups/{id}/checkMemberGroups",
    "graph POST /v1.0/groups/{id}/checkMemberObjects",
    "graph POST /v1.0/servicePrincipals/{id}/getMemberGroups",
    "graph POST /v1.0/servicePrincipals/{id}/getMemberObjects",
    "graph POST /v1.0/servicePrincipals/{id}/checkMemberGroups",
    "graph POST /v1.0/servicePrincipals/{id}/checkMemberObjects",
    "graph POST /v1.0/directoryObjects/{id}/getMemberGroups",
    "graph POST /v1.0/directoryObjects/{id}/getMemberObjects",
    "graph POST /v1.0/directoryObjects/{id}/checkMemberGroups",
    "graph POST /v1.0/directoryObjects/{id}/checkMemberObjects",
    "graph GET /v1.0/me/ownedObjects",
    "graph GET /v1.0/users/{id}/ownedObjects",
    "graph GET /v1.0/servicePrincipals/{id}/ownedObjects",
    "graph GET /v1.0/groups/{id}/owners",
    "graph GET /v1.0/applications/{id}/owners",
    "graph GET /v1.0/servicePrincipals/{id}/owners",
    "graph GET /v1.0/users/{id}/appRoleAssignments",
    "graph GET /v1.0/me/oauth2PermissionGrants",
    "graph GET /v1.0/users/{id}/oauth2PermissionGrants",
    "graph GET /v1.0/groups/{id}/appRoleAssignments",
    "graph GET /v1.0/servicePrincipals/{id}/appRoleAssignments",
    "graph GET /v1.0/servicePrincipals/{id}/oauth2PermissionGrants",
    "graph GET /v1.0/servicePrincipals/{id}/appRoleAssignedTo",
    "graph GET /v1.0/applications",
    "graph POST /v1.0/applications",
    "graph GET /v1.0/applications/{id}",
    "graph GET /v1.0/servicePrincipals",
    "graph GET /v1.0/servicePrincipals/{id}",
    "graph GET /v1.0/applications/{id}/federatedIdentityCredentials",
    "graph GET /v1.0/directoryRoles",
    "graph POST /v1.0/directoryRoles",
    "graph GET /v1.0/directoryRoles/{id}",
    "graph GET /v1.0/directoryRoles/{id}/members",
    "graph GET /v1.0/directoryRoleTemplates",
    "graph GET /v1.0/roleManagement/directory/roleDefinitions",
    "graph GET /v1.0/roleManagement/directory/roleDefinitions/{id}",
    "graph GET /v1.0/roleManagement/directory/roleAssignments",
    "graph GET /v1.0/organization",
    "graph GET /v1.0/organization/{id}",
    "graph GET /v1.0/domains",
    "graph GET /v1.0/domains/{id}",
    "graph GET /v1.0/directoryObjects/{id}",
    "graph POST /v1.0/directoryObjects/getByIds",
    "graph POST /v1.0/invitations",
    "graph GET /v1.0/directory/deletedItems",
    "graph GET /v1.0/oauth2PermissionGrants",
}
"""Doors that let somebody signed in pass who holds no role. This list may only shrink."""

OPEN_TO_NOBODY_IN_PARTICULAR = {
    "catalog GET /catalog/offers",
    "catalog GET /catalog/offers/{id}",
    "catalog GET /catalog/products",
    "catalog GET /catalog/products/{id}",
    "catalog GET /catalog/search",
    "catalog GET /catalog/facets",
    "catalog GET /catalog/suggestions/products",
    "entra GET /metadata/endpoints",
    "entra GET /common/discovery/instance",
    "entra GET /common/userrealm/{name}",
    "entra GET /devicelogin",
    "entra GET /account",  # the page that asks to sign in
    "entra GET /{tenant}/oauth2/v2.0/logout",  # nobody is signed in, and that is said
    "entra GET /{tenant}/oauth2/logout",
    "entra GET /{tenant}/v2.0/.well-known/openid-configuration",
    "entra GET /{tenant}/.well-known/openid-configuration",
    "entra GET /{tenant}/discovery/v2.0/keys",
    "entra GET /{tenant}/discovery/keys",
}
"""Doors that let anybody pass who never signed in. This list may only shrink."""

NOT_THERE = "nothing of the kind exists at such a scope, and everybody is told so"

OTHER_QUESTION = {
    "arm GET /providers/Microsoft.ManagementPartner/partners": "everybody looks at the link of their own account only",
    "arm GET /providers/Microsoft.ManagementPartner/partners/{partnerId}": "the same",
    "arm PATCH /providers/Microsoft.Management/managementGroups/{groupId}": "reads the group before it writes it",
    "arm GET /providers/Microsoft.Subscription/aliases/{name}": "who made an alias may look at it without a role",
    "arm POST /providers/Microsoft.Authorization/elevateAccess": "being Global Administrator is asked, which no role is",
    "arm GET /providers/Microsoft.Insights/eventtypes/management/values": "the tenant's log has a permission of its own",
    "arm GET /{managementGroup}/providers/Microsoft.Insights/eventtypes/management/values": NOT_THERE,
    "arm GET /{resourceGroup}/providers/Microsoft.Insights/eventtypes/management/values": NOT_THERE,
    "arm DELETE /providers/Microsoft.ManagedServices/registrationAssignments/{name}": NOT_THERE,
    "arm DELETE /{managementGroup}/providers/Microsoft.ManagedServices/registrationAssignments/{name}": NOT_THERE,
    "arm GET /providers/Microsoft.ManagedServices/registrationAssignments": NOT_THERE,
    "arm GET /{managementGroup}/providers/Microsoft.ManagedServices/registrationAssignments": NOT_THERE,
}
"""Operations whose service asks something else first than the table says, and why. This list may only shrink."""


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    house = House.of(tmp_path_factory.mktemp("house"), matrix.WORLD.read_text())
    found = matrix.knock(house)
    house.close()
    return found


def name(row: Row) -> str:
    return f"{row.door.surface} {row.door.method} {row.door.shown}"


def test_the_matrix_is_the_one_that_was_reviewed(rows: list[Row]) -> None:
    """Run `python -m tests.guards.matrix --write` after a deliberate change, and show the difference in review."""
    assert matrix.text_of(rows) == Path(matrix.FILE).read_text()


def test_nobody_gets_in_without_signing_in(rows: list[Row]) -> None:
    """But for signing in itself, and for what a marketplace shows in its window."""
    inside = {name(row) for row in rows if row.heard["anonymous"] < 300}

    assert inside == OPEN_TO_NOBODY_IN_PARTICULAR


def test_nobody_gets_in_without_a_role(rows: list[Row]) -> None:
    """A role, a membership, or the operator's key is asked at every other door."""
    inside = {name(row) for row in rows if any(status < 300 for status in row.heard.values())}

    assert inside - OPEN_TO_NOBODY_IN_PARTICULAR == OPEN


def test_a_stranger_hears_a_refusal_and_never_our_fault(rows: list[Row]) -> None:
    """401, 403 or 404, whatever is asked; a door that judges the request before the caller is not watched well.

    Sign-in pages answer a bad form with 400 and the front page leads on.
    """
    for row in rows:
        for who, status in row.heard.items():
            allowed = {401, 403, 404}
            if row.door.surface == "entra":
                allowed = {400}
            if row.door.surface == "home":
                allowed = {307}
            if row.door.shown.endswith("/me/changePassword"):
                allowed = {401, 400}  # the caller is judged by the present password
            if OTHER_QUESTION.get(name(row)) == NOT_THERE:
                allowed = {401, 400, 404}
            if "invalidId" in row.codes[who]:  # the id asked for belongs to somebody else, or is of no kind there is
                allowed = {*allowed, 400, 409}
            hint = "is there a body for this door in tests/guards/doors.py, and is it read after the door is guarded?"
            assert status < 300 or status in allowed, (name(row), who, status, hint)


def test_another_tenants_administrator_never_gets_into_a_subscription(rows: list[Row]) -> None:
    """Whatever is asked below a subscription by a token of a tenant without a delegation is 401 with the home tenant."""
    for row in rows:
        if row.door.surface == "arm" and row.door.path.startswith("/subscriptions/"):
            assert row.heard["foreigner"] == 401, name(row)
            assert row.codes["foreigner"] in ("InvalidAuthenticationTokenTenant", ""), name(row)  # HEAD has no body


def test_services_ask_first_what_the_table_says(rows: list[Row]) -> None:
    """The action of an operation in the table is the one its service authorizes, or the door is one of the open ones."""
    other = {
        name(row)
        for row in rows
        if row.door.action and row.first.lower() != f"action {row.door.action}".lower() and name(row) not in OPEN
    }
    unnamed = {name(row) for row in rows if row.door.surface == "arm" and not row.door.action and name(row) not in OPEN}

    assert other == set(OTHER_QUESTION)
    assert unnamed == {
        "arm GET /subscriptions/{subscriptionId}/operationresults/{token}"
    }  # a token only its owner knows
