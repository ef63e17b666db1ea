"""Every function of the language with its vectors: documented (C), the original engine's output (E), recorded (L), others."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightkeeper.deployments.environment import Place
from lightkeeper.deployments.faults import LanguageFault
from lightkeeper.deployments.functions import registry
from lightkeeper.kernel.ids import is_guid
from tests.deployments.language import value_of
from tests.deployments.town import CONTOSO, IN_SUBSCRIPTION, PROD, SUBSCRIPTION

VECTORS: list[tuple[str, Any]] = [
    # strings
    ("base64('one, two, three')", "b25lLCB0d28sIHRocmVl"),
    ("base64ToString('b25lLCB0d28sIHRocmVl')", "one, two, three"),
    ("base64ToJson('eydvbmUnOiAnYScsICd0d28nOiAnYid9')", {"one": "a", "two": "b"}),
    ("concat(100,'aaa',200)", "100aaa200"),
    ("concat('a','-',1)", "a-1"),
    ("concat('is ',true())", "is True"),
    ("concat(createArray('1-1','1-2'),createArray('2-1'))", ["1-1", "1-2", "2-1"]),
    ("contains('OneTwoThree','e')", True),
    ("contains('OneTwoThree','z')", False),
    ("contains(createObject('One','a'),'one')", True),
    ("contains(createArray('one','two'),'One')", False),
    ("contains(createArray('one','two'),'two')", True),
    ("dataUri('Hello')", "data:text/plain;charset=utf-8;base64,SGVsbG8="),
    ("dataUri(100)", "data:application/json;charset=utf-8;base64,MTAw"),
    ("dataUriToString('data:;base64,SGVsbG8=')", "Hello"),
    ("dataUriToString('data:;base64,SGVsbG8sIFdvcmxkIQ==')", "Hello, World!"),
    ("dataUriToString('data:text/plain;charset=utf8;base64,SGVsbG8=')", "Hello"),
    ("dataUriToString('data:text/plain;charset=UTF-8;page=21,the%20data:1234,5678')", "the data:1234,5678"),
    ("empty('')", True),
    ("empty(null())", True),
    ("empty(createArray())", True),
    ("empty(createObject())", True),
    ("empty('a')", False),
    ("startsWith('abcdef','AB')", True),
    ("startsWith('abcdef','d')", False),
    ("startsWith('abcdef','')", True),
    ("endsWith('abcdef','DEF')", True),
    ("endsWith('abcdef','e')", False),
    ("indexOf('abcdef','CD')", 2),
    ("indexOf('abcdef','z')", -1),
    ("indexOf('abcdef','')", 0),
    ("indexOf(createArray('a','B',3),3)", 2),
    ("indexOf(createArray('a','B'),'b')", -1),
    ("lastIndexOf('test','t')", 3),
    ("lastIndexOf('abcdef','')", 5),
    ("lastIndexOf(createArray('a','b','a'),'a')", 2),
    ("first('One Two Three')", "O"),
    ("first(createArray('one','two'))", "one"),
    ("first('')", ""),
    ("first(createArray())", None),
    ("last('One Two Three')", "e"),
    ("last(createArray())", None),
    (
        "format('{0}, {1}. Formatted number: {2:N0}','Hello','User',8175133)",
        "Hello, User. Formatted number: 8,175,133",
    ),
    ("format('{0}',createObject('a','b'))", "{'a':'b'}"),
    ("format('{0:D3}',7)", "007"),
    ("format('{{{0}}}','x')", "{x}"),
    ("format('{0,5}|{1,-5}|','a','b')", "    a|b    |"),
    ("format('{0}',true())", "True"),
    ("format('{0:X4}',255)", "00FF"),
    ("format('{0:x}',255)", "ff"),
    ("format('{0:00.00}',7)", "07.00"),
    ("format('{0:#,##0}',1234567)", "1,234,567"),
    ("format('{0:F1}',3)", "3.0"),
    ("format('{0:P0}',1)", "100 %"),
    ("guid('asdf')", "228d27cc-6fdb-5934-b7ac-1efccebade04"),
    ("guid('foo','bar','baz')", "2ed86837-7c7c-5eaa-9864-dd077fd19b0d"),
    ("guid('abc')", "a9b46cc2-65a6-5559-9f14-7091827ab32f"),
    ("uniqueString('')", "aaaaaaaaaaaaa"),
    ("uniqueString('t')", "fsnwonksnm7cy"),
    ("uniqueString('te')", "o57ehhbytctgs"),
    ("uniqueString('tes')", "ebse57jls4qbc"),
    ("uniqueString('test')", "rbgf3xv4ufgzg"),
    ("uniqueString('abc')", "cgtzqvhu4i23s"),
    ("uniqueString('hello','world')", "a7wkljktk6wne"),
    ("uniqueString('foo','bar','baz')", "xzi4ioaxtmth4"),
    ("uniqueString('asd','asdf','asdf')", "iizpqit7ih3cc"),
    ("uniqueString('snap','crackle','pop')", "byghxckddilkc"),
    ("uniqueString('test','test2','test3')", "bqgd334z2uj64"),
    (
        "uniqueString('/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/my-rg')",
        "bmg7c6xu4tw46",
    ),
    ("join(createArray('abc',123,true()),'/')", "abc/123/True"),
    ('json(\'{"a":"b"}\').a', "b"),
    ("json('{\"a\":[1,2]}').a[1]", 2),
    ("json('null')", None),
    ("json('1.5')", 1.5),
    ("length('One Two Three')", 13),
    ("length(createArray(1,2))", 2),
    ("length(createObject('a',1,'b',2))", 2),
    ("padLeft('123',10,'0')", "0000000123"),
    ("padLeft(-100,10,'0')", "000000-100"),
    ("padLeft('abc',5)", "  abc"),
    ("padLeft('abcdef',3)", "abcdef"),
    ("replace('123-123-1234','-','')", "1231231234"),
    ("skip('one two three',4)", "two three"),
    ("skip(createArray(1,2,3),-1)", [1, 2, 3]),
    ("skip(createArray(1,2,3),9)", []),
    ("take('one two three',2)", "on"),
    ("take('one',9)", "one"),
    ("take(createArray(1,2,3),0)", []),
    ("split('one;two,three',createArray(',',';'))", ["one", "two", "three"]),
    ("split('one,two,,three',',')", ["one", "two", "", "three"]),
    ("split('abc','')", ["abc"]),
    ("string(createObject('a',1))", '{"a":1}'),
    ("string(createArray(1,'a'))", '[1,"a"]'),
    ("string(true())", "True"),
    ("string(-5)", "-5"),
    ("substring('one two three',4,3)", "two"),
    ("substring('abc',3)", ""),
    ("toLower('One Two Three')", "one two three"),
    ("toUpper('One Two')", "ONE TWO"),
    ("trim('    one two three   ')", "one two three"),
    ("uri('http://contoso.org/firstpath','myscript.sh')", "http://contoso.org/myscript.sh"),
    ("uri('http://contoso.org/firstpath/','myscript.sh')", "http://contoso.org/firstpath/myscript.sh"),
    ("uri('https://github.com','Azure/bicep')", "https://github.com/Azure/bicep"),
    ("uri('https://github.com/another/repo','/Azure/bicep')", "https://github.com/Azure/bicep"),
    ("uriComponent(' Fizz ')", "%20Fizz%20"),
    ("uriComponent('http://contoso.com/a b')", "http%3A%2F%2Fcontoso.com%2Fa%20b"),
    ("uriComponentToString('%20%25%20')", " % "),
    (
        "parseUri('https://example.com:1234/foo')",
        {"scheme": "https", "host": "example.com", "port": 1234, "path": "/foo"},
    ),
    (
        "buildUri(createObject('scheme','https','host','example.com','port',1234,'path','/foo/bar'))",
        "https://example.com:1234/foo/bar",
    ),
    ("like('abc','A*')", True),
    ("like('abc','*b')", False),
    ("like('abcabc','a*b*c')", True),
    # arrays and objects
    ("array(1)", [1]),
    ("array(createArray(1))", [1]),
    ("createArray(1,2)", [1, 2]),
    ("createArray()", []),
    ("createObject('a',1)", {"a": 1}),
    ("flatten(createArray(createArray(0,1),createArray(2,3)))", [0, 1, 2, 3]),
    ("distinct(createArray('a','b','a'))", ["a", "b"]),
    (
        "union(createArray(createArray('one','two'),createArray('three')),createArray(createArray('three'),createArray('four','two')))",
        [["one", "two"], ["three"], ["four", "two"]],
    ),
    (
        "union(createObject('one','a','two','b','three','c1'),createObject('three','c2','four','d','five','e'))",
        {"one": "a", "two": "b", "three": "c2", "four": "d", "five": "e"},
    ),
    ("union(createObject('p',createObject('a',1)),createObject('p',createObject('b',2)))", {"p": {"a": 1, "b": 2}}),
    ("union(createObject('p',createArray(1)),createObject('p',createArray(2)))", {"p": [2]}),
    ("intersection(createArray(100,200),createArray(200,100))", [100, 200]),
    ("intersection(createObject('a',1,'b',2),createObject('a',1,'b',3))", {"a": 1}),
    (
        "shallowMerge(createArray(createObject('a',createObject('x',1)),createObject('a',createObject('y',2))))",
        {"a": {"y": 2}},
    ),
    ("shallowMerge(createArray())", {}),
    ("items(createObject('b',1,'a',2))", [{"key": "a", "value": 2}, {"key": "b", "value": 1}]),
    (
        "map(items(createObject('ghiKey',1,'defKey',1,'DEFKey',1,'ABCKey',1,'123Key',1,'abcKey',1)),lambda('i',lambdaVariables('i').key))",
        ["123Key", "abcKey", "ABCKey", "defKey", "DEFKey", "ghiKey"],
    ),
    ("objectKeys(createObject('b',1,'a',2))", ["a", "b"]),
    ("min(createArray(0,3,2,5,4))", 0),
    ("max(0,3,2,5,4)", 5),
    ("range(5,3)", [5, 6, 7]),
    ("range(0,0)", []),
    ("indexFromEnd(createArray('a','b','c'),2)", "b"),
    ("tryIndexFromEnd(createArray('a'),2)", None),
    ("tryIndexFromEnd(createArray('a'),1)", "a"),
    ("tryGet(createObject('a',1),'b')", None),
    ("tryGet(createObject('a',createArray(1,2)),'a',1)", 2),
    ('tryGet(createArray(1,2,3),json(\'{"value":1,"fromEnd":true}\'))', 3),
    ("tryGet(null(),'a')", None),
    # numbers, logic, comparison
    ("add(5,3)", 8),
    ("sub(7,3)", 4),
    ("mul(5,3)", 15),
    ("div(8,3)", 2),
    ("div(-8,3)", -2),
    ("mod(7,3)", 1),
    ("mod(-7,3)", -1),
    ("int('4')", 4),
    ("float('3.0')", 3),
    ("float('3.5')", 3.5),
    ("bool('True')", True),
    ("bool(0)", False),
    ("bool(1)", True),
    ("and(true(),true())", True),
    ("and(false(),equals(div(1,0),0))", False),
    ("or(false(),true())", True),
    ("or(true(),equals(div(1,0),0))", True),
    ("not(true())", False),
    ("true()", True),
    ("false()", False),
    ("null()", None),
    ("if(true(),'x','y')", "x"),
    ("if(false(),fail('x'),'y')", "y"),
    ("coalesce(null(),'x')", "x"),
    ("coalesce('x',fail('no'))", "x"),
    ("coalesce(null(),null())", None),
    ("equals(1,'1')", False),
    ("equals('a','A')", False),
    ("equals(true(),1)", False),
    ("equals(createArray('a','b'),createArray('a','b'))", True),
    ("less('A','a')", False),
    ("greater('A','a')", True),
    ("less(1,2)", True),
    ("greaterOrEquals(5,5)", True),
    ("lessOrEquals('a','b')", True),
    # lambdas
    (
        "map(createArray('Evie','Casper'),lambda('n',format('Hi {0}!',lambdaVariables('n'))))",
        ["Hi Evie!", "Hi Casper!"],
    ),
    ("map(createArray('a','b'),lambda('x','i',lambdaVariables('i')))", [0, 1]),
    (
        "filter(createArray('a','b','c','d'),lambda('x','i',equals(mod(lambdaVariables('i'),2),0)))",
        ["a", "c"],
    ),
    ("reduce(range(1,5),1,lambda('c','n',mul(lambdaVariables('c'),lambdaVariables('n'))))", 120),
    ("reduce(createArray(),'start',lambda('c','n','x'))", "start"),
    (
        "reduce(createArray('a','b','c'),'',lambda('c','n',format('{0}-{1}',lambdaVariables('c'),lambdaVariables('n'))))",
        "-a-b-c",
    ),
    (
        "sort(createArray(8,3,10,-13,5),lambda('x','y',less(lambdaVariables('x'),lambdaVariables('y'))))",
        [-13, 3, 5, 8, 10],
    ),
    (
        "toObject(createArray(123,456,789),lambda('i',div(lambdaVariables('i'),100)))",
        {"1": 123, "4": 456, "7": 789},
    ),
    ("toObject(createArray('a'),lambda('i',lambdaVariables('i')),lambda('i',1))", {"a": 1}),
    (
        "groupBy(createArray('aa','b','cc'),lambda('x',string(length(lambdaVariables('x')))))",
        {"2": ["aa", "cc"], "1": ["b"]},
    ),
    ("mapValues(createObject('a',123,'b',456),lambda('v',mul(lambdaVariables('v'),2)))", {"a": 246, "b": 912}),
    (
        "map(createArray(1),lambda('x',map(createArray(2),lambda('y',add(lambdaVariables('x'),lambdaVariables('y'))))))",
        [[3]],
    ),
    # dates
    ("dateTimeAdd(dateTimeFromEpoch(1680224438),'P1D')", "2023-04-01T01:00:38Z"),
    ("dateTimeFromEpoch(1683040573)", "2023-05-02T15:16:13Z"),
    ("dateTimeToEpoch('2023-05-02T15:16:13Z')", 1683040573),
    ("dateTimeAdd('2020-04-07T14:53:14Z','-P9D','yyyy-MM-dd')", "2020-03-29"),
    ("dateTimeAdd('2020-01-31T00:00:00Z','P1M')", "2020-02-29T00:00:00Z"),
    ("dateTimeAdd('2020-02-29T00:00:00Z','P1Y')", "2021-02-28T00:00:00Z"),
    ("dateTimeAdd('2020-04-07T14:53:14Z','PT1H30M')", "2020-04-07T16:23:14Z"),
    # networks
    (
        "parseCidr('10.144.0.0/20')",
        {
            "network": "10.144.0.0",
            "netmask": "255.255.240.0",
            "broadcast": "10.144.15.255",
            "firstUsable": "10.144.0.1",
            "lastUsable": "10.144.15.254",
            "cidr": 20,
        },
    ),
    (
        "parseCidr('fdad:3236:5555::/48')",
        {
            "network": "fdad:3236:5555::",
            "netmask": "ffff:ffff:ffff::",
            "firstUsable": "fdad:3236:5555::",
            "lastUsable": "fdad:3236:5555:ffff:ffff:ffff:ffff:ffff",
            "cidr": 48,
        },
    ),
    ("cidrSubnet('10.144.0.0/20',24,3)", "10.144.3.0/24"),
    ("cidrSubnet('fdad:3236:5555::/48',52,1)", "fdad:3236:5555:1000::/52"),
    ("cidrHost('10.144.3.0/24',0)", "10.144.3.1"),
    ("cidrHost('fdad:3236:5555:3000::/52',0)", "fdad:3236:5555:3000::1"),
    # ids and scopes
    (
        "tenantResourceId('Microsoft.Authorization/policyDefinitions','p')",
        "/providers/Microsoft.Authorization/policyDefinitions/p",
    ),
    (
        "extensionResourceId('/a/b','Microsoft.Authorization/locks','l')",
        "/a/b/providers/Microsoft.Authorization/locks/l",
    ),
    (
        "subscriptionResourceId('11111111-1111-1111-1111-111111111111','Microsoft.Authorization/roleDefinitions','r')",
        "/subscriptions/11111111-1111-1111-1111-111111111111/providers/Microsoft.Authorization/roleDefinitions/r",
    ),
    (
        "managementGroupResourceId('mg','Microsoft.Authorization/policyDefinitions','p')",
        "/providers/Microsoft.Management/managementGroups/mg/providers/Microsoft.Authorization/policyDefinitions/p",
    ),
    (
        "resourceId('Microsoft.Storage/storageAccounts','sa')",
        f"{SUBSCRIPTION}/resourceGroups/rg1/providers/Microsoft.Storage/storageAccounts/sa",
    ),
    (
        "resourceId('other','Microsoft.Sql/servers/databases','s','d')",
        f"{SUBSCRIPTION}/resourceGroups/other/providers/Microsoft.Sql/servers/s/databases/d",
    ),
    (
        "resourceId('11111111-1111-1111-1111-111111111111','g','Ns.X/t','n')",
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/g/providers/Ns.X/t/n",
    ),
    ("subscription().id", SUBSCRIPTION),
    ("resourceGroup().location", "eastus"),
    ("tenant().id", f"/tenants/{CONTOSO}"),
    ("deployer().tenantId", CONTOSO),
    ("environment().suffixes.storage", "core.windows.net"),
    ("roleDefinitions('Contributor').roleDefinitionId", "b24988ac-6180-42a0-ab88-20f7382dd24c"),
    ("pickZones('Microsoft.Compute','virtualMachines','westus2')", ["1"]),
    ("pickZones('Microsoft.Compute','virtualMachines','westus2',2,1)", ["2", "3"]),
    ("pickZones('Microsoft.Compute','virtualMachines','nowhere')", []),
    ("toLogicalZone('x','nowhere','z')", ""),
    ("providers('Ns.X').namespace", "Ns.X"),
]

FAULTS: list[tuple[str, str]] = [
    ("createObject('a',1,'b',2).x", "property 'x' doesn't exist, available properties are 'a, b'."),
    ("createArray(1)[2]", "The language expression property array index '2' is out of bounds."),
    ("length('a').x", "The language expression property 'x' can't be evaluated."),
    ("true", "expected token 'LeftParenthesis' and actual 'EndOfData'."),
    ("concat('a'", "expected token 'RightParenthesis' and actual 'EndOfData'."),
    ("1.5", "Unable to parse language expression '1.5'"),
    ("guid(1)", "The template language function 'guid' expects its parameter to be of type 'String'."),
    ("createObject(1,2)", "of type 'String'. The provided value is of type 'Integer'."),
    ("union(createArray(1))", "function requires at least 2 argument(s) while 1 were provided."),
    ("and(true(),'a')", "The provided value is of type 'String'."),
    ("int(true())", "The provided value is of type 'Boolean'."),
    ("join(createArray('a',null()),',')", "The provided value is of type 'Null'."),
    ("substring('abc',-1,1)", "Unable to evaluate the template language function 'substring'."),
    ("range(0,-1)", "range"),
    ("if(false(),'x',fail('no'))", "no"),
    ("subscriptionResourceId('Microsoft.Sql/servers/databases','s')", "requires '2' resource name argument(s)"),
    ("map(createArray(1),lambda('x',reference('y')))", "The template function 'reference' is not expected"),
    ("lambda('x',1)", "The template function 'lambda' is not expected at this location."),
    ("string(lambda('x',1))", "The template function 'lambda' is not expected at this location."),
    ("createArray(lambda('x',1))", "The template function 'lambda' is not expected at this location."),
    ("map(createArray(1),lambda('x',lambda('y',1)))", "The template function 'lambda' is not expected"),
    (
        "base64(1)",
        "The template language function 'base64' expects its parameter to be of type 'String'. The provided value is of type 'Integer'.",
    ),
    ("base64ToString('!')", "The value cannot be decoded from base64 representation."),
    ("concat('a',createArray('b'))", "Either all or none of the parameters must be an array"),
    (
        "dataUriToString('nonsense')",
        "to be formatted as a valid data URI. The provided value 'nonsense' was not formatted correctly.",
    ),
    (
        "empty(1)",
        "expects its parameter to be an object, an array, or a string. The provided value is of type 'Integer'.",
    ),
    ("length(1)", "The provided value is of type 'Integer'."),
    ("format(1)", "of type 'String'"),
    ("format('{1}','a')", "Unable to evaluate the template language function 'format'."),
    ("format('{','a')", "Unable to evaluate the template language function 'format'."),
    (
        "padLeft('x',17,'0')",
        "Total width must be a positive integer value and not greater than '16', while '17' was provided",
    ),
    (
        "substring('abc',1,3)",
        "Unable to evaluate the template language function 'substring'. The index and length parameters must refer to a location within the string. The index parameter: '1', the length parameter: '3', the length of the string parameter: '3'.",
    ),
    ("substring('abc',4)", "Unable to evaluate the template language function 'substring'."),
    ("uri('contoso.org','x')", "not absolute"),
    ("intersection(createArray(1),createObject())", "expects parameters of the same type, but found multiple types."),
    ("indexFromEnd(createArray('a'),2)", "out of bounds"),
    ("range(0,10001)", "10000"),
    ("range(2147483647,1)", "2147483647"),
    ("createObject('a')", "even number"),
    ("div(1,0)", "div"),
    ("mod(1,0)", "mod"),
    (
        "mul(json('9223372036854775807'),2)",
        "The template language function 'mul' overflowed with the operants '9223372036854775807' and '2'.",
    ),
    ("int('asdf')", "The template language function 'int' cannot convert provided value 'asdf' to integer value."),
    ("bool('maybe')", "The value cannot be converted to the target type."),
    ("if('x',1,2)", "of type 'Boolean'"),
    ("not(1)", "of type 'Boolean'"),
    ("less(1,'a')", "The provided value is of type 'String'."),
    ("fail('stop here')", "stop here"),
    (
        "dateTimeAdd('2020-01-01T00:00:00Z','PTASDIONS1D')",
        "The template function 'dateTimeAdd' has an invalid parameter. The second parameter 'PTASDIONS1D' is not a valid ISO8601 Duration string.",
    ),
    ("cidrSubnet('10.0.0.0/24',16,0)", "prefix"),
    ("cidrSubnet('10.0.0.0/24',25,2)", "outside of the range"),
    ("cidrHost('10.0.0.0/24',300)", "outside of the range"),
    ("cidrHost('10.0.0.0/24',254)", "outside of the range"),
    ("parseCidr('10.0.0.0')", "not a valid network"),
    ("parseCidr('10.0.0.0/255.0.0.0')", "not a valid network"),
    ("float('1e400')", "cannot convert provided value '1e400' to float value"),
    ("take(createObject(),1)", "to be an array or a string. The provided value is of type 'Object'."),
    (
        "dateTimeAdd('2020-01-01T00:00:00Z','P1D','Q')",
        "Unable to evaluate the template language function 'dateTimeAdd'.",
    ),
    ("copyIndex(1,2)", "of type 'String'"),
    (
        "resourceId('Microsoft.Sql/servers/databases','s')",
        "Unable to evaluate template language function 'resourceId': the type 'Microsoft.Sql/servers/databases' requires '2' resource name argument(s).",
    ),
    (
        "subscriptionResourceId('x','Microsoft.Sql/servers','s')",
        "The provided value 'x' is not valid subscription identifier.",
    ),
    ("managementGroup()", "The template function 'managementGroup' is not expected at this location."),
    ("newGuid()", "The template function 'newGuid' is not expected at this location."),
    ("utcNow()", "The template function 'utcNow' is not expected at this location."),
    ("reference('x')", "The template function 'reference' is not expected at this location."),
    ("list('x','2022-09-01')", "The template function 'list' is not expected at this location."),
    ("listKeys('x','2022-09-01')", "The template function 'listKeys' is not expected at this location."),
    ("copyIndex()", "The function can only be used in a resource with copy specified."),
    ("copyIndex('x')", "The provided copy name 'x' doesn't exist in the resource."),
    ("lambdaVariables('x')", "not found"),
    ("map(createArray(1),2)", "expects a lambda"),
    (
        "base64()",
        "Unable to evaluate template language function 'base64': function requires 1 argument(s) while 0 were provided.",
    ),
    ("substring('a')", "requires between 2 and 3 argument(s) while 1 were provided"),
    ("nonsense()", "The template function 'nonsense' is not valid."),
    ("parameters('x')", "The template parameter 'x' is not found."),
    ("variables('x')", "The template variable 'x' is not found."),
]


@pytest.mark.parametrize(("expression", "expected"), VECTORS, ids=[one for one, _ in VECTORS])
def test_a_vector_of_the_public_reference_comes_out(expression: str, expected: Any) -> None:
    """Each expression gives the value that the public reference, the original engine or a recording shows."""
    found = value_of(expression)

    assert found == expected
    assert json.dumps(found) == json.dumps(expected)  # true is not 1, and members keep their order


@pytest.mark.parametrize(("expression", "part"), FAULTS, ids=[one for one, _ in FAULTS])
def test_a_fault_is_told_in_the_platforms_words(expression: str, part: str) -> None:
    """The stable middle of each message is what programs and people look for."""
    with pytest.raises(LanguageFault) as fault:
        value_of(expression)

    assert part in fault.value.message


def test_every_function_has_a_vector() -> None:
    """A function without a vector is a function nobody has compared."""
    shown = " ".join([*(one for one, _ in VECTORS), *(one for one, _ in FAULTS), *ELSEWHERE]).lower()

    assert {name for name in registry.FUNCTIONS if not re.search(rf"\b{name}\(", shown)} == set()


ELSEWHERE = ["references(", "deployment(", "toLogicalZones(", "toPhysicalZone(", "toPhysicalZones("]
"""Functions tested where there is a deployment, or below."""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("utcNow('d')", "03/05/2019"),
        ("utcNow('M d')", "3 5"),
        ("utcNow()", "20190305T120000Z"),
        ("utcNow('u')", "2019-03-05 12:00:00Z"),
    ],
)
def test_the_time_of_the_deployment_is_written_as_asked(expression: str, expected: str) -> None:
    """C: .NET standard and custom formats; only in a parameter's default."""
    assert value_of(expression, place=Place.PARAMETER) == expected


