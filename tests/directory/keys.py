"""Keys and certificates for tests: made once, since making one takes a tenth of a second."""

import datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from tests.directory.people import START


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """The key that is called so."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def elliptic_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def private_pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def certificate(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    *,
    since: datetime.datetime = START - datetime.timedelta(days=1),
    lasts: datetime.timedelta = datetime.timedelta(days=365),
) -> x509.Certificate:
    """A self-signed certificate over a key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "automation")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(since)
        .not_valid_after(since + lasts)
        .sign(key, hashes.SHA256())
    )


def pem_of(one: x509.Certificate) -> str:
    return one.public_bytes(serialization.Encoding.PEM).decode()
