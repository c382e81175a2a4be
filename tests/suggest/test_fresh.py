"""Suggestions on ten articles whose author had not seen the rules: figures have floors, the data their digest.

Version 5 of the rules was written with these articles at hand, so the floors keep what is there and say little of
other articles.
"""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from qawl import cli

DATA = Path(__file__).parents[1] / "data" / "fresh"
DIGEST = "1eb96a21941f0cd73a288b78dec7d5d7f7a6f9a4306ccd1ef8a88eaf9b34e6ab"
FILES = ("articles.jsonl", "gold/claim.jsonl", "gold/entity.jsonl", "gold/quote.jsonl")


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def run(root, *arguments):
    done = CliRunner().invoke(cli.group, ["-C", str(root), *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def record(given, article, layer):
    """Gold as a corpus keeps it."""
    spans = [
        {**each, "text": article["text"][each["start"] : each["end"]], "support": ["a1"]}
        for each in given["spans"]
    ]
    relations = [{**each, "support": ["a1"]} for each in given["relations"]]
    return {
        "format": 1, "article_id": article["id"], "layer": layer, "status": "submitted",
        "text_sha256": article["text_sha256"], "scheme_version": "0.1", "spans": spans,
        "relations": relations, "attributes": given["attributes"], "decided_by": "single",
        "complete": True,
    }  # fmt: skip


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """What `qawl suggest --score --json` says of a corpus of these articles."""
    root = tmp_path_factory.mktemp("fresh") / "corpus"
    CliRunner().invoke(cli.group, ["init", str(root)], catch_exceptions=False)
    run(root, "ingest", str(DATA / "articles.jsonl"))
    articles = {each["source_id"]: each for each in lines(root / "corpus/articles.jsonl")}
    assert len(articles) == 10
    (root / "exports/gold").mkdir(parents=True, exist_ok=True)
    for layer in ("entity", "quote", "claim"):
        golds = [
            record(each, articles[each["source_id"]], layer)
            for each in lines(DATA / f"gold/{layer}.jsonl")
        ]
        golds.sort(key=lambda each: each["article_id"])
        text = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in golds)
        (root / f"exports/gold/{layer}.jsonl").write_text(text, "utf-8")
    return json.loads(run(root, "suggest", "--score", "--json"))["layers"]


def test_the_data_are_those_that_the_floors_are_of():
    digest = sha256()
    for name in FILES:
        digest.update((DATA / name).read_bytes())
    assert digest.hexdigest() == DIGEST


def exact(figures, layer, label, by=None):
    said = figures[layer]["labels"][label]
    return (said["by_type"][by] if by else said)["exact"]["f1"]


@pytest.mark.parametrize(
    ("layer", "floor"),
    [("entity", 0.85), ("quote", 0.83), ("claim", 0.58)],
)
def test_the_share_of_gold_that_needs_no_touch(figures, layer, floor):
    assert figures[layer]["untouched"] >= floor


@pytest.mark.parametrize(
    ("layer", "label", "by", "floor"),
    [
        ("quote", "CONTENT", "direct", 0.90),
        ("quote", "CONTENT", "indirect", 0.80),
        ("quote", "CUE", None, 0.88),
        ("quote", "CUE", "direct", 0.85),
        ("quote", "SOURCE", None, 0.84),
        ("entity", "GPE", None, 0.91),
        ("entity", "PERS", None, 0.90),
        ("entity", "DATE", None, 0.92),
        ("entity", "ORG", None, 0.82),
        ("entity", "OCC", None, 0.88),
        ("entity", "MONEY", None, 0.90),
        ("entity", "PERCENT", None, 0.95),
        ("claim", "CLAIMER", None, 0.82),
    ],
)
def test_floors_of_labels(figures, layer, label, by, floor):
    assert exact(figures, layer, label, by) >= floor


@pytest.mark.parametrize(("name", "floor"), [("has_cue", 0.82), ("has_source", 0.75)])
def test_floors_of_arrows(figures, name, floor):
    assert figures["quote"]["relations"][name]["f1"] >= floor
