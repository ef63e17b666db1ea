"""Which offer a command means: a file, or one on the server with the environment or version that is meant."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lightkeeper.cli.desk import Desk
from lightkeeper.cli.failures import usage
from lightkeeper.cli.world import read_text

SLOTS = ("draft", "preview", "live")


def offer_file(path: Path) -> Path:
    """Return the offer file: the path itself, or `offer.yaml` in it when it is a folder."""
    return path / "offer.yaml" if path.is_dir() else path


def document_in(path: Path) -> dict[str, Any]:
    """Return the offer document of a file, its audiences in place."""
    from lightkeeper.publishing.check import Folder, load

    value = load(read_text(path), str(path), Folder(path.parent)).value
    if not isinstance(value, dict):
        raise usage(f"{path} is no offer file.", f"Check it: lightkeeper offer check {path}")
    return value


def place_of(text: str) -> str:
    """Return the server's path of an offer named `PUBLISHER/OFFER` or by its file."""
    path = offer_file(Path(text))
    if path.is_file():
        offer = document_in(path).get("offer")
        if not isinstance(offer, Mapping) or not offer.get("publisher") or not offer.get("id"):
            raise usage(f"{path} does not say which offer it is.", "It needs offer.publisher and offer.id.")
        return f"publishers/{offer['publisher']}/offers/{offer['id']}"
    publisher, slash, name = text.partition("/")
    if not slash or not publisher or not name or "/" in name:
        raise usage(f"'{text}' is no offer.", "Write PUBLISHER/OFFER, or name the offer file.")
    return f"publishers/{publisher}/offers/{name}"


@dataclass(frozen=True, slots=True)
class Named:
    """An offer document and what it is called in answers."""

    title: str
    document: Any


def named(desk: Desk, text: str, near: str = "") -> Named:
    """Return a document: a file, `PUBLISHER/OFFER@draft|preview|live|NUMBER`, or only the slot or number.

    A slot alone belongs to the offer that `near` (the other document of a comparison) names.
    """
    if text.lower() in SLOTS or text.isdigit():
        if not near:
            raise usage(f"'{text}' does not say of which offer.", "Write PUBLISHER/OFFER@" + text)
        name, _, slot = near.rpartition("@")
        text = f"{name if name and (slot.lower() in SLOTS or slot.isdigit()) else _name(near)}@{text}"
    name, at, which = text.rpartition("@")
    if at and "/" in name and not Path(text).exists():
        if which.lower() not in SLOTS and not which.isdigit():
            raise usage(f"'{which}' is no state of an offer.", f"Use one of {', '.join(SLOTS)}, or a number.")
        last = f"versions/{which}" if which.isdigit() else f"slot/{which.lower()}"
        return Named(text, desk.partner("GET", f"{place_of(name)}/{last}")["definition"])
    path = offer_file(Path(text))
    return Named(str(path), document_in(path))


def _name(text: str) -> str:
    _, publisher, _, offer = place_of(text).split("/")
    return f"{publisher}/{offer}"
