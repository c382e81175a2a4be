"""`qawl score --soft`: the measures of Le-Wi-Di 2025 against plain counts over what annotators said."""

import json
import random
from collections import Counter

import msgspec
import pytest
from click.testing import CliRunner
from scipy.stats import wasserstein_distance

import corpora
from qawl import cli
from qawl.core.records import JUDGE, Annotation, Span
from scoring import releases

GRADES = ("low", "mid", "high", "top")
TOPICS = ("war", "money", "health")
GENRES = ("news", "opinion")
SCHEME = corpora.scheme(
    "toy",
    ("PER", "ORG"),
    [
        corpora.choice("tone", "good", "bad", "neither", of=["PER", "ORG"]),
        corpora.choice("grade", *GRADES, of=["PER"], ordered=True),
        corpora.choice("topics", *TOPICS, of=["ORG"], kind="choices"),
        corpora.choice("genre", *GENRES),
    ],
)
VALUES = {"tone": ("good", "bad", "neither"), "grade": GRADES, "genre": GENRES}


def value(rng, name):
    if name == "topics":
        return sorted(rng.sample(TOPICS, rng.randrange(1, 4)), key=TOPICS.index)
    return rng.choice(VALUES[name])


def names_of(label):
    return ("tone", "grade") if label == "PER" else ("tone", "topics")


def annotated(rng, of, wanted, who):
    """What an annotator says: some of the gold spans, some with another label, with values or without."""
    spans = []
    for at, (label, start, end) in enumerate(wanted):
        if rng.random() < 0.2:
            continue
        mine = {"PER": "ORG", "ORG": "PER"}[label] if rng.random() < 0.15 else label
        said = {name: value(rng, name) for name in names_of(mine) if rng.random() < 0.8}
        spans.append(Span(f"r{at}", mine, start, end, of.text[start:end], said))
    genre = {"genre": value(rng, "genre")} if rng.random() < 0.8 else {}
    return Annotation(
        article_id=of.id, layer="toy", annotator=who, text_sha256=of.text_sha256,
        scheme_version="1", spans=tuple(spans), attributes=genre,
    )  # fmt: skip


def distribution(rng, name):
    values = VALUES.get(name, ("PER", "ORG", "nothing")) if name != "topics" else TOPICS
    shares = [rng.random() for _ in values]
    whole = 1 if name == "topics" else sum(shares)
    found = {each: share / whole for each, share in zip(values, shares, strict=True)}
    found.pop("nothing", None)
    return found


def predicted(rng, names, everyone):
    """Distributions and answers of an item; now and then one is left out."""
    return {
        "distributions": {n: distribution(rng, n) for n in names if rng.random() < 0.9},
        "answers": {
            n: {
                who: rng.choice(["PER", "ORG", None]) if n == "label" else value(rng, n)
                for who in everyone
                if rng.random() < 0.9
            }
            for n in names
            if rng.random() < 0.9
        },
    }


@pytest.mark.parametrize(
    "seed", [*range(20), *(pytest.param(n, marks=pytest.mark.soak) for n in range(20, 500))]
)
def test_soft_scores_are_those_of_plain_counts(tmp_path, seed):
    rng = random.Random(seed)
    everyone = ["a1", "ب", "c-3"][: rng.randrange(1, 4)]
    items, rows, judged = [], [], []
    for number in range(rng.randrange(1, 5)):
        of = releases.article(number, releases.words(rng, 8, 30))
        wanted = [(rng.choice(["PER", "ORG"]), at, at + 3) for at in range(0, len(of.text) - 3, 5)][
            : rng.randrange(0, 6)
        ]
        opened = [(0, 3)] if wanted and rng.random() < 0.2 else []
        said = [annotated(rng, of, wanted, who) for who in everyone]
        noise = [annotated(rng, of, wanted, JUDGE)] if rng.random() < 0.5 else []
        items.append(
            (of, {"toy": releases.gold(of, "toy", wanted, opened=opened)}, [*said, *noise])
        )
        spans = [
            {"label": label, "start": start, "end": end}
            | predicted(rng, ("label", *names_of(label)), everyone)
            for label, start, end in wanted
            if rng.random() < 0.9
        ]
        of_article = predicted(rng, ("genre",), everyone)
        rows.append({"article_id": of.id, "layer": "toy", "spans": spans, **of_article})
        judged += items_of(wanted, opened, said, spans, of_article)
    folder = releases.write(tmp_path / "r", [SCHEME], *items)
    path = releases.lines(tmp_path / "p.jsonl", rows)
    found = releases.score(folder, path, "--soft")["layers"]["toy"]["soft"]
    for name in ("label", "tone", "grade", "topics", "genre"):
        of_name = [each for each in judged if each[0] == name]
        compare(found.get(name, {}), expected(name, of_name))


