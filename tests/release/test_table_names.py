"""Names of layers and attributes that mean something else to those who load a release: `datasets`,
Croissant's reader."""

import json
import logging

import pytest

import corpora
from corpora import choice, main, mark, pull, qawl, work

TEXT = "Mona Haddad left."
SCHEME = """
format: 1
layer: {}
labels: [A]
attributes:
  - {{name: topics, kind: tree, multiple: true, values: [{{P: [Q]}}, R]}}
  - {{name: kinds, kind: tree, multiple: true, of: [A], values: [{{P: [Q]}}, R]}}
"""


@pytest.fixture
def corpus(tmp_path):
    """corpus(layer, …): a corpus with gold in layers of these names."""

    def make(*layers):
        qawl(tmp_path, "init", "c", "--language", "en")
        root = tmp_path / "c"
        for path in (root / "label_config").iterdir():
            path.unlink()
        for layer in layers:
            (root / "label_config" / f"{layer}.yaml").write_text(SCHEME.format(json.dumps(layer)))
        settings = {
            "name": "c",
            "language": "en",
            "layers": layers,
            "annotators": ["a1"],
            "release": {"license": "cc-by-4.0", "splits": {"train": 1}},
        }
        (root / "qawl.yaml").write_text(json.dumps(settings))
        qawl(root, "scheme")
        line = {"text": TEXT, "source": "S", "license": "CC0-1.0", "redistribute": True}
        (root / "in.jsonl").write_text(json.dumps(line))
        qawl(root, "ingest", "in.jsonl")
        for number, layer in enumerate(layers, start=1):
            annotation = {"id": number, "completed_by": 1, "result": list(results(layer))}
            task = {"id": number, "data": {"text": TEXT}, "annotations": [annotation]}
            (root / "export.json").write_text(json.dumps([task]))
            qawl(root, "pull", "--from", "export.json", "--layer", layer, "--annotator", "a1")
        qawl(root, "adjudicate")
        return root

    return make


def results(layer):
    """A span, with paths of trees on it and on the article, as Label Studio's Taxonomy sends them."""
    value = {"start": 0, "end": 4, "text": "Mona"}
    where = {"id": "a", "to_name": "text"}
    yield {**where, "from_name": layer, "type": "labels", "value": {**value, "labels": ["A"]}}
    paths = {"taxonomy": [["P", "Q"], ["R"]]}
    yield {**where, "from_name": "kinds", "type": "taxonomy", "value": {**value, **paths}}
    yield {"id": "t", "to_name": "text", "from_name": "topics", "type": "taxonomy", "value": paths}


