"""What the command line does without a server: help, offline commands, exit codes, forms of answers."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML
from typer.testing import CliRunner

from lightkeeper.cli.app import app_for, app_of
from lightkeeper.cli.failures import Failure
from lightkeeper.cli.offer import report
from lightkeeper.cli.output import relative
from lightkeeper.cli.session import SignIns

app = app_of()
EXAMPLES = Path(__file__).parents[2] / "examples" / "worlds"

COMMANDS = [
    "up", "login", "logout", "whoami", "advise", "rest", "env", "world apply", "world show", "world check",
    "log verify", "log tail", "clock show", "clock advance", "access check", "access explain", "access list",
    "publisher sign-up", "publisher enrol", "publisher list", "publisher show", "publisher eligible",
    "publisher appeal", "publisher set-member", "publisher remove-member", "admin verify", "admin designate",
    "admin reviews", "admin review", "admin role-arrived", "offer init", "offer check", "offer pull", "offer import",
    "offer export", "offer diff", "offer plan", "offer publish", "offer status", "offer go-live", "offer cancel",
    "offer stop-selling", "offer resume", "offer deprecate", "offer delete", "offer plans", "offer show",
    "offer list", "offer history", "offer audience sync", "offer audience export", "storefront search",
    "storefront show", "storefront accept", "storefront delegate", "storefront offers", "storefront diff",
    "storefront update", "storefront remove", "storefront why-not", "storefront owners", "customers list",
    "delegations list", "deployment create", "deployment validate", "deployment show", "leads list", "leads show",
    "leads accept", "leads decline", "leads won", "leads lost", "leads export", "leads deliveries", "leads replay",
    "leads test", "leads secret", "leads contact", "notices list", "webhooks list", "webhooks add", "webhooks remove",
    "report insights", "report orders", "report customers", "report delegations", "report adoption",
    "report time-to-accept", "report behind", "report influence", "status", "log aside", "log retry",
    "keys list", "keys roll-over", "second-factor remove",
]  # fmt: skip


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("LIGHTKEEPER_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("LIGHTKEEPER_AS", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    return CliRunner()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_can_be_asked_for_help_and_for_its_form(run: CliRunner, command: str) -> None:
    """Every CLI command has `--output table|json|yaml`."""
    answer = run.invoke(app, [*command.split(), "--help"])

    assert answer.exit_code == 0
    assert "--output" in answer.output
    assert "--data" in answer.output


def test_nothing_is_registered_that_is_not_listed_here() -> None:
    """A command nobody wrote down is a command nobody tested."""
    found = set(_commands(typer.main.get_command(app)))

    assert found == set(COMMANDS)


def _commands(group: Any, before: str = "") -> Iterator[str]:
    for name, one in group.commands.items():
        if getattr(one, "commands", None) is None:
            yield before + name
        else:
            yield from _commands(one, f"{before}{name} ")


def test_a_check_starts_without_the_other_commands() -> None:
    """`offer` alone is there when offers are asked about, as in somebody's pipeline, with all of its commands."""
    whole, alone = (set(_commands(typer.main.get_command(one))) for one in (app, app_for(["offer", "check"])))

    assert alone == {command for command in whole if command.startswith("offer")}
    assert set(_commands(typer.main.get_command(app_for(["clock", "show"])))) == whole


def test_a_good_world_passes(run: CliRunner) -> None:
    """`world check` needs no server."""
    answer = run.invoke(app, ["world", "check", str(EXAMPLES / "demo.yaml")])

    assert answer.exit_code == 0


def test_a_faulty_world_is_refused_with_its_lines(run: CliRunner, tmp_path: Path) -> None:
    """A fault in a world file is reported with its line; refused is exit code 1."""
    file = tmp_path / "world.yaml"
    file.write_text("tenants:\n  a: {domian: x.example}\n  b: {id: 7}\n", encoding="utf-8")

    answer = run.invoke(app, ["world", "check", str(file), "--output", "json"])

    details = json.loads(answer.stderr)["error"]["details"]
    assert answer.exit_code == 1
    assert [(one["code"], one["line"]) for one in details] == [("UnknownKey", 2), ("BadGuid", 3)]


def test_a_missing_file_is_a_matter_of_usage(run: CliRunner) -> None:
    """Exit code 2: the command was not understood."""
    assert run.invoke(app, ["world", "check", "nowhere.yaml"]).exit_code == 2


