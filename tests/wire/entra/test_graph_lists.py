"""Lists of Graph: filters, order, search, counting, pages."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightkeeper.kernel.problems import Invalid
from lightkeeper.wire.entra.graph.filter_reading import read_filter
from lightkeeper.wire.entra.graph.filters import matches, pinned
from tests.wire.entra.town import Town

EVENTUAL = {"ConsistencyLevel": "eventual"}


@pytest.fixture(scope="module", autouse=True)
def teams(town: Town) -> Iterator[None]:
    """Seven groups to look for."""
    for n, name in enumerate(("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Alphabet Soup")):
        town.make("groups", displayName=f"Team {name}", mailNickname=f"team{n}", description="odd" if n % 2 else None)
    yield


TEAMS = "startswith(displayName,'Team ')"


def pages(town: Town, path: str, **headers: str) -> Iterator[dict[str, Any]]:
    link = path
    while link:
        heard = town.get(link, **headers)
        assert heard.status == 200, heard.body
        yield heard.body
        link = heard.body.get("@odata.nextLink", "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (TEAMS, 7),
        (f"{TEAMS} and mailNickname eq 'TEAM0'", 1),
        ("displayName eq 'team alpha' or displayName eq 'Team Beta'", 2),
        ("displayName in ('Team Alpha', 'Team Gamma', 'None')", 2),
        (f"{TEAMS} and (mailNickname eq 'team1' or mailNickname eq 'team2')", 2),
        (f"{TEAMS} and description eq null", 4),
        (f"{TEAMS} and securityEnabled eq true and mailEnabled eq false", 7),
        (f"{TEAMS} and groupTypes/any(c:c eq 'Unified')", 0),
        (f"{TEAMS} and createdDateTime ge 2020-01-01T00:00:00Z", 7),
        (f"{TEAMS} and createdDateTime lt 2020-01-01T00:00:00Z", 0),
    ],
)
def test_filters(town: Town, text: str, found: int) -> None:
    """Forms that clients send."""
    assert len(town.get(f"/groups?$filter={text}").ids) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{TEAMS} and displayName ne 'Team Beta'", 6),
        (f"{TEAMS} and not (startswith(displayName,'Team Alpha'))", 5),
        (f"{TEAMS} and endswith(displayName,'ta')", 3),
        (f"{TEAMS} and not groupTypes/any(c:c eq 'Unified')", 7),
        (f"{TEAMS} and groupTypes/$count eq 0", 7),
    ],
)
def test_advanced_filters_need_eventual_consistency(town: Town, text: str, found: int) -> None:
    """Graph answers them only to those who say so in a header."""
    refused = town.get(f"/groups?$filter={text}")
    assert (refused.status, refused.code) == (400, "Request_UnsupportedQuery")

    assert len(town.get(f"/groups?$filter={text}&$count=true", **EVENTUAL).ids) == found


@pytest.mark.parametrize(
    "query",
    [
        "$filter=nonsense",
        "$filter=shoeSize eq 44",
        "$filter=displayName eq",
        "$filter=displayName like 'x'",
        "$filter=contains(displayName,'x')",
        "$filter=" + "(" * 200 + "displayName eq 'x'" + ")" * 200,
        "$filter=" + " or ".join(["displayName eq 'x'"] * 500),
        "$orderby=shoeSize",
        "$orderby=displayName sideways",
        "$top=0",
        "$top=1000",
        "$top=-1",
        "$top=%D9%A3",
        "$skiptoken=nonsense",
        "$skiptoken=aWQ6eA",
        "$skip=10",
        "$expand=members",
        '$search="displayName:team"',
    ],
)
def test_queries_that_are_refused(town: Town, query: str) -> None:
    """What is not understood is said so, and never ignored."""
    heard = town.get(f"/groups?{query}")
    if query.startswith("$expand"):
        assert town.get(f"/groups/{town.id('staff')}?{query}").status == 400

    assert heard.status == 400
    assert heard.said


def test_pages_hold_every_object_once(town: Town) -> None:
    """Links lead through a filtered list of any page size, without gap or repetition."""
    for top in (1, 2, 3, 7, 8):
        seen = [each["id"] for page in pages(town, f"/groups?$filter={TEAMS}&$top={top}") for each in page["value"]]
        assert len(seen) == len(set(seen)) == 7


def test_a_link_keeps_the_query(town: Town) -> None:
    """The next page is asked for as the first one was."""
    first = town.get(f"/groups?$filter={TEAMS}&$top=2&$select=id,displayName").body

    query = parse_qs(urlsplit(first["@odata.nextLink"]).query)
    assert set(query) == {"$filter", "$top", "$select", "$skiptoken"}
    assert set(first["value"][0]) == {"id", "displayName"}


def test_members_come_in_pages(town: Town) -> None:
    """Every list does, members of a group too; guests' names in the address stay what they are."""
    id = town.make("groups", displayName="Paged")
    bind = [town.ref(name)["@odata.id"] for name in ("member", "colleague", "robot", "owner", "reader")]
    assert town("PATCH", f"/groups/{id}", {"members@odata.bind": bind}).status == 204

    seen = [each["id"] for page in pages(town, f"/groups/{id}/members?$top=2") for each in page["value"]]
    assert len(seen) == len(set(seen)) == 5
    people = [len(page["value"]) for page in pages(town, f"/groups/{id}/members/microsoft.graph.user?$top=3")]
    assert people == [3, 1]
    guest = town.people.guest.upn.replace("#", "%23")
    assert [page["value"][0]["id"] for page in pages(town, f"/users/{guest}/memberOf?$top=1")] == [town.id("staff")]


