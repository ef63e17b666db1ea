"""What is refused before anything is deployed, and in which words."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightkeeper.deployments import lenient_json, service
from lightkeeper.deployments.asking import Asked
from lightkeeper.deployments.expressions import is_expression, literal_of, parse, quoted
from lightkeeper.deployments.faults import LanguageFault, TemplateFault
from lightkeeper.deployments.template import load
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Conflict, Invalid, NotFound, Problem
from lightkeeper.wire.arm import jsonc
from tests.deployments.conftest import Door
from tests.deployments.language import value_of
from tests.deployments.town import (
    GROUP,
    OWNER,
    SUBSCRIPTION,
    SUBSCRIPTION_SCHEMA,
    Cloud,
    accept,
    deploy,
    template,
)


def thing(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "Ns.X/t", "apiVersion": "2022-09-01", "name": name, **more}


def refusal(office: Office, document: Any, parameters: Any = None, **more: Any) -> Problem:
    with pytest.raises(Problem) as refused:
        accept(office, document, parameters, **more)
    return refused.value


SYNTAX = [
    (
        "[concat('ai-', uniqueString(resourceGroup().id)]",
        "Unable to parse language expression 'concat('ai-', uniqueString(resourceGroup().id)': expected token 'RightParenthesis' and actual 'EndOfData'.",
    ),
    ("[]", "Unable to parse language expression '': expected token 'Identifier' and actual 'EndOfData'."),
    (
        "[con{at('a')]",
        "The language expression 'con{at('a')' is not valid: the string character '{' at position '3' is not expected.",
    ),
    ("[add(1, 2147483648)]", "the value '2147483648' at position '7' cannot be converted to number"),
    ("[a b()]", "expected token 'LeftParenthesis' and actual 'Identifier'."),
]


@pytest.mark.parametrize(("text", "message"), SYNTAX)
def test_syntax_faults_name_token_and_position(text: str, message: str) -> None:
    """L: recorded texts of the live service."""
    with pytest.raises(LanguageFault) as fault:
        parse(text)

    assert message in fault.value.message


@given(st.text(alphabet="abf()[].,' 01-\n{", max_size=40))
def test_the_parser_is_total(text: str) -> None:
    """Any text between brackets is a tree or a fault, never anything else."""
    with contextlib.suppress(LanguageFault):
        parse(f"[{text}]")


@given(st.text(alphabet="[]ax'", max_size=8))
def test_a_quoted_text_stands_for_itself(text: str) -> None:
    """What outer evaluation writes into a nested template means the same there."""
    written = quoted(text)

    assert not is_expression(written)
    assert literal_of(written) == text


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (
            "createObject('a',1,'b',2).x",
            "The language expression property 'x' doesn't exist, available properties are 'a, b'.",
        ),
        ("createArray(1,2)[2]", "The language expression property array index '2' is out of bounds."),
        ("concat('a')[1]", "The language expression property '1' can't be evaluated."),
        ("concat('a').b", "The language expression property 'b' can't be evaluated."),
    ],
)
def test_access_faults(expression: str, message: str) -> None:
    """The four ways in which access fails."""
    with pytest.raises(LanguageFault) as fault:
        value_of(expression)

    assert fault.value.message == message


def test_properties_ignore_case_and_chain() -> None:
    """Property names are case-insensitive; access chains on any call."""
    assert value_of("createObject('aB',createArray(createObject('c',5))).Ab[0]['C']") == 5


DOCUMENTS: list[tuple[Any, str]] = [
    (
        {"contentVersion": "1.0.0.0", "resources": []},
        "Required property '$schema' not found in JSON. Path '', line 1, position 1.",
    ),
    (
        template(parameters2={}),
        "Could not find member 'parameters2' on object of type 'Template'. Path 'parameters2', line 1, position 1.",
    ),
    (
        template() | {"$schema": "https://schema.management.azure.com/schemas/2011-01-01/x.json#"},
        "is not supported. Supported versions are '2014-04-01-preview,2015-01-01,2018-05-01,2019-04-01,2019-08-01'.",
    ),
    (template() | {"contentVersion": "1.0"}, "content version"),
    (template({"type": "Ns.X/t"}), "Required property 'name' not found in JSON."),
    (template("x"), "TemplateResource"),
    (template() | {"resources": {}}, "must be an array"),
    (template(variables=[]), "'variables' must be an object"),
    (
        template(variables={"copy": [{"name": f"v{n}", "count": 1, "input": n} for n in range(513)]}),
        "Limit: '512' and actual: '513'",
    ),
    (template(variables={"v" * 256: 1}), "longer than '255'"),
    (template(outputs={"[concat('a')]": {"type": "string", "value": "a"}}), "The output name cannot be an expression."),
    (
        template(parameters={f"p{n}": {"type": "int"} for n in range(257)}),
        "limit exceeded. Limit: '256' and actual: '257'.",
    ),
    (template(variables={f"v{n}": n for n in range(513)}), "Limit: '512' and actual: '513'."),
    (template(outputs={f"o{n}": {"type": "int", "value": 1} for n in range(65)}), "Limit: '64' and actual: '65'."),
    ("text", "Template"),
]


@pytest.mark.parametrize(("document", "message"), DOCUMENTS, ids=range(len(DOCUMENTS)))
def test_a_document_that_is_no_template(document: Any, message: str) -> None:
    """Form and limits are checked before anything is evaluated."""
    with pytest.raises(TemplateFault) as fault:
        load(document)

    assert message in fault.value.message


PARAMETERS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"x": {"type": "string"}}, {}, "The value for the template parameter 'x' at line '1' and column '1' is not provided. Please see https://aka.ms/arm-create-parameter-file for usage details."),
    ({"c": {"type": "int"}, "d": {"type": "int"}}, {"a": 1, "b": 2}, "The template parameters 'a, b' in the parameters file are not valid; they are not present in the original template and can therefore not be provided at deployment time. The only supported parameters for this template are 'c, d'."),
    ({"x": {"type": "int"}}, {"x": "1"}, "Template parameter JToken type is not valid. Expected 'Integer'. Actual 'String'."),
    ({"x": {"type": "string"}}, {"x": None}, "Expected 'String, Uri'. Actual 'Null'."),
    ({"x": {"type": "bool"}}, {"x": 1}, "Expected 'Boolean'. Actual 'Integer'."),
    ({"x": {"type": "string", "allowedValues": ["a", "b"]}}, {"x": "v"}, "The provided value 'v' for the template parameter 'x' at line '1' and column '1' is not valid. The parameter value is not part of the allowed value(s): 'a,b'."),
    ({"x": {"type": "string", "minLength": 8}}, {"x": "short"}, "Length of the value should be greater than or equal to '8'."),
    ({"x": {"type": "array", "maxLength": 1}}, {"x": [1, 2]}, "Length of the value should be less than or equal to '1'."),
    ({"x": {"type": "int", "minValue": 3}}, {"x": 2}, "greater than or equal to '3'"),
    ({"x": {"type": "int", "maxValue": 3}}, {"x": 4}, "less than or equal to '3'"),
    ({"x": {"type": "strin"}}, {"x": "a"}, "The type 'strin' is not valid."),
    ({"x": {"type": "string", "defaultValue": "[parameters('y')]"}, "y": {"type": "string", "defaultValue": "[parameters('x')]"}}, {}, "circular"),
    ({"x": {"type": "string", "defaultValue": "[variables('y')]"}}, {}, "The template function 'variables' is not expected at this location."),
]  # fmt: skip


@pytest.mark.parametrize(("declared", "values", "message"), PARAMETERS, ids=range(len(PARAMETERS)))
def test_parameters_that_do_not_fit(
    office: Office, declared: dict[str, Any], values: dict[str, Any], message: str
) -> None:
    """Each violation has its sentence, inside `Deployment template validation failed`."""
    problem = refusal(office, template(parameters=declared), values)

    assert problem.code == "InvalidTemplate"
    assert problem.message.startswith("Deployment template validation failed: '")
    assert message in problem.message


def test_secret_values_are_not_repeated(office: Office) -> None:
    """A refusal must not carry what nobody may see."""
    problem = refusal(office, template(parameters={"x": {"type": "securestring", "minLength": 9}}), {"x": "hush"})

    assert "hush" not in problem.message


def test_secret_members_are_not_repeated(office: Office) -> None:
    """Language version 2: a member of an object may be secure by itself."""
    secret = {"type": "securestring", "minLength": 5}
    schema = {"type": "object", "properties": {"name": {"type": "string"}, "password": secret}}
    document = symbolic({}) | {"parameters": {"x": schema}}

    problem = refusal(office, document, {"x": {"name": "a", "password": "hush"}})
    kept = deploy(office, document, {"x": {"name": "a", "password": "hush, hush"}})

    assert "hush" not in problem.message
    assert "Path 'password'." in problem.message
    assert kept.parameters == {"x": {"type": "Object", "value": {"name": "a"}}}


TYPES = {
    "definitions": {"pair": {"type": "array", "prefixItems": [{"type": "int"}, {"type": "string"}], "items": False}},
    "parameters": {
        "x": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "minLength": 2},
                "pair": {"$ref": "#/definitions/pair"},
                "maybe": {"type": "int", "nullable": True},
            },
            "additionalProperties": False,
        }
    },
}


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ({"name": "ab", "pair": [1, "x"]}, True),
        ({"name": "ab", "pair": [1, "x"], "maybe": None}, True),
        ({"name": "a", "pair": [1, "x"]}, False),
        ({"name": "ab", "pair": [1, 2]}, False),
        ({"name": "ab", "pair": [1, "x", 3]}, False),
        ({"pair": [1, "x"]}, False),
        ({"name": "ab", "pair": [1, "x"], "more": 1}, False),
    ],
)
def test_types_of_language_version_2(office: Office, value: Any, fits: bool) -> None:
    """Properties, tuples, references and nullability are checked all the way down."""
    document = template(languageVersion="2.0", **TYPES) | {"resources": {}}
    if fits:
        accept(office, document, {"x": value})
    else:
        assert refusal(office, document, {"x": value}).code == "InvalidTemplate"


def defined(output: str) -> list[Any]:
    """Return the functions of a template: `f.a`, which gives this."""
    return [{"namespace": "f", "members": {"a": {"output": {"type": "string", "value": output}}}}]


def symbolic(resources: Any) -> dict[str, Any]:
    """Return a template of language version 2."""
    return template() | {"languageVersion": "2.0", "resources": resources}


RESOURCES: list[tuple[dict[str, Any], str]] = [
    (template(thing("a"), thing("A")), "is defined multiple times in a template."),
    (template(thing("")), "The name property cannot be null or empty."),
    (template(thing("a", dependsOn=["b"])), "The resource 'b' is not defined in the template."),
    (template(thing("a", dependsOn=["a"])), "cannot reference itself"),
    (template(thing("[copyIndex()]")), "The function can only be used in a resource with copy specified."),
    (template(thing("[concat('a',copyIndex())]", copy={"name": "l", "count": -1})), "must not be negative"),
    (template(thing("[concat('a',copyIndex())]", copy={"name": "l", "count": 801})), "exceeds the limit of '800'"),
    (template(thing("[concat('a',copyIndex())]", copy={"name": "l", "count": 4, "mode": "serial", "batchSize": 5})), "batch size"),
    (template(thing("a", condition="yes")), "The condition must be true or false."),
    (template(thing("[reference('b').x]"), thing("b")), "The template function 'reference' is not expected at this location."),
    (template(thing("a"), variables={"foo": "[fail('condition must be false')]"}), "The template variable 'foo' is not valid: condition must be false."),
    (template(thing("a"), variables={"a": "[variables('b')]", "b": "[variables('a')]"}), "circular"),
    (template(thing("a", tags={"x": "y" * 1024 * 1024})), "a resource may have at most '1048576'"),
    (template(thing("[string(copyIndex())]", tags={"x": "y" * 6000}, copy={"name": "l", "count": 700})), "at most '4194304'"),
    (template({"type": "Ns.X/t", "name": "a"}), "apiVersion"),
    (template(functions=defined("[variables('v')]")), "These function calls are not supported in a function definition: 'variables'."),
    (template(functions=defined("[concat(f.b(), listKeys('x', 'y'))]")), "in a function definition: 'f.b, listKeys'."),
    (template(functions=defined("[parameters('other')]")), "The template function 'a' at line '1' and column '1' is not valid: The template parameter 'other'"),
    (symbolic([thing("a")]), "must be an object, and is of type 'Array'"),
    (symbolic({"a": {"type": "Ns.X/t", "name": "a"}}), "apiVersion"),
    (symbolic({"n": {**thing("n"), "type": "Microsoft.Resources/deployments", "apiVersion": "2019-10-01"}}), "use '2020-09-01' or later"),
    (template(thing("[parameters('nope')]")), "The template parameter 'nope' is not found."),
    (template(outputs={"o": {"type": "string", "valu": 1}}), "Could not find member 'valu' on object of type 'TemplateOutputParameter'"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "message"), RESOURCES, ids=range(len(RESOURCES)))
def test_resources_that_cannot_be_planned(office: Office, cloud: Cloud, document: Any, message: str) -> None:
    """Names, loops, conditions and dependencies are known before anything is put."""
    problem = refusal(office, document)

    assert problem.code == "InvalidTemplate"
    assert message in problem.message
    assert cloud.puts == []


def test_a_fault_has_its_line_and_path(office: Office) -> None:
    """Line and position are those of the text that was sent, comments and all."""
    text = """{"location": "eastus", "properties": {"mode": "Incremental", template:{
      // what az splices in
      "$schema": "SCHEMA", "contentVersion": "1.0.0.0",
      "resources": [
        {"type": "Ns.X/t", "apiVersion": "2022-09-01", "name": "a", "dependsOn": [
           "b"]}
      ]}}}""".replace("SCHEMA", SUBSCRIPTION_SCHEMA)
    sent = jsonc.parse(text.encode())
    asked = Asked(sent["properties"]["template"], location="eastus", placer=sent.place)

    with pytest.raises(Invalid) as refused, office.writing(OWNER) as call:
        service.create(call, SUBSCRIPTION, "d", asked)

    [info] = refused.value.info
    assert info["type"] == "TemplateViolation"
    assert info["info"] == {
        "lineNumber": 6,
        "linePosition": 12,
        "path": "properties.template.resources[0].dependsOn[0]",
    }
    assert "at line '5' and column '9'" in refused.value.message


def test_forms_of_a_request_that_are_refused(office: Office) -> None:
    """Each with its own code."""
    plain, elsewhere = template(), template(schema=SUBSCRIPTION_SCHEMA)

    assert refusal(office, elsewhere, scope=SUBSCRIPTION, location="").code == "LocationRequired"
    assert refusal(office, plain, location="eastus").code == "InvalidDeployment"
    assert refusal(office, plain, mode="Sometimes").code == "InvalidDeployment"
    assert refusal(office, None, template_link={"uri": "https://example.com/x.json"}).code == "InvalidContentLink"
    assert refusal(office, plain, parameters_link={"uri": "https://example.com/x.json"}).code == "InvalidContentLink"
    assert refusal(office, None).code == "InvalidTemplate"
    assert refusal(office, plain, name="x" * 65).code == "DeploymentNameLengthLimitExceeded"
    assert refusal(office, plain, name="a b").code == "DeploymentNameInvalidCharacters"
    assert refusal(office, plain, on_error={"type": "LastSuccessful"}).code == "InvalidOnErrorDeployment"
    assert refusal(office, plain, scope=f"{SUBSCRIPTION}/resourceGroups/nope").code == "ResourceGroupNotFound"
    other = "/subscriptions/90000000-0000-0000-0000-000000000009"
    assert refusal(office, elsewhere, scope=other).code == "SubscriptionNotFound"


def test_a_name_is_kept_in_its_location(office: Office) -> None:
    """409: the location of a deployment's name does not change."""
    document = template(schema=SUBSCRIPTION_SCHEMA)
    deploy(office, document, scope=SUBSCRIPTION, location="eastus")

    problem = refusal(office, document, scope=SUBSCRIPTION, location="westus")

    assert isinstance(problem, Conflict)
    assert problem.code == "InvalidDeploymentLocation"
    assert problem.message == (
        "Invalid deployment location 'westus'. The deployment 'd1' already exists in location 'eastus'."
    )


