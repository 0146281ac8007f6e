"""Texts become SMS and back without losing a sign, whatever they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smpplib.gsm import GSM_CHARACTER_TABLE

from clearbell.notices.transports.sms_text import _GSM_ALPHABET, GSM, UCS2, TooLongError, code_text, read_text

GSM_SIGNS = [sign for sign in _GSM_ALPHABET if sign != "\x1b"] + list("^{}\\[~]|€\f")


def back(coded):
    return "".join(read_text(part, coded.data_coding, coded.has_header).text for part in coded.parts)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=2000), st.integers(0, 255))
def test_any_text_comes_back_whole_and_no_part_is_too_long(text, reference):
    coded = code_text(text, reference)
    assert back(coded) == text
    most = 160 if coded.data_coding == GSM else 140
    for place, part in enumerate(coded.parts, 1):
        if coded.has_header:
            piece = read_text(part, coded.data_coding, True)
            assert (piece.reference, piece.part, piece.parts) == (reference, place, len(coded.parts))
            # Six octets of header take the place of seven septets.
            assert len(part) - 6 <= (153 if coded.data_coding == GSM else 134)
            # Each part by itself is text: no sign is cut in two.
            assert "\ufffd" not in piece.text or "\ufffd" in text
        else:
            assert len(part) <= most


@given(st.text(alphabet=GSM_SIGNS, min_size=1, max_size=500))
def test_what_gsm_can_say_goes_as_gsm(text):
    coded = code_text(text, 0)
    assert coded.data_coding == GSM
    assert back(coded) == text


def test_the_alphabet_is_the_one_of_the_standard_as_smpplib_has_it():
    theirs = GSM_CHARACTER_TABLE[:128]
    assert len(_GSM_ALPHABET) == 128
    # smpplib writes a grave accent for the section sign, which GSM has and the accent it has not.
    assert [(a, b) for a, b in zip(_GSM_ALPHABET, theirs, strict=True) if a != b] == [("§", "`")]


@pytest.mark.parametrize(("length", "parts"), [(70, 1), (71, 2), (134, 2), (135, 3)])
def test_chinese_takes_seventy_signs_or_sixty_seven_a_part(length, parts):
    coded = code_text("铃" * length, 1)
    assert (coded.data_coding, len(coded.parts)) == (UCS2, parts)


@pytest.mark.parametrize(
    ("text", "parts"), [("a" * 160, 1), ("a" * 161, 2), ("€" * 80, 1), ("€" * 81, 2), ("a" * 152 + "€" * 5, 2)]
)
def test_latin_takes_a_hundred_and_sixty_signs_and_the_euro_two(text, parts):
    assert len(code_text(text, 1).parts) == parts


def test_a_text_of_more_than_255_parts_is_refused():
    code_text("铃" * 67 * 255, 1)
    with pytest.raises(TooLongError, match="256 parts"):
        code_text("铃" * 67 * 255 + "铃", 1)


@given(st.binary(max_size=160), st.integers(0, 255), st.booleans())
def test_reading_never_fails(data, coding, has_header):
    piece = read_text(data, coding, has_header)
    assert 1 <= piece.part <= piece.parts


def test_a_wide_reference_is_read_too():
    piece = read_text(bytes([6, 8, 4, 1, 2, 3, 2]) + "铃".encode("utf-16-be"), UCS2, True)
    assert (piece.text, piece.reference, piece.part, piece.parts) == ("铃", 258, 2, 3)
