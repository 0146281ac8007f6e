"""What the benchmark found, as tables and pictures: ``python -m bench.hot_path.report`` draws them anew from the results.

    python -m bench.hot_path.report [--results FILE] [--page docs/performance.md] [--images docs/images]

The tables stand on the page between two marks, and nothing else of the page is touched.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from bench.drawing import Bar, Curve, bars_svg, curves_svg

ROOT = Path(__file__).parents[2]
BEGIN, END = "<!-- bench.hot_path: begin -->", "<!-- bench.hot_path: end -->"
_NEVER = float("inf")
_SHARES = (("p50", 50), ("p99", 99), ("p99.9", 99.9))


class Results(msgspec.Struct):
    """What each part found, and how it was run."""

    parts: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)
    settings: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)


def read(path: Path) -> Results:
    """The results of an earlier run, or none."""
    return msgspec.json.decode(path.read_bytes(), type=Results) if path.exists() else Results()


def table(heads: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "---:|" * (len(heads) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _us(value: float | None) -> str:
    # JSON has no infinity: a call that was never answered.
    if value is None or math.isinf(value):
        return "never"
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"


def _rate(found: dict[str, Any], given: dict[str, Any]) -> str:
    closed, half, bursts = found["closed"], found["half"], found["burst"]
    best = max(one["answers_a_cpu_second"] for name, one in closed.items() if name.startswith("kamailio"))
    rows = [
        [
            name,
            f"{one['us_an_answer']:.1f}",
            f"{one['answers_a_cpu_second']:,.0f}",
            f"{one['answers_a_cpu_second'] / best:.2f}",
            f"{one['answers_a_second']:,.0f}",
            f"{one['wrong']:,}",
            f"{one['lost']:,}",
        ]
        for name, one in closed.items()
    ]
    heads = [
        "server",
        "µs CPU an answer",
        "answers a CPU second",
        "of the best switch",
        "answers a second",
        "wrong",
        "lost",
    ]
    late = [
        [
            name,
            f"{one['rate']:,.0f}",
            *(_us(one[f"{kind}_{share}"]) for kind in ("due", "late") for share, _ in _SHARES),
            f"{one['wrong'] + one['lost']:,}",
        ]
        for name, one in half.items()
    ]
    late_heads = ["µs", "calls a second", "p50", "p99", "p99.9", "sent late: p50", "p99", "p99.9", "wrong or lost"]
    burst_heads = ["", *bursts]
    lines: list[tuple[str, Callable[[dict[str, Any]], str]]] = [
        ("sent, times the sustained rate", lambda one: f"{one['times']:.1f}"),
        ("INVITEs sent", lambda one: f"{one['sent']:,}"),
        ("answered", lambda one: f"{one['answered']:,}"),
        (
            "answered a second, of the sustained rate",
            lambda one: f"{one['answered_a_second'] * one['times'] / one['sent_a_second']:.2f}",
        ),
        ("passed over", lambda one: f"{100 * one['shed']:.1f} %"),
        (
            "ms until the answer, p50, p99, longest",
            lambda one: f"{one['ms_p50']:.0f}, {one['ms_p99']:.0f}, {one['ms_p100']:.0f}",
        ),
        ("answered within the switch's 400 ms", lambda one: f"{100 * one['within_budget']:.2f} %"),
        ("wrong", lambda one: f"{one['wrong']:,}"),
        ("after it: last call not answered within 400 ms", lambda one: f"{one['in_budget_again']:.2f} s"),
        ("after it: last call above 20 ms", lambda one: f"{one['recovered']:.2f} s"),
        ("answers told, of them on record", lambda one: f"{one['told']:,}, {one['on_record']:,}"),
    ]
    return "\n\n".join(
        [
            f"{given['calls']:,} calls a round, {given['rounds']} rounds, medians; {given['numbers']:,} labelled numbers and "
            f"{given['consents']:,} consents.",
            table(heads, rows),
            "![Answers a CPU second](images/hot-path-rate.svg)",
            f"At half of the rate that each sustained above, for {given['half_seconds']:g} s after a second of warming. Calls have random distances on a "
            "schedule that waits for nobody; each is timed from when it was due, so how late the load itself was is in it and told beside.",
            table(late_heads, late),
            "![µs until the answer at half load](images/hot-path-half.svg)",
            f"A burst of {given['burst_times']:g} times the sustained rate, or as much as the load can send, for {given['burst_seconds']:g} s, then half of it. What waited more than "
            "100 ms in the system's buffer is passed over ([asking](asking.md)); ids of all answers are looked up in the record.",
            table(burst_heads, [[name, *(say(one) for one in bursts.values())] for name, say in lines]),
            "![Waiting in a burst and after it](images/hot-path-burst.svg)",
        ]
    )


def _memory(found: dict[str, Any], given: dict[str, Any]) -> str:
    nodes = [
        [
            one["subject"],
            f"{one['numbers']:,}",
            f"{one['consents']:,}",
            f"{one['held'] / 1e6:,.1f}",
            f"{one['started']:.2f}",
        ]
        for one in found["nodes"].values()
    ]
    each = [
        [
            name,
            f"{one['number']:.1f}",
            f"{one['consent']:.2f}",
            *(f"{one[f'calls {calls}']['each']:.0f}" for calls in ("1", "2", "mixed")),
            f"{one['calls mixed']['held'] / 1e6:,.0f}",
        ]
        for name, one in found["each"].items()
    ]
    counters = [one[f"calls {calls}"] for one in found["each"].values() for calls in ("1", "2", "mixed")]
    active = sorted({one["active"] for one in counters})
    return "\n\n".join(
        [
            "Memory of served nodes (PSS of the process) and seconds from start to the first INVITE answered, views from a file:",
            table(["server", "numbers", "consents", "held MB", "first answer after s"], nodes),
            f"Bytes each, from those; and of an active caller, from a process before and after it screened calls of {given['callers']:,} callers ("
            f"{', '.join(f'{one:,}' for one in active)} then remembered: at least the half that called last): everything the engine keeps of them, contacts and callees included. Mixed: of 100 callers 60 "
            "call once, 25 twice, 10 four times, 4 eight times, one 20 times.",
            table(
                [
                    "bytes",
                    "a number with label",
                    "a consent",
                    "a caller of one call",
                    "of two calls",
                    "mixed",
                    "mixed, MB in all",
                ],
                each,
            ),
            "![Bytes each](images/hot-path-memory.svg)",
        ]
    )


def _growth(found: dict[str, Any], _given: dict[str, Any]) -> str:
    rows = [
        [
            f"{one['numbers']:,}",
            f"{one['consents']:,}",
            f"{one['us_an_answer']:.1f}",
            f"{one['answers_a_cpu_second']:,.0f}",
            f"{one['held'] / 1e6:,.0f}",
            f"{one['started']:.2f}",
            f"{one['wrong'] + one['lost']:,}",
        ]
        for one in found.values()
    ]
    heads = [
        "numbers",
        "consents",
        "µs CPU an answer",
        "answers a CPU second",
        "held MB",
        "first answer after s",
        "wrong or lost",
    ]
    return "\n\n".join(
        [
            "Compiled, with views of other sizes:",
            table(heads, rows),
            "![Cost as the views grow](images/hot-path-growth.svg)",
        ]
    )


def _rivals(found: dict[str, Any], given: dict[str, Any]) -> str:
    services = {name: one for name, one in found.items() if name != "skipped"}
    rows = [
        [
            name,
            f"{one['us_an_answer']:.0f}",
            f"{one['answers_a_cpu_second']:,.0f}",
            f"{one['answers_a_second']:,.0f}",
            *(_us(one[f"due_{share}"]) for share, _ in _SHARES),
            _us(one["late_p99"]),
            f"{one['wrong'] + one['lost']:,}",
        ]
        for name, one in services.items()
    ]
    heads = [
        "asked by HTTP",
        "µs CPU an answer",
        "answers a CPU second",
        "answers a second",
        "half load, µs: p50",
        "p99",
        "p99.9",
        "sent late p99",
        "wrong or lost",
    ]
    told = (
        f"The same calls as `POST /v1/screen` over 64 open connections, {given['http_calls']:,} in the closed loop; the processor of PostgreSQL and Redis is counted. "
        f"Both have a list of {given['numbers']:,} numbers besides the blocked, and count calls by caller and hour; Clearbell judges whole."
    )
    return "\n\n".join(
        [
            told,
            *([found["skipped"]] if "skipped" in found else []),
            table(heads, rows),
            "![Asked over HTTP](images/hot-path-rivals.svg)",
        ]
    )


def _behind(found: dict[str, Any], given: dict[str, Any]) -> str:
    rows = [
        [
            name,
            f"{one['cpu_us']:.0f}",
            f"{one['added_cpu_us']:.0f}" if "added_cpu_us" in one else "",
            *(_us(one[f"rings_{share}"]) for share, _ in _SHARES),
            *(_us(one[f"added_rings_{share}"]) if "added_rings_p50" in one else "" for share, _ in _SHARES[:2]),
            _us(one["late_p99"]),
            f"{one['unjudged']:,}",
            f"{one['wrong'] + one['lost']:,}",
        ]
        for name, one in found.items()
    ]
    heads = [
        "",
        "µs CPU a call",
        "added",
        "µs until it rings: p50",
        "p99",
        "p99.9",
        "added p50",
        "p99",
        "sent late p99",
        "not judged in time",
        "wrong or lost",
    ]
    told = (
        f"The Kamailio that we ship before busy telephones, {given['behind_rate']:g} calls a second; Kamailio and Clearbell (compiled) share one core and both are counted. "
        "Asked by HTTP, the question is a POST by a worker of Kamailio while the call's transaction is suspended (`async` and `http_client`; Debian 12 has no `http_async_client`)."
    )
    return "\n\n".join([told, table(heads, rows), "![Until it rings](images/hot-path-behind.svg)"])


_TOLD: dict[str, tuple[str, Callable[[dict[str, Any], dict[str, Any]], str]]] = {
    "rate": ("Answers, latency and a burst", _rate),
    "memory": ("Memory and start", _memory),
    "growth": ("As the views grow", _growth),
    "rivals": ("What one would write otherwise", _rivals),
    "behind": ("Behind Kamailio", _behind),
}


def text(found: Results, part: str) -> str:
    """A part as Markdown; of one that was not run yet only how it is."""
    title, say = _TOLD[part]
    if part not in found.parts:
        return f"### {title}\n\nNot measured yet: `python -m bench.hot_path --parts {part}`."
    given = found.settings[part]
    run = f"{given['machine']}; load {given['load']:.1f} at its end; {given['when']}; `python -m bench.hot_path --parts {part}`, {given['seconds']:.0f} s."
    return f"### {title}\n\n{say(found.parts[part], given['options'])}\n\n{run}"


def pictures(found: Results) -> dict[str, str]:
    """SVG by file name, of what was measured."""
    drawn: dict[str, str] = {}
    parts = found.parts
    if "rate" in parts:
        closed, half, bursts = (parts["rate"][key] for key in ("closed", "half", "burst"))
        bars = [
            Bar(name, one["answers_a_cpu_second"], 3 if name.startswith("clearbell") else 0)
            for name, one in closed.items()
        ]
        best = max(bar.value for bar in bars if bar.group == 0)
        asked = (("asked of plain", best / 2), ("asked of compiled", 1.75 * best))
        drawn["rate"] = bars_svg("Answers a CPU second", "same INVITEs", bars, marks=asked)
        bars = [
            Bar(f"{name}, {share}", one[f"due_{share}"] or _NEVER, place)
            for name, one in half.items()
            for place, (share, _) in enumerate(_SHARES)
        ]
        drawn["half"] = bars_svg(
            "Until the answer, at half of the rate each sustained",
            "µs from when the call was due",
            bars,
            logarithmic=True,
        )
        curves = [
            Curve(f"{name.removeprefix('clearbell, ')}, {share}", [(one["at"], one[share]) for one in found_["course"]])
            for name, found_ in bursts.items()
            for share in ("p50", "p99")
        ]
        drawn["burst"] = curves_svg(
            "Until the answer, in a burst and at half load after it (ms)", "seconds", curves, logarithmic=False
        )
    if "memory" in parts:
        each = parts["memory"]["each"]
        bars = []
        for name, one in each.items():
            bars += [Bar(f"{name}: a consent", one["consent"], 1), Bar("a number with label", one["number"], 2)]
            bars += [
                Bar(f"a caller, calls: {calls}", one[f"calls {calls}"]["each"], 3) for calls in ("1", "2", "mixed")
            ]
        drawn["memory"] = bars_svg("Memory of a process", "bytes each", bars, marks=(("asked of a caller", 250),))
    if "growth" in parts:
        points = [(float(one["consents"]), one["us_an_answer"]) for one in parts["growth"].values()]
        drawn["growth"] = curves_svg(
            "An answer as the views grow (µs of processor)", "consents", [Curve("compiled", points)]
        )
    if "rivals" in parts:
        bars = [
            Bar(name, one["answers_a_cpu_second"], 3 if name.startswith("clearbell") else 0)
            for name, one in parts["rivals"].items()
            if name != "skipped"
        ]
        if "rate" in parts:
            bars += [
                Bar(f"by SIP: {name}", one["answers_a_cpu_second"], 3)
                for name, one in parts["rate"]["closed"].items()
                if name.startswith("clearbell")
            ]
        drawn["rivals"] = bars_svg("Answers a CPU second, asked over HTTP", "databases counted", bars, logarithmic=True)
    if "behind" in parts:
        bars = [
            Bar(f"{name}, {share}", one[f"rings_{share}"] or _NEVER, place)
            for name, one in parts["behind"].items()
            for place, (share, _) in enumerate(_SHARES)
        ]
        drawn["behind"] = bars_svg(
            "From the INVITE until it rings, through Kamailio", "µs from when the call was due", bars, logarithmic=True
        )
    return {f"hot-path-{name}.svg": picture for name, picture in drawn.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description="Tables and pictures of what the benchmark found.")
    parser.add_argument("--results", type=Path, default=Path(__file__).parent / "results.json")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "performance.md")
    parser.add_argument("--images", type=Path, default=ROOT / "docs" / "images")
    options = parser.parse_args()
    found = read(options.results)
    for name, picture in pictures(found).items():
        (options.images / name).write_text(picture)
    page = options.page.read_text()
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        parser.error(f"{options.page} has not the marks {BEGIN} and {END}")
    told = "\n\n".join(text(found, part) for part in _TOLD)
    options.page.write_text(f"{before}{BEGIN}\n\n{told}\n\n{END}{after}")


if __name__ == "__main__":
    main()
