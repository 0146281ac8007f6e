"""The control protocol of baresip."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.verification.control import ControlError, Event, EventType, Reader, Response, command

RINGING = b'{"event":true,"type":"CALL_RINGING","class":"call","direction":"outgoing","peeruri":"sip:1@127.0.0.1"}'
CLOSED = b'{"event":true,"type":"CALL_CLOSED","class":"call","param":"486 Busy Here"}'
OTHER = b'{"event":true,"type":"CALL_RTCP","class":"call","param":"audio","rtcp_stats":{"rtt":3}}'
TAKEN = b'{"response":true,"ok":false,"data":"Invalid argument","token":"t"}'


def netstring(data):
    return b"%d:%s," % (len(data), data)


def test_a_command_is_a_netstring_of_json():
    assert command("dial", "sip:1@example.net", "t") == netstring(
        b'{"command":"dial","params":"sip:1@example.net","token":"t"}'
    )
    assert command("hangup") == netstring(b'{"command":"hangup"}')


@given(st.lists(st.integers(0, 500), max_size=8))
def test_messages_are_the_same_however_the_bytes_arrive(cuts):
    stream = b"".join(map(netstring, (RINGING, OTHER, CLOSED, TAKEN)))
    places = sorted({0, *(cut for cut in cuts if cut < len(stream)), len(stream)})
    reader = Reader()
    found = [message for start, end in itertools.pairwise(places) for message in reader.feed(stream[start:end])]
    assert found == [
        Event(EventType.RINGING, "", "sip:1@127.0.0.1"),
        Event(EventType.CLOSED, "486 Busy Here"),
        Response(False, "Invalid argument", "t"),
    ]


@given(st.binary(max_size=200))
def test_whatever_comes_in_is_read_or_refused(data):
    try:
        Reader().feed(data)
    except ControlError:
        return


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n", b"3:abcd", b"99999999:", b"2:{},3:xyz,"])
def test_what_is_no_message_is_refused(data):
    with pytest.raises(ControlError):
        Reader().feed(data)


def test_a_phrase_that_is_no_utf8_is_still_read():
    bad = b'{"event":true,"type":"CALL_CLOSED","param":"603 \xff\xfe"}'
    (event,) = Reader().feed(netstring(bad))
    assert event.param.startswith("603 ")
