"""`offer pull`, `offer import`, `offer export`: an offer from the server into files, from and into other tools' words."""

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from lightkeeper.cli.desk import Desk
from lightkeeper.cli.failures import Failure, usage
from lightkeeper.cli.offer.naming import document_in, offer_file, place_of
from lightkeeper.cli.output import as_yaml
from lightkeeper.cli.world import read_text

_FORCE = Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")]
_HEAD = "# yaml-language-server: $schema=https://lightkeeper.example/schemas/offer.schema.json\n"


class Target(StrEnum):
    """The forms of an export."""

    ARM = "arm"
    BICEP = "bicep"
    TERRAFORM = "terraform"
    INGESTION = "ingestion"


def pull(
    desk: Desk,
    offer: Annotated[str, typer.Argument(help="PUBLISHER/OFFER.", show_default=False)],
    folder: Annotated[Path, typer.Argument(help="Where the offer file and its pictures go.")] = Path(),
    slot: Annotated[str, typer.Option(help="draft, preview or live.")] = "draft",
    force: _FORCE = False,
) -> None:
    """Write the offer file and the pictures of what is on the server; the file can be checked and published again."""
    if slot.lower() not in ("draft", "preview", "live"):
        raise usage(f"'{slot}' is no environment.", "Use draft, preview or live.")
    answer = desk.partner("GET", f"{place_of(offer)}/slot/{slot.lower()}")
    pictures = {path: desk.server.download(address) for path, address in answer["assets"].items()}
    _write(desk, folder, answer["definition"], pictures, force)


def import_tree(
    desk: Desk,
    tree: Annotated[Path, typer.Argument(help="A resource tree or configure payload (JSON).", show_default=False)],
    publisher: Annotated[str, typer.Option(help="The publisher id the offer gets.", show_default=False)],
    folder: Annotated[Path, typer.Argument(help="Where the offer file goes.")] = Path(),
    force: _FORCE = False,
) -> None:
    """Write an offer file from a Product Ingestion resource tree."""
    from lightkeeper.publishing.ingestion.reading import offer_from_tree

    try:
        value = json.loads(read_text(tree))
    except (ValueError, RecursionError):
        raise Failure(f"{tree} is not JSON.", "InvalidJson") from None
    if not isinstance(value, dict) or not isinstance(value.get("resources"), list):
        raise Failure(
            f"{tree} has no 'resources'.", "InvalidTree", remedy="Give a resource tree or a configure payload."
        )
    document, pictures = offer_from_tree(value, publisher)
    _write(desk, folder, document, pictures, force)


def _write(desk: Desk, folder: Path, document: Mapping[str, Any], pictures: Mapping[str, bytes], force: bool) -> None:
    files = {"offer.yaml": (_HEAD + as_yaml(document)).encode(), **pictures}
    root = folder.resolve()
    targets = {path: (root / path).resolve() for path in files}
    for path, target in targets.items():
        if not target.is_relative_to(root):
            raise Failure(f"'{path}' lies outside {folder}.", "PathOutside")
        if target.exists() and not force:
            raise Failure(f"{folder / path} is there already.", "FileExists", remedy="Use --force to overwrite it.")
    for path, target in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(files[path])
    written = [str(folder / path) for path in files]
    if desk.for_people:
        desk.say(f"Wrote {', '.join(written)}. Check it: lightkeeper offer check {written[0]}")
    else:
        desk.show({"written": written})


def export(
    desk: Desk,
    file: Annotated[Path, typer.Argument(help="The offer file, or its folder.")] = Path(),
    target: Annotated[Target, typer.Option("--target", "-t", help="The form.")] = Target.ARM,
    plan: Annotated[str, typer.Option(help="The plan; needed when there are several.", show_default=False)] = "",
    to: Annotated[Path | None, typer.Option("--to", help="The folder to write into.", show_default=False)] = None,
) -> None:
    """Write the offer for another tool: ARM template and parameters, Bicep, Terraform, or a Product Ingestion payload."""
    from lightkeeper.publishing.offer import read_offer

    path = offer_file(file)
    document = document_in(path)
    texts = export_texts(read_offer(document), target, plan)
    if to is None:
        for name, text in texts.items():
            typer.echo((f"// {name}\n" if len(texts) > 1 else "") + text, nl=False)
        return
    to.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (to / name).write_text(text, encoding="utf-8")
    desk.say(f"Wrote {', '.join(str(to / name) for name in texts)}.")


def export_texts(offer: Any, target: Target, plan_id: str) -> dict[str, str]:
    """Return the files of an export by their names."""
    from lightkeeper.publishing.exports import bicep_of, export_of, parameters_of, template_of, terraform_of
    from lightkeeper.publishing.ingestion.writing import configure_of

    if target is Target.INGESTION:
        return {"configure.json": _json(configure_of(offer))}
    plans = [plan for plan in offer.plans if not plan_id or plan.id == plan_id]
    if len(plans) != 1:
        names = ", ".join(plan.id for plan in offer.plans) or "none"
        raise usage("Name one plan." if not plan_id else f"There is no plan '{plan_id}'.", f"--plan, one of: {names}")
    export = export_of(offer, plans[0])
    if target is Target.BICEP:
        return {"main.bicep": bicep_of(export)}
    if target is Target.TERRAFORM:
        return {"main.tf": terraform_of(export)}
    return {"template.json": _json(template_of(export)), "template.parameters.json": _json(parameters_of(export))}


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
