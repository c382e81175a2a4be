"""What `qawl export` writes is what the records say, read by each format's own library: from a corpus and
from the release that was made of it, the same bytes. The corpus has what other teams' data has: names in
three scripts, nested, crossing and torn spans, marks between words, values of every kind, arrows both
ways, a layer without labels, and characters that XML has not."""

import json
import re
import shutil

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from lxml import etree

import corpora
from conftest import needs
from corpora import arrow, choice, mark, pull, qawl, work
from qawl import cli
from qawl.articles import store
from qawl.core import files as core_files
from qawl.core import project
from qawl.core.errors import ReleaseError
from qawl.core.records import Annotation, Span, ends, to_json
from qawl.core.text import sha256
from qawl.formats.export import FORMATS
from qawl.formats.from_corpus import CorpusSource
from qawl.formats.from_release import ReleaseSource
from qawl.release import build

TEXTS = {
    "ar": "قال وزير خارجية مصر لترامب: «نعم».\nوأضاف الوزير\u200f: «لا نعم».",
    "en": "The bank said “yes”,\n\nshe added  “and no”. 👩‍🚀 yes yes.",
    "zh": "北京大学说：“好”。\n好好",
}
MOOD = {
    "format": 1,
    "layer": "mood",
    "version": "1",
    "title": {"en": "Mood"},
    "labels": [],
    "attributes": [choice("tone", "calm", "غاضب")],
}
SPAN = corpora.scheme(
    "speech-acts",
    ["PER", "a label", "مكان", "说"],
    attributes=[
        choice("certainty", "yes", "no", of=["PER", "a label"]),
        choice("نوع", "x", "y z", of=["مكان"], kind="choices"),
        {"name": "note", "title": {"en": "note"}, "kind": "texts", "of": ["PER", "说"]},
        {"name": "score", "title": {"en": "score"}, "kind": "number", "of": ["说"]},
        {
            "name": "path",
            "title": {"en": "path"},
            "kind": "tree",
            "multiple": True,
            "of": ["PER"],
            "values": [{"name": "a", "values": [{"name": "b"}]}, {"name": "c"}],
        },
        {"name": "topic", "title": {"en": "topic"}, "kind": "text"},
    ],
    relations=["goes on", "قال"],
)


def at(name, piece, label, identity, number=0, **attributes):
    start = -1
    for _ in range(number + 1):
        start = TEXTS[name].index(piece, start + 1)
    return mark(identity, label, start, start + len(piece), **attributes)


def result(control, kind, key, value, span=None):
    where = {} if span is None else {"start": span["start"], "end": span["end"]}
    return {
        "id": f"{control}-all" if span is None else span["id"],
        "from_name": control,
        "to_name": "text",
        "type": kind,
        "value": {**where, key: value},
    }


def done():
    minister = at("ar", "وزير خارجية مصر", "PER", "a1", certainty="yes")
    place = at("ar", "مصر", "مكان", "a2", نوع=["x", "y z"])
    said = at("en", "“yes”", "说", "e1")
    more = at("en", "“and no”", "说", "e2")
    bank = at("en", "The bank", "a label", "e3", certainty="no")
    over = at("en", "bank said “yes”", "PER", "e4")
    ar = work(
        [minister, place, at("ar", "ترامب", "PER", "a3"), at("ar", "نعم", "说", "a4", 1)],
        [
            arrow("قال", "a1", "a4"),
            arrow("goes on", "a3", "a1", "bi"),
            arrow("قال", "a2", "a1", "left"),
        ],
        topic='"سياسة',
    )
    more_of_ar = [
        result("note", "textarea", "text", ["one", "two\nlines"], minister),
        result("path", "taxonomy", "taxonomy", [["a", "b"], ["c"]], minister),
    ]
    ar["arrows"] += more_of_ar
    en = work(
        [said, more, bank, over, at("en", "\n\n", "a label", "e5"), at("en", "yes", "说", "e6", 2)],
        [arrow("goes on", "e2", "e1"), result("score", "number", "number", 2.5, said)],
    )
    zh = work([at("zh", "北京", "مكان", "z1"), at("zh", "好", "说", "z2", 2)], ())
    return {"ar": ar, "en": en, "zh": zh}


def two_layers(folder):
    """A corpus of a layer of spans and one without labels, of two annotators."""
    made = corpora.corpus(folder, SPAN, TEXTS, ["a1", "a2"])
    made.joinpath("label_config", "mood.yaml").write_text(json.dumps(MOOD), "utf-8")
    settings = "name: trial\nlanguage: en\nlayers: [speech-acts, mood]\nannotators: [a1, a2]\n"
    made.joinpath("qawl.yaml").write_text(settings, "utf-8")
    qawl(made, "scheme")
    return made


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """(a corpus of two layers that two people annotated alike, its release)."""
    home = tmp_path_factory.mktemp("made")
    folder = two_layers(home / "corpus")
    pull(folder, "speech-acts", TEXTS, {"a1": done(), "a2": done()})
    mood = {name: work(tone="غاضب" if name == "ar" else "calm") for name in ("ar", "en")}
    pull(folder, "mood", TEXTS, {"a1": mood, "a2": mood})
    qawl(folder, "adjudicate")
    qawl(folder, "release", "0.1.0", "--draft")
    shutil.copytree(folder / "exports/releases/0.1.0", home / "got")
    return folder, home / "got"


