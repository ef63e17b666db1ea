"""The rules of the two public rule books we implement, one a line: docs/rules.md is made of this and of the tests.

A line is `id | the rule in our words | the file that holds it | how we differ`. L numbers are the delegation side's rules,
M numbers the rules of a manifest, P ids the sections of the publisher's side (`P2.4-name`: section 2.4, the name), and
numbers such as `700.6-owner` the certifier's own. A rule names its tests by itself: every test whose name, docstring or
cases hold the id is listed. A rule without a test must say how we differ (tests/guards/test_rules.py).
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
BOOKS = ("rules-delegation.txt", "rules-publishing.txt")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a book; `differs` is empty where we do what the rule says."""

    id: str
    says: str
    where: tuple[str, ...]
    differs: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading and the rules below it."""

    title: str
    rules: tuple[Rule, ...]


@cache
def chapters() -> tuple[Chapter, ...]:
    """Return both books, chapter by chapter."""
    found: list[tuple[str, list[Rule]]] = []
    for book in BOOKS:
        for line in Path(__file__).with_name(book).read_text().splitlines():
            if line.startswith("# "):
                found.append((line[2:], []))
            elif line.strip():
                cells = [cell.strip() for cell in line.split("|")]
                name, says, where, *rest = cells
                files = tuple(part.strip() for part in where.split(",") if part.strip())
                found[-1][1].append(Rule(name, says, files, rest[0] if rest else ""))
    return tuple(Chapter(title, tuple(rules)) for title, rules in found)


@cache
def rules() -> Mapping[str, Rule]:
    """Return every rule by its id."""
    return {rule.id: rule for chapter in chapters() for rule in chapter.rules}


_WORD = re.compile(r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*")


@cache
def witnesses_of() -> Mapping[str, tuple[str, ...]]:
    """Return, by rule, the tests that name it."""
    known = {name.lower() for name in rules()}
    spelled = {name.lower(): name for name in rules()}
    found: dict[str, list[str]] = {}
    for test, words in _tests():
        for word in words & known:
            found.setdefault(spelled[word], []).append(test)
    return {name: tuple(dict.fromkeys(tests)) for name, tests in found.items()}


def _tests() -> Iterator[tuple[str, set[str]]]:
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        place = file.relative_to(ROOT).as_posix()
        text = file.read_text()
        lines = text.splitlines()
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
                first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                body = "\n".join(lines[first - 1 : node.end_lineno])
                words = {word.lower() for word in _WORD.findall(body) if not word[0].islower()}
                named = node.name.removeprefix("test_")
                yield f"{place}::{node.name}", words | set(_named(named))
    for file in sorted((ROOT / "tests" / "access" / "scenarios").glob("*.yaml")):
        yield file.relative_to(ROOT).as_posix(), {word.lower() for word in _WORD.findall(file.read_text())}


def _named(name: str) -> Iterator[str]:
    """Yield the ids at the beginning of a test's name: `l24_l25_578_roles`, `p2_4_contacts`, `m13_...`."""
    for part in name.split("_"):
        if re.fullmatch(r"[lm]\d+[a-z]?", part) is None:
            return
        yield part


HEAD = """\
# Rules, and what holds them

Two public rule books are implemented here: how a customer delegates to a provider, and how a provider publishes an offer.
Each rule stands in our own words with the file that holds it and the tests that name it. Where there is no test, or not
only, the last column says how we differ; at most three tests are shown. [Divergences](divergences.md) has
the reasons by heading.

Rules whose details nobody published are single constants in the file named, each with a sentence that says so.

"""


def rules_page() -> str:
    """Return docs/rules.md."""
    every = list(rules().values())
    differing = [rule for rule in every if rule.differs]
    parts = [HEAD, f"{len(every)} rules, {len(differing)} of them with a difference.\n"]
    for chapter in chapters():
        parts.append(f"\n## {chapter.title}\n\n| id | rule | held by | tests | differs |\n|---|---|---|---|---|\n")
        for rule in chapter.rules:
            where = ", ".join(f"`{one}`" for one in rule.where)
            parts.append(f"| {rule.id} | {rule.says} | {where} | {_shown(rule.id)} | {rule.differs} |\n")
    return "".join(parts)


MOST_SHOWN = 3


def _shown(name: str) -> str:
    return ", ".join(f"`{test.removeprefix('tests/')}`" for test in witnesses_of().get(name, ())[:MOST_SHOWN])
