"""What the views cost as they grow: memory a row, start from a file, look-ups, decisions, pauses, withdrawals.

    python -m bench.views [--consents 1000000 10000000 50000000] [--labels 10000000] [--subscribers 20000000]
                          [--entries 1000000] [--instructions] [--picture FILE] [--json]

Views are laid down as columns (the same as following makes: that is looked at first, with a few) and kept in a file; other
processes open it, one part each. Memory is what the system says of that process (``/proc/self/smaps_rollup``) before and
after opening, every page of the file touched: ``pss``, and ``uss`` where a second process has the same file open.
A subscriber has wishes by category (200 different ones among all), a list of two numbers, and every tenth a range
besides. Seconds of look-ups and decisions are of processor; the rest is by the clock on the wall.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.drawing import Curve, curves_svg
from bench.views import asking, laying, pauses, withdrawing

Figures = dict[str, float]
PARTS = ("lay", "ask", "share", "hold", "withdraw", "pause", "append", "decide")


def part(what: str, size: tuple[int, int, int], folder: Path, entries: int = 0, under: tuple[str, ...] = ()) -> str:
    """One part in a process of its own; gives what it printed and what is printed about it."""
    command = [*under, sys.executable, "-m", "bench.views", "--part", what, "--folder", str(folder)]
    for name, count in zip(("consents", "labels", "subscribers"), size, strict=True):
        command += [f"--{name}", str(count)]
    done = subprocess.run([*command, "--entries", str(entries)], check=True, capture_output=True, text=True)
    return done.stdout + (done.stderr if under else "")


def do_part(
    what: str, size: tuple[int, int, int], folder: Path, entries: int, installed: Path | None = None
) -> Figures:
    consents, labels, subscribers = size
    if what == "lay":
        laying.keep(consents, labels, subscribers, folder)
    elif what == "ask":
        return asking.ask(consents, labels, subscribers, folder)
    elif what == "share":
        # The other holds the same file open, and every page of it touched, until its input ends.
        command = [sys.executable, "-m", "bench.views", "--part", "hold", "--folder", str(folder)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdout is not None
            other.stdout.readline()
            figures = asking.opened(folder)[1]
            other.communicate()
        return figures
    elif what == "hold":
        views, figures = asking.opened(folder)
        print(json.dumps(figures), flush=True)
        sys.stdin.read()
        del views
    elif what == "withdraw":
        return withdrawing.withdrawals(consents, folder)
    elif what == "pause":
        found = pauses.pauses(entries, folder, installed)
        print(pauses.table(found))
        return found
    elif what == "append":
        pauses.append(entries, folder)
    elif what == "decide":
        return asking.decide(consents, labels, folder, entries)
    return {}


def measured(what: str, size: tuple[int, int, int], folder: Path, entries: int = 0) -> Figures:
    read: Figures = json.loads(part(what, size, folder, entries).splitlines()[-1])
    return read


def instructions(size: tuple[int, int, int], folder: Path) -> float:
    """Instructions a decision, start and warming left out: the difference between two counts of decisions."""
    counted = []
    for count in (1_000, 3_000):
        under = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
        found = re.search(r"Collected : (\d+)", part("decide", size, folder, count, under))
        assert found is not None
        counted.append(int(found[1]))
    return (counted[1] - counted[0]) / 2_000


def one_size(size: tuple[int, int, int], given: argparse.Namespace, *, largest: bool) -> Figures:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        part("lay", size, folder)
        (kept,) = (folder / "views").iterdir()
        found: Figures = dict(zip(("consents", "labels", "subscribers"), size, strict=True))
        found["file"] = kept.stat().st_size
        rounds = [measured("ask", size, folder) for _ in range(given.rounds)]
        # Memory is the same in each; of times the least is what others disturbed least.
        found |= {key: min(one[key] for one in rounds) for key in rounds[0]}
        if size[0]:
            shared = measured("share", size, folder)
            found |= {"second_uss": shared["uss"], "second_pss": shared["pss"], "second_open": shared["open"]}
        if given.instructions and size[0]:
            found["instructions"] = instructions(size, folder)
        if largest:
            found |= measured("withdraw", size, folder)
            found |= measured("pause", size, folder, given.entries)
        return found


def table(found: list[Figures]) -> str:
    rows = [
        "| consents | labels | subscribers | file MB | opened in s | held MB | consent µs | label µs | wishes µs | list µs |"
    ]
    rows[0] += " decision µs | instructions a decision | second process: own MB |"
    rows.append("|" + "---:|" * 13)
    for one in found:
        cells = [f"{one[key]:,.0f}" for key in ("consents", "labels", "subscribers")]
        cells += [f"{one['file'] / 1e6:,.1f}", f"{one['open']:.2f}", f"{one['pss'] / 1e6:,.1f}"]
        cells += [f"{one[key]:.2f}" if key in one else "" for key in ("consent", "label", "wish", "list", "decision")]
        cells.append(f"{one['instructions']:,.0f}" if "instructions" in one else "")
        cells.append(f"{one['second_uss'] / 1e6:.1f}" if "second_uss" in one else "")
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def alone(given: argparse.Namespace) -> list[tuple[int, int, int]]:
    """Sizes with rows of one kind, so that a row's bytes are seen."""
    return [*((c, 0, 0) for c in given.consents), (0, given.labels[0], 0), (0, 0, given.subscribers[0])]


def main() -> None:
    parser = argparse.ArgumentParser(description="What the views cost as they grow.")
    parser.add_argument("--consents", type=int, nargs="+", default=[1_000_000, 10_000_000, 50_000_000])
    parser.add_argument("--labels", type=int, nargs=1, default=[10_000_000])
    parser.add_argument("--subscribers", type=int, nargs=1, default=[20_000_000])
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--instructions", action="store_true", help="count instructions too (valgrind; minutes)")
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--installed", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        size = (given.consents[0], given.labels[0], given.subscribers[0])
        print(json.dumps(do_part(given.part, size, given.folder, given.entries, given.installed)))
        return
    assert laying.alike()
    singles = [one_size(size, given, largest=False) for size in alone(given)]
    last = max(given.consents)
    whole = [
        one_size((c, given.labels[0], given.subscribers[0]), given, largest=c == last) for c in sorted(given.consents)
    ]
    if given.json:
        print(json.dumps({"alone": singles, "together": whole}, indent=1))
        return
    print(table(singles), "\n", table(whole), sep="\n")
    for one in singles:
        kind = next(key for key in ("consents", "labels", "subscribers") if one[key])
        print(f"bytes of memory, {one[kind]:,.0f} {kind}: {one['pss'] / one[kind]:.2f} each")
    for key, value in whole[-1].items():
        if key.startswith(("withdrawal", "append", "alone", "following", "swapping", "again")):
            print(f"{key}: {value:,.3f}")
    if given.picture:
        given.picture.write_text(picture(whole))


def picture(whole: list[Figures]) -> str:
    """The cost of a decision and of what it asks, against the count of consents."""
    names = {"decision": "a decision", "consent": "a consent", "label": "a label", "wish": "wishes", "list": "a list"}
    curves = [Curve(text, [(one["consents"], one[key]) for one in whole]) for key, text in names.items()]
    return curves_svg("Cost as the views grow", "consents; µs of processor", curves)


if __name__ == "__main__":
    main()
