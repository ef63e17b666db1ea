"""What happens while a deployment runs: order, failures, interruptions, cancellation."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightkeeper.deployments import graph, seams, service, workflow
from lightkeeper.deployments.model import Mode, State
from lightkeeper.deployments.preparing import prepare
from lightkeeper.deployments.seams import Writer
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Conflict
from lightkeeper.kernel.resource_id import parse
from lightkeeper.wire.arm import deployments as wire
from lightkeeper.wire.arm.operation import ArmRequest
from tests.deployments.town import GROUP, IN_GROUP, NOW, OWNER, Cloud, Shelf, accept, deploy, look, operations, template


def thing(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "Ns.X/t", "apiVersion": "2022-09-01", "name": name, **more}


def planned(document: Any) -> Any:
    return prepare(document, {}, IN_GROUP, name="d", location="", mode=Mode.INCREMENTAL, now=NOW, library=Shelf()).plan


@st.composite
def graphs(draw: st.DrawFn) -> list[tuple[int, list[int]]]:
    """Resources in any order, each waiting for some of those with a smaller number."""
    count = draw(st.integers(1, 9))
    nodes = [(n, draw(st.lists(st.integers(0, n - 1), unique=True)) if n else []) for n in range(count)]
    return draw(st.permutations(nodes))


@given(graphs())
@settings(max_examples=100)
def test_the_plan_respects_depends_on(nodes: list[tuple[int, list[int]]]) -> None:
    """Whatever order a template is written in, nothing stands before what it waits for."""
    plan = planned(template(*(thing(f"r{n}", dependsOn=[f"r{one}" for one in after]) for n, after in nodes)))

    order = {one.name: n for n, one in enumerate(plan.in_order())}
    assert len(order) == len(nodes)
    for n, after in nodes:
        assert all(order[f"r{one}"] < order[f"r{n}"] for one in after)


@given(st.integers(1, 12), st.data())
@settings(max_examples=60)
def test_a_serial_loop_goes_in_batches(count: int, data: st.DataObject) -> None:
    """C: instance i waits for every instance of the batch before its own."""
    size = data.draw(st.integers(1, count))
    loop = {"name": "l", "count": count, "mode": "Serial", "batchSize": size}
    plan = planned(template(thing("[concat('r',copyIndex())]", copy=loop)))

    waves = [[one.index for one in wave] for wave in graph.waves(plan.resources)]

    assert waves == [list(range(n, min(n + size, count))) for n in range(0, count, size)]


def test_a_failure_stops_those_that_wait_for_it_and_no_others(office: Office, cloud: Cloud) -> None:
    """Independent work goes on; the deployment then says what failed, and the operations have the provider's words."""
    cloud.refused = {"b"}
    document = template(thing("a"), thing("b"), thing("c", dependsOn=["b"]), thing("d"), thing("e", dependsOn=["c"]))

    done = deploy(office, document)

    assert done.state is State.FAILED
    assert cloud.names() == ["a", "b", "d"]
    assert done.error is not None
    assert done.error["code"] == "DeploymentFailed"
    [failure] = done.error["details"]
    assert failure["code"] == "ResourceDeploymentFailure"
    assert failure["target"] == f"{GROUP}/providers/Ns.X/t/b"
    assert failure["details"] == [{"code": "AlreadyTaken", "message": "The name 'b' is taken."}]
    states = {one.resource_name: (one.state, one.status_code) for one in operations(office)}
    assert states == {
        "a": (State.SUCCEEDED, "OK"),
        "b": (State.FAILED, "Conflict"),
        "d": (State.SUCCEEDED, "OK"),
    }
    assert f"{GROUP}/providers/ns.x/t/b".lower() not in cloud.resources


class Crash(BaseException):
    """The process dies."""


def test_a_run_that_was_cut_off_goes_on(office: Office, cloud: Cloud) -> None:
    """What is stored is skipped; everything is put once."""
    tied = cloud.seams()
    once = {"b"}

    def dying(resource_type: str) -> Writer:
        write = cloud.writer(resource_type)

        def put(call: Any, scope: str, name: str, version: str, body: Any) -> Any:
            if name in once:
                once.discard(name)
                raise Crash
            return write(call, scope, name, version, body)

        return put

    seams.install(
        seams.Seams(
            **{name: getattr(tied, name) for name in seams.Seams.__dataclass_fields__ if name != "writers"},
            writers=seams.ResourceWriters({}, dying),
        )
    )
    document = template(thing("a", properties={"x": 1}), thing("b", properties={"y": "[reference('a').x]"}), thing("c"))
    accepted = accept(office, document)
    with pytest.raises(Crash):
        workflow.run_deployment(office, accepted.run_id)
    assert look(office).state is State.RUNNING

    workflow.run_deployment(office, accepted.run_id)
    workflow.run_deployment(office, accepted.run_id)

    assert look(office).state is State.SUCCEEDED
    assert sorted(cloud.names()) == ["a", "b", "c"]
    assert cloud.resources[f"{GROUP}/providers/ns.x/t/b".lower()]["properties"] == {"y": 1}