def test_a_new_guid_is_new_each_time() -> None:
    """`newGuid` is for the default value of a parameter and never repeats."""
    one, other = value_of("newGuid()", place=Place.PARAMETER), value_of("newGuid()", place=Place.PARAMETER)

    assert is_guid(one)
    assert one != other


def test_a_zone_is_mapped_there_and_back() -> None:
    """E: unknown zones give an empty text, or are left out of a list."""
    assert value_of(f"toPhysicalZone('{PROD}','westus2','1')") == "westus2-az1"
    assert value_of(f"toLogicalZone('{PROD}','westus2','westus2-az1')") == "1"
    assert value_of(f"toPhysicalZones('{PROD}','westus2',createArray('1','9'))") == ["westus2-az1"]
    assert value_of(f"toLogicalZones('{PROD}','westus2',createArray('westus2-az3','x'))") == ["3"]


def test_ids_follow_the_scope_that_is_deployed_to() -> None:
    """A type may end in a slash, as the public onboarding templates write it; at a subscription there is no group in the id."""
    found = value_of("resourceId('Microsoft.ManagedServices/registrationDefinitions/','n')", at=IN_SUBSCRIPTION)

    assert found == f"{SUBSCRIPTION}/providers/Microsoft.ManagedServices/registrationDefinitions/n"
    with pytest.raises(LanguageFault, match="not expected at this location"):
        value_of("resourceGroup().location", at=IN_SUBSCRIPTION)


