"""The replay judges no call by its own complaint nor by a later one."""

import datetime
from pathlib import Path

from bench.ftc_replay import replay

from clearbell.calls import Action
from clearbell.labels import LabelSettings

DAYS = [datetime.date(2020, 9, day) for day in (1, 2, 3)]


def file_of(folder: Path, rows: list[tuple[int, datetime.date, str, str]]) -> Path:
    path = folder / "complaints.csv"
    lines = ["id,day,number,consumer_area_code", *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_number_complained_of_by_many_is_labelled_from_the_next_day_on(tmp_path: Path) -> None:
    rows = [
        (serial, day, number, str(201 + serial))
        for serial, (day, number) in enumerate(
            [(DAYS[0], "2025550143")] * 6
            + [(DAYS[1], "2025550143"), (DAYS[1], "3125550188")]
            + [(DAYS[2], "2025550143"), (DAYS[2], "3125550188")]
        )
    ]
    days = dict(replay(file_of(tmp_path, rows), LabelSettings(3, 2.5)))
    labelled = {
        day: sorted(d.call.caller for d in decisions if d.action is Action.LABEL) for day, decisions in days.items()
    }
    assert [len(decisions) for decisions in days.values()] == [6, 2, 2]
    assert labelled == {DAYS[0]: [], DAYS[1]: [12025550143], DAYS[2]: [12025550143]}
