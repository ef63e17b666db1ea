"""The main facts about running deployments, on each kind of database; and two nodes at one of them."""

from dataclasses import replace
from typing import Any

import pytest

from lightkeeper.deployments import seams, service, workflow
from lightkeeper.deployments.model import State
from lightkeeper.deployments.seams import Writer
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Conflict
from tests.deployments.conftest import Door
from tests.deployments.town import GROUP, NOW, OWNER, Cloud, accept, deploy, look, operations, template


@pytest.fixture
def office(database: Database, cloud: Cloud, door: Door) -> Office:
    """An office on each kind of database, tied to the small cloud."""
    return Office(database, Clock(wall=lambda: NOW), door)


def thing(name: str, *after: str, **more: Any) -> dict[str, Any]:
    return {"type": "Ns.X/t", "apiVersion": "2022-09-01", "name": name, "dependsOn": list(after), **more}


def nested(name: str, *resources: Any, **more: Any) -> dict[str, Any]:
    properties = {"mode": "Incremental", "template": template(*resources)}
    return {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": name,
        "properties": properties,
        **more,
    }


def hooked(cloud: Cloud, before: Any) -> None:
    """Let something happen before each resource is put."""
    tied = cloud.seams()

    def writer(resource_type: str) -> Writer:
        write = cloud.writer(resource_type)

        def put(call: Any, scope: str, name: str, version: str, body: Any) -> Any:
            before(name)
            return write(call, scope, name, version, body)

        return put

    seams.install(replace(tied, writers=seams.ResourceWriters({}, writer)))


def test_the_same_is_deployed_and_told(office: Office, cloud: Cloud) -> None:
    """Loops, a nested deployment, references, a failure beside successes: records, outputs, operations."""
    cloud.refused = {"bad"}
    document = template(
        thing("[concat('r',copyIndex())]", copy={"name": "l", "count": 6}, properties={"n": "[copyIndex()]"}),
        thing("last", "l", "n", properties={"x": "[reference('r3').n]"}),
        nested("n", thing("inner")),
        outputs={"o": {"type": "int", "value": "[reference('last').x]"}},
    )

    done = deploy(office, document)
    failed = deploy(office, template(thing("bad"), thing("good"), thing("never", "bad")), name="d2")

    assert done.state is State.SUCCEEDED, done.error
    assert done.outputs == {"o": {"type": "Int", "value": 3}}
    assert cloud.names()[7] == "last" and len(done.output_resources) == 8
    assert done.values == {}
    assert failed.state is State.FAILED and failed.error is not None
    assert [one["target"].rpartition("/")[2] for one in failed.error["details"]] == ["bad"]
    assert {one.resource_name: one.state for one in operations(office, name="d2")} == {
        "bad": State.FAILED,
        "good": State.SUCCEEDED,
    }
    with office.reading(OWNER) as call:
        assert [one.name for one in service.list_deployments(call, GROUP)[0]] == ["d1", "d2", "n"]
        assert [one.name for one in service.list_deployments(call, GROUP, state="failed")[0]] == ["d2"]


def test_a_name_is_used_again_only_after_its_end(office: Office) -> None:
    """DeploymentActive while it runs; afterwards the new run takes the place of the old one with all its operations."""
    first = accept(office, template(thing("a")))
    with pytest.raises(Conflict) as active:
        accept(office, template(thing("b")))
    workflow.run_deployment(office, first.run_id)

    done = deploy(office, template(thing("b")))

    assert active.value.code == "DeploymentActive"
    assert done.run_id != first.run_id
    assert [one.resource_name for one in operations(office) if one.resource_name] == ["b"]


def test_a_what_if_leaves_nothing_behind(office: Office, cloud: Cloud) -> None:
    """What is written while foreseeing is taken back, on both databases."""
    from lightkeeper.deployments.asking import Asked

    with office.reading(OWNER) as call:
        before = service.list_deployments(call, GROUP)[0]
    with office.writing(OWNER) as call:
        foreseen = service.what_if(call, GROUP, "w", Asked(template(thing("a"))))

    with office.reading(OWNER) as call:
        assert service.list_deployments(call, GROUP)[0] == before
    assert [str(one.type) for one in foreseen.changes] == ["Create"]


def test_a_lost_run_is_found_and_an_endless_one_given_up(office: Office, cloud: Cloud) -> None:
    """Runs nobody is at any more are named to whoever looks after them; given up, they and all nested in them have failed."""
    run = accept(office, template(nested("n", thing("a")), thing("b", "n")))

    def stuck(name: str) -> None:
        raise KeyboardInterrupt

    hooked(cloud, stuck)
    with pytest.raises(KeyboardInterrupt):
        workflow.run_deployment(office, run.run_id)
    assert workflow.unfinished(office) == [], "it was accepted just now"
    office.clock.shift += workflow._LEFT_ALONE_FOR * 2
    assert workflow.unfinished(office) == [run.run_id]

    workflow.abandon(office, run.run_id)

    assert workflow.unfinished(office) == []
    assert {look(office, name=one).state for one in ("d1", "n")} == {State.FAILED}
    assert look(office).error is not None and look(office).error["code"] == "InternalServerError"  # type: ignore[index]


def test_one_node_cancels_what_another_runs(empty_postgresql: str, cloud: Cloud, door: Door) -> None:
    """The resource under way is finished, nothing more is begun, nested ones included; the state stays Canceled."""
    from lightkeeper.kernel.database import metadata

    here, there = (Database(empty_postgresql, durable=False) for _ in range(2))
    metadata.create_all(here.engine)
    runner, other = (Office(one, Clock(wall=lambda: NOW), door) for one in (here, there))

    def cancel(name: str) -> None:
        if name == "inner":
            with other.writing(OWNER) as call:
                service.cancel_deployment(call, GROUP, "d1")

    hooked(cloud, cancel)
    done = deploy(runner, template(nested("n", thing("inner"), thing("never", "inner")), thing("last", "n")))

    assert done.state is State.CANCELED
    assert cloud.names() == ["inner"]
    assert look(other, name="n").state is State.CANCELED
    for one in (here, there):
        one.close()
