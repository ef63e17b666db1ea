"""The `lightkeeper` command."""

import sys


def main() -> None:
    """Run the command line."""
    from lightkeeper.cli.app import app

    app(prog_name="lightkeeper")


if __name__ == "__main__":
    sys.exit(main())
