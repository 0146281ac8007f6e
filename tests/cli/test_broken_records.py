"""Broken files at the command line: of every format, every row is stored, a duplicate or in quarantine, and can come back."""

import csv
import gzip
import os
import subprocess
import sys
import time

import pytest
from tests.cli.call_files import CALLED, HEADS, MAPPING, ZONED, broken, caller, row

from clearbell.records.readers.kinds import FORMATS

csv.field_size_limit(10**7)


class Bench:
    """A fresh data folder, and ``clearbell`` run in it."""

    def __init__(self, folder, form):
        self.folder, self.form = folder, form
        self.options = ["--format", form, "--source", "gw"]
        if form in ZONED:
            self.options += ["--zone", "Asia/Shanghai"]
        if form == "mapped":
            (folder / "map.toml").write_text(MAPPING, encoding="utf-8")
            self.options += ["--mapping", str(folder / "map.toml")]

    def run(self, *words, code=0, language="en"):
        done = subprocess.run(
            [sys.executable, "-m", "clearbell", *map(str, words), "--home", str(self.folder / "home")],
            capture_output=True, text=True, check=False, env={**os.environ, "CLEARBELL_LANG": language},
        )  # fmt: skip
        assert done.returncode == code, (done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done.stdout, done.stderr

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def take(self, file, *more, code=0):
        """Import; returns id of the run, (rows, stored, duplicates, quarantined), and what was said."""
        out, err = self.run("records", "import", file, *self.options, *more, code=code)
        cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in out.splitlines()]
        counts = {one[0]: int(one[1]) for one in cells if len(one) == 2 and one[1].isdecimal()}
        numbers = tuple(counts[name] for name in ("rows", "stored", "duplicates", "quarantined"))
        assert numbers[0] == sum(numbers[1:])
        return out.split("run ")[1].split()[0], numbers, out + err

    def calls(self):
        out = self.run("records", "days")[0]
        rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in out.splitlines()]
        return sum(int(one[1]) for one in rows if len(one) == 3)


@pytest.fixture(params=FORMATS)
def bench(request, tmp_path):
    return Bench(tmp_path, request.param)


@pytest.mark.process
def test_every_row_of_a_broken_file_is_accounted_for_and_comes_back_repaired(bench):
    form, head = bench.form, HEADS.get(bench.form, "")
    lines = broken(form)
    file = bench.file("calls", head.encode() + b"\n".join(line for line, _ in lines))
    said = [what for _, what in lines if what != "blank"]
    codes = [what for what in said if what not in ("stored", "duplicate")]
    run, numbers, _ = bench.take(file)
    assert numbers == (len(said), said.count("stored"), said.count("duplicate"), len(codes))
    assert bench.calls() == said.count("stored")

    # Each in quarantine is named by its line and its reason, in both languages.
    bench.run("intake", "bad", run, bench.folder / "bad.csv")
    with (bench.folder / "bad.csv").open(encoding="utf-8-sig", newline="") as opened:
        bad = list(csv.DictReader(opened))
    first = head.count("\n") + 1
    wanted = [(first + at, what) for at, (_, what) in enumerate(lines) if what in codes]
    assert [(int(one["line"]), one["code"]) for one in bad] == wanted
    assert all(one["zh"] and one["en"] for one in bad)

    # The same file again adds nothing; its calls compressed in another file are all known.
    assert "had been taken in before" in bench.take(file)[2]
    zh = bench.run("records", "import", file, *bench.options, language="zh")[0]
    assert "此文件此前已全部导入" in zh
    assert "隔离" in zh
    packed = bench.file("calls.gz", gzip.compress(file.read_bytes()))
    again = bench.take(packed)[1]
    assert again == (len(said), 0, said.count("stored") + said.count("duplicate"), len(codes))

    # Rows in another encoding come back by its name, the others by hand.
    repair = bench.folder / "repair.csv"
    bench.run("intake", "bad", run, repair, "--rows", "--encoding", "gb18030")
    text = repair.read_text(encoding="utf-8")
    assert text.startswith(head.split("\n")[0])
    assert row(form, 3, name="李四") in text
    whole = [row(form, n) for n in (4, 5, 6, 7, 8, 9, 10)] + [row(form, 1, called="057188880002", call="other")]
    back = [row(form, 3, name="李四"), *whole]
    bench.file("repaired.csv", (head + "\n".join(back)).encode())
    known = (form == "kamailio-log") + (form.startswith("kamailio"))  # rows 6 and 8 were stored there
    assert bench.take(bench.folder / "repaired.csv")[1] == (9, 9 - known, known, 0)
    assert bench.calls() == said.count("stored") + 9 - known
    shown = bench.run("records", "show", caller(1), "--unmasked")[0]
    assert f"86{CALLED[1:]}" in shown
    assert "8657188880002" in shown


