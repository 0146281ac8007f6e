"""Taking a file in, with a progress bar and what became of its rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from clearbell.cli.context import actor, open_store, refuse, say, words

if TYPE_CHECKING:
    from clearbell.intake import Loader


def take_in(loader: Loader[Any], file: Path, home: Path | None, chunk: int = 5000) -> None:
    """Run an intake and say how many rows were stored, doubled or quarantined; interrupted, it can be run again."""
    from clearbell.cli.progress import progress_bar
    from clearbell.intake import IntakeError, run_intake

    if not file.is_file():
        refuse(f"{file}: 没有这个文件", f"{file}: there is no such file")
    store = open_store(home)
    try:
        with progress_bar() as bar:
            task = bar.add_task(words("导入", "taking in"), total=None)
            result = run_intake(
                store,
                loader,
                file,
                actor=actor(),
                chunk=chunk,
                progress=lambda p: bar.update(task, completed=p.done, total=p.total),
            )
    except IntakeError as error:
        refuse(f"{file}: {error.zh}", f"{file}: {error.en}")
    except KeyboardInterrupt:
        refuse("已中断;再次运行同一命令即从中断处继续", "interrupted; run the same command again to go on from here")
    finally:
        store.close()
    say(
        f"导入 {result.run}:共 {result.rows} 行,存入 {result.stored},重复 {result.duplicates},隔离 {result.quarantined}",
        f"run {result.run}: {result.rows} rows, {result.stored} stored, {result.duplicates} duplicate, "
        f"{result.quarantined} quarantined",
    )
    if result.quarantined:
        say(
            f"查看隔离的行:clearbell intake bad {result.run} bad.csv",
            f"see the quarantined rows: clearbell intake bad {result.run} bad.csv",
        )
