"""Files into the lake: what a crash leaves is put right, what is there stays single."""

import datetime
import os
import signal
import subprocess
import sys
import time

import pytest

from clearbell.records.importing import BusyLakeError, ReservedSourceError, import_records
from clearbell.records.lake import Lake
from clearbell.records.locking import turn_if_free
from clearbell.records.readers.kinds import reader_of
from clearbell.testing import fresh_store

ROWS = 3000


def line(n, start="2026-09-01 09:00:00"):
    at = datetime.datetime.fromisoformat(start) + datetime.timedelta(seconds=40 * n)
    return f'"","138{n:08d}","057188880001","in","","PJSIP/c-{n:08x}","","Dial","","{at}",,"{at}",0,0,"BUSY","BILLING","{n}.{n}",""\n'


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "Master.csv"
    path.write_text("".join('"open\n' if n % 1000 == 7 else line(n) for n in range(ROWS)))
    return path


@pytest.fixture
def store(tmp_path):
    store = fresh_store(tmp_path)
    yield store
    store.close()


def reader(source="pbx"):
    return reader_of("asterisk", source, "CN", "Asia/Shanghai")


def calls(lake):
    table = lake.read(0, 99_999).sort_by([("start", "ascending")])
    return [tuple(row.values()) for row in table.to_pylist()]


@pytest.fixture
def whole(tmp_path, file):
    """The file taken in at one go."""
    folder = tmp_path / "whole"
    folder.mkdir()
    store = fresh_store(folder)
    lake = Lake(folder / "lake", 480)
    result = import_records(store, lake, reader(), file, actor="t")
    store.close()
    return result, calls(lake)


@pytest.mark.parametrize("dies", ["before", "after"])
@pytest.mark.parametrize("chunk_then", [100, 170])
def test_a_run_that_died_between_lake_and_store_goes_on_as_if_it_had_not(
    store, tmp_path, file, whole, monkeypatch, dies, chunk_then
):
    lake = Lake(tmp_path / "lake", 480)
    appended = []
    append = Lake.append

    def dying(self, name, records):
        appended.append(name)
        if dies == "after":
            append(self, name, records)
        if len(appended) == 8:
            raise KeyboardInterrupt
        return append(self, name, records)

    monkeypatch.setattr(Lake, "append", dying)
    with pytest.raises(KeyboardInterrupt):
        import_records(store, lake, reader(), file, actor="t", chunk=100)
    monkeypatch.undo()
    for day in lake.days():
        lake.merge(day)  # what the store does not know of yet must not be merged
    result = import_records(store, lake, reader(), file, actor="t", chunk=chunk_then)
    assert (result.rows, result.stored, result.duplicates, result.quarantined) == (ROWS, ROWS - 3, 0, 3)
    assert result.resumed_at == 700
    assert calls(lake) == whole[1]
    assert not [part for day in lake.days() for part in lake.parts(day) if part.name.endswith(".new")]


@pytest.mark.process
def test_kill_9_at_any_time_then_again_equals_one_run(tmp_path, file, whole):
    home = tmp_path / "home"
    command = [
        sys.executable, "-m", "clearbell", "records", "import", str(file), "--format", "asterisk", "--source", "pbx",
        "--zone", "Asia/Shanghai", "--home", str(home), "--chunk", "20",
    ]  # fmt: skip
    killed = 0
    for wait in range(60):
        running = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, "CLEARBELL_LANG": "en"}
        )
        deadline = time.monotonic() + 60
        parts = sum(1 for _ in home.rglob("*.parquet")) if home.exists() else 0
        # Dies once this process has put some parts more.
        while running.poll() is None and time.monotonic() < deadline:
            if home.exists() and sum(1 for _ in home.rglob("*.parquet")) >= parts + 3 + 7 * wait:
                running.send_signal(signal.SIGKILL)
                break
            time.sleep(0.002)
        out = running.communicate(timeout=60)[0]
        if running.returncode == 0:
            break
        assert running.returncode == -signal.SIGKILL
        killed += 1
    assert killed >= 2
    assert calls(Lake(home / "lake", 480)) == whole[1]
    numbers = {
        name: int(out.split(f"│ {name}")[1].split("│")[1]) for name in ("rows", "stored", "duplicates", "quarantined")
    }
    assert numbers == {"rows": ROWS, "stored": ROWS - 3, "duplicates": 0, "quarantined": 3}


def test_calls_of_overlapping_files_are_there_once_over_many_days(store, tmp_path):
    lake = Lake(tmp_path / "lake", 480)
    days = [f"2026-09-{day:02d} 09:00:00" for day in range(1, 12)]
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("".join(line(n, day) for n, day in enumerate(days * 3)))
    two.write_text("".join(line(n, day) for n, day in enumerate(days * 4)))
    assert import_records(store, lake, reader(), one, actor="t", chunk=5).stored == 33
    result = import_records(store, lake, reader(), two, actor="t", chunk=7)
    assert (result.stored, result.duplicates) == (11, 33)
    assert len(calls(lake)) == 44


def test_one_import_at_a_time(store, tmp_path, file):
    lake = Lake(tmp_path / "lake", 480)
    lake.folder.mkdir()
    with turn_if_free(lake.folder / "import.lock") as free:
        assert free
        with pytest.raises(BusyLakeError, match="another import into the same lake is running"):
            import_records(store, lake, reader(), file, actor="t")
    assert import_records(store, lake, reader(), file, actor="t").stored == ROWS - 3


def test_the_name_of_clearbell_s_own_calls_is_kept(store, tmp_path, file):
    with pytest.raises(ReservedSourceError, match="the source clearbell is kept"):
        import_records(store, Lake(tmp_path / "lake", 480), reader("clearbell"), file, actor="t")


def test_object_storage_takes_the_same_calls(store, file, whole):
    pytest.importorskip("upath")
    lake = Lake("memory://test-importing/lake", 480)
    assert import_records(store, lake, reader(), file, actor="t", chunk=500).stored == ROWS - 3
    assert calls(lake) == whole[1]
    for day in lake.days():
        lake.merge(day)
    assert calls(Lake("memory://test-importing/lake", 480)) == whole[1]
    assert lake.remove_before(lake.days()[-1]) == 1
    assert len(lake.days()) == 1


def test_progress_ends_at_the_file_s_size(store, tmp_path, file):
    told = []
    import_records(store, Lake(tmp_path / "lake", 480), reader(), file, actor="t", chunk=1000, progress=told.append)
    assert [one.rows for one in told] == [1000, 2000, 3000]
    assert told[-1].done == told[-1].total == file.stat().st_size