@pytest.mark.parametrize(
    "command", [["log", "verify"], ["world", "show"], ["offer", "list"], ["rest", "GET", "/subscriptions"]]
)
def test_without_a_server_the_command_says_how_to_start_one(run: CliRunner, command: list[str]) -> None:
    """Exit code 2: there is nobody to ask."""
    answer = run.invoke(app, command)

    assert answer.exit_code == 2
    assert "lightkeeper up" in answer.stderr


def test_a_server_that_is_gone_is_said_to_be_gone(run: CliRunner, tmp_path: Path) -> None:
    """A ready file left behind does not confuse anybody."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "ready.json").write_text(json.dumps({"arm": "https://localhost:1"}), encoding="utf-8")
    (data / "operator.key").write_text("key", encoding="ascii")

    answer = run.invoke(app, ["log", "verify"])

    assert answer.exit_code == 2
    assert "does not answer" in answer.stderr


def test_tokens_are_sent_over_https_only(run: CliRunner, tmp_path: Path) -> None:
    """The command line talks HTTPS only."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "ready.json").write_text(json.dumps({"arm": "http://localhost:1"}), encoding="utf-8")

    answer = run.invoke(app, ["log", "verify"])

    assert answer.exit_code == 2
    assert "HTTPS" in answer.stderr


def test_a_first_offer_checks_clean(run: CliRunner, tmp_path: Path) -> None:
    """`offer init --defaults` asks nothing; the result checks clean."""
    assert run.invoke(app, ["offer", "init", str(tmp_path), "--defaults"]).exit_code == 0

    answer = run.invoke(app, ["offer", "check", str(tmp_path), "--format", "json"])

    assert answer.exit_code == 0
    assert json.loads(answer.stdout) == {"findings": []}


def test_a_broken_offer_is_refused_with_rule_line_and_remedy(run: CliRunner, tmp_path: Path) -> None:
    """Each fault with file, line, column, rule, remedy and severity; exit code 1 if there is an error."""
    run.invoke(app, ["offer", "init", str(tmp_path), "--defaults"])
    file = tmp_path / "offer.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("version: 1.0.0", "version: one"), encoding="utf-8")

    answer = run.invoke(app, ["offer", "check", str(file), "--format", "json"])

    [finding] = json.loads(answer.stdout)["findings"]
    assert answer.exit_code == 1
    assert finding["rule"] == "700.6-version-format"
    assert {"severity", "file", "line", "column", "message", "remedy"} <= set(finding)
    assert file.read_text(encoding="utf-8").splitlines()[finding["line"] - 1].strip() == "version: one"


@pytest.mark.parametrize("form", ["human", "sarif", "github"])
def test_every_form_of_a_check_names_the_rule(run: CliRunner, tmp_path: Path, form: str) -> None:
    """`--format human|json|sarif|github`."""
    run.invoke(app, ["offer", "init", str(tmp_path), "--defaults"])
    file = tmp_path / "offer.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("version: 1.0.0", "version: one"), encoding="utf-8")

    answer = run.invoke(app, ["offer", "check", str(file), "--format", form])

    assert answer.exit_code == 1
    assert "700.6-version-format" in answer.stdout


def test_nothing_differs_between_an_offer_and_itself(run: CliRunner, tmp_path: Path) -> None:
    """`offer diff` is offline for files."""
    run.invoke(app, ["offer", "init", str(tmp_path), "--defaults"])

    answer = run.invoke(app, ["offer", "diff", str(tmp_path), str(tmp_path), "--output", "yaml"])

    assert YAML(typ="safe", pure=True).load(answer.stdout) == {"fields": [], "rights": []}


def test_files_are_not_overwritten_by_accident(run: CliRunner, tmp_path: Path) -> None:
    """`offer init` refuses where an offer is already."""
    run.invoke(app, ["offer", "init", str(tmp_path), "--defaults"])

    assert run.invoke(app, ["offer", "init", str(tmp_path), "--defaults"]).exit_code == 1


def test_sign_ins_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    """Tokens are kept with mode 0600."""
    sign_ins = SignIns(tmp_path)

    sign_ins.keep("A@b.example", {"access_token": "t"})

    assert sign_ins.file.stat().st_mode & 0o777 == 0o600
    assert sign_ins.find("a@B.EXAMPLE") == {"access_token": "t"}
    assert sign_ins.forget("a@b.example")
    assert sign_ins.all() == {}