def test_a_scope_has_deployments_in_ten_locations(office: Office) -> None:
    """409 for the eleventh; another deployment in one of the ten is fine."""
    document = template(schema=SUBSCRIPTION_SCHEMA)
    for n in range(10):
        accept(office, document, scope=SUBSCRIPTION, location=f"place{n}", name=f"d{n}")

    problem = refusal(office, document, scope=SUBSCRIPTION, location="another", name="e")

    assert isinstance(problem, Conflict)
    assert problem.code == "DeploymentQuotaExceeded"
    accept(office, document, scope=SUBSCRIPTION, location="place 9", name="e")


def test_an_active_deployment_is_not_overwritten(office: Office) -> None:
    """409 until it has ended; it cannot be deleted either."""
    accept(office, template())

    assert refusal(office, template()).code == "DeploymentActive"
    with pytest.raises(Conflict) as refused, office.writing(OWNER) as call:
        service.delete_deployment(call, GROUP, "d1")
    assert refused.value.code == "DeploymentActiveAndUneditable"


def test_writes_the_caller_may_not_do_are_listed(office: Office, door: Door, cloud: Cloud) -> None:
    """Preflight asks for every write, those of nested templates too."""
    door.refused = {"Ns.X/t/write"}
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "n",
        "properties": {"mode": "Incremental", "template": template(thing("b"))},
    }

    problem = refusal(office, template(thing("a"), nested))

    assert problem.code == "InvalidTemplateDeployment"
    assert [one.target.rpartition("/")[2] for one in problem.details] == ["a", "b"]
    assert "does not have permission to perform action 'Ns.X/t/write' at scope" in problem.message


