"""Every check has a fixture, and every fixture gives exactly its findings."""

import json
import random
import shutil
import sys
from contextlib import contextmanager

import jsonschema
import msgspec
import pytest
from click.testing import CliRunner

from conftest import ROOT
from corpora import main, write_articles
from qawl import cli
from qawl.annotations import derive, import_files, journal, journal_entries
from qawl.annotations import store as annotation_store
from qawl.articles import store as article_store
from qawl.core import files
from qawl.core.errors import ProjectError
from qawl.core.findings import CHECKS
from qawl.core.records import Annotation, Relation, Span, from_json, to_json
from qawl.scheme import json_schema, scheme
from qawl.validation import validate
from strategies import article

FINDINGS = ROOT / "tests" / "data" / "findings"
CASES = sorted(FINDINGS.glob("*.json"))


def _store(case, made):
    """Annotations, gold and other files as they are."""
    for name, text in case.get("files", {}).items():
        files.write_text(made.root / name, text)
    for layer, lines in case.get("lines", {}).items():
        files.write_text(made.annotations_file(layer), "".join(f"{line}\n" for line in lines))
    for layer, lines in case.get("gold", {}).items():
        files.write_text(made.gold_file(layer), "".join(f"{json.dumps(line)}\n" for line in lines))


def build(case, make_corpus, tmp_path):
    """The corpus of a fixture: texts, then Label Studio tasks to pull, or lines as they are.

    `schemes` are of layers of its own.
    """
    for layer, text in case.get("schemes", {}).items():
        folder = tmp_path / "trial" / "label_config"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{layer}.yaml").write_text(text, "utf-8")
    made = make_corpus(
        *case["texts"], settings=case.get("settings", "layers: [quote]\nannotators: [a1]")
    )
    if case.get("tasks"):
        path = tmp_path / "export.json"
        path.write_text(json.dumps(case["tasks"]), "utf-8")
        import_files.pull_files(made, [path], layer=None, annotator=case.get("annotator"))
    if case.get("journal"):
        opened = journal.load(made.journal_file("quote", "a1"))
        opened.append(
            journal_entries.Entry(
                key=f"{article(case['texts'][0]).id}/{number}",
                article_id=article(case["texts"][0]).id,
                scheme_version="0.1",
                annotation=msgspec.Raw(each.encode()),
            )
            for number, each in enumerate(case["journal"])
        )
        annotation_store.rebuild(made, "quote")
    for name in case.get("copies", ()):
        shutil.copy(made.journal_file("quote", "a1"), made.journal_file("quote", name))
        annotation_store.rebuild(made, "quote")
    if case.get("gone"):
        for layer in made.settings.layers:
            for _, path in journal.files(made, layer):
                opened = journal.load(path)
                gone = [key for key, home in opened.alive.items() if home.project in case["gone"]]
                opened.delete(gone)
            annotation_store.rebuild(made, layer)
    _store(case, made)
    _rewrite(case, made)
    return made


def _rewrite(case, made):
    """The articles otherwise: with other fields, one text in many splits, or fewer."""
    if case.get("said"):
        write_articles(made, [article(text, **case["said"]) for text in case["texts"]])
    if case.get("leak"):
        text = case["texts"][0]
        write_articles(made, [article(text, source=f"source {n}") for n in range(12)])
    if case.get("forget"):
        write_articles(
            made, [article(text) for text in case["texts"] if text not in case["forget"]]
        )


