"""The folder that `qawl adopt` gets: what is there already stays, in a folder of a team and in a corpus."""

import json
import subprocess
import sys
from subprocess import PIPE

import pytest
from click.testing import CliRunner

from qawl import cli
from qawl.core.project import load

REGION = {
    "id": "r", "from_name": "label", "to_name": "text", "type": "labels",
    "value": {"start": 0, "end": 3, "text": "Ada", "labels": ["A"]},
}  # fmt: skip
TASK = {
    "id": 1, "project": 3, "data": {"text": "Ada came."},
    "annotations": [{"id": 1, "completed_by": 1, "result": [REGION]}],
}  # fmt: skip


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "export.json"
    path.write_text(json.dumps([TASK]), "utf-8")
    return path


def adopt(export, into, *more):
    words = ["adopt", export, "--into", into, *more]
    return CliRunner().invoke(cli.group, list(map(str, words)))


def ours(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("ours", "utf-8")


def test_notes_and_rules_for_git_that_are_there_stay(export, tmp_path):
    """As with `qawl init`; they were written over."""
    names = ["README.md", ".gitignore", "corpus/README.md"]
    ours(tmp_path / "c", *names)
    assert adopt(export, tmp_path / "c").exit_code == 0
    assert {(tmp_path / "c" / name).read_text("utf-8") for name in names} == {"ours"}


@pytest.mark.parametrize("name", ["corpus/articles.jsonl", "label_config/label.yaml", "schemas"])
def test_files_in_the_place_of_a_corpus_are_not_written_over(export, tmp_path, name):
    """They were, without a word. What an adoption that was cut off has left is no hindrance."""
    ours(tmp_path / "c", name)
    for words in (["--dry-run"], []):
        done = adopt(export, tmp_path / "c", *words)
        assert (done.exit_code, str(tmp_path / "c" / name) in str(done.exception)) == (1, True)
    assert [each for each in (tmp_path / "c").rglob("*") if each.is_file()] == [
        tmp_path / "c" / name
    ]
    (tmp_path / "c" / name).unlink()
    adopt(export, tmp_path / "c")
    (tmp_path / "c" / "qawl.yaml").unlink()
    assert adopt(export, tmp_path / "c").exit_code == 0


@pytest.mark.parametrize("left", ["label_config/two.yaml", "exports/journal/two.a9.jsonl"])
def test_what_is_left_of_a_layer_is_not_written_over(export, tmp_path, left):
    """A layer that was taken out of qawl.yaml has its scheme and journals yet: adoption under its name
    wrote over the one, and removed the others where it failed."""
    adopt(export, tmp_path / "c")
    ours(tmp_path / "c", left)
    done = adopt(export, tmp_path / "c", "--layer", "two")
    assert (done.exit_code, "give --layer NAME" in str(done.exception)) == (1, True)
    assert (tmp_path / "c" / left).read_text("utf-8") == "ours"


def test_a_layer_that_failed_late_can_be_adopted_again(export, tmp_path, monkeypatch):
    """heads.json named the journals that a failure had taken back: each further try was refused."""
    from qawl.setup.adoption import corpus_writer

    def full(*_):
        raise OSError(28, "No space left on device")

    adopt(export, tmp_path / "c")
    with monkeypatch.context() as late:
        late.setattr(corpus_writer, "_overlap", full)
        assert adopt(export, tmp_path / "c", "--layer", "two").exit_code != 0
    assert adopt(export, tmp_path / "c", "--layer", "two").exit_code == 0


def by_two(tmp_path, name, users, *, task=1, text="Ada came.", mail=False):
    """An export of one task that these users annotated, each with their own letters of the text."""
    works = []
    for number, user in enumerate(users, start=10 * task):
        place = {**REGION["value"], "end": user - 5, "text": text[: user - 5]}
        works.append(
            {
                "id": number,
                "unique_id": f"{name}{number}",
                "completed_by": {"id": user, "email": f"u{user}@x.example"} if mail else user,
                "result": [{**REGION, "value": place}],
            }
        )
    path = tmp_path / f"{name}.json"
    path.write_text(
        json.dumps([{**TASK, "id": task, "data": {"text": text}, "annotations": works}])
    )
    return path


def ends(folder, layer):
    """Annotator → where their span ends, which tells the user."""
    lines = (folder / "exports/annotations" / f"{layer}.jsonl").read_text("utf-8").splitlines()
    return {each["annotator"]: each["spans"][0]["end"] for each in map(json.loads, lines)}


@pytest.mark.parametrize("mail", [False, True])
def test_an_annotator_has_one_name_in_all_layers(tmp_path, mail):
    """Each layer counted its users anew in the order of their work: one person's work in the second
    stood under another's name."""
    adopt(by_two(tmp_path, "one", [8, 9]), tmp_path / "c", "--layer", "one")
    second = by_two(tmp_path, "two", [9, 8], task=2, mail=mail)
    done = adopt(second, tmp_path / "c", "--layer", "two")
    assert "new annotators" not in done.output
    assert "user 9 is a2, user 8 is a1, as in what was adopted or pulled before" in done.output
    assert ends(tmp_path / "c", "two") == ends(tmp_path / "c", "one") == {"a1": 3, "a2": 4}


def test_who_can_not_be_told_is_nobody_whom_the_corpus_has(tmp_path):
    """Neither by the number of another server, nor by the name that another tool has for them."""
    adopt(by_two(tmp_path, "one", [8, 9]), tmp_path / "c", "--layer", "one")
    elsewhere = by_two(tmp_path, "two", [9, 8], text="Bob went.")
    done = adopt(elsewhere, tmp_path / "c", "--layer", "two")
    assert "a3, a4: new annotators: nothing tells whether they are some of a1, a2;" in done.output
    assert ends(tmp_path / "c", "two") == {"a3": 4, "a4": 3}
    doccano = tmp_path / "8.jsonl"
    doccano.write_text('{"id": 1, "text": "Ada came.", "label": [[0, 3, "A"]]}\n')
    adopt(doccano, tmp_path / "c", "--layer", "three")
    assert ends(tmp_path / "c", "three") == {"a5": 3}
    done = adopt(doccano, tmp_path / "c", "--layer", "four", "--annotator", "8=a2")
    assert "new annotators" not in done.output
    assert ends(tmp_path / "c", "four") == {"a2": 3}


def test_numbers_in_label_studios_csv_are_those_of_its_server(tmp_path):
    """As a further layer, and beside an export in JSON."""
    adopt(by_two(tmp_path, "one", [8, 9]), tmp_path / "c", "--layer", "one")
    rows = "text,id,annotator,annotation_id,tone\nAda came.,2,9,20,calm\nAda came.,2,8,21,loud\n"
    (tmp_path / "two.csv").write_text(rows)
    config = tmp_path / "config.xml"
    config.write_text(
        '<View><Text name="text" value="$text"/><Choices name="tone" toName="text">'
        '<Choice value="calm"/><Choice value="loud"/></Choices></View>'
    )
    words = ["adopt", tmp_path / "two.csv", config, "--into", tmp_path / "c", "--layer", "two"]
    done = CliRunner().invoke(cli.group, list(map(str, words)))
    assert (done.exit_code, "new annotators" in done.output) == (0, False), done.output
    path = tmp_path / "c/exports/annotations/two.jsonl"
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [(each["annotator"], each["attributes"]) for each in found] == [
        ("a1", {"tone": "loud"}),
        ("a2", {"tone": "calm"}),
    ]


def test_users_may_be_named(tmp_path):
    export = by_two(tmp_path, "one", [8, 9], mail=True)
    given = ["--annotator", "8=sami", "--annotator", "U9@X.example=rana"]
    assert adopt(export, tmp_path / "c", "--layer", "one", *given).exit_code == 0
    assert ends(tmp_path / "c", "one") == {"sami": 3, "rana": 4}
    for odd, said in {
        "7=x": "user 7 made nothing",
        "8=": "not a pseudonym",
        "8=a@b": "--annotator",
    }.items():
        done = adopt(export, tmp_path / "d", "--annotator", odd)
        assert (done.exit_code, said in str(done.exception)) == (1, True), done.exception


def test_more_annotators_for_other_layers_are_said(export, tmp_path):
    """Without `overlap` everybody annotates each article: push gave them all of the other layers, too."""
    adopt(export, tmp_path / "c")
    path = tmp_path / "c" / "qawl.yaml"
    path.write_text("name: c\nlayers: [label]\nannotators: [a1]\n", "utf-8")
    works = [{"id": user, "completed_by": user, "result": [REGION]} for user in (1, 2)]
    export.write_text(json.dumps([{**TASK, "annotations": works}]), "utf-8")
    done = adopt(export, tmp_path / "c", "--layer", "two")
    assert "a2: with these annotators, each article of label is for 2 of them" in done.output
    assert "is for" not in adopt(export, tmp_path / "c", "--layer", "three").output


SETTINGS = {
    "blocks": """# ours
name: c
ingest:
  chrome:
  - a line
layers:
  - label
annotators:
- a1
# until May
- name: b
  away: true
overlap:
  label: 1  # alone
dispensations:
- check: span-duplicate
  reason: so
""",
    "one line": """name: c
layers: [label]  # ours
annotators: [a1, {name: b, away: true}]
overlap: {label: 1}
dispensations: [{check: span-duplicate, reason: so}]
ingest: {chrome: [a line]}
""",
}


@pytest.mark.parametrize("style", SETTINGS)
def test_a_layer_is_added_to_settings_however_they_are_written(export, tmp_path, style):
    """A list of layers on several lines was refused with advice that was refused too, or its items became
    patterns of `ingest.chrome`; an annotator who is away was refused; dispensations were left out."""
    adopt(export, tmp_path / "c")
    path = tmp_path / "c" / "qawl.yaml"
    path.write_text(SETTINGS[style], "utf-8")
    odd = [{**REGION, "id": "k", "type": "pairwise", "value": {"selected": "left"}}]
    works = [{"id": user, "completed_by": user, "result": [REGION, *odd]} for user in (1, 2, 3)]
    export.write_text(json.dumps([{**TASK, "annotations": works}]), "utf-8")
    done = adopt(export, tmp_path / "c", "--layer", "two")
    assert done.exit_code == 0, (done.output, done.exception)
    settings = load(tmp_path / "c").settings
    assert settings.layers == ("label", "two")
    assert list(load(tmp_path / "c").annotators) == ["a1", "b", "a2", "a3"]
    assert settings.overlap == {"label": 1, "two": 3}
    assert [each.check for each in settings.dispensations] == [
        "span-duplicate",
        "result-unsupported",
    ]
    assert settings.ingest.chrome == ("a line",)
    said = path.read_text("utf-8")
    assert all(
        line in said for line in SETTINGS[style].splitlines() if "#" in line and "[" not in line
    )


def test_settings_that_take_nothing_more_are_one_line(export, tmp_path):
    adopt(export, tmp_path / "c")
    path = tmp_path / "c" / "qawl.yaml"
    path.write_text("name: c\nlayers: &all\n- label\n", "utf-8")
    done = adopt(export, tmp_path / "c", "--layer", "two")
    assert "write layers plainly there" in str(done.exception)
    assert path.read_text("utf-8").endswith("- label\n")


def test_what_others_did_before_an_adoption_is_not_left(tmp_path):
    """Without a server the plan alone says whose an article is: what somebody else had done of it was
    left to whom the plan gives it."""
    works = [[8], [8], [8], [8], [9], []]
    tasks = [
        {
            **TASK,
            "id": number,
            "data": {
                "text": f"Ada came to town {number}, and {number * 7919} people saw her there."
            },
            "annotations": [
                {"id": number, "completed_by": each, "result": [REGION]} for each in users
            ],
        }
        for number, users in enumerate(works, 1)
    ]
    path = tmp_path / "export.json"
    path.write_text(json.dumps(tasks))
    adopt(path, tmp_path / "c")
    settings = tmp_path / "c" / "qawl.yaml"
    settings.write_text(settings.read_text("utf-8") + 'label_studio: {url: "http://127.0.0.1:1"}\n')
    done = CliRunner().invoke(cli.group, ["-C", str(tmp_path / "c"), "status", "--json"])
    found = json.loads(done.stdout)
    assert [(each["annotator"], each["done"]) for each in found] == [("a1", 4), ("a2", 1)]
    assert sum(each["left"] for each in found) == 1


def test_a_corpus_that_is_in_use_is_not_touched(export, tmp_path):
    """It was changed before anybody looked, and put back to what it had been: over what the other command
    had written meanwhile."""
    folder = tmp_path / "c"
    adopt(export, folder)

    def looked():  # without the lock, which versions of filelock before 4 touch when they ask for it
        files = [each for each in folder.rglob("*") if each.is_file() and each.name != "lock"]
        return {each: (each.stat().st_mtime_ns, each.stat().st_ino) for each in files}

    code = (
        "import sys\nfrom pathlib import Path\nfrom qawl.core import project\n"
        "with project.lock(project.load(Path(sys.argv[1])), 'ingest'):\n"
        "    print('held', flush=True)\n    sys.stdin.readline()\n"
    )
    words = [sys.executable, "-c", code, str(folder)]
    with subprocess.Popen(words, stdin=PIPE, stdout=PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        before = looked()
        done = adopt(export, folder, "--layer", "two")
        after = looked()
        other.communicate("\n")
    assert "is in use by" in str(done.exception)
    assert after == before
    assert adopt(export, folder, "--layer", "two").exit_code == 0
