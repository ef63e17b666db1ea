"""The certificates a server makes for itself."""

import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
import pytest
from cryptography import x509

from lightkeeper.kernel.certificates import ensure_certificates

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def leaf_of(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / "server.pem").read_bytes())


def test_the_leaf_names_this_machine_and_the_host(tmp_path: Path) -> None:
    """A client finds localhost, both loopback addresses and the given host in the certificate."""
    ensure_certificates(tmp_path, ["Keeper.example", "10.1.2.3", "0.0.0.0"], NOW)
    names = leaf_of(tmp_path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert names.get_values_for_type(x509.DNSName) == ["localhost", "keeper.example"]
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1", "10.1.2.3"]


def test_keys_are_for_their_owner_only_and_pkcs8(tmp_path: Path) -> None:
    """Private keys have mode 0600, in the form that rustls and OpenSSL both read."""
    files = ensure_certificates(tmp_path, [], NOW)
    for key in (files.key_file, tmp_path / "ca-key.pem"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert key.read_text().startswith("-----BEGIN PRIVATE KEY-----")
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(files.cert_file, files.key_file)


def test_the_bundle_has_public_roots_and_ours(tmp_path: Path) -> None:
    """REQUESTS_CA_BUNDLE replaces the public roots, so the bundle holds them too."""
    files = ensure_certificates(tmp_path, [], NOW)

    bundle = files.ca_bundle.read_bytes()
    assert bundle.startswith(Path(certifi.where()).read_bytes())
    assert files.ca_file.read_bytes() in bundle
    assert len(ssl.create_default_context(cafile=files.ca_bundle).get_ca_certs()) > 50


def test_nothing_changes_without_need(tmp_path: Path) -> None:
    """A restart serves the same certificate."""
    files = ensure_certificates(tmp_path, ["keeper.example"], NOW)
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}

    assert ensure_certificates(tmp_path, ["keeper.example"], NOW + timedelta(days=300)) == files
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize(("hosts", "later"), [(["other.example"], 0), (["keeper.example"], 380)])
def test_the_leaf_is_renewed_when_names_change_or_it_ages(tmp_path: Path, hosts: list[str], later: int) -> None:
    """The authority that clients trust stays the same."""
    files = ensure_certificates(tmp_path, ["keeper.example"], NOW)
    authority, leaf = files.ca_file.read_bytes(), files.cert_file.read_bytes()
    now = NOW + timedelta(days=later)

    ensure_certificates(tmp_path, hosts, now)

    assert files.ca_file.read_bytes() == authority
    assert files.cert_file.read_bytes() != leaf
    assert leaf_of(tmp_path).not_valid_after_utc > now + timedelta(days=300)
    leaf_of(tmp_path).verify_directly_issued_by(x509.load_pem_x509_certificate(authority))


def test_broken_files_are_replaced(tmp_path: Path) -> None:
    """A half-written file never keeps a server from starting."""
    files = ensure_certificates(tmp_path, [], NOW)
    files.ca_file.write_text("rubbish")
    files.key_file.write_text("")

    files = ensure_certificates(tmp_path, [], NOW)

    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(files.cert_file, files.key_file)


def test_a_host_must_be_a_name_or_an_address(tmp_path: Path) -> None:
    """A fault in a setting is said at the start."""
    with pytest.raises(ValueError, match="neither a host name nor an address"):
        ensure_certificates(tmp_path, ["https://x"], NOW)
