"""Laws: the check is total, the lifecycle never leaves its table, differences of equals are empty, files keep places."""

import json
import time
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lightkeeper.publishing import offer_file
from lightkeeper.publishing.check import check_document, check_offer
from lightkeeper.publishing.diff import diff_offers
from lightkeeper.publishing.document import of_value
from lightkeeper.publishing.field_diff import applied
from lightkeeper.publishing.ingestion.reading import offer_from_tree
from lightkeeper.publishing.ingestion.writing import tree_of
from lightkeeper.publishing.lifecycle import NEXT, PHASE_OF, STATUS_OF, Event, Stage, after, cancellation, is_locked
from lightkeeper.publishing.offer import read_offer
from lightkeeper.publishing.offer_file import read
from lightkeeper.publishing.scaffold import offer_files
from lightkeeper.publishing.shape import check_shape
from tests.publishing.offers import GROUP, good_offer, with_private_plan

GOOD = offer_files()["offer.yaml"].decode()

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.just(GROUP),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5) | st.sampled_from(["role", "plans", "id"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at] if at else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        found += paths(part, (*at, key))
    return found


PATHS = paths(with_private_plan(good_offer()))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300) | st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_no_text_makes_the_check_raise(text: str) -> None:
    """Garbage gives findings."""
    assert check_offer(text, "offer.yaml")


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 40), st.text(max_size=10))
def test_no_mutation_of_a_real_file_makes_the_check_raise(at: int, length: int, instead: str) -> None:
    """Half-edited files are what a check mostly sees; every finding has a place inside the file."""
    text = GOOD[:at] + instead + GOOD[at + length :]

    for finding in check_offer(text, "offer.yaml"):
        assert finding.place is not None
        assert 1 <= finding.place.line <= len(text.splitlines()) + 1


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PATHS), anything)
def test_no_value_anywhere_in_an_offer_makes_check_or_diff_raise(path: tuple[Any, ...], value: Any) -> None:
    """Every field may hold anything."""
    offer = with_private_plan(good_offer())
    part: Any = offer
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value

    check_document(of_value(offer))
    difference = diff_offers(good_offer(), offer)
    assert diff_offers(offer, offer).empty
    assert difference.empty is (good_offer() == offer and not difference.fields)


@settings(max_examples=100, deadline=None)
@given(anything)
def test_any_value_at_all_has_a_shape_finding_or_is_an_offer(value: Any) -> None:
    """The form is always judged."""
    assert check_shape(value)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(max_size=8), anything, max_size=4))
def test_json_is_read_as_json(value: dict[str, Any]) -> None:
    """What JSON says is what the document holds, tabs and escapes included."""
    assert read(json.dumps(value, indent="\t"), "offer.json").value == value


@settings(max_examples=200)
@given(st.lists(st.sampled_from(list(Event)), max_size=30))
def test_the_lifecycle_never_leaves_its_table(events: list[Event]) -> None:
    """Whatever happens, an offer stands at a stage that has a status, and what the table lacks changes nothing.

    P5.4-machine.
    """
    stage = Stage.DRAFT
    for event in events:
        stage = after(stage, event) or stage
        assert stage in STATUS_OF


def test_from_every_stage_there_is_a_way_on() -> None:
    """P5.4-machine: No offer gets stuck."""
    assert {stage for stage, _ in NEXT} == set(Stage)
    assert all(is_locked(stage) or after(stage, Event.SUBMIT) is Stage.VALIDATING for stage in Stage)


def test_nothing_cancels_after_sign_off() -> None:
    """P0-9, P5.4-cancel: Fact 9."""
    for was_live in (False, True):
        for on_sale in (False, True):
            event = cancellation(was_live=was_live, on_sale=on_sale)
            assert after(Stage.PUBLISHING, event) is None
            assert all(after(stage, event) for stage in list(PHASE_OF)[:4])


def test_draft_never_becomes_live_without_preview() -> None:
    """P0-8: Fact 8: the only way to live leads through the sign-off."""
    assert [stage for (stage, event), to in NEXT.items() if to is Stage.PUBLISHING] == [Stage.AWAITING_SIGN_OFF]


def test_findings_carry_line_and_column() -> None:
    """A missing field points at the block it is missing from, a wrong one at its value."""
    text = GOOD.replace("version: 1.0.0", "version: one").replace("  privacyPolicyLink", "  privacyLink")

    found = {finding.code: finding.place for finding in check_offer(text, "dir/offer.yaml")}

    lines = text.splitlines()
    version = found["700.6-version-format"]
    assert version is not None
    assert lines[version.line - 1][version.column - 1 :].startswith("one")
    missing = found["100.6-privacy-missing"]
    assert missing is not None
    assert lines[missing.line - 1].startswith("listing:")
    unknown = found["file-unknown-field"]
    assert unknown is not None
    assert "privacyLink" in lines[unknown.line - 1]


def test_aliases_cannot_exhaust_us() -> None:
    """A file of a kilobyte must not become a gigabyte."""
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    text += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))

    began = time.perf_counter()
    found = check_offer(text, "offer.yaml")

    assert [finding.code for finding in found] == ["file-too-large"]
    assert time.perf_counter() - began < 20


def test_a_document_keeps_duplicate_keys_as_a_fault() -> None:
    """YAML would silently drop one of the two."""
    assert "file-duplicate-key" in {f.code for f in check_offer("offer: {}\noffer: {}\n", "offer.yaml")}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PATHS), anything, st.randoms(use_true_random=False))
def test_a_difference_applied_to_the_old_offer_gives_the_new_one(path: tuple[Any, ...], value: Any, rng: Any) -> None:
    """Whatever changed, whatever order plans and rows have now."""
    offer = with_private_plan(good_offer())
    part: Any = offer
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    if isinstance(offer.get("plans"), list):
        rng.shuffle(offer["plans"])

    assert applied(good_offer(), diff_offers(good_offer(), offer).fields) == offer
    assert applied(offer, diff_offers(offer, good_offer()).fields) == good_offer()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 20), st.text(max_size=6))
def test_both_readers_of_yaml_read_the_same(at: int, length: int, instead: str) -> None:
    """The fast reader may give up, but it never reads something else; places included."""
    text = GOOD[:at] + instead + GOOD[at + length :]

    fast, slow = offer_file._read_fast(text, "f"), offer_file._read_slow(text, "f")

    if fast is not None and not any(fault.code == "file-syntax" for fault in slow.findings):
        assert (fast.value, fast.places) == (slow.value, slow.places)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(PATHS), anything)
def test_any_offer_becomes_a_resource_tree_and_any_tree_an_offer(path: tuple[Any, ...], value: Any) -> None:
    """Export and import are total: no offer and no tree makes them raise."""
    offer = with_private_plan(good_offer())
    part: Any = offer
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value

    tree = tree_of(read_offer(offer))
    offer_from_tree(tree, "fabrikam")
    for resource in tree["resources"]:
        for key in resource:
            if key != "$schema":
                offer_from_tree({"resources": [{**resource, key: value}]}, "fabrikam")
