"""Tokens cover a text and tear nothing; IOB2 says what it can of spans, and what it can't is said."""

import re
from itertools import pairwise

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

import strategies
from qawl.core.records import Span
from qawl.release.tables.token_table import _cut
from qawl.release.tables.tokens import _TOKEN, KINDS, edges, iob2, layout, tagged, tokens

TEXTS = st.one_of(strategies.texts, st.text(max_size=60))


def words(text):
    return [text[start:end] for start, end in tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قال لترامب: «نعم»…", "قال|لترامب|:|«|نعم|»|…"),
        ("مُحَمَّدٌ الـــعربية", "مُحَمَّدٌ|الـــعربية"),
        ("12.5% في 2024/1، ١٢٫٥ و12:30.", "12.5|%|في|2024/1|،|١٢٫٥|و12:30|."),
        ("O'Brien's don't, the 1980's", "O'Brien|'s|don't|,|the|1980|'s"),
        ("Russia’s US-Iran talks", "Russia|’s|US|-|Iran|talks"),
        ("U.S. aid. end.Then afp.com.", "U.S|.|aid|.|end|.|Then|afp.com|."),
        ("قال.وأضاف", "قال|.|وأضاف"),
        (
            "(https://x.com/a?b=1). www.afp.com/ar/، me@x.org.",
            "(|https://x.com/a?b=1|)|.|www.afp.com/ar/|،|me@x.org|.",
        ),
        ("👩‍👩‍👧🇸🇦1️⃣👍🏻", "👩‍👩‍👧|🇸🇦|1️⃣|👍🏻"),
        ("می‌خواهم", "می‌خواهم"),
        ("\u200fقال\u200f: so\u00adft", "\u200f|قال|\u200f|:|so\u00adft"),
        ("日本語の ไทย 한국어", "日|本|語|の|ไ|ท|ย|한국어"),
        ("#وسم_طويل @me $5", "#|وسم_طويل|@|me|$|5"),
        ("»َ ̀x", "»َ|̀x"),
        (" \u00a0\n\t\u2003", ""),
    ],
)
def test_tokens(text, expected):
    assert words(text) == (expected.split("|") if expected else [])


@given(TEXTS)
def test_every_code_point_but_white_space_stands_in_one_token(text):
    found = list(tokens(text))
    assert all(start < end for start, end in found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))
    covered = {at for start, end in found for at in range(start, end)}
    assert covered == {at for at, each in enumerate(text) if not each.isspace()}


@given(st.one_of(TEXTS, st.text(alphabet="اﷲa9.'@:/-_ـَ\u200c\u200d\u0600\u3000漢ㄱ́ \n")))
def test_the_short_way_finds_what_the_pattern_says(text):
    expected = [
        (match.start() + stretch.start(), match.end() + stretch.start())
        for stretch in re.finditer(r"\S+", text)
        for match in _TOKEN.finditer(stretch.group())
    ]
    assert list(tokens(text)) == expected


def test_all_white_space_is_known():
    spaces = [chr(each) for each in range(0x110000) if chr(each).isspace()]
    assert words("a".join(spaces)) == ["a"] * (len(spaces) - 1)


@given(TEXTS)
def test_no_character_is_torn(text):
    inside = set()
    for match in regex.finditer(r"(?![\s\p{GCB=Prepend}])\X", text):
        inside.update(range(match.start() + 1, match.end()))
    assert not {start for start, _ in tokens(text)} & inside
    assert not {end for _, end in tokens(text)} & inside


@pytest.mark.parametrize("piece", [".", "a.", "a-", "ab@", "www.", "http://", "'s", "\u200f"])
def test_time_is_linear_in_a_hostile_text(piece):
    assert sum(1 for _ in tokens(piece * 100_000)) > 0


def spans(text, *marked):
    """Spans from (label, surface), each found from the start of the one before."""
    made, at = [], 0
    for number, (label, surface) in enumerate(marked):
        at = text.index(surface, at)
        made.append(Span(f"s{number}", label, at, at + len(surface), surface))
    return made


def tags(text, *marked, columns=1):
    made = tagged(spans(text, *marked), list(tokens(text)), columns)
    return (
        [" ".join(column) for column in made.tags()],
        [(each.kind, each.span.text) for each in made.losses],
    )