def test_validating_changes_nothing(office: Office, cloud: Cloud) -> None:
    """The answer names what would be deployed."""
    asked = Asked(template(thing("a")))
    with office.reading(OWNER) as call:
        validated = service.validate(call, GROUP, "d1", asked)

    assert validated.resources == [f"{GROUP}/providers/Ns.X/t/a"]
    assert cloud.puts == []
    with pytest.raises(NotFound), office.reading(OWNER) as call:
        service.get_deployment(call, GROUP, "d1")


@pytest.mark.parametrize(
    "expression",
    [
        "map(range(0,10000),lambda('x',map(range(0,10000),lambda('y',1))))",
        "reduce(range(0,60),'ab',lambda('c','n',concat(lambdaVariables('c'),lambdaVariables('c'))))",
        "reduce(range(0,60),createArray(1),lambda('c','n',createArray(lambdaVariables('c'),lambdaVariables('c'))))",
        "(" * 10 + "1" + ")" * 10,
        "concat(" * 100 + "'a'" + ")" * 100,
    ],
)
def test_expressions_cannot_exhaust_the_server(expression: str) -> None:
    """Loops in loops, doubling texts, doubling arrays and deep calls end in a fault."""
    with pytest.raises(LanguageFault):
        value_of(expression)


LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5)


