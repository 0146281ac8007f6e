"""Accounting rows of Kamailio, joined to calls."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearbell.calls import DAY, SECOND
from clearbell.intake import BadFileError, BadHeaderError, export_rows
from clearbell.records.model import Disposition

NINE = 1_788_224_400


def row(method, at, call="a@x", from_tag="f", to_tag="t", code=200, **more):
    return {
        "time": at, "method": method, "from_tag": from_tag, "to_tag": to_tag, "callid": call, "sip_code": str(code),
        "sip_reason": "OK", "src_user": "+8613800000001", "dst_ouser": "+8657188880001", "src_ip": "192.0.2.1", **more,
    }  # fmt: skip


def as_json(*rows):
    return "".join(json.dumps(one) + "\n" for one in rows)


def as_log(*rows):
    names = {"callid": "call_id", "sip_code": "code", "sip_reason": "reason"}
    return "".join(
        f" 0(7) NOTICE: acc [acc.c:288]: acc_log_request(): ACC: transaction answered: timestamp={one['time']};"
        + ";".join(f"{names.get(name, name)}={value}" for name, value in one.items() if name != "time")
        + "\n"
        for one in rows
    )


def test_invite_and_bye_are_one_call_in_each_form(many):
    rows = (row("INVITE", NINE), row("ACK", NINE), row("BYE", NINE + 60, from_tag="t", to_tag="f"))
    names = list(rows[0])
    as_csv = "".join(",".join(map(str, cells)) + "\n" for cells in (names, *(one.values() for one in rows)))
    for form, content in (("json", as_json(*rows)), ("log", as_log(*rows)), ("csv", as_csv)):
        taken = many()
        result = taken.take(f"kamailio-{form}", content)
        assert (result.rows, result.stored) == (3, 3)
        (record,) = taken.records()
        assert (record.id, record.start, record.duration) == ("a@x", NINE * SECOND, 60 * SECOND)
        assert (record.caller, record.callee, record.trunk) == (8613800000001, 8657188880001, "192.0.2.1")
        assert (record.disposition, record.hangup) == (Disposition.ANSWERED, "callee")


def test_calls_that_were_not_answered_tell_their_status(taken):
    statuses = {
        486: Disposition.BUSY,
        487: Disposition.UNANSWERED,
        503: Disposition.FAILED,
        607: Disposition.UNANSWERED,
    }
    taken.take("kamailio-json", as_json(*(row("INVITE", NINE + n, f"c{n}", code=n) for n in statuses)))
    assert {one.cause: one.disposition for one in taken.records()} == statuses


def test_a_call_over_the_end_of_a_file_is_joined_from_the_quarantine_of_both(taken, tmp_path):
    first = taken.take("kamailio-json", as_json(row("INVITE", NINE), row("INVITE", NINE + 1, "b@x", code=486)))
    second = taken.take("kamailio-json", as_json(row("BYE", NINE + 90)))
    assert (taken.bad(first), taken.bad(second)) == ([(1, "no-bye")], [(1, "no-invite")])
    texts = []
    for result in (first, second):
        export_rows(taken.store, result.run, tmp_path / "rows")
        texts.append((tmp_path / "rows").read_text())
    assert taken.take("kamailio-json", "".join(texts)).stored == 2
    assert [(one.id, one.duration) for one in taken.records()] == [("a@x", 90 * SECOND), ("b@x", 0)]


def test_a_call_without_bye_is_a_record_after_a_day(taken):
    late = row("INVITE", NINE + DAY // SECOND + 1, "b@x", code=486)
    assert taken.take("kamailio-json", as_json(row("INVITE", NINE), late)).stored == 2
    assert next((one.disposition, one.hangup) for one in taken.records()) == (Disposition.ANSWERED, "unknown")


def test_rows_of_no_call_and_unreadable_ones_are_quarantined(taken):
    result = taken.take(
        "kamailio-json",
        as_json(row("MESSAGE", NINE), row("INVITE", NINE, code="x"), row("INVITE", 0), row("INVITE", NINE, ""))
        + as_json(row("INVITE", NINE, src_user="x", dst_ouser="alice")),
    )
    assert taken.bad(result) == [
        (1, "not-a-call"), (2, "not-a-status"), (3, "not-a-time"), (4, "empty"), (5, "number-not_digits"),
    ]  # fmt: skip
    assert taken.bad(taken.take("kamailio-log", "nothing of acc\n")) == [(1, "not-acc")]


def test_times_without_zone_need_it(taken):
    local = as_json(row("INVITE", "2026-09-01 09:00:00", code=486))
    with pytest.raises(BadFileError, match="the times of acc_json do not tell their zone"):
        taken.take("kamailio-json", local)
    table = "method,from_tag,to_tag,callid,sip_code,time,src_user,dst_user\n"
    cells = "INVITE,f,t,a@x,486,2026-09-01 09:00:00,13800000001,057188880001\n"
    with pytest.raises(BadFileError, match="the times of acc do not tell their zone"):
        taken.take("kamailio-csv", table + cells)
    assert taken.take("kamailio-csv", table + cells, zone="Asia/Shanghai").stored == 1
    assert taken.take("kamailio-json", local, zone="Asia/Shanghai").duplicates == 1
    with pytest.raises(BadHeaderError, match="it lacks src_user and dst_ouser"):
        taken.take("kamailio-csv", "method,from_tag,to_tag,callid,sip_code,time\n", zone="UTC")


rows_of_acc = st.lists(
    st.builds(
        row,
        st.sampled_from(["INVITE", "BYE", "ACK", "CANCEL", "MESSAGE", ""]),
        st.integers(NINE, NINE + 2 * DAY // SECOND) | st.sampled_from(["soon", "", 3.5]),
        st.sampled_from(["a", "b", ""]),
        st.sampled_from(["f", "t", ""]),
        st.sampled_from(["f", "t", ""]),
        st.sampled_from([100, 200, 486, 999, "x"]),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None)
@given(rows_of_acc, st.integers(1, 4), st.integers(1, 4))
def test_rows_add_up_and_chunks_are_no_matter(many, rows, one, other):
    content = as_json(row("INVITE", NINE, "z", code=486), *rows)
    found = []
    for chunk in (one, other):
        taken = many()
        result = taken.take("kamailio-json", content, chunk=chunk)
        found.append((result.rows, result.stored, result.duplicates, taken.bad(result), taken.records()))
    assert found[0] == found[1]
    assert found[0][0] == len(rows) + 1


def test_a_call_that_ends_before_it_is_answered_is_kept_apart_whole(taken):
    result = taken.take("kamailio-json", as_json(row("INVITE", NINE), row("BYE", NINE - 60), row("INVITE", NINE, "b")))
    assert taken.bad(result) == [(1, "no-bye"), (2, "ends-before"), (3, "no-bye")]
