"""The `lightkeeper` command."""

import logging
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lightkeeper.settings import Settings


def main() -> None:
    """Run the command line."""
    from lightkeeper.cli import up
    from lightkeeper.cli.app import app_for

    up.starter = _serve
    app_for(sys.argv[1:])(prog_name="lightkeeper")


def _serve(settings: "Settings") -> None:
    from lightkeeper.bootstrap import serve  # everything there is; other commands start without it

    serve(settings)
    # A step that outlasts the patience of the stop would keep the process, its thread working in a folder that is free for
    # the next server. Whatever it has not committed is done again there, as after a crash.
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