@pytest.fixture
def exported(made, tmp_path):
    """exported(format) → (folder, its report), made from the release."""

    def make(name, *words):
        qawl(made[1], "export", name, "--to", tmp_path / name, *words)
        return tmp_path / name, json.loads((tmp_path / name / "report.json").read_text("utf-8"))

    return make


@pytest.fixture
def works(made):
    """Article id → (its text, its gold in the layer of spans)."""
    corpus = CorpusSource(project.load(made[0]))
    return {
        each.article.id: (each.article.text, each.record) for each in corpus.gold("speech-acts")
    }


def texts_of(record):
    return [(s.id, s.label, s.start, s.end, s.text, s.attributes) for s in record.spans]


def arrows_of(record):
    return [(r.label, *ends(r), r.direction == "bi") for r in record.relations]


def test_the_records_of_a_release_are_those_of_its_corpus(made):
    corpus, release = CorpusSource(project.load(made[0])), ReleaseSource(made[1])
    assert set(release.schemes) == set(corpus.schemes)
    for layer in corpus.schemes:
        for one, other in zip(corpus.gold(layer), release.gold(layer), strict=True):
            assert one.record == other.record
            assert (one.split, one.complete, one.open) == (other.split, other.complete, other.open)
            assert one.article.text == other.article.text
        for annotator in ("a1", "a2"):
            pairs = zip(
                corpus.annotations(layer, annotator),
                release.annotations(layer, annotator),
                strict=True,
            )
            for one, other in pairs:
                assert one.record == other.record
    spans = [each for given in release.gold("speech-acts") for each in given.record.spans]
    assert {name for span in spans for name in span.attributes} == {
        "certainty", "نوع", "note", "score", "path"
    }  # fmt: skip


@pytest.mark.parametrize("name", list(FORMATS))
@pytest.mark.parametrize("who", [[], ["--annotator", "a1"]])
def test_a_release_and_its_corpus_give_the_same_files(made, tmp_path, name, who):
    corpus, release = made
    qawl(corpus, "export", name, "--to", tmp_path / "one", *who)
    qawl(tmp_path, "export", name, "--from", release, "--to", tmp_path / "other", *who)
    ones, others = (
        {
            path.relative_to(tmp_path / side).as_posix(): path.read_bytes()
            for path in sorted((tmp_path / side).rglob("*"))
            if path.is_file()
        }
        for side in ("one", "other")
    )
    reports = [json.loads(each.pop("report.json")) for each in (ones, others)]
    assert reports[0]["counts"] == reports[1]["counts"]
    assert len(ones) > 1
    said = {"web-annotation": (b"trial/", b"trial@0.1.0/"), "tei": (b">trial<", b">trial@0.1.0<")}
    plain = {key: each.replace(*said.get(name, (b"", b""))) for key, each in ones.items()}
    assert plain == others


@pytest.fixture(scope="module")
def decided(tmp_path_factory):
    """(a corpus, its release): a judge set attributes in an order of their own, and one alone did a layer
    without labels."""
    home = tmp_path_factory.mktemp("decided")
    folder = two_layers(home / "corpus")
    bank = at("en", "The bank", "PER", "e1", certainty="no")
    alone = work([bank])
    pull(folder, "speech-acts", TEXTS, {"a1": {"en": alone}, "a2": {"en": work()}})
    pull(folder, "mood", TEXTS, {"a1": {"en": work(tone="calm")}})
    qawl(folder, "adjudicate")
    asked = home / "asked.json"
    qawl(folder, "tasks", "--layer", "speech-acts", "--judge", "--out", asked)
    (task,) = json.loads(asked.read_text("utf-8"))
    results = [
        result("note", "textarea", "text", ["one"], bank),
        result("path", "taxonomy", "taxonomy", [["a", "b"]], bank),
        result("certainty", "choices", "choices", ["no"], bank),
        result("speech-acts", "labels", "labels", ["PER"], bank),
        result("topic", "textarea", "text", ["t"]),
    ]
    verdict = {"id": 9, "completed_by": 9, "result": results, "updated_at": "2026-02-01T00:00:00Z"}
    asked.write_text(json.dumps([{"id": 9, **task, "annotations": [verdict]}]), "utf-8")
    qawl(folder, "pull", "--from", asked)
    qawl(folder, "adjudicate")
    qawl(folder, "release", "0.1.0", "--draft")
    return folder, folder / "exports/releases/0.1.0"


