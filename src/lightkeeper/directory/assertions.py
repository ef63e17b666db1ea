"""Proving which application asks by something signed: with the key of its certificate, or by an issuer it trusts.

The times in an assertion are other programs' times, so they are compared with the wall clock, which a sandbox cannot
move; whether a certificate still holds is asked of our own clock like everything else of ours. An assertion may come
again within `REUSE_ALLOWED_FOR`, because several threads of a client share one; later on it has been copied.
"""

import hashlib
import re
from collections.abc import Collection
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from lightkeeper.directory import assertion_refusals as refusals
from lightkeeper.directory import credential_store, presented, store, tenant_store
from lightkeeper.directory.certificate_reading import public_key_of
from lightkeeper.directory.issuers import Issuers, Unreachable
from lightkeeper.directory.model import (
    Application,
    Certificate,
    FederatedCredential,
    ServicePrincipal,
    ServicePrincipalKind,
    Tenant,
)
from lightkeeper.directory.presented import Presented
from lightkeeper.directory.signing_keys import known_keys
from lightkeeper.directory.tokens import issuer_of, same_audience
from lightkeeper.kernel.call import PLATFORM
from lightkeeper.kernel.office import Office

SKEW = timedelta(minutes=5)
REUSE_ALLOWED_FOR = timedelta(seconds=60)
WHY = "signing in is how a caller becomes known"


