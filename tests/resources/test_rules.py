from hypothesis import given, settings
from hypothesis import strategies as st

from lightkeeper.resources import regions, rules
from lightkeeper.resources.concurrency import Conditions, why_not_proceed
from lightkeeper.resources.merge import merged, merged_tags

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


def codes(findings: object) -> list[str]:
    return [finding.code for finding in findings]  # type: ignore[attr-defined]


def test_a_group_name_is_letters_digits_and_a_few_signs_and_never_ends_in_a_dot() -> None:
    """Naming rules: resource group, 1-90, underscores, hyphens, periods, parentheses; cannot end with a period."""
    assert codes(rules.check_group_name("web-1_(a).b")) == []
    assert codes(rules.check_group_name("web.")) == ["InvalidResourceGroup"]
    assert codes(rules.check_group_name("a/b")) == ["InvalidResourceGroup"]
    assert codes(rules.check_group_name("x" * 91)) == ["InvalidResourceGroupName"]


def test_every_faulty_tag_is_named_at_once() -> None:
    """Tag limits: 50 tags, names of 512, values of 256 characters, no <>%&\\?/ in names."""
    tags = {"a" * 513: "x", "b?": "x", "c": "x" * 257, "d": 3}

    assert codes(rules.check_tags(tags)) == [
        "InvalidTagNameLength",
        "InvalidTagNameCharacters",
        "InvalidTagValueLength",
        "InvalidTagValue",
    ]
    assert codes(rules.check_tags({f"t{n}": "" for n in range(51)})) == ["InvalidTagCount"]
    assert codes(rules.check_tags({"env": "a", "Env": "b"})) == ["InvalidTagNames"]
    assert codes(rules.check_tags({"hidden-link:/subscriptions/s/resourceGroups/g": "Resource"})) == []


def test_west_europe_is_one_place_however_it_is_written() -> None:
    """Clients write display names and names; both mean the region."""
    assert regions.normal("West Europe") == "westeurope"
    assert codes(rules.check_group_location("West Europe")) == []
    assert codes(rules.check_group_location("atlantis")) == ["LocationNotAvailableForResourceGroup"]
    assert codes(rules.check_group_location(None)) == ["LocationRequired"]


def test_every_pair_of_regions_names_a_region() -> None:
    """A paired region is one of the list."""
    names = {region.name for region in regions.regions()}

    assert len(names) == len(regions.regions()) >= 58
    assert {region.pair for region in regions.regions() if region.pair} <= names


def test_if_match_star_wants_something_to_be_there_and_if_none_match_star_nothing() -> None:
    """ARM contract, ETag table: If-Match * on missing 412, If-None-Match * on existing 412, another tag 412."""
    assert codes(why_not_proceed(Conditions(if_match="*"), None)) == ["PreconditionFailed"]
    assert codes(why_not_proceed(Conditions(if_match="*"), '"1"')) == []
    assert codes(why_not_proceed(Conditions(if_none_match="*"), '"1"')) == ["PreconditionFailed"]
    assert codes(why_not_proceed(Conditions(if_none_match="*"), None)) == []
    assert codes(why_not_proceed(Conditions(if_match='"2", W/"1"'), '"1"')) == []
    assert codes(why_not_proceed(Conditions(if_match='"2"'), '"1"')) == ["PreconditionFailed"]


def test_passwords_are_taken_and_never_given_back() -> None:
    """Providers never show a write-only property."""
    said = {"osProfile": {"adminUsername": "a", "adminPassword": "s"}, "list": [{"customData": "x", "y": 1}]}

    assert rules.without_secrets(said) == {"osProfile": {"adminUsername": "a"}, "list": [{"y": 1}]}


@given(VALUES, VALUES)
@settings(max_examples=100)
def test_merging_the_same_patch_again_changes_nothing(target: object, patch: object) -> None:
    """RFC 7396: a merge patch says what shall be, so that it is idempotent."""
    once = merged(target, patch)

    assert merged(once, patch) == once


@given(
    st.dictionaries(st.sampled_from(["Env", "team", "x"]), st.text(max_size=2)),
    st.dictionaries(st.sampled_from(["env", "TEAM", "y"]), st.none() | st.text(max_size=2)),
)
def test_merging_tags_ignores_the_case_of_names_and_is_idempotent(
    tags: dict[str, str], patch: dict[str, str | None]
) -> None:
    """Tag names are case-insensitive."""
    once = merged_tags(tags, patch)

    assert merged_tags(once, patch) == once
    assert len({name.lower() for name in once}) == len(once)