@pytest.mark.parametrize("name", list(FORMATS))
def test_a_release_and_its_corpus_give_the_same_files_of_what_a_judge_decided(
    decided, tmp_path, name
):
    """The corpus gave attributes in the judge's order, and open stretches of a layer without labels."""
    test_a_release_and_its_corpus_give_the_same_files(decided, tmp_path, name, [])


def test_a_token_may_have_two_open_stretches(tmp_path):
    """One annotator marked two parts of a word, the other none: no such release went to spaCy."""
    spacy = needs("spacy")
    folder = corpora.corpus(tmp_path / "corpus", SPAN, TEXTS, ["a1", "a2"])
    parts = work([at("en", "b", "PER", "e1"), at("en", "k", "PER", "e2")])
    pull(folder, "speech-acts", TEXTS, {"a1": {"en": parts}, "a2": {"en": work()}})
    qawl(folder, "export", "spacy", "--to", tmp_path / "out")
    (path,) = (tmp_path / "out").glob("*.spacy")
    (doc,) = spacy.tokens.DocBin().from_disk(path).get_docs(spacy.blank("xx").vocab)
    assert [token.text for token in doc if token.ent_iob_ == ""] == ["bank"]


def test_plain_lines_are_the_records_and_score_one(exported, works, made, tmp_path):
    folder, report = exported("jsonl")
    assert report["counts"] == {"gold-incomplete": 1}
    rows = [
        json.loads(line)
        for path in folder.glob("speech-acts.gold.*.jsonl")
        for line in path.read_text("utf-8").splitlines()
    ]
    assert len(rows) == len(works)
    for row in rows:
        text, record = works[row["article_id"]]
        assert row["text"] == text
        assert row["spans"] == json.loads(to_json(record.spans))
        assert [
            (each["label"], each["from"], each["to"], each["direction"] == "bi")
            for each in row["relations"]
        ] == arrows_of(record)
        assert row["attributes"] == record.attributes
    both = tmp_path / "predictions.jsonl"
    both.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    figures = json.loads(qawl(tmp_path, "score", made[1], both, "--json").stdout)
    layer = figures["layers"]["speech-acts"]
    assert layer["exact_f1"]["value"] == layer["relation_f1"]["value"] == 1


def test_the_answer_of_a_chat_leads_back_to_the_spans(exported, works):
    folder, report = exported("chat", "--layer", "speech-acts")
    assert report["counts"] == {"gold-incomplete": 1}
    for path in folder.glob("*.jsonl"):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            told, asked, answered = (each["content"] for each in row["messages"])
            text, record = works[row["article_id"]]
            assert asked == text
            assert all(f"- {name}" in told for name in ("مكان", "a label", "goes on", "topic"))
            answer = json.loads(answered)
            found, ids = [], {}
            for span, given in zip(record.spans, answer["spans"], strict=True):
                start = -1
                for _ in range(given["occurrence"]):
                    start = text.index(given["text"], start + 1)
                place = start, start + len(given["text"])
                ids[given["n"]] = span.id
                found.append((span.id, given["label"], *place, given["text"], given["attributes"]))
            assert found == texts_of(record)
            assert [
                (each["label"], ids[each["from"]], ids[each["to"]], each.get("both", False))
                for each in answer["relations"]
            ] == arrows_of(record)
            assert answer["attributes"] == record.attributes


def test_gliner_has_each_span_as_words(exported, works):
    """As GLiNER's own collator reads it: words, and spans whose last word is part of them."""
    folder, report = exported("gliner", "--layer", "speech-acts")
    rows = [
        json.loads(line)
        for path in folder.glob("*.jsonl")
        for line in path.read_text("utf-8").splitlines()
    ]
    inside = {(each["kind"], each["span"]["id"]) for each in report["losses"] if each["span"]}
    for identity, (text, record) in works.items():
        found = []
        for row in (each for each in rows if each["article_id"] == identity):
            at = row["start"]
            places = []
            for word in row["tokenized_text"]:
                at = text.index(word, at)
                places.append((at, at + len(word)))
                at += len(word)
            found += [(label, places[one][0], places[last][1]) for one, last, label in row["ner"]]
        exact = {
            (span.label, span.start, span.end)
            for span in record.spans
            if not {("edge-in-token", span.id), ("no-token", span.id)} & inside
        }
        assert exact <= set(found)
        lost = sum(("no-token", span.id) in inside for span in record.spans)
        assert len(found) + lost == len(record.spans)


