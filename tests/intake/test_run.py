from __future__ import annotations

import contextlib
import csv
import gzip

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clearbell.intake import (
    BadFileError,
    BadHeaderError,
    BusyRunError,
    export_quarantine,
    quarantined,
    run_intake,
)
from clearbell.intake import run as run_module
from clearbell.intake.lines import MAX_LINE, LineFile
from clearbell.intake.queries import reasons, runs
from clearbell.intake.rows import MAX_QUOTED_LINES, RowFile


@pytest.fixture
def intake(store, names, tmp_path):
    def go(content: bytes, name="file.csv", **options):
        path = tmp_path / name
        path.write_bytes(content)
        result = run_intake(store, names, path, actor="cli:test", **options)
        assert result.rows == result.stored + result.duplicates + result.quarantined
        return result

    return go


def codes(store, result):
    return [(bad.line, bad.code) for bad in quarantined(store, result.run)]


def test_sound_rows_are_stored_and_equal_ones_are_duplicates(intake, stored_names):
    result = intake(b"name,age\nAda,1\nBob,2\nAda,1\n")
    assert (result.rows, result.stored, result.duplicates, result.quarantined) == (3, 2, 1, 0)
    assert stored_names() == ["Ada", "Bob"]


def test_blank_lines_byte_order_mark_windows_line_ends_and_a_missing_last_one_are_no_matter(intake, stored_names):
    result = intake(b"\r\n\xef\xbb\xbf"[2:] + b"Name,AGE\r\n\r\nAda,1\r\n\r\nBob,2")
    assert (result.rows, result.stored) == (2, 2)
    assert stored_names() == ["Ada", "Bob"]


def test_gzip_is_read_by_its_content_whatever_the_file_is_called(intake, stored_names):
    assert intake(gzip.compress(b"name,age\nAda,1\n")).stored == 1
    assert stored_names() == ["Ada"]


def test_gb18030_is_read_where_it_is_named(intake, stored_names):
    assert intake("name,age\n张三,1\n".encode("gb18030"), encoding="gb18030").stored == 1
    assert stored_names() == ["张三"]


def test_every_kind_of_bad_row_is_quarantined_with_its_line_and_the_others_are_stored(intake, store, stored_names):
    result = intake(
        b"name,age\n"
        b"Ada,1\n"
        b"\xff\xfe,2\n"  # 3
        b"nul\0,2\n"  # 4
        b"one\n"  # 5
        b"a,b,c\n"  # 6
        b"," + b"x" * MAX_LINE + b"\n"  # 7
        b'"open,1\n'  # 8
        b"Bob,2\n"
        b" ,3\n"  # 10
        b"refused,4\n"  # 11
        b'"Two\nlines",5\n'  # 12, 13
        b'"bad"x,6\n'  # 14
        b"Eve\rMallory,7\n"  # 15
        b"Cid,8\n"
    )
    assert stored_names() == ["Ada", "Bob", "Two\nlines", "Cid"]
    assert codes(store, result) == [
        (3, "undecodable"),
        (4, "nul"),
        (5, "columns"),
        (6, "columns"),
        (7, "too-long"),
        (8, "open-quote"),
        (10, "empty"),
        (11, "refused"),
        (14, "quoting"),
        (15, "quoting"),
    ]
    bad = quarantined(store, result.run)
    assert [b.raw for b in bad[:4]] == ["\\xff\\xfe,2", "nul\\x00,2", "one", "a,b,c"]
    assert bad[2].en == "it has 1 cells where the header has 2"
    assert bad[2].zh == "有 1 列,表头有 2 列"
    with store.read() as conn:
        assert reasons(conn, result.run)[0][0::3] == ("columns", 2)


def test_a_quote_that_stays_open_costs_its_own_line_and_swallows_none(intake, stored_names):
    sound = [f"n{i}" for i in range(3 * MAX_QUOTED_LINES)]
    result = intake(b'name,age\n"open,1\n' + b"".join(f"{name},1\n".encode() for name in sound))
    assert result.quarantined == 1
    assert stored_names() == sound


def test_a_line_without_end_does_not_fill_the_memory(intake, store):
    result = intake(b"name,age\n" + b"x" * (5 << 20) + b"\nAda,1\n" + b"y" * (3 << 20))
    assert (result.stored, result.quarantined) == (1, 2)
    assert codes(store, result) == [(2, "too-long"), (4, "too-long")]


def test_the_same_file_again_adds_nothing_and_says_so(intake):
    content = b"name,age\nAda,1\n,2\n"
    first = intake(content)
    again = intake(content, name="renamed.csv")
    assert again.already
    assert (again.run, again.rows, again.stored, again.quarantined) == (first.run, 2, 1, 1)


