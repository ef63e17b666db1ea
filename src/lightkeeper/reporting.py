"""What the program says while it runs: JSON lines in the data folder, warnings on the terminal."""

import logging
import logging.handlers
import sys
from pathlib import Path

import structlog

REQUESTS = "lightkeeper.requests"
_SIZE, _COPIES = 50 * 1024 * 1024, 5


class _LinesPassThrough(structlog.stdlib.ProcessorFormatter):
    """Writes request lines, which are JSON already, as they are."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        return record.getMessage() if record.name == REQUESTS else super().format(record)


def report_to(folder: Path) -> None:
    """Write every report to `folder/lightkeeper.log` (rotated), and warnings to stderr as well."""
    folder.mkdir(parents=True, exist_ok=True)
    file = logging.handlers.RotatingFileHandler(folder / "lightkeeper.log", maxBytes=_SIZE, backupCount=_COPIES)
    file.setFormatter(
        _LinesPassThrough(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ]
        )
    )
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setLevel(logging.WARNING)
    terminal.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        )
    )
    root = logging.getLogger()
    root.handlers = [file, terminal]
    root.setLevel(logging.WARNING)
    logging.getLogger("lightkeeper").setLevel(logging.INFO)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
