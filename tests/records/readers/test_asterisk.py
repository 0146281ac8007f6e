"""Master.csv of Asterisk."""

import contextlib
import csv
import datetime
import io
import zoneinfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearbell.calls import SECOND
from clearbell.intake import BadHeaderError
from clearbell.intake.cells import CellError
from clearbell.records.model import CallRecord, Disposition
from clearbell.records.readers.asterisk import COLUMNS, DISPOSITIONS, AsteriskCsv
from clearbell.records.readers.kinds import ReaderError, reader_of

CHINA = zoneinfo.ZoneInfo("Asia/Shanghai")
NINE = 1_788_224_400 * SECOND
"""2026-09-01 09:00:00 in China."""
ANSWERED = (
    '"","13800000001","057188880001","from-trunk","""A"" <13800000001>","PJSIP/carrier-00000001","PJSIP/desk-00000002",'
    '"Dial","PJSIP/desk,30","2026-09-01 09:00:00","2026-09-01 09:00:05","2026-09-01 09:01:05",65,60,"ANSWERED",'
    '"DOCUMENTATION","1788224400.1",""\n'
)
RANG = (
    '"","anonymous","057188880001","from-trunk","anonymous","PJSIP/carrier-00000003","","Dial","PJSIP/desk,30",'
    '"2026-09-01 09:02:00",,"2026-09-01 09:02:30",30,0,"NO ANSWER","DOCUMENTATION","1788224520.2",""\n'
)
HEADER = ",".join(COLUMNS[:18]) + "\n"


def test_an_answered_and_an_unanswered_call_are_read(taken):
    assert taken.take("asterisk", ANSWERED + RANG, zone="Asia/Shanghai").stored == 2
    assert taken.records() == [
        CallRecord(
            "1788224400.1/PJSIP/desk-00000002", "pbx", NINE, 8613800000001, 8657188880001, "", "carrier",
            5 * SECOND, 60 * SECOND, Disposition.ANSWERED,
        ),
        CallRecord(
            "1788224520.2/", "pbx", NINE + 120 * SECOND, 0, 8657188880001, "", "carrier",
            30 * SECOND, 0, Disposition.UNANSWERED,
        ),
    ]  # fmt: skip


def test_a_header_is_no_row_and_may_order_the_columns_anew(taken):
    result = taken.take("asterisk", HEADER + ANSWERED, zone="Asia/Shanghai")
    assert (result.rows, result.stored) == (1, 1)
    other = (
        "calldate,clid,src,dst,channel,dstchannel,answer,duration,billsec,disposition,uniqueid\n"
        "2026-09-01 09:00:00,,13800000001,057188880001,PJSIP/carrier-00000001,PJSIP/desk-00000002,"
        "2026-09-01 09:00:05,65,60,ANSWERED,1788224400.1\n"
    )
    assert taken.take("asterisk", other, zone="Asia/Shanghai").duplicates == 1


def test_the_same_file_adds_nothing_and_neither_do_calls_of_an_overlapping_one(taken):
    taken.take("asterisk", ANSWERED, zone="Asia/Shanghai")
    assert taken.take("asterisk", ANSWERED, zone="Asia/Shanghai").already
    result = taken.take("asterisk", ANSWERED + RANG + RANG, zone="Asia/Shanghai")
    assert (result.stored, result.duplicates) == (1, 2)
    assert len(taken.records()) == 2


def test_another_switch_may_have_a_call_of_the_same_id(taken):
    taken.take("asterisk", ANSWERED, zone="Asia/Shanghai")
    assert taken.take("asterisk", ANSWERED, zone="Asia/Shanghai", source="other").stored == 1


def test_a_bad_line_is_kept_with_its_reason_and_comes_in_after_repair(taken, tmp_path):
    from clearbell.intake import export_rows

    broken = RANG.replace("2026-09-01 09:02:00", "2026-13-01 09:02:00")
    content = HEADER + ANSWERED + broken + RANG.replace("NO ANSWER", "MAYBE") + '"open,\n' + RANG.replace('"0571', '"*')
    result = taken.take("asterisk", content, zone="Asia/Shanghai")
    assert taken.bad(result) == [
        (3, "not-a-time"), (4, "not-a-choice"), (5, "open-quote"), (6, "number-not_digits"),
    ]  # fmt: skip
    out = tmp_path / "bad"
    assert export_rows(taken.store, result.run, out) == 4
    assert out.read_text().splitlines()[:2] == [HEADER.strip(), broken.strip()]
    repaired = taken.take("asterisk", out.read_text().replace("2026-13", "2026-09"), zone="Asia/Shanghai")
    assert (repaired.stored, repaired.quarantined) == (1, 3)


