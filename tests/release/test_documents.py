"""The documents of a release: true to its numbers, valid for those who read them, free of what is withheld."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from click.testing import CliRunner

from conftest import ROOT
from corpora import write_articles
from qawl import cli
from qawl.articles import store as article_store
from qawl.articles import withdrawal
from qawl.core import files as core_files
from qawl.core import licences, project
from qawl.core.errors import ProjectError, ReleaseError
from qawl.core.phrases import phrases
from qawl.core.records import Annotation, Span
from qawl.core.settings import Card, parse_settings
from qawl.guidelines.rules import sentence
from qawl.release import build
from qawl.release.documents import card, citation
from qawl.release.rights import leak_check
from qawl.release.rights.runs import RUN
from qawl.release.rights.withheld import Guard
from qawl.release.versions import manifest
from strategies import article

DOCUMENTS = {"README.md", "CITATION.cff", "croissant.json", "GUIDELINES.md", "CHANGELOG.md"}


@pytest.fixture
def built(released):
    """A release of the repository's corpus."""
    return released


def read(folder, name):
    """The text of a document."""
    return (folder / name).read_text("utf-8")


def settings(made, lines):
    """The corpus with these lines as its settings."""
    (made.root / "qawl.yaml").write_text(f"name: trial\n{lines}\n", "utf-8")
    return project.load(made.root)


def marked(text, *, layer="quote", annotator="a1", free=None):
    """An annotation of the first word of a text, with a free text where one is given."""
    frozen = article(text)
    word = text.split()[0]
    attributes = {"speaker": free} if free else {}
    return Annotation(
        article_id=frozen.id,
        layer=layer,
        annotator=annotator,
        text_sha256=frozen.text_sha256,
        scheme_version="0.1",
        spans=(Span("x", "CONTENT", 0, len(word), word, attributes),),
    )


def test_every_document_is_in_the_manifest_and_verified(built):
    assert set(manifest.load(built).files) >= DOCUMENTS
    assert list(manifest.verify(built)) == []
    (built / "CITATION.cff").write_text("x", "utf-8")
    assert list(manifest.verify(built)) == ["CITATION.cff was changed"]


# The card


def test_the_card_has_the_sections_of_the_hubs_template_and_of_a_data_statement(built):
    import huggingface_hub

    said = read(built, "README.md")
    own = Path(huggingface_hub.__file__).parent / "templates" / "datasetcard_template.md"
    wanted = re.findall(r"^#{2,4} (.+?)(?: \[optional\])?$", own.read_text("utf-8"), re.MULTILINE)
    there = re.findall(r"^#{2,4} (.+)$", said, re.MULTILINE)
    more = {"More Information"}  # what else there is, has a section of its own
    assert [each for each in wanted if each not in there and each not in more] == []
    statement = said[said.index("## Data Statement") :]
    elements = re.findall(r"^\d+\. \*\*(.+?)\.\*\*", statement, re.MULTILINE)
    assert len(elements) == 17
    assert elements[4:8] == [
        "Language varieties",
        "Language user demographic",
        "Annotator demographic",
        "Linguistic situation and text characteristics",
    ]


def test_n_comes_first_and_three_articles_are_a_demonstration(built):
    body = read(built, "README.md").partition("\n# ")[2].splitlines()
    assert body[2].startswith("**n = 3 articles**")
    assert "a demonstration of the format" in body[2]


def test_who_is_no_person_is_said(built):
    said = read(built, "README.md")
    assert "**No person made these annotations.**" in said
    assert "| a1 | no | 9 |" in said


def test_a_card_of_people_says_so(make_corpus):
    made = make_corpus("قال أحمد نعم", redistribute=True)
    said = read(build.build(made, "0.1.0", notes=[]).folder, "README.md")
    assert "| a1 | yes | 0 |" in said
    assert "No person" not in said
    assert "| not named | not known | in the release | 1 |" in said


