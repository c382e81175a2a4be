"""What `import qawl` offers: named, documented, light, and as its examples say."""

import dataclasses
import doctest
import inspect
import re
import subprocess
import sys
from importlib.metadata import version

import msgspec
import pytest
from click.testing import CliRunner

import qawl
from conftest import ROOT
from qawl import cli
from qawl.agreement import estimates
from qawl.core import settings
from qawl.formats import export
from qawl.release.tables import unalign
from qawl.release.versions import manifest

PUBLIC = [name for name in qawl.__all__ if name != "__version__"]
METHODS = [
    f"Corpus.{name}" for name in vars(qawl.Corpus) if not name.startswith("_") and name != "export"
]


def named(path):
    found = qawl
    for part in path.split("."):
        found = getattr(found, part)
    return found.fget if isinstance(found, property) else found


@pytest.fixture
def here(recorded, monkeypatch):
    """A copy of the repository's corpus as the current folder, with caches of its own."""
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", recorded.root / "cache")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.chdir(recorded.root)


def test_the_chapter_on_python_runs(here):
    shown = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text("utf-8"), re.DOTALL
    )
    assert len(shown) == 2
    older = int(version("datasets").split(".")[0]) < 4
    found = {}
    for code in shown:
        exec(code.replace("].feature", "][0]") if older else code, found)  # as its comment says
    assert found["article"].text
    assert all(found["articles"]["text"])
    assert len(found["tags"]) == 2


@pytest.mark.parametrize("name", [*PUBLIC, *METHODS, "Corpus.export"])
def test_the_example_of_each_public_name_runs(name, here):
    _run_example(inspect.getdoc(named(name)), name)


def _run_example(said, name):
    shown = doctest.DocTestParser().get_doctest(said, {"qawl": qawl}, name, None, None)
    assert shown.examples, f"{name} has no example"
    said = []
    doctest.DocTestRunner().run(shown, out=said.append)
    assert not said, "".join(said)


FUNCTIONS = [each for each in qawl.__all__ if inspect.isfunction(getattr(qawl, each))]
RECORDS = [
    each
    for each in qawl.__all__
    if isinstance(getattr(qawl, each), type) and issubclass(getattr(qawl, each), msgspec.Struct)
]


@pytest.mark.parametrize("name", [*METHODS, "Corpus.export", "Corpus", *FUNCTIONS])
def test_each_public_function_says_what_it_takes_returns_and_raises(name):
    what = named(name)
    said = inspect.getdoc(what)
    taken = set(inspect.signature(what).parameters) - {"self"}
    for each in taken:
        assert f"\n{each} : " in said, f"{name} does not say what {each} is"
    if taken and name != "Corpus":
        assert "Returns\n-------" in said
    if taken:
        assert "Raises\n------" in said


RETURNED = [
    *(estimates.Agreement, estimates.LayerAgreement),
    *(estimates.AttributeAgreement, estimates.Estimate),
    *(export.Exported, unalign.TaggedSpan, manifest.Manifest, settings.Settings),
]
"""What public functions return, beside what `qawl` names itself."""


@pytest.mark.parametrize("kind", RETURNED, ids=lambda each: each.__name__)
def test_the_example_of_what_public_functions_return_runs(kind, here):
    """Who has such a value in hand asks `help` of it, and read one clever line."""
    _run_example(inspect.getdoc(kind), kind.__name__)


def fields(record):
    """The names of the fields of a record."""
    kind = msgspec.structs if issubclass(record, msgspec.Struct) else dataclasses
    return {each.name for each in kind.fields(record)}


@pytest.mark.parametrize(
    "record", [*map(named, RECORDS), *RETURNED], ids=lambda each: each.__name__
)
def test_each_record_says_what_its_fields_are(record):
    said = inspect.getdoc(record).partition("Attributes\n")[2].partition("Examples\n")[0]
    told = {
        each.strip()
        for line in said.splitlines()
        if not line.startswith(" ")
        for each in line.partition(" : ")[0].split(",")
    }
    assert fields(record) <= told


