"""What annotators say to be unsure of: from Label Studio to the record, the judge and the lead, no further."""

import json
from xml.etree import ElementTree as ET

import pytest

from corpora import agreement, arrow, corpus, judge_tasks, mark, pull, qawl, scheme, work
from loop import Loop
from qawl.annotations.to_label_studio import write_results
from qawl.core import project
from qawl.core.errors import SchemeError
from qawl.core.records import Annotation, Span, from_json
from qawl.scheme import scheme as schemes

TEXT = "Layla Haddad met the mayor of Millbrook."
ROOM = {"start": 0, "end": 12}


def said(control, kind, value, identity="l", place=ROOM):
    return {
        "id": identity, "from_name": control, "to_name": "text", "type": kind,
        "value": {**place, kind.replace("textarea", "text"): value},
    }  # fmt: skip


REGION = {
    "id": "l", "from_name": "toy", "to_name": "text", "type": "labels",
    "value": {**ROOM, "text": TEXT[:12], "labels": ["PER"]},
}  # fmt: skip


@pytest.fixture
def loop(tmp_path):
    return Loop(tmp_path / "c", {"toy": "layer: toy\nlabels: [PER, LOC]\n"}, [TEXT])


@pytest.mark.parametrize(
    ("results", "span", "task"),
    [
        ([said("qawl_unsure", "choices", ["unsure"])], "", None),
        ([said("qawl_unsure_note", "textarea", ["a \u202btown\u202c?\nor not"])], "a \u202btown\u202c?\nor not", None),
        (
            [said("qawl_unsure", "choices", ["unsure"]), said("qawl_unsure_note", "textarea", "لا أدري")],
            "لا أدري",
            None,
        ),
        ([said("qawl_unsure", "choices", [])], None, None),
        ([said("qawl_unsure_task", "choices", ["unsure"], "t", {})], None, ""),
        ([said("qawl_unsure_task_note", "textarea", ["why"], "t", {})], None, "why"),
        ([said("qawl_unsure", "choices", ["unsure"], "gone")], None, None),
        ([said("qawl_unsure_note", "textarea", 7)], None, None),
        ([said("qawl_unsure_note", "textarea", [["x"], None])], '["x"] null', None),
    ],
)  # fmt: skip
def test_what_arrives_stands_in_the_record_and_nothing_else_changes(loop, results, span, task):
    """Also what no editor sends: a list in a list, a number, a region that is not there."""
    loop.annotate("toy", lambda who, text: [REGION, *(results if who == 1 else [])])
    one, other = loop.records("toy")
    assert one["spans"][0].get("unsure") == span
    assert one.get("unsure") == task
    assert one["attributes"] == {} == one["spans"][0]["attributes"]
    assert "unsure" not in json.dumps(other)
    assert not [each for each in loop.findings() if each["severity"] == "error"]
    doubts = loop.findings(check="unsure")
    assert [each["message"] for each in doubts] == [
        each or "no note" for each in (task, span) if each is not None
    ]
    record = from_json(json.dumps(one), Annotation)
    current = schemes.load(project.load(loop.folder), "toy")
    again = {each["from_name"] for each in write_results(record, current)} - {"toy"}
    assert all(each.startswith("qawl_unsure") for each in again)
    assert bool(again) is (span is not None or task is not None)


def test_a_doubt_is_no_disagreement_and_never_in_gold_or_a_release(loop, tmp_path):
    note = "SECRETNOTE"
    flags = [
        said("qawl_unsure", "choices", ["unsure"]), said("qawl_unsure_note", "textarea", [note]),
        said("qawl_unsure_task", "choices", ["unsure"], "t", {}),
    ]  # fmt: skip
    loop.annotate("toy", lambda who, text: [REGION, *(flags if who == 1 else [])])
    assert loop.agreement("toy")["exact_f1"]["value"] == 1
    loop.run("adjudicate")
    (gold,) = loop.records("toy", "gold")
    assert gold["complete"]
    assert "unsure" not in json.dumps(gold)
    loop.run("release", "0.1.0", "--draft")
    (folder,) = (loop.folder / "exports/releases").iterdir()
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert note.encode() not in content, path
            if path.name != "annotation.json" and path.suffix != ".yaml":
                assert b"unsure" not in content, path


def test_a_verdict_stands_when_a_doubt_is_said_later():
    from qawl.annotations.repairs import version

    sure = Annotation(
        article_id="0" * 12, layer="t", annotator="a1", text_sha256="0" * 64, scheme_version="1",
        spans=(Span("a", "A", 0, 1, "x"),),
    )  # fmt: skip
    import msgspec

    spans = (msgspec.structs.replace(sure.spans[0], unsure="?"),)
    assert version(msgspec.structs.replace(sure, spans=spans, unsure="")) == version(sure)


def test_the_judge_sees_who_is_unsure(tmp_path):
    texts = {"one": TEXT}
    folder = corpus(tmp_path / "c", scheme("toy", ["PER", "LOC"]), texts, ["a1", "a2"])
    for who, label in (("a1", "PER"), ("a2", "LOC")):
        pull(folder, "toy", texts, {who: {"one": work([mark("l", label, 0, 12)])}})
    path = folder.parent / "c-a1.json"
    export = json.loads(path.read_text("utf-8"))
    export[0]["annotations"][0]["result"].append(said("qawl_unsure_note", "textarea", ["a town?"]))
    export[0]["annotations"][0]["updated_at"] = "2025-06-01T00:00:00Z"
    path.write_text(json.dumps(export), "utf-8")
    qawl(folder, "pull", "--from", path, "--layer", "toy", "--annotator", "a1")
    qawl(folder, "adjudicate")
    (task,) = judge_tasks(folder, "toy")
    assert "qawl_unsure_note" in json.dumps(task)
    assert "a town?" in task["data"]["disagreements"]
    assert "a1" not in task["data"]["disagreements"]
    assert agreement(folder, "toy")
    assert arrow


@pytest.mark.parametrize("name", ["qawl_unsure", "qawl_unsure_task_note"])
def test_no_scheme_can_take_the_names_of_the_flags(name):
    with pytest.raises(SchemeError, match=name):
        schemes.parse(
            f"layer: x\nlabels: [A]\nattributes: [{{name: {name}, kind: text}}]\n", "x.yaml"
        )


def test_every_layers_config_has_both_flags_also_one_without_labels(schemes_of_all):
    for config in schemes_of_all:
        found = {each.get("name") for each in ET.fromstring(config).iter() if each.get("name")}
        assert {"qawl_unsure_task", "qawl_unsure_task_note"} <= found
        assert ("qawl_unsure" in found) is ("<Labels" in config)


@pytest.fixture
def schemes_of_all():
    from conftest import LAYERS, ROOT
    from qawl.scheme.label_config import config_xml

    own = schemes.parse("layer: tone\nattributes: [{name: tone, values: [a, b]}]\n", "tone.yaml")
    shipped = [schemes.load_file(ROOT / f"label_config/{layer}.yaml") for layer in LAYERS]
    return [config_xml(each, "ar") for each in (*shipped, own)]
