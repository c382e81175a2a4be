"""Pseudonyms that stand for something else in files and messages of Qawl: refused at each door, still read."""

import pytest
from test_foreign_exports import SAMI, Foreign
from test_whose_work import OMAR, pull, whose, work

from qawl.core import names

RESERVED = ["gold", "Gold", "ＧＯＬＤ", "pool", "POOL"]


@pytest.fixture
def corpus(tmp_path):
    made = Foreign(tmp_path / "corpus")
    made.ingest(SAMI, OMAR)
    return made


def settings(corpus, annotators):
    path = corpus.folder / "qawl.yaml"
    text = path.read_text("utf-8").split("annotators:")[0]
    path.write_text(f"{text}annotators: [{annotators}]\n", "utf-8")


def old(corpus, monkeypatch, name="gold"):
    """A corpus as an earlier version left it, which knew no such names."""
    with monkeypatch.context() as earlier:
        earlier.setattr(names, "RESERVED", {})
        made = [work(), work(OMAR, "Omar", number=2, task=2)]
        assert pull(corpus, made, options=["--annotator", f"1={name}"]).exit_code == 0
        assert pull(corpus, [work(OMAR, "came", user=2, number=3, task=2)]).exit_code == 0
    assert whose(corpus) == {name: ["Omar", "Sami"], "a1": ["came"]}


@pytest.mark.parametrize("name", RESERVED)
@pytest.mark.parametrize("listed", ["a1, {}", "{{name: {}, share: 2}}, a1"])
def test_qawl_yaml_names_nobody_so(corpus, name, listed):
    settings(corpus, listed.format(name))
    for words in (["validate"], ["status"], ["pull", "--rebuild"]):
        said = str(corpus.run(*words).exception)
        assert f"qawl.yaml: annotators: {name}" in said.replace("GOLD", name)
        assert "take another pseudonym" in said


@pytest.mark.parametrize("name", RESERVED)
@pytest.mark.parametrize("option", ["{}", "1={}", "a@team.example={}"])
def test_the_option_names_nobody_so(corpus, name, option):
    done = pull(corpus, [work()], options=["--annotator", option.format(name)])
    assert "--annotator: " in str(done.exception)
    assert "take another pseudonym" in str(done.exception)
    assert not list((corpus.folder / "exports" / "journal").glob("*.jsonl"))


def test_a_map_of_users_that_names_somebody_so_is_put_aside(corpus):
    pull(corpus, [work()])
    path = corpus.folder / ".qawl" / "users.json"
    path.write_text(path.read_text("utf-8").replace('"a1"', '"gold"'), "utf-8")
    done = pull(corpus, [work(OMAR, "Omar", number=2, task=2)])
    assert "users.json was damaged" in done.output
    assert whose(corpus) == {"a1": ["Omar", "Sami"]}


@pytest.mark.parametrize("name", ["gold", "pool"])
def test_an_old_journal_so_named_is_read_and_goes_on(corpus, monkeypatch, name):
    old(corpus, monkeypatch, name)
    assert corpus.run("pull", "--rebuild").exit_code == 0
    more = [work(SAMI, "Layla", number=1, day=3)]
    done = pull(corpus, more)
    assert (done.exit_code, "damaged" in done.output) == (0, False), done.output
    assert pull(corpus, more, options=["--annotator", f"1={name}"]).exit_code == 0
    assert whose(corpus) == {name: ["Layla", "Omar"], "a1": ["came"]}
    for words in (["validate"], ["agreement"], ["adjudicate"], ["doctor", "--help"]):
        assert corpus.run(*words).exit_code == 0, words
    to = str(corpus.folder.parent / "out")
    words = ("export", "label-studio", "--annotator", name, "--to", to, "--with-withheld")
    assert corpus.run(*words).exit_code == 0


def test_a_renamed_journal_is_read_under_its_new_name_as_the_documents_say(corpus, monkeypatch):
    old(corpus, monkeypatch)
    folder = corpus.folder / "exports" / "journal"
    (folder / "ner.gold.jsonl").rename(folder / "ner.g1.jsonl")
    heads = folder / "heads.json"
    heads.write_text(heads.read_text("utf-8").replace('"ner.gold"', '"ner.g1"'), "utf-8")
    settings(corpus, "g1, a1")
    (corpus.folder / ".qawl" / "users.json").unlink()
    (corpus.folder / "exports" / "annotations" / "ner.jsonl").unlink()
    assert corpus.run("pull", "--rebuild").exit_code == 0
    done = pull(corpus, [work(SAMI, "Layla", day=3), work(OMAR, "came", user=2, number=3, task=2)])
    assert done.exit_code == 0, done.output
    assert whose(corpus) == {"g1": ["Layla", "Omar"], "a1": ["came"]}
    assert corpus.errors() == []
