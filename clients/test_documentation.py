"""Every block of docs/clients.md that a shell or a program runs, and the commands of README.md, as they stand."""

import os
import re
from pathlib import Path

import pytest
from tests.server import DEMO_WORLD, REPOSITORY, Server

from clients.conftest import INSTALLED, run
from clients.playing import GIVEN

BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
PAGE = (REPOSITORY / "docs" / "clients.md").read_text()
PARTS = {part.partition("\n")[0]: BLOCK.findall(part) for part in PAGE.split("\n## ")[1:]}
ENVIRONMENTS = {"az": "az", "Python": "python", "JavaScript": "node", "Terraform": "", "Other shells": ""}
NOT_RUN = {"hcl", "powershell", "fish"}
"""Terraform's configuration is played by tests/wire/flows; these shells are not on every machine."""


@pytest.mark.parametrize("part", PARTS)
def test_the_blocks_of_a_part_run(server: Server, tmp_path: Path, part: str) -> None:
    """A reader copies them into one shell, from top to bottom."""
    environment = INSTALLED / ENVIRONMENTS[part]
    if not environment.exists():
        pytest.skip(f"{environment} is not installed: run make test-clients")
    lines = ["set -e"]
    for language, text in PARTS[part]:
        if language == "sh":
            lines.append(text)
        elif language == "python":
            (tmp_path / "block.py").write_text(text)
            lines.append(f"'{environment}/bin/python' '{tmp_path}/block.py'")
        elif language == "javascript":
            (tmp_path / "block.mjs").write_text(text)
            (tmp_path / "node_modules").symlink_to(environment / "node_modules")
            lines.append(f"node '{tmp_path}/block.mjs'")
        else:
            assert language in NOT_RUN
    path = os.pathsep.join([str(environment / "bin"), str(REPOSITORY / ".venv" / "bin"), os.environ["PATH"]])

    done = run(["bash", "-c", "\n".join(lines)], GIVEN | {"PATH": path, "LIGHTKEEPER_DATA": str(server.data)})

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() or part in ("Python", "Other shells")


def test_the_commands_of_the_readme_run(tmp_path: Path) -> None:
    """Whoever has just started a server types them, one after the other, into another shell."""
    [block] = [
        part
        for part in (REPOSITORY / "README.md").read_text().split("\n\n")
        if part.startswith("    lightkeeper offer init")
    ]
    server = Server(tmp_path / "data", DEMO_WORLD).start()
    path = os.pathsep.join([str(REPOSITORY / ".venv" / "bin"), os.environ["PATH"]])
    try:
        done = run(
            ["bash", "-c", f"set -e\ncd '{tmp_path}'\n{block}"], {"PATH": path, "LIGHTKEEPER_DATA": str(server.data)}
        )
    finally:
        server.stop()

    assert done.returncode == 0, done.stdout + done.stderr
    assert "The log is intact" in done.stdout
