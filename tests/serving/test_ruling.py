"""Choosing a pack: what is offered, and what the node's file says afterwards."""

from __future__ import annotations

import tomllib

import pytest

from clearbell.policy.pack import builtin_pack_text
from clearbell.serving.config import read_config
from clearbell.serving.ruling import PackRuling, with_pack


@pytest.fixture
def begun():
    return []


@pytest.fixture
def ruling(tmp_path, begun):
    (tmp_path / "packs").mkdir()
    own = builtin_pack_text("cn").replace('en = "China', 'en = "Our own', 1)
    (tmp_path / "packs" / "own.toml").write_text(own, encoding="utf-8")
    (tmp_path / "packs" / "broken.toml").write_text("no pack")
    return PackRuling(tmp_path, tmp_path / "clearbell.toml", "cn", lambda: begun.append(True))


def test_packs_that_ship_and_sound_ones_of_ones_own_are_offered(ruling, tmp_path):
    assert [one.name for one in ruling.offered()] == ["cn", str(tmp_path / "packs" / "own.toml")]


def test_a_choice_is_written_and_the_node_begins_again(ruling, tmp_path, begun):
    own = str(tmp_path / "packs" / "own.toml")
    assert ruling.choose(own)
    assert begun == [True]
    assert read_config(tmp_path / "clearbell.toml").pack == own


def test_the_one_in_force_and_one_that_is_not_offered_change_nothing(ruling, tmp_path, begun):
    assert ruling.choose("cn")
    assert not ruling.choose("/etc/passwd")
    assert not begun
    assert not (tmp_path / "clearbell.toml").exists()


@pytest.mark.parametrize(
    "text",
    ["", 'pack = "cn"\n', '# first\npack="cn" # ours\n\n[http]\nlisten = "127.0.0.1:1"\n', '[http]\npack = "x"\n'],
)
def test_everything_else_in_the_file_stays(text):
    before, after = tomllib.loads(text), tomllib.loads(with_pack(text, 'a "b" \\c.toml'))
    assert after.pop("pack") == 'a "b" \\c.toml'
    before.pop("pack", None)
    assert after == before
