"""Rules about what customers read: names, texts, HTML, links.

Pure. Rule ids are those of the certification policies; lengths are in offer.schema.json.
"""

import re
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser

from lightkeeper.kernel.findings import Finding, Severity
from lightkeeper.publishing.offer import Offer

ALLOWED_TAGS = frozenset({"b", "i", "em", "br", "p", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6"})
"""What the listing guidelines let a description contain; the storefront strips everything else."""

_PLAIN_SYMBOLS = frozenset("™©®")
_SERVICE_WORDS = re.compile(r"managed\s+services?\b", re.IGNORECASE)
_LANGUAGE_SENTENCE = re.compile(r"\b(this|the) (service|application) is (only )?available in\b", re.IGNORECASE)
_EMOJI_RANGES = ((0x2600, 0x27BF), (0x2B00, 0x2BFF), (0x1F000, 0x1FAFF))
_SELECTORS = frozenset({0xFE0F, 0x200D, 0x20E3})


def check_listing(offer: Offer) -> Iterator[Finding]:
    """Yield what is wrong with the listing."""
    if has_emoji(offer.name):
        yield Finding(
            "100.1.1-title-emoji",
            "listing.name",
            "The name contains an emoji.",
            "Use letters; of the symbols only ™ and © are shown.",
        )
    if offer.summary and offer.summary.casefold() == offer.name.casefold():
        yield Finding(
            "100.1.2-summary-equals-title",
            "listing.searchResultsSummary",
            "The summary repeats the name.",
            "Say in one line what the customer gets.",
        )
    if "<" in offer.summary and _HTML.search(offer.summary):
        yield Finding(
            "100.1.2-summary-html",
            "listing.searchResultsSummary",
            "The summary is shown as plain text.",
            "Remove the HTML tags.",
        )
    yield from check_html(offer.description, "listing.description")
    yield from _check_language(offer)
    texts = (offer.name, offer.summary, offer.short_description, offer.description)
    if offer.description and not any(_SERVICE_WORDS.search(text) for text in texts):
        yield Finding(
            "700.1-managed-service-words",
            "listing.description",
            "Nothing says that this is a managed service.",
            "Use the words 'managed service' in the description.",
            Severity.WARNING,
        )


def _check_language(offer: Offer) -> Iterator[Finding]:
    """A listing in another language must open or close with an English sentence that says so."""
    if offer.language.partition("-")[0] == "en" or not offer.description:
        return
    plain = re.sub(r"<[^>]*>", " ", offer.description).strip()
    if not (_LANGUAGE_SENTENCE.search(plain[:200]) or _LANGUAGE_SENTENCE.search(plain[-200:])):
        yield Finding(
            "100.1.3-language-sentence",
            "listing.description",
            f"The listing is in '{offer.language}', but the description does not say so in English.",
            "Begin or end it with: This service is available in <language>.",
        )


_HTML = re.compile(r"</?[a-zA-Z][^>]*>")


def check_html(text: str, at: str) -> Iterator[Finding]:
    """Yield one finding per HTML tag that a description may not contain."""
    if "<" not in text:
        return
    reader = _Tags()
    reader.feed(text)
    for tag in sorted(reader.tags - ALLOWED_TAGS):
        yield Finding(
            "100.1.3-html-tag-not-allowed",
            at,
            f"The tag <{tag[:40]}> is not allowed in a description.",
            f"Use only {' '.join(sorted(ALLOWED_TAGS))}.",
        )
    for tag in sorted(reader.with_attributes & ALLOWED_TAGS):
        yield Finding(
            "100.1.3-html-attribute",
            at,
            f"The tag <{tag}> has attributes; the storefront removes them.",
            "Remove them.",
            Severity.WARNING,
        )


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.with_attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if attrs:
            self.with_attributes.add(tag)


def has_emoji(text: str) -> bool:
    """Return whether `text` has a pictograph; ™, © and ® are letters here."""
    return any(_is_emoji(character) for character in text if character not in _PLAIN_SYMBOLS)


def _is_emoji(character: str) -> bool:
    point = ord(character)
    if point in _SELECTORS or any(low <= point <= high for low, high in _EMOJI_RANGES):
        return True
    return unicodedata.category(character) == "So" and point > 0xFFFF
