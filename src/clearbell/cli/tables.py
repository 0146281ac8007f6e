"""Tables on the screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, numeric: Sequence[int] = ()
) -> Table:
    """Build a table; the columns whose places are in ``numeric`` align right."""
    # As text: to rich a word in brackets is a style, and would not be shown.
    built = Table(title=Text(title, "table.title"), title_justify="left")
    for place, column in enumerate(columns):
        built.add_column(column, justify="right" if place in numeric else "left")
    for row in rows:
        built.add_row(*(Text(str(cell)) for cell in row))
    return built


def show(built: Table) -> None:
    """Print the table; piped output is plain and not cut to a screen's width."""
    console = Console()
    if not console.is_terminal:
        # As wide as the longest row asks, so that what reads the output finds each row on one line.
        console = Console(width=max(200, Console(width=100_000).measure(built).maximum))
    console.print(built)
