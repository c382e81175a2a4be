"""`qawl export`: what the formats hold, what the report says they don't, and the way back."""

import json
import shutil
import zlib

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import strategies
from conftest import LAYERS
from corpora import write_articles
from qawl import cli
from qawl.annotations import derive, import_files
from qawl.articles import store as article_store
from qawl.articles import withdrawal
from qawl.articles.frozen import article_id
from qawl.articles.splits import splits_of
from qawl.core import files as core_files
from qawl.core.errors import InputError
from qawl.core.records import JUDGE, Annotation, Relation, Span, as_annotation
from qawl.core.text import sha256
from qawl.formats import export as formats_export
from qawl.formats.export import FORMATS, Request, export
from qawl.formats.from_corpus import CorpusSource
from qawl.formats.losses import KINDS
from qawl.gold import decide
from qawl.release.tables import tokens
from qawl.scheme import scheme
from qawl.setup import init

TEXT = "قال وزير خارجية مصر.\nوقال بنك\nمصر لترامب: نعم"


def marked(text, label, start, length, identity, **attributes):
    """A span of this label."""
    return Span(identity, label, start, start + length, text[start : start + length], attributes)


def record(text, layer, *spans, annotator="a1", version="1.0.0", **more):
    """An annotation of a text."""
    return Annotation(
        article_id=article_id(None, text),
        layer=layer,
        annotator=annotator,
        text_sha256=sha256(text),
        scheme_version=version,
        spans=tuple(spans),
        **more,
    )


@pytest.fixture
def small(make_corpus):
    """small(annotation, …) → a corpus of TEXT in the layer entity with these annotations."""

    def make(*records, text=TEXT, layer="entity", **fields):
        lines = f"layers: [{layer}]\nannotators: [a1]"
        made = make_corpus(text, settings=lines, **{"redistribute": True, **fields})
        version = scheme.load(made, layer).version
        stamped = [replace(each, scheme_version=version) for each in records]
        core_files.write(made.annotations_file(layer), stamped)
        return made

    return make


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    """ground(text) → (a corpus of this text alone, without annotations, a folder that is not there)."""
    home = tmp_path_factory.mktemp("ground")
    made = init.init(home / "corpus")

    def make(text):
        for folder in (made.exports, home / "out"):
            shutil.rmtree(folder, ignore_errors=True)
        write_articles(made, [strategies.article(text, redistribute=True)])
        return made, home / "out"

    return make


def run(project, name, target, **asked):
    """What an export wrote, and its report."""
    done = export(CorpusSource(project), Request(name, **asked), target)
    report = json.loads((target / "report.json").read_text("utf-8"))
    assert report["counts"] == done.losses
    by_kind = [each["kind"] for each in report["losses"]]
    assert {kind: by_kind.count(kind) for kind in set(by_kind)} == done.losses
    return done, report


def files(folder):
    """The files of an export, of which there are some."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    assert len(found) > 1
    return found


def contents(path):
    """What a file says, a DocBin unpacked."""
    packed = path.read_bytes()
    return (zlib.decompress(packed) if path.suffix == ".spacy" else packed).decode(errors="replace")


def brat(path):
    """A small reader of standoff: T by number, and R, A and # by what they are about."""
    text = path.with_suffix(".txt").read_bytes().decode()
    spans, relations, attributes, notes = {}, [], {}, {}
    for line in path.read_bytes().decode().splitlines():
        key, rest, *last = line.split("\t", 2)
        if key[0] == "T":
            label, places = rest.split(" ", 1)
            parts = [tuple(map(int, each.split())) for each in places.split(";")]
            assert last == [" ".join(text[start:end] for start, end in parts)]
            spans[key] = (label, parts[0][0], parts[-1][1])
        elif key[0] == "R":
            label, one, other = rest.split(" ")
            relations.append((label, one.removeprefix("Arg1:"), other.removeprefix("Arg2:")))
        elif key[0] == "A":
            name, of, value = rest.split(" ")
            attributes.setdefault(of, {})[name] = value
        else:
            notes[rest.removeprefix("AnnotatorNotes ")] = json.loads(last[0])
    return spans, relations, attributes, notes


