"""What a registered application must look like. Pure; the texts are Graph's."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from lightkeeper.directory.model import Application, Tenant
from lightkeeper.kernel.findings import Finding

MOST_URIS = 50
LONGEST_URI = 255
_PLACES = (("web", "redirectUris"), ("publicClient", "redirectUris"), ("spa", "redirectUris"))


def redirect_uris_in(profile: Mapping[str, Any]) -> tuple[str, ...]:
    """Return every address that an application's description lets answers be sent to."""
    found = [uri for outer, inner in _PLACES for uri in (profile.get(outer) or {}).get(inner) or ()]
    return tuple(dict.fromkeys(found))


def names_redirects(profile: Mapping[str, Any]) -> bool:
    """Return whether a description says anything about such addresses."""
    return any(inner in (profile.get(outer) or {}) for outer, inner in _PLACES)


def check_application(application: Application, tenant: Tenant) -> Iterator[Finding]:
    """Yield every reason an application cannot be so in a tenant."""
    if not application.display_name.strip() or len(application.display_name) > 256:
        yield Finding(
            "Request_BadRequest",
            "displayName",
            "Invalid value specified for property 'displayName' of resource 'Application'.",
        )
    if len(application.identifier_uris) > MOST_URIS:
        yield Finding(
            "Request_BadRequest", "identifierUris", f"An application has at most {MOST_URIS} identifier URIs."
        )
    for uri in application.identifier_uris:
        if not _belongs(uri, application, tenant):
            yield Finding(
                "HostNameNotOnVerifiedDomain",
                "identifierUris",
                "Values of identifierUris property must use a verified domain of the organization or its subdomain: "
                f"'{uri[:256]}'",
            )
    for uri in application.redirect_uris:
        if not _is_address(uri):
            yield Finding("Request_BadRequest", "redirectUris", f"'{uri[:256]}' is no address to send an answer to.")


def _belongs(uri: str, application: Application, tenant: Tenant) -> bool:
    """Return whether nobody else could claim an identifier URI: it names the application, the tenant, or its domain."""
    if not uri or len(uri) > LONGEST_URI or any(c.isspace() for c in uri):
        return False
    try:
        parts = urlsplit(uri)
        host = (parts.hostname or "").lower()
    except ValueError:
        return False
    if parts.scheme not in ("https", "http", "api"):
        return False
    if host == tenant.domain or host.endswith(f".{tenant.domain}"):
        return True
    pieces = {host, *(piece.lower() for piece in parts.path.split("/"))}
    return parts.scheme == "api" and bool(pieces & {application.app_id, tenant.id})


def _is_address(uri: str) -> bool:
    """Return whether an answer could be sent there: an address with a scheme, without a fragment or blanks."""
    if len(uri) > 2048 or any(c.isspace() or ord(c) < 32 for c in uri):
        return False
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    if parts.scheme == "http":
        return parts.hostname in ("localhost", "127.0.0.1", "::1") and not parts.fragment
    return bool(parts.scheme) and parts.scheme not in ("javascript", "data", "file", "vbscript") and not parts.fragment