def test_spacy_reads_documents_spans_and_relations(exported, works):
    spacy = needs("spacy")
    from spacy.tokens import Doc, DocBin

    folder, report = exported("spacy", "--layer", "speech-acts")
    if not Doc.has_extension("rel"):
        Doc.set_extension("rel", default={})
    seen = 0
    widened = {each["span"]["id"] for each in report["losses"] if each["kind"] == "edge-in-token"}
    for path in folder.glob("*.spacy"):
        for doc in DocBin().from_disk(path).get_docs(spacy.blank("ar").vocab):
            seen += 1
            kept = json.loads(doc.user_data["qawl"])
            text, record = works[kept["article_id"]]
            assert doc.text == text
            assert kept["spans"] == json.loads(to_json(record.spans))
            assert [(r["label"], r["from"], r["to"]) for r in kept["relations"]] == [
                (r.label, r.from_, r.to) for r in record.relations
            ]
            group = {span.id_: span for span in doc.spans["sc"]}
            for span in record.spans:
                found = group[span.id]
                assert found.label_ == span.label
                assert (found.start_char, found.end_char) == (span.start, span.end) or (
                    span.id in widened
                    and found.start_char <= span.start < span.end <= found.end_char
                )
            assert {each.label_ for each in doc.ents} <= {each.label for each in record.spans}
            drawn = {(label, one, other) for (one, other), of in doc._.rel.items() for label in of}
            first = {name: span.start for name, span in group.items()}
            arrows = [
                (label, first[one], first[other]) for label, one, other, _ in arrows_of(record)
            ]
            back = [
                (label, other, one)
                for (label, one, other), (*_, both) in zip(arrows, arrows_of(record), strict=True)
                if both
            ]
            assert {*arrows, *back} == drawn
    assert seen == len(works)


def test_what_is_undecided_is_missing_in_spacy(tmp_path):
    spacy = needs("spacy")
    from spacy.tokens import DocBin

    text = {"t": "Anna met Bob in Rome."}
    folder = corpora.corpus(
        tmp_path / "corpus", corpora.scheme("ner", ["PER", "LOC"]), text, ["a1", "a2"]
    )
    agreed = [mark("1", "PER", 0, 4), mark("3", "PER", 5, 12)]
    single = [mark("2", "LOC", 16, 20), mark("4", "LOC", 9, 12)]  # the latter inside what is agreed
    done = {"a1": {"t": work(agreed + single)}, "a2": {"t": work(agreed)}}
    pull(folder, "ner", text, done)
    qawl(folder, "export", "spacy", "--to", tmp_path / "out")
    (path,) = (tmp_path / "out").glob("*.spacy")
    (doc,) = DocBin().from_disk(path).get_docs(spacy.blank("en").vocab)
    assert [token.ent_iob_ for token in doc] == ["B", "B", "I", "O", "", "O"]


def test_cassis_reads_types_spans_and_relations(exported, works):
    cassis = needs("cassis")
    folder, report = exported("uima", "--layer", "speech-acts")
    assert set(report["counts"]) == {"gold-incomplete", "name-changed"}
    changed = json.loads((folder / "speech-acts.names.json").read_text("utf-8"))
    for path in folder.glob("speech-acts.gold/*.json"):
        with path.open("rb") as file:
            cas = cassis.load_cas_from_json(file)
        text, record = works[path.stem]
        assert cas.sofa_string == text
        by_name = {each.name.rpartition(".")[2]: each for each in cas.typesystem.get_types()}
        spans = {each.id: each for each in cas.select(by_name["SpeechActs"].name)}
        assert set(spans) == {span.id for span in record.spans}
        for span in record.spans:
            found = spans[span.id]
            assert (found.label, found.begin, found.end) == (span.label, span.start, span.end)
            assert found.get_covered_text() == span.text
            for name, value in span.attributes.items():
                feature = next((key for key, was in changed.items() if was == name), name)
                got = found[feature]
                if hasattr(got, "elements"):
                    got = list(got.elements)
                    if name == "path":
                        got = list(map(json.loads, got))
                assert got == value, name
        arrows = [
            (each.label, each.Governor.id, each.Dependent.id, each.direction == "bi")
            for each in cas.select(by_name["SpeechActsRelation"].name)
        ]
        assert sorted(arrows) == sorted(arrows_of(record))
        articles = cas.select(by_name["SpeechActsArticle"].name)
        assert [each.topic for each in articles] == list(record.attributes.values())


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
def test_rdflib_reads_web_annotations(exported, works):
    """With the terms of the published context that the pages use, as the recommendation has them."""
    import rdflib

    folder, report = exported("web-annotation", "--layer", "speech-acts")
    assert report["counts"] == {"gold-incomplete": 1}
    oa = rdflib.Namespace("http://www.w3.org/ns/oa#")
    rdf = rdflib.RDF
    for path in folder.rglob("*.jsonld"):
        text, record = works[path.stem]
        assert path.with_suffix(".txt").read_bytes().decode() == text
        page = json.loads(path.read_text("utf-8"))
        assert page.pop("@context") == "http://www.w3.org/ns/anno.jsonld"
        graph = rdflib.Graph()
        graph.parse(
            data=json.dumps({"@context": CONTEXT, **page}), format="json-ld", publicID="x:/"
        )
        found, places = [], {}
        for each in graph.subjects(oa.motivatedBy, oa.tagging):
            (label,) = (
                str(graph.value(body, rdf.value))
                for body in graph.objects(each, oa.hasBody)
                if graph.value(body, oa.hasPurpose) == oa.tagging
            )
            said = [
                json.loads(str(graph.value(body, rdf.value)))
                for body in graph.objects(each, oa.hasBody)
                if graph.value(body, oa.hasPurpose) == oa.describing
            ]
            selectors = list(graph.objects(graph.value(each, oa.hasTarget), oa.hasSelector))
            by_kind = {graph.value(one, rdf.type): one for one in selectors}
            start, end = (
                int(graph.value(by_kind[oa.TextPositionSelector], name))
                for name in (oa.start, oa.end)
            )
            exact = str(graph.value(by_kind[oa.TextQuoteSelector], oa.exact))
            places[each] = (label, start, end)
            found.append((label, start, end, exact, said[0] if said else {}))
        wanted = [row[1:] for row in texts_of(record)]
        assert sorted(found, key=repr) == sorted(wanted, key=repr)
        links = {
            (
                str(graph.value(body, rdf.value)),
                places[graph.value(each, oa.hasTarget)],
                next(places[one] for one in graph.objects(each, oa.hasBody) if one in places),
            )
            for each in graph.subjects(oa.motivatedBy, oa.linking)
            for body in graph.objects(each, oa.hasBody)
            if graph.value(body, rdf.value)
        }
        at = {span.id: (span.label, span.start, span.end) for span in record.spans}
        once = {(label, at[one], at[other]) for label, one, other, _ in arrows_of(record)}
        back = {(label, at[other], at[one]) for label, one, other, bi in arrows_of(record) if bi}
        assert links == once | back