def conll(path):
    """The documents of a CoNLL-2003 file: sentences of (token, tag)."""
    documents = []
    for block in path.read_text("utf-8").split("\n\n"):
        rows = [line.split(" ") for line in block.splitlines()]
        started = rows and rows[0][0] == "-DOCSTART-"
        assert all(len(row) == 4 and (started or row[1] == row[2] == "-X-") for row in rows)
        if rows and rows[0][0] == "-DOCSTART-":
            documents.append([])  # its second column is the id of the article
        elif rows:
            documents[-1].append([(row[0], row[3]) for row in rows])
    return documents


def test_conll2003_is_the_projection_of_the_outermost_spans(small, tmp_path):
    at = TEXT.index
    spans = [
        marked(TEXT, "OCC", at("وزير"), 15, "t"),
        marked(TEXT, "GPE", at("مصر"), 3, "g"),
        marked(TEXT, "ORG", at("بنك"), 7, "o"),
        marked(TEXT, "GPE", at("\nمصر") + 1, 3, "inner"),
        marked(TEXT, "PERS", at("ترامب"), 5, "p", form="name"),
    ]
    made = small(record(TEXT, "entity", *spans, relations=()))
    _, report = run(made, "conll2003", tmp_path / "out", annotators=("a1",))
    path = tmp_path / "out" / "entity.a1.train.conll"
    assert path.read_text("utf-8").startswith(f"-DOCSTART- {article_id(None, TEXT)} -X- O\n\n")
    (document,) = conll(path)
    assert [len(each) for each in document] == [5, 2, 4]
    tags = [(token, tag) for each in document for token, tag in each if tag != "O"]
    assert tags == [("مصر", "B-LOC"), ("بنك", "B-ORG"), ("مصر", "B-ORG"), ("لترامب", "B-PER")]
    lost = {(each["kind"], each["span"]["id"]) for each in report["losses"]}
    assert lost == {
        ("label-unmapped", "t"),
        ("label-merged", "g"),
        ("label-merged", "inner"),
        ("too-deep", "inner"),
        ("line-break", "o"),
        ("edge-in-token", "p"),
        ("attribute", "p"),
    }


NESTED = """layer: ner
labels: [TITLE, ORG, PLACE]
projections: [{name: conll, labels: {TITLE: MISC, ORG: ORG, PLACE: LOC}, outermost: FLAT}]
"""


@pytest.mark.parametrize("flat", [True, False])
def test_outermost_says_whether_nested_spans_have_columns(flat, make_corpus, tmp_path):
    """`minister of the bank of Egypt`, three deep; a projection that is not `outermost` says it all."""
    made = make_corpus(TEXT, settings="layers: [ner]\nannotators: [a1]", redistribute=True)
    made.scheme_file("ner").write_text(NESTED.replace("FLAT", str(flat).lower()), "utf-8")
    at = TEXT.index("بنك")
    spans = [
        marked(TEXT, "TITLE", at, 7, "t"),
        marked(TEXT, "ORG", at, 7, "o"),
        marked(TEXT, "PLACE", TEXT.index("\nمصر") + 1, 3, "p"),
    ]
    made.annotations_file("ner").parent.mkdir(parents=True, exist_ok=True)
    core_files.write(made.annotations_file("ner"), [record(TEXT, "ner", *spans, relations=())])
    folder = tmp_path / "out"
    done = CliRunner().invoke(
        cli.group,
        ["-C", str(made.root), "export", "conll2003", "--to", str(folder), "--annotator", "a1"],
    )
    assert done.exit_code == 0, done.output
    lines = (folder / "ner.a1.train.conll").read_text("utf-8").splitlines()
    rows = [line.split(" ") for line in lines if line]
    assert {len(row) for row in rows} == ({4} if flat else {6})
    tagged = {row[0]: row[3:] for row in rows if row[3:] != ["O"] * len(row[3:])}
    lost = json.loads((folder / "report.json").read_text("utf-8"))["counts"]
    if flat:
        assert tagged == {"بنك": ["B-MISC"], "مصر": ["B-MISC"]}
        assert lost["too-deep"] == 2
    else:
        assert tagged == {"بنك": ["B-MISC", "B-ORG", "O"], "مصر": ["B-MISC", "B-ORG", "B-LOC"]}
        assert "too-deep" not in lost


