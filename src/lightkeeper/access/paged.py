"""A map cut into pages, so that the next version of a large one is made by copying the pages it differs in.

A dictionary of 80,000 entries takes milliseconds to copy, and every change of access makes a new view. Here a copy
shares all pages; the first write to a page copies that page alone. A look-up costs a little more than a dictionary's.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from typing import TypeVar, overload

T = TypeVar("T")
V = TypeVar("V")

_PAGES = 512
_MASK = _PAGES - 1
_BLANK: dict[str, object] = {}  # shared by all that is empty; never written to


class Paged(MutableMapping[str, V]):
    """A map from texts. Copies share what they do not write to; one that was copied must not be written to any more."""

    __slots__ = ("_ours", "_pages")

    def __init__(self, entries: Mapping[str, V] | None = None) -> None:
        self._pages: list[dict[str, V]] = [_BLANK] * _PAGES  # type: ignore[list-item]
        self._ours: set[int] = set()
        self.update(entries or {})

    def copy(self) -> "Paged[V]":
        """Return a map with the same entries, to be written to instead of this one."""
        made: Paged[V] = Paged.__new__(Paged)
        made._pages, made._ours = self._pages.copy(), set()
        return made

    @overload
    def get(self, key: str, default: None = None, /) -> V | None: ...
    @overload
    def get(self, key: str, default: V | T, /) -> V | T: ...
    def get(self, key: str, default: object = None, /) -> object:
        """Return what is kept under a key."""
        return self._pages[hash(key) & _MASK].get(key, default)

    def __getitem__(self, key: str) -> V:
        return self._pages[hash(key) & _MASK][key]

    def __contains__(self, key: object) -> bool:
        return key in self._pages[hash(key) & _MASK]

    def __setitem__(self, key: str, value: V) -> None:
        self._page(key)[key] = value

    def __delitem__(self, key: str) -> None:
        del self._page(key)[key]

    def __iter__(self) -> Iterator[str]:
        return (key for page in self._pages for key in page)

    def __len__(self) -> int:
        return sum(map(len, self._pages))

    def _page(self, key: str) -> dict[str, V]:
        """Return the page of a key, ours to write to."""
        number = hash(key) & _MASK
        if number not in self._ours:
            self._ours.add(number)
            self._pages[number] = self._pages[number].copy()
        return self._pages[number]