def test_lists_are_ordered(town: Town) -> None:
    """By one property or several, up and down, also across pages."""
    for order, first in (("displayName", "Team Alpha"), ("displayName desc", "Team Zeta")):
        path = f"/groups?$filter={TEAMS}&$orderby={order}&$top=3&$count=true"
        found = [each["displayName"] for page in pages(town, path, **EVENTUAL) for each in page["value"]]
        assert (len(found), found[0]) == (7, first)
        assert found == sorted(found, reverse=order.endswith("desc"))
    assert town.get(f"/groups?$filter={TEAMS}&$orderby=displayName").status == 400
    assert town.get("/groups?$orderby=displayName").status == 200


def test_lists_are_counted(town: Town) -> None:
    """In the answer with $count=true, or the number alone."""
    assert town.get(f"/groups?$filter={TEAMS}&$top=2&$count=true", **EVENTUAL).body["@odata.count"] == 7
    assert "@odata.count" not in town.get(f"/groups?$filter={TEAMS}&$count=true").body
    assert town.get(f"/groups/$count?$filter={TEAMS}", **EVENTUAL).body == 7
    assert town.get("/groups/$count").status == 400
    assert town.get(f"/groups/{town.id('staff')}/members/$count", **EVENTUAL).body == 2


def test_lists_are_searched(town: Town) -> None:
    """By the beginnings of words in a display name; AND binds closer than OR."""
    either = '"displayName:beta" OR "displayName:sou" AND "displayName:team"'
    for text, found in (
        (either, 2),
        ('"displayName:alpha"', 2),
        ('"displayName:sou team"', 1),
        ('"displayName:eam"', 0),
    ):
        assert len(town.get(f"/groups?$search={text}", **EVENTUAL).ids) == found, text
    assert town.get("/groups?$search=alpha", **EVENTUAL).status == 400


def test_queries_may_leave_out_the_dollar_sign(town: Town) -> None:
    """OData 4.01 lets them, and so does Graph."""
    assert len(town.get(f"/groups?filter={TEAMS}&top=2").ids) == 2


@given(st.text(max_size=80))
@settings(max_examples=150)
def test_any_text_is_a_filter_or_a_refusal(text: str) -> None:
    """Reading a filter, and asking it, never crashes."""
    try:
        node = read_filter(text)
    except Invalid as refused:
        assert refused.code == "Request_UnsupportedQuery"
        return
    if node is not None:
        assert matches(node, {"displayName": "x", "tags": ["a"]}) in (True, False)
        pinned(node)


_FILTERISH = st.lists(
    st.sampled_from(["displayName", "eq", "ne", "'x'", "(", ")", "and", "or", "not", "any", "c:", "c", ",", "in", "null", "1", "startswith", "tags/any", "/", "$count"]),
    max_size=14,
).map(" ".join)  # fmt: skip


@given(_FILTERISH)
@settings(max_examples=200)
def test_what_looks_like_a_filter_is_one_or_is_refused(text: str) -> None:
    """The words of the language in any order."""
    test_any_text_is_a_filter_or_a_refusal.hypothesis.inner_test(text)  # type: ignore[attr-defined]


@given(st.text(max_size=30))
@settings(max_examples=100)
def test_quotes_are_doubled(value: str) -> None:
    """OData writes a quote in a text as two, and case does not matter."""
    doubled = value.replace("'", "''")
    node = read_filter(f"displayName eq '{doubled}'")

    assert node is not None
    assert matches(node, {"displayName": value})


@given(st.sampled_from(["displayName", "mail"]), st.text(max_size=5), st.text(max_size=5))
@settings(max_examples=100)
def test_what_is_pinned_is_never_narrower_than_the_filter(name: str, value: str, other: str) -> None:
    """A way to read less must not lose a match: only what every match must be is pinned."""
    quoted, also = value.replace("'", "''"), other.replace("'", "''")
    either = read_filter(f"{name} eq '{quoted}' or {name} eq '{also}'")
    both = read_filter(f"{name} eq '{quoted}' and id eq '{also}'")

    assert pinned(either) == {}
    assert pinned(both) == {name.lower(): value.lower(), "id": other.lower()}