def test_the_loading_examples_of_the_card_run(recorded, built, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.chdir(recorded.root)
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    examples = re.findall(r"```python\n(.*?)```", read(built, "README.md"), re.DOTALL)
    assert len(examples) == 2
    names = {}
    for each in examples:
        exec(each, names)
    assert names["articles"]["train"].num_rows == 3
    assert names["quotes"]["train"].num_rows == len(
        pq.read_table(built / "quotes" / "train.parquet")
    )
    assert len(names["table"]) == 3


def test_what_the_lead_says_is_printed_and_the_rest_is_not_stated(make_corpus):
    made = make_corpus("قال أحمد", redistribute=True)
    lines = """release:
  title: Quotes of the news
  authors: [{family: Haddad, given: Layla, orcid: 0000-0002-1825-0097}, {name: The Desk}]
  card: {rationale: To count quotes., languages: {ar: As in Cairo.}, glossary: {cue: A word.}}"""
    said = read(build.build(settings(made, lines), "0.1.0", notes=[]).folder, "README.md")
    assert "### Curation Rationale\n\nTo count quotes.\n" in said
    assert "`ar` (BCP 47), 1 article: As in Cairo." in said
    assert "- **cue**: A word." in said
    assert "**Curated by:** Haddad, Layla; The Desk" in said
    assert "13. **Disclosures and ethical review.** Funding: Not stated." in said


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("a: b: c", "README.md: the YAML at its head can't be read"),
        ("<<<<<<< HEAD", "README.md"),
        ("a: 2026-02-31", "README.md: the YAML at its head can't be read"),
        ("configs: 5", "README.md: the YAML at its head can't be read"),
        ("configs: [{data_files: [{split: train, path: x}]}]", "can't be read"),
        (
            "configs: [{config_name: x, data_files: [{split: train, path: /etc/*}]}]",
            "'/etc/*' is no",
        ),
        ("configs: [{config_name: x, data_files: [{split: train, path: ''}]}]", "'' is no pattern"),
        ("[1, 2]", "README.md has no YAML at its head"),
    ],
)
def test_a_template_whose_head_names_no_tables_is_refused(make_corpus, head, said):
    made = make_corpus("x", redistribute=True)
    (made.root / "card.md.j2").write_text(f"---\n{head}\n---\n# x\n", "utf-8")
    with pytest.raises(ReleaseError) as raised:
        build.build(made, "0.1.0", notes=[])
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (
            "---\n{{ metadata }}---\n{{ card.fundng }}\n",
            "line 3: 'dict object' has no attribute 'fundng'",
        ),
        ("{{ nothing }}", "line 1: 'nothing' is undefined"),
        ("a\n{% for %}", "line 2: "),
    ],
)
def test_a_template_with_an_unknown_field_is_one_line(make_corpus, monkeypatch, template, said):
    made = make_corpus("قال أحمد", redistribute=True)
    (made.root / "card.md.j2").write_text(template, "utf-8")
    with pytest.raises(ReleaseError) as raised:
        build.build(made, "0.1.0", notes=[])
    assert str(raised.value).startswith(f"card.md.j2, {said}")
    assert len(str(raised.value).splitlines()) == 1
    assert not list(made.releases.iterdir())
    monkeypatch.chdir(made.root)
    assert CliRunner().invoke(cli.group, ["release", "0.1.0"]).exit_code == 1


def test_a_corpus_may_bring_its_own_template(make_corpus):
    made = make_corpus("قال أحمد", redistribute=True)
    (made.root / "card.md.j2").write_text(
        "---\n{{ metadata }}---\nOurs: {{ facts.articles }}", "utf-8"
    )
    assert read(build.build(made, "0.1.0", notes=[]).folder, "README.md").endswith("\nOurs: 1")


def test_the_fields_of_a_card_are_documented(recorded):
    said = (ROOT / "docs" / "release.md").read_text("utf-8")
    for name in Card.__struct_fields__:
        assert f"| `{name}` |" in said, name


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((each, True) for each in ("", "  ", None, "TODO", "tbd.", "<say who>", "…", "TODO: ask")),
        *((each, True) for each in ("[More Information Needed]", "?")),
        *((each, False) for each in ("not stated", "None.", "[a page](x)", "As in <i>Cairo</i>.")),
    ],
)
def test_a_placeholder_is_no_answer(value, expected):
    assert card.is_placeholder(value) is expected


# The citation

CFF = {
    "type": "object",
    "additionalProperties": False,
    "required": ["cff-version", "message", "title", "authors"],
    "properties": {
        "cff-version": {"const": "1.2.0"},
        "message": {"type": "string", "minLength": 1},
        "type": {"enum": ["dataset", "software"]},
        "title": {"type": "string", "minLength": 1},
        "authors": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "anyOf": [{"required": ["name"]}, {"required": ["family-names"]}],
                "properties": {
                    **{
                        name: {"type": "string", "minLength": 1}
                        for name in ("name", "family-names", "given-names", "affiliation")
                    },
                    "orcid": {"pattern": r"^https://orcid\.org/(\d{4}-){3}\d{3}[\dX]$"},
                },
            },
        },
        "version": {"type": "string", "minLength": 1},
        "date-released": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
        "license": {"type": "string"},
        "doi": {"type": "string", "pattern": r"^10\.\d{4,9}(\.\d+)?/\S+$"},
        "commit": {"type": "string", "minLength": 1},
        "url": {"pattern": "^https://.+"},
        "repository": {"pattern": "^https://.+"},
        "identifiers": {
            "type": "array",
            "items": {
                "required": ["type", "value"],
                "properties": {"type": {"enum": ["doi", "url", "swh", "other"]}},
            },
        },
    },
}
"""What CFF 1.2.0 asks of the keys that a release uses."""


