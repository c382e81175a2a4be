"""The tables `votes` and `soft_labels`: what each annotator says of what is in gold, against counts by
hand over what was pulled, through the commands."""

import json
import random
from collections import Counter
from fractions import Fraction

import pyarrow.parquet as pq
import pytest

import corpora
from corpora import choice, mark, work
from qawl.core.records import JUDGE
from qawl.release.tables import columns
from qawl.release.versions import manifest

LABELS = ("PER", "ORG", "منظمة")
TEXTS = {
    "one": "قالت الوزيرة إن المشروع سيبدأ غدا في العاصمة، وأضافت أن العمل يستمر سنة",
    "two": "The minister said that the works would start tomorrow in the capital city",
    "three": "部长说工程明天在首都开始。他还说需要一年时间才能完成全部工作。",
}
SCHEME = corpora.scheme(
    "toy",
    LABELS,
    [
        choice("tone", "good", "bad", "neither", of=list(LABELS)),
        choice("grade", "low", "mid", "high", of=["PER", "ORG"], ordered=True),
        choice("topics", "war", "money", "health", of=["ORG"], kind="choices"),
        {"name": "note", "title": {"en": "note"}, "of": ["PER"], "kind": "text"},
        {"name": "stars", "title": {"en": "stars"}, "of": ["PER"], "kind": "scale", "max": 3},
        choice("genre", "news", "opinion"),
    ],
)


def rows(folder, config):
    """A table of the release with the names of its classes."""
    release = folder / "exports" / "releases" / "0.1.0"
    kinds = manifest.features(release)[config]
    return [
        {name: columns.decode(kinds[name], value) for name, value in row.items()}
        for row in pq.read_table(release / config).to_pylist()
    ]


def released(folder, done, texts=TEXTS, current=SCHEME):
    """A corpus with this work in it, released."""
    corpora.corpus(folder, current, texts, done)
    corpora.pull(folder, current["layer"], texts, done)
    corpora.qawl(folder, "adjudicate")
    corpora.qawl(folder, "release", "0.1.0", "--draft")
    return folder


def random_work(rng, text):
    """Marks at a few places, so that annotators often meet, with attributes or without."""
    places = [(0, 4), (0, 9), (5, 9), (10, 14), (11, 14), (16, 20)]
    marks = []
    for number, (start, end) in enumerate(rng.sample(places, rng.randrange(1, 6))):
        label = rng.choice(LABELS)
        said = {}
        if rng.random() < 0.8:
            said["tone"] = rng.choice(["good", "bad", "neither"])
        if label in ("PER", "ORG") and rng.random() < 0.8:
            said["grade"] = rng.choice(["low", "mid", "high"])
        if label == "ORG" and rng.random() < 0.8:
            said["topics"] = rng.sample(["war", "money", "health"], rng.randrange(1, 4))
        if label == "PER" and rng.random() < 0.5:
            said["note"] = rng.choice(["نعم", "no", "也许"])
        marks.append(mark(f"r{number}", label, start, end, **said))
    genre = {"genre": rng.choice(["news", "opinion"])} if rng.random() < 0.8 else {}
    return work(marks, **genre)


@pytest.mark.parametrize("seed", range(4))
def test_votes_are_those_of_counts_by_hand(tmp_path, seed):
    rng = random.Random(seed)
    names = ["a1", "Nūr", "ع٣", "b"][: rng.randrange(2, 5)]
    done = {
        who: {
            name: work(skipped=True) if rng.random() < 0.1 else random_work(rng, text)
            for name, text in TEXTS.items()
        }
        for who in names
    }
    folder = released(tmp_path / "c", done)
    gold = {row["id"]: row for row in rows(folder, "articles")}
    by_source = {row["source_id"]: row["id"] for row in gold.values()}
    votes = rows(folder, "votes")
    wanted = Counter()
    for name in TEXTS:
        article = gold[by_source[name]]
        did = [who for who in names if not done[who][name]["skipped"]]
        if article["toy_complete"] is None:
            continue
        for span in article["toy_spans"] or ():
            of = [
                each["name"] for each in SCHEME["attributes"] if span["label"] in each.get("of", ())
            ]
            wanted.update(
                (article["id"], span["id"], each, who) for who in did for each in ["label", *of]
            )
        wanted.update((article["id"], None, "genre", who) for who in did)
    assert (
        Counter((v["article_id"], v["id"], v["attribute"], v["annotator"]) for v in votes) == wanted
    )
    for vote in votes:
        _check(vote, done[vote["annotator"]][_name(by_source, vote)])
    _check_shares(votes, rows(folder, "soft_labels"))


def _name(by_source, vote):
    return next(name for name, article in by_source.items() if article == vote["article_id"])


