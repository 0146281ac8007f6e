from __future__ import annotations

import pytest

from clearbell.intake import quarantined
from clearbell.records.importing import import_records
from clearbell.records.lake import SCHEMA, Lake
from clearbell.records.model import CallRecord, Disposition
from clearbell.records.readers.kinds import reader_of
from clearbell.testing import fresh_store

COLUMNS = CallRecord.__struct_fields__


class Taken:
    """A store and a lake that files are taken into."""

    def __init__(self, folder):
        self.folder = folder
        self.store = fresh_store(folder)
        self.lake = Lake(folder / "lake", 480)
        self.files = 0

    def take(self, form, content, **options):
        """Take a file in; the rows always add up."""
        self.files += 1
        path = self.folder / f"file-{self.files}"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        settings = {name: options.pop(name) for name in ("zone", "mapping") if name in options}
        reader = reader_of(form, options.pop("source", "pbx"), "CN", **settings)
        result = import_records(self.store, self.lake, reader, path, actor="test", **options)
        assert result.rows == result.stored + result.duplicates + result.quarantined
        return result

    def records(self):
        table = self.lake.read(0, 99_999).sort_by([("start", "ascending"), ("id", "ascending")])
        rows = zip(*(table.column(name).to_pylist() for name in SCHEMA.names), strict=True)
        found = []
        for row in rows:
            values = dict(zip(SCHEMA.names, row, strict=True))
            values["disposition"] = Disposition(values["disposition"])
            found.append(CallRecord(**values))
        return found

    def bad(self, result):
        return [(row.line, row.code) for row in quarantined(self.store, result.run)]


@pytest.fixture
def taken(tmp_path):
    built = Taken(tmp_path)
    yield built
    built.store.close()


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Call it for a fresh one: for tests that run many times."""
    built = []

    def make():
        built.append(Taken(tmp_path_factory.mktemp("taken")))
        return built[-1]

    yield make
    for one in built:
        one.store.close()
