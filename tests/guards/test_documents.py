"""Documents that cannot lie: what the code has is written down, and what is written down is there."""

import ast
import re
from pathlib import Path

import pytest

from lightkeeper.wire.arm.table import operations
from lightkeeper.wire.entra.graph.table import ROUTES as GRAPH
from tests.guards import documents, graph_parity
from tests.guards.documents import ROOT, SOURCE

DOCS = ROOT / "docs"


@pytest.mark.parametrize("name", ["errors.md", "cli.md", "parity.md"])
def test_the_generated_pages_are_the_ones_that_were_reviewed(name: str) -> None:
    """Run `make docs` after a change of codes, commands or operations, and show the difference in review."""
    assert documents.PAGES[name]() == (DOCS / name).read_text()


def test_every_operation_is_on_the_parity_page() -> None:
    page = (DOCS / "parity.md").read_text()

    assert [one.path for one in operations() if f"| {one.method} `{one.path}` |" not in page] == []


def test_every_operation_of_graph_has_a_witness() -> None:
    served = {(route.method, route.path) for route in GRAPH}

    assert served ^ graph_parity.WITNESSES.keys() == set()


def test_every_witness_exists() -> None:
    """A yes without a test is a promise; this page holds none."""
    named = set(re.findall(r"`(tests/[^`]+::[^`]+)`", (DOCS / "parity.md").read_text()))

    assert named
    for one in named:
        file, _, test = one.partition("::")
        test, _, case = test.partition("[")
        tree = ast.parse((ROOT / file).read_text())
        assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, one
        assert not case or case.rstrip("]") in documents.situations(), one


def _fields_of_settings() -> set[str]:
    found = set()
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ClassDef) and node.name.endswith("Settings") and not node.bases:
                found |= {
                    one.target.id
                    for one in node.body
                    if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
                }
    return found


def test_every_setting_is_documented() -> None:
    page = (DOCS / "settings.md").read_text()

    assert {one for one in _fields_of_settings() if f"`{one}`" not in page} == set()


def test_every_environment_variable_is_documented() -> None:
    page = (DOCS / "settings.md").read_text()
    named = {name for file in SOURCE.rglob("*.py") for name in re.findall(r"\bLIGHTKEEPER_[A-Z_]+\b", file.read_text())}

    assert {one for one in named if one not in page} == set()


def test_every_command_says_what_it_does() -> None:
    """Each command has a sentence, each option and argument of `lightkeeper up` too."""
    assert [words for words, command in documents.commands() if not command.help] == []


def test_every_link_in_the_documents_leads_somewhere() -> None:
    for page in [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"


def test_the_paths_that_documents_name_exist() -> None:
    for page in DOCS.rglob("*.md"):
        for path in re.findall(r"`((?:src|docs|tests|examples)/[\w./-]+\.\w+)`", page.read_text()):
            assert (ROOT / Path(path)).exists(), f"{page.name}: {path}"
