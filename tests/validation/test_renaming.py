"""A name that is changed in a scheme is one error, which says what to do; what follows from it is none."""

import json

import pytest
from click.testing import CliRunner

from qawl import cli
from qawl.setup import init

SCHEME = """
format: 1
layer: quo
version: "0.1"
title: {en: quo}
labels:
  - {name: CONTENT, title: {en: C}, definition: {en: x}, example: {en: "[x]"}, color: "#2e86ab", hotkey: "1"}
  - {name: CUE, title: {en: D}, definition: {en: x}, example: {en: "[x]"}, color: "#e07a2f", hotkey: "2"}
attributes:
  - {name: mood, title: {en: m}, of: [CUE], kind: choice, values: [{name: calm, title: {en: c}}, {name: loud, title: {en: l}}]}
relations:
  - {name: has_cue, title: {en: h}, from: [CONTENT], to: [CUE]}
"""
WORDS = "قال الوزير نعم ثم مضى إلى البيت وقال أيضا لا".split()  # noqa: SIM905
TEXTS = [f"{' '.join(WORDS)} {number}" for number in range(3)]


@pytest.fixture
def run(tmp_path):
    """run(arguments, …) → the outcome of a command in a corpus of three articles, annotated by two."""
    root = init.init(tmp_path / "c", name="c").root
    (root / "qawl.yaml").write_text("name: c\nlayers: [quo]\nannotators: [a1, a2]\n", "utf-8")
    (root / "label_config" / "quo.yaml").write_text(SCHEME, "utf-8")
    (root / "in.jsonl").write_text(
        "".join(json.dumps({"text": text}) + "\n" for text in TEXTS), "utf-8"
    )

    def annotation(number, who, text):
        value = {"start": text.index("قال"), "end": text.index("قال") + 3, "text": "قال"}
        other = {"start": text.index("نعم"), "end": text.index("نعم") + 3, "text": "نعم"}
        where = {"to_name": "text", "id": "q"}
        result = [
            {**where, "from_name": "quo", "type": "labels", "value": {**value, "labels": ["CUE"]}},
            {**where, "from_name": "mood", "type": "choices", "value": {**value, "choices": ["calm"]}},
            {"to_name": "text", "id": "c", "from_name": "quo", "type": "labels", "value": {**other, "labels": ["CONTENT"]}},
            {"type": "relation", "from_id": "c", "to_id": "q", "direction": "right", "labels": ["has_cue"]},
        ]  # fmt: skip
        return {"id": 10 * number + who, "completed_by": who, "result": result}

    tasks = [
        {
            "id": number,
            "data": {"text": text},
            "annotations": [annotation(number, who, text) for who in (1, 2)],
        }
        for number, text in enumerate(TEXTS, start=1)
    ]
    (root / "export.json").write_text(json.dumps(tasks), "utf-8")

    def command(*arguments):
        return CliRunner().invoke(cli.group, ["-C", str(root), *arguments])

    for arguments in (
        ["scheme"],
        ["ingest", "in.jsonl"],
        ["pull", "--from", "export.json", "--layer", "quo"],
    ):
        assert command(*arguments).exit_code == 0
    assert command("validate").exit_code == 0
    command.scheme = root / "label_config" / "quo.yaml"
    return command


@pytest.mark.parametrize(
    ("old", "new", "check", "kind"),
    [
        ("CUE", "SIGN", "label-unknown", "label"),
        ("mood", "tone", "attribute-unknown", "attribute"),
        ("calm", "quiet", "value-unknown", "value"),
        ("has_cue", "cued_by", "relation-unknown", "relation"),
    ],
)
def test_a_name_that_was_changed_is_one_error_with_what_to_do(run, old, new, check, kind):
    run.scheme.write_text(SCHEME.replace(old, new), "utf-8")
    assert run("scheme").exit_code == 0
    done = run("validate", "--json")
    errors = [each for each in json.loads(done.output)["findings"] if each["severity"] == "error"]
    assert [each["check"] for each in errors] == [check]
    assert "the same 5 times more" in errors[0]["message"]
    assert f"if the {kind} was renamed or removed in label_config/quo.yaml" in errors[0]["message"]
    # asked for one annotator, it is counted among theirs
    errors = json.loads(run("validate", "--annotator", "a2", "--json").output)["findings"]
    assert [
        "the same 2 times more" in each["message"] for each in errors if each["check"] == check
    ] == [True]
    run.scheme.write_text(SCHEME, "utf-8")
    assert run("scheme").exit_code == 0
    assert run("validate").exit_code == 0