NAMES = {
    ("default",): "default_spans",  # the config that `datasets` loads without a name
    ("splits",): "splits",  # a record set of croissant.json
    ("x-files", "x"): "x",  # the set of files of a table called x
    ("no",): "no",  # false in YAML 1.1
    ("__x__",): "__x__",  # a folder that `datasets` passes over where nobody asks for it
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # mlcroissant uses what others will drop
@pytest.mark.parametrize("layers", NAMES)
def test_every_table_loads_whatever_the_layer_is_called(layers, corpus, tmp_path):
    import datasets
    import mlcroissant

    logging.getLogger("absl").setLevel(logging.ERROR)
    root = corpus(*layers)
    qawl(root, "release", "0.1.0")
    folder = root / "exports" / "releases" / "0.1.0"
    assert NAMES[layers] in datasets.get_dataset_config_names(str(folder))
    cache = str(tmp_path / "cache")
    rows = datasets.load_dataset(str(folder), NAMES[layers], cache_dir=cache)["train"]
    assert rows["text"][:] == ["Mona"]
    default = datasets.load_dataset(str(folder), cache_dir=cache)["train"]
    assert default["text"][:] == [TEXT]
    described = mlcroissant.Dataset(jsonld=str(folder / "croissant.json"))
    assert described.metadata.ctx.issues.errors == set()
    (article,) = described.records(record_set="articles")
    paths = article[f"articles/{layers[-1]}_topics"]
    assert [[each.decode() for each in path] for path in paths] == [["P", "Q"], ["R"]]
    (span,) = described.records(record_set=NAMES[layers])
    assert [[each.decode() for each in path] for path in span[f"{NAMES[layers]}/kinds"]] == [
        ["P", "Q"],
        ["R"],
    ]


ATTRIBUTES = (
    "نوع",
    "हिन्दी",
    "kind of",
    "a.b",
    "a/b",
    "a=20b",
    "split",
    "where",
    "q's \\",
    "$x",
    "1st",
)
"""In ids: white space, which none may hold, and what parts them. In a JSONPath: all but plain ASCII words."""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # mlcroissant uses what others will drop
def test_every_attribute_loads_by_croissant_whatever_it_is_called(tmp_path):
    import mlcroissant

    logging.getLogger("absl").setLevel(logging.ERROR)
    listed = [f"v{number}" for number in range(len(ATTRIBUTES))]
    spans = [choice(name, *listed, of=["A"]) for name in ATTRIBUTES]
    whole = [choice(f"of all: {name}", *listed, "w") for name in ATTRIBUTES]
    scheme = corpora.scheme("x", ["A"], [*spans, *whole])
    root = corpora.corpus(tmp_path / "c", scheme, {"one": TEXT}, ["a1"])
    said = dict(zip(ATTRIBUTES, listed, strict=True))
    pull(root, "x", {"one": TEXT}, {"a1": {"one": work([mark("m", "A", 0, 4, **said)])}})
    qawl(root, "adjudicate")
    qawl(root, "release", "0.1.0", "--draft")
    path = root / "exports" / "releases" / "0.1.0" / "croissant.json"
    described = mlcroissant.Dataset(jsonld=str(path))
    assert described.metadata.ctx.issues.errors == set()
    ids = {
        field["name"]: field["@id"]
        for each in json.loads(path.read_text("utf-8"))["recordSet"]
        for field in each["field"]
        if each["@id"] == "x"
    }
    assert ids.keys() >= set(ATTRIBUTES)
    (span,) = described.records(record_set="x")
    assert [span[ids[name]] for name in ATTRIBUTES] == list(range(len(ATTRIBUTES)))
    (article,) = described.records(record_set="articles")
    (nested,) = article["articles/x_spans"]
    inner = [f"articles/x_spans/{ids[name].partition('/')[2]}" for name in ATTRIBUTES]
    assert [nested[each] for each in inner] == list(range(len(ATTRIBUTES)))


def test_the_example_in_the_card_is_python_whatever_the_tables_are_called(corpus):
    """`class = load_dataset(…)` stood there: a layer of classes is a common one."""
    root = corpus("class", "load_dataset", "x-files", "news")
    qawl(root, "release", "0.1.0")
    card = (root / "exports" / "releases" / "0.1.0" / "README.md").read_text("utf-8")
    example = card.partition("```python\n")[2].partition("```")[0]
    compile(example, "README.md", "exec")
    for name, variable in {"class": "rows", "load_dataset": "rows", "news": "news"}.items():
        assert f'{variable} = load_dataset("exports/releases/0.1.0", "{name}")\n' in example


def test_a_card_with_two_defaults_is_refused(corpus):
    # An own template may write the configs by hand.
    root = corpus("x")
    (root / "card.md.j2").write_text("---\n{{ metadata }}---\n")
    qawl(root, "release", "0.1.0", "--draft")
    card = (root / "exports" / "releases" / "0.1.0" / "README.md").read_text()
    two = card.replace("config_name: x\n", "config_name: x\n  default: true\n", 1)
    assert two != card
    (root / "card.md.j2").write_text(two)
    code, said = main(root, "release", "0.1.0", "--draft")
    assert code == 1
    assert "the card has several default configs (articles, x)" in said


def test_a_table_that_is_called_default_is_refused_with_a_free_name(corpus):
    root = corpus("x")
    with (root / "label_config" / "x.yaml").open("a") as file:
        file.write("table: {name: Default}\n")
    code, said = main(root, "scheme")
    assert code == 1
    assert "call it default_spans" in said
