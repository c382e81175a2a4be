"""Offsets that survive cleaning, and UTF-16."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from qawl.articles.cleaning import _nfc, clean
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


MARKS = "\u0301\u0323\u0651\u064e\u0958\u093c\u0915\ufb2a\u05bc\u05c1\u0f43\u0344\u1100\u1161\u11a8\u212ba \u0338="


@given(st.text(st.sampled_from(MARKS), max_size=20))
def test_an_offset_is_mapped_wherever_nfc_leaves_both_sides_as_they_are(received):
    """Composed, taken apart or reordered: what stands before an offset is what stood before it."""
    frozen = unicodedata.normalize("NFC", received)
    edits = substitute_nfc(received)
    moved = text.offset_map(edits)
    for offset in range(len(received) + 1):
        before, after = (
            unicodedata.normalize("NFC", each) for each in (received[:offset], received[offset:])
        )
        assert moved(offset) == (len(before) if before + after == frozen else None)


def substitute_nfc(received):
    """The edits of the pass that composes alone."""
    return text.substitute(received, text.NFC, _nfc(received))[1]


def test_offsets_of_an_old_export_with_crlf_are_mapped():
    received = "قال الوزير:\r\n«لن نعود».\r\nوأضاف"
    frozen, edits = clean(received)
    moved = text.offset_map(edits)
    start = received.index("«لن")
    assert frozen[moved(start) : moved(start + 9)] == received[start : start + 9]


def test_utf16_offsets_are_none_inside_a_pair():
    assert text.utf16_to_code_points("أ💧ب") == [0, 1, None, 2, 3]
