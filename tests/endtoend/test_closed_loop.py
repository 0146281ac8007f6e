"""The closed loop in one run of real processes: calls, reports, a case, a test call, verdicts, a notice, a bar, and the
way back; and a lawful caller who is looked into meanwhile, and rings all the time.
"""

from __future__ import annotations

import datetime
import importlib.util
import re
import shutil
import time

import pytest
from tests.endtoend.conftest import PASSWORD
from tests.endtoend.network import CLINIC, MARKETER

pytestmark = [
    pytest.mark.process,
    *(
        pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed: apt-get install {package}")
        for program, package in (
            ("kamailio", "kamailio"), ("sipp", "sip-tester"), ("baresip", "baresip-core"), ("espeak-ng", "espeak-ng"),
        )
    ),
    *(
        pytest.mark.skipif(importlib.util.find_spec(module) is None, reason=f"{module} is not installed: extra `{extra}`")
        for module, extra in (("pocketsphinx", "voice"), ("sklearn", "learn"))
    ),
]  # fmt: skip

VICTIMS = tuple(8613900000000 + place for place in range(6))
PATIENTS = tuple(8613900000100 + place for place in range(3))
GRATEFUL = tuple(8613900000110 + place for place in range(3))
OTHERS = iter(8613900000200 + place for place in range(100))
HOLDERS_OTHER_PHONE, HOLDERS_MAIL = 8613700000009, "zhou@example.net"
OFFICERS = {"wang": "officer", "liu": "officer", "zhao": "officer", "chen": "complaints"}


def asked(answer):
    assert answer.status_code in (200, 201), f"{answer.request.url}: {answer.status_code} {answer.text}"
    return answer.json()


def step(world, who, case, name, **body):
    return asked(world.as_(who).post(f"/v1/cases/{case}/{name}", json=body))


def clinic_rings(world):
    """The clinic calls somebody, whose telephone rings and shows no warning."""
    before = len(world.phones.from_(CLINIC))
    [answer] = world.edge.call(CLINIC, next(OTHERS), talk=300)
    assert answer.startswith("SIP/2.0 200"), answer
    arrived = world.phones.from_(CLINIC)[before:]
    assert len(arrived) == 1
    decision = asked(world.as_("wang").get(f"/v1/decisions/{arrived[0]['X-Clearbell-Decision']}"))
    assert {"P-Asserted-Identity", "Call-Info"}.isdisjoint(arrived[0]), str(decision)
    assert "X-Clearbell" not in arrived[0], "it was let through unjudged"
    assert not asked(world.open.get(f"/v1/labels/numbers/+{CLINIC}"))["labelled"]
    world.rang = getattr(world, "rang", 0) + 1


def marketer_calls(world):
    [answer] = world.edge.call(MARKETER, next(OTHERS), talk=300)
    return answer


def report_on_the_page(world, reporter):
    """As a person does: a code by SMS, the form, a receipt."""
    national = str(reporter)[2:]
    world.open.post("/report/code?lang=en", data={"accepted": "1", "reporter": national})
    code = re.search(r"\b(\d{6})\b", world.smsc.text_to(reporter, 20))[1]
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8)))
    form = {
        "reporter": national, "code": code, "number": f"+{MARKETER}", "date": now.date().isoformat(),
        "time": now.strftime("%H:%M"), "duration": "under-3-min", "manner": "automatic", "category": "loans",
        "description": "a cheap loan, again", "forward": "1",
    }  # fmt: skip
    sent = world.open.post("/report/send?lang=en", data=form, files={"evidence": ("", b"")})
    assert sent.status_code == 200, sent.text
    return "portal:" + re.search(r"<b>([A-Z0-9]+)</b>", sent.text)[1]


def appeal_on_the_page(world, sanction):
    """As the holder does: a code to the telephone by which he was told, the form, a receipt."""
    number = str(HOLDERS_OTHER_PHONE)[2:]
    world.open.post("/appeal/code?lang=en", data={"number": number, "id": sanction})
    codes = re.compile(r"^Your code is (\d{6})")
    [code] = world.wait(
        lambda: [found[1] for text in world.smsc.texts(HOLDERS_OTHER_PHONE) if (found := codes.search(text))], 20
    )
    form = {
        "number": number,
        "code": code,
        "id": sanction,
        "ground": "mistaken",
        "statement": "the number is mine since yesterday only",
    }
    sent = world.open.post("/appeal/send?lang=en", data=form, files={"papers": ("", b"")})
    assert sent.status_code == 200, sent.text
    return re.search(r"<b>([A-Z0-9]+)</b>", sent.text)[1]


def reported(world, number, reporters, **more):
    reports = [{"number": f"+{number}", "reporter": f"+{one}", **more} for one in reporters]
    return asked(world.as_("chen").post("/v1/reports", json={"reports": reports}))["receipts"]


