"""Tasks that are not in one JSON list, through `adopt` and `pull --from`: one a line, one alone, or one annotation
a file with its task inside, as target storage of Label Studio writes them.

All were refused: "its format is not known", with the names of other tools, and "not a JSON list".
"""

import json

import pytest
from click.testing import CliRunner

from qawl import cli

CONFIG = (
    '<View><Labels name="label" toName="text"><Label value="A"/></Labels>'
    '<Text name="text" value="$text"/></View>'
)
NAMES = ("Ada", "Omar", "Mona")


def run(*words):
    return CliRunner().invoke(cli.group, [*map(str, words)])


def task(number, who=1):
    name = NAMES[number - 1]
    value = {"start": 0, "end": len(name), "text": name, "labels": ["A"]}
    made = {
        "id": f"r{number}",
        "from_name": "label",
        "to_name": "text",
        "type": "labels",
        "value": value,
    }
    work = {"id": 10 * number, "completed_by": who, "was_cancelled": False, "result": [made]}
    return {
        "id": number,
        "project": 3,
        "data": {"text": f"{name} {{came}}."},
        "annotations": [work],
    }


def stored(number):
    """What target storage writes of an annotation."""
    user = {"id": 1, "first_name": "", "last_name": "", "email": "u@example.org"}
    whole = task(number)
    (work,) = whole.pop("annotations")
    return {**work, "completed_by": user, "task": {**whole, "is_labeled": True}}


def minimal(number):
    """A row of JSON_MIN."""
    (work,) = task(number)["annotations"]
    values = [each["value"] for each in work["result"]]
    return {
        "id": number,
        "text": task(number)["data"]["text"],
        "label": values,
        "annotator": 1,
        "annotation_id": 10 * number,
    }


def lines(make, **more):
    return "\n".join(json.dumps(make(number), **more) for number in (1, 2, 3))


SHAPES = {
    "JSON Lines": {"e.jsonl": lines(task)},
    "JSON Lines called JSON": {"e.json": "\ufeff" + lines(task) + "\n"},
    "Windows lines and empty ones": {"e.jsonl": lines(task).replace("\n", "\r\n\r\n")},
    "objects of many lines": {"e.json": lines(task, indent=2)},
    "rows of JSON_MIN": {"e.jsonl": lines(minimal)},
    "a task a file": {f"{number}.json": json.dumps(task(number)) for number in (1, 2, 3)},
    "a task a file, of many lines": {f"{number}.json": json.dumps(task(number), indent=4) for number in (1, 2, 3)},
    "target storage": {str(number): json.dumps(stored(number)) for number in (1, 2, 3)},
    "target storage, later": {f"{number}.json": json.dumps(stored(number)) for number in (1, 2, 3)},
    "a list of these": {"e.json": json.dumps([stored(number) for number in (1, 2, 3)])},
}  # fmt: skip


@pytest.fixture
def source(tmp_path):
    """source(files) → a folder with these files."""

    def made(files):
        folder = tmp_path / "export"
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_text(content, "utf-8")
        return folder

    return made


def surfaces(corpus):
    path = corpus / "exports" / "annotations" / "label.jsonl"
    records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return sorted((each["annotator"], span["text"]) for each in records for span in each["spans"])


WORK = sorted(("a1", each) for each in NAMES)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("by", ["folder", "file"])
def test_adopt_and_pull_read_tasks_in_every_shape(source, tmp_path, shape, by):
    """The same three annotations of one user come, whichever way the tasks stand."""
    folder = source(SHAPES[shape])
    given = [folder] if by == "folder" else sorted(folder.iterdir())
    (tmp_path / "c.xml").write_text(CONFIG, "utf-8")
    adopted = tmp_path / "adopted"
    done = run("adopt", *given, tmp_path / "c.xml", "--into", adopted, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["left_out"] == []
    assert surfaces(adopted) == WORK
    if by == "folder" and any(each.endswith(".jsonl") for each in SHAPES[shape]):
        return  # of a folder, `pull` reads what ends in .json
    started = tmp_path / "started.json"
    started.write_text(json.dumps([{**task(n), "annotations": []} for n in (1, 2, 3)]), "utf-8")
    other = tmp_path / "other"
    done = run("adopt", started, tmp_path / "c.xml", "--into", other, "--layer", "label")
    assert done.exit_code == 0, done.output
    froms = [word for each in given for word in ("--from", each)]
    done = run("-C", other, "pull", *froms)
    assert done.exit_code == 0, done.output
    assert surfaces(other) == WORK


def test_a_line_that_is_damaged_is_named_and_the_others_are_read(source, tmp_path):
    one, two, three = lines(task).split("\n")
    folder = source({"e.jsonl": "\n".join([one, two.replace(":", "", 1), three])})
    (tmp_path / "c.xml").write_text(CONFIG, "utf-8")
    done = run("adopt", folder, tmp_path / "c.xml", "--into", tmp_path / "new", "--json")
    assert done.exit_code == 0, done.output
    assert [each["count"] for each in json.loads(done.stdout)["left_out"]] == [1]
    assert [surface for _, surface in surfaces(tmp_path / "new")] == ["Ada", "Mona"]


CUT = [lines(task)[:-30], json.dumps(task(1), indent=1)[:-3]]


@pytest.mark.parametrize("content", CUT)
def test_what_is_cut_off_is_refused_and_leaves_nothing(source, tmp_path, content):
    (tmp_path / "c.xml").write_text(CONFIG, "utf-8")
    folder = source({"e.jsonl": content})
    done = run(
        "adopt", folder, tmp_path / "c.xml", "--into", tmp_path / "new", "--format", "label-studio"
    )
    assert "cut off or damaged after" in str(done.exception)
    assert not (tmp_path / "new").exists()
