"""`lightkeeper env`: what a shell must set so that a client nobody here wrote works with the running server.

eval "$(lightkeeper env az)"
"""

import os
import shlex
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from lightkeeper.cli.desk import Desk, command


class Client(StrEnum):
    """The clients that need something set."""

    AZ = "az"
    PYTHON = "python"
    NODE = "node"
    TERRAFORM = "terraform"


class Shell(StrEnum):
    """The shells whose words are known; `bash` does for every shell like it."""

    BASH = "bash"
    FISH = "fish"
    POWERSHELL = "powershell"


_HINTS = {
    Shell.BASH: 'eval "$(lightkeeper env {client})"',
    Shell.FISH: "lightkeeper env {client} --shell fish | source",
    Shell.POWERSHELL: "lightkeeper env {client} --shell powershell | Out-String | Invoke-Expression",
}


def register(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "env", anybody=False)(env)


def env(
    desk: Desk,
    client: Annotated[Client, typer.Argument(help="Who is to talk to the server.")],
    shell: Annotated[Shell, typer.Option("--shell", help="Whose words to use.")] = Shell.BASH,
) -> None:
    """Print the variables a client needs, for `eval "$(lightkeeper env az)"`."""
    found = variables_of(client, desk.server.ready) | past_proxies(desk.server.ready, os.environ)
    if not desk.for_people:
        desk.show(found)
        return
    for name, value in found.items():
        print(said(shell, name, value))
    print(f"# To set them: {_HINTS[shell].format(client=client.value)}")


def said(shell: Shell, name: str, value: str) -> str:
    """Return the line that sets a variable, with whatever the value holds quoted."""
    if shell is Shell.POWERSHELL:
        quoted = value.replace("'", "''")
        return f"$env:{name} = '{quoted}'"
    if shell is Shell.FISH:
        quoted = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"set -gx {name} '{quoted}'"
    return f"export {name}={shlex.quote(value)}"


def past_proxies(ready: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, str]:
    """Return what keeps a client from asking a proxy for the server; nothing where there is no proxy."""
    if not any(environment.get(name) for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")):
        return {}
    said = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    host = urlsplit(str(ready["arm"])).hostname or ""
    past = ",".join(dict.fromkeys(one.strip() for one in (*said.split(","), host) if one.strip()))
    return {"NO_PROXY": past, "no_proxy": past}


def variables_of(client: Client, ready: Mapping[str, Any]) -> dict[str, str]:
    """Return the variables and their values for the server that wrote this ready file."""
    doors = {"LIGHTKEEPER_ARM": str(ready["arm"]), "LIGHTKEEPER_GRAPH": str(ready["graph"])}
    # One variable replaces all public authorities for Python programs, so the bundle holds those too.
    python = {"REQUESTS_CA_BUNDLE": str(ready["ca_bundle"]), "SSL_CERT_FILE": str(ready["ca_bundle"])}
    if client is Client.AZ:
        return doors | python | {
            # Tokens are kept by host name without port: two servers on one machine need two folders.
            "AZURE_CONFIG_DIR": f"{ready['data']}/az",
            # Otherwise the program asks a public host whether this one may be trusted.
            "AZURE_CORE_INSTANCE_DISCOVERY": "false",
            "AZURE_CORE_COLLECT_TELEMETRY": "false",
        }  # fmt: skip
    if client is Client.PYTHON:
        return doors | python | {"AZURE_AUTHORITY_HOST": str(ready["login"])}
    if client is Client.NODE:
        return doors | {"AZURE_AUTHORITY_HOST": str(ready["login"]), "NODE_EXTRA_CA_CERTS": str(ready["ca_file"])}
    return {
        "ARM_METADATA_HOSTNAME": urlsplit(str(ready["arm"])).netloc,
        "SSL_CERT_FILE": str(ready["ca_bundle"]),
    }
