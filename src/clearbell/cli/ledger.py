"""``clearbell ledger``: verify, sign and look at the chain."""

from __future__ import annotations

import datetime
from pathlib import Path

from cyclopts import App

from clearbell.cli.context import actor, home_folder, open_store, refuse, say, words

app = App(name="ledger", help="Verify and sign the chain of facts. 校验与签名账本。")


@app.command
def verify(*, home: Path | None = None, checkpoint: Path | None = None) -> None:
    """Check every entry; names the first that is not as it was appended, and then ends with exit code 1.

    Parameters
    ----------
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    checkpoint
        File of checkpoints kept outside the store, one JSON per line.
    """
    from clearbell.cli.progress import progress_bar
    from clearbell.ledger import verify as chain_check
    from clearbell.ledger.checkpoints import from_text

    outside = []
    if checkpoint is not None:
        for number, line in enumerate(checkpoint.read_text().splitlines(), 1):
            try:
                outside.append(from_text(line))
            except ValueError as error:
                refuse(
                    f"{checkpoint}:{number}: 不是检查点:{error}",
                    f"{checkpoint}:{number}: not a checkpoint: {error}",
                )
    from clearbell.cli.context import store_url
    from clearbell.ledger import Store

    # Not open_store(): a damaged store must be looked at as it is, without touching its tables.
    store = Store.open(store_url(home_folder(home)))
    with progress_bar() as bar:
        task = bar.add_task(words("校验", "verifying"), total=None)
        result = chain_check.verify(
            store,
            outside=outside,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if result.fault is None:
        say(
            f"完好:{result.entries} 个条目,{result.sealed} 条封存内容(其中 {result.erased} 条已抹除),"
            f"{result.checkpoints} 个检查点;末条摘要 {result.head.hex()}",
            f"sound: {result.entries} entries, {result.sealed} sealed facts ({result.erased} erased), "
            f"{result.checkpoints} checkpoints; head {result.head.hex()}",
        )
        return
    fault = result.fault
    where_zh = f"第 {fault.seq} 条" + (f"第 {fault.item} 项" if fault.item >= 0 else "")
    where_en = f"entry {fault.seq}" + (f", fact {fault.item}" if fault.item >= 0 else "")
    refuse(
        f"{where_zh}:{fault.kind.zh}。此前 {result.entries} 条完好。请保留此文件,并从备份恢复。",
        f"{where_en}: {fault.kind.en}. The {result.entries} before it are sound. Keep this file and restore a backup.",
    )


@app.command
def checkpoint(*, home: Path | None = None) -> None:
    """Sign the head of the chain and print the checkpoint; keep the line somewhere else."""
    from clearbell.ledger.checkpoints import EmptyLedgerError, do_checkpoint, load_key, to_text

    folder = home_folder(home)
    store = open_store(home)
    try:
        with store.act(actor()) as act:
            point = do_checkpoint(act, load_key(folder / "ledger-key.pem"))
    except EmptyLedgerError:
        refuse("账本为空,没有可签名的条目。", "There is nothing to sign: the ledger has no entry yet.")
    except ValueError as error:
        refuse(f"签名密钥不可用:{error}", f"the signing key cannot be used: {error}")
    print_line = to_text(point)
    say(print_line, print_line)


@app.command
def tail(count: int = 20, *, home: Path | None = None) -> None:
    """Show the newest entries, without personal data.

    Parameters
    ----------
    count
        How many.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.tables import show, table

    store = open_store(home)
    entries = store.entries(max(0, store.head() - count), limit=count)
    show(
        table(
            words("账本", "Ledger"),
            [
                words("序号", "seq"),
                words("时间", "time"),
                words("种类", "kind"),
                words("何人", "actor"),
                words("条数", "facts"),
                words("说明", "note"),
            ],
            [
                (
                    entry.seq,
                    datetime.datetime.fromtimestamp(entry.at / 1e6, datetime.UTC).isoformat(timespec="seconds"),
                    entry.kind,
                    entry.actor,
                    len(entry.facts),
                    entry.note or "",
                )
                for entry in entries
            ],
            numeric=(0, 4),
        )
    )
