"""Tables on the screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, numeric: Sequence[int] = ()
) -> Table:
    """Build a table; the columns whose places are in ``numeric`` align right."""
    built = Table(title=title, title_justify="left")
    for place, column in enumerate(columns):
        built.add_column(column, justify="right" if place in numeric else "left")
    for row in rows:
        built.add_row(*(str(cell) for cell in row))
    return built


def show(built: Table) -> None:
    """Print the table; piped output is plain and not cut to a screen's width."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=200)
    console.print(built)
