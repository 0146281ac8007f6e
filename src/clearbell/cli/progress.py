"""Progress bars for work that takes a while: on standard error, and only where a person looks at it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import Progress

from clearbell.cli.context import words


def progress_bar() -> Progress:
    """A progress display that vanishes when done and is silent when piped."""
    console = Console(stderr=True)
    return Progress(console=console, transient=True, disable=not console.is_terminal)


@contextlib.contextmanager
def loading() -> Iterator[Callable[[int, int], None]]:
    """Show how far the views are built: call what this gives with entries done and entries in all."""
    with progress_bar() as bar:
        task = bar.add_task(words("载入账本", "loading the ledger"), total=None)

        def update(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield update
