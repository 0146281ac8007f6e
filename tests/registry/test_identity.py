"""Identity numbers are told by their check digits and kept as digests only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.registry.identity import IdentityKey, is_credit_code, is_resident_id, same_name
from clearbell.testing.identities import credit_code, resident_id


def test_the_examples_of_the_standards_hold():
    # GB 11643-1999, appendix; and a code whose check sign was worked out by hand after GB 32100-2015.
    assert is_resident_id("11010519491231002X")
    assert is_resident_id("11010519491231002x")
    assert not is_resident_id("110105194912310021")
    assert not is_resident_id("١١٠١٠٥١٩٤٩١٢٣١٠٠٢X")


@given(st.integers(0, 999), st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_seen(serial, place, digit):
    number = resident_id(serial)
    changed = number[:place] + digit + number[place + 1 :]
    assert is_resident_id(changed) is (changed == number)


@given(st.integers(0, 10**9 - 1), st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_wrong_sign_of_a_credit_code_is_seen(serial, place, sign):
    code = credit_code(serial)
    changed = code[:place] + sign + code[place + 1 :]
    assert is_credit_code(changed) is (changed == code)


@given(st.text(max_size=30))
def test_any_text_can_be_asked_about(text):
    assert is_resident_id(text) in (True, False)
    assert is_credit_code(text) in (True, False)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("示例(杭州)有限公司", "示例\uff08杭州\uff09有限公司", True),
        ("Example  Ltd", "EXAMPLE Ltd", True),
        ("Example Ltd", "Example Ltd.", False),
        ("", "", False),
    ],
)
def test_names_are_compared_as_people_would(one, other, same):
    assert same_name(one, other) is same


def test_a_digest_tells_the_same_from_another_and_needs_the_key():
    key, other = IdentityKey(b"a" * 32), IdentityKey(b"b" * 32)
    assert key.digest("id", "11010519491231002x") == key.digest("id", " 11010519491231002X ")
    assert key.digest("id", "1") != key.digest("address", "1")
    assert key.digest("id", "1") != other.digest("id", "1")
    assert key.digest("id", " ") == ""
