"""Delivery receipts in the forms that SMS centres write."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.notices.transports.protocol import ReceiptState
from clearbell.notices.transports.receipts import read_receipt

STANDARD = "id:0123abcd sub:001 dlvrd:001 submit date:2611251200 done date:2611251201 stat:{} err:{} text:hello"


def test_the_standards_own_form():
    receipt = read_receipt(STANDARD.format("DELIVRD", "000"), utc_offset_minutes=480)
    zone = datetime.timezone(datetime.timedelta(hours=8))
    at = datetime.datetime(2026, 11, 25, 12, 1, tzinfo=zone).timestamp()
    assert (receipt.message_id, receipt.state, receipt.at, receipt.error) == (
        "0123abcd", ReceiptState.DELIVERED, int(at) * 1_000_000, "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("stat", "state"),
    [
        ("DELIVRD", ReceiptState.DELIVERED), ("delivrd", ReceiptState.DELIVERED), ("UNDELIV", ReceiptState.UNDELIVERED),
        ("EXPIRED", ReceiptState.UNDELIVERED), ("REJECTD", ReceiptState.UNDELIVERED), ("DELETED", ReceiptState.UNDELIVERED),
        ("ACCEPTD", ReceiptState.ON_ITS_WAY), ("ENROUTE", ReceiptState.ON_ITS_WAY), ("UNKNOWN", ReceiptState.ON_ITS_WAY),
        ("MK:0001", ReceiptState.ON_ITS_WAY),
    ],
)  # fmt: skip
def test_each_word_has_its_meaning_and_an_unknown_one_ends_nothing(stat, state):
    assert read_receipt(STANDARD.format(stat, "042")).state is state


def test_an_undelivered_one_says_why():
    assert read_receipt(STANDARD.format("UNDELIV", "042")).error == "UNDELIV 042"


def test_capitals_and_seconds():
    receipt = read_receipt("Id:77 Sub:001 Dlvrd:001 Submit Date:261125120000 Done Date:261125120107 Stat:DELIVRD Err:0")
    assert (receipt.message_id, receipt.state) == ("77", ReceiptState.DELIVERED)
    assert receipt.at == int(datetime.datetime(2026, 11, 25, 12, 1, 7, tzinfo=datetime.UTC).timestamp()) * 1_000_000


def test_parameters_alone_are_enough():
    receipt = read_receipt("", message_id="77", message_state=5)
    assert (receipt.message_id, receipt.state, receipt.error) == ("77", ReceiptState.UNDELIVERED, "UNDELIV")


def test_a_date_that_is_none_leaves_the_time_open():
    assert read_receipt(STANDARD.replace("2611251201", "2699999999").format("DELIVRD", "0")).at == 0


@given(st.text(max_size=200), st.integers(-5, 300))
def test_any_text_is_a_receipt_or_none(text, state):
    read_receipt(text, message_state=state)
    assert read_receipt(text, message_id="1", message_state=state) is not None