CONTEXT = {
    "oa": "http://www.w3.org/ns/oa#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "as": "http://www.w3.org/ns/activitystreams#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "id": {"@type": "@id", "@id": "@id"},
    "type": {"@type": "@id", "@id": "@type"},
    "Annotation": "oa:Annotation",
    "TextualBody": "oa:TextualBody",
    "TextPositionSelector": "oa:TextPositionSelector",
    "TextQuoteSelector": "oa:TextQuoteSelector",
    "AnnotationPage": "as:OrderedCollectionPage",
    "tagging": "oa:tagging",
    "describing": "oa:describing",
    "linking": "oa:linking",
    "motivation": {"@type": "@vocab", "@id": "oa:motivatedBy"},
    "purpose": {"@type": "@vocab", "@id": "oa:hasPurpose"},
    "body": {"@type": "@id", "@id": "oa:hasBody"},
    "target": {"@type": "@id", "@id": "oa:hasTarget"},
    "source": {"@type": "@id", "@id": "oa:hasSource"},
    "selector": {"@type": "@id", "@id": "oa:hasSelector"},
    "items": {"@type": "@id", "@id": "as:items", "@container": "@list"},
    "format": "dc:format",
    "value": "rdf:value",
    "exact": "oa:exact",
    "prefix": "oa:prefix",
    "suffix": "oa:suffix",
    "start": {"@type": "xsd:nonNegativeInteger", "@id": "oa:start"},
    "end": {"@type": "xsd:nonNegativeInteger", "@id": "oa:end"},
}


def test_lxml_reads_tei_and_its_pointers_lead_to_the_surfaces(exported, works):
    folder, report = exported("tei", "--layer", "speech-acts")
    assert set(report["counts"]) == {"gold-incomplete", "name-changed"}
    tei, named = {"t": "http://www.tei-c.org/ns/1.0"}, "{http://www.w3.org/XML/1998/namespace}id"
    names = json.loads((folder / "speech-acts.names.json").read_text("utf-8"))
    for path in folder.rglob("*.xml"):
        root = etree.parse(path).getroot()
        text, record = works[path.stem]
        (body,) = root.xpath("//*[@xml:id='text']")
        assert body.text == text
        labels = {each.get(named): each.get("n") for each in root.iterfind(".//t:category", tei)}
        found, ids = [], {}
        for each in root.iterfind(".//t:span", tei):
            start, length = map(
                int, re.fullmatch(r"#string-range\(text,(\d+),(\d+)\)", each.get("target")).groups()
            )
            assert (each.text or "").strip() == body.text[start : start + length].strip()
            label, *features = each.get("ana").split()
            ids[f"#{each.get(named)}"] = each.get("n")
            values = [
                value(one) for f in features for one in root.xpath(f"//*[@xml:id='{f[1:]}']/*")
            ]
            found.append((each.get("n"), labels[label[1:]], start, start + length, values))
        assert found == [
            (s.id, s.label, s.start, s.end, list(s.attributes.values())) for s in record.spans
        ]
        arrows = []
        for each in root.iterfind(".//t:relation", tei):
            both = each.get("mutual")
            one, other = both.split() if both else (each.get("active"), each.get("passive"))
            arrows.append((each.get("name"), ids[one], ids[other], bool(both)))
        assert [(names.get(a, a), *rest) for a, *rest in arrows] == arrows_of(record)


