"""CSV and JSON of FreeSWITCH."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.calls import SECOND
from clearbell.intake import BadHeaderError
from clearbell.intake.cells import CellError
from clearbell.records.model import Disposition
from clearbell.records.readers.freeswitch import FreeswitchJson

NINE = 1_788_224_400 * SECOND
UUID = "5f0d2c6e-7a52-4b30-9b1c-0d8a6f3b7a01"
EXAMPLE = (
    '"A","13800000001","057188880001","public","2026-09-01 09:00:00","2026-09-01 09:00:05","2026-09-01 09:01:05",'
    f'"65","60","NORMAL_CLEARING","{UUID}","","","PCMA","PCMA"\n'
)
BUSY = EXAMPLE.replace('"2026-09-01 09:00:05"', '""').replace('"65","60","NORMAL_CLEARING"', '"7","0","USER_BUSY"')
ASTERISK = (
    '"","13800000001","057188880001","public","""A"" <13800000001>","sofia/external/1@192.0.2.1","","bridge","x",'
    '"2026-09-01 09:00:00","","2026-09-01 09:00:20","20","0","ORIGINATOR_CANCEL","DOCUMENTATION",'
    f'"{UUID}",""\n'
)
SNOM = EXAMPLE.replace(',"","","PCMA","PCMA"', ',"", "","PCMA","PCMA","agent","","","",""')


def test_the_default_template_is_read(taken):
    assert taken.take("freeswitch-csv", EXAMPLE, zone="Asia/Shanghai").stored == 1
    (record,) = taken.records()
    assert (record.id, record.start, record.caller, record.callee) == (UUID, NINE, 8613800000001, 8657188880001)
    assert (record.ring, record.duration, record.cause) == (5 * SECOND, 60 * SECOND, 16)
    assert record.disposition is Disposition.ANSWERED


def test_templates_are_told_by_their_width(taken):
    assert taken.take("freeswitch-csv", ASTERISK, zone="Asia/Shanghai").stored == 1
    (record,) = taken.records()
    assert (record.disposition, record.hangup, record.cause) == (Disposition.UNANSWERED, "caller", 487)
    assert record.ring == 20 * SECOND
    assert taken.take("freeswitch-csv", SNOM, zone="Asia/Shanghai").duplicates == 1
    with pytest.raises(BadHeaderError, match="the first row has 3 columns; the templates that are read are example"):
        taken.take("freeswitch-csv", "a,b,c\n", zone="UTC")


def test_a_busy_callee_and_an_unknown_cause(taken):
    result = taken.take("freeswitch-csv", BUSY + BUSY.replace("USER_BUSY", "USER_BUSSY"), zone="Asia/Shanghai")
    assert taken.bad(result) == [(2, "not-a-choice")]
    assert (taken.records()[0].disposition, taken.records()[0].cause) == (Disposition.BUSY, 17)


def cdr(direction="inbound", originator=None, **variables):
    profile = {"caller_id_number": "13800000001", "destination_number": "057188880001", "uuid": UUID}
    if originator:
        profile["originator"] = {"originator_caller_profiles": [{}]}
    return {
        "core-uuid": "c",
        "channel_data": {"direction": direction},
        "variables": {
            "uuid": UUID, "start_uepoch": str(NINE + 123_456), "answer_uepoch": str(NINE + 5 * SECOND),
            "end_uepoch": str(NINE + 65 * SECOND), "hangup_cause": "NORMAL_CLEARING",
            "sip_hangup_disposition": "recv_bye", "sip_verstat_detailed": "TN-Validation-Passed-B", **variables,
        },
        "callflow": [{"caller_profile": profile, "times": {"created_time": str(NINE)}}],
    }  # fmt: skip


def lines(*objects):
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects)


def test_json_tells_microseconds_who_hung_up_and_the_attestation(taken):
    assert taken.take("freeswitch-json", lines(cdr())).stored == 1
    (record,) = taken.records()
    assert (record.start, record.duration) == (NINE + 123_456, 60 * SECOND)
    assert (record.hangup, record.attestation, record.cause) == ("caller", "b", 16)


def test_a_refused_attempt_tells_its_sip_status(taken):
    refused = cdr(
        answer_uepoch="0", hangup_cause="CALL_REJECTED", sip_term_status="603", sip_hangup_disposition="send_refuse"
    )
    taken.take("freeswitch-json", lines(refused))
    (record,) = taken.records()
    assert (record.disposition, record.hangup, record.cause) == (Disposition.UNANSWERED, "callee", 603)
    assert record.duration == 0


def test_url_encoded_variables_b_legs_and_what_is_no_json(taken):
    encoded = cdr(sip_verstat_detailed="TN%2DValidation%2DFailed%2DA")
    result = taken.take(
        "freeswitch-json",
        lines(encoded, cdr("outbound", originator=True), cdr(uuid="", hangup_cause="X"), [1]) + '{"a":\n\n',
    )
    assert taken.records()[0].attestation == "failed"
    assert taken.bad(result) == [(2, "b-leg"), (3, "not-a-choice"), (4, "not-an-object"), (5, "not-json")]


def test_a_long_object_is_read_and_kept_whole_in_quarantine(taken):
    from clearbell.intake import quarantined

    long = cdr(hangup_cause="NOBODY_KNOWS", note="x" * 100_000)
    result = taken.take("freeswitch-json", lines(cdr(note="y" * 200_000), long))
    assert (result.stored, result.quarantined) == (1, 1)
    assert json.loads(quarantined(taken.store, result.run)[0].raw) == long


scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30))
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


@given(
    st.fixed_dictionaries(
        {},
        optional={"channel_data": anything, "callflow": anything},
    ),
    st.dictionaries(st.sampled_from([*sorted(cdr()["variables"]), "sip_term_status"]), anything),
)
def test_no_object_can_do_more_than_be_refused(top, variables):
    reader = FreeswitchJson("fs", "CN")
    for row in ({**cdr(), **top}, {**cdr(), "variables": {**cdr()["variables"], **variables}}, top):
        with contextlib.suppress(CellError):
            reader._read(row)
