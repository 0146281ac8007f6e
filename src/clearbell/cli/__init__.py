"""``clearbell …``: everything an operator does at the command line."""

from clearbell.cli.main import main

__all__ = ["main"]
