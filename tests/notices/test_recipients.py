"""Who can be reached, and how little of them is shown."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.notices.errors import BadRecipientError
from clearbell.notices.model import Channel
from clearbell.notices.recipients import check_recipient, masked


@pytest.mark.parametrize(
    ("channel", "recipient"),
    [
        (Channel.SMS, 8613900000002), (Channel.SMS, 8617000000002), (Channel.SMS, 12025550100),
        (Channel.MAIL, "li.lei+x@example.net"), (Channel.WEBHOOK, "https://example.net/hook?a=1"),
        (Channel.WEBHOOK, "http://127.0.0.1:8080/"), (Channel.WEBHOOK, "http://localhost/x"), (Channel.WEBHOOK, "http://[::1]:1/"),
    ],
)  # fmt: skip
def test_these_can_be_reached(channel, recipient):
    assert check_recipient(channel, recipient) == str(recipient)


@pytest.mark.parametrize(
    ("channel", "recipient"),
    [
        (Channel.SMS, 0), (Channel.SMS, 86110), (Channel.SMS, 8657188880001), (Channel.SMS, 864001234567), (Channel.SMS, "13900000002"),
        (Channel.MAIL, ""), (Channel.MAIL, "li"), (Channel.MAIL, "@example.net"), (Channel.MAIL, "li@"), (Channel.MAIL, "a@b@c"),
        (Channel.MAIL, "li@example.net, other@example.net"), (Channel.MAIL, "li@example.net\nBcc: x@example.net"),
        (Channel.MAIL, "Li <li@example.net>"), (Channel.MAIL, "x" * 250 + "@example.net"),
        (Channel.WEBHOOK, ""), (Channel.WEBHOOK, "http://example.net/"), (Channel.WEBHOOK, "ftp://example.net/"),
        (Channel.WEBHOOK, "https://u:p@example.net/"), (Channel.WEBHOOK, "https:///x"), (Channel.WEBHOOK, "https://example.net:99999/"),
        (Channel.WEBHOOK, "https://example.net/a b"), (Channel.WEBHOOK, "https://example.net/\r\nX: y"),
    ],
)  # fmt: skip
def test_these_cannot(channel, recipient):
    with pytest.raises(BadRecipientError) as refused:
        check_recipient(channel, recipient)
    assert refused.value.zh
    assert refused.value.column == "recipient"


@given(st.sampled_from(list(Channel)), st.one_of(st.text(max_size=60), st.integers(-1, 10**18)))
def test_any_recipient_is_reached_or_refused(channel, recipient):
    with contextlib.suppress(BadRecipientError):
        kept = check_recipient(channel, recipient)
        assert "\n" not in kept
        assert masked(channel, kept) != kept


def test_lists_show_little():
    assert masked(Channel.SMS, "8613900000002") == "+86139****0002"
    assert masked(Channel.MAIL, "li.lei@example.net") == "l***@example.net"
    assert masked(Channel.WEBHOOK, "https://example.net/hook/secret") == "https://example.net/…"
