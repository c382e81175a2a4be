"""The work of the rules grows as texts and gold do, not as their square; what is odd in a text ends no run.

A text without full stops (a transcript), a long number and a thousand annotated articles each took minutes.
"""

import json
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora import RIGHTS, qawl
from qawl.setup import init
from qawl.suggest import gazetteer, rules
from qawl.suggest.gazetteer import Learned, learned

FRESH = Path(__file__).parents[1] / "data" / "fresh" / "articles.jsonl"


def unstopped(language, times):
    """The ten articles of a language as one sentence, several times over."""
    articles = [json.loads(line) for line in FRESH.read_text("utf-8").splitlines()]
    text = " ".join(each["text"] for each in articles if each["language"] == language)
    return ",".join(" ".join(text.split()) for _ in range(times)).translate(
        str.maketrans(".!?؟", "،،،،" if language == "ar" else ",,,,")
    )


def work(act):
    """How many calls of functions of the rules an act takes."""
    count = Counter()

    def seen(frame, event, _):
        if event == "call" and "suggest" in frame.f_code.co_filename:
            count["calls"] += 1

    sys.setprofile(seen)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count["calls"]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_text_without_full_stops_takes_no_longer_than_its_length(tmp_path, language):
    taken = []
    for times in (1, 2):
        root = init.init(tmp_path / str(times), name="c", language=language).root
        given = {"text": unstopped(language, times), "source": "s", **RIGHTS}
        (root / "in.jsonl").write_text(json.dumps(given), "utf-8")
        qawl(root, "ingest", root / "in.jsonl")
        taken.append(work(lambda at=root: qawl(at, "suggest")))
    assert taken[1] < 2.5 * taken[0]


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize(
    "sign", ["{} hours", "{} ساعة", "1{}%", "1,{}", "a.{}", "-{}", "said {}", "Aa {}", "Aa's {}"]
)
def test_what_repeats_without_end_ends_no_run(suggested, language, sign):
    """More digits than Python reads as one number, and what no rule finds the end of."""
    before, after = sign.split("{}")
    again = before or "1"
    text = f"It took {again * (12_000 // len(again))} {after}."
    suggested(text, language, "entity")


@pytest.mark.parametrize(
    ("language", "again"),
    [
        ("en", "University of the "),
        ("en", "said "),
        ("en", "“he said ‘"),
        ("en", "“We saw it all.” "),
        ("en", "Oh. Yes. “No way.” "),
        ("ar", "قال، "),
        ("ar", "«قال» "),
    ],
)
def test_what_repeats_takes_work_as_its_length(tmp_path, language, again):
    """Names that `of` lengthens took the square of the text; each verb read the rest of its sentence, or
    all quotation marks, each piece of a speech all pieces before it, and each short one all sentences."""
    taken = []
    for letters in (6_000, 12_000):
        root = init.init(tmp_path / str(letters), name="c", language=language).root
        text = "“We saw it,” said Ann Lee. " + again * (letters // len(again))
        given = {"text": text, "source": "s", **RIGHTS}
        (root / "in.jsonl").write_text(json.dumps(given), "utf-8")
        qawl(root, "ingest", root / "in.jsonl")
        taken.append(work(lambda at=root: qawl(at, "suggest")))
    assert taken[1] < 2.5 * taken[0]
    assert taken[1] < 2_000 * 12_000 // len(again.split()[0])


def test_who_a_pronoun_stands_for_is_not_looked_for_in_all_quotes(tmp_path):
    """A paragraph of quotes by “he” took the square of its length: each went back to the first that has a name."""
    taken = []
    for letters in (8_000, 16_000):
        root = init.init(tmp_path / str(letters), name="c", language="en").root
        text = "“We saw it,” said Ann Lee. " + "“No,” he said. " * (letters // 15)
        given = {"text": text, "source": "s", **RIGHTS}
        (root / "in.jsonl").write_text(json.dumps(given), "utf-8")
        qawl(root, "ingest", root / "in.jsonl")
        taken.append(work(lambda at=root: qawl(at, "suggest", "--layer", "quote")))
    assert taken[1] < 2.2 * taken[0]


def test_names_are_looked_for_where_somebody_is_quoted_alone(tmp_path, monkeypatch):
    """Every layer looked for the names of every article: 4,000 German ones took a minute and a half."""
    looked, entities = Counter(), rules.entities
    monkeypatch.setattr(
        rules,
        "entities",
        lambda *given, **more: looked.update([given[1]]) or entities(*given, **more),
    )
    root = init.init(tmp_path / "c", name="c", language="de").root
    told = {
        "de": ["Anna Müller sagte: „Die Linie öffnet in zwei Jahren.“", "Es regnete in Köln."],
        "en": ["“The line opens in two years,” said Ann Lee.", "It rained in Paris."],
    }
    given = [
        {"text": text, "source": "s", "language": language, **RIGHTS}
        for language, texts in told.items()
        for text in texts
    ]
    (root / "in.jsonl").write_text("\n".join(map(json.dumps, given)), "utf-8")
    qawl(root, "ingest", root / "in.jsonl")
    qawl(root, "suggest", "--layer", "quote", "--layer", "claim")
    assert looked == {"en": 1}


MENTIONS = st.dictionaries(
    st.sampled_from("abc"),
    st.lists(
        st.tuples(
            st.sampled_from(["PERS", "GPE"]), st.sampled_from(["Paris", "Ann Lee", "it", "غزة"])
        )
    ),
)


@given(MENTIONS, st.sampled_from("abcd"))
def test_names_of_other_articles_are_those_learned_from_them_alone(mentions, whose):
    others = [each for other, marked in mentions.items() if other != whose for each in marked]
    assert Learned(mentions).beside(whose).names == learned(others).names


def test_the_names_in_gold_are_counted_once(recorded, monkeypatch):
    """They were counted again for each article."""
    counted = Counter()
    monkeypatch.setattr(gazetteer, "_is_name", lambda surface: counted.update([surface]) or False)
    qawl(recorded.root, "suggest", "--layer", "entity")
    spans = [
        span["text"]
        for line in (recorded.exports / "gold" / "entity.jsonl").read_text("utf-8").splitlines()
        for span in json.loads(line)["spans"]
    ]
    assert counted.total() <= len(spans)