def test_the_citation_has_the_keys_of_cff(built):
    said = yaml.safe_load(read(built, "CITATION.cff"))
    jsonschema.validate(said, CFF)
    assert said["version"] == "0.1.0"
    assert said["date-released"] == manifest.load(built).date
    assert said["license"] == "CC-BY-4.0"
    assert "commit" not in said
    assert "exports/published/0.1.0.cff" in read(built, "CITATION.cff")


def test_a_published_citation_has_its_commit_and_doi(make_corpus):
    made = make_corpus("قال أحمد", redistribute=True)
    lines = """release:
  repo: me/news
  license: other
  authors: [{family: Haddad, given: Layla, orcid: 0000-0002-1825-0097, affiliation: Cairo}]"""
    folder = build.build(settings(made, lines), "0.1.0", notes=[]).folder
    said = citation.published(read(folder, "CITATION.cff"), commit="abc", doi="10.5281/zenodo.1")
    known = yaml.safe_load(said)
    jsonschema.validate(known, CFF)
    assert (known["commit"], known["doi"]) == ("abc", "10.5281/zenodo.1")
    assert "license" not in known
    assert "other" in known["message"]
    assert known["url"].endswith("me/news/tree/0.1.0")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("authors: [{}]", "family and given, or the name"),
        ("authors: [{name: A, family: B}]", "family and given, or the name"),
        ("authors: [{name: A, orcid: '123'}]", "not an ORCID"),
        ("doi: https://doi.org/10.5281/x", "not a DOI"),
        ("card: {fundng: x}", "fundng"),
    ],
)
def test_wrong_settings_of_a_citation_are_one_line(line, said):
    with pytest.raises(ProjectError, match=said):
        parse_settings(f"name: x\nrelease: {{{line}}}", "qawl.yaml")


def test_licences_have_their_spdx_name():
    assert licences.spdx("cc-by-nc-sa-4.0") == "CC-BY-NC-SA-4.0"
    assert licences.spdx("odbl") == "ODbL-1.0"
    assert licences.spdx("ours") is None
    assert licences.address("cc0-1.0") == "https://spdx.org/licenses/CC0-1.0.html"