def done_by(recorded, layer, annotator="a1"):
    """What one annotator recorded in a layer."""
    return [each for each in derive.read(recorded, layer) if each.annotator == annotator]


@pytest.mark.parametrize("layer", LAYERS)
def test_conll2003_of_the_recorded_corpus_agrees_with_the_tags(recorded, tmp_path, layer):
    run(recorded, "conll2003", tmp_path / "out", annotators=("a1",), with_withheld=True)
    current = scheme.load(recorded, layer)
    labels = next((each.labels for each in current.projections if each.name == "conll"), None)
    splits = splits_of(recorded)
    documents = {
        split: iter(conll(tmp_path / "out" / f"{layer}.a1.{split}.conll"))
        for split in {splits[each.article_id] for each in done_by(recorded, layer)}
    }
    articles = article_store.by_id(recorded)
    for each in done_by(recorded, layer):
        document = next(documents[splits[each.article_id]])
        text = articles[each.article_id].text
        spans = [
            replace(span, label=labels[span.label] if labels else span.label)
            for span in each.spans
            if not labels or span.label in labels
        ]
        over = list(tokens.tokens(text))
        expected = tokens.tagged(spans, over).tags()[0]
        got = [row for sentence in document for row in sentence]
        assert [token for token, _ in got] == [text[start:end] for start, end in over]
        assert [tag[2:] for _, tag in got] == [tag[2:] for tag in expected]
        assert all(sentence[0][1][0] in "BO" for sentence in document)
    assert not [each for rest in documents.values() for each in rest]


def test_iob2_has_the_same_columns_in_all_articles(recorded, tmp_path):
    """As many of a layer as any article needs; what nobody did is said."""
    alone = next(each.id for each in article_store.articles(recorded) if each.redistribute)
    kept = [each for each in derive.read(recorded, "claim") if each.article_id != alone]
    core_files.write(recorded.annotations_file("claim"), kept)
    run(recorded, "iob2", tmp_path / "out", annotators=("a1",), with_withheld=True)
    records = {
        layer: {each.article_id: each for each in done_by(recorded, layer)} for layer in LAYERS
    }
    heads = set()
    for article in article_store.articles(recorded):
        path = tmp_path / "out" / "a1" / f"{article.id}.tsv"
        head, *rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
        heads.add(tuple(head))
        over = [(int(row[1]), int(row[2])) for row in rows]
        assert over == list(tokens.tokens(article.text))
        assert all(article.text[int(start) : int(end)] == token for token, start, end, *_ in rows)
        columns = []
        for layer in LAYERS:
            wide = sum(name.partition(".")[0] == layer for name in head)
            record = records[layer].get(article.id)
            if record is None:
                columns += [["_"] * len(rows)] * wide
            else:
                columns += tokens.tagged(record.spans, over, wide).tags()
        assert [row[3:] for row in rows] == [list(tags) for tags in zip(*columns, strict=True)]
    (head,) = heads
    assert head[:4] == ("token", "start", "end", "entity")
    assert "entity.1" in head


@pytest.mark.parametrize("layer", LAYERS)
def test_brat_holds_every_span_attribute_and_relation(recorded, tmp_path, layer):
    run(recorded, "brat", tmp_path / "out", annotators=("a1",), with_withheld=True)
    for each in done_by(recorded, layer):
        folder = tmp_path / "out" / f"{layer}.a1"
        spans, relations, attributes, notes = brat(folder / f"{each.article_id}.ann")
        assert list(spans.values()) == [(one.label, one.start, one.end) for one in each.spans]
        keys = {one.id: key for key, one in zip(spans, each.spans, strict=True)}
        assert relations == [(one.label, keys[one.from_], keys[one.to]) for one in each.relations]
        for one in each.spans:
            said = attributes.get(keys[one.id], {}) | notes.get(keys[one.id], {})
            assert said == one.attributes