@pytest.mark.process
def test_what_a_cut_off_file_still_has_is_taken_in_and_the_whole_one_adds_the_rest(bench):
    count = 400
    text = HEADS.get(bench.form, "") + "".join(f"{row(bench.form, n)}\n" for n in range(count))
    packed = gzip.compress(text.encode())
    cut = bench.file("cut.gz", packed[: len(packed) * 2 // 3])
    _, (rows, stored, duplicates, quarantined), said = bench.take(cut, code=1)
    assert 0 < stored < count
    assert (duplicates, quarantined) == (0, rows - stored)
    assert quarantined <= 1
    assert "the compressed data of cut.gz is cut off; fetch the whole file anew" in said
    _, numbers, _ = bench.take(bench.file("whole.gz", packed))
    assert numbers == (count, count - stored, stored, 0)
    assert bench.calls() == count


@pytest.mark.process
def test_nothing_of_a_file_whose_data_was_damaged_is_believed(tmp_path):
    bench = Bench(tmp_path, "mapped")
    packed = bytearray(gzip.compress((HEADS["mapped"] + "".join(f"{row('mapped', n)}\n" for n in range(400))).encode()))
    packed[len(packed) // 2] ^= 0xFF
    file = bench.file("damaged.gz", bytes(packed))
    _, err = bench.run("records", "import", file, *bench.options, code=1, language="zh")
    assert "damaged.gz 的压缩数据已损坏" in err
    assert "请重新取得该文件" in err
    assert bench.calls() == 0


@pytest.mark.process
@pytest.mark.parametrize("form", ["kamailio-csv", "mapped"])
def test_an_import_that_was_killed_goes_on_where_it_was(tmp_path, form):
    bench = Bench(tmp_path, form)
    count = 4000
    text = HEADS[form] + "".join(f"{row(form, n)}\n" for n in range(count)) + "garbage\n"
    file = bench.file("calls", text.encode())
    words = ["records", "import", str(file), *bench.options, "--chunk", "100", "--home", str(tmp_path / "home")]
    running = subprocess.Popen([sys.executable, "-m", "clearbell", *words], stdout=subprocess.PIPE)
    while running.poll() is None and len(list(tmp_path.rglob("import-*.parquet"))) < 5:
        time.sleep(0.002)
    running.kill()
    running.communicate()
    assert running.returncode != 0, "it was over before it was killed"
    _, numbers, said = bench.take(file, "--chunk", "250")
    assert numbers == (count + 1, count, 0, 1)
    assert "went on from row" in said
    assert bench.calls() == count


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Asia/Peking", "there is no time zone Asia/Peking; write it as Asia/Shanghai, UTC or +08:00"),
        ("", "the times of cdr_csv do not tell their zone"),
    ],
)
@pytest.mark.process
def test_a_wrong_zone_is_refused_before_anything_is_taken_in(tmp_path, zone, words):
    bench = Bench(tmp_path, "asterisk")
    bench.options = ["--format", "asterisk", *(["--zone", zone] if zone else [])]
    _, err = bench.run("records", "import", bench.file("calls", row("asterisk", 1).encode()), *bench.options, code=1)
    assert words in err
    assert bench.calls() == 0


@pytest.mark.process
def test_a_broken_first_line_is_no_reason_to_refuse_the_others(tmp_path):
    bench = Bench(tmp_path, "asterisk")
    lines = [b'"half', b"\xb9\xfa", *(row("asterisk", n).encode() for n in (1, 2))]
    assert bench.take(bench.file("calls", b"\n".join(lines)))[1] == (4, 2, 0, 2)