@pytest.mark.parametrize(
    ("apart", "told"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=-50), "50 seconds ago"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(hours=3), "in 3 hours"),
        (timedelta(days=-100), "2026-01-21"),
    ],
)
def test_times_are_told_as_people_tell_them(apart: timedelta, told: str) -> None:
    """Relative times in tables."""
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)

    assert relative((now + apart).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z", now) == told


def test_long_lists_of_operations_are_grouped() -> None:
    """Operations gained and lost are shown so that a person can read them."""
    operations = [*(f"Microsoft.Compute/x{n}/read" for n in range(9)), "Microsoft.Web/sites/read"]

    assert report.grouped(operations) == ["Microsoft.Compute: 9 operations", "Microsoft.Web: sites/read"]


def test_a_failure_says_its_code() -> None:
    """Code and sentence go together."""
    assert str(Failure("No.", "Nope")) == "Nope: No."


@pytest.mark.parametrize(
    "command",
    (["offer", "init", "{}", "--defaults"], ["offer", "diff", "{}", "{}", "--format", "html", "--to", "{}/x"]),
)
def test_what_cannot_be_written_is_a_matter_of_usage(run: CliRunner, tmp_path: Path, command: list[str]) -> None:
    """A path below a file is told in a sentence, with exit code 2, whatever was about to be written."""
    run.invoke(app, ["offer", "init", str(tmp_path), "--defaults"])
    file = tmp_path / "offer.yaml"
    place = file / "below" if "init" in command else file

    answer = run.invoke(app, [part.format(place) for part in command])

    assert (answer.exit_code, answer.stderr.startswith(f"Error: {file}")) == (2, True)


@pytest.mark.parametrize(
    ("text", "said", "remedy"),
    (
        ("", "empty", "offer init"),
        ("# nothing yet\n", "empty", "offer init"),
        ("- a\n- b\n", "no block of fields", "offer init"),
        ("offer: *there\n", "not defined", "&there"),
    ),
)
def test_a_file_that_is_no_offer_gets_one_finding(
    run: CliRunner, tmp_path: Path, text: str, said: str, remedy: str
) -> None:
    """Whoever has not begun yet is told how to begin, not which of all fields are missing."""
    file = tmp_path / "offer.yaml"
    file.write_text(text)

    answer = run.invoke(app, ["offer", "check", str(file), "--format", "json"])

    [finding] = json.loads(answer.stdout)["findings"]
    assert answer.exit_code == 1
    assert said in finding["message"] and remedy in finding["remedy"]


def test_the_log_for_code_scanning_names_files_as_addresses() -> None:
    """SARIF 2.1.0: `uri` is a URI reference, columns say what they count, rules are listed once."""
    finding = {
        "rule": "700.6-owner", "severity": "error", "file": "my offers/caf\u00e9.yaml", "line": 3, "column": 7,
        "message": "No.", "remedy": "Change it.",
    }  # fmt: skip

    [found] = report.sarif([finding, finding])["runs"]

    assert found["columnKind"] == "unicodeCodePoints"
    assert [one["id"] for one in found["tool"]["driver"]["rules"]] == ["700.6-owner"]
    [place, _] = [one["locations"][0]["physicalLocation"] for one in found["results"]]
    assert place["artifactLocation"]["uri"] == "my%20offers/caf%C3%A9.yaml"


def test_an_exported_payload_comes_back_as_the_same_offer(run: CliRunner, tmp_path: Path) -> None:
    """What `export -t ingestion` writes names no id of ours, so that `import` finds every plan under any publisher."""
    run.invoke(app, ["offer", "init", str(tmp_path), "--defaults"])
    run.invoke(app, ["offer", "export", str(tmp_path), "-t", "ingestion", "--to", str(tmp_path)])
    payload, again = tmp_path / "configure.json", tmp_path / "again"

    assert run.invoke(app, ["offer", "import", str(payload), str(again), "--publisher", "contoso"]).exit_code == 0

    (again / "media").mkdir()
    (again / "media" / "logo.png").write_bytes((tmp_path / "media" / "logo.png").read_bytes())
    assert run.invoke(app, ["offer", "check", str(again)]).exit_code == 0
    assert '"product/' not in payload.read_text()
    difference = json.loads(run.invoke(app, ["offer", "diff", str(tmp_path), str(again), "-o", "json"]).stdout)
    other = {one["path"] for one in difference["fields"] if ".authorizations" not in one["path"]}  # roles by their ids
    assert other == {"offer.publisher", "customerLeads"}
    assert difference["rights"] == []