@given(data=st.data())
@settings(max_examples=40)
def test_brat_spans_survive_any_text(data, ground):
    text = data.draw(strategies.texts)
    made, out = ground(text)
    given_ = data.draw(strategies.annotations(scheme.load(made, "quote"), text))
    core_files.write(made.annotations_file("quote"), [replace(given_, status="submitted")])
    _, report = run(made, "brat", out, annotators=("a1",), layers=("quote",))
    spans, relations, _, _ = brat(out / "quote.a1" / f"{given_.article_id}.ann")
    empty = [each["span"]["id"] for each in report["losses"] if each["kind"] == "no-text"]
    torn = [each["span"]["id"] for each in report["losses"] if each["kind"] == "line-break"]
    kept = [each for each in given_.spans if each.id not in empty]
    for span, (label, start, end) in zip(kept, spans.values(), strict=True):
        assert label == span.label
        assert span.start <= start < end <= span.end
        assert (start, end) == (span.start, span.end) or span.id in torn
    dangling = report["counts"].get("relation-dangling", 0)
    assert len(relations) + dangling == len(given_.relations)


def test_brat_says_what_it_left_out(small, tmp_path):
    whole = marked(TEXT, "PERS", TEXT.index("ترامب"), 5, "p", odd="two words")
    made = small(
        record(
            TEXT,
            "entity",
            marked(TEXT, "TWO WORDS", 0, 3, "w"),
            whole,
            replace(whole, id="far", start=900, end=905),
            relations=(
                Relation(label=None, from_="p", to="w"),
                Relation(label="r", from_="p", to="gone"),
                Relation(label="r", from_="p", to="w", direction="bi"),
            ),
            attributes={"topic": "x"},
        )
    )
    done, _ = run(made, "brat", tmp_path / "out", annotators=("a1",))
    assert done.losses == {
        "span-outside": 1,
        "name-changed": 1,
        "attribute-in-note": 1,
        "article-attribute": 1,
        "relation-dangling": 1,
        "relation-unnamed": 1,
        "relation-direction": 1,
    }


def test_a_note_of_brat_stays_one_line(small, tmp_path):
    said = "a\u2028b\x85c\nd\te"
    made = small(record(TEXT, "entity", marked(TEXT, "PERS", 0, 3, "p", odd=said)))
    run(made, "brat", tmp_path / "out", annotators=("a1",))
    *_, notes = brat(tmp_path / "out" / "entity.a1" / f"{article_id(None, TEXT)}.ann")
    assert notes == {"T1": {"odd": said}}


@pytest.mark.parametrize("layer", LAYERS)
def test_label_studio_and_back_are_the_same_bytes(recorded, tmp_path, layer):
    before = recorded.annotations_file(layer).read_bytes()
    annotators = ("a1", "a2", JUDGE)
    done, _ = run(
        recorded, "label-studio", tmp_path / "out", annotators=annotators, with_withheld=True
    )
    assert done.losses == {}
    shutil.rmtree(recorded.exports)
    for annotator in annotators:
        written = tmp_path / "out" / f"{layer}.{annotator}.json"
        who = {"judge": True, "annotator": None} if annotator == JUDGE else {"annotator": annotator}
        import_files.pull_files(recorded, [written], layer=None, **who)
    assert recorded.annotations_file(layer).read_bytes() == before


@pytest.mark.parametrize("layer", LAYERS)
def test_gold_goes_to_label_studio_and_back(recorded, tmp_path, layer):
    decided = map(as_annotation, decide.gold(recorded, layer))
    gold = [msgspec.structs.replace(each, annotator="reference") for each in decided]
    run(recorded, "label-studio", tmp_path / "out", with_withheld=True)
    shutil.rmtree(recorded.exports)
    written = tmp_path / "out" / f"{layer}.gold.json"
    import_files.pull_files(recorded, [written], layer=None, annotator="reference")
    assert list(derive.read(recorded, layer)) == gold
    assert all(
        each["ground_truth"]
        for task in json.loads(written.read_text("utf-8"))
        for each in task["annotations"]
    )


