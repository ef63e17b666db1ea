"""Why a client assertion proves nothing: Entra's numbered errors about certificates and federated tokens."""

from datetime import datetime

from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.problems import Unauthenticated

_COMPARE = "Check your federated identity credential Subject, Audience and Issuer against the presented assertion."


def malformed(why: str = "") -> Unauthenticated:
    """What was presented is no signed token with the claims it needs."""
    return Unauthenticated("AADSTS50027", f"JWT token is invalid or malformed.{f' {why}' if why else ''}")


def no_key_named() -> Unauthenticated:
    """The token does not say which certificate it was signed with."""
    return Unauthenticated(
        "AADSTS5002723",
        "Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified in "
        "token header.",
    )


def wrong_signature(reason: str, thumbprint: str, app_id: str) -> Unauthenticated:
    """No key of the application has made this signature."""
    return Unauthenticated(
        "AADSTS700027",
        f"Client assertion contains an invalid signature. [Reason - {reason}, Thumbprint of key used by client: "
        f"'{thumbprint[:128]}', look at the keys configured for app Id '{app_id}'.]",
    )


def not_in_its_time(now: datetime, since: datetime | None, until: datetime) -> Unauthenticated:
    """The token has expired, or is not valid yet."""
    begins = f"assertion valid from {iso(since)}, " if since else ""
    return Unauthenticated(
        "AADSTS700024",
        f"Client assertion is not within its valid time range. Current time: {iso(now)}, {begins}expiry time of "
        f"assertion {iso(until)}.",
    )


def wrong_audience() -> Unauthenticated:
    """The token is addressed to somebody else."""
    return Unauthenticated(
        "AADSTS700023",
        "Client assertion audience claim does not match Realm issuer. Address the assertion to the token endpoint.",
    )


def other_application() -> Unauthenticated:
    """The token speaks of another application than the request."""
    return Unauthenticated(
        "AADSTS700021", "Client assertion application identifier doesn't match 'client_id' parameter."
    )


def replayed() -> Unauthenticated:
    """The token was used before. Entra gives no number to this; 50013 is its number for assertions that are not good."""
    return Unauthenticated(
        "AADSTS50013",
        "Assertion is invalid: it was used before. Sign a new one, with a 'jti' of its own.",
    )


def no_federated_credentials(app_id: str, name: str) -> Unauthenticated:
    """The application takes no token of another issuer."""
    return Unauthenticated(
        "AADSTS70025", f"The client '{app_id}'({name}) has no configured federated identity credentials."
    )


def unknown_issuer(issuer: str) -> Unauthenticated:
    """No federated credential of the application names this issuer."""
    return Unauthenticated(
        "AADSTS700211",
        f"No matching federated identity record found for presented assertion issuer '{issuer[:600]}'. {_COMPARE}",
    )


def unknown_audience(audience: str) -> Unauthenticated:
    """No federated credential with this issuer and subject names this audience."""
    return Unauthenticated(
        "AADSTS700212",
        f"No matching federated identity record found for presented assertion audience '{audience[:600]}'. {_COMPARE}",
    )


def unknown_subject(subject: str) -> Unauthenticated:
    """No federated credential with this issuer names this subject."""
    return Unauthenticated(
        "AADSTS700213",
        f"No matching federated identity record found for presented assertion subject '{subject[:600]}'. {_COMPARE}",
    )


def not_a_managed_identity() -> Unauthenticated:
    """Of our own tokens only those of managed identities stand for an application."""
    return Unauthenticated(
        "AADSTS700222", "AAD-issued tokens may not be used for federated identity flows unless of a managed identity."
    )


def issuer_unreachable(why: str) -> Unauthenticated:
    """The issuer's keys cannot be had."""
    return Unauthenticated("AADSTS50166", f"Request to External OIDC endpoint failed. {why}")
