"""What deriving found is kept while nothing that goes into it changes, and no longer."""

import json
import sys

import pytest
from test_import_files import TEXT, region, task

from corpora import main
from qawl.annotations import derive as annotation_derive
from qawl.annotations import import_files, journal, repairs
from qawl.annotations import store as annotation_store
from qawl.annotations.repairs import Repair
from qawl.core import result_cache
from qawl.core.records import to_json
from qawl.validation import validate

CHANGED = {
    "journal": lambda corpus: next(path for _, path in journal.files(corpus, "quote")),
    "articles": lambda corpus: corpus.corpus / "articles.jsonl",
    "scheme": lambda corpus: corpus.label_config / "quote.yaml",
    "repairs": lambda corpus: corpus.repairs_file,
    "annotations": lambda corpus: corpus.annotations_file("quote"),
}


@pytest.fixture
def pulled(make_corpus, tmp_path):
    """A corpus with an annotation that reading found something in: an older one, an unknown result."""
    corpus = make_corpus(TEXT)
    odd = [region(), {"id": "x", "type": "rectangle", "value": {}}]
    tasks = [task(identity=1), task(identity=2, results=odd)]
    path = tmp_path / "export.json"
    path.write_text(json.dumps(tasks), "utf-8")
    import_files.pull_files(corpus, [path], layer=None, annotator=None)
    return corpus


@pytest.fixture
def derivations(monkeypatch):
    """The layers that were derived, each time."""
    made = []
    derive = annotation_derive.derive

    def counted(project, layer):
        made.append(layer)
        return derive(project, layer)

    monkeypatch.setattr(annotation_derive, "derive", counted)
    return made


def test_what_was_kept_is_what_deriving_finds(pulled, derivations):
    kept = list(annotation_store.findings(pulled, "quote"))
    assert not derivations
    assert {each.check for each in kept} == {"annotation-duplicate", "result-unsupported"}
    for path in (pulled.state / "derived").rglob("*.kept"):
        path.unlink()
    assert list(annotation_store.findings(pulled, "quote")) == kept
    assert derivations == ["quote"]


def test_a_file_that_stands_is_not_derived_again(pulled, derivations):
    before = pulled.annotations_file("quote").stat()
    assert annotation_store.refresh(pulled, "quote") == 1
    after = pulled.annotations_file("quote").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert not derivations


@pytest.mark.parametrize("what", CHANGED)
def test_it_is_derived_anew_when_anything_changed(pulled, derivations, what):
    path = CHANGED[what](pulled)
    if what == "repairs":
        (record,) = annotation_derive.read(pulled, "quote")
        made = Repair(
            repair="trim-whitespace",
            layer="quote",
            article_id=record.article_id,
            annotator="a1",
            version=repairs.version(record),
        )
        path.write_bytes(to_json(made) + b"\n")
    elif what == "journal":
        opened = journal.load(path)
        opened.delete(list(opened.alive))
    else:
        path.write_bytes(path.read_bytes() + (b"\n" if what != "scheme" else b"# more\n"))
    found = {each.check for each in annotation_store.findings(pulled, "quote")}
    assert derivations == ["quote"]
    assert ("annotations-stale" in found) == (what == "journal")


def test_it_is_derived_anew_when_qawl_or_python_changed(pulled, derivations, monkeypatch, tmp_path):
    other = tmp_path / "convert.py"
    other.write_text("changed", "utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(result_cache, "_code", lambda: (other,))
        list(annotation_store.findings(pulled, "quote"))
    with monkeypatch.context() as patch:
        patch.setattr(sys, "version", "3.99")
        result_cache._maker.cache_clear()  # as in a process of the other Python
        list(annotation_store.findings(pulled, "quote"))
    result_cache._maker.cache_clear()
    assert derivations == ["quote", "quote"]


@pytest.mark.parametrize("damage", [lambda whole: b"", lambda whole: whole[:-3], lambda _: b"[]"])
def test_what_is_kept_and_damaged_is_found_anew(pulled, damage):
    whole = list(annotation_store.findings(pulled, "quote"))
    (path,) = (pulled.state / "derived" / "annotations").rglob("*.kept")
    path.write_bytes(damage(path.read_bytes()))
    assert list(annotation_store.findings(pulled, "quote")) == whole
    assert annotation_store.refresh(pulled, "quote") == 1
    assert list(annotation_store.findings(pulled, "quote")) == whole


def test_what_can_t_be_read_is_derived(pulled):
    whole = list(annotation_store.findings(pulled, "quote"))
    folder = pulled.state / "derived"
    folder.rename(pulled.state / "elsewhere")
    folder.write_bytes(b"")
    assert list(annotation_store.findings(pulled, "quote")) == whole


def test_a_changed_file_is_named_and_rebuilt(pulled):
    path = pulled.annotations_file("quote")
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"start":0', b'"start":1'))
    assert "annotations-stale" in {each.check for each in validate.validate(pulled)}
    assert annotation_store.refresh(pulled, "quote") == 1
    assert path.read_bytes() == whole
    assert "annotations-stale" not in {each.check for each in validate.validate(pulled)}


def test_line_ends_that_git_changed_are_no_change(pulled):
    for path in (pulled.annotations_file("quote"), *pulled.journal.glob("*.json*")):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert not annotation_store.stale(pulled, "quote")


@pytest.mark.parametrize(
    "words",
    [
        ["adjudicate"], ["agreement"], ["agreement", "--json"], ["export", "jsonl", "--to", "out"],
        ["export", "jsonl", "--annotator", "a1", "--to", "out"],
    ],
)  # fmt: skip
def test_older_annotations_beside_a_newer_journal_are_named(pulled, words):
    # `git checkout COMMIT exports/annotations` leaves them so; an export left them out without a word.
    path = pulled.annotations_file("quote")
    path.write_bytes(path.read_bytes().replace(b'"start":0', b'"start":1'))
    code, said = main(pulled.root, *words)
    assert code == 0
    last = said.strip().splitlines()[-1]
    assert last == (
        "warning: exports/annotations/quote.jsonl is not what the journal and the scheme give now: run "
        "`qawl pull --rebuild`"
    )
    assert main(pulled.root, "pull", "--rebuild")[0] == 0
    assert "was changed" not in main(pulled.root, *words)[1]


@pytest.mark.parametrize("words", [[], ["--annotator", "a1"]], ids=str)
def test_an_export_without_the_file_of_annotations_says_how_to_make_it(pulled, words):
    """It advised to pull, which needs a server or the export again; the journal has all of it."""
    pulled.annotations_file("quote").unlink()
    code, said = main(pulled.root, "export", "jsonl", "--to", "out", *words)
    assert (code, "run `qawl pull --rebuild`" in said) == (1, True), said
    assert not (pulled.root / "out").exists()


def test_only_the_latest_findings_are_kept(pulled, tmp_path):
    more = tmp_path / "more.json"
    more.write_text(json.dumps([task(user=2, identity=3)]), "utf-8")
    import_files.pull_files(pulled, [more], layer=None, annotator=None)
    assert len(list((pulled.state / "derived" / "annotations" / "quote").iterdir())) == 1
