"""Rules of leads, addresses, retries and notices."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightkeeper.outbound import lead_rules
from lightkeeper.outbound.addresses import first_allowed, shown, why_not_address, why_not_url
from lightkeeper.outbound.chart import chart_of
from lightkeeper.outbound.model import Details, Lead, LeadEnvironment, LeadKind, LeadState, NoticeKind
from lightkeeper.outbound.notice_rules import Part, is_told
from lightkeeper.outbound.outlet import Reply, asked_to_wait
from lightkeeper.outbound.retry_rules import BACKOFF, next_attempt_at
from lightkeeper.outbound.signing import is_signed, new_secret, signature
from lightkeeper.outbound.tables import Report, as_csv

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SOMEONE = Details("Some", "One", "someone@contoso.com", "16175555555", "USA", "Contoso", "Esquire")
REQUEST = Lead(
    "11111111-1111-4111-8111-111111111111", "fabrikam", "care", "gold", "Care", LeadKind.CONTACT_ME, LeadEnvironment.LIVE,
    "AzureMarketplace", "PLT", SOMEONE, "Call me", "c0c0c0c0-0000-4000-8000-000000000001", NOW, LeadState.RECEIVED, NOW,
)  # fmt: skip


def test_payload_keeps_the_public_names_and_adds_ours() -> None:
    """8.2: UserDetails, LeadSource, ActionCode, OfferTitle, Description; ids, event and environment are ours.

    P8.2-payload, P8.2-source.
    """
    payload = lead_rules.payload_of(REQUEST)

    assert payload["UserDetails"] == {
        "FirstName": "Some", "LastName": "One", "Email": "someone@contoso.com", "Phone": "16175555555", "Country": "USA",
        "Company": "Contoso", "Title": "Esquire",
    }  # fmt: skip
    assert list(payload)[1:5] == ["LeadSource", "ActionCode", "OfferTitle", "Description"]
    assert (payload["OfferId"], payload["PlanId"], payload["Environment"]) == ("care", "gold", "live")
    assert (payload["EventId"], payload["OccurredAt"]) == (REQUEST.event_id, "2026-03-01T12:00:00Z")
    assert REQUEST.source_text == "AzureMarketplace-PLT|fabrikam.care"


def test_test_lead_carries_the_names_filters_look_for() -> None:
    """P8.2-test: 8.2: every name field MSFT_TEST_<digits>, its mail address, phone 1234567890, country US."""
    lead = lead_rules.test_lead("e", 77, {"publisher_id": "fabrikam", "offer_id": "care"}, NOW)

    assert lead.details == Details(
        "MSFT_TEST_77", "MSFT_TEST_77", "MSFT_TEST_77@test.com", "1234567890", "US", "MSFT_TEST_77", "MSFT_TEST_77"
    )
    assert lead.environment is LeadEnvironment.TEST


@pytest.mark.parametrize("address", ["a@school.edu", "a@cs.school.edu", "a@school.edu.au"])
def test_nothing_personal_is_passed_on_about_people_at_schools(address: str) -> None:
    """P8.2-edu: 8.2: `.edu` addresses: personal data withheld."""
    told = lead_rules.told_of(replace(SOMEONE, email=address))

    assert told == Details(country="USA", company="Contoso")
    assert lead_rules.told_of(SOMEONE) == SOMEONE


def test_request_expires_after_fourteen_days_and_its_contact_is_hidden() -> None:
    """P8.4-times: 8.4: Received -> Expired after 14 days without answer (contact data hidden)."""
    just_before = lead_rules.as_of(REQUEST, NOW + timedelta(days=14) - timedelta(seconds=1))
    then = lead_rules.as_of(REQUEST, NOW + timedelta(days=14))

    assert just_before == REQUEST
    assert (then.state, then.details.email, then.details.last_name) == (LeadState.EXPIRED, "", "")
    answered = replace(REQUEST, state=LeadState.ACCEPTED)
    assert lead_rules.as_of(answered, NOW + timedelta(days=400)) == answered


def test_call_to_action_is_archived_after_six_months() -> None:
    """P8.4-times: 8.4: call-to-action leads are informational, kept six months, then archived."""
    lead = replace(REQUEST, kind=LeadKind.CALL_TO_ACTION, state=lead_rules.first_state(LeadKind.CALL_TO_ACTION))

    assert lead_rules.as_of(lead, NOW + timedelta(days=181)) == lead
    assert lead_rules.as_of(lead, NOW + timedelta(days=182)).state is LeadState.ARCHIVED


def test_request_is_urgent_for_seventy_two_hours() -> None:
    """P8.4-times: 8.4: Contact-me urgency flag for 72 h."""
    assert lead_rules.is_urgent(REQUEST, NOW + timedelta(hours=71))
    assert not lead_rules.is_urgent(REQUEST, NOW + timedelta(hours=72))
    assert not lead_rules.is_urgent(replace(REQUEST, state=LeadState.ACCEPTED), NOW)


def test_states_are_those_of_the_table() -> None:
    """P8.4-states: 8.4: Received -> Accepted -> (Won | Lost); Received -> Declined."""
    allowed = {(a, b) for a in LeadState for b in LeadState if lead_rules.may_become(replace(REQUEST, state=a), b)}

    assert allowed == {
        ("Received", "Accepted"), ("Received", "Declined"), ("Accepted", "Won"), ("Accepted", "Lost"),
    }  # fmt: skip


def test_quality_and_validity() -> None:
    """P8.4-filters: 8.4: filters quality (High/Low) and email validity."""
    assert lead_rules.quality_of(REQUEST) == "High"
    assert lead_rules.quality_of(replace(REQUEST, details=replace(SOMEONE, email="no address"))) == "Low"
    assert [lead_rules.email_validity(one) for one in ("a@b.example", "a@b", "")] == ["Valid", "Invalid", "Unknown"]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "::1", "fe80::1", "fd00::1",
        "::ffff:127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "100.64.0.1", "224.0.0.1",
    ],
)  # fmt: skip
def test_private_addresses_are_refused(address: str) -> None:
    """A publisher's address must not open our own network, in whatever form it is written."""
    assert why_not_address(address, local_targets=False)


