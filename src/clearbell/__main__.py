"""``python -m clearbell``."""

from clearbell.cli import main

main()
