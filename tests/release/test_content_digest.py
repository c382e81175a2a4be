"""The digest of a table's content: of every value, and of nothing else."""

import struct
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qawl.core.errors import ReleaseError
from qawl.release.tables.content_digest import Digest

SPAN = pa.struct([("text", pa.string()), ("start", pa.int32())])
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("ok", pa.bool_()),
        ("time", pa.float64()),
        ("spans", pa.list_(SPAN)),
        ("names", pa.list_(pa.list_(pa.string()))),
    ]
)
ROWS = [
    {"id": "a", "ok": True, "time": 1.5, "spans": [{"text": "قال", "start": 3}], "names": [["x"]]},
    {"id": "b", "ok": None, "time": None, "spans": None, "names": []},
    {"id": "", "ok": False, "time": 0.0, "spans": [], "names": [[], None, ["y", None, "z"]]},
    {
        "id": None,
        "ok": True,
        "time": -2.0,
        "spans": [{"text": None, "start": None}, {"text": "", "start": 0}],
        "names": None,
    },
]


def digest(rows, schema=SCHEMA, size=100):
    found = Digest()
    for at in range(0, len(rows), size):
        found.add(pa.RecordBatch.from_pylist(rows[at : at + size], schema=schema))
    return found.hexdigest()


def test_how_rows_are_grouped_and_sliced_does_not_matter():
    whole = pa.RecordBatch.from_pylist(ROWS, schema=SCHEMA)
    sliced = Digest()
    for at in range(len(ROWS)):
        sliced.add(whole.slice(at, 1))
    assert sliced.rows == len(ROWS)
    assert {digest(ROWS, size=size) for size in (1, 2, 3, 100)} == {sliced.hexdigest()}


def test_how_the_file_is_written_does_not_matter(tmp_path):
    table = pa.Table.from_pylist(ROWS, schema=SCHEMA)
    for number, options in enumerate(
        ({"compression": "zstd"}, {"use_dictionary": False, "row_group_size": 1, "version": "1.0"})
    ):
        path = tmp_path / f"{number}.parquet"
        pq.write_table(table, path, **options)
        found = Digest()
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=2):
                found.add(batch)
        assert found.hexdigest() == digest(ROWS)


def test_the_width_of_numbers_and_offsets_does_not_matter():
    kinds = [("n", pa.int32()), ("t", pa.string()), ("l", pa.list_(pa.int16()))]
    wide = [("n", pa.int64()), ("t", pa.large_string()), ("l", pa.large_list(pa.int64()))]
    rows = [{"n": -7, "t": "x", "l": [1, 2]}, {"n": None, "t": None, "l": None}]
    assert digest(rows, pa.schema(kinds)) == digest(rows, pa.schema(wide))


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[::-1],
        lambda rows: rows[:-1],
        lambda rows: [{**rows[0], "id": "c"}, *rows[1:]],
        lambda rows: [rows[0], {**rows[1], "ok": False}, *rows[2:]],
        lambda rows: [rows[0], {**rows[1], "time": 0.0}, *rows[2:]],
        lambda rows: [rows[0], {**rows[1], "spans": []}, *rows[2:]],
        lambda rows: [*rows[:2], {**rows[2], "id": None}, rows[3]],
        lambda rows: [*rows[:2], {**rows[2], "names": [[], [], ["y", None, "z"]]}, rows[3]],
        lambda rows: [*rows[:2], {**rows[2], "names": [[], None, ["y", "", "z"]]}, rows[3]],
        lambda rows: [*rows[:2], {**rows[2], "names": [[], None, ["y", None], ["z"]]}, rows[3]],
        lambda rows: [{**rows[0], "spans": [{"text": "قال", "start": 4}]}, *rows[1:]],
        lambda rows: [{**rows[0], "id": "ab"}, {**rows[1], "id": ""}, *rows[2:]],
    ],
)
def test_every_value_matters(change):
    assert digest(change(ROWS)) != digest(ROWS)


def test_names_of_columns_matter():
    assert digest([{"a": 1}], pa.schema([("a", pa.int32())])) != digest(
        [{"b": 1}], pa.schema([("b", pa.int32())])
    )


def test_a_type_that_no_release_has_is_refused():
    with pytest.raises(ReleaseError, match="column when is of type date32"):
        digest([{"when": None}], pa.schema([("when", pa.date32())]))


def test_what_stands_behind_a_null_does_not_matter():
    lengths = pa.py_buffer(np.array([0, 2, 3], np.int32))
    second_only = pa.py_buffer(b"\x02")
    texts = pa.Array.from_buffers(pa.string(), 2, [second_only, lengths, pa.py_buffer(b"xyz")])
    numbers = pa.array([1, 2, 3], pa.int32())
    lists = pa.Array.from_buffers(
        pa.list_(pa.int32()), 2, [second_only, lengths], children=[numbers]
    )
    hiding = pa.RecordBatch.from_arrays([texts, lists], names=["t", "l"])
    plain = pa.RecordBatch.from_pylist(
        [{"t": None, "l": None}, {"t": "z", "l": [3]}],
        schema=pa.schema([("t", pa.string()), ("l", pa.list_(pa.int32()))]),
    )
    assert hiding.to_pylist() == plain.to_pylist()
    found = [Digest(), Digest()]
    for one, batch in zip(found, (hiding, plain), strict=True):
        one.add(batch)
    assert found[0].hexdigest() == found[1].hexdigest()


def test_slices_that_start_inside_a_byte_of_bits():
    values = [True, None, False, True] * 5
    batch = pa.RecordBatch.from_arrays([pa.array(values)], names=["ok"])
    for start in range(len(values)):
        found = Digest()
        found.add(batch.slice(start))
        kind = pa.schema([("ok", pa.bool_())])
        assert found.hexdigest() == digest([{"ok": each} for each in values[start:]], kind)


def test_the_digest_is_the_one_that_is_described():
    stream = {
        "a there": b"\x01\x00\x01",
        "a length": struct.pack("<3q", 2, 0, 0),
        "a text": "é".encode(),
    }
    lines = (f"{name} {sha256(content).hexdigest()}\n" for name, content in sorted(stream.items()))
    expected = sha256("".join(lines).encode()).hexdigest()
    rows = [{"a": "é"}, {"a": None}, {"a": ""}]
    assert digest(rows, pa.schema([("a", pa.string())])) == expected