def items_of(wanted, opened, said, spans, of_article):
    """(attribute, votes by annotator, distribution, answers) of each item that is decided."""
    given = {(s["label"], s["start"], s["end"]): s for s in spans}
    for place in wanted:
        if any(place[1] < end and start < place[2] for start, end in opened):
            continue
        mine = given.get(place, {"distributions": {}, "answers": {}})
        here = {
            each.annotator: next((s for s in each.spans if (s.start, s.end) == place[1:]), None)
            for each in said
        }
        labels = {who: (span.label if span else None) for who, span in here.items()}
        yield "label", labels, mine["distributions"].get("label"), mine["answers"].get("label")
        for name in names_of(place[0]):
            votes = {
                who: span.attributes[name]
                for who, span in here.items()
                if span and span.label == place[0] and name in span.attributes
            }
            if votes:
                yield name, votes, mine["distributions"].get(name), mine["answers"].get(name)
    votes = {each.annotator: each.attributes["genre"] for each in said if each.attributes}
    if votes:
        yield (
            "genre",
            votes,
            of_article["distributions"].get("genre"),
            of_article["answers"].get("genre"),
        )


def expected(name, items):
    """Measure → (value, n, missing), by the definitions."""
    found = {}
    distance = "wasserstein" if name == "grade" else "manhattan"
    if any(given is not None for _, _, given, _ in items):
        values = [apart(name, votes, given) for _, votes, given, _ in items]
        missing = sum(given is None for _, _, given, _ in items)
        found[distance] = (sum(values) / len(values), len(values), missing)
    if any(answers is not None for *_, answers in items):
        missing = sum(answers is None for *_, answers in items)
        errors = [
            [wrong(name, vote, answers, who) for who, vote in votes.items()]
            for _, votes, _, answers in items
        ]
        found["error_rate"] = mean_of_means(errors), len(items), missing
        if name == "grade":
            off = [
                [
                    abs(GRADES.index(vote) - GRADES.index(answers[who])) / 3
                    if who in (answers or {})
                    else 1
                    for who, vote in votes.items()
                ]
                for _, votes, _, answers in items
            ]
            found["absolute_distance"] = mean_of_means(off), len(items), missing
    return found


def mean_of_means(lists):
    return sum(sum(each) / len(each) for each in lists) / len(lists)


def apart(name, votes, given):
    if given is None:
        return 3 if name == "grade" else 2
    if name == "topics":
        shares = {t: sum(t in vote for vote in votes.values()) / len(votes) for t in TOPICS}
        return sum(2 * abs(given.get(t, 0) - shares[t]) for t in TOPICS) / len(TOPICS)
    counted = {key: n / len(votes) for key, n in Counter(votes.values()).items()}
    if name == "grade":
        weights = [[shares.get(g, 0) for g in GRADES] for shares in (counted, given)]
        return wasserstein_distance(range(4), range(4), *weights)
    if name == "label":
        given = {**given, None: 1 - sum(given.values())}
    return sum(abs(counted.get(key, 0) - given.get(key, 0)) for key in {*counted, *given})


def wrong(name, vote, answers, who):
    if who not in (answers or {}):
        return 1
    if name == "topics":
        return len({*vote} ^ {*answers[who]}) / len(TOPICS)
    return vote != answers[who]


def compare(found, wanted):
    assert found.keys() - {"annotators"} == wanted.keys()
    for measure, (expected_value, n, missing) in wanted.items():
        assert found[measure]["value"] == pytest.approx(expected_value, abs=1e-5), measure
        assert (found[measure]["n"], found[measure]["missing"]) == (n, missing), measure


def test_annotators_have_error_rates_of_their_own(tmp_path):
    of = releases.article(1, "قال سامي نعم")
    said = [
        Annotation(
            article_id=of.id, layer="toy", annotator=who, text_sha256=of.text_sha256,
            scheme_version="1", attributes={"genre": genre},
        )
        for who, genre in (("a1", "news"), ("a2", "opinion"))
    ]  # fmt: skip
    folder = releases.write(
        tmp_path / "r", [SCHEME], (of, {"toy": releases.gold(of, "toy", [])}, said)
    )
    row = {"article_id": of.id, "layer": "toy", "answers": {"genre": {"a1": "news", "a2": "news"}}}
    path = releases.lines(tmp_path / "p.jsonl", [row])
    found = releases.score(folder, path, "--soft")["layers"]["toy"]["soft"]["genre"]
    assert found["error_rate"]["value"] == 0.5
    assert found["annotators"] == {
        "a1": {"error_rate": 0, "n": 1},
        "a2": {"error_rate": 1, "n": 1},
    }
    without = releases.score(folder, path)
    assert without["warnings"] == ["1 × distributions or answers are scored with --soft"]


