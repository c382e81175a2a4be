"""Arrows whose name the labels at their ends don't tell: the menu offers it, or the message says so."""

import json
from xml.etree import ElementTree as ET

import pytest

from corpora import main, qawl

TEXT = "Mona attacked."
SCHEME = """
format: 1
layer: x
labels: [PER, ORG, Attack]
relations:
"""
EVENTS = """
  - {name: founded, from: [ORG, PER], to: [Attack]}
  - {name: attacks, from: [PER], to: [Attack]}
  - {name: of, from: [ORG], to: [PER]}
"""
"""As event schemes have it: one relation for many labels, and one for a pair of them."""
TURNED = """
  - {name: agent, from: [PER], to: [Attack]}
  - {name: victim, from: [PER], to: [Attack]}
  - {name: harms, from: [Attack], to: [PER]}
"""


@pytest.fixture
def corpus(tmp_path):
    """corpus(relations, arrow's labels or None): a corpus with an arrow from PER to Attack."""

    def make(relations, named):
        qawl(tmp_path, "init", "c", "--language", "en")
        root = tmp_path / "c"
        for path in (root / "label_config").iterdir():
            path.unlink()
        (root / "label_config" / "x.yaml").write_text(SCHEME + relations)
        (root / "qawl.yaml").write_text("name: c\nlanguage: en\nlayers: [x]\nannotators: [a1]\n")
        qawl(root, "scheme")
        (root / "in.jsonl").write_text(json.dumps({"text": TEXT}))
        qawl(root, "ingest", "in.jsonl")
        arrow = {"type": "relation", "from_id": "a", "to_id": "b", "direction": "right"}
        spans = (("a", 0, 4, "PER"), ("b", 5, 13, "Attack"))
        result = [
            {
                "id": identity,
                "from_name": "x",
                "to_name": "text",
                "type": "labels",
                "value": {"start": start, "end": end, "labels": [label]},
            }
            for identity, start, end, label in spans
        ]
        result.append(arrow | ({"labels": [named]} if named else {}))
        task = {"id": 1, "data": {"text": TEXT}, "annotations": [{"id": 1, "result": result}]}
        (root / "export.json").write_text(json.dumps([task]))
        qawl(root, "pull", "--from", "export.json", "--annotator", "a1")
        return root

    return make


def menu(root):
    made = ET.parse(root / "label_config" / "x.xml")
    return [each.get("value") for each in made.iter("Relation")]


def relations(root):
    (record,) = (root / "exports" / "annotations" / "x.jsonl").read_text("utf-8").splitlines()
    return [(each["label"], each["from"], each["to"]) for each in json.loads(record)["relations"]]


def test_the_menu_has_every_relation_that_has_a_rival_somewhere(corpus):
    root = corpus(EVENTS, None)
    assert menu(root) == ["founded", "attacks"]
    code, said = main(root, "validate")
    assert code == 1
    assert "the arrow from PER to Attack ('attacked') needs a name: founded or attacks" in said


def test_a_name_from_the_menu_is_taken(corpus):
    root = corpus(EVENTS, "founded")
    assert relations(root) == [("founded", "a", "b")]
    assert main(root, "validate")[0] == 0


def test_an_arrow_that_needs_a_name_is_not_turned_round_for_one(corpus):
    root = corpus(TURNED, None)
    assert menu(root) == ["agent", "victim"]
    assert relations(root) == [(None, "a", "b")]
    assert "needs a name: agent or victim" in main(root, "validate")[1]
