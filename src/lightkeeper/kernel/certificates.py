"""Our own certificate authority and the certificate we serve with, kept in the data folder.

Azure's clients insist on HTTPS, so a server on a bare machine signs a certificate for itself. The authority stays the
same for ten years, so that whoever trusted it once need not do so again; the leaf is renewed before it expires and
whenever the names it must carry change. `ca_bundle` holds the public roots as well as ours, because a client's bundle
replaces the roots it would otherwise use (`REQUESTS_CA_BUNDLE`).
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_FOR = timedelta(days=3650)
LEAF_FOR = timedelta(days=397)  # the longest that browsers accept
RENEW_BEFORE = timedelta(days=30)
BACKDATED_BY = timedelta(days=1)  # for clients whose clock is behind
ALWAYS = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Certificates:
    """Where the files are: `ca_file` to trust us alone, `ca_bundle` with the public roots, the rest for the server."""

    ca_file: Path
    ca_bundle: Path
    cert_file: Path
    key_file: Path


def ensure_certificates(folder: Path, hosts: Iterable[str], now: datetime) -> Certificates:
    """Return certificates for `hosts` and this machine's own names, made or renewed when necessary.

    Keys are PKCS8 and readable by their owner only. Raises `ValueError` for a host that is neither a name nor an address.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = Certificates(folder / "ca.pem", folder / "ca-bundle.pem", folder / "server.pem", folder / "server-key.pem")
    names = _names(hosts)
    ca_key_file = folder / "ca-key.pem"
    authority = _load(found.ca_file, ca_key_file)
    if authority is None or _expires(authority[0]) - now < RENEW_BEFORE:
        authority = _new_authority(now)
        _write(ca_key_file, _pem_of_key(authority[1]), secret=True)
        _write(found.ca_file, _pem(authority[0]))
    leaf = _load(found.cert_file, found.key_file)
    if leaf is None or not _fits(leaf[0], authority[0], names, now):
        leaf = _new_leaf(authority, names, now)
        _write(found.key_file, _pem_of_key(leaf[1]), secret=True)
        _write(found.cert_file, _pem(leaf[0]) + _pem(authority[0]))
    bundle = Path(certifi.where()).read_bytes() + b"\n# Lightkeeper\n" + _pem(authority[0])
    if not found.ca_bundle.exists() or found.ca_bundle.read_bytes() != bundle:
        _write(found.ca_bundle, bundle)
    return found


def _names(hosts: Iterable[str]) -> list[x509.GeneralName]:
    wanted = dict.fromkeys((*ALWAYS, *(host.strip("[]").lower() for host in hosts)))
    return [_name(host) for host in wanted if host not in ("", "0.0.0.0", "::")]  # noqa: S104 (a listening address is no name)


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        if any(not (c.isalnum() or c in "-._*") for c in host):
            raise ValueError(f"'{host}' is neither a host name nor an address") from None
        return x509.DNSName(host)


def _new_authority(now: datetime) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lightkeeper local CA")])
    certificate = (
        _builder(name, name, key, now, CA_FOR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate, key


def _new_leaf(
    authority: tuple[x509.Certificate, EllipticCurvePrivateKey], names: list[x509.GeneralName], now: datetime
) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    ca, ca_key = authority
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lightkeeper")])
    certificate = (
        _builder(name, ca.subject, key, now, LEAF_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    return certificate, key


def _builder(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, now: datetime, lives_for: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED_BY)
        .not_valid_after(now + lives_for - BACKDATED_BY)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _fits(leaf: x509.Certificate, ca: x509.Certificate, names: list[x509.GeneralName], now: datetime) -> bool:
    try:
        leaf.verify_directly_issued_by(ca)
    except Exception:  # any fault here means the same: it is not our leaf
        return False
    carried = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(carried) == set(names) and _expires(leaf) - now >= RENEW_BEFORE


def _load(cert_file: Path, key_file: Path) -> tuple[x509.Certificate, EllipticCurvePrivateKey] | None:
    """Return what is on disk; None when it is absent, broken, or a key that belongs to another certificate."""
    try:
        certificate = x509.load_pem_x509_certificate(cert_file.read_bytes())
        key = serialization.load_pem_private_key(key_file.read_bytes(), None)
    except (OSError, ValueError):
        return None
    if not isinstance(key, EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        return None
    return certificate, key


def _expires(certificate: x509.Certificate) -> datetime:
    return certificate.not_valid_after_utc


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _pem_of_key(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(file: Path, content: bytes, *, secret: bool = False) -> None:
    """Replace a file at once, so that a crash leaves the old one or the new one; a secret is never readable by others."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if secret else 0o644)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