@pytest.mark.parametrize("layer", LAYERS)
@given(data=st.data())
@settings(max_examples=20)
def test_any_annotation_goes_to_label_studio_and_back(layer, data, ground):
    text = data.draw(strategies.texts)
    made, out = ground(text)
    before = data.draw(strategies.annotations(scheme.load(made, layer), text))
    core_files.write(made.annotations_file(layer), [before])
    done, _ = run(made, "label-studio", out, annotators=("a1",), layers=(layer,))
    assert done.losses == {}
    written = out / f"{layer}.a1.json"
    import_files.pull_files(made, [written], layer=None, annotator="a1")
    assert list(derive.read(made, layer)) == [before]


def test_what_label_studio_cannot_hold_is_said(small, tmp_path):
    third = marked(TEXT, "PERS", 4, 4, "x#3")
    made = small(record(TEXT, "entity", marked(TEXT, "ORG", 4, 4, "x"), third))
    done, report = run(made, "label-studio", tmp_path / "out", annotators=("a1",))
    assert done.losses == {"changed": 1}
    assert report["losses"][0]["span"]["id"] == "x#3"


def test_ids_that_look_like_a_second_label_of_a_region_stay_apart(small, tmp_path):
    """Scripts write ids such as ann#1 and ann#2."""
    first, second = marked(TEXT, "PERS", 0, 3, "ann"), marked(TEXT, "ORG", 4, 4, "ann#2")
    made = small(record(TEXT, "entity", first, second))
    done, _ = run(made, "label-studio", tmp_path / "out", annotators=("a1",))
    assert done.losses == {}


@pytest.mark.parametrize("name", list(FORMATS))
def test_withheld_text_stays_at_home_unless_asked_for(recorded, tmp_path, name):
    held = next(each for each in article_store.articles(recorded) if not each.redistribute)
    _, report = run(recorded, name, tmp_path / "shared")
    assert report["counts"]["withheld"] == len(LAYERS)
    assert report["may_be_passed_on"]
    words = [held.text[start : start + 40].split()[1:5] for start in range(0, 400, 40)]
    for path in files(tmp_path / "shared"):
        content = contents(path)
        assert held.id not in content or path.name == "report.json"
        assert not any(" ".join(each) in content for each in words)
    _, report = run(recorded, name, tmp_path / "home", with_withheld=True)
    assert "withheld" not in report["counts"]
    assert not report["may_be_passed_on"]


@pytest.mark.parametrize("name", list(FORMATS))
def test_withdrawn_skipped_and_changed_articles_are_left_out_and_counted(small, tmp_path, name):
    spans = marked(TEXT, "PERS", TEXT.index("ترامب"), 5, "p")
    made = small(replace(record(TEXT, "entity", spans), text_sha256="0" * 64))
    assert run(made, name, tmp_path / "1", annotators=("a1",))[0].losses == {"text-differs": 1}
    core_files.write(made.annotations_file("entity"), [record("another", "entity")])
    done, _ = run(made, name, tmp_path / "2", annotators=("a1",))
    assert done.losses == {"article-unknown": 1}
    version = scheme.load(made, "entity").version
    skipped = record(TEXT, "entity", status="skipped", version=version)
    core_files.write(made.annotations_file("entity"), [skipped])
    done, _ = run(made, name, tmp_path / "3", annotators=("a1",))
    assert done.losses == ({} if name in {"label-studio", "prodigy"} else {"skipped": 1})
    withdrawal.withdraw(made, article_id(None, TEXT), "asked for")
    assert run(made, name, tmp_path / "4", annotators=("a1",))[0].losses == {"withdrawn": 1}


