"""What qawl.yaml lets pass stays in gold and in the release."""

import json

import jsonschema_rs
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from corpora import annotate
from qawl import cli
from qawl.core import files, project
from qawl.core.records import Annotation, Gold, Span
from strategies import article

TEXT = "Officials said ferries come back in spring."


@pytest.fixture
def cut(make_corpus, monkeypatch):
    """cut(settings) → a corpus in which both annotators end a clause inside a word."""

    def make(settings, name="trial"):
        lines = f"layers: [toy]\nannotators: [a1, a2]\n{settings}"
        made = make_corpus(TEXT, settings=lines, name=name, redistribute=True)
        frozen = article(TEXT)
        made.scheme_file("toy").write_text(SCHEME, "utf-8")
        monkeypatch.chdir(made.root)
        assert run("scheme").exit_code == 0
        annotate(
            project.load(made.root),
            "toy",
            [
                Annotation(
                    article_id=frozen.id,
                    layer="toy",
                    annotator=who,
                    text_sha256=frozen.text_sha256,
                    scheme_version="1",
                    spans=(Span("x", "A", 15, 39, TEXT[15:39]),),
                )
                for who in ("a1", "a2")
            ],
        )
        return project.load(made.root)

    return make


SCHEME = """
format: 1
layer: toy
version: "1"
title: {en: Toy}
labels:
  - {name: A, title: {en: a}, definition: {en: a}, example: {en: a}, color: "#111111", hotkey: a, unit: clause}
"""


def run(*words):
    return CliRunner().invoke(cli.group, list(words))


def gold(made):
    (found,) = files.read(made.gold_file("toy"), Gold)
    return found


def released(made, version):
    path = made.release(version) / "articles" / "train.parquet"
    (row,) = pq.read_table(path).to_pylist()
    return [span["text"] for span in row["toy_spans"]]


def test_what_nobody_lets_pass_is_left_to_the_judge(cut):
    made = cut("")
    assert run("adjudicate").exit_code == 0
    assert (gold(made).spans, gold(made).complete) == ((), False)


def test_what_is_let_pass_is_gold_and_released(cut):
    made = cut("dispensations: [{check: mid-word, reason: as the source has it}]")
    assert run("validate").exit_code == 0
    assert run("adjudicate").exit_code == 0
    assert ([span.text for span in gold(made).spans], gold(made).complete) == ([TEXT[15:39]], True)
    assert run("release", "0.1.0", "--draft").exit_code == 0
    assert released(made, "0.1.0") == [TEXT[15:39]]


def test_a_release_says_what_was_let_pass_and_why(cut):
    """Who loads a release has no qawl.yaml: what was let pass stood in no file of it."""
    made = cut(
        "dispensations: [{check: mid-word, reason: as *it* is}, {check: edge-whitespace, reason: x}]"
    )
    run("adjudicate")
    done = run("release", "0.1.0", "--draft")
    assert "let pass: mid-word: 2 (as *it* is)" in done.output
    folder = made.release("0.1.0")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert manifest["let_pass"] == [{"check": "mid-word", "count": 2, "reason": "as *it* is"}]
    assert "mid-word" not in manifest["findings"]
    schema = json.loads((made.root / "schemas/release.json").read_bytes())
    assert jsonschema_rs.is_valid(schema, manifest)
    card = (folder / "README.md").read_text("utf-8")
    assert (
        "- 2 × `mid-word`, findings of `qawl validate` that the corpus lets pass: as \\*it\\* is\n"
        in card
    )
    assert run("verify", "0.1.0").exit_code == 0


def test_another_reason_is_a_change_of_what_a_release_says(cut):
    made = cut("dispensations: [{check: mid-word, reason: one}]")
    run("adjudicate")
    assert run("release", "0.1.0").exit_code == 0
    settings = made.root / "qawl.yaml"
    settings.write_text(settings.read_text("utf-8").replace("reason: one", "reason: two"), "utf-8")
    assert run("release", "--bump").exit_code == 0
    assert (made.release("0.1.1") / "README.md").is_file()


def test_a_release_without_dispensations_says_nothing_of_them(cut):
    made = cut("dispensations: [{check: edge-whitespace, reason: x}]")
    run("adjudicate")
    run("release", "0.1.0", "--draft")
    assert "let_pass" not in json.loads((made.release("0.1.0") / "manifest.json").read_bytes())
    assert "lets pass" not in (made.release("0.1.0") / "README.md").read_text("utf-8")


def test_a_dispensation_counts_for_its_articles_and_its_check(cut):
    frozen = article(TEXT)
    made = cut(f"dispensations: [{{check: mid-word, reason: x, articles: [{frozen.id}]}}]")
    run("adjudicate")
    assert gold(made).complete
    made = cut("dispensations: [{check: edge-whitespace, reason: x}]", name="other")
    run("adjudicate")
    assert not gold(made).complete


def test_a_dispensation_that_runs_out_with_a_version_counts_when_that_version_is_built_again(cut):
    """The release that it runs out with has the same bytes again; the next one lacks the span."""
    made = cut("dispensations: [{check: mid-word, reason: x, until: 0.1.0}]")
    first = run("release", "0.1.0")
    assert first.exit_code == 0, first.output
    again = run("release", "0.1.0")
    assert "with the same bytes" in again.output, again.exception
    run("adjudicate")
    assert not gold(made).complete
    assert run("release", "0.2.0", "--draft").exit_code == 0
    assert released(made, "0.2.0") == []