@contextmanager
def plugged(case, folder):
    """An installed package that adds a check, for the fixture that needs one."""
    if not case.get("plugin"):
        yield
        return
    info = folder / "plugged" / "qawl_shouting-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: qawl-shouting\nVersion: 1\n", "utf-8"
    )
    (info / "entry_points.txt").write_text(
        "[qawl.checks]\nshouting = qawl_shouting:check\n", "utf-8"
    )
    code = case.get("code", "    yield 'too loud', annotation.spans[0]")
    code = f"def check(annotation, article, scheme):\n{code}\n"
    (info.parent / "qawl_shouting.py").write_text(code, "utf-8")
    sys.path.insert(0, str(info.parent))
    try:
        yield
    finally:
        sys.path.remove(str(info.parent))
        sys.modules.pop("qawl_shouting", None)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("    1 / 0", "the check shouting of another package failed: ZeroDivisionError"),
        ("    raise SystemExit(0)", "failed: SystemExit"),
        ("    return None", "failed: TypeError"),
        ("    yield 5", "failed: TypeError"),
        ("    yield 'abc'", "failed: ValueError"),
        ("    yield 5, None", "gave no (text, span or None)"),
        ("    yield 'x', (0, 3)", "gave no (text, span or None)"),
        ("    yield from ()\nimport nothing_of_this_name", "failed: ModuleNotFoundError"),
        ("    yield from ()\ncheck = 5", "is no function"),
    ],
)
def test_a_check_of_another_package_that_fails_is_one_line(recorded, tmp_path, code, said):
    with plugged({"plugin": True, "code": code}, tmp_path):
        status, told = main(recorded.root, "validate")
    assert status == 1
    assert said in told
    assert "a fault in qawl" not in told
    assert len(told.splitlines()) == 1


def test_what_a_check_of_another_package_says_is_shown_as_text(recorded, tmp_path):
    code = "    yield '\\ud800 \\x1b[31m\\n\\u202e', None"
    with plugged({"plugin": True, "code": code}, tmp_path):
        _, told = main(recorded.root, "validate", "--check", "rule")
    assert "shouting" in told
    assert "\x1b" not in told


def brief(found):
    """A finding without its words."""
    span = [found.span.label, found.span.start, found.span.end] if found.span else None
    return [found.check, found.severity, found.layer, found.annotator, span]


@pytest.mark.parametrize("path", CASES, ids=lambda each: each.stem)
def test_a_fixture_gives_exactly_its_findings(path, make_corpus, tmp_path):
    case = json.loads(path.read_text("utf-8"))
    with plugged(case, tmp_path):
        found = list(validate.validate(build(case, make_corpus, tmp_path)))
    if "lines" in case and path.stem != "journal-missing":  # what no journal can give
        found = [each for each in found if each.check != "journal-missing"]
    assert sorted(map(brief, found), key=str) == sorted(case["findings"], key=str)
    assert path.stem in {each.check for each in found}
    assert all("\n" not in each.message for each in found)


DAMAGED = ("annotator-hurried", "corrections-unreadable", "format", "label-slip", "surface-mixed")
"""Fixtures with files that no command wrote: they can't be read, or are out of order."""


@pytest.mark.parametrize("path", CASES, ids=lambda each: each.stem)
def test_a_draft_is_built_in_spite_of_each_finding(path, make_corpus, tmp_path):
    case = json.loads(path.read_text("utf-8"))
    with plugged(case, tmp_path):
        made = build(case, make_corpus, tmp_path)
        status, told = main(made.root, "release", "0.1.0", "--draft")
    if path.stem in DAMAGED:
        assert ", line " in told
    elif path.stem == "annotations-stale":  # its annotations are not there, as in a clone
        assert (status, "run `qawl pull --rebuild`" in told) == (1, True)
    else:
        assert status == ("LEFT OUT" in told), told
        assert "this is a draft" in told or not status


def test_every_check_has_its_fixture():
    assert {path.stem for path in CASES} == set(CHECKS)


def test_the_repository_is_in_order(recorded, monkeypatch):
    monkeypatch.chdir(recorded.root)
    done = CliRunner().invoke(cli.group, ["validate", "--json"])
    said = json.loads(done.output)
    assert done.exit_code == 0
    assert said["summary"]["errors"] == 0


def test_a_broken_corpus_exits_1_with_findings(recorded, monkeypatch):
    path = recorded.annotations_file("quote")
    path.write_text(path.read_text("utf-8").replace('"CUE"', '"VERB"', 1), "utf-8")
    monkeypatch.chdir(recorded.root)
    done = CliRunner().invoke(cli.group, ["validate", "--json"])
    assert done.exit_code == 1
    checks = {each["check"] for each in json.loads(done.output)["findings"]}
    assert {"label-unknown", "annotations-stale"} <= checks