def value(feature):
    """The value of an f: a string, a number or a list of them, or of paths, each in an fs."""
    kind = etree.QName(feature).localname
    if kind in {"f", "fs"}:
        (inner,) = feature
        return value(inner)
    if kind == "vColl":
        return [value(each) for each in feature]
    return feature.text if kind == "string" else float(feature.get("value"))


def test_tei_is_as_its_guidelines_have_it(exported):
    """What tei_all.rng says of the elements of values and labels: no list in a list, no taxonomy of nothing,
    names that are names of XML. With these the schema took every file; all were refused."""
    folder, _ = exported("tei")
    seen = set()
    for path in folder.rglob("*.xml"):
        for each in etree.parse(path).iter("{*}vColl", "{*}taxonomy", "{*}f"):
            kind, inner = etree.QName(each).localname, {etree.QName(one).localname for one in each}
            seen |= {(kind, one) for one in inner}
            assert inner, path
            assert kind != "vColl" or inner <= {"string", "numeric", "fs"}
    assert ("vColl", "fs") in seen
    assert ("taxonomy", "category") in seen


def written(folder, name, current, texts, done):
    """The folder of an export of one annotator's work in a new corpus."""
    made = corpora.corpus(folder / "c", current, texts, ["a1"])
    pull(made, "ner", texts, {"a1": done})
    qawl(made, "export", name, "--to", folder / "out", "--annotator", "a1")
    return folder / "out"


def test_names_in_tei_are_names_of_xml_and_lead_back(tmp_path):
    odd = ("1st", "-x", "m²", "a b", "a_b", "نوع")
    attributes = [
        {"name": each, "title": {"en": "t"}, "kind": "text", "of": ["PER"]} for each in odd
    ]
    current = corpora.scheme("ner", ["PER"], attributes)
    span = mark("s", "PER", 0, 4)
    said = [result(each, "textarea", "text", [f"of {each}"], span) for each in odd]
    out = written(tmp_path, "tei", current, {"a": "Rima said so."}, {"a": work([span], said)})
    (path,) = out.rglob("*.xml")
    names = json.loads((out / "ner.names.json").read_text("utf-8"))
    found = {each.get("name"): value(each) for each in etree.parse(path).iter("{*}f")}
    assert set(found) == {"_1st", "_-x", "m_", "a_b-2", "a_b", "نوع"}
    assert {names.get(each, each): said for each, said in found.items()} == {
        each: f"of {each}" for each in odd
    }


@pytest.mark.parametrize("multiple", [False, True])
def test_values_of_a_tree_are_categories_of_spacy_by_their_paths(tmp_path, multiple):
    """The first name of a path was taken for the value, and of several none was found."""
    spacy = needs("spacy")
    from spacy.tokens import DocBin

    values = [{"name": "a", "values": [{"name": "b"}]}, {"name": "c"}]
    topic = {"name": "topic", "title": {"en": "t"}, "kind": "tree", "values": values}
    current = corpora.scheme("ner", ["PER"], [{**topic, "multiple": multiple}])
    chosen = [["a", "b"], ["c"]] if multiple else [["a", "b"]]
    done = {"a": work([], [result("topic", "taxonomy", "taxonomy", chosen)])}
    out = written(tmp_path, "spacy", current, {"a": "Rima said so."}, done)
    (path,) = out.glob("*.spacy")
    (doc,) = DocBin().from_disk(path).get_docs(spacy.blank("xx").vocab)
    assert doc.cats == {"topic=a": 0, "topic=a / b": 1, "topic=c": float(multiple)}


@pytest.mark.parametrize("name", list(FORMATS))
def test_findings_of_a_record_stop_no_export(tmp_path, name):
    """What contradicts the text or the kind of an attribute is a finding; UIMA and chat ended in a fault."""
    texts = {"a": "Rima met Omar."}
    kinds = [{"kind": "number"}, {"kind": "scale", "max": 5}, {"kind": "date"}, {"kind": "texts"}]
    attributes = [
        {"name": f"{of}{at}", "title": {"en": "t"}, "of": ["PER"] if of == "s" else [], **each}
        for of in "sd"
        for at, each in enumerate(kinds)
    ]
    current = corpora.scheme("ner", ["PER"], attributes)
    made = corpora.corpus(tmp_path / "c", current, texts, ["a1"])
    span = {"id": "s", "start": 9, "end": 13}
    given = [
        result(f"{of}{at}", "choices", "choices", ["many", "more"][: 1 + at % 2], place)
        for of, place in (("s", span), ("d", None))
        for at in range(len(kinds))
    ]
    surface = result("ner", "labels", "labels", ["PER"], span)
    surface["value"]["text"] = "Zaid"
    pull(made, "ner", texts, {"a1": {"a": work([], [surface, *given])}})
    record = json.loads((made / "exports/annotations/ner.jsonl").read_text("utf-8"))
    assert [each["text"] for each in record["spans"]] == ["Zaid"]
    qawl(made, "export", name, "--to", tmp_path / "out", "--annotator", "a1")
    report = json.loads((tmp_path / "out/report.json").read_text("utf-8"))
    if name == "uima":
        lost = [(each["kind"], each["what"]) for each in report["losses"]]
        assert lost == [
            ("attribute", "s0"),
            ("attribute", "s1"),
            *(("article-attribute", f"d{n}") for n in (0, 1)),
        ]
    if name == "chat":
        (path,) = (tmp_path / "out").glob("*.jsonl")
        answer = json.loads(json.loads(path.read_text("utf-8"))["messages"][2]["content"])
        assert answer["spans"][0] | {"attributes": {}} == {
            "n": 1, "label": "PER", "text": "Omar", "occurrence": 1, "attributes": {},
        }  # fmt: skip