def test_another_encoding_of_the_same_file_is_another_run(intake):
    assert intake(b"name,age\nAda,1\n").run != intake(b"name,age\nAda,1\n", encoding="gb18030").run


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("chunk", [1, 2, 3, 7])
def test_an_interrupted_run_goes_on_at_the_row_it_had_come_to(intake, names, stored_names, store, chunk, packed):
    wanted = [f"n{i}" for i in range(20)]
    content = b"name,age\n" + b"".join(f"{name},1\n".encode() for name in wanted) + b'"a\nb",1\nlast,\xff\n'
    content = gzip.compress(content) if packed else content
    names.stops_at = "n11"
    with pytest.raises(KeyboardInterrupt):
        intake(content, chunk=chunk)
    kept = len(stored_names())
    assert kept == 11 // chunk * chunk
    with store.read() as conn:
        assert [(run.finished, run.rows) for run in runs(conn)] == [(False, kept)]
    names.stops_at = None
    result = intake(content, chunk=chunk)
    assert (result.resumed_at, result.rows, result.stored, result.duplicates, result.quarantined) == (
        kept,
        22,
        21,
        0,
        1,
    )
    assert stored_names() == [*wanted, "a\nb"]
    assert codes(store, result) == [(24, "undecodable")]


def test_of_two_processes_at_the_same_file_one_stops_and_no_row_is_stored_twice(
    intake, names, store, monkeypatch, stored_names
):
    content = b"name,age\nAda,1\nBob,2\n"
    taker = run_module._Taker.take
    inner = []

    def overtaken(self, batch, place):
        if not inner:
            inner.append(True)
            inner.append(intake(content))
        return taker(self, batch, place)

    monkeypatch.setattr(run_module._Taker, "take", overtaken)
    with pytest.raises(BusyRunError, match="another process"):
        intake(content)
    assert stored_names() == ["Ada", "Bob"]


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"", BadFileError, "the file is empty"),
        (b"\n\r\n\n", BadFileError, "the file is empty"),
        ("name,age\n".encode("utf-16"), BadFileError, "the file is UTF-16; save it as CSV in UTF-8"),
        (b'"name,age\n', BadFileError, "a quote is opened and not closed"),
        ("姓名,age\n".encode("gb18030"), BadFileError, "name its encoding with --encoding"),
        (b"name\n", BadHeaderError, "the header cannot be used: it lacks age. It reads: name"),
        (b"name,Name\n", BadHeaderError, "it lacks age; it names Name twice"),
        (gzip.compress(b"name,age\n", mtime=0)[:12], BadFileError, "cut off; fetch the whole file anew"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_refused_in_words(intake, content, error, words):
    with pytest.raises(error) as caught:
        intake(content)
    assert words in caught.value.en
    assert caught.value.zh


def test_an_absent_file_and_an_unknown_encoding_are_refused_in_words(store, names, tmp_path, intake):
    with pytest.raises(BadFileError, match=r"cannot open none\.csv: No such file or directory"):
        run_intake(store, names, tmp_path / "none.csv", actor="cli:test")
    with pytest.raises(BadFileError, match="no encoding named klingon"):
        intake(b"name,age\n", encoding="klingon")


def test_quarantined_rows_are_written_out_with_line_and_reason(intake, store, tmp_path):
    result = intake(b'name,age\none\n"x ""y""",1\n,2\n')
    out = tmp_path / "bad.csv"
    assert export_quarantine(store, result.run, out) == 2
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["row"], row["line"], row["code"], row["raw"]) for row in rows] == [
        ("1", "2", "columns", "one"),
        ("3", "4", "empty", ",2"),
    ]


def test_progress_ends_at_the_size_of_the_file(intake, tmp_path):
    seen = []
    intake(b"name,age\n" + b"Ada,1\n" * 100, chunk=30, progress=seen.append)
    assert [p.rows for p in seen] == [30, 60, 90, 100]
    assert seen[-1].done == seen[-1].total == (tmp_path / "file.csv").stat().st_size


PIECES = st.lists(
    st.sampled_from(
        [b'"', b",", b"\n", b"\r\n", b"\r", b"\0", b"\xff", b"\xef\xbb\xbf", b"a", b"refused", b"\xe5\xbc\xa0", b'""']
    )
    | st.binary(max_size=6),
    max_size=80,
).map(b"".join)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=PIECES, chunk=st.integers(1, 9), packed=st.booleans())
@example(body=b'"a\n' * 40, chunk=3, packed=False)
@example(body=b'a,"b\n' * 33 + b'",c\n', chunk=2, packed=True)
def test_of_any_bytes_every_row_is_stored_a_duplicate_or_quarantined(intake, store, body, chunk, packed):
    content = b"name,age\n" + body
    result = intake(gzip.compress(content, mtime=0) if packed else content, chunk=chunk)
    bad = quarantined(store, result.run)
    assert len({b.row for b in bad}) == result.quarantined
    assert all(1 <= b.row <= result.rows and b.line <= content.count(b"\n") + 1 for b in bad)
    if b'"' not in body:
        assert result.rows == sum(1 for line in body.split(b"\n") if line.strip(b"\r"))
    with store.read() as conn:
        assert next(run for run in runs(conn) if run.run == result.run).finished


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=PIECES)
def test_the_size_of_a_chunk_changes_nothing_in_the_result(intake, store, tmp_path, body):
    path = tmp_path / "rows.csv"
    path.write_bytes(b"name,age\n" + body)
    results = []
    for chunk in (1, 4, 1000):
        with contextlib.closing(LineFile(path)) as file:
            rows = RowFile(file, "utf-8")
            _, position, _ = rows.header()
            seen = []
            for batch in rows.batches(chunk):
                seen += [(row, line) for row, line in zip(batch.rows, batch.lines, strict=True) if row]
                position = batch.position
        results.append(seen)
        assert position == path.stat().st_size
    assert results[0] == results[1] == results[2]
