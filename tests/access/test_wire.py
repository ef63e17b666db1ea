"""Role definitions, role assignments and permissions as ARM spells them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lightkeeper.kernel import resource_id
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.ids import named
from lightkeeper.kernel.problems import Invalid, NotFound, Problem
from lightkeeper.resources.seams import seams
from lightkeeper.wire.arm import permissions, role_assignments, role_definitions
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.routing import Routes
from tests.access.town import CONTRIBUTOR, READER, SUBSCRIPTION, USER_ACCESS_ADMINISTRATOR, Town, who
from tests.databases import furnish

NAME = named("assignment", "one")
ASSIGNMENTS = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments"
DEFINITIONS = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
OPERATIONS: list[Operation] = [*role_assignments.OPERATIONS, *role_definitions.OPERATIONS, *permissions.OPERATIONS]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    database = Database(f"sqlite:///{tmp_path}/town.db", durable=False)
    furnish(database)
    yield Town(database)
    database.close()


def ask(
    town: Town, name: str, method: str, path: str, body: Any = None, *, filter: str = "", version: str = "2022-04-01"
) -> Answer:
    route = Routes(OPERATIONS).find(method, path)
    request = ArmRequest(route.id, method, {"$filter": filter}, {}, body, version, "https://localhost")
    opening = town.office.reading if method == "GET" else town.office.writing
    with opening(town.caller(name)) as call:
        answer = route.operation.handle(call, request)
    assert answer.status in route.operation.answers
    return answer


def asking_for(principal: str, role: str, **more: str) -> dict[str, Any]:
    definition = f"{DEFINITIONS}/{role}"
    return {"properties": {"roleDefinitionId": definition, "principalId": who(principal), **more}}


def test_an_assignment_is_created_read_listed_and_deleted(town: Town) -> None:
    """ARM contract 6.2: PUT 201, again 200; DELETE 200 with the body, then 204."""
    created = ask(town, "owner", "PUT", f"{ASSIGNMENTS}/{NAME}", asking_for("ann", READER, description="for a test"))

    assert created.status == 201
    assert created.body["id"] == f"{ASSIGNMENTS}/{NAME}"
    assert created.body["type"] == "Microsoft.Authorization/roleAssignments"
    assert created.body["properties"]["scope"] == SUBSCRIPTION
    assert created.body["properties"]["roleDefinitionId"] == f"{DEFINITIONS}/{READER}"
    assert created.body["properties"]["principalType"] == "User"
    assert (
        ask(town, "owner", "PUT", f"{ASSIGNMENTS}/{NAME}", asking_for("ann", READER, description="for a test")).status
        == 200
    )
    assert ask(town, "owner", "GET", f"{ASSIGNMENTS}/{NAME}").body["name"] == NAME
    assert NAME in [row["name"] for row in ask(town, "owner", "GET", ASSIGNMENTS, filter="atScope()").body["value"]]
    assert ask(town, "owner", "DELETE", f"{ASSIGNMENTS}/{NAME}").status == 200
    assert ask(town, "owner", "DELETE", f"{ASSIGNMENTS}/{NAME}").status == 204
    with pytest.raises(NotFound):
        ask(town, "owner", "GET", f"{ASSIGNMENTS}/{NAME}")


@pytest.mark.parametrize(
    "body", [None, {}, [], {"principalId": "x", "roleDefinitionId": "y"}, {"properties": {"principalId": 3}}]
)
def test_a_body_without_its_properties_is_refused_with_every_fault(town: Town, body: Any) -> None:
    """ARM contract 6.2: the properties wrapper is required."""
    with pytest.raises(Invalid) as refused:
        ask(town, "owner", "PUT", f"{ASSIGNMENTS}/{NAME}", body)

    assert refused.value.code == "InvalidRequestContent"
    assert refused.value.details


@pytest.mark.parametrize(
    "text",
    [
        f"principalId eq '{who('ann')}'",
        f"principalId eq {who('ann')}",
        f"assignedTo('{who('ann')}')",
        f"atScope() and assignedTo('{who('ann')}')",
    ],
)
def test_lists_are_narrowed_by_the_filters_clients_send(town: Town, text: str) -> None:
    """ARM contract 6.2: quotes around the principal are optional."""
    ask(town, "owner", "PUT", f"{ASSIGNMENTS}/{NAME}", asking_for("ann", READER))

    assert [row["name"] for row in ask(town, "owner", "GET", ASSIGNMENTS, filter=text).body["value"]] == [NAME]


@pytest.mark.parametrize("text", ["atScope() and principalId eq 'x'", "name eq 'x'", "atScope("])
def test_other_filters_are_refused(town: Town, text: str) -> None:
    """ARM contract 6.2: atScope() with principalId is rejected."""
    with pytest.raises(Invalid) as refused:
        ask(town, "owner", "GET", ASSIGNMENTS, filter=text)

    assert refused.value.code == "InvalidFilterInQueryString"


def test_an_old_api_version_does_not_know_delegated_identities(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """L106: 2019-04-01-preview or newer."""
    town.delegates(USER_ACCESS_ADMINISTRATOR, CONTRIBUTOR)
    identity = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments/p"
    monkeypatch.setattr(seams, "identity_carriers", [lambda call, key: {who("identity")}])
    body = asking_for(
        "identity", CONTRIBUTOR, principalType="ServicePrincipal", delegatedManagedIdentityResourceId=identity
    )

    with pytest.raises(Problem) as refused:
        ask(town, "tech", "PUT", f"{ASSIGNMENTS}/{NAME}", body, version="2018-01-01-preview")
    made = ask(town, "tech", "PUT", f"{ASSIGNMENTS}/{NAME}", body, version="2019-04-01-preview")

    assert refused.value.code == "AuthorizationFailed"
    assert made.body["properties"]["delegatedManagedIdentityResourceId"] == identity


def test_roles_are_listed_by_name_and_carry_the_subscription_in_their_id(town: Town) -> None:
    """ARM contract 6.1."""
    everything = ask(town, "owner", "GET", DEFINITIONS).body["value"]
    [reader] = ask(town, "owner", "GET", DEFINITIONS, filter="roleName eq 'reader'").body["value"]

    assert len(everything) == 928
    assert reader["id"] == f"{DEFINITIONS}/{READER}"
    assert reader["properties"]["type"] == "BuiltInRole"
    assert reader["properties"]["permissions"][0]["actions"] == ("*/read",)
    assert ask(town, "owner", "GET", DEFINITIONS, filter="type eq 'CustomRole'").body["value"] == []
    assert ask(town, "owner", "GET", f"{DEFINITIONS}/{READER.upper()}").body == reader
    with pytest.raises(Invalid):
        ask(town, "owner", "GET", DEFINITIONS, filter="roleName like 'x'")


def test_roles_for_a_part_of_the_scope_are_listed_when_asked_for(town: Town) -> None:
    """ARM contract 6.1: `atScopeAndBelow()` also lists what can be assigned only somewhere below."""
    town.builds("one")
    role = {
        "roleName": "Watch", "permissions": [{"actions": ["Microsoft.Compute/*/read"]}],
        "assignableScopes": [f"{SUBSCRIPTION}/resourceGroups/one"],
    }  # fmt: skip
    ask(town, "owner", "PUT", f"{DEFINITIONS}/{NAME}", {"properties": role})

    def own(filter: str) -> list[str]:
        return [one["name"] for one in ask(town, "owner", "GET", DEFINITIONS, filter=filter).body["value"]]

    assert own("type eq 'CustomRole'") == []
    assert own("atScopeAndBelow() and type eq 'CustomRole'") == [NAME]


def test_at_the_root_everybody_may_read_the_built_in_roles(town: Town) -> None:
    """They are public knowledge, and clients resolve role ids there without any role of their own."""
    answer = ask(town, "ann", "GET", f"/providers/Microsoft.Authorization/roleDefinitions/{READER}")

    assert answer.body["id"] == f"/providers/Microsoft.Authorization/roleDefinitions/{READER}"


def test_permissions_below_a_resource_are_found_by_the_path(town: Town) -> None:
    """ARM contract 6.3."""
    path = f"{SUBSCRIPTION}/resourceGroups/web/providers/Microsoft.Authorization/permissions"

    [block] = ask(town, "owner", "GET", path).body["value"]

    assert block == {"actions": ("*",), "notActions": (), "dataActions": (), "notDataActions": ()}


def test_every_operation_has_its_own_key() -> None:
    """The dispatcher finds an operation by verb, type and form."""
    assert len({operation.key for operation in OPERATIONS}) == len(OPERATIONS)
    assert resource_id.parse(f"{ASSIGNMENTS}/{NAME}").type == role_assignments.TYPE
