"""Suggestions on articles written for it: figures have floors, the data their digest.

`fresh` and `read` are articles that authors of the rules have read: their floors keep what is there and say little
of other articles. `unread` nobody who wrote the rules has read: it says how good they are elsewhere.
"""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from qawl import cli

DATA = Path(__file__).parents[1] / "data"
FILES = ("articles.jsonl", "gold/claim.jsonl", "gold/entity.jsonl", "gold/quote.jsonl")
SETS = {
    "fresh": (10, "1eb96a21941f0cd73a288b78dec7d5d7f7a6f9a4306ccd1ef8a88eaf9b34e6ab"),
    "read": (27, "eb82bb9cb5fa978e1810e1690897e5ac507c7b7c3dbb138bc699dc3001f8b258"),
    "unread": (11, "9e1f2c9c0d84321e158e567b999c0348203b06732e6edd6623ba2977e1864dd3"),
}
"""Set → (articles, digest of its files)."""


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


def measured(folder, root):
    """What `qawl suggest --score --json` says of a corpus of the articles of a folder."""
    CliRunner().invoke(cli.group, ["init", str(root)], catch_exceptions=False)
    run(root, "ingest", str(folder / "articles.jsonl"))
    articles = {each["source_id"]: each for each in lines(root / "corpus/articles.jsonl")}
    assert len(articles) == SETS[folder.name][0]
    (root / "exports/gold").mkdir(parents=True, exist_ok=True)
    for layer in ("entity", "quote", "claim"):
        golds = [
            record(each, articles[each["source_id"]], layer)
            for each in lines(folder / f"gold/{layer}.jsonl")
        ]
        golds.sort(key=lambda each: each["article_id"])
        text = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in golds)
        (root / f"exports/gold/{layer}.jsonl").write_text(text, "utf-8")
    return json.loads(run(root, "suggest", "--score", "--json"))["layers"]


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """Set → its figures, measured when they are first asked for."""
    found = {}

    def of(name):
        if name not in found:
            root = tmp_path_factory.mktemp(name) / "corpus"
            found[name] = measured(DATA / name, root)
        return found[name]

    return of


@pytest.mark.parametrize("name", SETS)
def test_the_data_are_those_that_the_floors_are_of(name):
    digest = sha256()
    for each in FILES:
        digest.update((DATA / name / each).read_bytes())
    assert digest.hexdigest() == SETS[name][1]


def exact(figures, layer, label, by=None):
    said = figures[layer]["labels"][label]
    return (said["by_type"][by] if by else said)["exact"]["f1"]


@pytest.mark.parametrize(
    ("name", "layer", "floor"),
    [
        ("fresh", "entity", 0.89), ("fresh", "quote", 0.91), ("fresh", "claim", 0.63),
        ("read", "entity", 0.85), ("read", "quote", 0.89), ("read", "claim", 0.66),
        ("unread", "entity", 0.69), ("unread", "quote", 0.78), ("unread", "claim", 0.60),
    ],
)  # fmt: skip
def test_the_share_of_gold_that_needs_no_touch(figures, name, layer, floor):
    assert figures(name)[layer]["untouched"] >= floor


@pytest.mark.parametrize(
    ("layer", "label", "by", "floor"),
    [
        ("quote", "CONTENT", "direct", 0.90),
        ("quote", "CONTENT", "indirect", 0.85),
        ("quote", "CUE", None, 0.92),
        ("quote", "CUE", "direct", 0.87),
        ("quote", "SOURCE", None, 0.90),
        ("entity", "GPE", None, 0.92),
        ("entity", "PERS", None, 0.91),
        ("entity", "DATE", None, 0.92),
        ("entity", "ORG", None, 0.84),
        ("entity", "OCC", None, 0.88),
        ("entity", "MONEY", None, 0.90),
        ("entity", "PERCENT", None, 0.95),
        ("claim", "CLAIMER", None, 0.84),
    ],
)
def test_floors_of_labels(figures, layer, label, by, floor):
    assert exact(figures("fresh"), layer, label, by) >= floor


@pytest.mark.parametrize(("name", "floor"), [("has_cue", 0.86), ("has_source", 0.82)])
def test_floors_of_arrows(figures, name, floor):
    assert figures("fresh")["quote"]["relations"][name]["f1"] >= floor
