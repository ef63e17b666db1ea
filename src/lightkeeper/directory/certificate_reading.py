"""Reading the certificates that applications bring: the public half of an RSA key, as PEM or as Graph's base64."""

import base64
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import NameOID

from lightkeeper.kernel.problems import Invalid

LONGEST_CERTIFICATE = 64 * 1024
FEWEST_BITS = 2048
MOST_BITS = 8192  # checking a signature takes the longer the larger the key is
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class ReadCertificate:
    """What a certificate says: its PEM in one spelling, its thumbprints (base64url), when it holds and its subject."""

    pem: str
    x5t: str
    x5t_s256: str
    not_before: datetime
    not_after: datetime
    common_name: str


def read_certificate(text: str) -> ReadCertificate:
    """Return what the first certificate in `text` says: PEM (a private key beside it is not looked at), or base64 of DER.

    Raises `Invalid` when there is none, or when its key is not an RSA key of 2048 to 8192 bits.
    """
    if len(text) > LONGEST_CERTIFICATE:
        raise _invalid(f"A certificate is at most {LONGEST_CERTIFICATE} characters long.")
    try:
        certificate = _parsed(text)
        key = certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
        raise _invalid("The key value is no X.509 certificate: give PEM, or base64 of DER.") from fault
    if not isinstance(key, RSAPublicKey) or not FEWEST_BITS <= key.key_size <= MOST_BITS:
        raise _invalid(f"The certificate's key must be an RSA key of {FEWEST_BITS} to {MOST_BITS} bits.")
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return ReadCertificate(
        pem=certificate.public_bytes(serialization.Encoding.PEM).decode(),
        x5t=_base64url(certificate.fingerprint(hashes.SHA1())),  # noqa: S303 (a name for a key, not a proof)
        x5t_s256=_base64url(certificate.fingerprint(hashes.SHA256())),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        common_name=str(names[0].value)[:200] if names else "",
    )


def public_key_of(pem: str) -> RSAPublicKey:
    """Return the key inside a certificate that `read_certificate` has accepted."""
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    assert isinstance(key, RSAPublicKey)
    return key


def _parsed(text: str) -> x509.Certificate:
    begin, end = text.find(_BEGIN), text.find(_END)
    if 0 <= begin < end:
        return x509.load_pem_x509_certificate(text[begin : end + len(_END)].encode("ascii"))
    return x509.load_der_x509_certificate(base64.b64decode("".join(text.split()), validate=True))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _invalid(message: str) -> Invalid:
    return Invalid("Request_BadRequest", message, target="key")
