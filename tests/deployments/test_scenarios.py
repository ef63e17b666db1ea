"""Whole templates, from what is sent to what is put."""

import json
from typing import Any

import pytest

from lightkeeper.deployments.model import State
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Invalid
from tests.deployments.town import (
    GROUP,
    SUBSCRIPTION,
    SUBSCRIPTION_SCHEMA,
    Cloud,
    deploy,
    look,
    operations,
    template,
)

STORAGE = {"type": "Microsoft.Storage/storageAccounts", "apiVersion": "2022-09-01"}
NETWORK = {"type": "Microsoft.Network/virtualNetworks", "apiVersion": "2022-09-01", "name": "v", "location": "eastus"}


def thing(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "Ns.X/t", "apiVersion": "2022-09-01", "name": name, **more}


def test_a_resource_loop_with_an_offset(office: Office, cloud: Cloud) -> None:
    """C: three accounts, and the network that waits for the loop by its name."""
    account = STORAGE | {
        "name": "[concat('storage',copyIndex(1))]",
        "location": "[resourceGroup().location]",
        "copy": {"name": "sa", "count": 3},
        "sku": {"name": "Standard_LRS"},
        "kind": "StorageV2",
    }

    done = deploy(office, template(account, NETWORK | {"dependsOn": ["sa"], "properties": {}}))

    assert done.state is State.SUCCEEDED, done.error
    assert cloud.names() == ["storage1", "storage2", "storage3", "v"]
    assert cloud.puts[0][1] == {"location": "eastus", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}


def test_loops_may_share_a_name(office: Office, cloud: Cloud) -> None:
    """Public onboarding templates call two loops alike; each has its own index, and the name means all instances of both."""
    loop = {"copy": {"name": "each", "count": 2}}
    document = template(
        thing("[concat('a',copyIndex())]", **loop),
        thing("[concat('b',copyIndex())]", **loop, dependsOn=["[resourceId('Ns.X/t/', concat('a',copyIndex()))]"]),
        thing("last", dependsOn=["each"]),
    )

    done = deploy(office, document)

    assert done.state is State.SUCCEEDED, done.error
    assert cloud.names()[-1] == "last"
    assert sorted(cloud.names()[:-1]) == ["a0", "a1", "b0", "b1"]


def test_a_loop_of_a_property_becomes_an_array(office: Office, cloud: Cloud) -> None:
    """C: an entry of `copy` is replaced by an array of its name; indexes are integers."""
    loop = {
        "name": "dataDisks",
        "count": 3,
        "input": {"lun": "[copyIndex('dataDisks')]", "createOption": "Empty", "diskSizeGB": 1023},
    }

    deploy(office, template(thing("vm", properties={"storageProfile": {"copy": [loop]}})))

    disks = cloud.puts[0][1]["properties"]["storageProfile"]["dataDisks"]
    assert json.dumps(disks[1]) == '{"lun": 1, "createOption": "Empty", "diskSizeGB": 1023}'
    assert len(disks) == 3


def test_loops_of_variables_and_outputs(office: Office) -> None:
    """C: `copy` beside the variables makes variables; an output's loop counts without a name."""
    loop = {"name": "names", "count": 2, "input": "[concat('item',copyIndex('names',1))]"}
    output = {"type": "array", "copy": {"count": 2, "input": "[variables('names')[copyIndex()]]"}}

    done = deploy(office, template(variables={"copy": [loop]}, outputs={"o": output}))

    assert done.outputs == {"o": {"type": "Array", "value": ["item1", "item2"]}}


