"""Whatever the SMS centre does, and whoever kills the sender, each recipient gets one message or has a reason.

Counted from the centre's own record; the sender is ``clearbell notices mass send``.
"""

from __future__ import annotations

import pytest

from bench import mass_notices

pytestmark = pytest.mark.process


def test_where_the_centre_knows_repeats_everyone_gets_exactly_one(tmp_path):
    found = mass_notices.run(tmp_path, 4000, repeats=True, every=0.8, delay=0.02, times=4, kill_sender=2.5, kills=2)
    assert found.disturbed["sender killed"], "the run was over before anything was killed"
    assert (found.twice, found.untold, found.unexplained) == (0, 0, 0)
    assert found.accepted == 4000
    assert sum(found.outcomes.get(word, 0) for word in ("accepted", "delivered")) == 4000
    assert found.state == "finished"


def test_where_it_knows_none_nobody_gets_two_and_what_is_in_doubt_has_its_reason(tmp_path):
    found = mass_notices.run(tmp_path, 4000, repeats=False, every=0.8, delay=0.02, times=4, kill_sender=2.5, kills=2)
    killed = found.disturbed["sender killed"]
    assert killed, "the run was over before anything was killed"
    assert (found.twice, found.untold, found.unexplained) == (0, 0, 0)
    told = found.outcomes.get("accepted", 0) + found.outcomes.get("delivered", 0)
    # None, where the sender was killed just when nothing was on its way.
    doubt = found.outcomes.get("doubt", 0)
    assert told + doubt == sum(found.outcomes.values()) == 4000
    assert told <= found.accepted <= told + doubt
    assert doubt <= 4 * 200 + killed * 1000, "no more than windows hold at each break, or a killed sender had claimed"
