"""A real server, killed in the middle of a delivery."""

import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.outbound.receivers import Answer, Got, Receiver
from tests.server import DEMO_WORLD, PATIENCE, Person, Server, until
from tests.stories.cast import Cast


def options(receiver: Receiver) -> tuple[str, ...]:
    return ("--local-targets", "--trust-ca", str(receiver.ca_file))


def live_offer(cast: Cast, receiver: Receiver) -> Person:
    """An offer whose leads go to the receiver, and the customer's owner."""
    document = cast.offer()
    document["customerLeads"] = {
        "destination": "httpsEndpoint",
        "httpsEndpointLeadConfiguration": {"httpsEndpointUrl": receiver.url},
    }
    cast.submit(document)
    assert cast.wait_for("awaitingSignOff", "attentionNeeded") == "awaitingSignOff"
    cast.sign_off()
    cast.wait_for("live")
    return cast.owner


def test_no_lead_is_lost_or_counted_twice_under_kill(tmp_path: Path) -> None:
    """No lead lost or sent twice under `kill -9`: the receiver sees each event, and each delivery ends once."""
    receiver = Receiver(tmp_path / "receiver").start()
    server = Server(tmp_path / "data", DEMO_WORLD, options=options(receiver)).start()
    try:
        cast = Cast(server, "killed-mid-delivery")
        owner = live_offer(cast, receiver)
        hold, arrived = threading.Event(), threading.Event()

        def slow(got: Got) -> Answer:
            arrived.set()
            hold.wait(PATIENCE)
            return 200, {}, b""

        before = len(receiver.got)
        receiver.answer = slow
        for n in range(5):
            answer = owner.portal(
                "POST", f"storefront/{cast.publisher_id}/care/contact", {"consent": True, "comment": str(n)}
            )
            assert answer.status_code == 200, answer.text
        assert arrived.wait(PATIENCE)

        server.kill()
        receiver.answer = lambda got: (200, {}, b"")
        hold.set()
        server.start()

        publisher = cast.person("msp", "publisher")

        def ended() -> list[dict[str, Any]] | None:
            found = publisher.partner("GET", f"publishers/{cast.publisher_id}/deliveries").json()["value"]
            leads = [one for one in found if one["channel"] == "lead" and one["note"] == ""]
            done = [one for one in leads if one["state"] == "delivered"]
            return done if len(done) >= 6 else None

        delivered = until(ended)
        live = Counter(got.json["EventId"] for got in receiver.got[before:])
        comments = {got.json["EventId"]: got.json["Description"] for got in receiver.got[before:]}
        assert sorted(comments.values()) == ["0", "1", "2", "3", "4"]
        by_event = Counter(one["eventId"] for one in delivered)
        assert {by_event[event] for event in live} == {1}
        assert all(len([log for log in one["log"] if log["delivered"]]) == 1 for one in delivered)
        ends = [entry for entry in server.entries() if entry["kind"] == "Delivered"]
        assert len({entry["body"]["delivery_id"] for entry in ends}) == len(ends) == 5
    finally:
        server.stop()
        receiver.stop()


@pytest.mark.parametrize("pause", [0.0, 0.15])
def test_lead_survives_a_kill_right_after_its_cause(tmp_path: Path, pause: float) -> None:
    """Between the customer's answer and the start of its delivery the lead is a row of the log, and nothing else."""
    receiver = Receiver(tmp_path / "receiver").start()
    server = Server(tmp_path / "data", DEMO_WORLD, options=options(receiver)).start()
    try:
        cast = Cast(server, f"killed-after-{int(pause * 100)}")
        owner = live_offer(cast, receiver)
        before = len(receiver.got)
        assert (
            owner.portal("POST", f"storefront/{cast.publisher_id}/care/contact", {"consent": True}).status_code == 200
        )
        threading.Event().wait(pause)

        server.kill()
        server.start()

        until(lambda: receiver.got[before:])
        assert len({got.json["EventId"] for got in receiver.got[before:]}) == 1
    finally:
        server.stop()
        receiver.stop()
