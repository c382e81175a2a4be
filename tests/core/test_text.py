"""Offsets that survive cleaning, and UTF-16."""

from hypothesis import given
from hypothesis import strategies as st

from qawl.articles.cleaning import clean
from qawl.core import text

dirty = st.lists(
    st.sampled_from(
        [
            "قال",
            " ",
            "\n",
            "\r\n",
            "\r",
            "\ufeff",
            "\x00",
            "\x07",
            "\x85",
            "e\u0301",
            "أ",
            "ا\u0654",
            "ـ",
            "«",
            "👩‍🚀",
            "\u200f",
            "شارك الخبر",
            "إعلان",
            "\u2028",
            "\t",
            "한",
            "\u1112\u1161",
        ]
    ),
    max_size=30,
).map("".join)


@given(st.one_of(dirty, st.text(st.characters(exclude_categories=["Cs"]), max_size=60)))
def test_received_text_is_rebuilt_exactly_from_the_frozen_one(received):
    frozen, edits = clean(received)
    assert text.received(frozen, edits) == received
    assert clean(frozen) == (frozen, ())


@given(dirty)
def test_kept_characters_keep_their_place_in_the_offset_map(received):
    frozen, edits = clean(received)
    moved = text.offset_map(edits)
    last = 0
    for offset in range(len(received) + 1):
        there = moved(offset)
        if there is not None:
            assert last <= there <= len(frozen)
            last = there


def test_offsets_of_an_old_export_with_crlf_are_mapped():
    received = "قال الوزير:\r\n«لن نعود».\r\nوأضاف"
    frozen, edits = clean(received)
    moved = text.offset_map(edits)
    start = received.index("«لن")
    assert frozen[moved(start) : moved(start + 9)] == received[start : start + 9]


def test_utf16_offsets_are_none_inside_a_pair():
    assert text.utf16_to_code_points("أ💧ب") == [0, 1, None, 2, 3]
