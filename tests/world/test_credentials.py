"""What a world file says about how applications sign in."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from lightkeeper.kernel.call import OPERATOR
from lightkeeper.kernel.problems import Invalid
from lightkeeper.wire.operator.desk import OperatorDesk
from lightkeeper.world import apply, beside, document, show
from tests.directory.keys import certificate, elliptic_key, pem_of, private_pem, rsa_key
from tests.world.conftest import CHEAP

PEM = pem_of(certificate(rsa_key("automation")))


def world(**more: Any) -> str:
    """A world with one application."""
    automation = {"federatedCredentials": {"github": {"issuer": "https://issuer.example", "subject": "repo:x"}}}
    return json.dumps({"tenants": {"fabrikam": {"servicePrincipals": {"automation": automation | more}}}})


def faults(text: str, files: beside.Beside = beside.nothing) -> list[str]:
    return [finding.code for finding in document.read(text, beside=files)[1]]


def test_what_is_shown_can_be_applied_again(desk: OperatorDesk) -> None:
    """Certificates and federated credentials come back as they were declared; applying them again changes nothing."""
    with desk.office.writing(OPERATOR) as call:
        apply.apply_text(call, world(certificates=[PEM]), "world.yaml", CHEAP)
        shown = show.world_now(call)
        again = apply.apply_text(call, json.dumps(shown), "world.yaml", CHEAP)

    automation = shown["tenants"]["fabrikam"]["servicePrincipals"]["automation"]
    assert automation["certificates"] == [PEM]
    assert automation["federatedCredentials"]["github"] == {
        "issuer": "https://issuer.example",
        "subject": "repo:x",
        "audience": "api://AzureADTokenExchange",
    }
    assert again.changed == 0


def test_a_certificate_may_lie_in_a_file_beside_the_world_file(tmp_path: Path) -> None:
    """The file's name stands in place of the PEM text; a private key in the same file is not read."""
    (tmp_path / "automation.pem").write_text(private_pem(rsa_key("automation")) + PEM)
    files = beside.Folder(tmp_path)

    found, findings = document.read(world(certificates=["automation.pem"]), beside=files)

    assert findings == []
    assert found.tenants[0].service_principals[0].certificates == (PEM,)
    assert list(files.found) == ["automation.pem"]


@pytest.mark.parametrize("name", ["absent.pem", "../secret.pem", "/etc/hostname", ".", "", "a\x00b", "big.pem"])
def test_files_elsewhere_are_not_read(tmp_path: Path, name: str) -> None:
    """A world file names what lies beside it, and nothing larger than a certificate can be."""
    folder = tmp_path / "worlds"
    folder.mkdir()
    (tmp_path / "secret.pem").write_text(PEM)
    (folder / "big.pem").write_text(PEM * 100)

    assert beside.Folder(folder)(name) is None


@pytest.mark.parametrize("pem", ["nothing", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"])
def test_what_is_no_certificate_is_a_fault(pem: str) -> None:
    """The fault names the place."""
    assert faults(world(certificates=[pem])) == ["NoCertificate"]
    assert faults(world(certificates=[pem_of(certificate(elliptic_key()))])) == ["NoCertificate"]


def test_a_federated_credential_that_breaks_a_rule_is_a_fault() -> None:
    """Told before anything is applied."""
    bad = {"github": {"issuer": "http://issuer.example", "subject": "x" * 700, "audience": "x" * 700}}

    assert sorted(set(faults(world(federatedCredentials=bad)))) == ["NoFederatedCredential"]
    assert faults(world(federatedCredentials={"github": {"issuer": "https://issuer.example"}})) == ["Missing"]


def test_a_managed_identity_signs_in_with_nothing_of_this() -> None:
    """The cloud vouches for it."""
    assert "ManagedIdentitySecret" in faults(world(managedIdentity=True, certificates=[PEM]))


def test_a_certificate_that_was_pasted_into_yaml_is_read(desk: OperatorDesk) -> None:
    """A block of text keeps its lines."""
    indented = "".join(f"            {line}\n" for line in PEM.splitlines())
    text = (
        "tenants:\n  fabrikam:\n    servicePrincipals:\n      automation:\n        certificates:\n          - |\n"
        + indented
    )
    assert YAML(typ="safe", pure=True).load(text)

    with desk.office.writing(OPERATOR) as call:
        assert apply.apply_text(call, text, "world.yaml", CHEAP).changed


def test_a_federated_credential_that_changed_in_the_file_is_changed(desk: OperatorDesk) -> None:
    """A value that differs is updated."""
    other = {"github": {"issuer": "https://issuer.example", "subject": "repo:y"}}
    with desk.office.writing(OPERATOR) as call:
        apply.apply_text(call, world(), "world.yaml", CHEAP)
        changed = apply.apply_text(call, world(federatedCredentials=other), "world.yaml", CHEAP).changed

    assert changed == 1


def test_an_expired_certificate_can_be_declared(desk: OperatorDesk) -> None:
    """A world may begin with a certificate that signs nobody in any more."""
    old = pem_of(certificate(rsa_key("automation"), lasts=timedelta(hours=1)))
    with desk.office.writing(OPERATOR) as call:
        assert apply.apply_text(call, world(certificates=[old]), "world.yaml", CHEAP).changed


def test_nothing_is_applied_with_a_broken_envelope(desk: OperatorDesk) -> None:
    """The operator's endpoint takes the world file with the files beside it as JSON."""
    from lightkeeper.wire.operator.routes import _with_files

    for body in ("", "[]", "{}", '{"world": 1, "beside": {}}', '{"world": "", "beside": []}', "[" * 5000):
        with pytest.raises(Invalid):
            _with_files(body)
    text, files = _with_files('{"world": "a", "beside": {"b": "c"}}')
    assert (text, files("b"), files("d")) == ("a", "c", None)


def test_a_program_of_ones_own_has_addresses_to_come_back_to(desk: OperatorDesk) -> None:
    """Declared, shown, and applied again without a change; what is no address is a fault."""
    text = world(publicClient=True, redirectUris=["http://localhost", "msal://back"])
    with desk.office.writing(OPERATOR) as call:
        apply.apply_text(call, text, "world.yaml", CHEAP)
        shown = show.world_now(call)
        again = apply.apply_text(call, json.dumps(shown), "world.yaml", CHEAP)

    automation = shown["tenants"]["fabrikam"]["servicePrincipals"]["automation"]
    assert (automation["publicClient"], automation["redirectUris"]) == (True, ["http://localhost", "msal://back"])
    assert again.changed == 0
    assert faults(world(redirectUris=["not an address"])) == ["BadValue"]