def test_a_clitic_goes_with_its_mention_and_is_reported():
    assert tags("قال لترامب أمس", ("PERS", "ترامب"), ("DATE", "أمس")) == (
        ["O B-PERS B-DATE"],
        [("edge-in-token", "ترامب")],
    )


def test_outermost_spans_are_flat_and_nested_ones_have_columns():
    text = "وزير الدفاع الروسي هنا"
    marked = [("OCC", "وزير الدفاع الروسي"), ("ORG", "الدفاع الروسي"), ("NORP", "الروسي")]
    assert tags(text, *marked, columns=3) == (
        ["B-OCC I-OCC I-OCC O", "O B-ORG I-ORG O", "O O B-NORP O"],
        [],
    )
    flat, lost = tags(text, *marked)
    assert flat == ["B-OCC I-OCC I-OCC O"]
    assert lost == [("too-deep", "الدفاع الروسي"), ("too-deep", "الروسي")]


def test_crossing_spans_stand_in_further_columns():
    assert tags("a b c d", ("A", "a b c"), ("B", "b c d"), ("C", "d"), columns=3) == (
        ["B-A I-A I-A O", "O B-B I-B I-B", "O O O B-C"],
        [("crossing", "b c d")],
    )


def test_spans_side_by_side_in_one_token():
    assert tags("5km a", ("CARDINAL", "5"), ("UNIT", "km"), columns=2) == (
        ["B-CARDINAL O", "B-UNIT O"],
        [("edge-in-token", "5"), ("edge-in-token", "km"), ("shared-token", "km")],
    )


def test_neighbours_begin_anew_and_same_places_nest():
    assert tags("a b c", ("A", "a"), ("A", "b c"), ("B", "b c"), columns=2) == (
        ["B-A B-A I-A", "O B-B I-B"],
        [],
    )


def test_a_span_of_white_space_is_reported():
    assert tags("a  b", ("A", " ")) == (["O O"], [("no-token", " ")])


@given(st.lists(TEXTS, max_size=5))
def test_texts_that_are_cut_as_one_have_the_tokens_of_each(texts):
    found = list(_cut(texts))
    assert len(found) == len(texts)
    for text, ((starts, ends), words_, lines) in zip(texts, found, strict=True):
        over = list(zip(starts.tolist(), ends.tolist(), strict=True))
        assert over == list(tokens(text))
        assert words_.to_pylist() == [text[start:end] for start, end in over]
        line = [text.count("\n", 0, start) for start, _ in over]
        assert lines.tolist() == [at for at, each in enumerate(line) if each not in line[:at]]


@given(st.data())
def test_tags_give_the_places_back(data):
    text = data.draw(TEXTS)
    over = list(tokens(text))
    ends = st.integers(0, len(text))
    made = [
        Span(f"s{number}", data.draw(st.sampled_from("AB")), *sorted(pair), "")
        for number, pair in enumerate(data.draw(st.lists(st.tuples(ends, ends), max_size=8)))
        if pair[0] != pair[1]
    ]
    found = tagged(made, over, 8)
    placed, losses = layout(made, edges(text))
    assert {each.kind for each in losses} <= set(KINDS)
    assert list(found.losses) == losses
    assert len(placed) + sum(each.kind == "no-token" for each in losses) == len(made)
    expected = sorted((each.level, each.first, each.last, each.span.label) for each in placed)
    assert sorted(chunks(found.tags())) == expected
    names = {name for column in found.tags() for name in column}
    assert names <= set(iob2("AB"))
    for one in placed:
        for other in placed:
            if one.span is not other.span and (
                other.span.start <= one.span.start and one.span.end <= other.span.end
            ):
                same = (one.span.start, one.span.end) == (other.span.start, other.span.end)
                assert one.level > other.level or same


def chunks(columns):
    """(level, first, last, label) of every chunk, read strictly: I only after its own B or I."""
    for level, column in enumerate(columns):
        start = None
        for index, name in enumerate([*column, "O"]):
            if start is not None and not name.startswith("I-"):
                yield level, start, index, column[start][2:]
                start = None
            if name.startswith("B-"):
                start = index
            elif name.startswith("I-"):
                assert start is not None
                assert column[start][2:] == name[2:]
