"""Files put together are read as if their rows had been written into one, by every reader."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearbell.discovery.parquet.compact import decoded, encoded
from clearbell.discovery.parquet.joining import join, joinable

SCHEMA = pa.schema([("name", pa.string()), ("count", pa.int64()), ("share", pa.float64()), ("more", pa.int64())])
VALUES = {
    "name": st.text(max_size=5),
    "count": st.integers(-(2**63), 2**63 - 1),
    "share": st.floats(allow_nan=False),
    "more": st.integers(0, 3),
}


@st.composite
def parts(draw):
    """Tables with some of the columns each, all of them in one, and in how large groups each is written."""
    made = []
    for whole in draw(st.permutations([True, *[False] * draw(st.integers(0, 3))])):
        names = SCHEMA.names if whole else draw(st.lists(st.sampled_from(SCHEMA.names), min_size=1, unique=True))
        size = draw(st.integers(1, 300))
        columns = [
            pa.array(draw(st.lists(st.none() | VALUES[name], min_size=3, max_size=3)), SCHEMA.field(name).type)
            for name in names
        ]
        rows = pa.table(dict(zip(names, columns, strict=True))).take(pa.array([n % 3 for n in range(size)]))
        made.append((rows, draw(st.integers(1, 100)), draw(st.sampled_from(["zstd", "snappy", "none"]))))
    return made


def widened(table):
    """With every column, the missing ones empty."""
    return pa.table(
        {
            field.name: table[field.name] if field.name in table.column_names else pa.nulls(len(table), field.type)
            for field in SCHEMA
        }
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts())
def test_a_joined_file_reads_as_its_parts(tmp_path, made):
    paths = []
    for place, (table, group, codec) in enumerate(made):
        paths.append(tmp_path / f"{place}.parquet")
        pq.write_table(table, paths[-1], row_group_size=group, compression=codec)
    out = tmp_path / "out.parquet"
    expected = pa.concat_tables([widened(table) for table, _, _ in made])
    assert joinable(paths, SCHEMA)
    assert join(paths, SCHEMA.names, out) == len(expected)
    assert pq.read_table(out).equals(expected)
    assert pq.read_schema(out).equals(SCHEMA)
    found = duckdb.execute(f"SELECT * FROM '{out}'").fetchall()
    assert found == [tuple(row.values()) for row in expected.to_pylist()]
    empty = sum(column.null_count for column in expected.columns)
    asked = " + ".join(f'count(*) FILTER ("{name}" IS NULL)' for name in SCHEMA.names)
    assert duckdb.execute(f"SELECT {asked} FROM '{out}'").fetchone() == (empty,)


def test_files_of_duckdb_are_joined(tmp_path):
    duckdb.execute(
        f"COPY (SELECT i::VARCHAR AS name, i AS count, i / 7 AS share, i % 3 AS more FROM range(300000) t(i))"
        f" TO '{tmp_path / 'one.parquet'}' (COMPRESSION zstd)"
    )
    duckdb.execute(f"COPY (SELECT i AS count FROM range(200000) t(i)) TO '{tmp_path / 'two.parquet'}'")
    paths = [tmp_path / "one.parquet", tmp_path / "two.parquet"]
    assert joinable(paths, SCHEMA)
    assert join(paths, SCHEMA.names, tmp_path / "out.parquet") == 500_000
    # What the file tells of its values lets readers pass over groups; it must still be of these.
    found = duckdb.execute(
        f"SELECT count(*), count(name), sum(count), count(*) FILTER (share IS NULL) FROM '{tmp_path / 'out.parquet'}'"
        " WHERE count >= 150000"
    ).fetchone()
    assert found == (200_000, 150_000, sum(range(150_000, 300_000)) + sum(range(150_000, 200_000)), 50_000)
    assert pq.read_table(tmp_path / "out.parquet", filters=[("name", "=", "299999")])["count"].to_pylist() == [299_999]


@pytest.mark.parametrize(
    "other",
    [
        pa.table({"count": pa.array([1], pa.int32())}),
        pa.table({"unheard": [1]}),
        pa.table({"more": [[1]]}),
        pa.table([[1]], schema=pa.schema([pa.field("count", pa.int64(), nullable=False)])),
    ],
    ids=["narrower", "unknown column", "list", "never empty"],
)
def test_what_cannot_be_copied_as_it_is_is_told(tmp_path, other):
    pq.write_table(SCHEMA.empty_table(), tmp_path / "one.parquet")
    pq.write_table(other, tmp_path / "two.parquet")
    assert joinable([tmp_path / "one.parquet"], SCHEMA)
    assert not joinable([tmp_path / "one.parquet", tmp_path / "two.parquet"], SCHEMA)
    assert not joinable([tmp_path / "two.parquet"], SCHEMA)


def test_a_footer_is_written_as_it_was_read(tmp_path):
    pq.write_table(pa.table({f"column_{n}": [n, None] for n in range(40)}), tmp_path / "f.parquet", row_group_size=1)
    data = (tmp_path / "f.parquet").read_bytes()
    footer = data[-8 - int.from_bytes(data[-8:-4], "little") : -8]
    assert encoded(decoded(footer)) == footer
