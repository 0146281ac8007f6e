"""How fast are the desk's pages over a million cases and ten million reports in PostgreSQL, and with many officers at once?

Makes a PostgreSQL cluster of its own, fills it by SQL (a tenth of the cases open, reports over as many numbers as cases, a tenth as many consents as reports),
serves a node on it, and asks for each page ``--rounds`` times alone; then ``--officers`` sessions walk from page to page, each
with a pause of ``--think`` seconds between two. Every answer is checked. The same machine asks, serves and stores.

    python -m bench.console [--cases 1000000] [--reports 10000000] [--officers 200] [--seconds 60]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import signal
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from argon2 import PasswordHasher
from sqlalchemy import text

from bench.reports_api import start
from clearbell.access.keys import AccessKey
from clearbell.access.model import Role
from clearbell.access.service import do_make_account
from clearbell.access.settings import AccessSettings
from clearbell.access.signing_in import join, sign_in
from clearbell.calls import DAY
from clearbell.desk.scorecards import MOST_DAYS
from clearbell.desk.tallying import tally_complaints
from clearbell.ledger import Store
from clearbell.vault import load_secret
from clearbell.web.doors import COOKIE

PASSWORD = "nine bells at noon"
FIRST = 8613000000000
CASES = """
insert into case_file ("case", unit_kind, unit, number, state, urgency, due, pressing, opened, moved, since, snoozed, assignee, opener,
  merged_into, verdict, proposer, words, found, taught, taught_until, late)
select 'B' || n, 'number', (:first + n)::text, :first + n,
  case when n % 10 > 0 then 'closed' else (array['opened', 'verifying', 'proposed', 'confirmed', 'sanctioned'])[1 + (n / 10) % 5] end,
  (n * 7919) % 40, due, case due when 0 then -4611686018427387904 else -due end,
  :now - (n % 10000) * 60000000, :now, :now, 0, case when n % 4 = 0 then 'o' || n % 200 else '' end, '', '',
  case when n % 10 > 0 then 'cleared' else '' end, '', '', 0, '', 0, 0
from (
  select n, case when n % 3 = 0 then 0 when n % 1000 = 10 then :now - 1 else :now + (3600 + (n * 104729) % 864000) * 1000000 end as due
  from generate_series(0::bigint, :cases - 1) n
) c
"""
EVIDENCE = """
insert into case_evidence ("case", entry, at, added, kind, source, reference, joins, what)
select 'B' || n * 10, e, :now - e * 3600000000, :now - e * 3600000000, 'note', 'o' || e, '', '',
  '{"type":"note","words":"looked at it"}'
from generate_series(0::bigint, :cases / 10 - 1) n, generate_series(1::bigint, 6) e
"""
REPORTS = """
insert into report (report, number, at, received, source, reporter, category, automatic, area, seq, withdrawn, wanted,
  standing, "match", why, weight, proven, voice, void)
select 'b:' || n, :first + n % :cases, :now - (n % 7776000) * 1000000::bigint, :now - (n % 7776000 - 60) * 1000000::bigint, 'api',
  8615000000000 + n % 3000017, (array['property', 'insurance', 'education', 'loans'])[1 + (n % 100) / 33], false,
  '', 1, case when n % 1000 = 1 then :now else 0 end, false, case when n % 50 = 0 then 'aside' else 'counted' end, 'unlooked',
  case when n % 50 = 0 then 'private' else '' end, 1, false, 8615000000000 + n % 3000017, 0
from generate_series(:begin ::bigint, :end - 1) n
"""
TRUNKS = """
insert into report_trunk (report, trunk)
select 'b:' || n, 'trunk-' || n % 500 from generate_series(:begin ::bigint, :end - 1) n
"""
COMPLAINTS = """
insert into complaint (report, number, reporter, state, due, opened, moved, provider, result, answer)
select 'b:' || n, :first + n % :cases, 8615000000000 + n % 3000017, case when n % 100 = 0 then 'received' else 'answered' end,
  case when n % 100 = 0 then :now + (n % 900000) * 1000000::bigint else 0 end, :now, :now, '', '', ''
from generate_series(:begin ::bigint, :end - 1, 20) n
"""
SANCTIONS = """
insert into sanction (sanction, case_id, target, number, name, rung, current, proposed, reason, words, "order", officer, state, announced,
  start, latest, bitten, until, ends, ended, stages, channels, different, at_once, restriction, restrictions, undone, undelivered)
select 'B' || n || '/1', 'B' || n, 'number', :first + n, '', 'warning', 'warning', '', 'sells', '', '', 'o1',
  case when n % 100 = 50 then 'announced' when n % 10 > 0 then 'expired' else 'in-force' end,
  :now - n * 1000000::bigint, :now + n * 2000000::bigint, :now + n * 3000000::bigint, :now, :now + n * 1000000::bigint, 0,
  case when n % 10 > 0 then :now - n * 500000::bigint else 0 end, '[]', n / 100 % 2, false, false, '', 0, false, '[]'
