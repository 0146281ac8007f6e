from __future__ import annotations

import pytest

from clearbell.intake import export_quarantine, run_intake
from clearbell.labels import LabelSettings, publish_labels
from clearbell.labels.queries import changes
from clearbell.ledger import Store
from clearbell.reports import ReputationSettings, do_rebuild_reputation, do_withdraw_report
from clearbell.reports.ftc import FtcLoader
from clearbell.reports.queries import reputation_of
from clearbell.testing import MovableClock

START = 1_582_000_000_000_000


@pytest.mark.process
def test_complaints_become_labels_on_postgresql_as_on_sqlite(postgresql_url, tmp_path):
    path = tmp_path / "complaints.csv"
    rows = [f"{place:04x},2020-02-14,20255501{place % 9:02d}" for place in range(40)]
    path.write_text("\n".join(["id,day,number", *rows, rows[0], "x,2020-02-14,nul\0", ""]))
    results = []
    for url in (postgresql_url, f"sqlite:///{tmp_path / 'clearbell.db'}"):
        store = Store.open(url, clock=MovableClock(START))
        store.create()
        result = run_intake(store, FtcLoader(ReputationSettings()), path, actor="cli:test", chunk=7)
        assert (result.stored, result.duplicates, result.quarantined) == (40, 1, 1)
        assert run_intake(store, FtcLoader(ReputationSettings()), path, actor="cli:test").already
        assert export_quarantine(store, result.run, tmp_path / "bad.csv") == 1
        first = publish_labels(store, LabelSettings())
        with store.act("cli:test") as act:
            do_withdraw_report(act, "ftc:0000")
            do_withdraw_report(act, "ftc:0009")
            do_withdraw_report(act, "ftc:0012")
        second = publish_labels(store, LabelSettings())
        with store.act("cli:test") as act:
            do_rebuild_reputation(act, ReputationSettings())
        with store.read() as conn:
            results.append((first, second, changes(conn, 0), changes(conn, 1), reputation_of(conn, 12025550100)))
        store.close()
    assert results[0] == results[1]
    assert (results[0][0].published, results[0][1].removed) == (9, 1)
