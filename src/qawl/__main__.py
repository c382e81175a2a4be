"""`python -m qawl`."""

from qawl.cli import run

run()