def test_selection(recorded, monkeypatch):
    monkeypatch.chdir(recorded.root)
    done = CliRunner().invoke(cli.group, ["validate", "--level", "5", "--json"])
    assert {each["level"] for each in json.loads(done.output)["findings"]} <= {5}
    assert CliRunner().invoke(cli.group, ["validate", "--check", "nonsense"]).exit_code == 2


def corrupted(record, text, rng):
    """A record with one fault of the kinds that tools and people make; the kind."""
    spans = list(record.spans)
    at = rng.randrange(len(spans))
    span = spans[at]
    kind = rng.choice(
        [
            "end past the text",
            "start after end",
            "surface",
            "label",
            "dangling",
            "id",
            "text",
            "space",
            "value",
            "negative",
        ]
    )
    change = msgspec.structs.replace
    if kind == "end past the text":
        spans[at] = change(span, end=len(text) + rng.randint(1, 9))
    elif kind == "start after end":
        spans[at] = change(span, start=span.end, end=span.start)
    elif kind == "negative":
        spans[at] = change(span, start=-rng.randint(1, 9))
    elif kind == "surface":
        spans[at] = change(span, text=span.text + rng.choice("ايوب x"))
    elif kind == "label":
        spans[at] = change(span, label=span.label + "X")
    elif kind == "id":
        spans.append(change(span, label=span.label))
    elif kind == "space":
        spans[at] = (
            change(span, start=span.start - 1, text=text[span.start - 1 : span.end])
            if span.start and text[span.start - 1] == " "
            else change(span, text=" ")
        )
    elif kind == "value":
        spans[at] = change(span, attributes={**span.attributes, "no_such": "x"})
    elif kind == "dangling":
        return change(
            record, relations=(*record.relations, Relation(label="x", from_=span.id, to="lost"))
        ), kind
    else:
        return change(record, text_sha256="0" * 64), kind
    return change(record, spans=tuple(spans)), kind


def test_ten_thousand_corruptions_are_found(recorded):
    rng = random.Random(7)
    articles = article_store.by_id(recorded)
    pool = []
    for layer in recorded.settings.layers:
        current = scheme.load(recorded, layer)
        pool += [
            (each, articles[each.article_id], current) for each in derive.read(recorded, layer)
        ]
    small = [
        (msgspec.structs.replace(record, spans=record.spans[:8], relations=()), frozen, current)
        for record, frozen, current in pool
    ]
    for _ in range(10_000):
        record, frozen, current = rng.choice(small)
        broken, kind = corrupted(record, frozen.text, rng)
        ids = [span.id for span in broken.spans]
        found = len(ids) > len(set(ids)) or any(
            each.severity == "error" and each.level <= 3
            for each in validate.check_annotation(broken, frozen, current)
        )
        assert found, (kind, broken)


@pytest.mark.parametrize("layer", ["entity", "quote", "claim"])
def test_two_engines_give_one_verdict(recorded, layer):
    import jsonschema
    import jsonschema_rs

    from qawl.scheme import json_schema

    schema = json_schema.annotation_schema(scheme.load(recorded, layer))
    rust, python = jsonschema_rs.validator_for(schema), jsonschema.Draft202012Validator(schema)
    rng = random.Random(3)
    for record in derive.read(recorded, layer):
        small = msgspec.structs.replace(
            record, spans=record.spans[:5], relations=record.relations[:2]
        )
        value = json.loads(to_json(small))
        assert rust.is_valid(value)
        for _ in range(40):
            broken = json.loads(json.dumps(value))
            damage(broken, rng)
            assert rust.is_valid(broken) == python.is_valid(broken), broken


