"""The manual shows the ladder and the way of a sanction as they are."""

from __future__ import annotations

from pathlib import Path

from clearbell.lifecycles import mermaid
from clearbell.policy.ladder_drawing import drawn
from clearbell.policy.pack import builtin_pack
from clearbell.sanctions.model import TRANSITIONS, Rung, State

MANUAL = (Path(__file__).resolve().parents[2] / "docs" / "sanctions.md").read_text()
PACK = builtin_pack("cn")


def test_the_manual_draws_the_ladder_of_the_pack():
    assert drawn(PACK) in MANUAL
    assert f"```mermaid\n{drawn(PACK)}```" in MANUAL


def test_every_rung_and_every_way_down_is_drawn():
    picture = drawn(PACK)
    for rung in Rung:
        assert f"    {rung.value}[" in picture
    for name, rules in PACK.ladder.rungs.items():
        assert (f"    {name} -." in picture) == bool(rules.then)


def test_the_manual_shows_the_table_as_it_is():
    assert mermaid(TRANSITIONS, State.ANNOUNCED) in MANUAL
