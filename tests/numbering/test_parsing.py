"""Any text to a number or a clear refusal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.numbering import Number, Reason, Refusal, format_e164, parse, to_key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("13800138000", 8613800138000),
        ("+86 138 0013 8000", 8613800138000),
        ("0086-138-0013-8000", 8613800138000),
        ("86 13800138000", 8613800138000),
        ("013800138000", 8613800138000),
        ("17951 13800138000", 8613800138000),
        ("138 0013 8000", 8613800138000),
        ("tel:+86-138-0013-8000;phone-context=x", 8613800138000),
        ("sip:+8613800138000@example.net;user=phone", 8613800138000),
        ("<sips:13800138000@example.net>", 8613800138000),
        ("(0571) 8888-6666", 8657188886666),
        ("010-65551234", 861065551234),
        ("0571-88886666转802", 8657188886666),
        ("0571-88886666 ext. 802", 8657188886666),
        ("95588", 8695588),
        ("+8695588", 8695588),
        ("400-800-1234", 864008001234),
        ("110", 86110),
        ("+1 (415) 555-0100".replace("(415) 555", "(415) 255"), 14152550100),
        ("+44 20 7946 0958", 442079460958),
        ("١٣٨٠٠١٣٨٠٠٠", 8613800138000),
    ],
)
def test_a_number_is_read_in_any_form(text, key):
    read = parse(text)
    assert isinstance(read, Number), read
    assert read.key == key
    assert to_key(text) == key


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.EMPTY),
        ("  ", Reason.EMPTY),
        ("anonymous", Reason.WITHHELD),
        ("sip:Anonymous@anonymous.invalid", Reason.WITHHELD),
        ("not a number", Reason.NOT_DIGITS),
        ("1", Reason.TOO_SHORT),
        ("88886666", Reason.NEEDS_AREA_CODE),
        ("+" + "9" * 40, Reason.TOO_LONG),
        ("+1 055 255 0100", Reason.IMPOSSIBLE),
        ("9" * 600, Reason.TOO_LONG),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(text, reason):
    read = parse(text)
    assert isinstance(read, Refusal)
    assert read.reason is reason
    assert read.zh
    assert read.en
    assert to_key(text) == 0


@pytest.mark.parametrize(
    ("text", "key"),
    [("8044770532", 18044770532), ("18044770532", 18044770532), ("0123456789", 0), ("8041770532", 0), ("804477053", 0)],
)
def test_north_american_numbers_are_read_at_home(text, key):
    assert to_key(text, "US") == key


@given(st.text(max_size=700), st.sampled_from(["CN", "US", "GB"]))
def test_no_text_breaks_the_reader(text, home):
    read = parse(text, home)
    if isinstance(read, Refusal):
        assert len(read.text) <= 64
        assert to_key(text, home) == 0
    else:
        assert 0 < read.key < 10**18
        assert to_key(text, home) == read.key


@given(st.binary(max_size=200))
def test_no_bytes_break_the_fast_reader(raw):
    assert to_key(raw) >= 0


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_writing_and_reading_again_gives_the_same_number(text):
    key = to_key(text)
    if key:
        assert to_key(format_e164(key)) == key
