"""How texts are ordered: as the invariant culture does, letters before case, lower case before upper."""

import unicodedata
from collections.abc import Callable
from typing import Any


def compare(one: str, other: str) -> int:
    """Return a negative number, zero or a positive one: which text comes first.

    Letters are compared first without accents and case, then by accent, then by case; digits come before letters and
    punctuation before digits. It is the part of the Unicode collation that names and keys need.
    """
    keys: tuple[Callable[[str], Any], ...] = (_letters, _accents, _cases)
    for key in keys:
        left, right = key(one), key(other)
        if left != right:
            return -1 if left < right else 1
    return (one > other) - (one < other)


def _letters(text: str) -> list[tuple[int, str]]:
    return [
        (_rank(character), character)
        for character in unicodedata.normalize("NFKD", text).casefold()
        if not unicodedata.combining(character)
    ]


def _rank(character: str) -> int:
    if character.isalpha():
        return 3
    return 2 if character.isdigit() else 0 if character.isspace() else 1


def _accents(text: str) -> str:
    return unicodedata.normalize("NFKD", text).casefold()


def _cases(text: str) -> list[bool]:
    return [character.isupper() for character in text]
