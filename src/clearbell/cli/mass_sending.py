"""``clearbell notices mass send``: the sender of one mass notice, as a process of its own."""

from __future__ import annotations

from pathlib import Path

from clearbell.cli.context import actor, open_store, refuse, words
from clearbell.cli.mass_notices import status


def send(
    mass: int,
    *,
    receipts: float = 30,
    officer: str = "",
    pack: str = "cn",
    config: Path | None = None,
    home: Path | None = None,
) -> None:
    """Send an approved notice, or go on with one; interrupted, run it again.

    Parameters
    ----------
    mass
        Its number.
    receipts
        Seconds without a delivery receipt after which it ends; later ones are kept by the running node.
    officer
        Who acts (default: the login name).
    pack
        Name or file of the rules.
    config
        Configuration of the node (default: clearbell.toml in the data folder).
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    import os
    import secrets
    import signal
    import threading

    from clearbell.cli.context import home_folder
    from clearbell.cli.pack import open_pack
    from clearbell.cli.progress import progress_bar
    from clearbell.lifecycles import IllegalStepError
    from clearbell.notices.errors import NoticeError
    from clearbell.notices.keys import NoticeKey
    from clearbell.notices.mass.model import OPEN, MassState
    from clearbell.notices.mass.queries import mass_of
    from clearbell.notices.mass.service import do_start
    from clearbell.records.locking import turn_if_free
    from clearbell.serving.config import ConfigError, NodeConfig, config_file, read_config
    from clearbell.serving.mass_sending import mass_sender
    from clearbell.serving.notifying import open_outbox
    from clearbell.vault import load_secret

    folder = home_folder(home)
    file = config_file(folder, config)
    store = open_store(home)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        settings = (read_config(file) if file else NodeConfig()).notices
        outbox = open_outbox(settings, NoticeKey(load_secret(folder / "notice-key", os.urandom), os.urandom))
        sender = mass_sender(store, open_pack(pack), settings, outbox, folder, mass, token=secrets.token_hex(8))
        with turn_if_free(folder / f"mass-{mass}.lock") as mine, progress_bar() as bar:
            if not mine:
                refuse("本机另一进程正在发送该公告", "another process of this machine is sending it")
            with store.act(actor()) as act:
                if mass_of(act.conn, mass).state == MassState.APPROVED.value:
                    do_start(act, mass, officer=officer or actor())
            task = bar.add_task(words("群发", "sending"), total=None)
            sender.run(
                stop,
                lambda counts: bar.update(
                    task,
                    total=counts.total(),
                    completed=counts.total() - sum(counts[outcome] for outcome in OPEN),
                ),
                receipts,
            )
    except (ConfigError, NoticeError, IllegalStepError) as error:
        refuse(error.zh, error.en)
    finally:
        store.close()
    status(mass, home=home)