def failing(folder, path, *options):
    done = CliRunner().invoke(cli.group, ["score", str(folder), str(path), *options])
    assert done.exit_code == 1, done.output
    return str(done.exception)


@pytest.mark.parametrize(
    ("soft", "said"),
    [
        ({"distributions": {"tone": {"good": 0.5, "bad": 0.2}}}, "sum to 1, not to 0.7"),
        ({"distributions": {"tone": {"good": -1, "bad": 2}}}, "between 0 and 1"),
        ({"distributions": {"tone": {"fine": 1}}}, "tone has no value fine"),
        ({"distributions": {"mood": {"fine": 1}}}, "no attribute mood"),
        ({"answers": {"genre": {"a1": "news"}}}, "no attribute genre"),
        ({"distributions": {"topics": {"war": 2}}}, "between 0 and 1"),
    ],
)
def test_a_distribution_that_is_none_is_one_line(tmp_path, soft, said):
    of = releases.article(1, "قال سامي نعم")
    folder = releases.write(
        tmp_path / "r", [SCHEME], (of, {"toy": releases.gold(of, "toy", [])}, [])
    )
    span = {"label": "ORG", "start": 0, "end": 3, **soft}
    path = releases.lines(
        tmp_path / "p.jsonl", [{"article_id": of.id, "layer": "toy", "spans": [span]}]
    )
    message = failing(folder, path, "--soft")
    assert "line 1" in message
    assert said in message


def test_a_release_without_votes_says_so(tmp_path):
    of = releases.article(1, "قال سامي نعم")
    folder = releases.write(
        tmp_path / "r", [SCHEME], (of, {"toy": releases.gold(of, "toy", [])}, [])
    )
    path = folder / "manifest.json"
    said = json.loads(path.read_text("utf-8"))
    del said["features"]["votes"]
    corpora.say_again(folder, features=said["features"])
    rows = releases.lines(tmp_path / "p.jsonl", [{"article_id": of.id, "layer": "toy"}])
    assert "has no table votes" in failing(folder, rows, "--soft")


TREE = {
    "name": "field",
    "kind": "tree",
    "multiple": True,
    "values": [{"Politics": ["Courts"]}, "Sport"],
}
OPEN = corpora.scheme(
    "open",
    (),
    [
        {**TREE, "title": {"en": "f"}},
        corpora.choice("genre", *GENRES),
        {"name": "note", "title": {"en": "n"}, "kind": "text"},
    ],
)


def judged_by(of, who, **attributes):
    return Annotation(
        article_id=of.id, layer="open", annotator=who, text_sha256=of.text_sha256,
        scheme_version="1", attributes=attributes,
    )  # fmt: skip


def warned(tmp_path, redistribute=True, **soft):
    """The soft figures and what is said of a line with these answers or distributions."""
    of = msgspec.structs.replace(releases.article(1, "قال سامي نعم"), redistribute=redistribute)
    said = [judged_by(of, "a1", field=[["Politics", "Courts"], ["Sport"]], genre="news")]
    made = releases.gold(of, "open", [])
    folder = releases.write(tmp_path / "r", [OPEN], (of, {"open": made}, said))
    row = {"article_id": of.id, "layer": "open", **soft}
    found = releases.score(folder, releases.lines(tmp_path / "p.jsonl", [row]), "--soft")
    return found["layers"]["open"]["soft"], found["warnings"]


@pytest.mark.parametrize(
    "value", [["Politics / Courts", "Sport"], [["Sport"], ["Politics", "Courts"]]]
)
def test_an_answer_names_values_of_a_tree_as_votes_do_or_as_records_do(tmp_path, value):
    """A list of names from the table `votes` was read as one path, and counted as wrong without a word."""
    figures, said = warned(tmp_path, answers={"field": {"a1": value}})
    assert figures["field"]["error_rate"]["value"] == 0
    assert said == []


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"genre": {"a1": "nonsense"}}, "1 × answers are none that genre can have"),
        ({"field": {"a1": ["Sport", "Courts"]}}, "1 × answers are none that field can have"),
        (
            {"genre": {"a1": "news", "me": "news"}},
            "1 × answers are of me, whom the release has no votes of",
        ),
        ({"note": {"a1": "x"}}, "1 × answers on note are not scored: its values are open"),
    ],
)
def test_answers_that_nothing_is_compared_with_are_counted(tmp_path, answers, said):
    """They counted as wrong or for nothing, without a word."""
    assert warned(tmp_path, answers=answers)[1] == [said]


def test_a_line_of_answers_is_a_prediction_of_a_withheld_article(tmp_path):
    """It was said to have none, and to count as empty."""
    figures, said = warned(tmp_path, redistribute=False, answers={"genre": {"a1": "news"}})
    assert figures["genre"]["error_rate"]["value"] == 0
    assert said == []
