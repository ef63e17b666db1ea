"""Where a fault lies: line and path in the text that was sent, however deep the template it is in and however late it shows."""

import json
from typing import Any

import pytest

from lightkeeper.deployments import service, workflow
from lightkeeper.deployments.asking import Asked
from lightkeeper.deployments.model import Deployment, State
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Invalid
from lightkeeper.wire.arm import jsonc
from tests.deployments.town import GROUP, GROUP_SCHEMA, OWNER, Cloud, look

THING = '{"type": "Ns.X/t", "apiVersion": "2022-09-01", "name": "NAME", "properties": {"x": 1}}'


def text_of(scope: str, *, body: str = "", output: str = "") -> str:
    """Return a request whose nested template begins in line 9; the fault stands in line 11 or 12."""
    return f"""{{"properties": {{"mode": "Incremental", template:{{ // spliced in by az
      "$schema": "{GROUP_SCHEMA}", "contentVersion": "1.0.0.0",
      "resources": [
        {THING.replace("NAME", "first")},
        {{"type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "inside",
          "dependsOn": ["first"],
          "properties": {{"mode": "Incremental", "expressionEvaluationOptions": {{"scope": "{scope}"}},
            "parameters": {{}},
            "template": {{"$schema": "{GROUP_SCHEMA}", "contentVersion": "1.0.0.0",
              "resources": [{{"type": "Ns.X/t", "apiVersion": "2022-09-01", "name": "second", "properties": {{
                "x": "{body or "plain"}"}}}}],
              "outputs": {{"o": {{"type": "string", "value": "{output or "plain"}"}}}}
            }}}}}}
      ]}}}}}}"""


def asked_for(text: str) -> Asked:
    sent = jsonc.parse(text.encode())
    return Asked(sent["properties"]["template"], placer=sent.place)


def deployed(office: Office, text: str) -> Deployment:
    with office.writing(OWNER) as call:
        run_id = service.create(call, GROUP, "d1", asked_for(text))[0].run_id
    workflow.run_deployment(office, run_id)
    return look(office)


def violations(error: Any) -> list[dict[str, Any]]:
    """Return every place an error names, outermost first."""
    found = [one["info"] for one in error.get("additionalInfo", ())]
    return found + [info for one in error.get("details", ()) for info in violations(one)]


INSIDE = "properties.template.resources[1].properties.template"


@pytest.mark.parametrize("scope", ["Outer", "Inner"])
@pytest.mark.parametrize(
    ("fault", "line"),
    [
        ({"body": "[variables('nope')]"}, 11),
        ({"body": "[copyIndex()]"}, 11),
        ({"body": "[concat(]"}, 11),
        ({"body": "[reference('nope').x]"}, 11),
        ({"output": "[nope()]"}, 12),
    ],
)
def test_what_is_wrong_already_is_refused_with_its_place(
    office: Office, cloud: Cloud, scope: str, fault: dict[str, str], line: int
) -> None:
    """PUT validates before it accepts: a body that can never be evaluated is refused, and nothing is created."""
    with pytest.raises(Invalid) as refused, office.writing(OWNER) as call:
        service.create(call, GROUP, "d1", asked_for(text_of(scope, **fault)))

    [info] = refused.value.info
    assert refused.value.code == "InvalidTemplate"
    assert info["info"]["lineNumber"] == line
    assert info["info"]["path"].startswith(f"{INSIDE}.{'resources[0].properties.x' if line == 11 else 'outputs.o'}")
    assert cloud.puts == []


@pytest.mark.parametrize("scope", ["Outer", "Inner"])
def test_what_shows_while_deploying_is_told_with_its_place(office: Office, scope: str) -> None:
    """The line is the expression's own, also when a template inside the template is evaluated while it runs."""
    missing = "[reference(resourceId('Ns.X/t','first'),'2022-09-01').nope]"

    done = deployed(office, text_of(scope, body=missing))

    assert done.state is State.FAILED
    assert violations(done.error)
    for info in violations(done.error):
        assert info == {"lineNumber": 11, "linePosition": 22, "path": f"{INSIDE}.resources[0].properties.x"}
    assert f"at line '{5 if scope == 'Outer' else 10}'" in json.dumps(done.error)


def test_an_output_that_fails_says_where_it_stands(office: Office) -> None:
    """`DeploymentOutputEvaluationFailed` names each output; its place is told beside."""
    done = deployed(office, text_of("Inner", output="[reference('second').nope]"))

    [info] = violations(done.error)
    assert info["path"] == f"{INSIDE}.outputs.o.value"
    assert info["lineNumber"] == 12
