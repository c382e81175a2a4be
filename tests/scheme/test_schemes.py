"""Schemes, and the configs and schemas that are made from them."""

import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from label_studio_sdk.label_interface import LabelInterface

from conftest import LAYERS, ROOT, TOY
from qawl.core import project, settings
from qawl.core.errors import ProjectError, SchemeError
from qawl.scheme import generated, json_schema, scheme
from qawl.scheme.digest import digest
from qawl.scheme.label_config import config_xml
from qawl.setup import init
from qawl.validation.level1_records import check_format


@pytest.mark.parametrize("layer", LAYERS)
def test_every_label_and_value_is_explained_in_arabic_and_english(schemes, layer):
    current = schemes[layer]
    for label in current.labels:
        for words in (label.title, label.definition, label.example):
            assert words.keys() >= {"ar", "en"}, label.name
        for language in ("ar", "en"):
            assert "[" in label.example[language], label.name
    for attribute in current.attributes:
        for each in (attribute, *attribute.listed):
            assert each.title.keys() >= {"ar", "en"}


@pytest.mark.parametrize("layer", LAYERS)
def test_no_two_keys_of_a_config_are_the_same(schemes, layer):
    current = schemes[layer]
    for label in current.labels:
        keys = [each.hotkey for each in current.labels]
        keys += [
            value.hotkey
            for each in current.attributes_of(label.name)
            for value in each.listed
            if value.hotkey
        ]
        assert len(keys) == len(set(keys)), label.name


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_label_studio_accepts_the_config(schemes, layer, language):
    config = config_xml(schemes[layer], language)
    LabelInterface(config).validate()
    root = ET.fromstring(config)
    assert {each.get("alias") for each in root.iter("Label")} == set(schemes[layer].label)
    assert root.find(".//Text").get("granularity") == "symbol"
    assert ("rtl" in root.get("style")) == (language == "ar")
    names = {each.get("name") for each in root.iter() if each.tag in {"Choices", "TextArea"}}
    assert names >= set(schemes[layer].attribute)


def test_arrows_are_plain_where_their_ends_name_them(schemes):
    assert "<Relations>" not in config_xml(schemes["quote"], "ar")
    root = ET.fromstring(config_xml(schemes["claim"], "ar"))
    assert [each.get("value") for each in root.iter("Relation")] == ["same_claim", "contradicts"]


def test_labels_are_named_in_the_yaml_alone():
    names = {
        label
        for layer in LAYERS
        for label in scheme.load_file(ROOT / "label_config" / f"{layer}.yaml").label
    }
    pattern = re.compile(
        rf"\b({'|'.join(sorted(names - {'UNIT', 'DATE', 'TIME', 'LAW', 'EVENT'}))})\b"
    )
    for path in (ROOT / "src").rglob("*.py"):
        found = pattern.search(
            re.sub(r"#.*|\"\"\".*?\"\"\"", "", path.read_text("utf-8"), flags=re.DOTALL)
        )
        assert not found, f"{path.name} names {found and found.group()}"


def test_made_files_of_the_repository_are_fresh():
    assert generated.stale(project.load(ROOT)) == []


def test_a_stale_made_file_is_found_and_made_again(make_corpus):
    corpus = make_corpus()
    (corpus.label_config / "quote.xml").write_text("old", "utf-8")
    (corpus.schemas / "annotation.claim.json").unlink()
    assert {path.name for path in generated.stale(corpus)} == {"quote.xml", "annotation.claim.json"}
    generated.make(corpus)
    assert generated.stale(corpus) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "hotkey: a}",
            "hotkey: a}\n  - {name: A, title: {}, definition: {}, example: {}, color: x, hotkey: b}",
            "label 'A' is there twice",
        ),
        (
            'version: "1"',
            (
                'version: "1"\nrelations: [{name: r, title: {}, from: [A], to: [A]}]\n'
                "rules: [{rule: relation_count, relation: r, of: A, min: 2}, "
                "{rule: relation_count, relation: r, of: A, max: 1}]"
            ),
            "one rule asks for 2, another allows 1",
        ),
        ("format: 1", "format: 2", "format"),
        ("layer: toy", "layer: toy\nlayer: toy", "is there twice"),
        ("layer: toy", "layer: [", "not YAML"),
        ("layer: toy", "layer: toy\nlabls: []", "labls"),
        ('version: "1"', 'version: "1"\nrules: [{rule: no_crossing, labels: [B]}]', "no label B"),
        (
            'version: "1"',
            'version: "1"\nrules: [{rule: relation_count, relation: r, of: A, min: 2, max: 1}]',
            "no relation r",
        ),
        (
            'version: "1"',
            'version: "1"\nrelations: [{name: r, title: {}, from: [A], to: [B]}]',
            "no label B",
        ),
        ('version: "1"', 'version: "1"\nattributes: [{name: x, title: {}, of: [A]}]', "no values"),
        (
            'version: "1"',
            'version: "1"\nattributes: [{name: toy, title: {}, kind: text}]',
            "'toy' is there twice",
        ),
    ],
)
def test_a_wrong_scheme_is_one_line_that_says_where(old, new, said):
    with pytest.raises(SchemeError) as caught:
        scheme.parse(TOY.replace(old, new, 1), "toy.yaml")
    assert str(caught.value).startswith("toy.yaml")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_new_layer_needs_no_python(make_corpus):
    corpus = make_corpus("نص", settings="layers: [toy]")
    (corpus.label_config / "toy.yaml").write_text(TOY, "utf-8")
    generated.make(corpus)
    assert (corpus.label_config / "toy.xml").is_file()
    assert (corpus.schemas / "annotation.toy.json").is_file()


