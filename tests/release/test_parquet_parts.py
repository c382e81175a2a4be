"""Parquet files put together from files of one row group each: the bytes are those of one writer."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qawl.release.tables import parquet_parts

OPTIONS = {
    "compression": "zstd",
    "write_statistics": False,
    "store_schema": False,
    "use_content_defined_chunking": True,
}
SAID = {"huggingface": '{"info": "ملاحظة 😀"}'}


def written(*tables):
    """These tables by one writer, each a row group."""
    out = io.BytesIO()
    with pq.ParquetWriter(out, tables[0].schema, **OPTIONS) as file:
        for each in tables:
            file.write_table(each, row_group_size=len(each))
        file.add_key_value_metadata(SAID)
    return out.getvalue()


def joined(*tables):
    footer, out = parquet_parts.Footer(), io.BytesIO(parquet_parts.MAGIC)
    out.seek(0, io.SEEK_END)
    for each in tables:
        part = parquet_parts.part(written(each))
        footer.add(part, out.tell())
        out.write(part.body)
    out.write(footer.content())
    return out.getvalue()


def table(number, rows):
    """Every type that a release has, with and without nulls, deep in lists and records."""
    spans = [{"id": f"m{n}", "values": ["ب", None] * (n % 3)} for n in range(rows)]
    return pa.table(
        {
            "id": pa.array([f"{number}-{n}" for n in range(rows)]),
            "none": pa.nulls(rows, pa.string()),
            "some": pa.array([None if n % 2 else n for n in range(rows)], pa.int32()),
            "class": pa.array([n % 5 for n in range(rows)], pa.int64()),
            "time": pa.array([n / 7 for n in range(rows)]),
            "there": pa.array([n % 3 == 0 for n in range(rows)]),
            "text": pa.array(["كلمة وأخرى 😀 " * (n % 50) for n in range(rows)]),
            "spans": pa.array([spans[: n % 4] if n % 5 else None for n in range(rows)]),
            "record": pa.array([{"a": None, "b": [n]} for n in range(rows)]),
        },
        schema=pa.schema(
            [
                ("id", pa.string()), ("none", pa.string()), ("some", pa.int32()),
                ("class", pa.int64()), ("time", pa.float64()), ("there", pa.bool_()),
                ("text", pa.string()),
                ("spans", pa.list_(pa.struct([("id", pa.string()), ("values", pa.list_(pa.string()))]))),
                ("record", pa.struct([("a", pa.string()), ("b", pa.list_(pa.int32()))])),
            ]
        ),
    )  # fmt: skip


@pytest.mark.parametrize("sizes", [[1], [3, 1], [5] * 14, [5] * 15, [2] * 130, [20000, 1, 400]])
def test_the_bytes_are_those_of_one_writer(sizes):
    """Numbers of row groups are written in another way from 15 on, places in more bytes as they grow."""
    tables = [table(number, rows) for number, rows in enumerate(sizes)]
    made = joined(*tables)
    assert made == written(*tables)
    read = pq.ParquetFile(io.BytesIO(made))
    assert read.num_row_groups == len(sizes)
    assert read.read().equals(pa.concat_tables(tables))


def test_no_part_is_no_file():
    with pytest.raises(ValueError, match="at least"):
        parquet_parts.Footer().content()
