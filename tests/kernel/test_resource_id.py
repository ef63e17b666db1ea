"""ARM ids: compared without case, slashes folded, every level found."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightkeeper.kernel.resource_id import MalformedId, child, parse

names = st.text("abcXYZ019-_.()", min_size=1, max_size=12)
types = st.sampled_from(["virtualMachines", "disks", "sites", "slots"])


@st.composite
def ids(draw: st.DrawFn) -> str:
    text = f"/subscriptions/{draw(names)}"
    if draw(st.booleans()):
        text += f"/resourceGroups/{draw(names)}"
    for _ in range(draw(st.integers(0, 2))):
        pairs = draw(st.lists(st.tuples(types, names), min_size=1, max_size=3))
        text = child(
            text,
            draw(st.sampled_from(["Microsoft.Compute", "Contoso.Web"])),
            *(part for pair in pairs for part in pair),
        )
    return text


@given(ids())
def test_an_id_parses_to_itself(text: str) -> None:
    assert parse(text).text == text


@given(ids())
def test_case_and_extra_slashes_do_not_change_the_key(text: str) -> None:
    shouted = text.upper().replace("/", "//") + "/"

    assert parse(shouted).key == parse(text).key


@given(ids())
def test_every_ancestor_is_a_prefix_and_the_nearest_is_the_id_itself(text: str) -> None:
    ancestors = list(parse(text).ancestors())

    assert ancestors[0] == text.lower()
    assert all(text.lower().startswith(ancestor) for ancestor in ancestors)
    assert len(set(ancestors)) == len(ancestors)


@given(st.text(max_size=80))
def test_any_text_is_an_id_or_malformed(text: str) -> None:
    """No input crashes the parser."""
    with contextlib.suppress(MalformedId):
        assert isinstance(parse(text).text, str)


def test_a_type_without_a_name_is_a_collection_or_an_action() -> None:
    parsed = parse("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm1/restart")

    assert (parsed.type, parsed.name, parsed.trailing) == (
        "Microsoft.Compute/virtualMachines/restart",
        "vm1",
        "restart",
    )


def test_the_scope_of_an_extension_resource_is_the_resource_it_extends() -> None:
    parsed = parse("/subscriptions/s/resourceGroups/g/providers/A.B/c/d/providers/E.F/g/h")

    assert parsed.scope == "/subscriptions/s/resourceGroups/g/providers/A.B/c/d"


@pytest.mark.parametrize(
    "text", ["/subscriptions", "/subscriptions/s/resourceGroups", "/x/y", "/subscriptions/s/providers"]
)
def test_half_an_id_is_malformed(text: str) -> None:
    with pytest.raises(MalformedId):
        parse(text)