from generate_series(0::bigint, :cases - 1) n
"""
CONSENTS = """
insert into consent (callee, holder, purpose, until, channel, evidence, given, withdrawn, provenance, per_day)
select 8615000000000 + n, 'H' || n % 1000, 'loans', case when n % 3 = 0 then 0 else :now + (1 + n % 90) * 86400000000 end, 'web', '',
  :now - (n % 7776000) * 1000000::bigint, 0, 'subscriber', 0
from generate_series(0::bigint, :reports / 10 - 1) n
"""
RESTRICTIONS = """
insert into restriction (restriction, target, number, name, rung, reason, start, until, "limit", "order", lifted, sanction)
select 'B' || n || '/1', 'number', :first + n, '', 'outgoing_barred', 'sells', :now - n * 30000000::bigint, 0, 0, '', 0, 'B' || n || '/1'
from generate_series(0::bigint, :cases - 1, 10) n
"""
CALLS = """
insert into trunk_outcome (trunk, day, action, calls)
select 'trunk-' || t, :now / 86400000000 - d, a, 1000 + t from generate_series(0, 499) t, generate_series(0, 180) d,
  unnest(array['allow', 'label', 'reject']) a
"""


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    programs = max(Path("/usr/lib/postgresql").glob("*/bin/initdb")).parent
    demote = {"user": "postgres"} if os.getuid() == 0 else {}
    if demote:
        shutil.chown(folder, "postgres")
    run = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder, **demote}
    subprocess.run([programs / "initdb", "-D", folder / "data", "-U", "clearbell", "-A", "trust", "-E", "UTF8"], **run)
    options = ("listen_addresses=", "shared_buffers=1GB", "max_wal_size=8GB", "max_connections=200")
    server = subprocess.Popen(
        [programs / "postgres", "-D", folder / "data", "-k", folder, *(w for o in options for w in ("-c", o))],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **demote,
    )  # fmt: skip
    try:
        while subprocess.run([programs / "pg_isready", "-q", "-h", folder], check=False).returncode:
            time.sleep(0.1)
        subprocess.run([programs / "createdb", "-h", folder, "-U", "clearbell", "bench"], check=True)
        yield f"postgresql+psycopg://clearbell@/bench?host={folder}"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(60)


def fill(store: Store, cases: int, reports: int) -> None:
    now = store.clock.now()
    about = {"first": FIRST, "now": now, "cases": cases, "reports": reports}
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        wanted = ("cases", CASES), ("evidence", EVIDENCE), ("sanctions", SANCTIONS), ("calls", CALLS)
        for name, statement in (*wanted, ("restrictions", RESTRICTIONS), ("consents", CONSENTS)):
            began = time.perf_counter()
            rows = conn.execute(text(statement), about).rowcount
            print(f"{name}: {rows:,} rows in {time.perf_counter() - began:.0f} s", flush=True)
        began = time.perf_counter()
        for begin in range(0, reports, 1_000_000):
            for statement in (REPORTS, TRUNKS, COMPLAINTS):
                conn.execute(text(statement), {**about, "begin": begin, "end": min(begin + 1_000_000, reports)})
        print(f"reports: {reports:,} rows in {time.perf_counter() - began:.0f} s", flush=True)
        conn.execute(text("analyze"))
    today = now // DAY
    began = time.perf_counter()
    for day in range(today - MOST_DAYS, today + 1):
        tally_complaints(store, day, 0)
    print(f"complaints tallied: {MOST_DAYS + 1} days in {time.perf_counter() - began:.0f} s", flush=True)


def officers(store: Store, home: Path, count: int) -> list[str]:
    """Secrets of so many sessions; their passwords are hashed cheaply, as nobody signs in while it is timed."""
    key = AccessKey(load_secret(home / "access-key", os.urandom), os.urandom, PasswordHasher(1, 8, 1))
    settings = AccessSettings()
    secrets = []
    for place in range(count):
        name = f"o{place}"
        with store.act("cli:bench") as act:
            invited = do_make_account(act, key, settings, name, name, Role.OFFICER)
        join(store, key, settings, name, invited.secret, PASSWORD)
        secrets.append(sign_in(store, key, settings, name, PASSWORD).secret)
    return secrets


def quantiles(waits: list[float]) -> str:
    cut = statistics.quantiles(waits, n=100) if len(waits) > 1 else waits * 99
    return (
        f"{len(waits):6}  {cut[49] * 1000:7.1f}  {cut[94] * 1000:7.1f}  {cut[98] * 1000:7.1f}  {max(waits) * 1000:7.1f}"
    )


def pages(cases: int) -> dict[str, list[str]]:
    chosen = random.Random(1)
    some = [f"/desk/cases/B{chosen.randrange(cases // 10) * 10}" for _ in range(1_000)]
    return {
        "queue": ["/desk/cases"],
        "queue, one state": ["/desk/cases?state=verifying"],
        "queue, mine": ["/desk/cases?mine=true"],
        "queue, overdue": ["/desk/cases?overdue=true"],
        "queue, from the last": ["/desk/cases?sort=-urgency"],
        "case": some,
        "reports": ["/desk/reports"],
        "reports, a category": ["/desk/reports?category=loans"],
        "reports, set aside": ["/desk/reports?stands=aside"],
        "reports, taken back": ["/desk/reports?stands=withdrawn"],
        "reports, a number": ["/desk/reports?number=13800000001"],
        "reports, due": ["/desk/reports?complaint=open"],
        "sanctions": ["/desk/sanctions"],
        "sanctions in force": ["/desk/sanctions?group=in-force"],
        "deadlines": ["/desk/deadlines"],
        "sanctions to come": ["/desk/deadlines?kind=sanction_bites"],
        "consents that lapse": ["/desk/deadlines?kind=consent_ends"],
        "providers": ["/desk/providers"],
        "providers, 31 days": ["/desk/providers?period=31"],
        "health": ["/desk/health"],
        "orders": ["/desk/orders"],
        "live": ["/desk/live"],
        "front": ["/"],
    }


def alone(url: str, secret: str, rounds: int, cases: int) -> None:
    with httpx.Client(base_url=url, cookies={COOKIE: secret}, timeout=120) as client:
        for name, paths in pages(cases).items():
            waits = []
            for place in range(rounds):
                began = time.perf_counter()
                answer = client.get(paths[place % len(paths)])
                waits.append(time.perf_counter() - began)
                assert answer.status_code == 200, (paths[place % len(paths)], answer.status_code, answer.text[:500])
            print(f"{name:20} first {waits[0] * 1000:7.1f}  then {quantiles(waits[1:])}", flush=True)


async def together(url: str, secrets: list[str], seconds: float, think: float, cases: int) -> dict[str, list[float]]:
    waits: dict[str, list[float]] = {}
    until = time.perf_counter() + seconds
    walk = [name for name in pages(cases) if name != "front"]
    by_name = pages(cases)
    # One for all: making one takes longer than a page.
    trust = ssl.create_default_context()
    keep = httpx.Limits(keepalive_expiry=60)

    async def officer(place: int) -> None:
        chosen = random.Random(place)
        async with httpx.AsyncClient(
            base_url=url, cookies={COOKIE: secrets[place]}, timeout=120, verify=trust, limits=keep
        ) as client:
            await asyncio.sleep(chosen.random() * think)
            while time.perf_counter() < until:
                # Half of what an officer opens are cases.
                name = "case" if chosen.random() < 0.5 else chosen.choice(walk)
                began = time.perf_counter()
                answer = await client.get(chosen.choice(by_name[name]))
                waits.setdefault(name, []).append(time.perf_counter() - began)
                assert answer.status_code == 200, (name, answer.status_code)
                await asyncio.sleep(think * (0.5 + chosen.random()))

    await asyncio.gather(*(officer(place) for place in range(len(secrets))))
    return waits


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--cases", type=int, default=1_000_000)
    options.add_argument("--reports", type=int, default=10_000_000)
    options.add_argument("--officers", type=int, default=200)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--think", type=float, default=5)
    options.add_argument("--rounds", type=int, default=30)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.chmod(0o755)
        (folder / "pg").mkdir()
        home = folder / "home"
        home.mkdir()
        with cluster(folder / "pg") as database:
            store = Store.open(database)
            store.create()
            fill(store, given.cases, given.reports)
            secrets = officers(store, home, given.officers)
            os.environ["CLEARBELL_DATABASE"] = database
            process, url = start(home)
            try:
                print("page                 ms         asked      p50      p95      p99      max")
                alone(url, secrets[0], given.rounds, given.cases)
                waits = asyncio.run(together(url, secrets, given.seconds, given.think, given.cases))
                every = [wait for of in waits.values() for wait in of]
                print(f"{given.officers} officers, {len(every) / given.seconds:.0f} pages a second:")
                for name, of in sorted(waits.items()):
                    print(f"{name:20}                     {quantiles(of)}")
                print(f"{'all':20}                     {quantiles(every)}")
            except BaseException:
                print((home / "log").read_text()[-5_000:])
                raise
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(60)
            store.close()


if __name__ == "__main__":
    sys.exit(main())