def counted(world, receipts):
    return all(asked(world.as_("chen").get(f"/v1/reports/{one}"))["state"] == "counted" for one in receipts)


def story_of(world, case, kind):
    return [line for line in asked(world.as_("wang").get(f"/v1/cases/{case}"))["story"] if line["kind"] == kind]


def heard(world, case):
    """What the test call found, and what it was about."""
    [called] = world.wait(lambda: story_of(world, case, "test-call"), 90)
    [content] = world.wait(lambda: story_of(world, case, "content"), 10)
    return called["en"], content["en"]


def test_from_the_first_call_to_reinstatement_while_a_clinic_keeps_ringing(world):
    began = time.monotonic()

    def done(what):
        print(f"{time.monotonic() - began:6.1f} s  {what}")

    for name, role in OFFICERS.items():
        world.account(name, role)
    world.clearbell("registry", "contact", str(HOLDERS_OTHER_PHONE), "--holder", "zhou", "--by", "sms", "--lang", "en")
    world.clearbell("registry", "contact", HOLDERS_MAIL, "--holder", "zhou", "--by", "mail", "--lang", "en")
    done("accounts and contacts")

    # People are called. Two complain of everything.
    rang = world.edge.call(MARKETER, *VICTIMS)
    assert [one.split()[1] for one in rang] == ["200"] * len(VICTIMS)
    assert all(one.startswith("SIP/2.0 200") for one in world.edge.call(CLINIC, *PATIENTS, *GRATEFUL))
    done("they were called")

    # Others say that the clinic's calls are wanted. Without them three complainers would be enough for a label.
    grateful = reported(world, CLINIC, GRATEFUL, wanted=True)
    world.wait(lambda: counted(world, grateful), 30)
    # Ten reports each by three patients, one each by six who were offered a loan; one of them on the page.
    many = [one for _ in range(10) for one in reported(world, CLINIC, PATIENTS, category="health")]
    assert len(set(many)) == 30
    few = [*reported(world, MARKETER, VICTIMS[1:], category="loans"), report_on_the_page(world, VICTIMS[0])]
    world.wait(lambda: counted(world, few) and counted(world, many), 30)
    done("they reported, and the calls are on record")
    clinic_rings(world)

    # Many reports by few people open nothing; the officer asks for the clinic to be looked into nevertheless.
    [opened] = world.wait(lambda: asked(world.as_("wang").get("/v1/cases")), 20)
    assert (opened["unit"], opened["state"]) == (f"+{MARKETER}", "opened")
    case = opened["case"]
    why = {"number": f"+{CLINIC}", "words": "thirty reports by three people"}
    clinic = asked(world.as_("chen").post("/v1/cases", json=why))["case"]
    assert marketer_calls(world).startswith("SIP/2.0 200"), "a case by itself changes no call"
    for one in (case, clinic):
        step(world, "wang", one, "verify")
    done("cases opened, verification began")
    clinic_rings(world)

    # By itself the node sums up the calls, calls both numbers, writes down what is said and tells what it is about.
    [summed] = world.wait(lambda: story_of(world, case, "calls"), 20)
    # The latest call is in it or not, as the one or the other came first.
    assert re.search(rf"to ({len(VICTIMS)}|{len(VICTIMS) + 1}) numbers", summed["en"])
    called, content = heard(world, case)
    assert re.search(r"recorded message|machine", called), called
    assert re.search(r"borrow|loan|money", called), called
    assert content.startswith("content: loans and wealth management, "), content
    done(f"{called} / {content}")
    clinic_rings(world)
    called, content = heard(world, clinic)
    assert "appointment" in called or "clinic" in called, called
    assert content.startswith("content: lawful call, "), content
    done(f"{called} / {content}")

    # Two officers confirm; one clears the clinic.
    found = step(world, "wang", case, "verdict", verdict="confirmed", words="a recording sells loans")
    assert found["case"]["state"] == "proposed"
    assert world.as_("chen").post(f"/v1/cases/{case}/confirm", json={"agrees": True}).status_code == 403
    own = world.as_("wang").post(f"/v1/cases/{case}/confirm", json={"agrees": True})
    assert (own.status_code, "second officer" in own.json()["en"]) == (422, True)
    confirmed = step(world, "liu", case, "confirm", agrees=True, words="I heard the recording too")
    assert (confirmed["case"]["state"], confirmed["taught"]) == ("confirmed", len(VICTIMS))
    cleared = step(world, "wang", clinic, "verdict", verdict="cleared", words="it calls its own patients")
    assert (cleared["case"]["state"], len(cleared["wrong"])) == ("cleared", len(PATIENTS))
    clinic_rings(world)
    done("confirmed by two, cleared by one")

    # The holder is told by SMS and by mail; only then are outgoing calls barred.
    made = step(
        world, "wang", case, "sanction", rung="outgoing_barred", reason="loans offered by a machine without consent",
        words="six people in an hour",
    )  # fmt: skip
    assert not made["in_force"]
    sanction = made["restriction"]
    told = world.smsc.text_to(HOLDERS_OTHER_PHONE, 30)
    for words in (sanction, f"+{MARKETER}", "outgoing", "loans offered by a machine", "appeal"):
        assert words in told, told
    world.wait(lambda: world.relay.mails, 20)
    refused = world.wait(lambda: (answer := marketer_calls(world)).startswith("SIP/2.0 403") and answer, 30)
    assert 'Reason: SIP;cause=403;text="not-entitled"' in refused
    decision = re.search(r"^X-Clearbell-Decision: (\S+)", refused, re.MULTILINE)[1]
    why = asked(world.as_("liu").get(f"/v1/decisions/{decision}"))
    assert sanction in str(why), why
    assert world.edge.call(CLINIC, MARKETER, talk=300)[0].startswith("SIP/2.0 200"), "it may still be called"
    done("told, and barred")
    clinic_rings(world)

    # The holder appeals; whoever found the verdict does not decide, and upheld it undoes the bar at once.
    receipt = appeal_on_the_page(world, sanction)
    for who in ("wang", "liu"):
        own = world.as_(who).post(f"/v1/appeals/{receipt}/decision", json={"upheld": False, "reason": "no"})
        assert (own.status_code, who in own.json()["en"]) == (422, True), own.text
    assert (
        world.as_("chen").post(f"/v1/appeals/{receipt}/decision", json={"upheld": True, "reason": "x"}).status_code
        == 403
    )
    before = asked(world.as_("zhao").get(f"/v1/appeals/{receipt}"))
    assert (before["appeal"]["state"], before["undone"]["sanctions"]) == ("received", [sanction])
    decision = {"upheld": True, "reason": "the contract is of yesterday"}
    upheld = asked(world.as_("zhao").post(f"/v1/appeals/{receipt}/decision", json=decision))
    assert upheld["state"] == "upheld"
    assert asked(world.as_("wang").get(f"/v1/cases/{case}"))["case"]["state"] == "cleared"
    world.wait(lambda: marketer_calls(world).startswith("SIP/2.0 200"), 15)
    clinic_rings(world)
    answers = world.wait(lambda: [one for one in world.smsc.texts(HOLDERS_OTHER_PHONE) if "undone" in one], 15)
    assert receipt in answers[0]
    done("upheld, and it rings again")
    assert world.rang >= 6

    # The chain holds, and one page tells all of it.
    assert world.clearbell("ledger", "verify").startswith("sound: ")
    pack = ("--pack", str(world.home / "pack.toml"))
    told = world.clearbell("cases", "story", case, *pack)
    places = [told.index(words) for words in (
        "Calls: 8 calls to 8 numbers went through",
        "reported: loans and wealth management (a machine)",
        "Case: opened by reports",
        "verification began [wang]",
        "test call",
        "content: loans and wealth management",
        "a verdict was proposed (confirmed): a recording sells loans [wang]",
        "confirmed: I heard the recording too [liu]",
        "announced: outgoing calls barred",
        "Sanction: restriction " + sanction + " in force: outgoing calls barred",
        "Calls: 1 call refused",
        f"appeal {receipt} of the subscriber against the sanction {sanction} (it is a mistake): the number is mine",
        "reinstated: restriction " + sanction + " is lifted",
        f"appeal {receipt}: upheld: the contract is of yesterday",
        "Calls: 1 call to 1 number went through",
    )]  # fmt: skip
    assert places == sorted(places), told
    # The notice was delivered, by SMS and by mail, before the bar.
    before = told[: places[9]]
    assert "notice by SMS to +86137****0009 delivered" in before
    assert "notice by mail to z***@example.net sent" in before
    assert not any(str(one)[2:] in told for one in VICTIMS), "nobody who reported is named"
    out = world.folder / "story.html"
    world.clearbell("cases", "story", case, "--html", str(out), *pack, lang="zh")
    page = out.read_text(encoding="utf-8")
    assert page.count("<tr") == 1 + len(re.findall(r"^20\d\d-", told, re.MULTILINE))
    for words in ("复通", "申诉成立", "<svg", "clearbell ledger verify"):
        assert words in page
    # The desk shows the same page to who signs in.
    form = {"name": "zhao", "password": PASSWORD, "after": f"/desk/cases/{case}/story?lang=en"}
    shown = world.open.post("/desk/sign-in/password", data=form, follow_redirects=True)
    assert (shown.status_code, shown.url.path) == (200, f"/desk/cases/{case}/story"), shown.text[:2000]
    assert "restriction " + sanction + " is lifted" in shown.text
    done("the ledger verifies and tells the story")
