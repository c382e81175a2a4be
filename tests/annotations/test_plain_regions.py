"""Regions as today's editor writes them are read at once: as every other region is, whatever stands in
them."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_from_label_studio import arrow, read

from qawl.annotations import json_stream, regions

TEXT = "قال أحمد: نعم 👍 say “so”\n"
odd = st.sampled_from(
    [None, True, 5.0, "5", -1, 10**20, [], {}, "", " ", "x", ["x"], [1], {"start": 0}]
)
ids = st.sampled_from(["r1", "r2", "r1@0-3", "r1#2", "0-3"])
labels = st.sampled_from([["SOURCE"], ["CUE"], ["other"], [" CUE "], ["SOURCE", "CUE"], [], [1]])


@st.composite
def results(draw):
    """A region that is plain, but perhaps for one field, which is anything or is not there."""
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(TEXT) + 1)] * 2)))
    value = {"start": start, "end": end, "text": TEXT[start:end], "labels": draw(labels)}
    made = {
        "id": draw(ids),
        "from_name": "quote",
        "to_name": "text",
        "type": "labels",
        "value": value,
    }
    for place in draw(st.lists(st.sampled_from([made, value]), max_size=1)):
        name = draw(st.sampled_from([*place, "globalOffsets", "origin"]))
        if draw(st.booleans()):
            place.pop(name, None)
        elif name != "type":
            place[name] = draw(odd)
    return made


@given(st.lists(results(), max_size=4), st.sampled_from([[], [arrow("r1", "r2")]]))
def test_plain_regions_are_read_as_all_others(given, arrows):
    with pytest.MonkeyPatch.context() as patch:
        made = read([*given, *arrows], TEXT)
        patch.setattr(regions, "_plain_regions", lambda *_: None)
        assert read([*given, *arrows], TEXT) == made


def nested(levels, inner):
    for number in range(levels):
        inner = (
            [inner] if number % 2 else {'"[': inner, "\n" + " " * json_stream.DEEPEST + "[": "]"}
        )
    return inner


@pytest.mark.parametrize("inner", [[], {}, [1], "[", None], ids=repr)
@pytest.mark.parametrize("filling", [0, 16 * json_stream.CHUNK], ids=["short", "long"])
def test_what_is_nested_too_deeply_is_told_to_the_level(inner, filling):
    # Brackets, quotes and indents in texts and keys are no levels; a long element is looked at otherwise.
    levels = json_stream.DEEPEST - 1 - isinstance(inner, (list, dict))
    for more in range(3):
        content = msgspec.json.encode({"a": nested(levels + more, inner), "text": "x" * filling})
        assert (json_stream.UNREADABLE in json_stream.decode(content)) is (more > 0), more


@pytest.mark.parametrize("levels", [0, 9, 10, 11, 12])
@pytest.mark.parametrize(
    "value", ["-0", "1.0", "1E5", "1e-400", str(1 << 64), "9" * 40, '"\\u0000"', "null", "[]", "{}"]
)
def test_values_are_the_same_however_deep_they_stand(value, levels):
    """What is little nested is decoded by a type of its own: numbers of any size stay what they are."""
    content = f'{{"a": {"[" * levels}{value}{"]" * levels}}}'.encode()
    assert repr(json_stream.decode(content)) == repr(msgspec.json.decode(content))