def _check(vote, said):
    """A vote beside the marks of who gave it."""
    name = vote["attribute"]
    if vote["id"] is None:
        assert (vote["value"], vote["marked"]) == (said["attributes"].get(name), None)
        return
    place = (vote["label"], vote["start"], vote["end"])
    same = [m for m in said["marks"] if (m["label"], m["start"], m["end"]) == place]
    met = [
        m
        for m in said["marks"]
        if m["label"] == vote["label"] and m["start"] < vote["end"] and vote["start"] < m["end"]
    ]
    here = [m for m in said["marks"] if (m["start"], m["end"]) == place[1:]]
    assert (vote["marked"] == "exact") == bool(same)
    if vote["marked"] == "overlap":
        assert met
    if vote["marked"] == "no":
        assert not here or met
    if vote["marked"] == "other_label" and name == "label":
        assert vote["value"] in {m["label"] for m in here}
    if same:
        _check_value(vote, {"label": vote["label"], **same[0]["attributes"]}.get(name))
    if vote["marked"] in ("no", "other_label") and name != "label":
        assert [vote[each] for each in ("value", "values", "number", "words")] == [None] * 4


def _check_value(vote, given):
    """The value of a vote, in the column of its kind."""
    if vote["attribute"] == "topics":
        order = ["war", "money", "health"]
        assert vote["values"] == (sorted(given, key=order.index) if given else None)
    elif vote["attribute"] == "note":
        assert vote["words"] == (None if given is None else [given])
    else:
        assert vote["value"] == given


def _check_shares(votes, soft):
    """The shares of each item, counted again from its votes."""
    items = {}
    for vote in votes:
        items.setdefault((vote["article_id"], vote["id"], vote["attribute"]), []).append(vote)
    found = {(s["article_id"], s["id"], s["attribute"]): s for s in soft}
    assert len(found) == len(soft)
    for key, given in items.items():
        told = [v["values"] or [v["value"]] for v in given if v["values"] or v["value"]]
        if key[2] == "note" or not told:
            assert key not in found
            continue
        n = len(given) if key[2] == "label" else len(told)
        shares = dict(zip(found[key]["names"], found[key]["shares"], strict=True))
        counted = Counter(each for names in told for each in names)
        assert found[key]["n"] == n
        assert {k: v for k, v in shares.items() if v} == {
            k: float(Fraction(v, n)) for k, v in counted.items()
        }
        if key[2] in ("tone", "grade", "genre"):
            assert sum(shares.values()) == pytest.approx(1)


def test_the_judge_is_no_annotator(recorded, monkeypatch):
    from qawl.release import build

    monkeypatch.chdir(recorded.root)
    build.build(recorded, "0.1.0", notes=[])
    annotations = rows(recorded.root, "annotations")
    assert JUDGE not in {row["annotator"] for row in annotations}
    assert {row["annotator"] for row in annotations if not row["judge"]} == {"a1", "a2"}
    assert {row["annotator"] for row in annotations if row["judge"]} == {None}
    assert {row["annotator"] for row in rows(recorded.root, "votes")} == {"a1", "a2"}


def test_what_the_scheme_lacks_and_numbers_have_columns_of_their_own(tmp_path):
    texts = {"one": TEXTS["one"]}

    def says(tone, stars):
        return {
            "one": work([mark("r1", "PER", 0, 4, tone=tone), mark("r2", "PER", 5, 9, stars=stars)])
        }

    done = {"a1": says("odd", "1"), "a2": says("good", "2"), "a3": says("good", "2")}
    folder = corpora.corpus(tmp_path / "c", SCHEME, texts, done)
    with (folder / "qawl.yaml").open("a", encoding="utf-8") as settings:
        settings.write("adjudication: {rule: majority}\n")
    corpora.pull(folder, "toy", texts, done)
    corpora.qawl(folder, "adjudicate")
    corpora.qawl(folder, "release", "0.1.0", "--draft")
    votes = {(v["annotator"], v["start"], v["attribute"]): v for v in rows(folder, "votes")}
    assert votes["a1", 0, "tone"]["words"] == ["odd"]
    assert votes["a1", 0, "tone"]["value"] is None
    assert votes["a2", 0, "tone"]["value"] == "good"
    assert [votes[who, 5, "stars"]["number"] for who in done] == [1, 2, 2]
    assert [votes[who, 5, "stars"]["value"] for who in done] == ["1", "2", "2"]
    (stars,) = [
        s for s in rows(folder, "soft_labels") if (s["start"], s["attribute"]) == (5, "stars")
    ]
    assert (stars["names"], stars["shares"]) == (["1", "2", "3"], [1 / 3, 2 / 3, 0])


def test_a_layer_may_not_be_called_as_a_table(tmp_path):
    from click.testing import CliRunner

    from qawl import cli

    folder = tmp_path / "c"
    corpora.qawl(tmp_path, "init", folder, "--name", "trial", "--language", "en")
    for name in ("votes", "soft_labels"):
        made = corpora.scheme(name, ["A"])
        (folder / "label_config" / f"{name}.yaml").write_text(json.dumps(made), "utf-8")
        text = f"name: trial\nlanguage: en\nlayers: [{name}]\n"
        (folder / "qawl.yaml").write_text(text, "utf-8")
        done = CliRunner().invoke(cli.group, ["-C", str(folder), "scheme"])
        assert done.exit_code == 1
        assert f"every release has a table {name}: call it {name}_spans" in str(done.exception)
