"""A server starts with a world; a world file can be applied again, is refused with its lines, and can be carried elsewhere."""

import json
from pathlib import Path

import pytest

from tests.server import DEMO_WORLD, Server
from tests.stories.cast import Cast
from tests.stories.conftest import on_postgresql, on_sqlite


def test_applying_the_same_world_again_changes_and_logs_nothing(town: Server) -> None:
    """A world file declares what exists: applying it twice changes nothing."""
    before = town.operator("GET", "health").json()["revision"]

    again = town.apply(DEMO_WORLD.read_text())

    assert again["changed"] == 0
    assert town.operator("GET", "health").json()["revision"] == before


@on_postgresql
def test_what_world_show_prints_gives_the_same_ids_elsewhere(town: Server, tmp_path: Path) -> None:
    """`world show` has an id beside every name and no secret, and a fresh server takes it as its world."""
    shown = town.cli("world", "show", "--output", "json")
    assert shown.returncode == 0, shown.stderr
    assert "password" not in shown.stdout and "secret" not in shown.stdout.replace("secret1", "")
    file = tmp_path / "world.json"
    file.write_text(shown.stdout)
    other = Server(tmp_path / "other").start()
    try:
        applied = other.cli("world", "apply", str(file), "--output", "json")
        assert applied.returncode == 0, applied.stderr
        again = other.cli("world", "apply", str(file), "--output", "json")
        there = other.operator("GET", "world").json()
    finally:
        assert other.stop() == 0

    here = json.loads(shown.stdout)
    assert json.loads(applied.stdout)["changed"] > 0
    assert json.loads(again.stdout)["changed"] == 0
    assert _ids(there) == _ids(here)
    assert there["roleAssignments"] == here["roleAssignments"]


def _ids(world: object, at: str = "") -> dict[str, str]:
    """Every id of a shown world by where it stands."""
    if not isinstance(world, dict):
        return {}
    own = {f"{at}/{key}": str(world[key]) for key in ("id", "appId", "upn", "domain") if key in world}
    return own | {key: value for name, inner in world.items() for key, value in _ids(inner, f"{at}/{name}").items()}


FAULTY = """\
tenants:
  alpha:
    domain: alpha.example
    users:
      ann: {pasword: misspelt}
subscriptions:
  alpha-prod:
    tenant: nobody
roleAssignments:
  - {principal: alpha/bob, role: Owner, scope: alpha-prod}
"""


@on_sqlite
@pytest.mark.parametrize("how", ["apply", "up"])
def test_a_faulty_world_is_refused_with_every_line(town: Server, tmp_path: Path, how: str) -> None:
    """A fault in the file is reported with its line; all faults are, and nothing is half applied."""
    file = tmp_path / "faulty.yaml"
    file.write_text(FAULTY)
    before = town.operator("GET", "health").json()["revision"]

    if how == "apply":
        refused = town.cli("world", "apply", str(file), "--output", "json")
    else:
        folder = str(tmp_path / "data")
        refused = town.cli(
            "up", "--data", folder, "--port", "0", "--graph-port", "0", "--world", str(file), "-o", "json"
        )

    assert refused.returncode == 1, refused.stderr
    details = json.loads(refused.stderr)["error"]["details"]
    assert {5, 8, 10} <= {one["line"] for one in details}
    assert all(one["file"] == str(file) and one["message"] for one in details)
    assert "Traceback" not in refused.stderr
    assert town.operator("GET", "health").json()["revision"] == before


@on_sqlite
def test_each_form_of_output_says_the_same(town: Server) -> None:
    """`--output table|json|yaml`."""
    from ruamel.yaml import YAML

    as_json = town.cli("world", "show", "--output", "json")
    as_yaml = town.cli("world", "show", "--output", "yaml")
    as_table = town.cli("world", "show")

    assert as_json.returncode == as_yaml.returncode == as_table.returncode == 0
    shown = json.loads(as_json.stdout)
    read = YAML(typ="safe", pure=True).load(as_yaml.stdout)
    assert read["tenants"].keys() == shown["tenants"].keys()
    assert read["subscriptions"]["contoso-prod"]["id"] == shown["subscriptions"]["contoso-prod"]["id"]
    assert "contoso-prod" in as_table.stdout
    assert "{" not in as_table.stdout.splitlines()[0]


@on_sqlite
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["log", "verify"], 0),
        (["access", "check", "owner@contoso.example", "Microsoft.Compute/virtualMachines/delete", "contoso-prod"], 0),
        (["access", "check", "reader@contoso.example", "Microsoft.Compute/virtualMachines/delete", "contoso-prod"], 1),
        (["clock", "advance", "yesterday"], 1),
        (["clock", "advance"], 2),
        (["world", "apply", "/nowhere/world.yaml"], 2),
        (["world", "burn"], 2),
        (["log", "verify", "--data", "/nowhere"], 2),
    ],
)
def test_the_exit_code_says_how_it_went(town: Server, arguments: list[str], code: int) -> None:
    """0 done, 1 refused, 2 asked wrongly."""
    done = town.cli(*arguments)

    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_public_client_discovers_the_home_tenant(cast: Cast) -> None:
    """A request without a token is told where the subscription's people sign in."""
    url = f"{cast.server.ready['arm']}{cast.subscription('prod')}?api-version=2022-12-01"

    answer = cast.server.send("GET", url)

    assert answer.status_code == 401
    assert cast.tenant("customer") in answer.headers["www-authenticate"]
