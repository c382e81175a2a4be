"""Spans as labels for tokenizers: by offsets made by hand, and by real ones trained on the spot."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qawl
import strategies
from conftest import ROOT, skip_or_fail
from qawl.articles import store as article_store
from qawl.core import project
from qawl.core.errors import InputError
from qawl.core.records import Span
from qawl.gold import decide
from qawl.release.tables.tokens import iob2, tagged, tokens
from qawl.scheme import scheme

TEXT = "قال لترامب أمس"
PERSON = {"label": "PERS", "start": 5, "end": 10}


def test_subwords_special_tokens_and_clitics():
    whole = [(0, 0), (0, 3), (4, 10), (11, 14), (0, 0)]
    assert qawl.align([PERSON], whole) == [None, "O", "B-PERS", "O", None]
    apart = [(0, 0), (0, 3), (4, 5), (5, 8), (8, 10), (11, 14), (0, 0), (0, 0)]
    assert qawl.align([PERSON], apart) == [None, "O", "O", "B-PERS", "I-PERS", "O", None, None]
    leading_space = [(0, 3), (3, 10), (10, 14)]
    assert qawl.align([PERSON], leading_space) == ["O", "B-PERS", "O"]


def test_indices_are_those_of_the_table_tokens():
    labels = ["ORG", "PERS"]
    offsets = [(0, 0), (4, 5), (5, 8), (8, 10)]
    got = qawl.align([{**PERSON, "label": 1}], offsets, labels=labels)
    assert got == [-100, 0, iob2(labels).index("B-PERS"), iob2(labels).index("I-PERS")]
    assert qawl.align([PERSON], [(0, 0)], labels=labels, ignored=-1) == [-1]


def test_levels():
    spans = [Span("a", "OCC", 0, 5, ""), Span("b", "GPE", 2, 3, "")]
    offsets = [(0, 1), (2, 3), (4, 5)]
    assert qawl.align(spans, offsets) == ["B-OCC", "I-OCC", "I-OCC"]
    assert qawl.align(spans, offsets, level=1) == ["O", "B-GPE", "O"]
    assert qawl.align(spans, offsets, level=2) == ["O", "O", "O"]


def test_bytes_of_one_character_and_windows():
    assert qawl.align([PERSON], [(5, 6), (5, 6), (6, 10)]) == ["B-PERS", "I-PERS", "I-PERS"]
    assert qawl.align([PERSON], [(0, 0), (7, 10), (11, 14)]) == [None, "B-PERS", "O"]


@pytest.mark.parametrize(
    ("spans", "offsets", "options", "message"),
    [
        ([{**PERSON, "label": 1}], [(0, 1)], {}, "give the names too"),
        ([{**PERSON, "label": 7}], [(0, 1)], {"labels": ["A"]}, "not an index of the 1 labels"),
        ([PERSON], [(0, 1)], {"labels": ["A"]}, "'PERS' is not one of labels"),
        ([], [(0, 4), (5, 9), (0, 3)], {}, "one text at a time"),
    ],
)
def test_what_cannot_be_aligned_is_one_line(spans, offsets, options, message):
    with pytest.raises(InputError, match=message):
        qawl.align(spans, offsets, **options)


@given(strategies.texts, st.data())
def test_over_the_tokens_of_the_table_it_says_what_the_table_says(text, data):
    over = list(tokens(text))
    ends = st.integers(0, len(text))
    spans = [
        Span(f"s{number}", "A", *sorted(pair), "")
        for number, pair in enumerate(data.draw(st.lists(st.tuples(ends, ends), max_size=6)))
    ]
    made = tagged(spans, over, 6)
    for level, column in enumerate(made.tags()):
        assert qawl.align(spans, over, level=level) == column


@pytest.fixture(scope="module")
def free():
    """The articles of the repository that are free, with their gold."""
    own = project.load(ROOT)
    texts = {each.id: each for each in article_store.articles(own) if each.redistribute}
    return [
        (texts[gold.article_id], gold)
        for layer in own.settings.layers
        for gold in decide.gold(own, layer)
        if gold.article_id in texts
    ]


def trained(kind, texts):
    """A fast tokenizer with subwords, trained on these texts."""
    try:
        from tokenizers import BertWordPieceTokenizer, ByteLevelBPETokenizer, processors
    except ImportError:
        skip_or_fail("tokenizers is not installed")
    if kind == "wordpiece":
        made = BertWordPieceTokenizer(lowercase=False, strip_accents=False)
        made.train_from_iterator(texts, vocab_size=400, show_progress=False)
        special = {name: made.token_to_id(name) for name in ("[SEP]", "[CLS]")}
        made._tokenizer.post_processor = processors.BertProcessing(
            ("[SEP]", special["[SEP]"]), ("[CLS]", special["[CLS]"])
        )
        return made
    made = ByteLevelBPETokenizer(trim_offsets=kind == "bpe-trimmed")
    made.train_from_iterator(texts, vocab_size=500, show_progress=False)
    return made


@pytest.mark.parametrize("kind", ["wordpiece", "bpe", "bpe-trimmed"])
def test_real_tokenizers_in_arabic_and_english(free, kind):
    """Every outermost span is read back from its tags: exactly, or at the edges of its pieces."""
    tokenizer = trained(kind, [article.text for article, _ in free])
    own = project.load(ROOT)
    exact = 0
    for article, gold in free:
        encoding = tokenizer.encode(article.text)
        labels = list(scheme.load(own, gold.layer).label)
        tags = qawl.align(gold.spans, encoding.offsets)
        indices = qawl.align(gold.spans, encoding.offsets, labels=labels)
        classes = iob2(labels)
        assert [None if at == -100 else classes[at] for at in indices] == tags
        for tag, (start, end) in zip(tags, encoding.offsets, strict=True):
            assert (tag is None) == (start == end)
        outermost = [
            span
            for span in gold.spans
            if not any(
                other is not span and other.start <= span.start and span.end <= other.end
                for other in gold.spans
            )
        ]
        read = list(chunks(tags, encoding.offsets))
        assert [label for label, _, _ in read] == [span.label for span in outermost]
        for (_, start, end), span in zip(read, outermost, strict=True):
            before = article.text[start : span.start]
            assert article.text[span.start : span.end] in article.text[start:end]
            assert sum(map(str.isalnum, before)) <= 1, before  # at most a proclitic
            assert not any(map(str.isalnum, article.text[span.end : end]))  # marks alone
            exact += (start, end) == (span.start, span.end)
    assert exact > 20


def chunks(tags, offsets):
    """(label, start, end) of each chunk; a piece without text, a trimmed space, ends none."""
    now = None
    for tag, (start, end) in [*zip(tags, offsets, strict=True), ("O", (0, 0))]:
        if tag is None:
            continue
        if now and not tag.startswith("I-"):
            yield tuple(now)
            now = None
        if tag.startswith("B-"):
            now = [tag[2:], start, end]
        elif now:
            now[2] = end


def test_importing_qawl_is_light_and_its_functions_are_typed(tmp_path):
    script = (
        "import sys, qawl; print([m for m in ('msgspec', 'regex', 'pyarrow', 'datasets', 'numpy')"
        " if m in sys.modules]); qawl.align; print('datasets' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\nFalse\n"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = qawl.nothing
    code = tmp_path / "use.py"
    code.write_text(
        "import qawl\nreveal_type(qawl.align([], [(0, 0)]))\n"
        "reveal_type(qawl.align([], [(0, 0)], labels=['A']))\nreveal_type(qawl.restore(1, 'x'))\n",
        "utf-8",
    )
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert 'note: Revealed type is "list[str | None]"' in checked.stdout.replace("builtins.", "")
    assert 'note: Revealed type is "list[int]"' in checked.stdout.replace("builtins.", "")
    assert "Success" in checked.stdout, checked.stdout


def test_an_article_that_nobody_annotated_is_not_aligned():
    """`<layer>_open` is null there: no entity would be taught."""
    with pytest.raises(InputError, match="nobody annotated the article"):
        qawl.align([], [(0, 3)], undecided=None)
