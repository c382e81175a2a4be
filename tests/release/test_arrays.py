"""Rows become the arrays that pyarrow itself would make of them."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qawl.core.column_types import (
    BOOLEAN,
    INTEGER,
    STRING,
    ClassLabel,
    ListOf,
    Record,
    Records,
    Value,
)
from qawl.release.tables import arrays
from qawl.release.tables.columns import arrow_type
from qawl.release.tables.tokens import edges

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=5)
NAMES = ("a", "b", "c")
FIELDS = {"x": INTEGER, "y": STRING, "z": ClassLabel(NAMES)}
KINDS = {
    "text": (STRING, TEXT),
    "number": (INTEGER, st.integers(-(2**31), 2**31 - 1)),
    "wide": (Value("int64"), st.integers(-(2**63), 2**63 - 1)),
    "time": (Value("float64"), st.floats(allow_nan=False)),
    "truth": (BOOLEAN, st.booleans()),
    "class": (ClassLabel(NAMES), st.sampled_from(NAMES)),
    "texts": (ListOf(STRING), st.lists(st.none() | TEXT, max_size=3)),
    "lists": (ListOf(ListOf(INTEGER)), st.lists(st.none() | st.lists(st.integers(0, 9)))),
    "records": (
        ListOf(Record.of(FIELDS)),
        st.lists(
            st.fixed_dictionaries(
                {
                    "x": st.none() | st.integers(0, 9),
                    "y": st.none() | TEXT,
                    "z": st.sampled_from(NAMES),
                }
            ),
            max_size=3,
        ),
    ),
}


def stored(value):
    """A value with the indices of its classes."""
    if isinstance(value, list):
        return [stored(each) for each in value]
    return {**value, "z": NAMES.index(value["z"])} if isinstance(value, dict) else value


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_arrays_are_those_of_pyarrow(name, data):
    kind, values = KINDS[name]
    given_values = data.draw(st.lists(st.none() | values, max_size=20))
    made = arrays.batch({"it": kind}, {"it": given_values}).column("it")
    made.validate(full=True)
    if name == "class":
        expected = [None if each is None else NAMES.index(each) for each in given_values]
    else:
        expected = [stored(each) for each in given_values]
    assert made.equals(pa.array(expected, arrow_type(kind)))


@given(st.lists(st.none() | KINDS["records"][1], max_size=20))
def test_records_by_field_are_those_by_row(rows):
    kind = KINDS["records"][0]
    by_field = [
        None if each is None else Records({name: [one[name] for one in each] for name in FIELDS})
        for each in rows
    ]
    made = [arrays.batch({"it": kind}, {"it": each}).column("it") for each in (rows, by_field)]
    assert made[0].equals(made[1])


def test_numbers_in_a_cell_may_be_an_array():
    kind = ListOf(Value("float64"))
    cells = {"it": [np.array([0.5, 1]), None, np.zeros(0)]}
    assert arrays.batch({"it": kind}, cells).column("it").to_pylist() == [[0.5, 1], None, []]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_pieces_are_slices(text):
    starts, ends = edges(text)
    made = arrays.pieces(text, starts, ends)
    made.validate(full=True)
    assert made.to_pylist() == [text[start:end] for start, end in zip(starts, ends, strict=True)]


def test_a_class_that_is_unknown_is_named():
    with pytest.raises(KeyError, match="d"):
        arrays.batch({"it": ListOf(ClassLabel(NAMES))}, {"it": [["a", "d"]]})
