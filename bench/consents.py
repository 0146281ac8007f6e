"""Many consents taken in from a file, beside a bare table, and a calling list scrubbed against them.

    python -m bench.consents [--rows 10000000] [--list 1000000] [--database URL]

The bare table is the least a database can do with the same rows: parsed by the csv module and inserted with their
primary key in transactions of the same size; no ledger, no quarantine, no resume. The file is made here, its numbers
in no order and none twice.
"""

from __future__ import annotations

import argparse
import csv
import random
import resource
import sqlite3
import tempfile
import time
from collections import Counter
from itertools import islice
from pathlib import Path

from clearbell.consent.loaders import GRANTS_CHUNK, LOADERS
from clearbell.consent.scrub import Question, scrub
from clearbell.intake import run_intake
from clearbell.ledger import Store

HOLDERS = 20
STEP, PRIME = 7_919_993, 1_000_000_007


def number(n: int) -> int:
    """The n-th subscriber: a permutation, so no number comes twice within a billion."""
    return 13_000_000_000 + n * STEP % PRIME


def make(path: Path, rows: int) -> None:
    with path.open("w") as file:
        file.write("holder,callee,purpose,until,evidence\n")
        for start in range(0, rows, 100_000):
            file.writelines(
                f"H{n % HOLDERS},{number(n)},insurance,2099-12-31,\n" for n in range(start, min(start + 100_000, rows))
            )


def bare(path: Path, folder: Path) -> float:
    conn = sqlite3.connect(folder / "bare.db", isolation_level=None)
    conn.execute("PRAGMA journal_mode=WAL")
    conn.execute("PRAGMA synchronous=FULL")
    conn.execute(
        "CREATE TABLE c (callee INTEGER, holder TEXT, purpose TEXT, until TEXT, PRIMARY KEY (callee, holder, purpose)) WITHOUT ROWID"
    )
    began = time.perf_counter()
    with path.open(newline="") as file:
        reader = csv.reader(file)
        next(reader)
        rows = ((int(f"86{callee}"), holder, purpose, until) for holder, callee, purpose, until, _ in reader)
        while chunk := sorted(islice(rows, GRANTS_CHUNK)):
            conn.execute("BEGIN IMMEDIATE")
            conn.executemany("INSERT OR REPLACE INTO c VALUES (?, ?, ?, ?)", chunk)
            conn.execute("COMMIT")
    conn.close()
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--list", type=int, default=1_000_000)
    parser.add_argument("--database", default="", help="database URL; default: SQLite in a temporary folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "consents.csv"
        make(file, given.rows)
        least = bare(file, folder)
        store = Store.open(given.database or f"sqlite:///{folder / 'clearbell.db'}")
        store.create()
        began = time.perf_counter()
        result = run_intake(store, LOADERS["grants"](), file, actor="bench", chunk=GRANTS_CHUNK)
        took = time.perf_counter() - began
        assert result.stored == given.rows, result
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{'':26}{'seconds':>9}{'rows/s':>12}{'x bare':>8}")
        print(f"{'bare SQLite table':26}{least:9.1f}{given.rows / least:12,.0f}{1:8.2f}")
        print(f"{'consents, with ledger':26}{took:9.1f}{given.rows / took:12,.0f}{took / least:8.2f}")
        print(f"{given.rows:,} rows; {peak:,.0f} MB peak")
        callees = [int(f"86{number(n)}") for n in random.Random(1).sample(range(2 * given.rows), given.list)]
        began = time.perf_counter()
        with store.read() as conn:
            found = scrub(conn, Question("H1", "insurance", store.clock.now()), callees)
        took = time.perf_counter() - began
        verdicts = Counter(verdict.why.code for verdict in found.values())
        print(f"scrub of {given.list:,} numbers: {took:.1f} s; {dict(verdicts)}")
        store.close()


if __name__ == "__main__":
    main()