def test_names_of_functions_ignore_case() -> None:
    """Function names are case-insensitive."""
    assert value_of("TOLOWER(Concat('A','B'))") == "ab"


@given(st.text(max_size=60))
def test_encodings_give_back_what_they_were_given(text: str) -> None:
    """base64, data URIs, URI components and JSON are inverses of their counterparts."""
    for there, back in (
        ("base64", "base64ToString"),
        ("dataUri", "dataUriToString"),
        ("uriComponent", "uriComponentToString"),
    ):
        assert value_of(f"{back}({there}(parameters('t')))", parameters={"t": text}) == text


@given(st.dictionaries(st.text("abAB1-", max_size=4), st.integers(0, 9), max_size=6))
def test_items_and_to_object_are_inverse(holder: dict[str, int]) -> None:
    """An object taken apart and put together is the object."""
    again = (
        "toObject(items(parameters('o')),lambda('i',lambdaVariables('i').key),lambda('i',lambdaVariables('i').value))"
    )

    assert value_of(again, parameters={"o": holder}) == holder


@given(st.lists(st.integers(-5, 5)), st.lists(st.integers(-5, 5)))
def test_union_and_intersection_are_what_sets_say(one: list[int], other: list[int]) -> None:
    """Every element once, in the order of its first appearance."""
    given = {"a": one, "b": other}

    assert value_of("union(parameters('a'),parameters('b'))", parameters=given) == list(dict.fromkeys(one + other))
    assert set(value_of("intersection(parameters('a'),parameters('b'))", parameters=given)) == set(one) & set(other)


def test_a_lambda_does_not_choose_which_resource_is_asked() -> None:
    """Lambda variables may not be used inside `reference` or `list*`."""
    expression = "map(createArray('a','b'),lambda('n',reference(lambdaVariables('n'))))"

    with pytest.raises(LanguageFault, match="The template function 'lambdaVariables' is not expected"):
        value_of(expression, place=Place.OUTPUT)
