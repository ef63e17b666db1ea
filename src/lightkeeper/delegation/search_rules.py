"""Which published plans fit the words somebody searches for.

Pure. A word that is asked for fits the words it begins, in any case and form of its letters: `manag` finds "Managed".
Scripts that put no spaces between words are found from any letter on.
"""

import re
import unicodedata

from lightkeeper.delegation.model import PublishedPlan

LONGEST_WORD = 40
MOST_ASKED = 12
"""Words of a search that are looked for; the rest of a longer one changes nothing any more."""

_WORD = re.compile(r"[^\W_]+")
_TAG = re.compile(r"<[^>]*>")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def words_asked(text: str) -> tuple[str, ...]:
    """Return the words of a search, longest first and each once."""
    words = {word[:LONGEST_WORD] for word in _words(text)}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))[:MOST_ASKED]


def words_of_offer(plan: PublishedPlan) -> frozenset[str]:
    """Return the words that all plans of the offer are found by; a category is found by name with `category_word`."""
    texts = (
        plan.offer_display_name, plan.publisher_display_name, plan.publisher_id, plan.plan.product, plan.offer_summary,
        _TAG.sub(" ", plan.offer_description), *plan.categories, *plan.keywords,
    )  # fmt: skip
    return _kept(*texts) | {category_word(name) for name in plan.categories}


def words_of_plan(plan: PublishedPlan) -> frozenset[str]:
    """Return the words that only this plan of the offer is found by."""
    return _kept(plan.plan_id, plan.plan_display_name, plan.plan_summary, _TAG.sub(" ", plan.plan_description))


def category_word(name: str) -> str:
    """Return the one word a category is kept as among the words; no text contains it."""
    return f"={name.lower()}"[:LONGEST_WORD]


def found_by(plan: PublishedPlan, asked: tuple[str, ...], category: str = "") -> bool:
    """Return whether the plan or its offer says every word, and the offer is in the category (any when empty)."""
    if category and category.lower() not in (known.lower() for known in plan.categories):
        return False
    if not asked:
        return True
    said = words_of_offer(plan) | words_of_plan(plan)
    return all(any(word.startswith(one) for word in said) for one in asked)


def _kept(*texts: str) -> frozenset[str]:
    return frozenset(part[:LONGEST_WORD] for text in texts for word in _words(text) for part in _beginnings(word))


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _beginnings(word: str) -> list[str]:
    return [word[n:] for n in range(len(word))] if _UNSPACED.search(word) else [word]
