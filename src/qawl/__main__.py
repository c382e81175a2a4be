"""`python -m qawl`."""

from qawl.cli import main

main()
