"""Every rule of the public rule books is held by a test that names it, or says how we differ."""

import re

import pytest

from tests.guards.documents import ROOT, SHARED, SOURCE
from tests.guards.rules import chapters, rules, rules_page, witnesses_of


def test_every_rule_names_a_test_or_a_difference() -> None:
    """A rule nobody tests is a rule nobody keeps."""
    assert [name for name, rule in rules().items() if name not in witnesses_of() and not rule.differs] == []


def test_every_rule_stands_once_and_names_files_there_are() -> None:
    """Held by something, or by nothing with a reason."""
    every = [rule for chapter in chapters() for rule in chapter.rules]

    assert len(every) == len(rules())
    assert [rule.id for rule in every if not rule.where and not rule.differs] == []
    missing = [(rule.id, one) for rule in every for one in rule.where if not (SOURCE / one).exists()]
    assert missing == []


def test_the_page_says_what_the_books_say() -> None:
    """Run `make docs` after a change of a rule; tests that are new need not be on the page, those on it name the rule."""
    page, written = rules_page(), (ROOT / "docs" / "rules.md").read_text()

    assert [cells[:3] + cells[4:] for cells in _rows(written)] == [cells[:3] + cells[4:] for cells in _rows(page)]
    for name, _, _, tests, _ in _rows(written):
        for test in re.findall(r"`([^`]+)`", tests):
            assert f"tests/{test}" in witnesses_of().get(name, ()), (name, test)


def _rows(page: str) -> list[list[str]]:
    """Return the cells of every rule on the page."""
    rows = (line for line in page.splitlines() if re.match(r"\| [LMP\d][\w.-]* \|", line))
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in rows]


@pytest.mark.parametrize(
    ("book", "pattern"), [("lighthouse.md", r"^- (L\d+[a-z]?) "), ("partner-center.md", r"^\| (M\d+) ")]
)
def test_no_numbered_rule_of_the_rule_books_is_left_out(book: str, pattern: str) -> None:
    """Where the rule books lie beside the repository they are compared; elsewhere this is skipped."""
    file = SHARED / "contracts" / book
    if not file.exists():
        pytest.skip("the rule books are not here")

    assert [name for name in re.findall(pattern, file.read_text(), re.MULTILINE) if name not in rules()] == []


def test_no_rule_of_the_certifier_is_left_out() -> None:
    """Section 6.3 lists them; `size/format` and the like are one word there and two rules here."""
    file = SHARED / "contracts" / "partner-center.md"
    if not file.exists():
        pytest.skip("the rule books are not here")
    section = file.read_text().partition("### 6.3")[2].partition("\n---")[0]

    listed = {name.partition("/")[0] for name in re.findall(r"`([17]00\.\d+(?:\.\d+)?-[a-z/-]+)`", section)}

    assert sorted(listed - rules().keys()) == []