def damage(value, rng):
    """Changes one place of a JSON value."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    key = rng.choice(list(keys))
    if isinstance(value[key], dict | list) and value[key] and rng.random() < 0.8:
        damage(value[key], rng)
    elif rng.random() < 0.5 and isinstance(value, dict):
        del value[key]
    else:
        value[key] = rng.choice([None, 1, -1, "x", [], {}, True, 1.5])


def test_levels_stop_at_the_first_with_an_error(schemes):
    text = "قال أحمد"
    record = Annotation(
        article_id="x",
        layer="quote",
        annotator="a1",
        text_sha256=article(text).text_sha256,
        scheme_version="0.1",
        spans=(Span("a", "NONE", 0, 99, ""),),
    )
    found = validate.check_annotation(record, article(text), schemes["quote"])
    assert [each.check for each in found] == ["offset-range"]
    assert from_json(to_json(found[0]), type(found[0])) == found[0]


def trial(make_corpus, tmp_path, text, results, settings=""):
    """A corpus with one pulled annotation."""
    made = make_corpus(text, settings=f"layers: [quote]\nannotators: [a1]\n{settings}")
    path = tmp_path / "export.json"
    path.write_text(
        json.dumps(
            [
                {
                    "id": 1,
                    "data": {"text": text, "layer": "quote"},
                    "annotations": [{"id": 1, "completed_by": 1, "result": results}],
                }
            ]
        ),
        "utf-8",
    )
    import_files.pull_files(made, [path], layer=None, annotator=None)
    return made


def marked(start, end, surface):
    return {
        "id": "r",
        "from_name": "quote",
        "type": "labels",
        "value": {"start": start, "end": end, "text": surface, "labels": ["CUE"]},
    }


def run(corpus_, monkeypatch, *arguments):
    monkeypatch.chdir(corpus_.root)
    return CliRunner().invoke(cli.group, ["validate", *arguments])


def test_white_space_is_trimmed_by_name_and_can_be_undone(make_corpus, tmp_path, monkeypatch):
    made = trial(make_corpus, tmp_path, "قال أحمد نعم", [marked(0, 4, "قال ")])
    before = made.annotations_file("quote").read_bytes()
    journal_before = (made.exports / "journal" / "quote.a1.jsonl").read_bytes()
    assert run(made, monkeypatch).exit_code == 1
    done = run(made, monkeypatch, "--fix")
    assert done.exit_code == 0, done.output
    (record,) = derive.read(made, "quote")
    assert (record.spans[0].start, record.spans[0].end, record.spans[0].text) == (0, 3, "قال")
    annotation_store.rebuild(made, "quote")
    assert list(derive.read(made, "quote")) == [record]
    assert (made.exports / "journal" / "quote.a1.jsonl").read_bytes() == journal_before
    assert run(made, monkeypatch, "--undo").exit_code == 1
    assert made.annotations_file("quote").read_bytes() == before


@pytest.mark.parametrize(
    ("text", "mention", "said"),
    [
        ("ولترامب رأي", "ترامب", None),
        ("היא גרה בירושלים ובתל אביב", "ירושלים", None),
        ("היא גרה בירושלים ושבתל אביב", "תל אביב", None),
        ("정부에서는 어제 예산을 발표했다", "정부", None),
        ("이정부는 어제 예산을 발표했다", "정부", "starts inside a word, behind '이'"),
        ("장관은 서울시청에서 말했다", "서울", "ends inside a word, before '시청에서'"),
        ("Hän asuu Helsingissä", "Helsingi", "ends inside a word, before 'ssä'"),
        ("Die Ostberliner kamen", "berliner", "starts inside a word, behind 'Ost'"),
    ],
)
def test_a_mention_is_cut_behind_and_before_clitics_alone(
    make_corpus, tmp_path, monkeypatch, text, mention, said
):
    """Every prefix in Hebrew and every particle in Korean was told as a cut word without a proclitic."""
    at = text.index(mention)
    label = {"labels": ["SOURCE"]}
    result = marked(at, at + len(mention), mention)
    made = trial(make_corpus, tmp_path, text, [{**result, "value": result["value"] | label}])
    found = json.loads(run(made, monkeypatch, "--json", "--check", "proclitic-cut").output)
    assert [each["message"].partition("mention ")[2] for each in found["findings"]] == (
        [said] if said else []
    )


@pytest.mark.parametrize(
    ("surfaces", "repaired"), [(("أحمد", "نعم"), True), (("أحمد", "لا"), False)]
)
def test_utf16_offsets_are_converted_only_if_every_surface_then_matches(
    make_corpus, tmp_path, monkeypatch, surfaces, repaired
):
    text = "👩‍🚀 قال أحمد نعم"

    def units(surface):
        at = text.index(surface if surface in text else "نعم")
        return len(text[:at].encode("utf-16-le")) // 2

    results = [
        {**marked(units(each), units(each) + len(each), each), "id": each} for each in surfaces
    ]
    made = trial(make_corpus, tmp_path, text, results)
    run(made, monkeypatch, "--fix")
    (record,) = derive.read(made, "quote")
    assert all(text[span.start : span.end] == span.text for span in record.spans) == repaired


def test_a_dispensation_lets_findings_pass_with_a_reason(make_corpus, tmp_path, monkeypatch):
    settings = "dispensations: [{check: edge-whitespace, reason: kept as the source has it}]"
    made = trial(make_corpus, tmp_path, "قال أحمد نعم", [marked(0, 4, "قال ")], settings)
    done = run(made, monkeypatch, "--json")
    assert done.exit_code == 0
    assert json.loads(done.output)["summary"]["exempt"] == 1
    past = settings.replace("reason", "until: 0.1.0, reason")
    (made.root / "qawl.yaml").write_text(
        f"name: trial\nlayers: [quote]\nannotators: [a1]\n{past}\n", "utf-8"
    )
    folder = made.exports / "releases" / "0.1.0"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text('{"draft": false}', "utf-8")
    assert run(made, monkeypatch).exit_code == 1


@pytest.mark.parametrize(
    ("passed", "start", "end", "fields"),
    [
        ("mid-word", 5, 14, {}),
        ("edge-whitespace", 4, 10, {}),
        ("surface-differs", 5, 10, {"text": "something"}),
        ("offset-range", 5, 400, {}),
        ("offset-range", -3, 10, {}),
        ("span-empty", 5, 5, {}),
        ("grapheme-split", 5, 21, {}),
        ("text-changed", 5, 10, {"text_sha256": "0" * 64}),
        ("id-duplicate", 5, 10, {"id": "other"}),
    ],
)
def test_what_is_let_pass_does_not_hide_what_the_levels_above_find(
    make_corpus, monkeypatch, passed, start, end, fields
):
    """Each check of levels 1 and 2, on an attribute's value that the scheme has not."""
    text = "قال: ستعود العبارات 👩‍🚀 غدا"
    settings = f"dispensations: [{{check: {passed}, reason: kept}}]\nlayers: [quote]"
    made = make_corpus(text, settings=f"{settings}\nannotators: [a1]")
    frozen = article(text)
    span = Span(
        fields.get("id", "x"),
        "CONTENT",
        start,
        end,
        fields.get("text", text[max(start, 0) : end]),
        {"quote_type": "no-such-value"},
    )
    record = Annotation(
        article_id=frozen.id,
        layer="quote",
        annotator="a1",
        text_sha256=fields.get("text_sha256", frozen.text_sha256),
        scheme_version="0.1",
        spans=(Span("other", "CUE", 0, 3, "قال"), span),
    )
    files.write(made.annotations_file("quote"), [record])
    said = json.loads(run(made, monkeypatch, "--json").output)
    assert said["summary"]["exempt"] >= 1
    assert passed not in said["summary"]["checks"]
    assert "value-unknown" in said["summary"]["checks"]