def test_local_targets_open_private_addresses_but_never_link_local_ones() -> None:
    """Where clouds keep credentials nobody is let, whatever the operator allows."""
    assert why_not_address("127.0.0.1", local_targets=True) == ""
    assert why_not_address("10.0.0.1", local_targets=True) == ""
    assert why_not_address("169.254.169.254", local_targets=True)
    assert why_not_address("::ffff:169.254.169.254", local_targets=True)


def test_one_private_address_refuses_the_name() -> None:
    """Otherwise a name with two addresses would be tried until the private one is taken."""
    assert first_allowed(["93.184.216.34", "10.0.0.1"], local_targets=False)[0] == ""
    assert first_allowed(["93.184.216.34"], local_targets=False) == ("93.184.216.34", "")


@pytest.mark.parametrize(
    "url", ["http://a.example", "https://", "https://u:p@a.example", "ftp://a", "https://a:99999", "https://[x"]
)
def test_target_is_plain_https(url: str) -> None:
    """8.3: must start https://; and a password in an address would end in logs."""
    assert why_not_url(url)


def test_shown_address_has_no_secret() -> None:
    assert shown("https://u:p@a.example:8443/in?code=s3cret#x") == "https://a.example:8443/in"


def test_backoff_grows_and_ends() -> None:
    """Retried with backoff, then given up; a final refusal is given up at once."""
    waits = [next_attempt_at(n, NOW, final=False) for n in range(1, len(BACKOFF) + 2)]

    assert waits[:-1] == [NOW + wait for wait in BACKOFF] == sorted(NOW + wait for wait in BACKOFF)
    assert waits[-1] is None
    assert next_attempt_at(1, NOW, final=True) is None


def test_chart_draws_every_row_under_a_name_that_tells_it() -> None:
    """Two customers of one name have two bars; what is cut of a long name is its middle; the picture is XML whatever it says."""
    columns = ("Customer", "CustomerId", "Version", "DaysWaiting")
    rows = [("Contoso", "a", "1.0.0", 3), ("Contoso", "b", "1.0.0", 5), ("A\x0bB " * 20, "c", "1.2.0", 7)]

    picture = ElementTree.fromstring(chart_of(Report("behind", "Who", columns, rows)))

    said = [one.text or "" for one in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert said.count("Contoso (1.0.0)") == 2
    assert [one for one in said if one.startswith("A B") and one.endswith("(1.2.0)")]


def test_receiver_that_asks_for_peace_gets_it() -> None:
    """`Retry-After` in seconds or as a date; never sooner than our own backoff, and a day at most."""
    when = {"date": "Sun, 01 Mar 2026 12:00:00 GMT", "retry-after": "Sun, 01 Mar 2026 12:07:00 GMT"}

    asked = [asked_to_wait(Reply(503, {"retry-after": text}, b"")) for text in ("90", "soon", "-5", "9" * 40)]

    assert asked[:3] == [timedelta(seconds=90), timedelta(0), timedelta(0)]
    assert asked_to_wait(Reply(429, when, b"")) == timedelta(minutes=7)
    assert next_attempt_at(1, NOW, final=False, not_for=asked[0]) == NOW + timedelta(seconds=90)
    assert next_attempt_at(3, NOW, final=False, not_for=asked[0]) == NOW + BACKOFF[2]
    assert next_attempt_at(1, NOW, final=False, not_for=asked[3]) == NOW + timedelta(days=1)


def test_owner_is_always_told_and_members_when_they_subscribed() -> None:
    """P1.3-notices, P5.6-notices: 5.6: e-mail to Owner (always) and per-product audience (Developer/Manager)."""
    kind = NoticeKind.PREVIEW_READY

    assert is_told(Part.OWNER, kind, {kind: False})
    assert not is_told(Part.MEMBER, kind, {})
    assert is_told(Part.MEMBER, kind, {kind: True})
    assert is_told(Part.MEMBER, kind, {"*": True})
    assert is_told(Part.DELEGATOR, NoticeKind.UPDATE_AVAILABLE, {})
    assert not is_told(Part.DELEGATOR, NoticeKind.UPDATE_AVAILABLE, {"*": False})


@settings(max_examples=50)
@given(st.binary(max_size=300), st.text(alphabet="abcdef0123456789-", min_size=1, max_size=36))
def test_signature_holds_for_what_was_signed_and_nothing_else(body: bytes, event_id: str) -> None:
    secret = new_secret()

    headers = signature(secret, event_id, NOW, body)

    assert is_signed(secret, headers, body)
    assert not is_signed(secret, headers, body + b"x")
    assert not is_signed(secret, {**headers, "webhook-id": event_id + "0"}, body)
    assert not is_signed(new_secret(), headers, body)


def test_csv_cell_is_never_a_formula() -> None:
    """A customer may call its company `=cmd|...`; a spreadsheet must not run it."""
    text = as_csv(Report("r", "R", ("A", "B"), [("=1+1", 'x"y'), (None, -3)]))

    assert text == 'A,B\r\n\'=1+1,"x""y"\r\n,-3\r\n'
