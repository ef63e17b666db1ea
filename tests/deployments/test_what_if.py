"""What-if against the real contexts: what is told is what would happen, and nothing happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lightkeeper import bootstrap
from lightkeeper.deployments import projection, seams, service, workflow
from lightkeeper.deployments.asking import Asked
from lightkeeper.deployments.differences import differences
from lightkeeper.deployments.model import State
from lightkeeper.kernel import log
from lightkeeper.kernel.call import OPERATOR, Caller
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Problem
from lightkeeper.kernel.resource_id import parse
from lightkeeper.wire.arm import deployments as wire
from lightkeeper.wire.arm.loopback import Loopback
from lightkeeper.wire.arm.operation import ArmRequest
from lightkeeper.wire.arm.routing import Routes
from lightkeeper.wire.arm.table import operations
from lightkeeper.world import apply
from tests.deployments.test_onboarding_samples import sample
from tests.deployments.test_whole_house import OWNER, READER, SUBSCRIPTION, TIER1, WORLD, person
from tests.deployments.town import SUBSCRIPTION_SCHEMA, template

GROUP = f"{SUBSCRIPTION}/resourceGroups/test"
STORAGE = {
    "type": "Microsoft.Storage/storageAccounts",
    "apiVersion": "2022-09-01",
    "location": "westeurope",
    "kind": "StorageV2",
    "sku": {"name": "Standard_LRS"},
}
NETWORK = {"type": "Microsoft.Network/virtualNetworks", "apiVersion": "2022-09-01", "location": "westeurope"}
ME = person(OWNER, "owner")


@contextmanager
def opened(url: str) -> Iterator[Office]:
    database = Database(url, durable=False)
    house = bootstrap.build(database, Clock())
    seams.install(Loopback(lambda: Routes(operations()), {"name": "Lightkeeper"}).seams())
    with house.office.writing(OPERATOR) as call:
        apply.apply_text(call, WORLD, "world.yaml")
    yield house.office
    database.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened(f"sqlite:///{tmp_path}/lightkeeper.db") as found:
        yield found


@pytest.fixture
def each_office(database_url: str) -> Iterator[Office]:
    with opened(database_url) as found:
        yield found


def storage(name: str, **more: Any) -> dict[str, Any]:
    return {**STORAGE, "name": name, **more}


def network(*prefixes: str, **more: Any) -> dict[str, Any]:
    space = {"addressSpace": {"addressPrefixes": list(prefixes)}}
    return {**NETWORK, "name": "net", "properties": space, **more}


def asked(document: Any, **more: Any) -> Asked:
    return Asked(document, more.pop("parameters", None), **more)


def deploy(office: Office, document: Any, scope: str = GROUP, **more: Any) -> None:
    with office.writing(ME) as call:
        accepted, _ = service.create(call, scope, "before", asked(document, **more))
    workflow.run_deployment(office, accepted.run_id)
    with office.reading(ME) as call:
        done = service.get_deployment(call, scope, "before")
        assert done.state is State.SUCCEEDED, done.error


def what_if(
    office: Office, document: Any, scope: str = GROUP, caller: Caller = ME, *, whole: bool = True, **more: Any
) -> dict[str, Any]:
    """The answer by the last name of each id (by the id where names repeat); asserts that nothing was written."""
    head = head_of(office)
    with office.writing(caller) as call:
        foreseen = service.what_if(call, scope, "d1", asked(document, **more), whole=whole)
    assert head_of(office) == head
    answer = projection.what_if_document(foreseen)
    assert answer["status"] == "Succeeded"
    properties = answer["properties"]
    changes = {one["resourceId"].rpartition("/")[2]: one for one in properties["changes"]}
    if len(changes) < len(properties["changes"]):
        changes = {one["resourceId"]: one for one in properties["changes"]}
    return {**changes, "diagnostics": properties.get("diagnostics", [])}


def head_of(office: Office) -> Any:
    with office.database.read() as connection:
        return log.head_of(connection)


def test_what_is_new_is_created_and_what_is_there_already_does_not_change(each_office: Office) -> None:
    """C: Create with the whole document after; after deploying it, NoChange without a delta."""
    document = template(storage("one"), network("10.0.0.0/16"))

    first = what_if(each_office, document)
    deploy(each_office, document)
    second = what_if(each_office, document)

    assert first["one"]["changeType"] == first["net"]["changeType"] == "Create"
    assert first["one"]["after"]["sku"] == {"name": "Standard_LRS"}
    assert first["one"]["after"]["apiVersion"] == "2022-09-01"
    assert "before" not in first["one"]
    assert second["one"]["changeType"] == second["net"]["changeType"] == "NoChange"
    assert "delta" not in second["one"]


def test_each_property_says_how_it_changes(office: Office) -> None:
    """C: Modify, Create, Delete and Array, with values before and after."""
    deploy(office, template(network("10.0.0.0/16", "10.1.0.0/16", tags={"owner": "a", "old": "x"})))

    [net] = [
        what_if(office, template(network("10.0.0.0/16", "10.2.0.0/16", tags={"owner": "b", "new": "y"})))["net"],
    ]

    assert net["changeType"] == "Modify"
    delta = {one["path"]: one for one in net["delta"]}
    assert delta["tags.owner"] == {
        "path": "tags.owner",
        "propertyChangeType": "Modify",
        "before": "a",
        "after": "b",
    }
    assert delta["tags.old"]["propertyChangeType"] == "Delete"
    assert delta["tags.new"]["propertyChangeType"] == "Create"
    prefixes = delta["properties.addressSpace.addressPrefixes"]
    assert prefixes["propertyChangeType"] == "Array"
    assert {(one["propertyChangeType"], one["before"], one["after"]) for one in prefixes["children"]} == {
        ("Delete", "10.1.0.0/16", None),
        ("Create", None, "10.2.0.0/16"),
    }
    assert net["before"]["tags"]["owner"] == "a"
    assert net["after"]["tags"]["owner"] == "b"


def test_what_the_template_does_not_name_is_ignored_or_deleted(office: Office) -> None:
    """C: Ignore in incremental mode, Delete in complete mode; a false condition counts as not named."""
    deploy(office, template(storage("one"), storage("two")))
    document = template(storage("one"), storage("two", condition=False))

    incremental = what_if(office, document)
    complete = what_if(office, document, mode="Complete")

    assert incremental["two"]["changeType"] == "Ignore"
    assert complete["two"]["changeType"] == "Delete"
    assert complete["two"]["before"]["sku"] == {"name": "Standard_LRS"}
    assert complete["one"]["changeType"] == "NoChange"


def test_ids_only(office: Office) -> None:
    """C: ResourceIdOnly tells no properties, and of what exists only that it will be deployed."""
    deploy(office, template(storage("one"), storage("two")))

    found = what_if(office, template(storage("one"), storage("three")), whole=False)

    kinds = {name: one["changeType"] for name, one in found.items() if name != "diagnostics"}
    assert kinds == {"one": "Deploy", "two": "Ignore", "three": "Create"}
    assert all(set(one) == {"resourceId", "changeType"} for name, one in found.items() if name != "diagnostics")


def test_nested_deployments_are_expanded(office: Office) -> None:
    """C: what is inside is told, also in a group that the deployment itself creates, with references resolved."""
    inner = template(
        storage("inside", tags={"size": "[parameters('size')]"}),
        parameters={"size": {"type": "string"}},
        outputs={"size": {"type": "string", "value": "[reference('inside', '2022-09-01', 'Full').tags.size]"}},
    )
    document = template(
        {
            "type": "Microsoft.Resources/resourceGroups",
            "apiVersion": "2022-09-01",
            "name": "made",
            "location": "westeurope",
        },
        {
            "type": "Microsoft.Resources/deployments",
            "apiVersion": "2022-09-01",
            "name": "nested",
            "resourceGroup": "made",
            "dependsOn": ["made"],
            "properties": {
                "mode": "Incremental",
                "expressionEvaluationOptions": {"scope": "inner"},
                "parameters": {"size": {"value": "[deployment().location]"}},
                "template": inner,
            },
        },
        {
            "type": "Microsoft.Resources/tags",
            "apiVersion": "2022-09-01",
            "name": "default",
            "condition": False,
        },
        schema=SUBSCRIPTION_SCHEMA,
        outputs={"size": {"type": "string", "value": "[reference('nested').outputs.size.value]"}},
    )

    found = what_if(office, document, SUBSCRIPTION, location="westeurope")

    assert found["diagnostics"] == []
    assert {name: one["changeType"] for name, one in found.items() if name != "diagnostics"} == {
        "made": "Create",
        "inside": "Create",
    }
    assert found["inside"]["resourceId"] == (
        f"{SUBSCRIPTION}/resourceGroups/made/providers/Microsoft.Storage/storageAccounts/inside"
    )
    assert found["inside"]["after"]["tags"] == {"size": "westeurope"}


def test_a_delegation_is_foreseen_and_not_made(office: Office) -> None:
    """A public onboarding template: two things to create, and after onboarding nothing to change."""
    document, values = sample("delegated-resource-management/subscription", "subscription")
    for one in values["authorizations"]:
        one["principalId"] = TIER1
    more = {"location": "westeurope", "parameters": {key: {"value": value} for key, value in values.items()}}

    first = what_if(office, document, SUBSCRIPTION, **more)
    deploy(office, document, SUBSCRIPTION, **more)
    second = what_if(office, document, SUBSCRIPTION, **more)

    assert [one["changeType"] for name, one in first.items() if name != "diagnostics"] == ["Create", "Create"]
    assert [one["changeType"] for name, one in second.items() if name != "diagnostics"] == ["NoChange", "NoChange"]


def test_what_a_provider_would_refuse_is_told_with_its_words(each_office: Office) -> None:
    """Unsupported with the reason; the rest is told all the same."""
    twin = storage("one", location="northeurope")
    deploy(each_office, template(storage("one")))

    found = what_if(each_office, template(twin, storage("two")))

    assert found["one"]["changeType"] == "Unsupported"
    assert "already exists in location 'westeurope'" in found["one"]["unsupportedReason"]
    assert found["two"]["changeType"] == "Create"
    [diagnostic] = found["diagnostics"]
    assert diagnostic["level"] == "Error"
    assert diagnostic["code"] == "InvalidResourceLocation"


def test_secure_parameters_are_masked(office: Office) -> None:
    """A plan is read over shoulders and in build logs."""
    document = template(
        network("10.0.0.0/16", tags={"note": "[concat('key ', parameters('secret'))]"}),
        parameters={"secret": {"type": "securestring"}},
    )

    found = what_if(office, document, parameters={"secret": {"value": "hunter2-hunter2"}})

    assert found["net"]["after"]["tags"]["note"] == "*******"
    assert "hunter2" not in str(found)


def test_whoever_may_not_deploy_may_not_ask(office: Office) -> None:
    """The rights are those of the deployment itself, as for validate."""
    with pytest.raises(Problem) as refused:
        what_if(office, template(storage("one")), caller=person(READER, "reader"))

    assert refused.value.code == "AuthorizationFailed"


def test_the_wire_answers_at_once(office: Office) -> None:
    """200 with the result is one of the two forms; `resultFormat` is read, and a word it does not know is refused."""
    path = f"{GROUP}/providers/Microsoft.Resources/deployments/d1"

    def ask(form: str) -> Any:
        body = {
            "properties": {
                "mode": "Incremental",
                "template": template(storage("one")),
                "whatIfSettings": {"resultFormat": form},
            }
        }
        request = ArmRequest(parse(f"{path}/whatIf"), "POST", {}, {}, body, "2022-09-01", "https://localhost:1")
        with office.writing(ME) as call:
            return wire.what_if(call, request)

    answer = ask("ResourceIdOnly")
    with pytest.raises(Problem) as refused:
        ask("Everything")

    assert answer.status == 200
    assert answer.body["properties"]["changes"] == [
        {
            "resourceId": f"{GROUP}/providers/Microsoft.Storage/storageAccounts/one",
            "changeType": "Create",
        }
    ]
    assert refused.value.code == "InvalidRequestContent"


def test_what_only_the_provider_sets_has_no_effect() -> None:
    """C: NoEffect for a read-only property that a template sets; other letters are no difference at all."""
    before = after = {"location": "westeurope", "properties": {"state": "Ready", "updatedOn": "then"}}
    said = {"location": "West Europe", "properties": {"state": "Off"}}

    [found] = differences(before, {**after, "properties": {"state": "Ready", "updatedOn": "now"}}, said)

    assert (found.path, found.type.value, found.before, found.after) == ("properties.state", "NoEffect", "Ready", "Off")


def test_elements_that_are_objects_change_in_place() -> None:
    """An object left over on both sides is one that was modified; equal ones are found wherever they stand."""
    before = {"properties": {"rules": [{"name": "a", "port": 1}, {"name": "b"}]}}
    after = {"properties": {"rules": [{"name": "b"}, {"name": "a", "port": 2}]}}

    [found] = differences(before, after, after)

    assert found.type.value == "Array"
    [child] = found.children
    assert (child.path, child.type.value) == ("1", "Modify")
    assert [(one.path, one.before, one.after) for one in child.children] == [("port", 1, 2)]
