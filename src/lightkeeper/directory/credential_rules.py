"""What an application's credentials may look like. Pure.

The limits are those of the public reference: "federatedIdentityCredential resource type" (name of 3 to 120 characters
fit for URLs; issuer, subject, description and audience of at most 600; one audience) and "Considerations and
restrictions for flexible federated identity credentials" (20 of them an application).
"""

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from lightkeeper.directory.model import Certificate, FederatedCredential
from lightkeeper.kernel import ids
from lightkeeper.kernel.findings import Finding

EXCHANGE = "api://AzureADTokenExchange"
"""The audience that a token meant for exchange carries, unless a credential says otherwise."""

MOST_SECRETS = 50  # ours; the public service limits the size of the whole application object instead
MOST_CERTIFICATES = 50
MOST_FEDERATED = 20
LONGEST_NAME = 256
LONGEST_TEXT = 600
_URL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,119}")


def check_secret(display_name: str, starts_at: datetime, ends_at: datetime) -> Iterator[Finding]:
    """Yield every reason a secret cannot be made."""
    if len(display_name) > LONGEST_NAME:
        yield _finding("displayName", f"A display name has at most {LONGEST_NAME} characters.")
    if ends_at <= starts_at:
        yield _finding("endDateTime", "A secret must end after it starts.")


def check_certificate(certificate: Certificate) -> Iterator[Finding]:
    """Yield every reason a certificate cannot be kept; that it has expired is none, it just signs nobody in."""
    if not ids.is_guid(certificate.key_id):
        yield _finding("keyId", f"'{certificate.key_id[:64]}' is not a GUID.")
    if len(certificate.display_name) > LONGEST_NAME:
        yield _finding("displayName", f"A display name has at most {LONGEST_NAME} characters.")
    if certificate.not_after <= certificate.not_before:
        yield _finding("endDateTime", "Key credential end date is invalid: it must lie in the certificate's own time.")


def check_count(present: int, most: int, what: str) -> Iterator[Finding]:
    """Yield a finding when an application has as many credentials of a kind as it may have."""
    if present >= most:
        yield _finding(what, f"An application has at most {most} {what}. Remove one that is not used any more.")


def check_federated_credential(one: FederatedCredential) -> Iterator[Finding]:
    """Yield every reason a federated credential cannot be kept; whether the issuer exists is asked at sign-in."""
    if _URL_NAME.fullmatch(one.name) is None:
        yield _finding("name", "A name has 3 to 120 letters, digits, '-' and '_', and begins with a letter or digit.")
    if not is_issuer(one.issuer):
        yield _finding(
            "issuer",
            f"'{one.issuer[:120]}' is no issuer: write an https address without query, fragment or name in it.",
        )
    if not 1 <= len(one.subject) <= LONGEST_TEXT:
        yield _finding("subject", f"A subject has 1 to {LONGEST_TEXT} characters.")
    if len(one.audiences) != 1 or not 1 <= len(one.audiences[0]) <= LONGEST_TEXT:
        yield _finding("audiences", f"Name one audience of at most {LONGEST_TEXT} characters, such as {EXCHANGE}.")
    if len(one.description) > LONGEST_TEXT:
        yield _finding("description", f"A description has at most {LONGEST_TEXT} characters.")


def is_issuer(text: str) -> bool:
    """Return whether a text is an address that can publish keys (OpenID Connect Discovery 1.0, section 3)."""
    if len(text) > LONGEST_TEXT or not text.isascii() or any(c.isspace() or c == "\\" for c in text):
        return False
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    plain = "@" not in parts.netloc and not parts.query and not parts.fragment
    return parts.scheme == "https" and bool(parts.hostname) and plain


def _finding(target: str, message: str) -> Finding:
    return Finding("Request_BadRequest", target, message)