def test_a_false_condition_leaves_the_resource_and_its_output_out(office: Office, cloud: Cloud) -> None:
    """C: not an error, and a dependency on it is dropped."""
    document = template(
        STORAGE | {"name": "a1", "condition": "[parameters('mk')]"},
        NETWORK | {"dependsOn": ["[resourceId('Microsoft.Storage/storageAccounts','a1')]"]},
        parameters={"mk": {"type": "bool", "defaultValue": False}},
        outputs={
            "k": {
                "condition": "[parameters('mk')]",
                "type": "string",
                "value": "[reference('a1').primaryEndpoints.blob]",
            }
        },
    )

    done = deploy(office, document)

    assert done.state is State.SUCCEEDED
    assert cloud.names() == ["v"]
    assert done.outputs == {}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "from parent template"),
        ({"expressionEvaluationOptions": {"scope": "outer"}}, "from parent template"),
        ({"expressionEvaluationOptions": {"scope": "inner"}}, "from nested template"),
    ],
)
def test_a_nested_template_is_evaluated_outside_unless_it_says_inside(
    office: Office, options: dict[str, Any], expected: str
) -> None:
    """C: the canonical example of the public page on nested templates."""
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "n",
        "properties": {
            "mode": "Incremental",
            **options,
            "template": template(
                variables={"exampleVar": "from nested template"},
                outputs={"t": {"type": "string", "value": "[variables('exampleVar')]"}},
            ),
        },
    }
    document = template(
        nested,
        variables={"exampleVar": "from parent template"},
        outputs={"m": {"type": "string", "value": "[reference('n').outputs.t.value]"}},
    )

    done = deploy(office, document)

    assert done.outputs == {"m": {"type": "String", "value": expected}}
    assert look(office, name="n").state is State.SUCCEEDED


def test_type_and_name_must_have_segments_that_fit(office: Office, cloud: Cloud) -> None:
    """E/L: the path of the fault is that of the type."""
    database = {"type": "Microsoft.Sql/servers/databases", "apiVersion": "2022-09-01", "name": "db"}

    with pytest.raises(Invalid, match="incorrect segment lengths") as refused:
        deploy(office, template(database))
    deploy(office, template(database | {"name": "[concat('s','/','db')]"}))

    assert refused.value.code == "InvalidTemplate"
    assert refused.value.info[0]["info"]["path"] == "properties.template.resources[0].type"
    assert cloud.puts[0][0] == f"{GROUP}/providers/Microsoft.Sql/servers/s/databases/db"


def test_a_circle_is_found_through_an_implied_edge(office: Office, cloud: Cloud) -> None:
    """C: `reference` by name implies an edge; nothing is deployed."""
    document = template(
        thing("a", dependsOn=["[resourceId('Ns.X/t','b')]"]), thing("b", properties={"x": "[reference('a').y]"})
    )

    with pytest.raises(Invalid) as refused:
        deploy(office, document)

    assert refused.value.message.startswith(
        "Deployment template validation failed: 'Circular dependency detected on resource:"
    )
    assert cloud.puts == []


def test_escapes_nulls_and_literal_parameters(office: Office, cloud: Cloud) -> None:
    """D: one bracket is dropped, a null member is left out, a parameter's value is no expression, keys may be."""
    properties = {
        "x": "[[lit]",
        "y": "[null()]",
        "z": "[parameters('P')]",
        "w": "[concat('it''s')]",
        "[concat('k','1')]": 1,
    }

    deploy(
        office,
        template(thing("r", location="eastus", properties=properties), parameters={"p": {"type": "string"}}),
        {"p": "[q]"},
    )

    assert cloud.puts[0][1] == {"location": "eastus", "properties": {"x": "[lit]", "z": "[q]", "w": "it's", "k1": 1}}


def symbolic() -> dict[str, Any]:
    loop = {"count": 2, "input": "[resourceId('Microsoft.Web/sites',format('app-{0}',copyIndex()))]"}
    vault = {
        "existing": True,
        "type": "Microsoft.KeyVault/vaults",
        "apiVersion": "2022-07-01",
        "name": "kv1",
    }
    site = {
        "type": "Microsoft.Web/sites",
        "apiVersion": "2022-09-01",
        "name": "[format('app-{0}',copyIndex())]",
        "copy": {"name": "app", "count": 2},
        "location": "eastus",
        "properties": {"u": "[reference('kv').vaultUri]"},
    }
    outputs = {
        "ids": {"type": "array", "copy": loop},
        "uris": {"type": "array", "value": "[map(references('app'), lambda('a', lambdaVariables('a').u))]"},
    }
    return template(languageVersion="2.0", outputs=outputs) | {"resources": {"kv": vault, "app": site}}