def test_a_forgotten_number_is_gone_from_the_quarantine_too(taken):
    from clearbell.intake import quarantined
    from clearbell.intake.quarantine import forget_number

    result = taken.take("asterisk", ANSWERED + ANSWERED.replace("ANSWERED", "x") + RANG.replace("NO ", "x"), zone="UTC")
    with taken.store.act("test") as act:
        assert forget_number(act, 8613800000001) == 1
    gone, kept = quarantined(taken.store, result.run)
    assert (gone.raw, gone.en, gone.code, gone.line) == ("", "erased on request", "not-a-choice", 2)
    assert kept.raw


def test_without_a_zone_it_is_refused_and_a_foreign_file_too(taken, golden):
    said = []
    with pytest.raises(ReaderError) as refused:
        reader_of("asterisk", "pbx", "CN")
    said.append(refused.value)
    with pytest.raises(ReaderError) as refused:
        reader_of("asterisk", "pbx", "CN", "Asia/Shanhai")
    said.append(refused.value)
    with pytest.raises(BadHeaderError) as wrong:
        taken.take("asterisk", "a,b,c\n1,2,3\n", zone="UTC")
    said.append(wrong.value)
    golden("asterisk-refusals.txt", "".join(f"{one.zh}\n{one.en}\n" for one in said))


def test_a_time_that_clocks_never_showed_is_refused_and_one_shown_twice_is_the_first(taken):
    forward = ANSWERED.replace("2026-09-01 09:0", "2026-03-29 02:3")
    twice = ANSWERED.replace("2026-09-01 09:0", "2026-10-25 02:3")
    result = taken.take("asterisk", forward + twice, zone="Europe/Berlin")
    assert taken.bad(result) == [(1, "no-such-time")]
    first = datetime.datetime(2026, 10, 25, 0, 30, tzinfo=datetime.UTC)
    assert taken.records()[0].start == int(first.timestamp()) * SECOND


def test_calls_that_rang_several_phones_hide_none_of_their_rows(taken):
    other = ANSWERED.replace("PJSIP/desk-00000002", "PJSIP/hall-00000003")
    assert taken.take("asterisk", ANSWERED + other, zone="Asia/Shanghai").stored == 2


def test_a_channel_named_by_a_number_gives_no_trunk(taken):
    taken.take("asterisk", ANSWERED.replace("PJSIP/carrier-", "Local/13800000001@out-"), zone="Asia/Shanghai")
    assert taken.records()[0].trunk == ""


moments = st.integers(NINE // SECOND - 800_000_000, NINE // SECOND + 2_000_000_000).map(
    lambda at: datetime.datetime.fromtimestamp(at, datetime.UTC)
)


@given(
    start=moments,
    ring=st.integers(0, 300),
    talk=st.integers(0, 90_000),
    word=st.sampled_from(sorted(DISPOSITIONS)),
    name=st.text(max_size=30).filter(lambda text: "\0" not in text and "\r" not in text and "\n" not in text),
)
def test_what_asterisk_writes_is_read_back(start, ring, talk, word, name):
    answered = word == "ANSWERED"
    form = "%Y-%m-%d %H:%M:%S"
    row = [
        "", "13800000001", "057188880001", name, name, "PJSIP/carrier-a-00000001", "", "Dial", name,
        start.strftime(form), (start + datetime.timedelta(seconds=ring)).strftime(form) if answered else "",
        (start + datetime.timedelta(seconds=ring + talk)).strftime(form), str(ring + talk if answered else ring),
        str(talk if answered else 0), word, "DOCUMENTATION", "1.2", name,
    ]  # fmt: skip
    reader = AsteriskCsv("pbx", datetime.UTC, "CN")
    _, assembler = reader._bind(row)
    record = assembler._read(row)
    assert record.start == int(start.timestamp()) * SECOND
    assert (record.ring, record.duration) == (ring * SECOND, talk * SECOND if answered else 0)
    assert (record.disposition, record.trunk) == (DISPOSITIONS[word], "carrier-a")


@given(st.lists(st.text(max_size=25), min_size=18, max_size=18))
def test_no_row_can_do_more_than_be_refused(row):
    good = next(csv.reader(io.StringIO(ANSWERED)))
    _, assembler = AsteriskCsv("pbx", CHINA, "CN")._bind(good)
    for at, cell in enumerate(row):
        with contextlib.suppress(CellError):
            assembler._read([*good[:at], cell, *good[at + 1 :]])


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from([ANSWERED.encode(), RANG.encode(), b"\n", b'"open\n', b"\xff\xfe,\n", b"a,b\n"]),
            st.binary(max_size=40).map(lambda data: data + b"\n"),
        ),
        max_size=12,
    ),
    st.integers(1, 5),
)
def test_rows_in_are_rows_stored_doubled_or_quarantined(many, lines, chunk):
    taken = many()
    result = taken.take("asterisk", ANSWERED.encode() + b"".join(lines), zone="UTC", chunk=chunk)
    assert result.stored == len(taken.records())