def test_schemas_are_closed_for_a_layer_and_open_for_any(schemes):
    import jsonschema

    record = {
        "format": 1,
        "article_id": "0" * 12,
        "layer": "quote",
        "annotator": "a1",
        "status": "submitted",
        "text_sha256": "0" * 64,
        "scheme_version": "0.1",
        "spans": [
            {"id": "x", "label": "CUE", "start": 0, "end": 3, "text": "قال", "attributes": {}}
        ],
        "relations": [],
        "attributes": {},
        "provenance": dict.fromkeys(
            ("project", "task", "annotation", "created_at", "updated_at", "lead_time")
        ),
    }
    strict = jsonschema.Draft202012Validator(json_schema.annotation_schema(schemes["quote"]))
    strict.validate(record)
    record["spans"][0]["label"] = "VERB"
    assert check_format(record) is None
    assert not strict.is_valid(record)
    for wrong in (
        {"label": "CONTENT"},
        {"label": "CUE", "attributes": {"quote_type": "direct"}},
        {"label": "CUE", "start": -1},
    ):
        assert not strict.is_valid({**record, "spans": [{**record["spans"][0], **wrong}]})


def test_init_makes_a_corpus_that_is_in_order(tmp_path):
    corpus = init.init(tmp_path / "new corpus")
    assert project.load(corpus.root).settings.name == "new-corpus"
    assert generated.stale(corpus) == []
    for part in ("corpus", "label_config", "schemas", "exports"):
        assert len((corpus.root / part / "README.md").read_text("utf-8").splitlines()) >= 3
    with pytest.raises(ProjectError, match="is a corpus already"):
        init.init(corpus.root)


def test_init_keeps_what_is_in_an_existing_folder(tmp_path):
    (tmp_path / "label_config").mkdir()
    mine = tmp_path / "label_config" / "entity.yaml"
    mine.write_text(
        Path(ROOT / "label_config" / "entity.yaml").read_text("utf-8").replace('"0.1"', '"9.9"'),
        "utf-8",
    )
    init.init(tmp_path)
    assert "9.9" in mine.read_text("utf-8")


def test_git_never_sees_what_belongs_to_this_machine(tmp_path):
    (tmp_path / ".gitignore").write_text("*.pyc\n")
    generated = init.init(tmp_path, name="mine")
    with project.lock(generated, "push"):
        (generated.state / "users.json").write_text("{}")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    done = subprocess.run(
        ["git", "status", "--porcelain", "-uall"], cwd=tmp_path, check=True, capture_output=True
    )
    assert b"qawl.yaml" in done.stdout
    assert b".qawl" not in done.stdout


def test_git_changes_no_line_ends_of_a_corpus(tmp_path):
    # git for Windows has core.autocrlf set: hashes of articles, schemas and releases would be others.
    made = init.init(tmp_path / "mine")

    def git(*words):
        words = ("-c", "core.autocrlf=true", "-c", "user.name=a", "-c", "user.email=a@b.c", *words)
        subprocess.run(["git", *words], cwd=made.root, check=True, capture_output=True)

    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "a corpus")
    git("clone", "-q", ".", str(tmp_path / "copy"))
    for path in (made.root / "schemas").iterdir():
        assert (tmp_path / "copy" / "schemas" / path.name).read_bytes() == path.read_bytes()
    assert not list(generated.stale(project.load(tmp_path / "copy")))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "name"),
        ("name: x\nlayrs: []", "layrs"),
        ("name: x\nannotators: [a1, a1]", "a1"),
        ("name: x\nannotators: ['a 1']", "a 1"),
        ("name: x\noverlap: {quote: 0}", "overlap.quote"),
        ("name: x\noverlap: {qoute: 1}", "overlap.qoute: not one of the layers"),
        ("name: x\nannotators: [{name: a1, share: 0}]", "share of a1 is 0"),
        ("name: x\nannotators: [a1, adjudication]", "the judge's pseudonym"),
        ("name: x\nlabel_studio: {url: 'localhost:8080'}", "is not an address"),
        *(
            (f"name: x\nlabel_studio: {{url: '{url}'}}", "is not an address")
            for url in ("http://a..b", "http://.", "http://[::1]]", "http://h:8080?x=1")
        ),
        ("name: x\nlabel_studio: {url: 'http://me:secret@host'}", "holds a password"),
        ("name: x\nrelease: {splits: {train: 0.5}}", "add up to 1"),
        ("name: [", "not YAML"),
        ("name: x\nname: y", "is there twice"),
    ],
)
def test_wrong_settings_are_one_line(text, said):
    with pytest.raises(ProjectError) as caught:
        settings.parse_settings(text, "qawl.yaml")
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_digest_of_a_scheme_is_the_one_of_earlier_releases():
    """A changelog says that a scheme changed where its digest did."""
    kept = ROOT / "tests/data/kept/label_config"
    earlier = {"entity": "b7dda57fc063", "quote": "8e87eea776b2"}
    for layer, wanted in earlier.items():
        text = (kept / f"{layer}.yaml").read_text("utf-8")
        assert digest(scheme.parse(text, "x"))[:12] == wanted
        shown = text.replace('    hotkey: "1"', '    hotkey: "1"\n    finds: content')
        assert digest(scheme.parse(shown, "x"))[:12] == wanted
    assert digest(scheme.parse(TOY, "x")) != digest(
        scheme.parse(TOY.replace("en: a", "en: b"), "x")
    )
