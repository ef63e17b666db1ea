"""The log file of the server."""

from pathlib import Path

from lightkeeper.reporting import Lines


def test_a_line_is_written_after_the_file_was_closed(tmp_path: Path) -> None:
    """The library that serves configures logging for itself, which closes all handlers; requests are noted after that."""
    lines = Lines(tmp_path / "lightkeeper.log")
    lines.write(b"first")
    lines.close()
    lines.write(b"second")

    assert (tmp_path / "lightkeeper.log").read_bytes() == b"first\nsecond\n"
    lines.close()