@pytest.mark.parametrize(("version", "code"), [("2025-04-01", "ResourceDeploymentFailure"), ("2019-10-01", "Conflict")])
def test_older_clients_read_what_failed_as_text(office: Office, cloud: Cloud, version: str, code: str) -> None:
    """Older api-versions put the error of a resource as text into the message; newer ones nest it as a document."""
    cloud.refused = {"b"}
    deploy(office, template(thing("b")))
    path = f"{GROUP}/providers/Microsoft.Resources/deployments/d1"

    with office.reading(OWNER) as call:
        shown = wire.get_deployment(call, request("GET", path, version=version)).body["properties"]["error"]
        status = wire.get_status(call, request("GET", f"{path}/operationStatuses/x", version=version)).body["error"]

    assert shown == status
    [detail] = shown["details"]
    assert detail["code"] == code
    inner = detail if code != "Conflict" else json.loads(detail["message"])["error"]
    assert inner["details"][0]["code"] == "AlreadyTaken"


def test_a_nested_failure_is_the_outer_one_too(office: Office, cloud: Cloud) -> None:
    """The outer deployment carries the nested one's error."""
    cloud.refused = {"b"}
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "n",
        "properties": {"mode": "Incremental", "template": template(thing("b"))},
    }

    done = deploy(office, template(nested))

    assert done.error is not None
    [failure] = done.error["details"]
    assert failure["details"][0]["code"] == "DeploymentFailed"
    assert failure["details"][0]["details"][0]["details"][0]["code"] == "AlreadyTaken"


def test_a_canceled_deployment_stops_before_its_next_resource(office: Office, cloud: Cloud) -> None:
    """Only what is active can be canceled."""
    accepted = accept(office, template(thing("a")))
    with office.writing(OWNER) as call:
        service.cancel_deployment(call, GROUP, "d1")

    workflow.run_deployment(office, accepted.run_id)

    assert look(office).state is State.CANCELED
    assert cloud.puts == []
    with pytest.raises(Conflict), office.writing(OWNER) as call:
        service.cancel_deployment(call, GROUP, "d1")


def test_outputs_that_cannot_be_evaluated_fail_the_deployment(office: Office) -> None:
    """One detail for each output; what was deployed stays."""
    outputs = {"a": {"type": "int", "value": "[json('null')]"}, "b": {"type": "int", "value": 1}}

    done = deploy(office, template(thing("r"), outputs=outputs))

    assert done.state is State.FAILED
    assert done.error is not None
    assert done.error["code"] == "DeploymentOutputEvaluationFailed"
    assert done.error["message"].startswith("Unable to evaluate template outputs: 'a'.")
    [detail] = done.error["details"]
    assert detail["target"] == "a"
    assert (
        "The template output 'a' is not valid: Template output JToken type is not valid. Expected 'Integer'. Actual 'Null'."
        in detail["message"]
    )


def request(method: str, path: str, body: Any = None, version: str = "2022-09-01", **query: str) -> ArmRequest:
    return ArmRequest(parse(path), method, query, {}, body, version, "https://localhost:1")


def test_the_wire_answers_with_a_place_to_poll(office: Office) -> None:
    """Form B: 201, `Accepted`, an absolute address, one second; the status then says how it ended."""
    path = f"{GROUP}/providers/Microsoft.Resources/deployments/d1"
    body = {"properties": {"mode": "Incremental", "template": template(thing("a"))}}
    with office.writing(OWNER) as call:
        answer = wire.put_deployment(call, request("PUT", path, body))
    assert answer.status == 201
    assert answer.body["properties"]["provisioningState"] == "Accepted"
    assert answer.headers["retry-after"] == "1"
    poll = answer.headers["azure-asyncoperation"]
    assert poll.startswith(f"https://localhost:1{path}/operationStatuses/")
    assert poll.endswith("?api-version=2022-09-01")

    workflow.run_deployment(office, poll.split("/")[-1].partition("?")[0])

    with office.reading(OWNER) as call:
        status = wire.get_status(call, request("GET", poll.removeprefix("https://localhost:1").partition("?")[0]))
        listed = wire.list_operations(call, request("GET", f"{path}/operations"))
        deployments = wire.list_deployments(
            call, request("GET", path.rpartition("/")[0], **{"$filter": "provisioningState eq 'succeeded'"})
        )
    assert status.body == {"status": "Succeeded"}
    assert {one["properties"]["provisioningOperation"] for one in listed.body["value"]} == {
        "Create",
        "EvaluateDeploymentOutput",
    }
    assert [one["name"] for one in deployments.body["value"]] == ["d1"]