@pytest.mark.soak
def test_cffconvert_finds_the_citation_valid(built, tmp_path):
    """Its dependencies don't go with ours, so it gets an environment of its own."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "cffconvert"], check=True)
    tool = tmp_path / "venv" / "bin" / "cffconvert"
    done = subprocess.run(
        [tool, "--validate"], cwd=built, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


# Croissant


def nodes(value, kind):
    """Every node of a type, however deep."""
    if isinstance(value, dict):
        if value.get("@type") == kind:
            yield value
        for each in value.values():
            yield from nodes(each, kind)
    elif isinstance(value, list):
        for each in value:
            yield from nodes(each, kind)


def test_croissant_has_every_name_and_the_digest_of_every_table(built):
    said = json.loads(read(built, "croissant.json"))
    wanted = ("name", "description", "license", "url", "creator", "datePublished", "version")
    assert [each for each in wanted if not said.get(each)] == []
    assert said["conformsTo"][0] == "http://mlcommons.org/croissant/1.1"
    assert said["rai:dataAnnotationPlatform"] == "Label Studio"
    assert said["prov:wasGeneratedBy"]["prov:endedAtTime"] == manifest.load(built).date
    assert {each["@type"] for each in said["prov:wasAttributedTo"]} == {"prov:SoftwareAgent"}
    for kind in ("cr:FileObject", "cr:FileSet", "cr:RecordSet", "cr:Field"):
        found = list(nodes(said, kind))
        assert found
        assert all(each["name"] and each["@id"] for each in found)
        assert len({each["@id"] for each in found}) == len(found)
    files = manifest.load(built).files
    tables = {each["contentUrl"]: each["sha256"] for each in nodes(said, "cr:FileObject")}
    assert tables == {path: each.sha256 for path, each in files.items() if "parquet" in path}
    known = {each["@id"] for each in nodes(said, "cr:Field")}
    for path in tables:
        config = Path(path).parent.name
        assert {f"{config}/{name}" for name in pq.read_schema(built / path).names} <= known


behind_the_times = pytest.mark.filterwarnings("ignore::DeprecationWarning")
"""mlcroissant uses what rdflib and pandas will drop."""


@pytest.fixture
def croissant():
    """mlcroissant, quiet."""
    import logging

    import mlcroissant

    logging.getLogger("absl").setLevel(logging.ERROR)
    return mlcroissant


@behind_the_times
def test_mlcroissant_loads_every_table(built, croissant):
    dataset = croissant.Dataset(jsonld=str(built / "croissant.json"))
    issues = dataset.metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set())
    counted = {}
    for name, said in manifest.load(built).content.items():
        config = name.partition("/")[0]
        counted[config] = counted.get(config, 0) + said.rows
    records = {config: list(dataset.records(record_set=config)) for config in counted}
    for config, rows in counted.items():
        assert len(records[config]) == rows
        assert {each[f"{config}/split"] for each in records[config]} == {b"train"}
    table = pq.read_table(built / "entities" / "train.parquet").to_pylist()
    first = records["entities"][0]
    assert first["entities/text"].decode() == table[0]["text"]
    assert first["entities/label"] == table[0]["label"]
    row = records["articles"][0]
    spans = pq.read_table(built / "articles" / "train.parquet").to_pylist()[0]["entity_spans"]
    assert [each["articles/entity_spans/start"] for each in row["articles/entity_spans"]] == [
        each["start"] for each in spans
    ]


@behind_the_times
def test_mlcroissant_tells_the_splits_apart(make_corpus, croissant):
    texts = [f"قال أحمد {number}" for number in range(40)]
    made = make_corpus(*texts, settings="layers: [entity]", redistribute=True)
    folder = build.build(made, "0.1.0", notes=[]).folder
    splits = manifest.load(folder).articles.splits
    assert all(splits.values())
    dataset = croissant.Dataset(jsonld=str(folder / "croissant.json"))
    found = [each["articles/split"].decode() for each in dataset.records(record_set="articles")]
    assert {split: found.count(split) for split in splits} == splits


# Guidelines and changelog


def test_the_guidelines_say_what_the_schemes_say(built, schemes):
    said = read(built, "GUIDELINES.md")
    for scheme in schemes.values():
        for label in scheme.labels:
            assert label.definition["en"] in said
            assert label.definition["ar"] in said
            assert label.example["ar"] in said
        for attribute in scheme.attributes:
            assert f"**`{attribute.name}`**" in said
        for line in scheme.instructions["ar"].strip().splitlines():
            assert line in said
        for rule in scheme.rules:
            assert sentence(rule, phrases("en")) in said
            assert sentence(rule, phrases("ar")) in said
    assert not re.search(r"[ \t]$", said, re.MULTILINE)


def test_the_changelog_grows_with_each_release(make_corpus):
    made = make_corpus("قال أحمد", "قالت ليلى", "قال سعيد", redistribute=True)
    one = build.build(made, "0.1.0", notes=[]).folder
    first = read(one, "CHANGELOG.md")
    assert "## 0.1.0\n\nThe first release: 3 articles." in first
    gone = article("قال سعيد").id
    withdrawal.withdraw(made, gone, "the source asked")
    two = build.build(made, "0.2.0", notes=[]).folder
    second = read(two, "CHANGELOG.md")
    assert "Changes from 0.1.0 to 0.2.0:" in second
    assert "| articles |  | removed | 1 |" in second
    assert f"- Article `{gone}` was withdrawn: the source asked" in second
    assert second.endswith(first[first.index("## 0.1.0") :])
    write_articles(made, [*article_store.articles(made), article("قالت سعاد", redistribute=True)])
    third = read(build.build(made, "0.3.0", notes=[]).folder, "CHANGELOG.md")
    assert third.count("was withdrawn") == 1
    assert [line for line in third.splitlines() if line.startswith("## ")] == [
        "## 0.3.0",
        "## 0.2.0",
        "## 0.1.0",
    ]


def test_an_older_release_built_again_is_the_same(make_corpus):
    made = make_corpus("قال أحمد", redistribute=True)
    build.build(made, "0.1.0", notes=[])
    articles = list(article_store.articles(made))
    write_articles(made, [*articles, article("قالت سعاد", redistribute=True)])
    build.build(made, "0.2.0", notes=[])
    write_articles(made, articles)
    assert not build.build(made, "0.1.0", notes=[]).fresh


def test_a_version_below_the_last_is_refused(make_corpus):
    made = make_corpus("قال أحمد", redistribute=True)
    build.build(made, "0.2.0", notes=[])
    write_articles(made, [*article_store.articles(made), article("قالت سعاد", redistribute=True)])
    with pytest.raises(ReleaseError, match=r"0\.1\.0 can't follow 0\.2\.0"):
        build.build(made, "0.1.0", notes=[])


# Withheld text in whatever is shipped

HELD = "هذا نص لا يجوز نشره لأن حقوقه محفوظة لصاحبه وحده دون غيره"
FREE = "قالت الوزارة إن المحطة ستعمل غدا"


@pytest.fixture
def guarded(make_corpus):
    """A corpus with a withheld and a free article."""
    made = make_corpus(FREE, redistribute=True)
    write_articles(made, [*article_store.articles(made), article(HELD, redistribute=False)])
    return made


def refused(made):
    """Why a release is refused."""
    with pytest.raises(ReleaseError) as raised:
        build.build(made, "0.1.0", notes=["a gate"])
    assert not list(made.releases.glob("*"))
    return str(raised.value)


def test_withheld_text_in_a_document_is_found(guarded):
    lines = f"release: {{card: {{other: '{HELD[5:40]}'}}}}"
    assert refused(settings(guarded, lines)).startswith("README.md: ")


def test_withheld_text_in_a_document_that_escapes_it_is_found(guarded):
    said = HELD[5:40].replace(" ", '"', 1)
    (guarded.root / "card.md.j2").write_text("{{ name }}", "utf-8")
    made = settings(guarded, f"release: {{card: {{collection: '{said}'}}}}")
    held = [article(HELD.replace(HELD[5:40], said), redistribute=False)]
    write_articles(
        made, [*held, *(each for each in article_store.articles(made) if each.redistribute)]
    )
    assert refused(made).startswith("croissant.json: ")


def test_withheld_text_in_the_free_text_of_a_free_article_is_left_out(guarded):
    """The value alone: the release is built, and no table has it."""
    core_files.write(guarded.annotations_file("quote"), [marked(FREE, free=HELD[: RUN + 2])])
    folder = build.build(guarded, "0.1.0", notes=[]).folder
    for path in folder.rglob("*.parquet"):
        assert HELD[:RUN] not in str(pq.read_table(path).to_pylist())


def test_a_short_piece_and_pieces_beside_each_other_are_none(guarded):
    records = [marked(FREE, free=HELD[: RUN - 1])]
    core_files.write(guarded.annotations_file("quote"), records)
    folder = build.build(guarded, "0.1.0", notes=[]).folder
    name, ids = next(leak_check.text_columns(folder / "articles" / "train.parquet"))
    assert (name, leak_check._joined(ids)) == ("id", "".join(ids.to_pylist()))
    column = pa.array([HELD[:10], None, HELD[10:25]])
    guard = Guard(lambda: article_store.articles(guarded))
    assert guard.run_in(leak_check._joined(column))
    assert leak_check._in_column("text", column, guard) is None
    assert leak_check._in_column("text", column.slice(1), guard) is None


def test_long_texts_are_searched_to_their_end(monkeypatch):
    from qawl.release.rights import withheld

    monkeypatch.setattr(withheld, "CHUNK", 7)
    guard = Guard(lambda: [article(HELD, redistribute=False)])
    for start in range(len(HELD) - RUN + 1):
        piece = HELD[start : start + RUN]
        assert guard.run_in("x" * start + piece + "y") == piece
    assert guard.run_in(HELD[: RUN - 1] + "x" + HELD[RUN : RUN * 2 - 1]) is None


def test_all_is_searched_in_a_release_with_withheld_text(recorded, built):
    guard = Guard(lambda: article_store.articles(recorded))
    leak_check.check(built, guard)
    secret = next(each for each in article_store.articles(recorded) if not each.redistribute)
    for name in sorted(DOCUMENTS):
        copy = built.parent / "copy"
        shutil.copytree(built, copy)
        with (copy / name).open("a", encoding="utf-8") as file:
            file.write(secret.text[100:130].replace("\n", " "))
        with pytest.raises(ReleaseError, match=name):
            leak_check.check(copy, guard)
        shutil.rmtree(copy)
