"""The tables `sentences` and `candidates`, against the gold of random releases; negatives are true
negatives: what is undecided is null."""

import json
import random

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import corpora
from qawl import cli
from qawl.core.records import Disagreement
from qawl.core.sentences import sentences
from qawl.release.tables import columns
from qawl.release.tables.candidates import REACH
from qawl.release.versions import manifest
from scoring import releases

WORTH = ("no", "maybe", "urgent")
CLAIM = {
    **corpora.scheme(
        "assertion",
        ("CLAIM", "WHO"),
        [corpora.choice("worth", *WORTH, of=["CLAIM"], ordered=True)],
        ("made_by", "same"),
    ),
    "table": {"name": "assertions", "rows": "CLAIM", "columns": {"claimer": "made_by"}},
}
CLAIM["relations"][0] |= {"from": ["CLAIM"], "to": ["WHO"]}
CLAIM["relations"][1] |= {"from": ["CLAIM"], "to": ["CLAIM"]}
PLAIN = corpora.scheme("own", ("A", "B"), (), ("joins",))


def table(folder, config):
    kinds = manifest.features(folder)[config]
    return [
        {name: columns.decode(kinds[name], value) for name, value in row.items()}
        for row in pq.read_table(folder / config).to_pylist()
    ]


@pytest.mark.parametrize("seed", range(12))
def test_sentences_and_candidates_are_those_of_gold(tmp_path, seed):
    rng = random.Random(seed)
    of = releases.article(seed, ". ".join(releases.words(rng, 5, 60) for _ in range(6)) + "。")
    length = len(of.text)
    spans = []
    for at in sorted(rng.sample(range(0, length - 9, 10), 6)):
        said = {"worth": rng.choice(WORTH)} if rng.random() < 0.8 else {}
        spans.append(("CLAIM", at, at + rng.randrange(2, 9), said))
        spans.append(("WHO", at + 1, at + 3))
    relations = [
        ("made_by", a, b)
        for a, one in enumerate(spans)
        for b, other in enumerate(spans)
        if (one[0], other[0]) == ("CLAIM", "WHO") and rng.random() < 0.2
    ]
    opened = [(start, start + 4) for start in rng.sample(range(length - 4), rng.randrange(0, 3))]
    gold = releases.gold(of, "assertion", spans, relations, opened)
    doubtful = spans[rng.randrange(0, 12, 2)]
    point = Disagreement(
        kind="relation",
        start=doubtful[1],
        end=doubtful[2],
        label="CLAIM",
        name="made_by",
        readings={},
    )
    gold = gold.__class__(
        **{f: getattr(gold, f) for f in gold.__struct_fields__} | {"open": (*gold.open, point)}
    )
    own = releases.gold(of, "own", [("A", 0, 2), ("B", 4, 6)], [("joins", 0, 1)])
    folder = releases.write(
        tmp_path / "r", [CLAIM, PLAIN], (of, {"assertion": gold, "own": own}, [])
    )
    rows = table(folder, "sentences")
    assert [(row["start"], row["end"]) for row in rows] == list(sentences(of.text))
    assert [row["number"] for row in rows] == list(range(len(rows)))
    for row in rows:
        check_sentence(row, spans, opened)
        assert row["text"] == of.text[row["start"] : row["end"]]
        assert row["has_own"] is (row["start"] < 6)
    check_candidates(table(folder, "candidates"), spans, relations, doubtful)


def check_sentence(row, spans, opened):
    here = [s for s in spans if s[0] == "CLAIM" and s[1] < row["end"] and row["start"] < s[2]]
    touched = any(a < row["end"] and row["start"] < b for a, b in opened)
    assert row["assertion_undecided"] == touched
    assert row["has_assertion"] == (True if here else None if touched else False)
    values = [s[3].get("worth") for s in here]
    known = [WORTH.index(v) for v in values if v]
    best = WORTH[max(known)] if known else None
    certain = best == "urgent" or (not touched and None not in values)
    assert row["assertion_worth"] == (best if certain else None)


def check_candidates(rows, spans, relations, doubtful):
    wanted = {}
    for a, one in enumerate(spans):
        for b, other in enumerate(spans):
            gap = max(0, max(one[1], other[1]) - min(one[2], other[2]))
            if (one[0], other[0]) == ("CLAIM", "WHO") and gap <= REACH:
                right = ("made_by", a, b) in relations
                wanted[f"s{a}", f"s{b}"] = True if right else None if one == doubtful else False
    found = {
        (r["from"]["id"], r["to"]["id"]): r["right"] for r in rows if r["layer"] == "assertion"
    }
    assert found == wanted
    own = [
        (r["relation"], r["from"]["id"], r["to"]["id"], r["right"])
        for r in rows
        if r["layer"] == "own"
    ]
    assert sorted(own) == [("joins", "s0", "s1", True), ("joins", "s1", "s0", False)]


def test_an_article_that_nobody_annotated_has_no_negatives(tmp_path):
    one, two = releases.article(1, "قال نعم. ثم لا."), releases.article(2, "He said yes. Then no.")
    folder = releases.write(
        tmp_path / "r",
        [CLAIM, PLAIN],
        (one, {"assertion": releases.gold(one, "assertion", [], status="skipped")}, []),
        (two, {"own": releases.gold(two, "own", [])}, []),
    )
    rows = table(folder, "sentences")
    assert [row["has_assertion"] for row in rows] == [None, None]
    assert [row["has_own"] for row in rows] == [False, False]
    assert {row["article_id"] for row in rows} == {two.id}


def test_pieces_of_a_quote_are_one_candidate(recorded, monkeypatch):
    from qawl.release import build

    monkeypatch.chdir(recorded.root)
    folder = build.build(recorded, "0.1.0", notes=[]).folder
    quotes = {row["id"]: row for row in table(folder, "quotes")}
    rows = [r for r in table(folder, "candidates") if r["relation"] == "has_source"]
    assert {r["from"]["id"] for r in rows} <= quotes.keys()
    for identity, row in quotes.items():
        near = {r["to"]["id"] for r in rows if r["from"]["id"] == identity and r["right"]}
        assert near == {each["id"] for each in row["source"]}
    assert {r["right"] for r in rows} == {True, False}


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        (["sentences"], "every release has a table sentences: call it sentences_spans"),
        (["candidates"], "every release has a table candidates"),
        (["has", "claimed"], "the layer has has a column has_claimed in sentences too"),
    ],
)
def test_names_that_meet_those_of_the_tables_are_refused(tmp_path, layers, said):
    folder = tmp_path / "c"
    corpora.qawl(tmp_path, "init", folder, "--name", "trial", "--language", "en")
    for name in layers:
        scale = (
            [corpora.choice("claimed", "a", "b", of=["A"], ordered=True)] if name == "has" else []
        )
        made = corpora.scheme(name, ["A"], scale)
        (folder / "label_config" / f"{name}.yaml").write_text(json.dumps(made), "utf-8")
    text = f"name: trial\nlanguage: en\nlayers: [{', '.join(layers)}]\n"
    (folder / "qawl.yaml").write_text(text, "utf-8")
    done = CliRunner().invoke(cli.group, ["-C", str(folder), "scheme"])
    assert done.exit_code == 1
    assert said in str(done.exception)