def test_a_label_that_is_let_pass_does_not_hide_an_unknown_relation(make_corpus, monkeypatch):
    """A release left the relation out, and its gate said nothing of it."""
    text = "قال: ستعود العبارات"
    settings = "dispensations: [{check: label-unknown, reason: kept}]\nlayers: [quote]"
    made = make_corpus(text, settings=f"{settings}\nannotators: [a1]")
    frozen = article(text)
    record = Annotation(
        article_id=frozen.id,
        layer="quote",
        annotator="a1",
        text_sha256=frozen.text_sha256,
        scheme_version="0.1",
        spans=(Span("a", "CUE", 0, 3, "قال"), Span("b", "OLD", 5, 10, "ستعود")),
        relations=(Relation(label="has_old", from_="b", to="a"),),
    )
    files.write(made.annotations_file("quote"), [record])
    said = json.loads(run(made, monkeypatch, "--json").output)
    assert said["summary"]["exempt"] >= 1
    assert "label-unknown" not in said["summary"]["checks"]
    assert "relation-unknown" in said["summary"]["checks"]


def test_a_relation_of_a_scheme_without_any_is_named_so(make_corpus, monkeypatch):
    """The message ended in the air ("is not one of "): exports of other projects may bring such arrows."""
    text = "Ada met Tom"
    made = make_corpus(text, settings="layers: [entity]\nannotators: [a1]")
    record = Annotation(
        article_id=article(text).id,
        layer="entity",
        annotator="a1",
        text_sha256=article(text).text_sha256,
        scheme_version="0.1",
        spans=(Span("a", "PERS", 0, 3, "Ada"), Span("b", "PERS", 8, 11, "Tom")),
        relations=(Relation(label="knows", from_="a", to="b"),),
    )
    files.write(made.annotations_file("entity"), [record])
    said = run(made, monkeypatch, "--check", "relation-unknown").output
    assert "'knows' is none: the scheme has no relations" in said


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ("dispensations: [{check: no-such-check, reason: x}]", "no-such-check"),
        ("dispensations: [{check: midword, reason: x}]", "mid-word"),
        ("dispensations: [{check: mid-word, reason: ' '}]", "reason"),
        ("dispensations: [{check: mid-word, reason: x, until: soon}]", "soon"),
        ("dispensations: [{check: mid-word, reason: x, until: '٠.١.٠'}]", "٠.١.٠"),
        ("dispensations: [{check: mid-word, reason: x, articles: [no-article]}]", "no-article"),
        ("adjudication: {trusted: a9}", "a9"),
        ("adjudication: {trusted: adjudication}", "adjudication"),
        ("adjudication: {trusted: ''}", "trusted"),
    ],
)
def test_a_setting_that_can_have_no_effect_is_refused(make_corpus, monkeypatch, lines, named):
    made = make_corpus("خبر")
    (made.root / "qawl.yaml").write_text(f"name: trial\n{lines}\n", "utf-8")
    done = run(made, monkeypatch)
    assert isinstance(done.exception, ProjectError)
    assert named in str(done.exception)


