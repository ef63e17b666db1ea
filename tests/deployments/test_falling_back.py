"""`onErrorDeployment`: a deployment that fails repeats an earlier one, completely."""

from typing import Any

import pytest

from lightkeeper.deployments import projection
from lightkeeper.deployments.model import Mode, State
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Invalid
from tests.deployments.town import SUBSCRIPTION, SUBSCRIPTION_SCHEMA, Cloud, accept, deploy, look, template

LAST = {"type": "LastSuccessful"}


def thing(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "Ns.X/t", "apiVersion": "2022-09-01", "name": name, **more}


GOOD = template(
    thing("a", tags={"when": "[parameters('when')]"}),
    parameters={"when": {"type": "string", "defaultValue": "[utcNow()]"}},
)


@pytest.mark.parametrize("asked", [LAST, {"type": "SpecificDeployment", "deploymentName": "good"}])
def test_the_earlier_deployment_is_made_again(office: Office, cloud: Cloud, asked: dict[str, str]) -> None:
    """C: with the same parameters, in complete mode; the one that failed stays failed and says what was repeated."""
    deploy(office, GOOD, name="good", parameters={"when": "once"})
    cloud.refused = {"b"}

    failed = deploy(office, template(thing("a"), thing("b"), thing("c")), name="bad", on_error=asked)

    assert failed.state is State.FAILED
    assert failed.on_error == {"type": asked["type"], "deploymentName": "good", "provisioningState": "Succeeded"}
    assert projection.document_of(failed)["properties"]["onErrorDeployment"] == failed.on_error
    assert {one["name"] for one in cloud.resources.values()} == {"a"}
    assert next(iter(cloud.resources.values()))["tags"] == {"when": "once"}
    again = look(office, name="good")
    assert (again.state, again.mode) == (State.SUCCEEDED, Mode.COMPLETE)


def test_nothing_is_repeated_when_all_goes_well(office: Office, cloud: Cloud) -> None:
    """The fallback is shown as asked for, without a state."""
    deploy(office, GOOD, name="good")

    done = deploy(office, template(thing("b")), name="better", on_error=LAST)

    assert done.state is State.SUCCEEDED
    assert done.on_error == {"type": "LastSuccessful", "deploymentName": "good"}
    assert cloud.names() == ["a", "b"]


def test_a_fallback_that_cannot_be_is_refused_before_anything_is_done(office: Office, cloud: Cloud) -> None:
    """No earlier success, a wrong name, a wrong word, secrets that were not kept, a scope that has none."""

    def refusal(asked: Any, **more: Any) -> str:
        with pytest.raises(Invalid) as refused:
            accept(office, template(thing("b"), **more.pop("parts", {})), name="next", on_error=asked, **more)
        return refused.value.message

    assert "No other deployment" in refusal(LAST)
    secret = template(thing("a"), parameters={"key": {"type": "securestring"}})
    deploy(office, secret, {"key": "hush"}, name="secret")
    assert "secure parameters 'key'" in refusal(LAST)
    assert "'nope' is no other deployment" in refusal({"type": "SpecificDeployment", "deploymentName": "nope"})
    assert "'Sometimes' is not valid" in refusal({"type": "Sometimes"})
    assert "only supported for a deployment to a resource group" in refusal(
        LAST, scope=SUBSCRIPTION, parts={"schema": SUBSCRIPTION_SCHEMA}
    )
    assert cloud.names() == ["a"]
