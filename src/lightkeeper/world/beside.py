"""Files that a world file names: they lie beside it, and the server may not see them.

So whoever reads the world file brings them: the server for the file it starts with, the command line for the file it
sends.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

Beside = Callable[[str], str | None]
"""The text of the file of this name beside the world file; None when there is none that can be read."""

LARGEST = 64 * 1024


def nothing(name: str) -> str | None:
    """Return None: there is nothing beside a text that came without its folder."""
    return None


def of(files: Mapping[str, str]) -> Beside:
    """Return the look-up in files that were brought along."""
    return files.get


class Folder:
    """The folder of a world file; `found` remembers what was read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.found: dict[str, str] = {}

    def __call__(self, name: str) -> str | None:
        """Return a file's text; None for what is elsewhere, absent, unreadable or larger than 64 KiB."""
        if Path(name).name != name or name in ("", ".", "..") or "\x00" in name:
            return None
        file = self._folder / name
        try:
            if not file.is_file() or file.stat().st_size > LARGEST:
                return None
            self.found[name] = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            return None
        return self.found[name]