def test_the_page_shows_findings_in_their_text(make_corpus, tmp_path, monkeypatch):
    made = trial(make_corpus, tmp_path, "قال أحمد نعم", [marked(0, 4, "قال ")])
    run(made, monkeypatch, "--html", str(tmp_path / "page.html"))
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "<mark>قال </mark>" in page
    assert "edge-whitespace" in page


@pytest.mark.parametrize(
    ("language", "shown", "hidden"),
    [
        (
            "ar",
            ['<p dir="auto" title="quote_type is not set">نوع القول</p>'],
            [">quote_type is not"],
        ),
        ("fr", [">Type</p>"], [">quote_type is not"]),
        ("en", [">“Type” is not set</p>"], [">quote_type is not"]),
    ],
)
def test_the_page_says_titles_in_place_of_names(tmp_path, monkeypatch, language, shown, hidden):
    """No English sentence and no code name stands in a page of another language."""
    root = tmp_path / "c"
    CliRunner().invoke(cli.group, ["init", str(root), "--language", language])
    yaml = f"name: c\nlanguage: {language}\nlayers: [quote]\nannotators: [a1]\n"
    (root / "qawl.yaml").write_text(yaml, "utf-8")
    text = "قال أحمد: «نعم للعمل»"
    (tmp_path / "one.txt").write_text(text, "utf-8")
    CliRunner().invoke(cli.group, ["-C", str(root), "ingest", str(tmp_path / "one.txt")])
    scheme = root / "label_config/quote.yaml"
    # An attribute whose name could be a word of a message, too.
    scheme.write_text(scheme.read_text("utf-8").replace("source_status", "status"), "utf-8")
    CliRunner().invoke(cli.group, ["-C", str(root), "scheme"])
    region = {
        "id": "r", "from_name": "quote", "to_name": "text", "type": "labels",
        "value": {"start": 10, "end": len(text), "labels": ["CONTENT"]},
    }  # fmt: skip
    task = {"id": 1, "data": {"text": text}, "annotations": [{"id": 2, "result": [region]}]}
    (tmp_path / "in.json").write_text(json.dumps([task]), "utf-8")
    given = ["pull", "--from", str(tmp_path / "in.json"), "--layer", "quote", "--annotator", "a1"]
    CliRunner().invoke(cli.group, ["-C", str(root), *given])
    CliRunner().invoke(cli.group, ["-C", str(root), "validate", "--html", str(tmp_path / "p.html")])
    page = (tmp_path / "p.html").read_text("utf-8")
    assert all(each in page for each in shown), page
    assert not any(each in page for each in hidden)


