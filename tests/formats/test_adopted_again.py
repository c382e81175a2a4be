"""What `qawl export` writes, `qawl adopt` reads back: equal records, but for what a format is named to lose.

The corpus has names in three scripts, spans nested in and crossing others, arrows both ways, values of every kind
and a letter of two code units before spans, as other teams' data have them.
"""

import json

import pytest

import corpora
from conftest import needs
from corpora import arrow, choice, mark, pull, qawl, work

TEXTS = {
    "ar": "قال وزير خارجية مصر لترامب: «نعم».\nوأضاف الوزير: «لا نعم».",
    "en": "👩‍🚀 The bank said “yes”, she added “and no”.",
    "zh": "北京大学说：“好”。",
}
SCHEME = corpora.scheme(
    "acts",
    ["PER", "a label", "مكان"],
    attributes=[
        choice("certainty", "yes", "no", of=["PER", "a label"]),
        choice("kinds", "x", "y z", of=["مكان"], kind="choices"),
        {"name": "score", "title": {"en": "score"}, "kind": "number", "of": ["PER"]},
        {"name": "topic", "title": {"en": "topic"}, "kind": "text"},
    ],
    relations=["goes on", "قال"],
)


def at(name, piece, label, identity, **attributes):
    start = TEXTS[name].index(piece)
    return mark(identity, label, start, start + len(piece), **attributes)


def done(who):
    """Work of an annotator on all texts; the second leaves one span out."""
    ar = [
        at("ar", "وزير خارجية مصر", "PER", "a1", certainty="yes"),
        at("ar", "مصر", "مكان", "a2", kinds=["x", "y z"]),
        at("ar", "ترامب", "PER", "a3"),
    ][: 4 - who]
    arrows = [arrow("قال", "a1", "a2"), arrow("goes on", "a2", "a1", "bi")]
    en = [at("en", "The bank", "a label", "e1", certainty="no"), at("en", "bank said", "PER", "e2")]
    return {
        "ar": work(ar, arrows, topic="سياسة"),
        "en": work(en, [arrow("goes on", "e2", "e1"), arrow("قال", "e2", "e1", "left")]),
        "zh": work([at("zh", "北京", "مكان", "z1")]),
    }


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    home = tmp_path_factory.mktemp("again")
    folder = corpora.corpus(home / "corpus", SCHEME, TEXTS, ["a1", "a2"])
    pull(folder, "acts", TEXTS, {"a1": done(1), "a2": done(2)})
    return folder


def ends(relation):
    """The ids of the spans from which and to which a relation leads, however it was drawn."""
    both = relation["from"], relation["to"]
    return both[::-1] if relation.get("direction") == "left" else both


def records(folder):
    """(text, annotator) → (spans, relations, attributes), by places."""
    articles = (folder / "corpus" / "articles.jsonl").read_text("utf-8").splitlines()
    texts = {each["id"]: each["text"] for each in map(json.loads, articles)}
    (path,) = (folder / "exports" / "annotations").glob("*.jsonl")
    found = {}
    for each in map(json.loads, path.read_text("utf-8").splitlines()):
        place = {s["id"]: (s["label"], s["start"], s["end"]) for s in each["spans"]}
        spans = sorted(
            (*place[s["id"]], json.dumps(s["attributes"], sort_keys=True)) for s in each["spans"]
        )
        arrows = sorted(
            (
                r["label"],
                *map(place.get, ends(r)),
                r.get("direction", "right").replace("left", "right"),
            )
            for r in each["relations"]
        )
        found[texts[each["article_id"]], each["annotator"]] = spans, arrows, each["attributes"]
    return found


def again(corpus, folder, name, *more):
    """The records of what was exported for a1, adopted into a new corpus; what adoption said."""
    out = folder / name
    qawl(corpus, "export", name, "--layer", "acts", "--annotator", "a1", "--to", out, *more)
    said = json.loads(qawl(folder, "adopt", out, "--into", folder / "new", "--json").stdout)
    return records(folder / "new"), said


def of_a1(corpus):
    return {text: said for (text, who), said in records(corpus).items() if who == "a1"}


