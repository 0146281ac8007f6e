"""Any CSV file by a mapping."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.calls import SECOND
from clearbell.intake import BadHeaderError
from clearbell.intake.cells import CellError
from clearbell.records.model import Disposition
from clearbell.records.readers.kinds import ReaderError, reader_of
from clearbell.records.readers.mapped import MappedCsv
from clearbell.records.readers.mapping import MappingError, load_mapping

NINE = 1_788_224_400 * SECOND
MAPPING = """
[columns]
id = "话单号"
caller = "主叫"
callee = "被叫"
start = "起呼"
duration = "时长"
ring = "振铃"
disposition = "结果"
hangup = "挂机"
cause = "原因"
trunk = "中继"
attestation = "认证"

[time]
format = "%Y/%m/%d %H:%M:%S"
zone = "Asia/Shanghai"

[length]
unit = "ms"

[file]
delimiter = "|"

[disposition]
"接通" = "answered"
"无应答" = "unanswered"

[hangup]
"主叫" = "caller"
"被叫" = "callee"

[attestation]
"完全" = "a"
"""
FILE = (
    "话单号|主叫|被叫|起呼|振铃|时长|结果|挂机|原因|中继|认证\n"
    "x1|13800000001|057188880001|2026/09/01 09:00:00|5250|60000|接通|主叫|16|t1|完全\n"
    "x2|13800000001|057188880001|2026/09/01 09:05:00|9000|0|无应答||19|t1|\n"
)


@pytest.fixture
def mapping(tmp_path):
    def write(text):
        path = tmp_path / "mapping.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_words_units_and_zone_are_as_the_mapping_says(taken, mapping):
    path = mapping(MAPPING)
    assert taken.take("mapped", FILE.encode("gb18030"), mapping=path, encoding="gb18030").stored == 2
    one, two = taken.records()
    assert (one.id, one.start, one.ring, one.duration) == ("x1", NINE, 5_250_000, 60 * SECOND)
    assert (one.hangup, one.cause, one.trunk, one.attestation) == ("caller", 16, "t1", "a")
    assert (two.disposition, two.hangup, two.ring) == (Disposition.UNANSWERED, "unknown", 9 * SECOND)


def test_a_file_without_header_and_id_is_read_by_places(taken, mapping):
    path = mapping(
        "[columns]\ncaller=1\ncallee=2\nstart=3\nanswer=4\nend=5\n[time]\nformat='epoch'\nunit='ms'\n[file]\nheader=false\n"
    )
    start = NINE // 1000
    content = f"13800000001,057188880001,{start},{start + 5000},{start + 65000}\n13800000001,057188880001,{start},0,{start + 9000}\n"
    assert taken.take("mapped", content, mapping=path).stored == 2
    assert sorted((one.ring, one.duration) for one in taken.records()) == [
        (5 * SECOND, 60 * SECOND),
        (9 * SECOND, 0),
    ]
    assert taken.take("mapped", content + "\n", mapping=path).duplicates == 2


def test_unknown_words_bad_times_and_causes_are_quarantined(taken, mapping):
    content = (
        FILE.replace("接通", "接了", 1)
        + FILE.splitlines()[1].replace("2026/09", "2026/99")
        + "\n"
        + FILE.splitlines()[1].replace("|16|", "|1600|")
        + "\n"
    )
    result = taken.take("mapped", content, mapping=mapping(MAPPING))
    assert taken.bad(result) == [(2, "not-a-choice"), (4, "not-a-time"), (5, "not-a-cause")]


def test_a_wrong_mapping_is_refused_with_all_that_is_wrong(taken, mapping, golden):
    said = []
    for text in (
        "[columns]\ncaller='a'\n",
        "[columns\n",
        "[columns]\ncaller='a'\ncallee=2\nstart='s'\ndisposition='d'\n[time]\nformat='%H:%M'\n[length]\nunit='min'\n",
        MAPPING.replace("Asia/Shanghai", "Asia/Shanhai").replace('"|"', '"||"').replace('"完全" = "a"', '"完全" = "x"'),
        MAPPING.replace("[hangup]", "[hangups]"),
        "[columns]\ncaller='a'\ncallee='b'\nstart='s'\n[time]\nformat='iso'\n[file]\nheader=false\n",
    ):
        with pytest.raises(MappingError) as refused:
            load_mapping(mapping(text))
        said.append(f"{refused.value.zh}\n{refused.value.en}\n")
    with pytest.raises(BadHeaderError) as header:
        taken.take("mapped", "主叫|被叫\n", mapping=mapping(MAPPING))
    said.append(f"{header.value.zh}\n{header.value.en}\n")
    with pytest.raises(ReaderError) as missing:
        reader_of("mapped", "pbx", "CN")
    said.append(f"{missing.value.zh}\n{missing.value.en}\n")
    golden("mapping-refusals.txt", "".join(said))


@given(st.lists(st.text(max_size=25), min_size=11, max_size=11), st.sampled_from(["iso", "epoch", "%Y/%m/%d %H:%M:%S"]))
def test_no_row_can_do_more_than_be_refused(tmp_path_factory, row, form):
    path = tmp_path_factory.mktemp("m") / "m.toml"
    path.write_text(MAPPING.replace("%Y/%m/%d %H:%M:%S", form), encoding="utf-8")
    header, good = (line.split("|") for line in FILE.splitlines()[:2])
    _, assembler = MappedCsv("x", load_mapping(path), "CN")._bind(header)
    for at, cell in enumerate(row):
        with contextlib.suppress(CellError):
            assembler._read([*good[:at], cell, *good[at + 1 :]])


def test_a_call_that_ends_before_it_is_answered_is_quarantined(taken, mapping):
    path = mapping(
        "[columns]\ncaller=1\ncallee=2\nstart=3\nanswer=4\nend=5\n[time]\nformat='epoch'\n[file]\nheader=false\n"
    )
    at = NINE // SECOND
    result = taken.take("mapped", f"13800000001,057188880001,{at},{at + 65},{at + 5}\n", mapping=path)
    assert taken.bad(result) == [(1, "ends-before")]
