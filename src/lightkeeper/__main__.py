"""The `lightkeeper` command."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lightkeeper.settings import Settings


def main() -> None:
    """Run the command line."""
    from lightkeeper.cli import up
    from lightkeeper.cli.app import app

    up.starter = _serve
    app(prog_name="lightkeeper")


def _serve(settings: "Settings") -> None:
    from lightkeeper.bootstrap import serve  # everything there is; other commands start without it

    serve(settings)


if __name__ == "__main__":
    main()
