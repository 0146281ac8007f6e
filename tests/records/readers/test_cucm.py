"""CDR files of Cisco Unified Communications Manager."""

import pytest

from clearbell.calls import SECOND
from clearbell.intake import BadHeaderError
from clearbell.records.model import Disposition

NINE = 1_788_224_400
HEADER = (
    '"cdrRecordType","globalCallID_callManagerId","globalCallID_callId","origLegCallIdentifier","dateTimeOrigination",'
    '"callingPartyNumber","origCause_value","originalCalledPartyNumber","finalCalledPartyNumber","destCause_value",'
    '"dateTimeConnect","dateTimeDisconnect","pkid","duration","origDeviceName","globalCallId_ClusterID"\n'
)
TYPES = (
    "INTEGER,INTEGER,INTEGER,INTEGER,INTEGER,VARCHAR(50),INTEGER,VARCHAR(50),VARCHAR(50),INTEGER,INTEGER,INTEGER,"
    "UNIQUEIDENTIFIER,INTEGER,VARCHAR(129),VARCHAR(50)\n"
)
PKID = "c0a8f1de-0000-4000-8000-000000000001"
ANSWERED = (
    f'1,1,5001,111,{NINE},"13800000001",0,"057188880001","057188880001",16,{NINE + 5},{NINE + 65},"{PKID}",60,'
    '"carrier-a","cluster-1"\n'
)
BUSY = (
    f'1,1,5002,112,{NINE + 9},"13800000001",0,"057188880001","057188880001",17,0,{NINE + 12},"{PKID[:-1]}2",0,'
    '"carrier-a","cluster-1"\n'
)


def test_the_type_line_is_no_row_and_seconds_are_utc(taken):
    result = taken.take("cucm", HEADER + TYPES + ANSWERED + BUSY)
    assert (result.rows, result.stored) == (2, 2)
    answered, busy = taken.records()
    assert (answered.start, answered.ring, answered.duration) == (NINE * SECOND, 5 * SECOND, 60 * SECOND)
    assert (answered.hangup, answered.cause, answered.trunk, answered.id) == ("callee", 16, "carrier-a", PKID)
    assert (busy.disposition, busy.cause, busy.ring, busy.duration) == (Disposition.BUSY, 17, 3 * SECOND, 0)


def test_an_extension_that_was_reached_gives_way_to_the_number_that_was_dialled(taken):
    forwarded = ANSWERED.replace('"057188880001","057188880001"', '"7001","057188880001"')
    taken.take("cucm", HEADER + TYPES + forwarded)
    assert taken.records()[0].callee == 8657188880001


def test_cisco_s_own_causes_are_not_kept(taken):
    taken.take("cucm", HEADER + TYPES + ANSWERED.replace(",16,", ",393216,"))
    assert (taken.records()[0].cause, taken.records()[0].disposition) == (0, Disposition.ANSWERED)


def test_records_of_another_type_and_bad_times_are_quarantined(taken):
    content = HEADER + TYPES + ANSWERED.replace("1,1,5001", "2,1,5001") + ANSWERED.replace(f",{NINE},", ",soon,")
    assert taken.bad(taken.take("cucm", content)) == [(3, "not-a-call"), (4, "not-a-count")]


def test_a_management_record_file_is_refused(taken):
    with pytest.raises(BadHeaderError, match="it lacks datetimeorigination, callingpartynumber"):
        taken.take("cucm", '"cdrRecordType","globalCallID_callManagerId","globalCallID_callId","nodeId"\n2,1,1,1\n')
