"""Mail: composing a message, and handing it to the operator's mail server."""

import smtplib
import ssl
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from lightkeeper.outbound.model import Lead
from lightkeeper.outbound.outlet import Undelivered
from lightkeeper.outbound.settings import OutboundSettings


def message(event_id: str, to: str, subject: str, text: str, at: datetime, sender: str) -> EmailMessage:
    """Return a mail. Its Message-ID comes from the event, so that a repeated mail is known as the same one.

    Raises `Undelivered` for what is no address.
    """
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, _address(to)
    mail["Subject"] = _one_line(subject)[:200]
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{event_id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    return mail


def send(mail: EmailMessage, settings: OutboundSettings) -> None:
    """Hand a mail to the mail server. Raises `Undelivered`; a refused receiver is final."""
    server = urlsplit(settings.smtp)
    if server.scheme not in ("smtp", "smtps") or not server.hostname:
        raise Undelivered("No mail server is set.", final=True)
    context = ssl.create_default_context()
    if settings.ca_file is not None:
        context.load_verify_locations(settings.ca_file)
    timeout = settings.timeout_seconds
    try:
        with (
            smtplib.SMTP_SSL(server.hostname, server.port or 465, timeout=timeout, context=context)
            if server.scheme == "smtps"
            else smtplib.SMTP(server.hostname, server.port or 25, timeout=timeout)
        ) as line:
            line.ehlo_or_helo_if_needed()
            secure = server.scheme == "smtps"
            if not secure and line.has_extn("starttls"):
                line.starttls(context=context)
                secure = True
            if server.username:
                if not secure and not _is_here(line):
                    raise Undelivered("The mail server offers no TLS, so the password is not sent to it.")
                line.login(unquote(server.username), unquote(server.password or ""))
            line.send_message(mail)
    except smtplib.SMTPRecipientsRefused as fault:
        codes = {code for code, _ in fault.recipients.values()}
        raise Undelivered(f"The mail server refuses {mail['To']}.", final=all(code >= 500 for code in codes)) from None
    except (smtplib.SMTPException, OSError) as fault:
        raise Undelivered(f"The mail server does not take the mail: {type(fault).__name__}.") from None


def lead_text(lead: Lead) -> tuple[str, str]:
    """Return subject and text of the mail that carries a lead."""
    who = lead.details
    name = " ".join(part for part in (who.first_name, who.last_name) if part) or "Somebody"
    lines = {
        "Name": name,
        "Mail": who.email,
        "Phone": who.phone,
        "Company": who.company,
        "Title": who.title,
        "Country": who.country,
        "Offer": f"{lead.offer_title} ({lead.publisher_id}.{lead.offer_id})",
        "Plan": lead.plan_id,
        "Source": lead.source_text,
        "Environment": str(lead.environment),
        "When": lead.occurred_at.strftime("%Y-%m-%d %H:%M UTC"),
        "Event": lead.event_id,
    }
    told = "\n".join(f"{key + ':':13}{value}" for key, value in lines.items() if value)
    return f"Lead for {lead.offer_title}: {name}", f"{told}\n\n{lead.description}\n"


def _is_here(line: smtplib.SMTP) -> bool:
    """Return whether the mail server runs on this machine, where nobody listens on the way."""
    return line.sock is not None and ip_address(line.sock.getpeername()[0]).is_loopback


def _address(text: str) -> str:
    """Return one address, its domain as mail servers know it. Raises `Undelivered` for none, or for several."""
    name, _, domain = text.rpartition("@")
    try:
        address = f"{name}@{domain.encode('idna').decode()}"
        if not name.isascii() and name.isprintable() and not set(name) & _SPECIAL:
            return address  # whether the mail server takes such a name is for it to say
        return str(Address(addr_spec=address))
    except (ValueError, IndexError, HeaderParseError):
        raise Undelivered(f"'{_one_line(text)[:254]}' is no mail address.", final=True) from None


_SPECIAL = frozenset(' ()<>[]:;@\\,"')


def _one_line(text: str) -> str:
    return " ".join(text.split())
