"""`qawl.spans`: the way back from tags, over windows, bytes of one character and damaged sequences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qawl
import strategies
from qawl.core.errors import InputError
from qawl.core.records import Span
from qawl.release.tables.tokens import iob2, tokens

TEXT = "قال لترامب أمس"


def places(found):
    return [(each.start, each.end, each.label) for each in found]


def test_windows_with_a_stride_give_each_span_once():
    span = Span("a", "A", 2, 8, "")
    windows = [[(0, 1), (2, 4), (5, 6)], [(2, 4), (5, 6), (7, 8)]]
    tags = [tag for each in windows for tag in qawl.align([span], each)]
    assert places(qawl.spans(tags, [piece for each in windows for piece in each])) == [(2, 8, "A")]


def test_tags_that_begin_in_the_middle_begin_a_span():
    offsets = [(0, 1), (2, 3), (4, 5), (6, 7)]
    assert places(qawl.spans(["I-A", "I-B", "O", "I-B"], offsets)) == [
        (0, 1, "A"),
        (2, 3, "B"),
        (6, 7, "B"),
    ]


@pytest.mark.parametrize(
    "tags",
    [
        ["B-A", "I-A", "B-A", "B-B", "I-B", "O"],
        ["B-A", "E-A", "S-A", "B-B", "E-B", "O"],  # IOBES: Flair, Stanza
        ["B-A", "L-A", "U-A", "B-B", "L-B", "O"],  # BILOU: spaCy, AllenNLP
        ["I-A", "E-A", "E-A", "I-B", "L-B", "O"],  # what a model says without a beginning
    ],
)
def test_tags_of_other_schemes_are_read(tags):
    offsets = [(at, at + 1) for at in range(6)]
    assert places(qawl.spans(tags, offsets)) == [(0, 2, "A"), (2, 3, "A"), (3, 5, "B")]


@pytest.mark.parametrize("tag", ["PER", "B_PER", "b-PER", "o", "", "B-", "[PAD]", "0"])
def test_a_name_that_is_no_tag_is_one_line(tag):
    """Read as nothing, it would be a system that finds nothing."""
    with pytest.raises(InputError, match="is no tag: write O, or B- or I- and a label"):
        qawl.spans(["O", tag], [(0, 1), (1, 2)])


def test_what_has_no_tag_neither_ends_nor_begins():
    labels = ["A"]
    offsets = [(0, 0), (0, 1), (1, 2), (0, 0)]
    assert places(qawl.spans([-100, 1, 2, -100], offsets, labels=labels)) == [(0, 2, "A")]


def test_undecided_pieces_are_left_out_of_the_loss():
    offsets = [(0, 0), (0, 3), (4, 10), (11, 14)]
    span = {"label": "PERS", "start": 5, "end": 10}
    tags = qawl.align([span], offsets, labels=["PERS"], undecided=[{"start": 11, "end": 13}])
    assert tags == [-100, 0, 1, -100]
    assert qawl.align([span], offsets, undecided=[(5, 10)]) == [None, "O", None, "O"]


def test_too_few_tags_are_one_line():
    with pytest.raises(InputError, match="1 tags for 2 pieces"):
        qawl.spans(["O"], [(0, 1), (1, 2)])


@given(strategies.texts, st.data())
def test_spans_of_whole_tokens_come_back(text, data):
    over = list(tokens(text))
    spans, at = [], 0
    while at < len(over):
        size = data.draw(st.integers(1, 3))
        last = min(at + size, len(over)) - 1
        if data.draw(st.booleans()):
            label = data.draw(st.sampled_from(["A", "B"]))
            spans.append(Span(f"s{at}", label, over[at][0], over[last][1], ""))
        at = last + 1
    labels = ["A", "B"]
    wanted = [(each.start, each.end, each.label) for each in spans]
    assert places(qawl.spans(qawl.align(spans, over), over)) == wanted
    indices = qawl.align(spans, over, labels=labels)
    assert places(qawl.spans(indices, over, labels=labels)) == wanted
    assert max(indices, default=0) < len(iob2(labels))


def test_windows_in_lists_of_their_own_are_read_as_a_tokenizer_gives_them():
    """`encoding["offset_mapping"]` of several windows is a list of lists, or an array of three axes."""
    np = pytest.importorskip("numpy")
    span = Span("a", "A", 2, 8, "")
    windows = [[(0, 1), (2, 4), (5, 6)], [(2, 4), (5, 6), (7, 8)]]
    tags = [qawl.align([span], each) for each in windows]
    assert places(qawl.spans(tags, windows)) == [(2, 8, "A")]
    assert places(qawl.spans(tags, np.array(windows))) == [(2, 8, "A")]
    numbers = np.array([[0, 1, 2], [1, 2, 2]])
    assert places(qawl.spans(numbers, np.array(windows), labels=["A"])) == [(2, 8, "A")]
    assert places(qawl.spans(np.array([0, 1, 2]), np.array(windows[0]), labels=["A"])) == [
        (2, 6, "A")
    ]
    assert places(qawl.spans([], [])) == places(qawl.spans([[]], [[]])) == []


@pytest.mark.parametrize(
    ("tags", "offsets", "says"),
    [
        ([["O"], ["O", "O"]], [[(0, 1), (1, 2)], [(2, 3)]], r"1 \+ 2 tags for 2 \+ 1 pieces"),
        (["O", "O"], [[(0, 1), (1, 2)]], "both in a list a window"),
        ([["O", "O"]], [(0, 1), (1, 2)], "both in a list a window"),
        (["O"], [(0, 1, 2)], "no pair of offsets"),
        (["O"], [("a", "b")], "no pair of offsets"),
        (["O"], [None], "no pair of offsets"),
        (["O"], [], "1 tags for 0 pieces|both in a list"),
        ([["O", "O"], "O"], [[(0, 1), (1, 2)], [(2, 3)]], "both in a list a window"),
        ([["O"], None], [[(0, 1)], [(2, 3)]], "both in a list a window"),
        ([["O"], ["O"]], [[(0, 1)], None], "both in a list a window"),
        ([[["O"]]], [[[(0, 1)]]], "several windows"),
        ([["O"]], [[(0, float("inf"))]], "no pair of offsets"),
        (None, [(0, 1)], "give a list of tags"),
        (["O"], None, "give a list of tags"),
        ([[["O"], ["O"]]], [[(0, 1), (1, 2)]], "is no tag"),
        ([float("nan")], [(0, 1)], "is no tag"),
        ([1, -100], [(0, 1), (1, 2)], "tag 1 is an index: give the names too"),
    ],
)
def test_what_is_no_windows_is_one_line(tags, offsets, says):
    with pytest.raises(InputError, match=says):
        qawl.spans(tags, offsets)


@pytest.mark.parametrize(
    ("offsets", "says"),
    [
        ([[(0, 1), (1, 2)], [(1, 2), (2, 3)]], "offsets of several windows: give those of one"),
        ([None], "no pair of offsets"),
        ([(0, 1, 2)], "no pair of offsets"),
        ([("a", "b")], "no pair of offsets"),
    ],
)
def test_offsets_that_are_none_are_one_line_for_the_way_there_too(offsets, says):
    """A long text in windows ended in an error of Python's."""
    with pytest.raises(InputError, match=says):
        qawl.align([Span("a", "A", 0, 2, "")], offsets)


@pytest.mark.parametrize(
    "span", [{"start": 0, "end": 1}, None, (0, 1, "A"), {"label": "A", "start": 0}]
)
def test_what_is_no_span_is_one_line(span):
    with pytest.raises(InputError, match=r"has no (label|end)"):
        qawl.align([span], [(0, 1)])
    with pytest.raises(InputError, match="has no start"):
        qawl.align([], [(0, 1)], undecided=[3])
