"""What a provider's person tries beyond what was delegated, and what strangers try across tenants."""

from typing import Any

import pytest

from lightkeeper.deployments import workflow
from lightkeeper.directory import service as directory
from lightkeeper.kernel import ids, log
from lightkeeper.kernel.call import OPERATOR
from tests.hostile.house import Got, House

CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
ACCESS_ADMINISTRATOR = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
DEFINITION, ASSIGNMENT = "d0000000-0000-4000-8000-000000000001", "d0000000-0000-4000-8000-000000000002"
FRESH = "d0000000-0000-4000-8000-00000000000{0}"
MANAGED, ROLES = "2022-10-01", "2022-04-01"
SCHEMA = "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#"


def delegate(house: House, *, to: str = "fabrikam/technician", subscription: str = "contoso-prod") -> None:
    """Let the technician contribute to Contoso's subscription, and hand Reader on to managed identities."""
    technician, customer = house.subject(to), house.token("contoso/owner")
    scope = house.subscription(subscription)
    authorizations = [
        {"principalId": technician.principal.id, "roleDefinitionId": CONTRIBUTOR},
        {
            "principalId": technician.principal.id,
            "roleDefinitionId": ACCESS_ADMINISTRATOR,
            "delegatedRoleDefinitionIds": [READER],
        },
    ]
    properties = {
        "registrationDefinitionName": "help",
        "managedByTenantId": technician.tenant.id,
        "authorizations": authorizations,
    }
    registered = house.arm("POST", f"{scope}/providers/Microsoft.ManagedServices/register", token=customer)
    assert registered.status == 200, registered.text
    definition = f"{scope}/providers/Microsoft.ManagedServices/registrationDefinitions/{DEFINITION}"
    given = house.arm("PUT", definition, {"properties": properties}, token=customer, version=MANAGED)
    assert given.status in (200, 201), given.text
    made = house.arm(
        "PUT",
        delegation(scope),
        {"properties": {"registrationDefinitionId": definition}},
        token=customer,
        version=MANAGED,
    )
    assert made.status in (200, 201), made.text


def delegation(scope: str) -> str:
    return f"{scope}/providers/Microsoft.ManagedServices/registrationAssignments/{ASSIGNMENT}"


def give(house: House, who: str, scope: str, role: str, principal: str, **more: str) -> Got:
    path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{FRESH.format(9)}"
    body = {"properties": {"roleDefinitionId": role, "principalId": principal, **more}}
    return house.arm("PUT", path, body, token=house.token(who), version=ROLES)


