"""`python -m exporter` is the `genping` command."""

from exporter.cli import main

main()
