"""A case with what was heard for it, and the campaign that it is about."""

from __future__ import annotations

import msgspec
import pytest
from litestar.testing import TestClient
from tests.web.desk_world import Clerk, Desk

from clearbell.access.queries import reads
from clearbell.cases.evidence import Content, Evidence, VerificationCall
from clearbell.cases.model import Opened, Source, Unit, UnitKind, number_unit
from clearbell.cases.service import do_add_evidence, do_open
from clearbell.discovery.campaigns.model import Anchor, Bonds
from clearbell.discovery.campaigns.tables import campaign, campaign_number
from clearbell.numbering import mask
from clearbell.verification.sound import tone, write_wav
from clearbell.web.officers.texts import DESK

NUMBER = 8613800000066
T = DESK["en"]


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def clerk(desk):
    with TestClient(desk.app) as client:
        yield Clerk(client, desk)


def opened(desk, case, unit):
    with desk.store.act("li") as act:
        reason = Opened(Source.OFFICER, unit, (), "rings")
        do_open(act, case, reason, desk.gate.pack.cases, desk.gate.desk.due, officer="li")


def heard(desk, case, digest, **more):
    with desk.store.act("li") as act:
        for what in (VerificationCall("human", 9, digest, **more), Content("property", 0.91, digest)):
            do_add_evidence(act, case, Evidence(what, act.at, "line-1", type(what).__name__), desk.gate.pack.cases)


def test_a_recording_is_drawn_played_and_read(clerk, desk):
    wav = write_wav(tone(440, 9, 0.5))
    digest = desk.gate.vault.put(wav, 10**6).digest
    opened(desk, "C1", number_unit(NUMBER))
    heard(desk, "C1", digest, text="flats for <sale>", confidence=0.8)
    page = clerk.see("/desk/cases/C1")
    assert f'aria-label="{T["wave_of"].format(seconds=9)}"' in page
    assert "flats for &lt;sale&gt;" in page
    assert "91%" in page
    assert T["confidence"].format(share="80%") in page
    address = f"/desk/cases/C1/recordings/{digest}"
    assert f'src="{address}"' in page
    reply = clerk.ask(address)
    assert (reply.status_code, reply.headers["content-type"], reply.content) == (200, "audio/wav", wav)
    assert "media-src 'self'" in clerk.ask("/desk/cases/C1").headers["content-security-policy"]
    with desk.store.read() as conn:
        assert ("officer", "/desk/cases/{case}/recordings/{digest}", "C1") in [
            (row.account, row.what, row.subject) for row in reads(conn)
        ]


def test_a_recording_of_another_case_is_not_given_out(clerk, desk):
    digest = desk.gate.vault.put(write_wav(tone(440, 1, 0.5)), 10**6).digest
    opened(desk, "C1", number_unit(NUMBER))
    opened(desk, "C2", number_unit(NUMBER + 1))
    heard(desk, "C1", digest)
    for path in (f"C2/recordings/{digest}", f"C3/recordings/{digest}", "C1/recordings/x", f"C1/recordings/{'0' * 64}"):
        clerk.see(f"/desk/cases/{path}", expected=404)


def test_one_past_its_time_or_no_sound_keeps_its_digest(clerk, desk):
    opened(desk, "C1", number_unit(NUMBER))
    heard(desk, "C1", "ab" * 32)
    page = clerk.see("/desk/cases/C1")
    assert T["recording_gone"] in page
    assert "<audio" not in page
    clerk.see(f"/desk/cases/C1/recordings/{'ab' * 32}", expected=404)


def test_a_campaign_is_drawn_with_what_its_numbers_have_in_common(clerk, desk):
    numbers = [NUMBER + n for n in range(5)]
    with desk.store.act("li") as act:
        bonds = Bonds({"same_trunk": 10}, (Anchor("same_trunk", "trunk<7>", tuple(numbers)),), ())
        row = {"campaign": "K1", "first_day": 100, "last_day": 103, "bonds": msgspec.json.encode(bonds).decode()}
        act.conn.execute(campaign.insert().values(row))
        for place, number in enumerate(numbers):
            act.conn.execute(
                campaign_number.insert().values(campaign="K1", number=number, joined=100 + place % 3, left=0)
            )
    opened(desk, "C1", Unit(UnitKind.CAMPAIGN, "K1"))
    page = clerk.see("/desk/cases/C1")
    assert T["campaign_graph"].format(count=5) in page
    assert page.count('<circle class="number"') == 5
    assert "trunk&lt;7&gt;" in page
    assert T["campaign_life"] in page
    assert mask(NUMBER) in page
    assert str(NUMBER) not in page


def test_a_campaign_that_is_not_known_has_no_picture(clerk, desk):
    opened(desk, "C1", Unit(UnitKind.CAMPAIGN, "K9"))
    assert "<svg" not in clerk.see("/desk/cases/C1")
