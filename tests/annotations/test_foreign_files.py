"""Files beside journals, annotations and gold that nothing reads are named by `qawl validate` and `qawl pull`."""

import gzip
import json
import shutil

import pytest

import corpora
from qawl.annotations import segments

TEXTS = {"1": "Sami of Acme met Layla.", "2": "عاد سامي من دمشق أمس."}


@pytest.fixture
def corpus(tmp_path):
    """Two articles that two annotators did, with gold."""
    folder = corpora.corpus(
        tmp_path / "corpus", corpora.scheme("ner", ["PER"]), TEXTS, ["a1", "زيد"]
    )
    done = {name: corpora.work([corpora.mark("m", "PER", 0, 4)]) for name in TEXTS}
    corpora.pull(folder, "ner", TEXTS, {"a1": done, "زيد": done})
    corpora.qawl(folder, "adjudicate")
    return folder


def named(folder):
    """What `qawl validate` names, which `qawl pull` says too."""
    _, said = corpora.main(folder, "validate", "--json", "--check", "file-foreign")
    found = json.loads(said)["findings"]
    assert {each["severity"] for each in found} <= {"warning"}
    messages = [each["message"] for each in found]
    code, pulled = corpora.main(folder, "pull", "--rebuild")
    assert code == 0
    lines = [each for each in pulled.splitlines() if each.startswith("NOT READ: ")]
    assert lines == [f"NOT READ: {each}" for each in messages]
    return messages


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("journal/foo.a7.jsonl", "qawl.yaml has no layer foo"),
        ("journal/foo.زيد.0001.jsonl.gz", "qawl.yaml has no layer foo"),
        ("journal/كيان.a1.0001.jsonl.gz", "by its name it is no file of Qawl's"),
        ("journal/foo bar.a1.jsonl", "by its name it is no file of Qawl's"),
        ("journal/ner.a1.0001.jsonl.gz", "the journal beside it does not go on from it"),
        ("journal/ner.a1.0007.jsonl.gz", "the journal beside it does not go on from it"),
        ("journal/ner.a1.00001.jsonl.gz", "by its name it is no file of Qawl's"),
        ("journal/ner.a1.jsonl.gz", "by its name it is no file of Qawl's"),
        ("journal/ner.a1.jsonl.orig", "by its name it is no file of Qawl's"),
        ("journal/ner.a1 (1).json", "by its name it is no file of Qawl's"),
        ("journal/heads (conflicted copy).json", "by its name it is no file of Qawl's"),
        ("journal/project-7.json", "by its name it is no file of Qawl's"),
        ("journal/old/ner.a1.jsonl", "by its name it is no file of Qawl's"),
        ("annotations/foo.jsonl", "qawl.yaml has no layer foo"),
        ("annotations/ner.csv", "by its name it is no file of Qawl's"),
        ("annotations/ner.tasks.jsonl", "by its name it is no file of Qawl's"),
        ("gold/foo.tasks.jsonl", "qawl.yaml has no layer foo"),
        ("gold/ner.jsonl.bak", "by its name it is no file of Qawl's"),
        ("gold/a\nb\x1b[31m.txt", "by its name it is no file of Qawl's"),
    ],
)
def test_a_file_that_nothing_reads_is_named(corpus, name, why):
    assert named(corpus) == []
    path = corpus / "exports" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(b"{}\n") if name.endswith("gz") else b"{}\n")
    (message,) = named(corpus)
    shown = "/".join(name.split("/")[:2]).replace("\n", "\\n").replace("\x1b", "\\x1b")
    assert message.startswith(f"exports/{shown} is not read: ")
    assert why in message


@pytest.mark.parametrize(
    "name", [".gitkeep", ".DS_Store", ".foo.a7.jsonl.swp", "README.md", "Thumbs.db", "desktop.ini"]
)
def test_what_systems_and_people_put_there_is_not_named(corpus, name):
    for folder in ("journal", "annotations", "gold"):
        (corpus / "exports" / folder / name).write_text("", "utf-8")
    assert named(corpus) == []


def test_segments_of_a_journal_are_its_own(corpus, monkeypatch):
    """A journal that grows is sealed; the segment of another corpus is none of it."""
    monkeypatch.setattr(segments, "SEAL", 1000)
    done = {name: corpora.work([corpora.mark("m", "PER", 5, 7)]) for name in TEXTS}
    corpora.pull(corpus, "ner", TEXTS, {"a1": done})
    sealed = sorted((corpus / "exports/journal").glob("ner.a1.*.jsonl.gz"))
    assert sealed
    assert named(corpus) == []
    further = sealed[-1].with_name(f"ner.a1.{len(sealed) + 1:04}.jsonl.gz")
    shutil.copy(sealed[0], further)
    (message,) = named(corpus)
    assert further.name in message


def test_a_layer_that_was_taken_out_of_the_settings_is_named(corpus):
    """Its journals, annotations and gold stay, and nothing says so."""
    path = corpus / "qawl.yaml"
    path.write_text(path.read_text("utf-8").replace("ner", "other"), "utf-8")
    scheme = corpus / "label_config/ner.yaml"
    text = scheme.read_text("utf-8").replace("ner", "other")
    (corpus / "label_config/other.yaml").write_text(text, "utf-8")
    _, said = corpora.main(corpus, "validate", "--check", "file-foreign")
    for name in (
        "journal/ner.a1.jsonl",
        "journal/ner.زيد.jsonl",
        "annotations/ner.jsonl",
        "gold/ner",
    ):
        assert f"exports/{name}" in said


def test_a_pull_that_goes_on_says_it_before_it_begins(corpus):
    """It ends at once here, since there is no server."""
    (corpus / "exports/journal/foo.a7.jsonl").write_text("", "utf-8")
    code, said = corpora.main(corpus, "pull", "--watch")
    assert code == 1
    assert said.startswith(
        "NOT READ: exports/journal/foo.a7.jsonl is not read: qawl.yaml has no layer"
    )
