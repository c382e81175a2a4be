"""A release of which a file is missing, as after half a download, is never read as a smaller release."""

import json
import shutil

import pytest

import corpora
from corpora import corpus, mark, pull, qawl, work

TEXTS = {f"t{n}": f"{n} Sami met Layla in Oslo." for n in range(30)}
SCHEME = corpora.scheme("thing", ["A"], [corpora.choice("kind", "x", "y", of=["A"])])


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copies") / "corpus"
    corpus(folder, SCHEME, TEXTS, ["a1", "a2"])
    done = {name: work([mark("m", "A", 2, 6, kind="x")]) for name in TEXTS}
    pull(folder, "thing", TEXTS, {"a1": done, "a2": done})
    qawl(folder, "adjudicate")
    qawl(folder, "release", "0.1.0", "--draft")
    return folder


@pytest.fixture
def copy(released, tmp_path):
    return shutil.copytree(released / "exports/releases/0.1.0", tmp_path / "copy")


def predictions(release, path):
    import datasets

    rows = datasets.load_dataset(str(release), "articles")["train"]
    lines = [
        {"article_id": row["id"], "layer": "thing", "spans": [{"label": "A", "start": 2, "end": 6}]}
        for row in rows
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    return path


@pytest.mark.parametrize(
    ("table", "command"),
    [
        ("articles", "score"),
        ("tokens", "score"),
        ("sentences", "score"),
        ("votes", "score --soft"),
        ("articles", "diff"),
        ("annotations", "diff"),
        ("thing", "diff"),
        ("articles", "export jsonl"),
        ("annotations", "export jsonl"),
        ("annotations", "export prodigy --annotator a1"),
    ],
)
def test_a_table_that_is_missing_is_named(released, copy, tmp_path, table, command):
    given = predictions(released / "exports/releases/0.1.0", tmp_path / "system.jsonl")
    if table == "sentences":
        lines = map(json.loads, given.read_text().splitlines())
        said = [{**each, "sentences": [{"number": 0, "score": 0.5}]} for each in lines]
        given.write_text("\n".join(map(json.dumps, said)))
    first, *options = command.split()
    words = {
        "score": ["score", copy, given, *options],
        "diff": ["diff", "0.1.0", copy],
        "export": ["export", *options, "--from", copy, "--to", tmp_path / "out"],
    }[first]
    assert corpora.main(released, *map(str, words))[0] == 0
    shutil.rmtree(tmp_path / "out", ignore_errors=True)
    (copy / table / "train.parquet").unlink()
    code, said = corpora.main(released, *map(str, words))
    assert (code, f"the table {table}/train is missing" in said) == (1, True), said


@pytest.mark.parametrize("command", ["score", "diff", "export"])
def test_a_scheme_that_is_missing_is_named(released, copy, tmp_path, command):
    """Scales were read as plain choices from the columns: `score` had other figures, without a word."""
    given = predictions(released / "exports/releases/0.1.0", tmp_path / "system.jsonl")
    words = {
        "score": ["score", copy, given],
        "diff": ["diff", "0.1.0", copy],
        "export": ["export", "jsonl", "--from", copy, "--to", tmp_path / "out"],
    }[command]
    (copy / "schemes/thing.yaml").unlink()
    code, said = corpora.main(released, *map(str, words))
    assert (code, "schemes/thing.yaml is missing: bring the release back" in said) == (1, True), (
        said
    )


def test_a_shard_that_is_missing_is_noticed(released, copy):
    """Large tables have several files; the names of those that are there count them."""
    whole = copy / "articles/train.parquet"
    whole.rename(copy / "articles/train-00000-of-00002.parquet")
    code, said = corpora.main(released, "diff", "0.1.0", str(copy))
    assert (code, "articles/train is missing, or a part of it" in said) == (1, True), said