class Assertions:
    """Believes assertions, or says why not. Blocks while it asks an issuer for its keys; opens calls itself."""

    def __init__(self, office: Office, login_url: str = "", issuers: Issuers | None = None) -> None:
        self.office = office
        self.login_url = login_url
        self.issuers = issuers or Issuers()
        own = f"(?:https://sts\\.windows\\.net/|{re.escape(login_url)}/)"
        self._own = re.compile(rf"{own}([0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})/(?:v2\.0)?")

    def check(self, client: Application, assertion: str, segment: str, tenant: Tenant | None, use: str) -> None:
        """Return quietly when the assertion proves that `client` asks.

        `segment` and `tenant` say at whose endpoint; `use` is what the assertion is used for, and empty when something
        else makes sure that a copy of the request is worth nothing. Raises the refusals of `assertion_refusals`.
        """
        said = presented.read(assertion)
        if said.issuer.lower() == client.app_id:
            self._check_certificate(client, said, segment, tenant)
            if use:
                self._check_first_use(client, said, f"{tenant.id if tenant else ''} {use}")
        elif said.subject.lower() == client.app_id or not said.issuer.startswith("https://"):
            raise refusals.other_application()
        else:
            self._check_federated(client, said)

    def _check_certificate(self, client: Application, said: Presented, segment: str, tenant: Tenant | None) -> None:
        if said.subject.lower() != client.app_id:
            raise refusals.other_application()
        x5t, x5t_s256, key_id = said.thumbprint("x5t"), said.thumbprint("x5t#S256"), said.key_id or ""
        named = x5t or x5t_s256 or key_id
        if not named:
            raise refusals.no_key_named()
        with self.office.reading(PLATFORM) as call:
            call.open_to_all(WHY)
            known = credential_store.certificates_of(call.connection, client.app_id)
            principal = store.service_principal_of(call.connection, tenant.id, client.app_id) if tenant else None
            if principal is not None:  # what only it has is good in its tenant
                known += credential_store.certificates_of(call.connection, principal.id)
            now = call.now
        found = [one for one in known if _is_named(one, x5t, x5t_s256, key_id)]
        if not found:
            raise refusals.wrong_signature("The key was not found", named, client.app_id)
        if not said.is_signed_by(public_key_of(found[0].pem), "RS256", "PS256"):
            reason = "The provided signature value did not match the expected signature value"
            raise refusals.wrong_signature(reason, named, client.app_id)
        if not found[0].is_valid_at(now):
            raise refusals.wrong_signature("The key used is expired", named, client.app_id)
        if len(said.audiences) != 1:
            raise refusals.malformed("It is addressed to one audience.")
        if not any(same_audience(said.audiences[0], own) for own in self._addresses(segment, tenant)):
            raise refusals.wrong_audience()
        self._check_time(said)

    def _addresses(self, segment: str, tenant: Tenant | None) -> Collection[str]:
        """Return what an assertion may be addressed to: the token endpoint in each of its spellings, and the issuer's."""
        segments = {segment.lower()} | ({tenant.id, tenant.domain} if tenant else set())
        ends = ("/oauth2/v2.0/token", "/oauth2/token", "/v2.0", "")
        own = {f"{self.login_url}/{one}{end}" for one in segments for end in ends}
        return own | ({issuer_of(tenant.id)} if tenant else set())

    def _check_time(self, said: Presented) -> None:
        now = self.office.clock.wall()
        if said.until + SKEW <= now or (said.since is not None and said.since - SKEW > now):
            raise refusals.not_in_its_time(now, said.since, said.until)

    def _check_first_use(self, client: Application, said: Presented, use: str) -> None:
        now = self.office.clock.wall()
        digest = hashlib.sha256(f"{client.app_id}\n{said.id}\n{use}".encode()).hexdigest()
        with self.office.writing(PLATFORM) as call:
            call.open_to_all(WHY)
            call.hold(f"assertion:{digest}")
            credential_store.sweep_assertions(call.connection, now)
            first = credential_store.assertion_used_at(call.connection, digest)
            if first is None:
                credential_store.use_assertion(call.connection, digest, now, said.until + SKEW)
        if first is not None and now - first > REUSE_ALLOWED_FOR:
            raise refusals.replayed()

    def _check_federated(self, client: Application, said: Presented) -> None:
        with self.office.reading(PLATFORM) as call:
            call.open_to_all(WHY)
            known = credential_store.federated_credentials_of(call.connection, client.app_id)
        if not known:
            raise refusals.no_federated_credentials(client.app_id, client.display_name)
        self._match(known, said)
        self._check_time(said)
        own = self._own_tenant(said.issuer)
        if own and self._is_here(own):
            self._check_own(client, said)
            return
        try:
            key = self.issuers.key_of(said.issuer, said.key_id)
        except Unreachable as fault:
            raise refusals.issuer_unreachable(str(fault)) from fault
        self._check_signature(client, said, key)

    def _match(self, known: Collection[FederatedCredential], said: Presented) -> None:
        own = self._own_tenant(said.issuer)
        fitting = [one for one in known if one.issuer == said.issuer or (own and own == self._own_tenant(one.issuer))]
        if not fitting:
            raise refusals.unknown_issuer(said.issuer)
        fitting = [one for one in fitting if one.subject == said.subject]
        if not fitting:
            raise refusals.unknown_subject(said.subject)
        if not any(set(one.audiences) & set(said.audiences) for one in fitting):
            raise refusals.unknown_audience(said.audiences[0])

    def _own_tenant(self, issuer: str) -> str:
        """Return the tenant of an issuer that has the form of ours, in either spelling; empty for every other issuer."""
        found = self._own.fullmatch(issuer.lower())
        return found.group(1) if found else ""

    def _is_here(self, tenant_id: str) -> bool:
        with self.office.reading(PLATFORM) as call:
            call.open_to_all(WHY)
            return tenant_store.tenant_by_id(call.connection, tenant_id) is not None

    def _check_own(self, client: Application, said: Presented) -> None:
        """Believe a token of ours when it is a managed identity's; other programs have credentials of their own."""
        with self.office.reading(PLATFORM) as call:
            call.open_to_all(WHY)
            keys = {key.kid: key.public for key in known_keys(call.connection, call.now)}
            principal = store.principal_by_id(call.connection, said.subject)
        self._check_signature(client, said, keys.get(said.key_id or ""))
        if (
            not isinstance(principal, ServicePrincipal)
            or principal.kind is not ServicePrincipalKind.MANAGED_IDENTITY
            or not principal.enabled
        ):
            raise refusals.not_a_managed_identity()

    def _check_signature(self, client: Application, said: Presented, key: RSAPublicKey | None) -> None:
        if key is None:
            raise refusals.wrong_signature("The key was not found", said.key_id or "", client.app_id)
        if not said.is_signed_by(key, "RS256"):
            reason = "The provided signature value did not match the expected signature value"
            raise refusals.wrong_signature(reason, said.key_id or "", client.app_id)


def _is_named(one: Certificate, x5t: str, x5t_s256: str, key_id: str) -> bool:
    """Return whether a header means this certificate: every thumbprint it gives has to fit, a key id only without any."""
    if x5t or x5t_s256:
        return x5t in ("", one.x5t) and x5t_s256 in ("", one.x5t_s256)
    return key_id.lower() == one.key_id
