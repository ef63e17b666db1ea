"""What the public reference says of the functions besides its examples."""

import json
from typing import Any

import pytest

from tests.deployments.language import value_of
from tests.deployments.town import SUBSCRIPTION

RULES: list[tuple[str, Any]] = [
    ("createObject('One',1).ONE", 1),
    ("'it''s'", "it's"),
    ("  createArray(1 ,\n 2)  ", [1, 2]),
    ("add(-5,2147483647)", 2147483642),
    ("sub(2147483647,-1)", 2147483648),
    ("mod(-7,3)", -1),
    ("div(-7,2)", -3),
    ("min(7)", 7),
    ("int(json('4.0'))", 4),
    ("bool(2)", True),
    ("bool('TRUE')", True),
    ("or(true(),fail('x'))", True),
    ("if(true(),'x',fail('no'))", "x"),
    ("coalesce('a',fail('x'))", "a"),
    ("equals(null(),'')", False),
    ("equals(createObject('a',1),createObject('A',1))", False),
    ("less('a','B')", True),
    ("contains('a1',1)", True),
    ("lastIndexOf('aXa','A')", 2),
    ("replace('aAa','a','b')", "bAb"),
    ("take('abc',-1)", ""),
    ("skip('abc',5)", ""),
    ("last('')", ""),
    ("join(createArray(),',')", ""),
    ("toUpper('straße')", "STRAßE"),
    ("uriComponent('~._-!*()')", "~._-%21%2A%28%29"),
    ("uri('http://a/b/','/c')", "http://a/c"),
    ("dataUri(createArray(1))", "data:application/json;charset=utf-8;base64,WzFd"),
    ("dataUriToString('data:,a%20b')", "a b"),
    ("dataUri(true())", "data:application/json;charset=utf-8;base64,dHJ1ZQ=="),
    ("json('{a:1}')", {"a": 1}),
    ("string(json('1.5'))", "1.5"),
    ("format('{0}',createArray(1,'a'))", "[1,'a']"),
    ("format('{0:0.00}',json('1.5'))", "1.50"),
    ("format('{0:N2}',json('1234.5'))", "1,234.50"),
    ("format('{0:E2}',12345)", "1.23E+004"),
    (
        "items(createObject('DEFKey',1,'abcKey',2,'ABCKey',3,'defKey',4,'2',5,'10',6))",
        [
            {"key": "10", "value": 6},
            {"key": "2", "value": 5},
            {"key": "abcKey", "value": 2},
            {"key": "ABCKey", "value": 3},
            {"key": "defKey", "value": 4},
            {"key": "DEFKey", "value": 1},
        ],
    ),
    ("shallowMerge(createArray())", {}),
    ("shallowMerge(createArray(createObject('a',1),createObject('A',2)))", {"a": 2}),
    ("union(createArray(1,1),createArray(1))", [1]),
    ("intersection(createArray(1,2,2),createArray(2))", [2]),
    ("distinct(createArray(1,'1',1))", [1, "1"]),
    ("flatten(createArray(createArray(createArray(1))))", [[1]]),
    ("tryGet(createObject('a',createArray(1,2)),'a',1)", 2),
    ("tryGet(createArray(1,2),createObject('value',1,'fromEnd',true()))", 2),
    ("tryGet('x','a')", None),
    (
        "sort(createArray('b1','a','b2'),lambda('x','y',less(take(lambdaVariables('x'),1),take(lambdaVariables('y'),1))))",
        ["a", "b1", "b2"],
    ),
    ("map(createArray('a','b'),lambda('x','i',concat(lambdaVariables('x'),lambdaVariables('i'))))", ["a0", "b1"]),
    ("reduce(createArray(1,2),0,lambda('c','n','i',add(lambdaVariables('c'),lambdaVariables('i'))))", 1),
    (
        "groupBy(createArray(1,2,3),lambda('x',mod(lambdaVariables('x'),2)),lambda('x',mul(lambdaVariables('x'),10)))",
        {"1": [10, 30], "0": [20]},
    ),
    ("toObject(createArray('a','b','a'),lambda('k',lambdaVariables('k')),lambda('k',1))", {"a": 1, "b": 1}),
    ("dateTimeAdd('2020-01-01T00:00:00Z','P1W')", "2020-01-08T00:00:00Z"),
    ("dateTimeAdd('2020-03-31','-P1M')", "2020-02-29T00:00:00Z"),
    ("dateTimeAdd('2020-01-01T00:00:00+02:00','PT1H')", "2019-12-31T23:00:00Z"),
    ("dateTimeAdd('2020-01-01T13:04:05Z','P0D','')", "01/01/2020 13:04:05"),
    ("cidrSubnet('10.144.5.7/20',24,0)", "10.144.0.0/24"),
    ("cidrHost('fdad::/64',1)", "fdad::2"),
    (
        "resourceId('Microsoft.Sql/servers/databases/','s','d')",
        f"{SUBSCRIPTION}/resourceGroups/rg1/providers/Microsoft.Sql/servers/s/databases/d",
    ),
    ("extensionResourceId('/a','Ns.X/t/u','1','2')", "/a/providers/Ns.X/t/1/u/2"),
]


@pytest.mark.parametrize(("expression", "expected"), RULES, ids=[one for one, _ in RULES])
def test_what_the_reference_says_holds(expression: str, expected: Any) -> None:
    """The sentences about each function, besides its examples: case, order, limits, laziness, rounding."""
    found = value_of(expression)

    assert found == expected
    assert json.dumps(found) == json.dumps(expected)
