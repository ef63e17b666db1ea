"""Tells the main job, scene after scene; ends with 0 when every outcome was as told."""

import sys
import time
from collections.abc import Callable

from rich.console import Console

from demo import customer, provider, technician, template
from demo.stage import REPOSITORY, Stage, WrongOutcome

SCENES: list[tuple[str, Callable[[Stage], None]]] = [
    ("A world", provider.open_the_house),
    ("An offer file", provider.check_the_offer),
    ("From the file to the storefront", provider.publish),
    ("Accept and delegate", customer.accept_and_delegate),
    ("Work in the customer's subscription", technician.work),
    ("A new version", customer.review_the_update),
    ("Without the marketplace", template.deploy),
    ("What is not for everybody", customer.what_is_not_for_everybody),
    ("The end of a delegation", customer.part),
    ("What is written down", customer.read_the_logs),
]


def main() -> int:
    """Run every scene; return the exit code."""
    console = Console(width=None if sys.stdout.isatty() else 150)
    stage = Stage(console, REPOSITORY / ".demo")
    started = time.perf_counter()
    try:
        for number, (title, scene) in enumerate(SCENES, 1):
            console.rule(f"[bold blue]{number}  {title}", align="left", characters="─")
            scene(stage)
        code = stage.stop()
        stage.expect(code == 0, f"the server ended with {code}")
    except WrongOutcome as wrong:
        console.print(f"\n[red bold]✗ {wrong}[/red bold]", markup=True, highlight=False)
        return 1
    finally:
        stage.stop()
    console.print(f"[green bold]✓ The whole job, in {time.perf_counter() - started:.1f} s.[/green bold]")
    return 0


if __name__ == "__main__":
    sys.exit(main())