def test_symbolic_names_and_existing_resources(office: Office, cloud: Cloud) -> None:
    """C/D: an existing resource is read, never written."""
    vault = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv1"
    cloud.resources[vault.lower()] = {"id": vault, "properties": {"vaultUri": "https://kv1"}}

    done = deploy(office, symbolic())

    assert done.state is State.SUCCEEDED, done.error
    assert cloud.names() == ["app-0", "app-1"]
    assert cloud.puts[0][1]["properties"] == {"u": "https://kv1"}
    assert done.output_resources == tuple(f"{GROUP}/providers/Microsoft.Web/sites/app-{n}" for n in (0, 1))
    assert done.outputs is not None
    assert done.outputs["ids"]["value"] == list(done.output_resources)
    assert done.outputs["uris"]["value"] == ["https://kv1", "https://kv1"]


def test_an_existing_resource_that_is_not_there_fails_who_asks(office: Office) -> None:
    """The platform's words for a missing resource."""
    done = deploy(office, symbolic())

    assert done.error is not None
    [first, _] = done.error["details"]
    assert first["details"][0]["code"] == "ResourceNotFound"
    assert (
        "The Resource 'Microsoft.KeyVault/vaults/kv1' under resource group 'rg1' was not found"
        in first["details"][0]["message"]
    )


def test_children_in_a_resource_get_its_type_and_name(office: Office, cloud: Cloud) -> None:
    """C: short type and name; no dependency on the parent arises by itself."""
    subnet = {"type": "subnets", "apiVersion": "2022-09-01", "name": "one", "dependsOn": ["v"], "properties": {}}

    deploy(office, template(NETWORK | {"resources": [subnet]}))

    assert cloud.puts[1][0] == f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/one"


def test_an_extension_is_deployed_to_what_it_names(office: Office, cloud: Cloud) -> None:
    """C: `scope` names the resource; the old form spells it in type and name."""
    new = {
        "type": "Microsoft.Authorization/locks",
        "apiVersion": "2016-09-01",
        "name": "l",
        "scope": "Microsoft.Network/virtualNetworks/v",
        "dependsOn": ["v"],
    }
    old = {
        "type": "Microsoft.Network/virtualNetworks/providers/locks",
        "apiVersion": "2016-09-01",
        "name": "v/Microsoft.Authorization/m",
    }

    deploy(office, template(NETWORK, new, old))

    network = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v"
    assert {id_ for id_, _ in cloud.puts} >= {f"{network}/providers/Microsoft.Authorization/locks/l"}
    assert f"{network}/providers/Microsoft.Authorization/locks/m" in {id_ for id_, _ in cloud.puts}


def test_values_flow_from_resource_to_resource(office: Office, cloud: Cloud) -> None:
    """`reference` gives properties, with 'Full' everything; `list*` acts on the resource."""
    document = template(
        thing(
            "b",
            dependsOn=["a"],
            properties={
                "size": "[reference('a').size]",
                "where": "[reference('a', '2022-09-01', 'Full').location]",
                "short": "[reference('a', '2022-09-01', 'full').resourceId]",
                "key": "[listKeys(resourceId('Ns.X/t','a'), '2022-09-01').keys[0].value]",
            },
        ),
        thing("a", location="eastus", properties={"size": 3}),
    )

    done = deploy(office, document)

    assert done.state is State.SUCCEEDED, done.error
    assert cloud.names() == ["a", "b"]
    assert cloud.puts[1][1]["properties"] == {"size": 3, "where": "eastus", "short": "Ns.X/t/a", "key": "listKeys of a"}