@pytest.fixture
def overlong(tmp_path):
    """overlong(format) → (text, report, files) of spans at both ends of a text, nested over a line break, and
    where their words stand three times, once over another."""
    text = "nana said\nnanana told nana of the long way to the harbour of Tyre and Sidon"
    made = corpora.corpus(tmp_path / "c", corpora.scheme("ner", ["A", "B"]), {"a": text}, ["a1"])
    places = [("A", 0, 4), ("A", 5, 16), ("B", 5, 12), ("B", 12, 16), ("A", 22, 26)]
    places.append(("B", len(text) - 5, len(text)))
    spans = [mark(f"m{at}", *place) for at, place in enumerate(places)]
    pull(made, "ner", {"a": text}, {"a1": {"a": work(spans)}})

    def make(name):
        qawl(made, "export", name, "--to", tmp_path / name, "--annotator", "a1")
        report = json.loads((tmp_path / name / "report.json").read_text("utf-8"))
        return text, report, [tmp_path / name / each for each in report["files"]]

    return make


def test_web_annotations_quote_what_stands_around_a_span(overlong):
    text, _, files = overlong("web-annotation")
    (page,) = [each for each in files if each.suffix == ".jsonld"]
    items = json.loads(page.read_text("utf-8"))["items"]
    assert len(items) == 6
    for place, quoted in (each["target"]["selector"] for each in items):
        start, end = place["start"], place["end"]
        assert quoted["prefix"] == text[:start][-32:]
        assert quoted["suffix"] == text[end:][:32]


def test_a_chat_counts_places_that_overlap(overlong):
    _, _, (path,) = overlong("chat")
    answer = json.loads(json.loads(path.read_text("utf-8"))["messages"][2]["content"])
    found = [each["occurrence"] for each in answer["spans"] if each["text"] == "nana"]
    assert found == [1, 3, 4], "nanana holds it twice"


def test_a_line_break_is_said_of_spans_that_have_tags(overlong):
    assert overlong("conll2003")[1]["counts"] == {
        "edge-in-token": 2, "shared-token": 1, "too-deep": 2, "line-break": 1,
    }  # fmt: skip


def test_work_under_an_older_scheme_goes_to_label_studio_without_its_version(tmp_path):
    texts = {"a": "Rima left."}
    old = corpora.scheme("ner", ["PER"])
    made = corpora.corpus(tmp_path / "c", old, texts, ["a1"])
    pull(made, "ner", texts, {"a1": {"a": work([mark("s", "PER", 0, 4)])}})
    new = {
        **old,
        "version": "2",
        "labels": [*old["labels"], {"name": "LOC", "title": {"en": "Place"}}],
    }
    (made / "label_config/ner.yaml").write_text(json.dumps(new), "utf-8")
    qawl(made, "scheme")
    qawl(made, "export", "label-studio", "--to", tmp_path / "out", "--annotator", "a1")
    report = json.loads((tmp_path / "out/report.json").read_text("utf-8"))
    assert report["counts"] == {"scheme-version": 1}


def test_a_line_for_gliner_goes_on_where_a_span_does(tmp_path):
    texts = {"a": "The Bank\nof Tyre said.\n\nIt left."}
    spans = [mark("s", "ORG", 4, 16), mark("t", "ORG", 24, 26)]
    out = written(tmp_path, "gliner", corpora.scheme("ner", ["ORG"]), texts, {"a": work(spans)})
    (path,) = out.glob("*.jsonl")
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    found = [[each["tokenized_text"][a : b + 1] for a, b, _ in each["ner"]] for each in rows]
    assert found == [[["Bank", "of", "Tyre"]], [["It"]]]
    assert [each["start"] for each in rows] == [0, 24], "a line without words is none"