def test_importing_qawl_imports_nothing_heavy_and_offers_every_name():
    script = """
import sys, qawl
heavy = {"msgspec", "numpy", "pyarrow", "datasets", "yaml", "jsonschema_rs", "click", "daft"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
assert set(qawl.__all__) <= set(dir(qawl))
corpus = qawl.Corpus(sys.argv[1])
assert len(list(corpus.annotations("quote"))) == 9
assert not {"numpy", "pyarrow", "datasets", "daft"} & set(sys.modules)
for name in qawl.__all__:
    getattr(qawl, name)
from qawl import *
assert Corpus is qawl.Corpus
try:
    qawl.nothing
except AttributeError:
    print("all there")
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(ROOT)], capture_output=True, check=True, text=True
    )
    assert done.stdout == "all there\n"


def test_layers_keep_the_order_of_the_settings_and_unknown_ones_are_refused(recorded):
    corpus = qawl.Corpus(str(recorded.root))
    assert list(corpus.schemes) == list(corpus.settings.layers)
    for ask in (corpus.annotations, corpus.gold, corpus.journal):
        with pytest.raises(qawl.QawlError, match="nothing: no such layer: take one of entity"):
            ask("nothing")


def test_what_changes_on_disk_is_seen_by_an_open_corpus(recorded):
    corpus = qawl.Corpus(recorded.root)
    assert len(corpus.articles) == 3
    path = recorded.articles_file
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    assert len(corpus.articles) == 2
    assert len(list(corpus.annotations("claim"))) == 9
    lines = recorded.annotations_file("claim").read_bytes().splitlines(keepends=True)
    recorded.annotations_file("claim").write_bytes(b"".join(lines[:-1]))
    assert len(list(corpus.annotations("claim"))) == 8


def test_a_new_corpus_holds_nothing_and_says_so(make_corpus):
    corpus = qawl.Corpus(make_corpus().root)
    assert (len(corpus.articles), dict(corpus.releases)) == (0, {})
    for layer in corpus.schemes:
        assert [*corpus.annotations(layer), *corpus.gold(layer), *corpus.journal(layer)] == []
    assert corpus.decide() == {layer: [] for layer in corpus.schemes}


def test_a_release_whose_gates_fail_names_them_all(make_corpus):
    corpus = qawl.Corpus(make_corpus("قال أحمد نعم.", source="wire").root)
    with pytest.raises(qawl.GatesFailed) as failed:
        corpus.release("0.1.0")
    assert any("no licence decision for wire" in gate for gate in failed.value.gates)
    draft = corpus.release("0.1.0", draft=True)
    assert list(draft.manifest.open_gates) == failed.value.gates
    assert dict(corpus.releases) == {}


def test_every_format_is_named_where_the_export_is_described():
    said = inspect.getdoc(qawl.Corpus.export)
    assert all(name in said for name in export.FORMATS)


def test_folders_beside_the_releases_are_no_releases(recorded, monkeypatch):
    corpus = qawl.Corpus(recorded.root)
    corpus.release("0.1.0")
    for name in ("1.0.0-beta", "10.x", "2024", "١.٠.٠", "01.0.0"):  # as people name their copies
        (recorded.releases / name).mkdir()
        (recorded.releases / name / "manifest.json").write_text('{"draft": false}', "utf-8")
    assert list(corpus.releases) == ["0.1.0"]
    assert corpus.release("0.1.0").version == "0.1.0"
    done = CliRunner().invoke(cli.group, ["-C", str(recorded.root), "validate"])
    assert done.exit_code == 0, done.output


def test_one_layer_is_given_as_its_name_or_in_a_list(recorded, tmp_path):
    corpus = qawl.Corpus(recorded.root)
    one = corpus.export("iob2", tmp_path / "one", layers="quote", annotators="a1")
    listed = corpus.export(
        "iob2", tmp_path / "listed", layers=["quote", "quote"], annotators=["a1"]
    )
    assert one == listed
    with pytest.raises(qawl.QawlError, match="nothing: no such layer"):
        corpus.export("iob2", tmp_path / "none", layers="nothing")