@pytest.mark.parametrize("name", ["jsonl", "label-studio", "spacy", "uima"])
def test_formats_that_hold_all_of_it_bring_equal_records_back(corpus, tmp_path, name):
    if name in {"spacy", "uima"}:
        needs(name if name == "spacy" else "cassis")
    found, said = again(corpus, tmp_path, name)
    assert {text: each for (text, _), each in found.items()} == of_a1(corpus)
    assert said["left_out"] == []
    assert said["in"] == said["records"]


def test_a_text_that_is_chosen_or_typed_comes_back_as_one_attribute(tmp_path):
    """A config has two controls for it, of which adoption made two attributes: `speaker` without a value,
    which it left out, and `speaker_typed`."""
    speaker = {"name": "speaker", "title": {"en": "speaker"}, "kind": "text", "suggest": "speakers"}
    scheme = corpora.scheme("acts", ["PER", "مكان"], attributes=[speaker | {"of": ["PER"]}])
    folder = corpora.corpus(tmp_path / "corpus", scheme, TEXTS, ["a1"])
    marks = [at("ar", "مصر", "مكان", "a2"), at("ar", "ترامب", "PER", "a3", speaker="دونالد ترامب")]
    pull(folder, "acts", TEXTS, {"a1": {"ar": work(marks), "en": work([]), "zh": work([])}})
    qawl(folder, "export", "label-studio", "--annotator", "a1", "--to", tmp_path / "out")
    config = folder / "label_config" / "acts.xml"
    words = (
        "adopt",
        tmp_path / "out" / "acts.a1.json",
        config,
        "--into",
        tmp_path / "new",
        "--json",
    )
    said = json.loads(qawl(tmp_path, *words).stdout)
    assert records(tmp_path / "new") == records(folder)
    assert said["in"] == said["records"]
    assert not [each for each in said["notes"] if "speaker" in each]
    assert "suggest: speakers" in (tmp_path / "new/label_config/acts.yaml").read_text("utf-8")
    assert qawl(tmp_path / "new", "scheme", "--check").exit_code == 0


def test_brat_loses_values_of_the_article_and_arrows_both_ways(corpus, tmp_path):
    found, said = again(corpus, tmp_path, "brat")
    expected = {
        text: (spans, [(label, a, b, "right") for label, a, b, _ in arrows], {})
        for text, (spans, arrows, _) in of_a1(corpus).items()
    }
    assert {text: each for (text, _), each in found.items()} == expected
    assert said["in"] == said["records"]


@pytest.mark.parametrize("name", ["doccano", "prodigy"])
def test_doccano_and_prodigy_lose_attributes_and_arrows_both_ways(corpus, tmp_path, name):
    """A span may start inside a word (`ل` + ترامب): it stands where it stood, whatever the tokens."""
    found, said = again(corpus, tmp_path, name)
    expected = {
        text: (
            [(*span[:3], "{}") for span in spans],
            [(label, a, b, "right") for label, a, b, _ in arrows],
            {},
        )
        for text, (spans, arrows, _) in of_a1(corpus).items()
    }
    assert {text: each for (text, _), each in found.items()} == expected
    assert said["in"] == said["records"]
    report = json.loads((tmp_path / name / "report.json").read_text("utf-8"))
    assert report["counts"] == {"attribute": 3, "article-attribute": 1, "relation-direction": 1}