def deploy(house: House, who: str, scope: str, resources: list[dict[str, Any]]) -> Got:
    template = {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": resources}
    body: dict[str, Any] = {"properties": {"mode": "Incremental", "template": template}}
    if "/resourceGroups/" not in scope:
        body["location"] = "westeurope"
    path = f"{scope}/providers/Microsoft.Resources/deployments/hostile"
    return house.arm("PUT", path, body, token=house.token(who), version="2022-09-01")


def group(name: str) -> dict[str, Any]:
    return {
        "type": "Microsoft.Resources/resourceGroups",
        "apiVersion": "2022-09-01",
        "name": name,
        "location": "westeurope",
    }


@pytest.fixture(scope="module")
def delegated(house: House) -> House:
    delegate(house)
    return house


@pytest.mark.parametrize("role", [OWNER, CONTRIBUTOR, ACCESS_ADMINISTRATOR, READER])
@pytest.mark.parametrize("whom", ["fabrikam/technician", "contoso/reader"])
def test_a_provider_gives_no_role_to_a_person(delegated: House, role: str, whom: str) -> None:
    """L106: a delegated User Access Administrator hands listed roles to managed identities, and to nobody else."""
    prod, principal = delegated.subscription("contoso-prod"), delegated.subject(whom).principal.id

    for more in (
        {},
        {"principalType": "ServicePrincipal"},
        {"principalType": "ServicePrincipal", "delegatedManagedIdentityResourceId": prod},
    ):
        assert give(delegated, "fabrikam/technician", prod, role, principal, **more).status == 403


@pytest.mark.parametrize("where", ["", "/providers/Microsoft.Management/managementGroups/contoso-root", "contoso-test"])
def test_a_provider_reaches_nothing_above_or_beside_what_was_delegated(delegated: House, where: str) -> None:
    """L100, L102: only delegations count across tenants, and a root scope means the caller's own tenant."""
    scope = delegated.subscription(where) if where == "contoso-test" else where
    principal = delegated.subject("fabrikam/technician").principal.id

    assert give(delegated, "fabrikam/technician", scope, OWNER, principal).status in (401, 403)


def test_a_provider_neither_sees_nor_takes_the_customers_role_assignments(delegated: House) -> None:
    """L105: the customer's assignments are the customer's."""
    prod, provider = delegated.subscription("contoso-prod"), delegated.token("fabrikam/technician")
    path = f"{prod}/providers/Microsoft.Authorization/roleAssignments"
    mine = delegated.arm("GET", path, token=delegated.token("contoso/owner"), version=ROLES).json["value"]
    assert mine

    theirs = delegated.arm("GET", path, token=provider, version=ROLES)
    taken = delegated.arm("DELETE", mine[0]["id"], token=provider, version=ROLES)

    assert theirs.json["value"] == []
    assert taken.status in (204, 403)
    assert len(delegated.arm("GET", path, token=delegated.token("contoso/owner"), version=ROLES).json["value"]) == len(
        mine
    )


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_provider_changes_no_delegation(delegated: House, method: str) -> None:
    """L70, L95: only the customer delegates; the provider ends its own with the delete role, which it lacks here."""
    prod, provider = delegated.subscription("contoso-prod"), delegated.token("fabrikam/technician")
    definition = f"{prod}/providers/Microsoft.ManagedServices/registrationDefinitions/{DEFINITION}"
    asked = delegated.arm("GET", definition, token=provider, version=MANAGED).json["properties"]
    asked["authorizations"][0]["roleDefinitionId"] = ACCESS_ADMINISTRATOR

    for path, body in (
        (definition, {"properties": asked}),
        (delegation(prod), {"properties": {"registrationDefinitionId": definition}}),
    ):
        assert delegated.arm(method, path, body, token=provider, version=MANAGED).status == 403


def test_a_template_does_nothing_its_sender_may_not(delegated: House) -> None:
    """A deployment acts as its caller: no roles, no delegations, no other subscription, however deeply nested."""
    prod, north = delegated.subscription("contoso-prod"), delegated.subscription("northwind-main")
    role = {
        "type": "Microsoft.Authorization/roleAssignments",
        "apiVersion": ROLES,
        "name": FRESH.format(8),
        "properties": {"roleDefinitionId": OWNER, "principalId": delegated.subject("fabrikam/technician").principal.id},
    }
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "inner",
        "location": "westeurope",
        "properties": {
            "mode": "Incremental",
            "template": {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": [group("got-in")]},
        },
    }
    before = delegated.state()

    attempts = [
        [role],
        [{**role, "scope": north}],
        [{**role, "scope": "/"}],
        [{**nested, "subscriptionId": north.split("/")[2]}],
    ]

    for resources in attempts:
        got = deploy(delegated, "fabrikam/technician", prod, resources)
        assert got.json["error"]["code"] == "InvalidTemplateDeployment", got.text
    assert delegated.state() == before


def test_a_template_hears_nothing_about_a_scope_that_is_not_its_senders(delegated: House) -> None:
    """Facts about a subscription are for whoever may deploy to it; a fault must not repeat them to others."""
    prod, north = delegated.subscription("contoso-prod"), delegated.subscription("northwind-main")
    telling = group("[concat('no good/', string(subscription()))]")
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "inner",
        "location": "westeurope",
        "subscriptionId": north.split("/")[2],
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "inner"},
            "template": {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": [telling]},
        },
    }

    got = deploy(delegated, "contoso/owner", prod, [nested])

    assert got.status == 400
    assert "northwind-main" not in got.text
    assert delegated.subject("northwind/owner").tenant.id not in got.text


