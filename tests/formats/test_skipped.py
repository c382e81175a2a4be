"""An article that whoever had it skipped: no table and no export says that nothing stands in it."""

import json

import pyarrow.parquet as pq
import pytest

import corpora
from corpora import corpus, mark, pull, qawl, work
from qawl.formats.export import FORMATS

TEXTS = {"done": "Sami met Layla.", "skipped": "Oslo is far.", "half": "Acme is near."}
SCHEME = corpora.scheme(
    "thing", ["A"], [corpora.choice("mood", "good", "bad")], relations=["knows"]
)


def made(folder, **more):
    """A corpus with a release; `more` is the work of the first annotator alone."""
    corpus(folder, SCHEME, TEXTS, ["a1", "a2"])
    with (folder / "qawl.yaml").open("a") as settings:
        settings.write("overlap: {thing: 2}\nrelease: {splits: {train: 1.0}}\n")
    done = {"done": work([mark("m", "A", 0, 4)], mood="good"), "skipped": work(skipped=True)}
    pull(folder, "thing", TEXTS, {"a1": {**done, **more}, "a2": done})
    qawl(folder, "adjudicate")
    qawl(folder, "release", "0.1.0", "--draft")
    return folder


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    return made(tmp_path_factory.mktemp("skipped") / "corpus")


def test_its_columns_are_null(tmp_path):
    """Also where one of two who are asked has skipped it, and the other has not done it yet."""
    folder = made(tmp_path / "corpus", half=work(skipped=True))
    rows = pq.read_table(folder / "exports/releases/0.1.0/articles/train.parquet").to_pylist()
    names = [name for name in rows[0] if name.startswith("thing_")]
    said = {row["source_id"]: {row[name] is None for name in names} for row in rows}
    assert said["skipped"] == said["half"] == {True}
    assert False in said["done"]


def test_the_card_counts_decisions_of_articles_that_were_worked_on(released):
    card = (released / "exports/releases/0.1.0/README.md").read_text("utf-8")
    assert "all annotators alike (1)" in card


@pytest.mark.parametrize("form", sorted(set(FORMATS) - {"spacy", "docbin"}))
def test_a_release_and_its_corpus_give_the_same_files(released, tmp_path, form):
    """Some formats can say that it was skipped (Prodigy, Label Studio); the others leave it out, counted."""
    own, other = tmp_path / "own", tmp_path / "other"
    release = released / "exports/releases/0.1.0"
    qawl(released, "export", form, "--to", own)
    qawl(released, "export", form, "--from", release, "--to", other)
    assert contents(own) == contents(other)


def test_what_is_open_ends_with_the_text_in_both(tmp_path):
    """One of two marks beyond the text, as tools do that count bytes; the corpus said so, the release not."""
    folder = made(tmp_path / "corpus", half=work([mark("m", "A", 8, 900)]))
    pull(folder, "thing", TEXTS, {"a2": {"half": work()}})
    qawl(folder, "adjudicate")
    qawl(folder, "release", "0.1.0", "--draft")
    release, found = folder / "exports/releases/0.1.0", []
    for way in ([], ["--from", release]):
        out = tmp_path / f"out{len(way)}"
        qawl(folder, "export", "jsonl", "--to", out, *way)
        lines = (out / "thing.gold.train.jsonl").read_text("utf-8").splitlines()
        found.append({each["source_id"]: each["open"] for each in map(json.loads, lines)})
    assert found[0] == found[1]
    assert found[0]["half"] == [{"start": 8, "end": len(TEXTS["half"])}]


def contents(folder):
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes().replace(b"trial@0.1.0", b"trial")
        for path in folder.rglob("*")
        if path.is_file()
    }
    report = json.loads(found.pop("report.json"))
    return found, {name: report[name] for name in report if "loss" in name}