def test_an_example_for_prodigy_has_a_token_at_both_ends_of_every_span(corpus, tmp_path):
    """Prodigy refuses spans that are not made of whole tokens."""
    out = tmp_path / "prodigy"
    qawl(corpus, "export", "prodigy", "--layer", "acts", "--annotator", "a1", "--to", out)
    for line in (out / "acts.a1.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        tokens = row["tokens"]
        assert [each["id"] for each in tokens] == list(range(len(tokens)))
        pieces = (each["text"] + " " * each["ws"] for each in tokens)
        assert "".join("".join(pieces).split()) == "".join(row["text"].split())
        for span in row["spans"]:
            assert tokens[span["token_start"]]["start"] == span["start"]
            assert tokens[span["token_end"]]["end"] == span["end"]
        for each in row["relations"]:
            assert each["head"] == each["head_span"]["token_end"]
            assert each["child_span"] in row["spans"]


def test_spans_with_white_space_at_their_ends_and_doubles_go_to_prodigy(tmp_path):
    """A span ends with the last token in it; two of one label and place are one there, which the report says."""
    text = "Ada  Moor left."
    spans = [mark("a", "PER", 0, 5), mark("b", "PER", 5, 10), mark("c", "PER", 5, 10)]
    spans.append(mark("d", "PER", 9, 10))
    made = corpora.corpus(tmp_path / "c", corpora.scheme("acts", ["PER"]), {"a": text}, ["a1"])
    pull(made, "acts", {"a": text}, {"a1": {"a": work(spans)}})
    qawl(made, "export", "prodigy", "--annotator", "a1", "--to", tmp_path / "out")
    row = json.loads((tmp_path / "out/acts.a1.jsonl").read_text("utf-8"))
    found = [
        (s["start"], [t["text"] for t in row["tokens"][s["token_start"] : s["token_end"] + 1]])
        for s in row["spans"]
        if "token_start" in s
    ]
    assert found == [(0, ["Ada"]), (5, ["Moor"]), (5, ["Moor"])]
    assert [each["ws"] for each in row["tokens"]] == [True, True, False, False]
    report = json.loads((tmp_path / "out/report.json").read_text("utf-8"))
    assert report["counts"] == {"no-token": 1, "changed": 1}


def test_columns_with_offsets_keep_every_span_and_its_place(corpus, tmp_path):
    found, _ = again(corpus, tmp_path, "iob2")
    given = {
        tuple(token for token in text.split()): [each[:3] for each in spans]
        for text, (spans, *_) in of_a1(corpus).items()
    }
    # The edge of a name inside a token is a loss that the export names.
    given[tuple(TEXTS["ar"].split())][1] = ("PER", 20, 26)
    back = {
        tuple(text.split()): [each[:3] for each in spans]
        for (text, _), (spans, *_) in found.items()
    }
    assert back == given


def test_conll_keeps_the_outermost_spans_and_their_words(corpus, tmp_path):
    found, _ = again(corpus, tmp_path, "conll2003")
    back = sorted(
        (label, "".join(text[start:end].split()))
        for (text, _), (spans, *_) in found.items()
        for label, start, end, _ in spans
    )
    assert back == sorted(
        [
            ("PER", "وزيرخارجيةمصر"), ("PER", "لترامب"), ("a label", "Thebank"), ("مكان", "北京"),
        ]
    )  # fmt: skip


BACK = ("jsonl", "spacy", "uima", "label-studio", "brat", "doccano", "prodigy", "iob2", "conll2003")
EXTRAS = {"spacy": "spacy", "uima": "cassis"}


@pytest.mark.parametrize("name", BACK)
def test_two_annotators_exported_to_one_folder_are_adopted_as_two(corpus, tmp_path, name):
    """In every format: work of two that comes back as one annotator's has no agreement any more."""
    if name in EXTRAS:
        needs(EXTRAS[name])
    out = tmp_path / name
    both = ("--annotator", "a1", "--annotator", "a2")
    qawl(corpus, "export", name, "--layer", "acts", *both, "--to", out)
    qawl(tmp_path, "adopt", out, "--into", tmp_path / "new", "--json")
    found = records(tmp_path / "new")
    start = "".join(TEXTS["ar"].split())[:9]
    of_ar = [
        len(each)
        for (text, _), (each, *_) in found.items()
        if "".join(text.split()).startswith(start)
    ]
    assert {who for _, who in found} == {"a1", "a2"}
    assert len({text for text, _ in found}) == len(TEXTS)
    assert len(of_ar) == 2
    if name != "conll2003":  # has the outermost alone
        assert sorted(of_ar) == [2, 3]


@pytest.fixture(scope="module")
def two_layers(tmp_path_factory):
    home = tmp_path_factory.mktemp("layers")
    folder = corpora.corpus(home / "corpus", SCHEME, TEXTS, ["a1", "a2"])
    more = json.dumps({**SCHEME, "layer": "more"})
    (folder / "label_config" / "more.yaml").write_text(more, "utf-8")
    settings = (folder / "qawl.yaml").read_text("utf-8")
    (folder / "qawl.yaml").write_text(settings.replace("[acts]", "[acts, more]"), "utf-8")
    qawl(folder, "scheme")
    for layer in ("acts", "more"):
        pull(folder, layer, TEXTS, {"a1": done(1), "a2": done(1)})
    qawl(folder, "adjudicate")
    return folder


@pytest.mark.parametrize("name", [each for each in BACK if each != "label-studio"])
@pytest.mark.parametrize("annotators", [(), ("a1", "a2")])
def test_layers_exported_to_one_folder_are_no_annotators(two_layers, tmp_path, name, annotators):
    """Files are named after layer and annotator. Gold is nobody's: in all layers of one unknown hand."""
    if name in EXTRAS:
        needs(EXTRAS[name])
    out = tmp_path / name
    given = [word for each in annotators for word in ("--annotator", each)]
    qawl(two_layers, "export", name, *given, "--to", out)
    said = json.loads(qawl(tmp_path, "adopt", out, "--into", tmp_path / "new", "--json").stdout)
    (path,) = (tmp_path / "new" / "exports" / "annotations").glob("*.jsonl")
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert {each["annotator"] for each in found} == set(annotators or ["a1"])
    if name != "iob2":  # its files are of all layers
        assert any("the layers acts, more of the export are one layer" in e for e in said["notes"])


@pytest.mark.parametrize("name", ["jsonl", "brat"])
def test_layers_of_an_export_are_kept_as_the_report_says(two_layers, tmp_path, name):
    out, new = tmp_path / name, tmp_path / "new"
    qawl(two_layers, "export", name, "--to", out)
    for layer in ("acts", "more"):
        given = [each for each in sorted(out.glob(f"{layer}.*")) if "names" not in each.name]
        said = json.loads(
            qawl(tmp_path, "adopt", *given, "--layer", layer, "--into", new, "--json").stdout
        )
        assert not any("are one layer" in each for each in said["notes"])
    assert len((new / "corpus" / "articles.jsonl").read_text("utf-8").splitlines()) == len(TEXTS)
    kept = {each.stem for each in (new / "exports" / "annotations").glob("*.jsonl")}
    assert kept == {"acts", "more"}


# What the libraries of the formats themselves write.


def test_docbin_as_spacy_writes_it(tmp_path):
    spacy = needs("spacy")
    from spacy.tokens import DocBin, Span

    from qawl.formats.readers import detect

    nlp = spacy.blank("en")
    doc = nlp("Ada Moor left Cedar.")
    doc.ents = [Span(doc, 0, 2, "PER")]
    doc.spans["sc"] = [Span(doc, 0, 2, "PER"), Span(doc, 1, 2, "SURNAME")]
    doc.cats = {"calm": 0.9, "loud": 0.1}
    bundle = DocBin(store_user_data=True, attrs=["ENT_IOB", "ENT_TYPE"])
    bundle.add(doc)
    bundle.to_disk(tmp_path / "train.spacy")
    (found,) = detect.read(tmp_path / "train.spacy")
    (work,) = found.works
    assert [(m.label, found.text[m.start : m.end]) for m in work.marks] == [
        ("PER", "Ada Moor"), ("SURNAME", "Moor"),
    ]  # fmt: skip
    assert work.attributes == {"category": ["calm"]}


@pytest.mark.parametrize("kind", ["json", "xmi"])
def test_a_cas_as_inception_writes_it(tmp_path, kind):
    cassis = needs("cassis")
    from qawl.formats.readers import detect

    system = cassis.TypeSystem()
    token = system.create_type("de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token")
    name = system.create_type("de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity")
    for feature in ("value", "identifier"):
        system.create_feature(name, feature, "uima.cas.String")
    link = system.create_type("webanno.custom.Link")
    for feature in ("Governor", "Dependent"):
        system.create_feature(link, feature, name)
    system.create_feature(link, "label", "uima.cas.String")
    cas = cassis.Cas(typesystem=system)
    cas.sofa_string = "👩‍🚀 Ada sold Cedar."
    cas.sofa_mime = "text/plain"
    one, two = (
        name(begin=4, end=7, value="PER", identifier="Q7259"),
        name(begin=13, end=18, value="ORG"),
    )
    for each in (
        token(begin=4, end=7),
        one,
        two,
        link(begin=13, end=18, Governor=one, Dependent=two, label="sold"),
    ):
        cas.add(each)
    folder = tmp_path / "annotation" / "news.txt"
    folder.mkdir(parents=True)
    path = folder / f"mona.{kind}"
    if kind == "json":
        cas.to_json(path)
    else:
        cas.to_xmi(path)
        system.to_xml(folder / "TypeSystem.xml")
    (found,) = detect.read(path)
    (work,) = found.works
    assert (work.annotator, found.source_id) == ("mona", "news.txt")
    assert [(m.label, found.text[m.start : m.end], m.attributes) for m in work.marks] == [
        ("PER", "Ada", {"identifier": "Q7259"}), ("ORG", "Cedar", {}),
    ]  # fmt: skip
    assert [each.label for each in work.arrows] == ["sold"]


ONE = corpora.scheme(
    "acts",
    ["PER"],
    attributes=[
        choice("kinds", "x", "y z", of=["PER"], kind="choices"),
        choice("field", kind="tree", multiple=True)
        | {"values": [{"name": "law", "values": [{"name": "tax"}]}, {"name": "war"}]},
    ],
    relations=["قال"],
)


@pytest.mark.parametrize("name", ["jsonl", "label-studio", "spacy", "uima", "brat"])
def test_a_list_of_one_stays_a_list_and_an_arrow_keeps_its_name(tmp_path, name):
    """No annotator gave two values, and the labels at its ends alone tell the arrow's name."""
    if name in {"spacy", "uima"}:
        needs(name if name == "spacy" else "cassis")
    folder = corpora.corpus(tmp_path / "corpus", ONE, TEXTS, ["a1"])
    spans = [at("ar", "مصر", "PER", "p1", kinds=["x"]), at("ar", "ترامب", "PER", "p2", kinds=["x"])]
    done = {"ar": work(spans, [arrow("قال", "p1", "p2")], field=[["law", "tax"]])}
    pull(folder, "acts", TEXTS, {"a1": done})
    config = () if name != "label-studio" else (folder / "label_config/acts.xml",)
    out = tmp_path / name
    qawl(folder, "export", name, "--annotator", "a1", "--to", out)
    into = tmp_path / "new"
    qawl(tmp_path, "adopt", out, *config, "--into", into)
    (found,), (expected,) = records(into).values(), records(folder).values()
    assert found[:2] == expected[:2]
    assert expected[1][0][0] == "قال"
    assert name == "brat" or found[2] == expected[2]


def test_a_byte_order_mark_counts_in_the_offsets_of_brat(tmp_path):
    """brat takes the mark that Windows writes for a character; other tools don't. The words tell."""
    texts = {"one": ("\ufeffRima in Tyre", 9), "two": ("\ufeffOmar in Sidon", 8)}
    for name, (text, start) in texts.items():
        (tmp_path / "b").mkdir(exist_ok=True)
        (tmp_path / "b" / f"{name}.txt").write_text(text, "utf-8")
        word = text.split()[-1]
        said = f"T1\tPlace {start} {start + len(word)}\t{word}\n"
        (tmp_path / "b" / f"{name}.ann").write_text(said, "utf-8")
    qawl(tmp_path, "adopt", tmp_path / "b", "--into", tmp_path / "new")
    found = {text: spans for (text, _), (spans, _, _) in records(tmp_path / "new").items()}
    assert found == {
        "Rima in Tyre": [("Place", 8, 12, "{}")],
        "Omar in Sidon": [("Place", 8, 13, "{}")],
    }


def test_what_a_record_says_of_its_article_is_that_of_the_new_one(corpus, tmp_path):
    """The language was guessed from the letters, though each line has it."""
    told = ("title", "language", "source", "url", "published", "license")

    def articles(folder):
        lines = (folder / "corpus" / "articles.jsonl").read_text("utf-8").splitlines()
        return {each["text"]: [each[name] for name in told] for each in map(json.loads, lines)}

    _, said = again(corpus, tmp_path, "jsonl")
    assert articles(tmp_path / "new") == articles(corpus)
    assert said["left_out"] == []


@pytest.mark.parametrize("name", ["jsonl", "spacy"])
def test_what_gold_leaves_undecided_is_said_when_it_is_adopted(corpus, tmp_path, name):
    """The records say where annotators differ; adopted gold is complete, and lacks the spans there."""
    if name in EXTRAS:
        needs(EXTRAS[name])
    qawl(corpus, "adjudicate")
    out = tmp_path / name
    qawl(corpus, "export", name, "--to", out)
    said = json.loads(qawl(tmp_path, "adopt", out, "--into", tmp_path / "new", "--json").stdout)
    gold = (corpus / "exports" / "gold" / "acts.jsonl").read_text("utf-8").splitlines()
    assert sum(len(each["open"]) for each in map(json.loads, gold)) == 1
    (left,) = [each for each in said["left_out"] if "undecided" in each["reason"]]
    assert left["count"] == 1


def test_conll_as_label_studio_writes_it(tmp_path):
    """One -DOCSTART- line for all, a blank line after each text."""
    converter = pytest.importorskip("label_studio_sdk.converter.converter")
    tasks = [
        {"id": number, "data": {"text": text}, "annotations": [{"id": number, "result": [result]}]}
        for number, text in enumerate(("Ada Moor\nleft.", "Cedar fell."), start=1)
        for value in [{"start": 0, "end": 3, "text": text[:3], "labels": ["X"]}]
        for result in [
            {"id": "a", "from_name": "label", "to_name": "text", "type": "labels", "value": value}
        ]
    ]
    (tmp_path / "export.json").write_text(json.dumps(tasks), "utf-8")
    config = '<View><Text name="text" value="$text"/><Labels name="label" toName="text"><Label value="X"/></Labels></View>'
    converter.Converter(config=config, project_dir=str(tmp_path)).convert_to_conll2003(
        str(tmp_path / "export.json"), str(tmp_path / "out"), is_dir=False
    )
    qawl(tmp_path, "adopt", tmp_path / "out", "--into", tmp_path / "new", "--json")
    found = {
        text: [each[:3] for each in spans]
        for (text, _), (spans, *_) in records(tmp_path / "new").items()
    }
    assert found == {"Ada Moor left .": [("X", 0, 3)], "Cedar fell .": [("X", 0, 5)]}


# Exports that were changed by hand, or given from inside their folder.


def test_a_file_named_from_inside_its_folder_is_of_the_same_annotator(corpus, tmp_path):
    """A name without a folder has none to look into, but the folder that one stands in."""
    needs("cassis")
    out = tmp_path / "uima"
    qawl(corpus, "export", "uima", "--layer", "acts", "--annotator", "a2", "--to", out)
    paths = sorted((out / "acts.a2").glob("*.json"))
    qawl(out / "acts.a2", "adopt", paths[0].name, "--into", tmp_path / "new", "--json")
    assert len(records(tmp_path / "new")) == 1


def test_a_record_without_the_id_of_its_article_comes_in(corpus, tmp_path):
    out = tmp_path / "jsonl"
    qawl(corpus, "export", "jsonl", "--layer", "acts", "--annotator", "a1", "--to", out)
    path = max(out.glob("acts.a1.*.jsonl"), key=lambda each: each.stat().st_size)
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    del rows[-1]["article_id"]
    path.write_text("".join(json.dumps(each) + "\n" for each in rows), "utf-8")
    qawl(tmp_path, "adopt", path, "--format", "jsonl", "--into", tmp_path / "new", "--json")
    assert len(records(tmp_path / "new")) == len(rows)


@pytest.mark.parametrize("at", [1.5, "3", [3]])
def test_offsets_of_a_cas_that_are_no_whole_numbers_are_one_line(corpus, tmp_path, at):
    needs("cassis")
    out = tmp_path / "uima"
    qawl(corpus, "export", "uima", "--layer", "acts", "--annotator", "a1", "--to", out)
    path = next((out / "acts.a1").glob("*.json"))
    given = json.loads(path.read_text("utf-8"))
    next(e for e in given["%FEATURE_STRUCTURES"] if e["%TYPE"].endswith("Acts"))["begin"] = at
    path.write_text(json.dumps(given), "utf-8")
    code, said = corpora.main(tmp_path, "adopt", str(path), "--into", str(tmp_path / "new"))
    assert (code, len(said.splitlines())) == (1, 1)
    assert "not a CAS that can be read" in said
