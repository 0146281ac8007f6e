"""The forms that labels are written in, and a vCard whatever its words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clearbell.calls import DAY
from clearbell.labels.feeds import FORMS, vcard
from clearbell.labels.hashing import bucket_of, digest_of
from clearbell.labels.model import Labelled
from clearbell.labels.wording import label_words
from clearbell.policy.pack import builtin_pack

AT = 1_790_000_000_000_000
LABEL = Labelled(8613800000066, "loans", 12, 9.0, 12.0, AT, AT + 30 * DAY)
PACK = builtin_pack("cn")


def words(one: Labelled) -> str:
    return label_words(one.category, one.reporters, PACK, "zh")


def test_every_form_is_written_as_its_reader_expects():
    written = {name: "".join(write([LABEL], words)) for name, (_, write) in FORMS.items()}
    assert written == {
        "csv": "number,category,text,complaints,until\n+8613800000066,loans,贷款理财(12),12,2026-10-21T14:13:20Z\n",
        "vcf": "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//Clearbell//Labels//EN\r\nUID:clearbell-8613800000066\r\n"
        "FN:贷款理财(12)\r\nN:贷款理财(12);;;;\r\nTEL;TYPE=VOICE:+8613800000066\r\nCATEGORIES:loans\r\n"
        "REV:2026-09-21T14:13:20Z\r\nEND:VCARD\r\n",
        "kamailio": "key_name(string) key_type(int) value_type(int) key_value(string) expires(int)\n"
        "8613800000066:0:0:贷款理财(12):1792592000\n",
        "asterisk": 'database deltree clearbell\ndatabase put clearbell 8613800000066 "贷款理财(12)"\n',
    }


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200))
def test_whatever_the_words_are_a_vcard_stays_one(text):
    lines = vcard(LABEL, lambda _: text).split("\r\n")
    assert lines[-1] == ""
    assert all(len(line.encode()) <= 75 for line in lines)
    unfolded = "\r\n".join(lines).replace("\r\n ", "").split("\r\n")
    assert len(unfolded) == 11
    name = unfolded[4].removeprefix("FN:")
    for escape, sign in (("\\,", ","), ("\\;", ";"), ("\\\\", "\\")):
        name = name.replace(escape, "\0" if sign == "\\" else sign)
    assert len(name) == len(text) or "\\" in text


@given(st.text(max_size=50))
def test_words_cannot_break_out_of_a_switchs_line(text):
    kamailio = "".join(FORMS["kamailio"][1]([LABEL], lambda _: text))
    asterisk = "".join(FORMS["asterisk"][1]([LABEL], lambda _: text))
    assert kamailio.count("\n") == 2
    assert kamailio.replace("\\\\", "").replace("\\:", "").split("\n")[1].count(":") == 4
    assert asterisk.count("\n") == 2
    assert asterisk.split("\n")[1].count('"') == 2


def test_a_words_count_is_left_out_where_it_is_not_known_and_an_unknown_category_is_its_code():
    assert label_words("fraud", 0, PACK, "en") == "suspected fraud"
    assert label_words("new", 3, PACK, "en") == "new (3)"


def test_the_bucket_is_the_beginning_of_the_digest():
    assert digest_of(8613800000066)[:5] == f"{bucket_of(8613800000066):05x}"
