"""Scene 7: a customer who never uses the marketplace onboards with a template."""

import json
import time
from typing import Any

from demo import names
from demo.stage import REPOSITORY, Stage

TEMPLATE = REPOSITORY / "examples" / "templates" / "subscription.json"
PARAMETERS = REPOSITORY / "examples" / "templates" / "subscription.parameters.json"
VERSION = "2021-04-01"


def deploy(stage: Stage) -> None:
    """7. A subscription-scope deployment of a template of the public kind; deploying it again changes nothing."""
    northwind = stage.sign_in("owner@northwind.example", "north wind blows")
    technician, world = stage.notes["technician"], stage.world
    scope = names.subscription(world, "northwind-main")
    with stage.step("Northwind's Owner deploys an onboarding template with its parameter file"):
        properties = {
            "mode": "Incremental",
            "template": json.loads(TEMPLATE.read_text()),
            "parameters": parameters(stage),
        }
        deployment = f"{scope}/providers/Microsoft.Resources/deployments/onboard-fabrikam"
        for _ in range(2):
            northwind.may("PUT", deployment, {"location": "westeurope", "properties": properties}, version=VERSION)
            done = _finished(stage, deployment, northwind)
            stage.expect(
                done["properties"]["provisioningState"] == "Succeeded", f"the deployment: {json.dumps(done)[:2000]}"
            )
        made = northwind.may(
            "GET", f"{scope}/providers/Microsoft.ManagedServices/registrationAssignments", version="2022-10-01"
        )
        stage.expect(len(made["value"]) == 1, "deploying twice makes one delegation")
        technician.may("GET", names.virtual_machine(world, "northwind-main", "erp", "erp1"))


def parameters(stage: Stage) -> dict[str, Any]:
    """Return the parameter file with its placeholders filled in."""
    given = json.loads(PARAMETERS.read_text())["parameters"]
    group = names.principal(stage.world, "fabrikam", "groups", "tier1")
    given["managedByTenantId"]["value"] = names.tenant(stage.world, "fabrikam")
    for one in given["authorizations"]["value"]:
        one["principalId"] = group
    return dict(given)


def _finished(stage: Stage, deployment: str, person: Any) -> dict[str, Any]:
    for _ in range(200):
        found: dict[str, Any] = person.ask("GET", deployment, version=VERSION).json()
        if found["properties"]["provisioningState"] in ("Succeeded", "Failed", "Canceled"):
            return found
        time.sleep(0.1)
    stage.expect(False, "the deployment ends")
    return {}