def test_functions_of_the_template_see_only_their_parameters(office: Office, cloud: Cloud) -> None:
    """L: a user function may not use variables."""
    member = {
        "parameters": [{"name": "prefix", "type": "string"}],
        "output": {"type": "string", "value": "[concat(toLower(parameters('prefix')), '-x')]"},
    }
    functions = [{"namespace": "contoso", "members": {"named": member}}]

    deploy(office, template(thing("[contoso.named('ABC')]"), functions=functions))
    member["output"] = {"type": "string", "value": "[variables('v')]"}
    with pytest.raises(Invalid, match="variables"):
        deploy(office, template(thing("[contoso.named('ABC')]"), functions=functions, variables={"v": "x"}))

    assert cloud.names() == ["abc-x"]


def test_complete_mode_deletes_what_the_template_does_not_name(office: Office, cloud: Cloud) -> None:
    """C: only in a resource group, only at the root."""
    deploy(office, template(thing("a"), thing("b")))

    done = deploy(office, template(thing("a")), mode="Complete")

    assert done.state is State.SUCCEEDED, done.error
    assert [one["name"] for one in cloud.resources.values()] == ["a"]
    assert {one.provisioning for one in operations(office)} == {"Create", "Delete", "EvaluateDeploymentOutput"}
    with pytest.raises(Invalid, match="Complete"):
        deploy(office, template(schema=SUBSCRIPTION_SCHEMA), scope=SUBSCRIPTION, mode="Complete")


def test_a_group_and_what_is_in_it_come_from_one_template(office: Office, cloud: Cloud) -> None:
    """A nested deployment may go to a group that the same template makes."""
    group = {
        "type": "Microsoft.Resources/resourceGroups",
        "apiVersion": "2022-09-01",
        "name": "new",
        "location": "westus",
    }
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "in-it",
        "resourceGroup": "new",
        "dependsOn": ["new"],
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "inner"},
            "parameters": {"n": {"value": "[concat('t', string(1))]"}},
            "template": template(
                thing("[parameters('n')]", location="[resourceGroup().location]"),
                parameters={"n": {"type": "string"}},
            ),
        },
    }

    done = deploy(office, template(group, nested, schema=SUBSCRIPTION_SCHEMA), scope=SUBSCRIPTION)

    assert done.state is State.SUCCEEDED, done.error
    assert cloud.puts[1] == (f"{SUBSCRIPTION}/resourceGroups/new/providers/Ns.X/t/t1", {"location": "westus"})


def test_deployment_tells_about_itself(office: Office) -> None:
    """C: name and location; the state is `Accepted` while it runs."""
    about = {"type": "object", "value": "[deployment()]"}

    done = deploy(office, template(schema=SUBSCRIPTION_SCHEMA, outputs={"d": about}), scope=SUBSCRIPTION, name="own")

    assert done.outputs is not None
    found = done.outputs["d"]["value"]
    assert (found["name"], found["location"]) == ("own", "eastus")
    assert found["properties"]["provisioningState"] == "Accepted"
    assert found["properties"]["templateHash"] == done.template_hash


def test_secrets_are_kept_until_the_end_and_never_shown(office: Office, cloud: Cloud) -> None:
    """C: secure parameters and outputs carry no value; ours are forgotten when the run has ended."""
    document = template(
        thing("r", properties={"password": "[parameters('p')]"}),
        parameters={"p": {"type": "securestring"}, "q": {"type": "secureObject", "defaultValue": {"a": 1}}},
        outputs={"o": {"type": "securestring", "value": "[parameters('p')]"}},
    )

    done = deploy(office, document, {"p": "hush"})

    assert cloud.puts[0][1]["properties"] == {"password": "hush"}
    assert done.parameters == {"p": {"type": "SecureString"}, "q": {"type": "SecureObject"}}
    assert done.outputs == {"o": {"type": "SecureString"}}
    assert done.values == {}