@pytest.mark.parametrize("name", ["tei", "uima"])
def test_names_that_the_scheme_lacks_stay_apart_over_all_articles(tmp_path, name):
    """Each article gave its first one the same name in place of its own, and the table had the last."""
    texts = {"a": "Rima said so.", "b": "Rami left."}
    span = mark("s", "PER", 0, 4)
    each_of = {"a": "ض x", "b": "ش x"}
    done = {
        n: work([span], [result(o, "choices", "choices", ["y"], span)]) for n, o in each_of.items()
    }
    out = written(tmp_path, name, corpora.scheme("ner", ["PER"]), texts, done)
    names = json.loads((out / "ner.names.json").read_text("utf-8"))
    assert sorted(names.values()) == sorted(each_of.values())
    files = [path.read_text("utf-8") for path in out.glob("*/*")]
    assert len(files) == 2
    for short in names:
        assert sum(f'"{short}"' in each for each in files) == 1


def test_characters_that_xml_has_not_are_replaced_one_by_one(make_corpus, tmp_path):
    """Texts that came with another tool's annotations are frozen as they are."""
    text = "a\x0bb\rc\ufffed & <e>\n f"
    made = make_corpus(text, settings="layers: [entity]", redistribute=True)
    spans = (
        Span("1", "ORG", 0, 3, text[:3], {"form": "a\x00b"}),
        Span("2", "GPE", 3, 11, text[3:11]),
    )
    identity = sha256(text)
    record = Annotation(
        article_id=next(iter(store.articles(made))).id,
        layer="entity",
        annotator="a1",
        text_sha256=identity,
        scheme_version="1",
        spans=spans,
    )
    core_files.write(made.annotations_file("entity"), [record])
    made.root.joinpath("qawl.yaml").write_text("name: t\nlayers: [entity]\nannotators: [a1]\n")
    out = tmp_path / "out"
    qawl(made.root, "export", "tei", "--to", out, "--annotator", "a1")
    root = etree.parse(next(out.rglob("*.xml"))).getroot()
    assert root.xpath("//*[@xml:id='text']")[0].text == "a\ufffdb\rc\ufffdd & <e>\n f"
    counts = json.loads((out / "report.json").read_text("utf-8"))["counts"]
    assert counts == {"character-changed": 2}, "one of the text, one of a value"


def test_a_restored_copy_is_exported_at_home_alone(recorded, tmp_path, monkeypatch):
    """What was withheld stays so in a copy with its text, until it is asked for."""
    monkeypatch.chdir(recorded.root)
    held = next(each for each in store.articles(recorded) if not each.redistribute)
    folder = build.build(recorded, "0.1.0", notes=[]).folder
    copy = tmp_path / "copy.txt"
    copy.write_text(held.text, "utf-8")
    qawl(tmp_path, "restore", folder, "--articles", copy, "--to", tmp_path / "restored")
    for source, words, kind in (
        (folder, ["--with-withheld"], "text-not-here"),
        (tmp_path / "restored", [], "withheld"),
        (tmp_path / "restored", ["--with-withheld"], None),
    ):
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        qawl(source, "export", "jsonl", "--to", tmp_path / "out", *words)
        report = json.loads((tmp_path / "out/report.json").read_text("utf-8"))
        made = "".join(path.read_text("utf-8") for path in (tmp_path / "out").glob("*.jsonl"))
        assert (held.text[:40] in made) is (kind is None)
        assert set(report["counts"]) == ({kind} if kind else set())
    for path in folder.glob("*/*.parquet"):
        copied = tmp_path / "restored" / path.relative_to(folder)
        one, other = (pq.read_schema(each) for each in (path, copied))
        assert one.equals(other, check_metadata=True), "features stay in the copy"
    again = tmp_path / "again"
    qawl(recorded.root, "export", "jsonl", "--to", again, "--with-withheld")
    names = sorted(path.name for path in again.glob("*.jsonl"))
    assert names == sorted(path.name for path in (tmp_path / "out").glob("*.jsonl"))
    for name in names:
        one, other = (
            [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()]
            for folder in (again, tmp_path / "out")
        )
        assert one == other


@pytest.mark.parametrize("of", [0, 1], ids=["the corpus", "the release"])
def test_no_export_goes_into_the_release(made, of):
    target = made[1] / "deep" / "out"
    arguments = ["-C", str(made[of]), "export", "jsonl", "--to", str(target)]
    run = CliRunner().invoke(cli.group, arguments)
    assert "name a folder outside of it" in str(run.exception)
    assert not target.parent.exists()


@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_damaged_release_is_named(made, tmp_path, damage):
    """As a download that broke off leaves it."""
    copy = tmp_path / "copy"
    shutil.copytree(made[1], copy)
    path = next(copy.glob("articles/*.parquet"))
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:300])
    else:
        path.unlink()
    run = CliRunner().invoke(
        cli.group, ["export", "jsonl", "--from", str(copy), "--to", str(tmp_path / "out")]
    )
    assert isinstance(run.exception, ReleaseError)
    assert ("was changed" if damage == "cut" else "is missing") in str(run.exception)
    assert not (tmp_path / "out").exists()
