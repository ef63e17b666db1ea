"""Mail, taken by a real SMTP server."""

import asyncio
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from lightkeeper.outbound import mail
from lightkeeper.outbound.outlet import Undelivered
from lightkeeper.outbound.settings import OutboundSettings
from tests.outbound.test_rules import NOW, REQUEST
from tests.server import PATIENCE


class Box:
    """Keeps what comes in; refuses addresses that begin with `nobody`."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address.startswith("nobody"):
            return "550 No such mailbox"
        if address.startswith("later"):
            return "450 Come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"


@pytest.fixture
def box() -> Iterator[tuple[Box, OutboundSettings]]:
    """A mailbox behind a mail server on this machine."""
    kept = Box()
    controller = AnyPort(kept, "127.0.0.1", 0, asyncio.new_event_loop(), ready_timeout=PATIENCE)
    controller.start()
    address = f"smtp://127.0.0.1:{controller.port}"
    yield kept, OutboundSettings(smtp=address, mail_from="lk@market.example", timeout_seconds=30)
    controller.stop()


class AnyPort(Controller):
    """A mail server on a port that the system chooses while it binds, so that nobody else can take it in between."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def send(settings: OutboundSettings, to: str, subject: str = "Hello", text: str = "Text\n") -> None:
    mail.send(mail.message("e1", to, subject, text, NOW, settings.mail_from), settings)


def test_lead_arrives_as_a_mail_people_can_read(box: tuple[Box, OutboundSettings]) -> None:
    """P8.3-email: 8.3: destination email; the Message-ID is that of the event."""
    kept, settings = box

    send(settings, "sales@fabrikam.example", *mail.lead_text(REQUEST))

    [got] = kept.mails
    assert (got["To"], got["Subject"]) == ("sales@fabrikam.example", "Lead for Care: Some One")
    assert got["Message-ID"] == "<e1@market.example>"
    assert "Phone:       16175555555" in got.get_content()
    assert "Call me" in got.get_content()


def test_subject_cannot_add_headers(box: tuple[Box, OutboundSettings]) -> None:
    """An offer's name is a publisher's text."""
    kept, settings = box

    send(settings, "a@b.example", "Hello\r\nBcc: everybody@b.example")

    assert kept.mails[0]["Bcc"] is None
    assert kept.mails[0]["Subject"] == "Hello Bcc: everybody@b.example"


@pytest.mark.parametrize("to", ["a b@c.example", "a@b.example, c@d.example", "@", "a@", "x@y\r\nBcc: z@z"])
def test_what_is_no_address_is_not_handed_to_the_mail_server(box: tuple[Box, OutboundSettings], to: str) -> None:
    """One address, one mail: nothing in it names a second receiver."""
    with pytest.raises(Undelivered, match="no mail address") as fault:
        send(box[1], to)
    assert fault.value.final
    assert box[0].mails == []


@pytest.mark.parametrize(("to", "final"), [("nobody@b.example", True), ("later@b.example", False)])
def test_refused_receiver(box: tuple[Box, OutboundSettings], to: str, final: bool) -> None:
    """A mailbox that does not exist is given up; one that is busy is tried again."""
    with pytest.raises(Undelivered) as fault:
        send(box[1], to)
    assert fault.value.final is final


def test_server_that_does_not_answer_is_tried_again() -> None:
    with socket.socket() as bound:  # and nobody listens there
        bound.bind(("127.0.0.1", 0))
        silent = OutboundSettings(smtp=f"smtp://127.0.0.1:{bound.getsockname()[1]}", timeout_seconds=30)
        with pytest.raises(Undelivered) as fault:
            send(silent, "a@b.example")
    assert not fault.value.final
