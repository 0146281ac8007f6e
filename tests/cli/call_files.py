"""The same calls as each switch writes them, and lines as a broken disk, a wrong editor or a wrong clock leave them."""

import datetime
import json

BEGAN = 1_788_224_400
"""2026-09-01 09:00 in China."""
CALLED = "057188880001"
EPOCHS = ("freeswitch-json", "kamailio-log", "kamailio-json", "cucm")
ZONED = ("asterisk", "freeswitch-csv", "kamailio-csv")
MAPPING = """
[columns]
id = "话单号"
caller = "主叫"
callee = "被叫"
start = "起呼"
duration = "时长"
disposition = "结果"
[time]
format = "%Y-%m-%d %H:%M:%S"
zone = "Asia/Shanghai"
[disposition]
"接通" = "answered"
"""
HEADS = {
    "cucm": '"cdrRecordType","globalCallID_callManagerId","globalCallID_callId","origLegCallIdentifier","dateTimeOrigination",'
    '"callingPartyNumber","origCause_value","originalCalledPartyNumber","finalCalledPartyNumber","destCause_value",'
    '"dateTimeConnect","dateTimeDisconnect","duration","pkid","x"\n'
    "INTEGER,INTEGER,INTEGER,INTEGER,INTEGER,VARCHAR(50),INTEGER,VARCHAR(50),VARCHAR(50),INTEGER,INTEGER,INTEGER,INTEGER,"
    "UNIQUEIDENTIFIER,VARCHAR(50)\n",
    "mapped": "话单号,主叫,被叫,起呼,时长,结果,备注\n",
    "kamailio-csv": "method,from_tag,to_tag,callid,sip_code,sip_reason,time,src_user,dst_ouser\n",
}


def caller(n):
    return f"1380000{n:04d}"


def local(n):
    zone = datetime.timezone(datetime.timedelta(hours=8))
    return str(datetime.datetime.fromtimestamp(BEGAN + 60 * n, zone).replace(tzinfo=None))


def row(form, n, *, start=None, talk=60, name="", called=CALLED, call=None):
    """Call ``n`` as a line; a name is free text in it."""
    at, s, who = BEGAN + 60 * n, start or local(n), caller(n)
    if form == "asterisk":
        return (
            f'"","{who}","{called}","in","{name}<{who}>","PJSIP/c-{n:08x}","PJSIP/d-2","Dial","","{s}","{s}","{s}",'
            f'65,{talk},"ANSWERED","DOC","{call or at}.1",""'
        )
    if form == "freeswitch-csv":
        return (
            f'"{name}","{who}","{called}","public","{s}","{s}","{s}","65","{talk}","NORMAL_CLEARING",'
            f'"{call or n}-uuid","","","PCMA","PCMA"'
        )
    if form == "freeswitch-json":
        us = (at + 5) * 10**6
        told = {
            "uuid": f"{call or n}-uuid", "start_uepoch": start or str(at * 10**6), "answer_uepoch": str(us),
            "end_uepoch": str(us + talk * 10**6), "hangup_cause": "NORMAL_CLEARING", "name": name,
        }  # fmt: skip
        flow = {"caller_profile": {"caller_id_number": who, "destination_number": called}}
        return json.dumps({"variables": told, "callflow": [flow]}, ensure_ascii=False)
    if form == "kamailio-log":
        return (
            f"Sep 1 gw ACC: call missed: timestamp={start or at};method=INVITE;from_tag=f;to_tag=t;"
            f"call_id={call or n}@gw;code=486;reason=Busy {name};src_user={who};src_ip=192.0.2.1;dst_ouser={called}"
        )
    if form == "kamailio-csv":
        return f'INVITE,f,t,{call or n}@gw,486,"Busy {name}",{s},{who},{called}'
    if form == "kamailio-json":
        told = {
            "time": int(start) if start else at, "method": "INVITE", "from_tag": "f", "to_tag": "t",
            "callid": f"{call or n}@gw", "sip_code": "486", "sip_reason": name, "src_user": who, "dst_ouser": called,
        }  # fmt: skip
        return json.dumps(told, ensure_ascii=False)
    if form == "cucm":
        return (
            f'1,1,{n},{100 + n},{start or at},"{who}",0,"{called}","{called}",16,{at + 5},{at + 65},{talk},'
            f'"{call or n}-pkid","{name}"'
        )
    return f'{call or n}r,{who},{called},{s},{talk},接通,"{name}"'


def broken(form):
    """A file's lines, with what becomes of each: ``stored``, ``duplicate``, or the code that it is quarantined by.

    A blank line is no row: ``blank``.
    """
    epoch, json_like = form in EPOCHS, form.endswith("json")
    never, before = ("-5", "1") if epoch else ("2026-13-45 09:00:00", "1970-01-01 00:00:00")
    huge = "x" * (2_000_000 if json_like or form == "kamailio-log" else 70_000)
    negative = row(form, 8, talk=-60)
    if form.startswith("kamailio"):  # what acc tells of one row has no length
        told, of_negative = row(form, 8), "stored"
    else:
        told, of_negative = negative, "ends-before" if json_like else "not-a-count"
    half = row(form, 5)[: -len(CALLED) - 4] if form.startswith("kamailio") else row(form, 5)[:-9]
    cut = {"kamailio-log": "number-empty", "kamailio-csv": "columns", "mapped": "columns"}
    quoted = {"kamailio-log": "stored", "mapped": "open-quote"}
    return [
        (row(form, 1).encode(), "stored"),
        (row(form, 2, name="张三").encode(), "stored"),
        (row(form, 3, name="李四").encode("gb18030"), "undecodable"),
        (row(form, 4).replace(caller(4), f"{caller(4)}\0").encode(), "nul"),
        (half.encode(), cut.get(form, "not-json" if json_like else "open-quote")),
        (b'"' + row(form, 6).encode(), quoted.get(form, "not-json" if json_like else "quoting")),
        (row(form, 7, start=never).encode(), "not-a-count" if form == "cucm" else "not-a-time"),
        (told.encode(), of_negative),
        (row(form, 1).encode(), "duplicate"),
        (row(form, 1, called="057188880002").encode(), "same-id"),
        (row(form, 9, name=huge).encode(), "too-long"),
        (b"", "blank"),
        (b"garbage", "not-json" if json_like else "not-acc" if form == "kamailio-log" else "columns"),
        (row(form, 10, start=before).encode(), "not-a-time"),
        (b"\xff\xfe\x00", "undecodable"),
        (row(form, 11, call="again").encode(), "stored"),
        (row(form, 12, call="again").encode(), "stored"),
        (row(form, 13).encode() + b"\r", "stored"),
    ]
