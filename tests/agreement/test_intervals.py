"""Intervals: what they hold, what few articles tell, and how often they cover the truth."""

import random
import shutil
from collections import Counter

import pytest
from scipy.stats import t as student_t

import corpora
from corpora import choice, mark, scheme, work
from qawl.agreement import intervals

VALUES, SHARES = ("glad", "calm", "angry"), (0.5, 0.3, 0.2)
SCHEME = scheme("ner", ["A"], [choice("kind", *VALUES, of=["A"]), choice("mood", *VALUES)])
KEPT, COPIED = 0.85, 0.7
"""How often the second annotator marks a span of the first, and takes their value."""


def texts_of(articles):
    return {f"t{n}": f"{n:3} " + "the river stands " * 6 for n in range(articles)}


def copied(rng, value, share):
    return value if rng.random() < share else rng.choices(VALUES, SHARES)[0]


def drawn(rng, texts):
    """The work of two annotators: articles differ in length and in how far the second follows the first."""
    done = {"a1": {}, "a2": {}}
    for name in texts:
        starts = sorted(rng.sample(range(4, 90, 6), rng.randint(1, 12)))
        follows, copies = (rng.betavariate(8 * share, 8 * (1 - share)) for share in (KEPT, COPIED))
        one = {start: rng.choices(VALUES, SHARES)[0] for start in starts}
        other = {
            start: copied(rng, value, copies)
            for start, value in one.items()
            if rng.random() < follows
        }
        mood = rng.choices(VALUES, SHARES)[0]
        for who, marks, said in (("a1", one, mood), ("a2", other, copied(rng, mood, COPIED))):
            spans = [mark(f"m{at}", "A", at, at + 5, kind=value) for at, value in marks.items()]
            done[who][name] = work(spans, mood=said)
    return done


def measured(folder, articles, seed=0):
    texts = texts_of(articles)
    return corpora.measured(folder, SCHEME, texts, drawn(random.Random(seed), texts))


def figures(report):
    """All figures of a report that have an interval, by their place."""
    for where in ("attributes", "labels"):
        for of, found in report[where].items():
            yield from ((f"{of} {name}", said) for name, said in found.items() if "low" in said)
    yield from (
        (name, said) for name, said in report.items() if isinstance(said, dict) and "low" in said
    )


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 29, 499])
def test_the_quantile_is_that_of_student(freedom):
    assert intervals.student(freedom) == pytest.approx(student_t.ppf(0.975, freedom), rel=0.002)


def test_intervals_hold_the_value_and_are_the_same_each_time(tmp_path):
    one, again = (measured(tmp_path / name, 12) for name in ("one", "two"))
    assert one == again
    for name, said in figures(one):
        assert said["low"] < said["value"] < said["high"], name
        assert said["low"] >= -1, name
        assert said["high"] <= 1, name


def test_fewer_articles_tell_less_and_are_warned_of(tmp_path):
    few, many = measured(tmp_path / "few", 5), measured(tmp_path / "many", 30)
    (warning,) = few["warnings"]
    assert "5 articles" in warning
    assert many["warnings"] == []
    width = [said["exact_f1"]["high"] - said["exact_f1"]["low"] for said in (few, many)]
    assert width[0] > 1.5 * width[1]
    shown = corpora.qawl(tmp_path / "few", "agreement")
    assert "5 articles" in shown.stderr
    assert "fewer than 30" in shown.stderr


def test_agreement_without_an_exception_is_no_certainty(tmp_path):
    """Five articles on which both say the same don't prove that they always will."""
    texts = texts_of(5)
    done = {
        who: {
            name: work([mark("m", "A", 4, 7)], mood=mood)
            for name, mood in zip(texts, ("glad", "calm", "glad", "glad", "calm"), strict=True)
        }
        for who in ("a1", "a2")
    }
    found = corpora.measured(tmp_path / "corpus", SCHEME, texts, done)
    for said in (found["exact_f1"], found["attributes"]["mood"]["cohen_kappa"]):
        assert (said["value"], said["high"]) == (1, 1)
        assert said["low"] < 0.8


def test_one_article_has_figures_and_no_interval(tmp_path):
    for name, said in figures(measured(tmp_path / "corpus", 1)):
        assert said["low"] is said["high"] is None, name


def test_articles_of_a_large_corpus_are_left_out_in_parts(tmp_path, monkeypatch):
    whole = measured(tmp_path / "whole", 40)
    monkeypatch.setattr(intervals, "FOLDS", 13)
    parts = measured(tmp_path / "parts", 40)
    for (name, one), (_, other) in zip(figures(whole), figures(parts), strict=True):
        assert (one["value"], one["n"]) == (other["value"], other["n"]), name
        width = one["high"] - one["low"]
        assert other["high"] - other["low"] == pytest.approx(width, rel=0.6), name


TIMES = 300
"""Corpora of each size that the simulation draws."""

SQUARES = sum(share**2 for share in SHARES)
TRUE = {
    "exact_f1": 2 * KEPT / (1 + KEPT),
    "A overlap_f1": 2 * KEPT / (1 + KEPT),
    **{
        f"{name} {figure}": value
        for name in ("kind", "mood")
        for figure, value in {
            "alpha": COPIED,
            "cohen_kappa": COPIED,
            "fleiss_kappa": COPIED,
            "percent": COPIED + (1 - COPIED) * SQUARES,
        }.items()
    },
}
"""What the figures are in all articles that `drawn` could draw."""


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("articles", [3, 5, 10, 20, 30])
def test_intervals_cover_the_truth(tmp_path, articles):
    """Prints how often they do, and how wide they are; 95 % is what they promise."""
    texts = texts_of(articles)
    empty = corpora.corpus(tmp_path / "empty", SCHEME, texts, ["a1", "a2"])
    covered, defined, width = Counter(), Counter(), Counter()
    for seed in range(TIMES):
        folder = tmp_path / str(seed)
        shutil.copytree(empty, folder)
        corpora.pull(folder, "ner", texts, drawn(random.Random(f"{articles} {seed}"), texts))
        for name, said in figures(corpora.agreement(folder, "ner")):
            if name in TRUE and said["low"] is not None:
                covered[name] += said["low"] <= TRUE[name] <= said["high"]
                width[name] += said["high"] - said["low"]
                defined[name] += 1
        shutil.rmtree(folder)
    for name in TRUE:
        share, mean = covered[name] / defined[name], width[name] / defined[name]
        print(f"{articles:3} articles  {name:20} covered {share:.3f}  width {mean:.2f}")  # noqa: T201
        assert share > 0.9, name
