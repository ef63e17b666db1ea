"""Laws over many steps: real files mangled line by line, offers changed in several places, deeds in any order."""

import copy
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Problem
from lightkeeper.publishing import service, store, workflow
from lightkeeper.publishing.check import check_offer
from lightkeeper.publishing.diff import diff_offers
from lightkeeper.publishing.field_diff import applied
from lightkeeper.publishing.lifecycle import NEXT, STATUS_OF, Event, Stage
from lightkeeper.publishing.model import Environment
from tests.conftest import OpenGate
from tests.databases import furnish
from tests.publishing.conftest import DEVELOPER, publisher_in
from tests.publishing.offers import LOGO, good_offer, with_private_plan
from tests.publishing.test_totality import PATHS, anything

EXAMPLES = Path(__file__).parents[2] / "examples" / "offers"
FILES = sorted(EXAMPLES.rglob("*.yaml"))


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(FILES),
    st.lists(
        st.tuples(st.sampled_from(["cut", "double", "swap", "indent", "outdent", "garble"]), st.integers(0, 999), st.integers(0, 999)),
        min_size=1, max_size=8,
    ),
)  # fmt: skip
def test_real_offers_mangled_line_by_line_never_make_the_check_raise(
    file: Path, edits: list[tuple[str, int, int]]
) -> None:
    """The check is total: whatever an editor, a merge or a copy does to a real file, there are findings with places."""
    lines = file.read_text().splitlines()
    for edit, one, other in edits:
        if not lines:
            break
        a, b = one % len(lines), other % len(lines)
        if edit == "cut":
            del lines[a : a + 1 + b % 3]
        elif edit == "double":
            lines.insert(b, lines[a])
        elif edit == "swap":
            lines[a], lines[b] = lines[b], lines[a]
        elif edit == "garble":
            lines[a] = lines[a][::-1]
        else:
            lines[a] = f"  {lines[a]}" if edit == "indent" else lines[a].removeprefix("  ")
    text = "\n".join(lines)

    for finding in check_offer(text, "offer.yaml", file.parent):
        assert finding.place is not None
        assert finding.place.line <= len(lines) + 1 or finding.place.file != "offer.yaml"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PATHS), anything), max_size=5), st.randoms(use_true_random=False))
def test_differences_in_several_places_lead_from_either_offer_to_the_other(changes: list[Any], rng: Any) -> None:
    """A difference applied to the old gives the new, and the one back gives the old again."""
    old, new = with_private_plan(good_offer()), with_private_plan(good_offer())
    for path, value in changes:
        _set(new, path, copy.deepcopy(value))
    for offer in (old, new):
        if isinstance(offer.get("plans"), list):
            rng.shuffle(offer["plans"])

    assert applied(old, diff_offers(old, new).fields) == new
    assert applied(new, diff_offers(new, old).fields) == old


def _set(offer: Any, path: tuple[Any, ...], value: Any) -> None:
    """Put a value at a place, where earlier changes have left such a place."""
    for key in path[:-1]:
        if not isinstance(offer, dict | list) or (isinstance(key, int) is isinstance(offer, dict)):
            return
        if (isinstance(offer, dict) and key not in offer) or (isinstance(offer, list) and key >= len(offer)):
            return
        offer = offer[key]
    if (isinstance(offer, dict) and not isinstance(path[-1], int)) or (
        isinstance(offer, list) and isinstance(path[-1], int) and path[-1] < len(offer)
    ):
        offer[path[-1]] = value


BY_ITSELF = {Event.VALIDATED, Event.CERTIFIED, Event.PREVIEW_BUILT, Event.PUBLISHED, Event.FAIL, Event.STOPPED}
"""What the marketplace does; a workflow may go several such steps at once."""

ASKED = {
    "submit": {Event.SUBMIT},
    "signOff": {Event.SIGN_OFF},
    "cancel": {Event.CANCEL, Event.CANCEL_UPDATE, Event.CANCEL_RETURN},
    "stop": {Event.STOP},
    "endNow": {Event.STOP},
    "announceEnd": set(),
    "takeEndBack": set(),
    "save": set(),
    "spoil": set(),
    "wait": set(),
    "step": BY_ITSELF,
    "work": BY_ITSELF,
}


TO_PREVIEW = ["submit", "work"]
TO_LIVE = [*TO_PREVIEW, "signOff", "work"]
OFTEN = ["work", "step"] * 3 + ["submit", "signOff"] * 2
"""So that many of the ways lead to what is live, and beyond."""


