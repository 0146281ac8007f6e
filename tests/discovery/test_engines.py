"""Engines keep to themselves while they work."""

from __future__ import annotations

import ibis

from clearbell.discovery.engines import engine


def test_no_progress_of_duckdbs_own_comes_between_the_output_of_a_command(tmp_path, capfd, monkeypatch):
    connect = ibis.duckdb.connect

    def impatient(**settings):
        """Shows its progress at once, where it does so at all."""
        backend = connect(**settings)
        backend.raw_sql("SET progress_bar_time = 0")
        return backend

    monkeypatch.setattr(ibis.duckdb, "connect", impatient)
    with engine("duckdb", tmp_path) as duck:
        capfd.readouterr()
        numbers = duck.hold(ibis.range(3_000_000).unnest().name("number").as_table())
        duck.write_whole(numbers, tmp_path / "numbers")
    assert capfd.readouterr() == ("", "")
