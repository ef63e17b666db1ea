"""What the program says while it runs: JSON lines in the data folder, warnings on the terminal."""

import logging
import os
import sys
import threading
from pathlib import Path

import structlog

_SIZE, _COPIES = 50 * 1024 * 1024, 5


class Lines(logging.Handler):
    """Appends lines to a file, each with one system call, and starts a new file when it is full.

    `write` takes lines that are finished already, such as those of requests, past the machinery of reports.
    """

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file
        self._guard = threading.Lock()
        self._descriptor, self._size = self._opened()

    def write(self, line: bytes) -> None:
        """Append a line, given without its end."""
        with self._guard:
            if self._descriptor < 0:  # who configures logging after us closes all handlers there are, and Granian does
                self._descriptor, self._size = self._opened()
            if self._size > _SIZE:
                self._start_anew()
            self._size += os.write(self._descriptor, line + b"\n")

    def emit(self, record: logging.LogRecord) -> None:
        """Append a report."""
        try:
            self.write(self.format(record).encode("utf-8", "backslashreplace"))
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Close the file."""
        with self._guard:
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1
        super().close()

    def _opened(self) -> tuple[int, int]:
        descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return descriptor, os.fstat(descriptor).st_size

    def _start_anew(self) -> None:
        os.close(self._descriptor)
        for number in range(_COPIES, 0, -1):
            older = self._file.with_name(f"{self._file.name}.{number}")
            newer = self._file.with_name(f"{self._file.name}.{number - 1}") if number > 1 else self._file
            if newer.exists():
                newer.replace(older)
        self._descriptor, self._size = self._opened()


def report_to(folder: Path) -> Lines:
    """Write every report to `folder/lightkeeper.log` (rotated), and warnings to stderr as well; return that file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = Lines(folder / "lightkeeper.log")
    file.setFormatter(
        structlog.stdlib.ProcessorFormatter(
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
    return file
