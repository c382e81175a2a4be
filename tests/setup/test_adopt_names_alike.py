"""Names of annotators that differ in case alone, and names of what was decided: the report of `adopt` says what became
of them. The first became one annotator, the second ordinary ones, without a word.
"""

import json

import pytest
from click.testing import CliRunner

from qawl import cli

TEXT = "Ada came."
ROW = {"text": TEXT, "label": [[0, 3, "P"]]}
SPANS = {"text": TEXT, "spans": [{"start": 0, "end": 3, "label": "P"}], "answer": "accept"}
STANDOFF = "T1\tP 0 3\tAda\n"


def doccano(*names):
    return {f"{each}{n}/{each}.jsonl": json.dumps(ROW) for n, each in enumerate(names)}


def prodigy(*names):
    rows = [{**SPANS, "_session_id": each} for each in names]
    return {"all.jsonl": "\n".join(map(json.dumps, rows))}


def brat(*names):
    files = {f"{each}/t.txt": TEXT for each in names}
    return files | {f"{each}/t.ann": STANDOFF for each in names}


FORMATS = pytest.mark.parametrize("made", [doccano, prodigy, brat])


def adopt(folder, files, *more):
    """(what the report says, the annotators)."""
    for name, content in files.items():
        path = folder / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    words = ["adopt", folder / "in", "--into", folder / "new", *more]
    done = CliRunner().invoke(cli.group, list(map(str, words)))
    assert done.exit_code == 0, (done.output, done.exception)
    journal = (folder / "new" / "exports" / "journal").glob("*.jsonl")
    return done.stderr, sorted(each.name.split(".")[1] for each in journal)


@FORMATS
def test_names_that_differ_in_case_alone_are_named(tmp_path, made):
    said, who = adopt(tmp_path, made("Sara", "sara", "Omar"))
    assert "Sara, sara: one annotator, since the names differ only in upper and lower case" in said
    assert "Omar:" not in said
    assert len(who) == 2


@FORMATS
@pytest.mark.parametrize("name", ["gold", "Adjudication", "judge"])
def test_a_name_of_what_was_decided_is_named(tmp_path, made, name):
    said, who = adopt(tmp_path, made("omar", name))
    assert f"{name} is taken for an annotator" in said
    assert len(who) == 2


def test_who_says_whose_the_work_is_is_not_asked_again(tmp_path):
    said, who = adopt(tmp_path, prodigy("omar", "judge"), "--annotator", "judge=rana")
    assert "taken for an annotator" not in said
    assert "rana" in who