def test_gold_that_waits_for_a_judge_is_said_to_be_incomplete(small, tmp_path):
    spans = marked(TEXT, "PERS", TEXT.index("ترامب"), 5, "p")
    one = record(TEXT, "entity", spans)
    made = small(one, replace(one, annotator="a2", spans=()))
    _, report = run(made, "label-studio", tmp_path / "out")
    (lost,) = report["losses"]
    assert (lost["kind"], lost["article_id"]) == ("gold-incomplete", article_id(None, TEXT))


@pytest.mark.parametrize("name", list(FORMATS))
def test_the_same_export_gives_the_same_bytes_and_replaces_its_folder(recorded, tmp_path, name):
    for folder in ("one", "other", "one"):
        run(recorded, name, tmp_path / folder)
    for path in files(tmp_path / "one"):
        other = tmp_path / "other" / path.relative_to(tmp_path / "one")
        assert path.read_bytes() == other.read_bytes()
    assert sorted(each.name for each in tmp_path.iterdir() if each != recorded.root) == [
        "one",
        "other",
    ]


def test_a_folder_of_something_else_is_left_alone(recorded, tmp_path):
    target = tmp_path / "out"
    target.mkdir()
    (target / "notes.txt").write_text("mine", "utf-8")
    with pytest.raises(InputError, match="holds something else"):
        export(CorpusSource(recorded), Request("brat"), target)
    (target / "notes.txt").unlink()
    run(recorded, "brat", target)
    with pytest.raises(InputError, match="holds something else"):
        export(CorpusSource(recorded), Request("iob2"), target)
    changed = next(target.rglob("*.ann"))
    changed.write_text("T1\tPERS 0 1\tx\n", "utf-8")
    with pytest.raises(InputError, match=f"{changed.name} is not as it was exported"):
        export(CorpusSource(recorded), Request("brat"), target)
    assert changed.read_text("utf-8") == "T1\tPERS 0 1\tx\n"


def test_an_export_that_fails_leaves_what_was_there(recorded, tmp_path, monkeypatch):
    target = tmp_path / "out"
    run(recorded, "conll2003", target)
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    real = formats_export.FORMATS["conll2003"].write

    def fails(job):
        real(job)
        raise OSError(28, "No space left on device")

    broken = formats_export.Format(fails, ())
    monkeypatch.setitem(formats_export.FORMATS, "conll2003", broken)
    for folder in (target, tmp_path / "new"):
        with pytest.raises(OSError, match="No space"):
            export(CorpusSource(recorded), Request("conll2003"), folder)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
    assert {path.name for path in tmp_path.iterdir()} == {"out", recorded.root.name}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["word"], f"word: no such format: take one of {', '.join(FORMATS)}"),
        (["brat", "--layer", "mood"], "mood: no such layer: take one of entity, quote, claim"),
        (["brat", "--annotator", "a7"], "a7: no such annotator: take one of a1, a2, adjudication"),
    ],
)
def test_what_is_not_there_is_one_line(recorded, tmp_path, words, said):
    arguments = ["-C", str(recorded.root), "export", *words, "--to", str(tmp_path / "out")]
    done = CliRunner().invoke(cli.group, arguments)
    assert isinstance(done.exception, InputError)
    assert str(done.exception) == said
    assert not (tmp_path / "out").exists()


def test_a_corpus_without_annotations_has_nothing_to_export(make_corpus, tmp_path):
    with pytest.raises(InputError, match="run `qawl pull` first"):
        export(CorpusSource(make_corpus(TEXT)), Request("brat"), tmp_path / "out")


def test_the_command_tells_the_losses_on_stderr(recorded, tmp_path):
    arguments = ["-C", str(recorded.root), "export", "conll2003", "--layer", "entity"]
    target = str(tmp_path / "out")
    done = CliRunner().invoke(cli.group, [*arguments, "--with-withheld", "--to", target])
    assert done.exit_code == 0, done.output
    assert done.stdout == f"{target}: 1 file and report.json\n"
    assert f"({KINDS['label-unmapped']})" in done.stderr
    assert "never carried: " in done.stderr
    assert "do not share it" in done.stderr
