"""The demo is the whole loop: two annotators, a judge, a real Label Studio, a dataset that loads."""

import re

import msgspec
import pytest
from click.testing import CliRunner

from corpora import annotate
from qawl import cli
from qawl.annotations import derive
from qawl.core import gold_file
from qawl.core.records import JUDGE
from qawl.gold import judge as gold_judge
from qawl.setup import demo

pytestmark = pytest.mark.live


def test_two_annotators_and_a_judge_come_back_to_the_letter(recorded, tmp_path):
    """The first annotator of the repository, a second who labels some spans otherwise, and a judge who
    follows the first."""
    change = msgspec.structs.replace
    for layer in recorded.settings.layers:
        first = [each for each in derive.read(recorded, layer) if each.annotator == "a1"]
        labels = sorted({span.label for record in first for span in record.spans})
        second = []
        for record in first:
            spans = record.spans
            if layer == "entity":
                spans = (
                    change(
                        spans[0],
                        label=next(each for each in labels if each != spans[0].label),
                        attributes={},
                    ),
                    *spans[1:],
                )
            second.append(change(record, annotator="a2", spans=spans))
        judge = [change(record, annotator=JUDGE) for record in first] if layer == "entity" else []
        every = sorted(
            [*first, *second, *judge], key=lambda each: (each.article_id, each.annotator)
        )
        annotate(recorded, layer, every)
    said = []
    with demo.demo(recorded, tmp_path / "demo", said.append) as loaded:
        assert {config for config, _, _ in loaded.rows} >= {
            "articles",
            "entities",
            "quotes",
            "claims",
            "annotations",
        }
    assert any("0 articles left open" in line for line in said)
    assert any("to the letter" in line for line in said)
    corpus = demo.project.load(tmp_path / "demo")
    decided = {each.decided_by for each in gold_file.read(corpus, "entity")}
    assert decided == {"adjudicator"}
    assert gold_judge.adjudicate(corpus).changed == {"entity": 0, "quote": 0, "claim": 0}


def test_the_command_ends_with_a_table(recorded, monkeypatch):
    monkeypatch.chdir(recorded.root)
    done = CliRunner().invoke(cli.group, ["demo", "--no-wait"], catch_exceptions=False)
    assert done.exit_code == 0
    assert "in the dataset" in done.output
    assert "quotes" in done.output
    ends = done.output.splitlines()[-6:]
    assert any(
        "suggestions of `qawl suggest` against gold, quote: exact F1" in line for line in ends
    ), ends
    assert re.search(r"suggested exactly so: .*quote \d+%", ends[-1]), ends