def reachable(stage: Stage, events: set[Event], *, several: bool) -> set[Stage]:
    """The stages an offer may stand at afterwards, itself included: a deed may be refused, and work may be undone."""
    found, edge = {stage}, {stage}
    while edge:
        edge = {to for (at, event), to in NEXT.items() if at in edge and event in events} - found
        found |= edge
        if not several:
            break
    return found


class Shop:
    """One offer and everything that can be done to it."""

    def __init__(self, office: Office, name: str) -> None:
        self.office, self.key = office, ("fabrikam", name)
        self.pending: list[tuple[str, str]] = []
        self.save()

    def ask(self, verb: Any, **how: Any) -> Any:
        with self.office.writing(DEVELOPER) as call:
            return verb(call, *self.key, **how)

    def save(self, spoilt: bool = False) -> None:
        offer = good_offer()
        offer["offer"]["id"] = self.key[1]
        if spoilt:
            offer["plans"][0]["manifest"]["authorizations"].append(
                {**offer["plans"][0]["manifest"]["authorizations"][0], "role": "Owner"}
            )
            offer["plans"][0]["manifest"]["version"] = "9.0.0"
        with self.office.writing(DEVELOPER) as call:
            service.put_offer(call, *self.key, offer, LOGO)

    def do(self, deed: str) -> None:
        if deed == "submit":
            self.pending.append(("publish", self.ask(service.publish).id))
        elif deed == "signOff":
            self.pending.append(("go-live", self.ask(service.go_live).id))
        elif deed == "cancel":
            self.ask(service.cancel)
        elif deed == "stop":
            self.pending.append(("stop-selling", self.ask(service.stop_selling).submission_id))
        elif deed == "endNow":
            self.pending.append(("stop-selling", self.ask(service.deprecate).submission_id))
        elif deed == "announceEnd":
            self.ask(service.deprecate, notice=timedelta(days=10))
        elif deed == "takeEndBack":
            self.ask(service.resume)
        elif deed == "wait":
            self.office.clock.shift += timedelta(days=4)
        elif deed == "step":
            self.step()
        elif deed == "work":
            while self.pending:
                workflow.run(self.pending[0][0], self.office, self.pending.pop(0)[1])
        else:
            self.save(deed == "spoil")

    def step(self) -> None:
        """Let the work that is due make one step of its own, as if the process ended right after it."""
        before = self.seen()[0]
        for name, submission in self.pending[:1]:
            for step in next(one for one in workflow.WORKFLOWS if one.name == name).steps:
                if not step.act(self.office, submission) or self.seen()[0] is not before:
                    return

    def seen(self) -> tuple[Stage, Any]:
        """Where the offer stands in the table, and what customers see."""
        with self.office.database.read() as connection:
            offer = store.find(connection, *self.key)
            assert offer is not None
            return offer.stage, store.environment_of(connection, offer, Environment.LIVE)


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Iterator[str]]]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('laws')}/lightkeeper.db", durable=False)
    furnish(database)
    office = Office(database, Clock(), OpenGate())
    publisher_in(office)
    yield office, (f"offer-{n}" for n in range(10_000))
    database.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    begun=st.sampled_from(
        [[], *[TO_PREVIEW] * 2, *[TO_LIVE] * 4, [*TO_LIVE, "announceEnd"], [*TO_LIVE, "stop", "work"]]
    ),
    deeds=st.lists(st.sampled_from([*ASKED, *OFTEN]), min_size=6, max_size=18),
)
def test_p5_4_deeds_in_any_order_never_leave_the_table(
    market: tuple[Office, Iterator[str]], begun: list[str], deeds: list[str]
) -> None:
    """P5.4-machine: each deed goes one way of the table or is refused with a reason; only publishing changes what is live."""
    office, names = market
    shop = Shop(office, next(names))
    for deed in [*begun, *deeds]:
        stage, live = shop.seen()
        try:
            shop.do(deed)
        except Problem as refused:
            assert refused.code in {"invalidState", "productLocked", "businessValidationError"}

        now, shown = shop.seen()
        allowed = reachable(stage, ASKED[deed], several=deed == "work")
        assert now in allowed, (deed, stage, now)
        assert now in STATUS_OF
        assert shown == live or deed in ("work", "step")
