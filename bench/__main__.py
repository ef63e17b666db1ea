"""Runs every measurement."""

import runpy
from pathlib import Path

for file in sorted(Path(__file__).parent.glob("[a-z]*.py")):
    print(f"== {file.stem}")
    runpy.run_module(f"bench.{file.stem}", run_name="__main__")
