"""Conditions: which texts are ones, when one holds, and what the built-in roles' own say."""

import pytest

from lightkeeper.access.condition_language import Attribute, MalformedCondition, parse
from lightkeeper.access.conditions import Request, evaluate, guarded_actions, is_met
from lightkeeper.access.roles import built_in

WRITE = "Microsoft.Authorization/roleAssignments/write"
TYPE = "Microsoft.Authorization/roleAssignments"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
OTHER = "b24988ac-6180-42a0-ab88-20f7382dd24c"
ROLE, KIND = f"@Request[{TYPE}:RoleDefinitionId]", f"@Request[{TYPE}:PrincipalType]"
ONLY_READERS = f"((!(ActionMatches{{'{WRITE}'}})) OR ({ROLE} ForAnyOfAnyValues:GuidEquals {{{READER}}}))"


def asked(role: str = READER, kind: str = "User", action: str = WRITE) -> Request:
    known = {"roledefinitionid": role, "principaltype": kind}
    return Request(action, {Attribute("request", f"{TYPE.lower()}:{name}"): value for name, value in known.items()})


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (ONLY_READERS, True),
        (ONLY_READERS.replace(READER, OTHER), False),
        (f"{ROLE} GuidEquals '{READER.upper()}'", True),
        (f"{ROLE} GuidNotEquals {READER.replace('-', '')}", False),
        (f"{ROLE} ForAnyOfAllValues:GuidNotEquals {{{OTHER}, {READER}}}", False),
        (f"{ROLE} ForAnyOfAllValues:GuidNotEquals {{{OTHER}}}", True),
        (f"{ROLE} ForAnyOfAnyValues:GuidNotEquals {{{OTHER}, {READER}}}", True),
        (f"{ROLE} forallofanyvalues:guidequals {{{OTHER}, {READER}}}", True),
        (f"{KIND} StringEqualsIgnoreCase 'user'", True),
        (f"{KIND} StringEquals 'user'", False),
        (f"{KIND} StringNotEquals 'user'", True),
        (f"{KIND} StringStartsWith 'Us'", True),
        (f"{KIND} StringNotStartsWithIgnoreCase 'uS'", False),
        (f"{KIND} ForAnyOfAnyValues:StringLike {{'Group', 'U?e*'}}", True),
        (f"{KIND} StringLike 'U*er?'", False),
        (f"{KIND} StringNotLikeIgnoreCase '*E*'", False),
        (f"{KIND} StringLike 'Us\\*'", False),
        (f"'User' StringEquals {KIND}", True),
        (f"NOT {KIND} StringEquals 'User'", False),
        (f"!({KIND} StringEquals 'Group') && ActionMatches{{'Microsoft.Authorization/*'}}", True),
        (f"Exists {KIND}", True),
        # What cannot be told is neither true nor false, and stays so unless the rest decides.
        ("@Resource[HasObotoken] boolequals true", None),
        ("Exists @Principal[Microsoft.Directory/CustomSecurityAttributes/Id:a_b]", None),
        ("!(@Environment[isPrivateLink] BoolEquals true)", None),
        (f"@Resource[x] StringEquals 'y' OR {KIND} StringEquals 'User'", True),
        (f"@Resource[x] StringEquals 'y' AND {KIND} StringEquals 'Group'", False),
        (f"@Resource[x] StringEquals 'y' AND {KIND} StringEquals 'User'", None),
        (f"{KIND} GuidEquals {READER}", None),
        (f"{KIND} NumericEquals 5", None),
        ("SubOperationMatches{'Blob.List'}", None),
    ],
)
def test_a_condition_is_true_false_or_not_to_be_told(text: str, holds: bool | None) -> None:
    """Operators are those of the public list; only what is surely true grants anything."""
    assert evaluate(parse(text), asked()) is holds
    assert is_met(text, asked()) is (holds is True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "true",
        "nonsense",
        f"{ROLE} GuidEquals",
        f"{ROLE} GuidEqual '{READER}'",
        f"{ROLE} ForSomeValues:GuidEquals {{{READER}}}",
        f"{ROLE} GuidEquals {{{READER}, {OTHER}}}",
        f"{ROLE} GuidEquals {{}}",
        f"{ROLE} GuidEquals {{{READER},}}",
        f"({ROLE} GuidEquals '{READER}'",
        f"{ROLE} GuidEquals '{READER}')",
        f"{KIND} StringEquals User",
        f"{KIND} StringEquals 'User",
        "@Nobody[x] StringEquals 'y'",
        "@Request[ ] StringEquals 'y'",
        "@Request[x StringEquals 'y'",
        "ActionMatches 'a'",
        "Exists 'a'",
        f"{ONLY_READERS} AND",
        f"{ONLY_READERS} 'and' {ONLY_READERS}",
        "Exists @Request[a] AND Exists @Request[b] OR Exists @Request[c]",
        "(" * 100 + "Exists @Request[a]" + ")" * 100,
        "!" * 5000 + "Exists @Request[a]",
    ],
)
def test_what_is_no_condition_is_told_and_grants_nothing(text: str) -> None:
    """The public description: AND and OR side by side need parentheses, several values a cross-product operator."""
    with pytest.raises(MalformedCondition):
        parse(text)
    assert guarded_actions(text) is None
    assert text == "" or not is_met(text, asked())


def test_every_condition_of_a_built_in_role_is_read() -> None:
    """The published roles' own conditions, GUIDs without dashes among them."""
    texts = {block.condition for role in built_in() for block in role.permissions if block.condition}

    assert len(texts) > 20
    assert all(parse(text) for text in texts)


def test_a_pattern_of_many_stars_is_compared_in_no_time() -> None:
    """Whoever writes a condition must not be able to hold the server up with it."""
    text = f"{KIND} StringLike '{'*a' * 2000}b'"

    assert evaluate(parse(text), asked(kind="a" * 2000)) is False
