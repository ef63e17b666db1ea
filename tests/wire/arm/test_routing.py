"""One parse, one look-up: which operation a path finds."""

import pytest

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid, MethodNotAllowed, NotFound
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.routing import Routes

S = "/subscriptions/11111111-1111-1111-1111-111111111111"


def nothing(call: Call, request: ArmRequest) -> Answer:
    return Answer(204)


def serves(method: str, path: str) -> Operation:
    return Operation(method, path, "Test/read", (204,), nothing)


ROUTES = Routes(
    [
        serves("GET", "/subscriptions"),
        serves("GET", "/subscriptions/{subscriptionId}"),
        serves("GET", "/subscriptions/{subscriptionId}/resourceGroups"),
        serves("PUT", "/subscriptions/{subscriptionId}/resourceGroups/{name}"),
        serves("GET", "/subscriptions/{subscriptionId}/providers/{namespace}"),
        serves("POST", "/subscriptions/{subscriptionId}/providers/{namespace}/register"),
        serves("GET", "/{scope}/providers/Microsoft.ManagedServices/registrationAssignments"),
        serves("PUT", "/{scope}/providers/Microsoft.ManagedServices/registrationAssignments/{name}"),
        serves("POST", "/{scope}/providers/Microsoft.Resources/deployments/{name}/validate"),
        serves("GET", "/{scope}/providers/Microsoft.Resources/deployments/{name}/operations"),
        serves("GET", "/{resourceId}"),
        serves("POST", "/{resourceId}/{action}"),
        serves("GET", "/{scope}/providers/{namespace}/{type}"),
    ]
)


@pytest.mark.parametrize(
    ("method", "path", "template"),
    [
        ("GET", "/subscriptions", "/subscriptions"),
        ("GET", "/SUBSCRIPTIONS/x/", "/subscriptions/{subscriptionId}"),
        ("GET", f"{S}/resourcegroups", "/subscriptions/{subscriptionId}/resourceGroups"),
        ("PUT", f"{S}/resourcegroups/web", "/subscriptions/{subscriptionId}/resourceGroups/{name}"),
        ("GET", f"{S}/providers/Microsoft.Compute", "/subscriptions/{subscriptionId}/providers/{namespace}"),
        ("POST", f"{S}/providers/A.B/register", "/subscriptions/{subscriptionId}/providers/{namespace}/register"),
        (
            "GET",
            f"/{S}//providers/microsoft.managedservices/RegistrationAssignments/",
            "/{scope}/providers/Microsoft.ManagedServices/registrationAssignments",
        ),
        (
            "POST",
            f"{S}/providers/Microsoft.Resources/deployments/d/validate",
            "/{scope}/providers/Microsoft.Resources/deployments/{name}/validate",
        ),
        (
            "GET",
            f"{S}/resourcegroups/g/deployments/d/operations",
            "/{scope}/providers/Microsoft.Resources/deployments/{name}/operations",
        ),
        ("GET", f"{S}/resourceGroups/g/providers/A.B/c/d", "/{resourceId}"),
        ("POST", f"{S}/resourceGroups/g/providers/A.B/c/d/restart", "/{resourceId}/{action}"),
        ("GET", f"{S}/resourceGroups/g/providers/A.B/c", "/{scope}/providers/{namespace}/{type}"),
    ],
)
def test_a_path_finds_its_operation_whatever_its_case_and_slashes(method: str, path: str, template: str) -> None:
    assert ROUTES.find(method, path).operation.path == template


def test_a_deployment_at_a_subscription_has_the_subscription_as_its_scope() -> None:
    found = ROUTES.find("POST", f"{S}/providers/Microsoft.Resources/deployments/d/validate")

    assert (found.id.scope, found.id.names) == (S, ("d",))


def test_a_known_path_with_another_verb_is_not_allowed() -> None:
    with pytest.raises(MethodNotAllowed) as refused:
        ROUTES.find("PATCH", f"{S}/providers/Microsoft.ManagedServices/registrationAssignments/x")

    assert refused.value.code == "HttpMethodNotAllowed"


def test_a_provider_with_its_own_operations_does_not_fall_back_to_generic_resources() -> None:
    with pytest.raises(MethodNotAllowed):
        ROUTES.find("GET", f"{S}/providers/Microsoft.ManagedServices/registrationAssignments/x")


@pytest.mark.parametrize("path", ["/", "/tenants/x/y", f"{S}/nothing"])
def test_a_path_into_nowhere_is_not_found(path: str) -> None:
    with pytest.raises((NotFound, Invalid)):
        ROUTES.find("GET", path)


def test_an_operation_listed_twice_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match="listed twice"):
        Routes([serves("GET", "/subscriptions"), serves("GET", "/Subscriptions")])