def test_a_template_cannot_write_without_bound(delegated: House) -> None:
    """Loops of deployments of loops are counted before anything is stored."""

    def loop(inner: dict[str, Any]) -> dict[str, Any]:
        return {**inner, "name": "[concat('n', copyIndex())]", "copy": {"name": "c", "count": 800}}

    def nest(resources: list[dict[str, Any]]) -> dict[str, Any]:
        template = {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": resources}
        properties = {"mode": "Incremental", "expressionEvaluationOptions": {"scope": "inner"}, "template": template}
        return {
            "type": "Microsoft.Resources/deployments",
            "apiVersion": "2022-09-01",
            "location": "westeurope",
            "properties": properties,
        }

    got = deploy(
        delegated,
        "contoso/owner",
        delegated.subscription("contoso-test"),
        [loop(nest([loop(nest([loop(group("x"))]))]))],
    )

    assert got.status == 400
    assert "more than 10000 resources" in got.text


def test_rights_lost_meanwhile_stop_a_deployment_under_way(own_house: House) -> None:
    """Each step is asked for when it is done, not when it was accepted (the caller has lost the delegation by then)."""
    delegate(own_house)
    prod = own_house.subscription("contoso-prod")
    assert deploy(own_house, "fabrikam/technician", prod, [group("too-late")]).status == 201
    gone = own_house.arm("DELETE", delegation(prod), token=own_house.token("contoso/owner"), version=MANAGED)
    assert gone.status == 200

    run(own_house)

    ended(own_house, prod)


@pytest.mark.parametrize("how", ["delete", "disable"])
def test_a_deployment_ends_with_the_account_that_asked_for_it(own_house: House, how: str) -> None:
    """Who may not sign in any more does not act through what was accepted before either."""
    from dataclasses import replace

    prod = own_house.subscription("contoso-prod")
    assert deploy(own_house, "contoso/owner", prod, [group("too-late")]).status == 201
    account = own_house.subject("contoso/owner").principal
    guest = own_house.token("northwind/owner", tenant="contoso")
    with own_house.inner.office.writing(OPERATOR) as call:
        if how == "delete":
            directory.delete_principal(call, account.id)
        else:
            directory.put_user(call, replace(account, enabled=False))  # type: ignore[arg-type]

    run(own_house)

    ended(own_house, prod, guest)


def run(house: House) -> None:
    """Do the durable work that was accepted."""
    with house.inner.office.database.read() as connection:
        entries = log.after(connection, 0, kinds=["DeploymentAccepted"])
    for entry in entries:
        workflow.run_deployment(house.inner.office, entry.body["deployment_id"])


def ended(house: House, scope: str, token: str | None = None) -> None:
    """Assert that the deployment failed and wrote nothing."""
    token = token or house.token("contoso/owner")
    shown = house.arm(
        "GET", f"{scope}/providers/Microsoft.Resources/deployments/hostile", token=token, version="2022-09-01"
    )
    assert shown.json["properties"]["provisioningState"] == "Failed", shown.text
    assert house.arm("GET", f"{scope}/resourceGroups/too-late", token=token).status == 404


def test_names_decoded_once_mean_the_same_to_the_guard_and_the_doer(house: House) -> None:
    """A scope is spelled once: what is left of a doubly encoded name is refused, not decoded again later."""
    prod = house.subscription("contoso-prod")
    vm = f"{prod}/resourceGroups/web/providers/Microsoft.Compute/virtualMachines"

    for path in (f"{prod}/resourceGroups/we%2562", f"{vm}/vm%2531", f"{vm}/vm1%252F..", f"{vm}/vm%00", f"{vm}/vm1%2Fx"):
        assert house.arm("GET", path, token=house.token("contoso/owner"), version="2024-07-01").status in (400, 404)


def test_strangers_hear_where_to_sign_in_and_nothing_else(house: House) -> None:
    """A token of another tenant is told the home tenant of a subscription, as Azure does, and no more."""
    prod, name = house.subscription("contoso-prod"), ids.named("subscription", "contoso-prod")

    for below in ("", "/resourceGroups", "/resources", "/providers/Microsoft.Authorization/roleAssignments"):
        got = house.arm("GET", prod + below, token=house.token("tailspin/owner"), version="2022-04-01")
        assert got.status in (400, 401), got.text
        assert "contoso" not in got.text
    for path, query in (
        (f"/portal/api/subscriptions/{name}/owners", ""),
        ("/portal/api/storefront", f"subscription={name}"),
    ):
        assert house.send("GET", path, query=query, token=house.token("tailspin/owner")).status == 403


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("PUT", "/subscriptions/{prod}/resourceGroups/half", "api-version=2022-12-01"),
        ("POST", "/portal/api/service-providers/x/delegate", ""),
        ("PUT", "/api/publishers/fabrikam/offers/half", "api-version=2017-10-31"),
        ("POST", "/operator/world", ""),
        ("POST", "/organizations/oauth2/v2.0/token", ""),
        ("POST", "/v1.0/directoryObjects/getByIds", ""),
    ],
)
def test_a_body_cut_short_is_refused_though_its_beginning_would_do(
    house: House, method: str, path: str, query: str
) -> None:
    """Half a request is no request: what has arrived may be whole JSON, but its sender was not done."""
    token, graph = house.token("contoso/owner"), path.startswith("/v1.0")
    token = (
        house.token("fabrikam/publisher") if path.startswith("/api") else house.key if "/operator" in path else token
    )
    if graph:
        token = house.token("contoso/owner", audience="https://graph.microsoft.com/")
    before = house.state()

    got = house.send(
        method,
        path.format(prod=ids.named("subscription", "contoso-prod")),
        query=query,
        headers={"content-type": "application/x-www-form-urlencoded" if "oauth2" in path else "application/json"},
        body=b'{"location": "westeurope"}',
        token=token,
        app=house.graph if graph else None,
        cut=True,
    )

    assert got.status == 400, got.text
    assert house.state() == before
