"""The repository speaks of itself only, and its contexts keep to their rooms."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import lightkeeper.bootstrap  # noqa: F401 -- every table
from lightkeeper import migrations
from lightkeeper.kernel.database import Database, metadata

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "lightkeeper"
CONTEXTS = (
    "directory", "resources", "access", "activity", "delegation", "deployments", "partners", "publishing", "storefront",
    "outbound",
)  # fmt: skip
GENERATED = ("src/lightkeeper/data/",)


def committed() -> list[Path]:
    """Return the files git knows, or every file where there is no git."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git repository, so nothing says which files belong to it")
    return [ROOT / one for one in listed.stdout.split("\0") if one and (ROOT / one).is_file()]


FOREIGN = {
    "a path of somebody's machine": re.compile(r"(?<![\w.$}{-])/(?:work|root|home/\w+|Users/\w+)/\w"),
    "a registry's address": re.compile(
        r"(?:pypi\.org|pythonhosted\.org|registry\.npmjs\.org|--index-url|--extra-index-url)"
    ),
}
ABOUT_REGISTRIES = {"tests/guards/test_repository.py"}
"""Files that must name what they forbid. This list may only shrink."""


def test_nothing_of_a_machine_is_committed() -> None:
    """No machine's paths, no registry's address: a clone behaves the same everywhere."""
    for file in committed():
        name = str(file.relative_to(ROOT))
        if name in ABOUT_REGISTRIES or name.startswith(GENERATED):
            continue
        try:
            text = file.read_text()
        except UnicodeDecodeError:
            continue
        for what, pattern in FOREIGN.items():
            found = pattern.search(text)
            assert found is None, f"{name} holds {what}: {found[0]!r}"


def test_dependencies_are_pinned_with_hashes_and_without_a_lock_of_one_tool() -> None:
    assert not (ROOT / "uv.lock").exists()
    for file in (ROOT / "requirements").glob("*.txt"):
        text = file.read_text()
        pins = re.findall(r"^[a-z0-9][\w.\[\]-]*==", text, re.MULTILINE | re.IGNORECASE)
        assert pins, file.name
        assert text.count("--hash=sha256:") >= len(pins), file.name


PURE = {"model.py"}
RULES = re.compile(r"(?:^|_)rules\.py$|^(?:eligibility|lifecycle|certification|decide|facts|filters|objections)\.py$")
KERNEL_VALUES = {"kernel.findings", "kernel.ids", "kernel.resource_id", "kernel.call", "kernel.clock"}
"""What of the kernel is a value or a function of values."""
IMPURE = {
    "store",
    "service",
    "sqlalchemy",
    "starlette",
    "httpx2",
    "pydantic",
    "kernel.database",
    "kernel.office",
    "kernel.log",
}
ALLOWED: set[tuple[str, str]] = set()
"""Imports of rules that are excused. This list may only shrink."""


def _imports(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_models_and_rules_know_nothing_of_storage_or_wire() -> None:
    """A rule is values in, findings out: models, kernel values and the standard library are all it imports."""
    faults = set()
    for context in CONTEXTS:
        for file in (SOURCE / context).rglob("*.py"):
            if file.name not in PURE and not RULES.search(file.name):
                continue
            for name in _imports(file):
                parts = name.split(".")
                if parts[0] == "lightkeeper":
                    inner = ".".join(parts[1:3])
                    bad = parts[2:3] in (["store"], ["service"]) or (parts[1] == "kernel" and inner in IMPURE)
                else:
                    bad = parts[0] not in sys.stdlib_module_names and parts[0] not in ("isodate", "nh3")
                if bad:
                    faults.add((str(file.relative_to(SOURCE)), name))

    assert faults - ALLOWED == set()


def test_no_context_opens_anothers_store() -> None:
    """One context acts on another through its service; tables have one owner."""
    faults = set()
    for file in SOURCE.rglob("*.py"):
        own = file.relative_to(SOURCE).parts[0]
        for name in _imports(file):
            parts = name.split(".")
            foreign = parts[0] == "lightkeeper" and len(parts) > 2 and parts[1] in CONTEXTS and parts[1] != own
            if (
                foreign
                and any(part == "store" or part.endswith("_store") for part in parts[2:])
                and own != "migrations"
            ):
                faults.add(f"{file.relative_to(SOURCE)}: {name}")

    assert faults == set()


def test_the_migrated_schema_is_the_one_the_code_has(database_url: str) -> None:
    """Nothing to add, nothing to drop, on either database."""
    database = Database(database_url, durable=False)
    try:
        migrations.upgrade(database)
        with database.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": False})
            found = compare_metadata(context, metadata)
        assert [one for one in found if "alembic_version" not in repr(one)] == []
    finally:
        database.close()
