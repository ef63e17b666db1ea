"""`lightkeeper env` in the words of each shell."""

import subprocess

import pytest

from lightkeeper.cli.environment import Client, Shell, past_proxies, said, variables_of

READY = {
    "arm": "https://localhost:8443", "login": "https://localhost:8443", "graph": "https://localhost:8444",
    "ca_file": "/data/ca.pem", "ca_bundle": "/data/bundle.pem", "data": "/data",
}  # fmt: skip


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        (Shell.BASH, """export NAME='it'"'"'s in C:\\data $HOME'"""),
        (Shell.FISH, r"set -gx NAME 'it\'s in C:\\data $HOME'"),
        (Shell.POWERSHELL, r"$env:NAME = 'it''s in C:\data $HOME'"),
    ],
)
def test_values_are_quoted(shell: Shell, line: str) -> None:
    """A folder may have an apostrophe, a backslash or a dollar sign in its name; each shell has its own way with them."""
    assert said(shell, "NAME", r"it's in C:\data $HOME") == line


def test_bash_reads_back_what_was_said() -> None:
    """The line does in a shell what it says."""
    value = r"it's in C:\data $HOME"
    done = subprocess.run(
        ["bash", "-c", f'{said(Shell.BASH, "NAME", value)}; printf %s "$NAME"'],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == value


@pytest.mark.parametrize("client", Client)
def test_each_client_learns_the_address_and_whom_to_trust(client: Client) -> None:
    """Terraform takes the host alone; Node adds to the public authorities, Python replaces them and needs the bundle."""
    found = variables_of(client, READY)

    assert found.get("LIGHTKEEPER_ARM", READY["arm"]).endswith("localhost:8443")
    assert {"SSL_CERT_FILE": "/data/bundle.pem"}.items() <= found.items() or found[
        "NODE_EXTRA_CA_CERTS"
    ] == "/data/ca.pem"
    assert (found.get("ARM_METADATA_HOSTNAME") == "localhost:8443") is (client is Client.TERRAFORM)


def test_a_proxy_is_not_asked_for_the_server() -> None:
    """Programs send everything to the proxy of the environment that is not said to be near; what was said stays."""
    near = past_proxies(READY, {"https_proxy": "http://proxy.example:3128", "NO_PROXY": "intranet.example, localhost"})

    assert near == {"NO_PROXY": "intranet.example,localhost", "no_proxy": "intranet.example,localhost"}
    assert past_proxies(READY, {"HTTPS_PROXY": "http://proxy.example:3128"})["NO_PROXY"] == "localhost"
    assert past_proxies(READY, {"NO_PROXY": "intranet.example"}) == {}
