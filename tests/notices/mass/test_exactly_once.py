"""Whatever the SMS centre does, each recipient gets one message or has a reason: counted from the centre's own record."""

from __future__ import annotations

import pytest

from bench import mass_notices

pytestmark = pytest.mark.process


def test_where_the_centre_knows_repeats_everyone_gets_exactly_one(tmp_path):
    found = mass_notices.run(tmp_path, 6000, repeats=True, every=0.8, delay=0.02, times=6)
    assert (found.twice, found.untold, found.unexplained) == (0, 0, 0)
    assert found.accepted == 6000
    assert sum(found.outcomes.get(word, 0) for word in ("accepted", "delivered")) == 6000
    assert found.state == "finished"


def test_where_it_knows_none_nobody_gets_two_and_what_is_in_doubt_has_its_reason(tmp_path):
    found = mass_notices.run(tmp_path, 6000, repeats=False, every=0.8, delay=0.02, times=6)
    assert (found.twice, found.untold, found.unexplained) == (0, 0, 0)
    told = found.outcomes.get("accepted", 0) + found.outcomes.get("delivered", 0)
    doubt = found.outcomes["doubt"]
    assert told + doubt == sum(found.outcomes.values()) == 6000
    assert told <= found.accepted <= told + doubt
    assert doubt <= 6 * 200, "no more than the windows hold at each break"
