"""Every table and the reader, on each kind of database."""

from dataclasses import replace
from datetime import timedelta

from lightkeeper.kernel import log
from lightkeeper.kernel.call import PLATFORM
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.office import Office
from lightkeeper.outbound import delivery_store, lead_store, notice_store, order_store, visits, workflow
from lightkeeper.outbound.chores import work
from lightkeeper.outbound.model import Channel, Delivery, DeliveryState, Notice, NoticeKind, Webhook
from lightkeeper.outbound.queue import again, enqueue
from tests.outbound.receivers import Receiver
from tests.outbound.test_rules import NOW, REQUEST

HOOK = Webhook("22222222-2222-4222-8222-222222222222", "publisher:fabrikam", "", "whsec_eHg=", (), "p", NOW)


def queued(office: Office, url: str) -> Delivery:
    """A webhook delivery, asked for."""
    with office.writing(PLATFORM) as call:
        call.authorized = True
        notice_store.add_webhook(call.connection, replace(HOOK, url=url))
        payload = {"webhook_id": HOOK.id, "event": {"id": "e"}}
        delivery = Delivery("d1", Channel.WEBHOOK, HOOK.owner, "e", url, payload, call.now)
        enqueue(call, delivery)
        enqueue(call, delivery)  # the same again is nothing
    return delivery


def asked(office: Office) -> int:
    with office.database.read() as connection:
        return len(log.after(connection, 0, kinds=["DeliveryAsked"]))


def state(office: Office) -> tuple[str, int]:
    with office.database.read() as connection:
        found = delivery_store.find_delivery(connection, "d1")
    assert found is not None
    return str(found.state), found.attempts


def test_attempt_is_made_once_however_often_its_step_runs(office: Office, receiver: Receiver) -> None:
    """A step may run again after a crash; what is settled is not sent again."""
    queued(office, receiver.url)
    assert asked(office) == 1

    workflow.send(office, "d1")
    workflow.send(office, "d1")
    workflow.abandon(office, "d1")

    assert (state(office), len(receiver.got)) == (("delivered", 1), 1)


def test_attempt_that_was_claimed_before_a_crash_is_made_under_the_same_number(
    office: Office, receiver: Receiver
) -> None:
    """Killed between claim and settlement: the resumed step sends again, and it is still the first attempt."""
    queued(office, receiver.url)
    workflow._claim(office, "d1")
    assert state(office) == ("sending", 1)

    workflow.send(office, "d1")

    assert (state(office), len(receiver.got)) == (("delivered", 1), 1)


def test_due_attempt_is_asked_for_once(office: Office, receiver: Receiver) -> None:
    """Two nodes keep time; the state in the table lets one of them ask."""
    receiver.answer = lambda got: (500, {}, b"")
    queued(office, receiver.url)
    workflow.send(office, "d1")
    assert state(office) == ("waiting", 1)
    work(office)
    assert asked(office) == 1

    office.clock.shift += timedelta(seconds=11)
    work(office)
    work(office)

    assert (state(office), asked(office)) == (("queued", 1), 2)
    with office.writing(PLATFORM) as call:
        call.authorized = True
        read_before = delivery_store.find_delivery(call.connection, "d1")
        assert read_before is not None
        assert not again(call, replace(read_before, state=DeliveryState.WAITING))


def test_attempt_nobody_is_at_is_found_and_counted_as_failed(office: Office, receiver: Receiver) -> None:
    queued(office, receiver.url)
    assert workflow.unfinished(office) == []

    office.clock.shift += timedelta(minutes=3)
    assert workflow.unfinished(office) == ["d1"]
    workflow.abandon(office, "d1")

    assert (state(office), receiver.got) == (("waiting", 1), [])


def test_everything_comes_back_as_it_was_stored(office: Office) -> None:
    """Leads, notices, preferences, visits, orders: the border between rows and values."""
    notice = Notice("n1", HOOK.owner, NoticeKind.OFFER_LIVE, "s", "t", NOW, {"a": 1}, mandatory=True)
    taken = (order_store.Acceptance("1.0.0", NOW), order_store.Acceptance("1.1.0", NOW + timedelta(days=1)))
    order = order_store.Order("k", "fabrikam", "care", "gold", False, "Care", "t", "s", taken)
    given = order_store.Given("g", "k", "/subscriptions/s", False, NOW)
    with office.database.write() as connection:
        lead_store.add_lead(connection, REQUEST)
        lead_store.put_lead_secret(connection, "fabrikam", "a", NOW)
        lead_store.put_lead_secret(connection, "fabrikam", "b", NOW)
        assert notice_store.add_notice(connection, notice)
        assert not notice_store.add_notice(connection, notice)
        notice_store.put_preferences(connection, HOOK.owner, "o", {"*": True})
        notice_store.put_preferences(connection, HOOK.owner, "o", {"*": False})
        order_store.save(connection, order)
        order_store.save(connection, order)
        order_store.save_given(connection, given)
    with office.database.read() as connection:
        assert list(lead_store.leads_of(connection, "Fabrikam")) == [REQUEST]
        assert lead_store.lead_secret(connection, "fabrikam") == "b"
        assert notice_store.notices_of(connection, HOOK.owner) == [notice]
        assert notice_store.preferences_of(connection, HOOK.owner) == {"o": {"*": False}}
        assert order_store.orders_of(connection, "fabrikam", "care") == [order]
        assert order_store.given_to(connection, ["k"]) == {"k": [given]}


def test_reader_deals_with_each_entry_once(office: Office) -> None:
    """Orders come of the log; what a customer ends stays in the books, and coming back begins anew."""
    plan = {"publisher": "fabrikam", "product": "care", "name": "gold", "version": "1.0.0"}
    body = {"key": "k", "subscription_id": "s", "name": "Care", "plan": plan}

    def happens(kind: str, version: str = "1.0.0") -> None:
        with office.writing(PLATFORM) as call:
            call.authorized = True
            call.record(Event(kind, "o", "t", None, {**body, "plan": {**plan, "version": version}}))
        work(office)
        work(office)

    def held() -> order_store.Order:
        with office.database.read() as connection:
            [order] = order_store.orders_of(connection, "fabrikam")
        return order

    happens("RegistrationDefinitionWritten")
    happens("RegistrationDefinitionWritten", "1.1.0")
    assert [one.version for one in held().acceptances] == ["1.0.0", "1.1.0"]
    happens("RegistrationDefinitionDeleted")
    assert not held().active
    happens("RegistrationDefinitionWritten", "1.1.0")
    assert [one.version for one in held().acceptances] == ["1.1.0"]


def test_visits_add_up(office: Office) -> None:
    day = office.clock.now().date()
    for _ in range(2):
        with office.reading(PLATFORM) as call:
            call.authorized = True
            visits.seen(call, "fabrikam", "care", "a.example")
            visits.seen(call, "fabrikam", "care", "a.example")
        visits.write_down(office)

    with office.database.read() as connection:
        assert sum(one.visits for one in visits.visits_of(connection, "fabrikam", day)) == 4