@given(st.recursive(LEAVES, lambda one: st.lists(one) | st.dictionaries(st.text(max_size=4), one), max_leaves=10))
def test_strict_json_is_read_as_it_is(value: Any) -> None:
    """The tolerant reader gives for strict JSON what a strict reader gives."""
    assert lenient_json.parse(json.dumps(value)) == value
    assert lenient_json.parse(json.dumps(value, ensure_ascii=False, indent=1)) == value


@given(st.text(alphabet="{}[]:,\"'/*\\\n atrue01.-u", max_size=60))
def test_the_tolerant_reader_is_total(text: str) -> None:
    """Any bytes give a value or `InvalidRequestContent`."""
    try:
        jsonc.parse(text.encode())
    except Invalid as refused:
        assert refused.code == "InvalidRequestContent"


@given(st.binary(max_size=40))
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    """Not even UTF-8 is taken for granted."""
    try:
        jsonc.parse(data)
    except Invalid as refused:
        assert refused.code == "InvalidRequestContent"


def test_what_az_sends_is_read() -> None:
    """An unquoted key, comments, raw newlines in strings, a byte order mark, trailing commas; addresses survive."""
    text = '\ufeff{"a": 1, template:{ /* one */ "u": "https://x//y", // two\n "long": "line\nbreak", "l": [1, 2,], },}'

    assert jsonc.parse(text.encode()) == {"a": 1, "template": {"u": "https://x//y", "long": "line\nbreak", "l": [1, 2]}}
    assert jsonc.parse(b" ") is None
    with pytest.raises(Invalid):
        jsonc.parse(b"[" * 5000)
