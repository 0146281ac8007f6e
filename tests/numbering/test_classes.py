"""What the digits tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.numbering import NumberClass, class_of, classify, is_emergency, is_home, mask, to_key
from clearbell.numbering.plan import PlanError, china, read_plan

C = NumberClass


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13800138000", C.MOBILE),
        ("17012345678", C.RESALE),
        ("16212345678", C.RESALE),
        ("14012345678", C.IOT),
        ("1064123456789", C.IOT),
        ("13491234567", C.SATELLITE),
        ("17412345678", C.SATELLITE),
        ("057188886666", C.FIXED),
        ("95588", C.SERVICE_95),
        ("95566", C.SERVICE_95),
        ("953001", C.SERVICE_95),
        ("95013", C.CALL_CENTRE_95),
        ("95013123456", C.CALL_CENTRE_95),
        ("952123", C.CALL_CENTRE_95),
        ("957123", C.CALL_CENTRE_95),
        ("95110", C.EMERGENCY),
        ("96110", C.SHORT_96),
        ("057196345", C.SHORT_96),
        ("4008001234", C.TOLL_400),
        ("8008001234", C.TOLL_FREE_800),
        ("70012345678", C.MIDDLE_700),
        ("700123456789012", C.MIDDLE_700),
        ("10101234", C.BUSINESS_1010),
        ("10086", C.CARRIER_10),
        ("106551234567", C.SMS_106),
        ("12321", C.PUBLIC_SERVICE),
        ("110", C.EMERGENCY),
        ("120", C.EMERGENCY),
        ("112", C.EMERGENCY),
        ("+442079460958", C.FOREIGN),
    ],
)
def test_each_kind_of_number_has_its_class(text, expected):
    assert class_of(to_key(text)) is expected


@pytest.mark.parametrize("key", [8616312345678, 8695812, 861234567, 8640012, 86700123])
def test_numbers_outside_the_plan_are_unallocated(key):
    assert class_of(key) is C.UNALLOCATED


def test_a_prefix_tells_the_first_carrier_only():
    facts = classify(8613800138000)
    assert facts.first_carrier.name == "China Mobile"
    assert facts.first_carrier.portable
    assert classify(8617012345678).first_carrier is None
    assert not classify(864000001234).first_carrier.portable


def test_a_fixed_number_has_its_area_in_both_languages():
    facts = classify(8657188886666)
    assert (facts.area, facts.area_zh, facts.area_en) == ("571", "杭州", "Hangzhou")


def test_400_numbers_take_calls_only():
    assert classify(864008001234).inbound_only
    assert not classify(8695588).inbound_only


def test_a_foreign_number_has_its_country():
    assert classify(442079460958).country == 44


def test_no_number_has_no_class():
    assert class_of(0) is C.NONE
    assert classify(0).country == 0
    assert not is_home(0)


@given(st.integers(13_000_000_000, 19_999_999_999))
def test_every_eleven_digit_mobile_shape_has_one_class_of_the_plan(national):
    assert class_of(int(f"86{national}")) in {C.MOBILE, C.IOT, C.RESALE, C.SATELLITE, C.UNALLOCATED}


@given(st.integers(1, 10**18))
def test_every_number_has_a_class_and_a_mask(key):
    assert class_of(key) is not C.NONE
    masked = mask(key)
    if "*" not in masked:
        assert len(masked) <= 12


@given(st.from_regex(r"861[3-9][0-9]{9}", fullmatch=True).map(int))
def test_a_mask_hides_four_digits_of_a_mobile_number(key):
    masked = mask(key)
    assert masked.count("*") == 4
    assert masked[-4:] == str(key)[-4:]
    assert str(key) not in masked


def test_emergency_numbers_are_emergency_only_at_home():
    assert is_emergency(86110)
    assert not is_emergency(44110)


def test_the_plan_has_a_version_and_a_source_for_every_range():
    assert china().version


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('version = "2026-11"', 'version = "2026-11'), "not valid TOML"),
        (('version = "2026-11"', "vershun = 1"), "vershun"),
        (('"134", "135"', '"134", "134"'), "'134' is no digits or stands twice"),
    ],
)
def test_a_faulty_plan_is_refused_with_file_and_fault(change, words):
    import importlib.resources

    text = (importlib.resources.files("clearbell.numbering") / "plans" / "cn.toml").read_text()
    with pytest.raises(PlanError, match=words) as refused:
        read_plan(text.replace(*change), "plan.toml")
    assert str(refused.value).startswith("plan.toml: ")
