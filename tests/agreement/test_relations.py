"""Directions of arrows in agreement: `left` is the arrow that it means, `bi` is another than `right`."""

import pytest

import corpora
from corpora import arrow, mark, scheme, work

TEXT = "Layla Haddad and Northwind: she backs the firm."
ENDS = (mark("p", "PER", 0, 12), mark("o", "ORG", 17, 26))
SCHEME = scheme("ner", ["PER", "ORG"], relations=["supports", "opposes"])


@pytest.fixture
def relation_f1(tmp_path):
    """relation_f1(arrows of each annotator …) → the figure that `qawl agreement --json` prints."""

    def measure(*drawn):
        done = {
            f"a{number}": {"x": work(ENDS, arrows)} for number, arrows in enumerate(drawn, start=1)
        }
        return corpora.measured(tmp_path / "corpus", SCHEME, {"x": TEXT}, done)["relation_f1"]

    return measure


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (arrow("supports", "p", "o"), arrow("supports", "p", "o", "left"), 0),
        (arrow("supports", "p", "o"), arrow("supports", "o", "p", "left"), 1),
        (arrow("supports", "p", "o", "left"), arrow("supports", "o", "p"), 1),
        (arrow("supports", "p", "o"), arrow("supports", "o", "p"), 0),
        (arrow("supports", "p", "o", "bi"), arrow("supports", "p", "o"), 0),
        (arrow("supports", "p", "o", "bi"), arrow("supports", "o", "p", "left"), 0),
        (arrow("supports", "p", "o", "bi"), arrow("supports", "o", "p", "bi"), 1),
        (arrow("supports", "p", "o", "bi"), arrow("opposes", "o", "p", "bi"), 0),
    ],
)
def test_an_arrow_is_what_it_means(relation_f1, tmp_path, one, other, expected):
    found = relation_f1([one], [other])
    assert (found["value"], found["n"]) == (expected, 2)
    gold = corpora.gold(tmp_path / "corpus", "ner")
    assert gold["complete"] is bool(expected)
    assert len(gold["relations"]) == expected


def test_gold_has_no_turned_arrow(relation_f1, tmp_path):
    """Who loads the dataset reads `from` and `to`, and may not look at `direction`."""
    relation_f1([arrow("supports", "p", "o", "left")], [arrow("supports", "o", "p")])
    gold = corpora.gold(tmp_path / "corpus", "ner")
    labels = {span["id"]: span["label"] for span in gold["spans"]}
    (drawn,) = gold["relations"]
    assert (labels[drawn["from"]], labels[drawn["to"]]) == ("ORG", "PER")
    assert "direction" not in drawn


def test_three_annotators_and_two_arrows_between_the_same_spans(relation_f1):
    found = relation_f1(
        [arrow("supports", "p", "o"), arrow("supports", "p", "o", "left")],
        [arrow("supports", "o", "p"), arrow("supports", "p", "o")],
        [arrow("supports", "p", "o", "bi")],
    )
    assert (found["value"], found["n"]) == (pytest.approx(4 / 10, abs=1e-6), 10)


def test_gold_says_which_way_each_drew_an_arrow(relation_f1, tmp_path):
    """With the same ends and the same name, annotators differ in the way alone: the judge must see it."""
    relation_f1(
        [arrow("supports", "p", "o")],
        [arrow("supports", "o", "p")],
        [arrow("supports", "p", "o", "bi")],
    )
    (point,) = corpora.gold(tmp_path / "corpus", "ner")["open"]
    assert point["readings"] == {"a1": "→ ORG 17-26", "a2": "← ORG 17-26", "a3": "↔ ORG 17-26"}