def test_new_kinds_of_findings_close_the_gate(recorded):
    from qawl.core import project
    from qawl.release import build as release_build
    from qawl.release import gates

    release_build.build(recorded, "0.1.0", notes=[])
    assert list(gates.failing(recorded)) == []
    path = recorded.root / "qawl.yaml"
    text = path.read_text("utf-8").replace("annotators:\n", "annotators:\n  - a3\n", 1)
    path.write_text(text.replace("entity: 2", "entity: 3"), "utf-8")
    (said,) = gates.failing(project.load(recorded.root))
    assert said.startswith("new kinds of findings since 0.1.0: annotator-missing")


@pytest.mark.parametrize("line", [b"[" * 5000, b'{"a": ' * 5000, b"\xff", b"{"])
def test_a_line_that_no_reader_takes_is_a_finding(recorded, line):
    """Nested deeper than readers go, too: that raised an error of its own."""
    with recorded.annotations_file("quote").open("ab") as file:
        file.write(line + b"\n")
    done = CliRunner().invoke(cli.group, ["-C", str(recorded.root), "validate", "--json"])
    found = [each["check"] for each in json.loads(done.stdout)["findings"]]
    assert "format" in found
    done = CliRunner().invoke(cli.group, ["-C", str(recorded.root), "release", "9.0.0", "--draft"])
    assert "fault in qawl" not in done.output
    assert not isinstance(done.exception, RecursionError)


def _changed(record):
    """A record in every way that its schema speaks of, and as other tools write it."""
    for name in record:
        yield {key: value for key, value in record.items() if key != name}
        for value in (None, "", "x", 0, 1.0, True, [], {}, ["x"], {"x": []}, {"x": ""}, "A" * 64):
            yield record | {name: value}
    span, relation = record["spans"][0], record["relations"][0]
    for name in (*span, "origin", "unsure"):
        yield record | {"spans": [{k: v for k, v in span.items() if k != name}]}
        for value in (None, "", "kept", 0, 1.0, -1, 1 << 70, [], {}, {"x": [[]]}, {"x": [["y"]]}):
            yield record | {"spans": [span | {name: value}]}
    for name in (*relation, "direction"):
        for value in (None, "", "left", "right", 1):
            yield record | {"relations": [relation | {name: value}]}
    for name in record["provenance"]:
        for value in (None, "", 1, 1.5, 1.0, True):
            yield record | {"provenance": record["provenance"] | {name: value}}
    for more in ({"brought": {"version": "", "sha256": "0" * 64}}, {"unsure": ""}, {"other": 1}):
        yield record | more


def _number(message):
    return int(message.partition(", line ")[2].partition(":")[0])


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_format_is_what_the_schema_says(recorded, separators):
    """Lines as Qawl writes them are looked at less closely than others: none may slip through."""
    path = recorded.annotations_file("quote")
    with path.open("rb") as file:
        records = (json.loads(line) for line in file)
        record = next(each for each in records if each["relations"])
    made = [*_changed(record)]
    written = [json.dumps(e, ensure_ascii=False, separators=separators) + "\n" for e in made]
    path.write_text("".join(written), "utf-8")
    done = CliRunner().invoke(cli.group, ["-C", str(recorded.root), "validate", "--json"])
    assert done.stdout, done.exception
    found = json.loads(done.stdout)["findings"]
    said = [each["message"] for each in found if each["check"] == "format"]
    lines = {*map(_number, said)}
    schema = jsonschema.Draft202012Validator(json_schema.load("annotation"))
    wrong = {number for number, each in enumerate(made, 1) if not schema.is_valid(each)}
    assert wrong <= lines
    # To a schema 1.0 is a whole number.
    assert all("Expected `int" in each for each in said if not wrong & {_number(each)})
    assert 0 < len(lines) < len(made)
