"""Progress bars for work that takes a while."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rich.progress import Progress

from clearbell.cli.context import words


@contextlib.contextmanager
def loading() -> Iterator[Callable[[int, int], None]]:
    """Show how far the views are built: call what this gives with entries done and entries in all."""
    with Progress(transient=True) as bar:
        task = bar.add_task(words("载入账本", "loading the ledger"), total=None)

        def update(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield update
