"""Templates kept as resources: made, shown with their versions, and deployed by the id of one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.house import House, Reply

WORLD = Path(__file__).parents[2] / "house.yaml"
PROD = "/subscriptions/c0c0c0c0-1111-4000-8000-000000000001"
SPEC = f"{PROD}/resourceGroups/web/providers/Microsoft.Resources/templateSpecs/shop"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def template(*resources: Any, **parts: Any) -> dict[str, Any]:
    return {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": list(resources), **parts}


def linked(path: str) -> dict[str, Any]:
    """Return a nested deployment of another template of the same spec."""
    properties = {"mode": "Incremental", "templateLink": {"relativePath": path}}
    return {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "n",
        "properties": properties,
    }


VALUES = template(outputs={"deep": {"type": "string", "value": "from the spec"}})
SHOP = template(
    linked("parts/middle.json"),
    parameters={"adminPassword": {"type": "securestring"}},
    outputs={"deep": {"type": "string", "value": "[reference('n').outputs.deep.value]"}},
)
MIDDLE = template(linked("values.json") | {"name": "m"}, outputs={"deep": {"type": "string", "value": "[reference('m').outputs.deep.value]"}})  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    built = House.of(tmp_path_factory.mktemp("house"), WORLD.read_text())
    spec = {"location": "westeurope", "properties": {"displayName": "The shop"}}
    artifacts = [{"path": "parts/middle.json", "template": MIDDLE}, {"path": "parts\\values.json", "template": VALUES}]
    version = {"mainTemplate": SHOP, "linkedTemplates": artifacts, "description": "first"}
    for path, body in ((SPEC, spec), (f"{SPEC}/versions/1", {"location": "westeurope", "properties": version})):
        assert built.send("PUT", f"{path}?api-version=2021-05-01", body, by="contoso/owner").status == 201
    yield built
    built.close()


def deploy(house: House, by: str = "contoso/owner", verb: str = "", **link: Any) -> Reply:
    properties = {"templateLink": link, "parameters": {"adminPassword": {"value": "s3cret"}}, "mode": "Incremental"}
    path = f"{PROD}/resourceGroups/web/providers/Microsoft.Resources/deployments/shop{verb}?api-version=2022-09-01"
    return house.send("POST" if verb else "PUT", path, {"properties": properties}, by=by)


def test_a_spec_is_shown_with_its_versions(house: House) -> None:
    """`$expand=versions` gives each version by name; a version holds its template as it was sent."""
    spec = house.send("GET", f"{SPEC}?api-version=2021-05-01&$expand=versions", by="contoso/owner").json
    version = house.send("GET", f"{SPEC}/versions/1?api-version=2021-05-01", by="contoso/owner").json

    assert spec["properties"]["versions"]["1"]["description"] == "first"
    assert version["properties"]["mainTemplate"] == SHOP
    assert house.send("GET", f"{SPEC}/versions?api-version=2021-05-01", by="contoso/owner").json["value"]


def test_a_version_is_deployed_with_the_templates_beside_it(house: House) -> None:
    """`templateLink.id`; `relativePath` inside it stays in the spec and starts where the template that says it lies."""
    assert deploy(house, verb="/validate", id=f"{SPEC}/versions/1").status == 200
    assert deploy(house, verb="/whatIf", id=f"{SPEC}/versions/1").json["status"] == "Succeeded"
    accepted = deploy(house, id=f"{SPEC}/versions/1")
    done = house.send("GET", f"{accepted.json['id']}?api-version=2022-09-01", by="contoso/owner").json["properties"]

    assert done["provisioningState"] == "Succeeded"
    assert done["outputs"]["deep"]["value"] == "from the spec"
    assert done["templateLink"] == {"id": f"{SPEC}/versions/1"}


def test_links_that_lead_nowhere(house: House) -> None:
    """A version that is not there, a spec without its version, another content version."""
    assert deploy(house, id=f"{SPEC}/versions/2").code == "TemplateSpecVersionNotFound"
    assert deploy(house, id=SPEC).code == "InvalidContentLink"
    assert deploy(house, id=f"{SPEC}/versions/1", contentVersion="2.0.0.0").code == "InvalidContentLink"
    assert deploy(house, by="contoso/reader", id=f"{SPEC}/versions/1").status == 403
    assert deploy(house, by="contoso/nobody", id=f"{SPEC}/versions/1").status == 403
