"""``clearbell intake``: files taken in, and the rows that could not be."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

from clearbell.cli.context import language, open_store, refuse, say, words

app = App(name="intake", help="Files taken in and their bad rows. 导入与隔离行。")


@app.command(name="list")
def list_(*, home: Path | None = None) -> None:
    """List the files that were taken in."""
    from clearbell.cli.tables import show, table
    from clearbell.intake.queries import runs

    store = open_store(home)
    with store.read() as conn:
        found = runs(conn)
    show(
        table(
            words("导入", "Files taken in"),
            ["编号", "种类", "文件", "行", "存入", "重复", "隔离", "完成"]
            if language() == "zh"
            else ["run", "kind", "file", "rows", "stored", "duplicate", "quarantined", "finished"],
            [(r.run, r.loader, r.file, r.rows, r.stored, r.duplicates, r.quarantined, r.finished) for r in found],
            numeric=(3, 4, 5, 6),
        )
    )


@app.command
def bad(run: str, out: Path, *, rows: bool = False, encoding: str = "", home: Path | None = None) -> None:
    """Write the quarantined rows of a run to a CSV file, with line, column and reason.

    Parameters
    ----------
    run
        Id of the run, as ``clearbell intake list`` shows it.
    out
        File to write.
    rows
        Write only the rows as they stood, under their file's header: repair them there and import that file.
    encoding
        With ``--rows``: the encoding, such as ``gb18030``, of rows that are not UTF-8; they are written in UTF-8.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.intake import BadFileError, export_quarantine, export_rows
    from clearbell.intake.queries import runs

    store = open_store(home)
    with store.read() as conn:
        known = {found.run for found in runs(conn)}
    if run not in known:
        refuse(f"没有编号为 {run} 的导入", f"there is no run {run}; see: clearbell intake list")
    try:
        count = export_rows(store, run, out, encoding) if rows else export_quarantine(store, run, out)
    except BadFileError as error:
        refuse(error.zh, error.en)
    say(f"{count} 行写入 {out}", f"{count} rows written to {out}")
