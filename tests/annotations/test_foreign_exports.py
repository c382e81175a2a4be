"""Exports of other tools, scripts and versions, through the commands: each is read right or told.

A corpus has one layer `ner`, as small as can be; its texts are ingested as they were received.
"""

import json
import unicodedata

import msgspec
import pytest
from click.testing import CliRunner

from qawl import cli
from qawl.annotations import journal
from qawl.annotations.journal_entries import Entry
from qawl.core.errors import QawlError

NER = """
format: 1
layer: {layer}
version: "1"
title: {{en: names}}
labels:
  - {{name: PER, title: {{en: p}}, definition: {{en: p}}, example: {{en: p}}, color: "#111111", hotkey: "1"}}
  - {{name: ORG, title: {{en: o}}, definition: {{en: o}}, example: {{en: o}}, color: "#222222", hotkey: "2"}}
attributes:
  - name: certainty
    title: {{en: c}}
    of: [PER, ORG]
    values: [{{name: sure, title: {{en: s}}}}, {{name: unsure, title: {{en: u}}}}]
  - {{name: note, title: {{en: n}}, of: [PER, ORG], kind: text}}
  - name: topic
    title: {{en: t}}
    values: [{{name: sport, title: {{en: s}}}}, {{name: trade, title: {{en: u}}}}]
relations:
  - {{name: works_for, title: {{en: w}}, from: [PER], to: [ORG]}}
  - {{name: knows, title: {{en: k}}, from: [PER], to: [PER]}}
"""


class Foreign:
    """A corpus in a folder, and what the commands say of it."""

    def __init__(self, folder, layers=("ner",)):
        self.folder = folder
        self.made("init", str(folder), "--name", "case", at=folder.parent)
        for layer in layers:
            (folder / "label_config" / f"{layer}.yaml").write_text(NER.format(layer=layer), "utf-8")
        listed = ", ".join(layers)
        (folder / "qawl.yaml").write_text(
            f"name: case\nlanguage: en\nlayers: [{listed}]\n", "utf-8"
        )

    def run(self, *words, at=None):
        done = CliRunner().invoke(cli.group, ["-C", str(at or self.folder), *words])
        known = done.exception is None or isinstance(done.exception, SystemExit | QawlError)
        assert known, done.exc_info
        return done

    def made(self, *words, at=None):
        """Runs what a test is set up by; where that fails, the test says with what words."""
        done = self.run(*words, at=at)
        assert done.exit_code == 0, f"{words}: {done.exception!r} {done.output}"

    def ingest(self, *texts):
        path = self.folder / "texts.jsonl"
        lines = (json.dumps({"id": str(n), "text": text}) for n, text in enumerate(texts, 1))
        path.write_text("\n".join(lines), "utf-8")
        self.made("ingest", str(path))

    def pull(self, tasks, *words):
        path = self.folder / "export.json"
        path.write_text(tasks if isinstance(tasks, str) else json.dumps(tasks), "utf-8")
        return self.run("pull", "--from", str(path), *words)

    def records(self, layer="ner"):
        return self.lines(f"exports/annotations/{layer}.jsonl")

    def articles(self):
        return self.lines("corpus/articles.jsonl")

    def lines(self, path):
        text = (self.folder / path).read_text("utf-8")
        return [json.loads(line) for line in text.split("\n") if line]

    def spans(self, layer="ner"):
        """(label, surface) of each span, after a look at every slice."""
        text = {each["id"]: each["text"] for each in self.articles()}
        found = []
        for record in self.records(layer):
            for span in record["spans"]:
                slice_ = text[record["article_id"]][span["start"] : span["end"]]
                found.append((span["label"], slice_, slice_ == span["text"]))
        assert all(fits for *_, fits in found)
        return [(label, slice_) for label, slice_, _ in found]

    def findings(self, severity=None):
        done = self.run("validate", "--json")
        found = json.loads(done.stdout)["findings"]
        return [each for each in found if severity in (None, each["severity"])]

    def errors(self):
        return sorted({each["check"] for each in self.findings("error")})


@pytest.fixture
def foreign(tmp_path):
    """foreign(layers…) → a corpus of these layers."""
    return lambda *layers: Foreign(tmp_path / "corpus", layers or ("ner",))


def region(text, surface, label="PER", *, identity="r", nth=0, layer="ner", **value):
    """A region around the nth time that a surface stands in a text."""
    start = -1
    for _ in range(nth + 1):
        start = text.index(surface, start + 1)
    given = {"start": start, "end": start + len(surface), "text": surface, "labels": [label]}
    return {
        "id": f"{identity}{start}-{given['end']}",
        "from_name": layer,
        "to_name": "text",
        "type": "labels",
        "value": {**given, **value},
    }


def task(text, *results, number=1, **annotation):
    made = {"id": 100 + number, "completed_by": 1, "result": list(results), **annotation}
    return {"id": number, "project": 1, "data": {"text": text}, "annotations": [made]}


NFD = {
    "french": ("Le président André parle à Genève.", ["président", "André", "Genève"]),
    "vietnamese": ("Ông Nguyễn Xuân Phúc nói ở Hà Nội.", ["Nguyễn Xuân Phúc", "Hà Nội"]),
    "korean": ("한국 대통령은 서울에서 말했다.", ["한국", "서울"]),
    "arabic": ("قال أحمدُ إنّ مؤتمرَ القاهرة بدأ.", ["أحمدُ", "القاهرة", "بدأ"]),
    "greek": ("Ο Αλέξης Τσίπρας μίλησε στην Αθήνα.", ["Αλέξης Τσίπρας", "Αθήνα"]),
    "japanese": ("プーチン大統領がガザで語った。", ["プーチン", "ガザ"]),
    "bengali": ("কোলকাতায় মোদী বললেন।", ["কোলকাতায়", "মোদী"]),
}


@pytest.mark.parametrize("language", NFD)
def test_a_decomposed_text_with_decomposed_surfaces_is_read_without_an_error(foreign, language):
    """macOS and some scrapers decompose; ingest composes, the offsets are mapped."""
    composed, surfaces = NFD[language]
    text = unicodedata.normalize("NFD", composed)
    assert text != composed
    marked = [unicodedata.normalize("NFD", each) for each in surfaces]
    corpus = foreign()
    corpus.ingest(text)
    corpus.pull([task(text, *(region(text, each) for each in marked))], "--layer", "ner")
    assert corpus.errors() == []
    nfc = [unicodedata.normalize("NFC", each) for each in surfaces]
    assert corpus.spans() == [("PER", each) for each in nfc]


APART = {
    "devanagari qa": ("यह \u0958लम है और \u0958लम नहीं \u0958", ["\u0958लम", "\u0958"]),
    "devanagari at the end": ("वह पढ\u093cता पे\u0921\u093c \u095c है", ["पढ\u093cता", "\u095c"]),
    "hebrew presentation forms": ("הוא אמר \ufb2aלום ל\ufb2b\ufb1d.", ["\ufb2aלום", "ל\ufb2b\ufb1d"]),
    "gurmukhi": ("ਉਹ \u0a59ਬਰ \u0a5bਿਲਾ", ["\u0a59ਬਰ", "\u0a5bਿਲਾ"]),
    "tibetan": ("\u0f43\u0f0b\u0f69 \u0f43", ["\u0f43", "\u0f69"]),
    "arabic marks in another order": (
        "قال محم\u0651\u064eد إن\u0651\u064e علي\u0651\u064fا",
        ["محم\u0651\u064eد", "إن\u0651\u064e", "علي\u0651\u064fا"],
    ),
    "hangul jamo": ("\u1112\u1161\u11ab\u1100\u116e\u11a8 \u1100\u1161", ["\u1112\u1161\u11ab\u1100\u116e\u11a8"]),
    "angstrom and ohm": ("It is 5 \u212b and 6 \u2126.", ["\u212b", "\u2126"]),
    "compatibility ideograph": ("他說\uf9e4好。", ["\uf9e4好"]),
}  # fmt: skip


@pytest.mark.parametrize("script", APART)
def test_a_span_stands_where_nfc_takes_letters_apart_or_reorders_marks(foreign, script):
    """Some letters are longer in NFC than as typed; marks are typed in any order."""
    text, surfaces = APART[script]
    assert not unicodedata.is_normalized("NFC", text)
    corpus = foreign()
    corpus.ingest(text)
    corpus.pull([task(text, *(region(text, each) for each in surfaces))], "--layer", "ner")
    assert corpus.errors() == []
    nfc = sorted(unicodedata.normalize("NFC", each) for each in surfaces)
    assert sorted(surface for _, surface in corpus.spans()) == nfc


def test_a_bound_inside_a_character_that_nfc_composes_is_told(foreign):
    """Half a Hangul syllable has no place in the frozen text."""
    text = unicodedata.normalize("NFD", "한국 서울")
    corpus = foreign()
    corpus.ingest(text)
    corpus.pull([task(text, region(text, text[:2]))], "--layer", "ner")
    assert corpus.errors() == ["offset-unreadable"]


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("\ufeffSami came\r\nhome.", "Sami came\r"),
        ("  Sami came.", " Sami"),
        ("Sami\r\n\r\n\r\n\r\ncame home", "Sami\r\n\r\n"),
        ("Sa\x07\x07mi came home", "Sa\x07"),
    ],
)
def test_a_span_that_ends_among_what_cleaning_removes_stands_beside_it(foreign, text, surface):
    corpus = foreign()
    corpus.ingest(text)
    corpus.pull([task(text, region(text, surface))], "--layer", "ner")
    assert corpus.errors() in ([], ["edge-whitespace"])
    ((_, found),) = corpus.spans()
    assert found.strip() == surface.replace("\x07", "").strip()


@pytest.mark.parametrize(
    ("text", "surface", "split"),
    [
        ("رئیس ایران\u200cی آمد", "ایران", False),
        ("رئیس ایران\u200cی آمد", "\u200cی", False),
        ("رئیس ایران\u200cی آمد", "ایران\u200c", False),
        ("در سال ۱۴۰۲ ه\u200d آمد", "ه", False),
        ("वाक\u094d\u200cपटु", "वाक\u094d", False),
        ("वाक\u094d\u200cपटु", "वाक", True),
        ("ශ\u0dca\u200dරී ලංකා", "ශ\u0dca", True),
        ("met 👩\u200d🚀 today", "👩", True),
        ("met 👩\u200d🚀 today", "👩\u200d", True),
        ("met 👩\u200d🚀 today", "👩\u200d🚀", False),
        ("كتاب\u064bا", "كتاب", True),
        ("flag 🇱🇧🇯🇴 here", "🇱🇧", False),
        ("flag 🇱🇧🇯🇴 here", "🇧🇯", True),
    ],
)
def test_a_joiner_at_the_edge_of_a_word_belongs_to_no_character(foreign, text, surface, split):
    """A reader sees a word end before a zero width non-joiner; inside an emoji a joiner binds."""
    corpus = foreign()
    corpus.ingest(text)
    corpus.pull([task(text, region(text, surface))], "--layer", "ner")
    assert corpus.errors() == (["grapheme-split"] if split else [])


SAMI = "Sami met Layla."
DAMAGE = {
    "half an emoji": '{"id": 7, "data": {"text": "\\ud83d"}, "annotations": []}',
    "not a number": '{"id": 7, "data": {"text": "x", "score": NaN}, "annotations": []}',
    "a float past all": '{"id": 7, "data": {"text": "x"}, "annotations": [{"lead_time": 1e999}]}',
    "five thousand digits": f'{{"id": {"9" * 5000}, "data": {{"text": "x"}}, "annotations": []}}',
    "nested deeply": f'{{"id": 7, "data": {{"x": {"[" * 500}{"]" * 500}}}, "annotations": []}}',
    "nested very deeply": f'{{"id": 7, "data": {"[" * 100_000}{"]" * 100_000}}}',
    "a key twice": '{"id": 7, "annotations": [], "data": {}, "annotations": []}',
    "a key twice within": '{"id": 7, "annotations": [{"result": [], "result": [{"a": "\\""}]}]}',
    "a key twice beside marks as numbers": r'{"id": 7, "data": {"text": "\u0022a\u0022", "text": "x"}}',
    "no value": '{"id": 7, "data": }',
    "a comma too many": '{"id": 7, "data": {},}',
    "a line break in a string": '{"id": 7, "data": {"text": "a\nb"}}',
    "keys without marks": "{id: 7}",
    "a number": "5",
    "a string with brackets": '"}], {"',
    "a list": "[[1], [2]]",
    "null": "null",
    "no annotations": '{"id": 7, "data": {"text": "x"}}',
    "annotations a number": '{"id": 7, "data": {"text": "x"}, "annotations": 5}',
    "annotations of numbers": json.dumps({**task(SAMI), "annotations": [5, None, "x"]}),
    "data a list": '{"id": 7, "data": [1], "annotations": [{"result": []}]}',
    "layer a list": '{"id": 7, "data": {"text": "x", "layer": ["ner"]}, "annotations": [{}]}',
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_bad_task_is_set_aside_by_name_and_the_others_are_read(foreign, damage, place):
    """The whole file counted as damaged before."""
    good = [
        task(SAMI, region(SAMI, "Sami")),
        task("Omar came.", region("Omar came.", "Omar"), number=2),
    ]
    listed = [json.dumps(each) for each in good]
    listed.insert(place, DAMAGE[damage])
    corpus = foreign()
    corpus.ingest(SAMI, "Omar came.")
    done = corpus.pull(f"[{', '.join(listed)}]", "--layer", "ner")
    assert sorted(corpus.spans()) == [("PER", "Omar"), ("PER", "Sami")]
    told = [line for line in done.output.split("\n") if line.startswith("set aside: ")]
    assert told
    assert ("task 7" in told[0]) == ('"id": 7' in DAMAGE[damage]), told


@pytest.mark.parametrize(
    "encoded",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
        lambda text: text.replace(", ", ",\r\n").encode(),
        lambda text: text.replace('": ', '" : ').encode(),
        lambda text: b"\n\n " + text.encode() + b"\n\n",
    ],
)
def test_an_export_is_read_in_the_encodings_of_shells_and_editors(foreign, encoded):
    """PowerShell writes UTF-16 with a byte order mark, programs one without, editors of Windows one of UTF-8."""
    corpus = foreign()
    corpus.ingest("قال سامي نعم")
    tasks = json.dumps([task("قال سامي نعم", region("قال سامي نعم", "سامي"))], ensure_ascii=False)
    (corpus.folder / "export.json").write_bytes(encoded(tasks))
    corpus.run("pull", "--from", str(corpus.folder / "export.json"), "--layer", "ner")
    assert corpus.spans() == [("PER", "سامي")]


def test_an_export_with_bytes_of_another_encoding_is_read_but_for_that_task(foreign):
    corpus = foreign()
    corpus.ingest("سامي هنا")
    bad = json.dumps(task("عمر", number=7), ensure_ascii=False).encode("cp1256")
    good = json.dumps(task("سامي هنا", region("سامي هنا", "سامي"))).encode()
    (corpus.folder / "export.json").write_bytes(b"[" + bad + b", " + good + b"]")
    done = corpus.run("pull", "--from", str(corpus.folder / "export.json"), "--layer", "ner")
    assert "1 × task that is not in UTF-8 (task 7 of export.json)" in done.output
    assert corpus.spans() == [("PER", "سامي")]


def test_early_exports_say_completions_for_annotations(foreign):
    """Label Studio before 1.0; times are seconds since 1970."""
    corpus = foreign()
    corpus.ingest(SAMI)
    old = task(SAMI, region(SAMI, "Layla"), created_at=1600000000, completed_by=None)
    old["completions"] = old.pop("annotations")
    corpus.pull([old], "--layer", "ner")
    assert corpus.spans() == [("PER", "Layla")]
    assert corpus.records()[0]["provenance"]["created_at"] == "2020-09-13T12:26:40Z"
    assert corpus.errors() == []


def test_what_early_exports_call_skipped_is_skipped(foreign):
    """Their `skipped` stands where later ones have `was_cancelled`; when it comes later it is a new version."""
    corpus = foreign()
    corpus.ingest(SAMI)
    old = task(SAMI, region(SAMI, "Layla"), created_at=1600000000)
    old["completions"] = old.pop("annotations")
    (work,) = old["completions"]
    work["updated_at"] = 1600000000
    corpus.pull([old], "--layer", "ner")
    work |= {"skipped": True, "updated_at": 1600000060}
    corpus.pull([old], "--layer", "ner")
    assert [each["status"] for each in corpus.records()] == ["skipped"]


@pytest.mark.parametrize("later", [None, []])
def test_completions_count_beside_annotations(foreign, later):
    """A migrated task has both keys: of two lists all is read, and what is null hides nothing."""
    corpus = foreign()
    corpus.ingest(SAMI)
    both = task(SAMI, region(SAMI, "Layla"))
    both |= {"completions": both["annotations"], "annotations": later}
    corpus.pull([both], "--layer", "ner")
    assert corpus.spans() == [("PER", "Layla")]


def test_completions_of_one_annotator_stand_beside_annotations_of_another(foreign):
    corpus = foreign()
    corpus.ingest(SAMI)
    both = task(SAMI, region(SAMI, "Layla"))
    other = {**both["annotations"][0], "id": 99, "completed_by": 8}
    corpus.pull([{**both, "completions": [other]}], "--layer", "ner")
    assert len(corpus.records()) == 2


ODD_USERS = [["x"], 5.0, "9" * 5000, {}, [], " ", {"id": None, "email": ""}]


@pytest.mark.parametrize("user", ODD_USERS, ids=str)
def test_a_strange_user_says_nothing_of_the_work(foreign, user):
    corpus = foreign()
    corpus.ingest(SAMI, "Omar came.")
    tasks = [
        task(SAMI, region(SAMI, "Sami"), completed_by=user),
        task("Omar came.", region("Omar came.", "Omar"), number=2),
    ]
    assert corpus.pull(tasks, "--layer", "ner").exit_code == 0
    assert len({each["annotator"] for each in corpus.records()}) == 2
    assert len(corpus.spans()) == 2
    assert corpus.errors() == []
    assert corpus.run("pull", "--rebuild").exit_code == 0


UNCLEAR_USERS = [
    *([1, 2], ["x", "y"], [{"id": 1}, {"id": 2}], [[1]], {"id": [1, 2]}, {"email": ["x", "y"]}),
    *(1.5, True, False, 10**300, {"email": 5}, {"id": 5.5}, {"first_name": "Ada"}),
]


@pytest.mark.parametrize("user", UNCLEAR_USERS, ids=str)
def test_work_of_several_people_or_of_what_is_no_user_is_left_out_until_it_is_named(foreign, user):
    """Such work of different people was taken for that of one annotator, without a word."""
    corpus = foreign()
    corpus.ingest(SAMI, "Omar came.")
    sent = task(SAMI, region(SAMI, "Sami"), completed_by=user)
    done = corpus.pull(
        [sent, task("Omar came.", region("Omar came.", "Omar"), number=2)], "--layer", "ner"
    )
    assert done.exit_code == 1
    assert "1 × annotation of several people, or of what is no user" in done.output
    assert "task 1 of " in done.output
    assert corpus.spans() == [("PER", "Omar")]
    assert corpus.pull([sent], "--layer", "ner").exit_code == 1
    assert corpus.pull([sent], "--layer", "ner", "--annotator", "b1").exit_code == 0
    assert corpus.pull([sent], "--layer", "ner").exit_code == 0  # the journal knows it
    assert {each["annotator"] for each in corpus.records()} == {"a1", "b1"}
    assert len(corpus.spans()) == 2
    assert corpus.errors() == []
    assert corpus.run("pull", "--rebuild").exit_code == 0


def test_each_layer_gets_the_regions_of_its_control(foreign):
    """Two <Labels> in one project; all went to the first layer before."""
    corpus = foreign("ner", "quo")
    corpus.ingest(SAMI)
    mixed = [region(SAMI, "Sami"), region(SAMI, "Layla", layer="quo")]
    done = corpus.pull([task(SAMI, *mixed)])
    assert "read 1 task with 1 annotation: 2 new versions" in done.output
    assert (corpus.spans("ner"), corpus.spans("quo")) == ([("PER", "Sami")], [("PER", "Layla")])
    assert corpus.errors() == []
    again = corpus.pull([task(SAMI, *mixed)])
    assert "0 new versions" in again.output


def test_an_annotation_that_an_earlier_version_took_for_one_layer_is_parted(foreign):
    """Its journal has no word of the other layer until it is pulled again."""
    corpus = foreign("ner", "quo")
    corpus.ingest(SAMI)
    (corpus.folder / "qawl.yaml").write_text("name: case\nlanguage: en\nlayers: [ner]\n", "utf-8")
    mixed = [region(SAMI, "Sami"), region(SAMI, "Layla", layer="quo")]
    corpus.pull([task(SAMI, *mixed)])
    assert len(corpus.spans("ner")) == 2
    (corpus.folder / "qawl.yaml").write_text(
        "name: case\nlanguage: en\nlayers: [quo, ner]\n", "utf-8"
    )
    corpus.pull([task(SAMI, *mixed)])
    assert (corpus.spans("ner"), corpus.spans("quo")) == ([("PER", "Sami")], [("PER", "Layla")])


ACME = "Sami of Acme met Layla."


def marked(*more, text=ACME):
    """A task with a person and a company, and further results."""
    return task(text, region(text, "Sami"), region(text, "Acme", "ORG"), *more)


def edited(change):
    """That task after `change` has worked on its annotation."""
    made = marked()
    change(made["annotations"][0])
    return made


def each_region(change):
    def changed(annotation):
        for result in annotation["result"]:
            change(result)

    return edited(changed)


def test_a_foreign_control_is_one_warning_however_many_regions_it_made(foreign):
    corpus = foreign()
    corpus.ingest(ACME, SAMI)
    renamed = each_region(lambda result: result.update(from_name="label"))
    other = task(SAMI, region(SAMI, "Layla", layer="label"), number=2)
    done = corpus.pull([renamed, other], "--layer", "ner")
    (found,) = [each for each in corpus.findings() if each["check"] == "foreign-control"]
    assert "control label; the layer has ner: " in found["message"]
    assert "(3 times in 2 annotations, first in article" in found["message"]
    assert found["article_id"] is None
    assert "not in the annotations" not in done.output
    assert len(corpus.spans()) == 3


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("pairwise", {"selected": "left"}),
        ("ranker", {"ranker": {"a": [1]}}),
        ("paragraphlabels", {"start": "0", "end": "2", "startOffset": 0, "endOffset": 4, "paragraphlabels": ["PER"]}),
        ("timeserieslabels", {"start": 0, "end": 4, "timeserieslabels": ["PER"]}),
        ("invented", {"x": 1}),
    ],
)  # fmt: skip
def test_a_kind_of_results_that_is_not_read_is_named_by_pull_once_with_its_count(
    foreign, kind, value
):
    """Only `validate` said so before, once a result."""
    corpus = foreign()
    corpus.ingest(ACME, SAMI)
    odd = {"id": "x", "from_name": "more", "to_name": "text", "type": kind, "value": value}
    done = corpus.pull([marked(odd, odd), task(SAMI, odd, number=2)], "--layer", "ner")
    told = [line for line in done.output.split("\n") if "not in the annotations of ner" in line]
    assert len(told) == 1
    assert f"the type {kind} (3 times in 2 annotations" in told[0]
    assert len(corpus.spans()) == 2
    assert corpus.errors() == ["result-unsupported"]


def paged(text, surface, label="PER", shift=0, **value):
    """A region of a page that shows this text."""
    made = region(text, surface, label)
    start, end = (made["value"].pop(each) for each in ("start", "end"))
    del made["value"]["labels"]
    made["type"] = "hypertextlabels"
    path = {"start": "/p[1]/text()[1]", "end": "/p[1]/text()[1]", "startOffset": 0, "endOffset": 9}
    shown = {"globalOffsets": {"start": start + shift, "end": end + shift}}
    made["value"] |= {**path, **shown, "hypertextlabels": [label], **value}
    return made


def test_regions_of_a_page_are_read_where_it_shows_the_article(foreign):
    """<HyperText> over plain text: its offsets stand in globalOffsets."""
    corpus = foreign()
    corpus.ingest(ACME)
    corpus.pull([task(ACME, paged(ACME, "Sami"), paged(ACME, "Acme", "ORG"))], "--layer", "ner")
    assert corpus.spans() == [("PER", "Sami"), ("ORG", "Acme")]
    assert corpus.errors() == []


def test_regions_of_a_page_that_shows_another_text_are_told_and_none_is_guessed(foreign):
    """One surface stands by chance where its offsets lead."""
    corpus = foreign()
    corpus.ingest(ACME)
    odd = [paged(ACME, "Sami"), paged(ACME, "Acme", "ORG", shift=2)]
    done = corpus.pull([task(ACME, *odd)], "--layer", "ner")
    assert corpus.spans() == []
    assert corpus.errors() == ["offset-unreadable"]
    assert "offset-unreadable: a region has no offsets that can be read (2 times)" in done.output


def headline(field="headline", start=0, end=4, surface="Sami", identity="h"):
    value = {
        "start": start,
        "end": end,
        "labels": ["PER"],
        **({"text": surface} if surface else {}),
    }
    return {"id": identity, "from_name": "ner", "to_name": field, "type": "labels", "value": value}


@pytest.mark.parametrize(
    ("texts", "fields", "expected"),
    [
        (["text", "headline"], {"headline": "Acme and Sami"}, 2),
        (["text", "headline"], {}, 2),
        (["text", 5], {}, 2),
        (["article", "headline"], {"headline": "Acme and Sami"}, 2),
        (["article", "title"], {}, 2),
        (["article"], {}, 2),
        (["headline"], {"headline": "Acme and Sami"}, 0),
    ],
)
def test_regions_of_another_text_are_told_and_left_out(foreign, texts, fields, expected):
    """A project may show a headline beside the article; `to_name` says which text a region is of."""
    corpus = foreign()
    corpus.ingest(ACME)
    made = each_region(lambda result: result.update(to_name=texts[0]))
    elsewhere = expected == 0 or len(texts) > 1
    if len(texts) > 1:
        arrow = {"type": "relation", "from_id": "h", "to_id": "r0-4", "labels": ["knows"]}
        chosen = {
            "id": "h",
            "from_name": "certainty",
            "type": "choices",
            "value": {"choices": ["sure"]},
        }
        odd = [
            headline(texts[1], 9, 13, "Sami"),
            headline(texts[1], 0, 4, None, "i"),
            arrow,
            chosen,
        ]
        if texts[1] == 5:  # no name: it is as if it were not there
            odd, elsewhere = [], False
        made["annotations"][0]["result"] += odd
    made["data"] |= fields
    done = corpus.pull([made], "--layer", "ner")
    assert len(corpus.spans()) == expected
    assert ("a region of another text" in done.output) == elsewhere
    assert corpus.errors() == []


@pytest.mark.parametrize(
    ("marked", "expected"),
    [(region(SAMI, "Layla"), [("PER", "Layla")]), (headline("text", surface="Some"), [])],
)
def test_a_control_called_as_a_field_of_another_text_is_ours_where_its_words_stand(
    foreign, marked, expected
):
    """`<Text name="text" value="$body">` beside a field `text` of something else, as many projects have it."""
    corpus = foreign()
    corpus.ingest(SAMI)
    made = task(SAMI, marked)
    made["data"] = {"body": SAMI, "text": "Something else."}
    corpus.pull([made], "--layer", "ner")
    assert corpus.spans() == expected


def test_arrows_between_layers_are_told_and_what_is_of_one_layer_is_read_with_it(foreign):
    corpus = foreign("ner", "quo")
    corpus.ingest(ACME)
    other = region(ACME, "Acme", "ORG", layer="quo", identity="q")
    layla = region(ACME, "Layla", layer="quo", identity="q")
    cross = {"type": "relation", "from_id": "r0-4", "to_id": other["id"], "labels": ["works_for"]}
    within = {
        "type": "relation",
        "from_id": layla["id"],
        "to_id": other["id"],
        "labels": ["works_for"],
    }
    sure = {
        "id": other["id"],
        "from_name": "certainty",
        "type": "choices",
        "value": {"choices": ["sure"]},
    }
    done = corpus.pull([task(ACME, region(ACME, "Sami"), other, layla, cross, within, sure)])
    assert (len(corpus.spans("ner")), len(corpus.spans("quo"))) == (1, 2)
    (ner,), (quo,) = corpus.records("ner"), corpus.records("quo")
    assert (ner["relations"], len(quo["relations"])) == ([], 1)
    assert [span["attributes"] for span in quo["spans"]] == [{"certainty": "sure"}, {}]
    assert done.output.count("an arrow to a region of another text or layer") == 2
    assert corpus.errors() == []


def test_regions_without_ids_get_their_own_and_keep_attributes_and_arrows(foreign):
    """A script may leave ids out, or count them from 0."""
    corpus = foreign()
    corpus.ingest(ACME, SAMI)
    numbered = marked({"type": "relation", "from_id": 0, "to_id": 1, "labels": ["works_for"]})
    for number, result in enumerate(numbered["annotations"][0]["result"][:2]):
        result["id"] = number
    bare = task(SAMI, region(SAMI, "Sami"), region(SAMI, "Layla"), number=2)
    for result in bare["annotations"][0]["result"]:
        del result["id"]
    place = {"start": 0, "end": 4, "text": "Sami"}
    sure = {"from_name": "certainty", "type": "choices", "value": {**place, "choices": ["sure"]}}
    bare["annotations"][0]["result"].append(sure)
    corpus.pull([numbered, bare], "--layer", "ner")
    assert corpus.errors() == []
    by_task = {each["provenance"]["task"]: each for each in corpus.records()}
    (arrow,) = by_task[1]["relations"]
    assert (arrow["from"], arrow["to"]) == ("0", "1")
    spans = by_task[2]["spans"]
    assert len({each["id"] for each in spans}) == 2
    assert [each["attributes"] for each in spans] == [{"certainty": "sure"}, {}]


def test_one_id_at_two_places_is_an_error_in_any_order_and_no_arrow_is_guessed(tmp_path):
    arrow = {"type": "relation", "from_id": "x", "to_id": "s", "labels": ["knows"]}
    for number, order in enumerate([(0, 1, 2), (2, 1, 0), (1, 2, 0)]):
        results = [region(ACME, "Sami"), region(ACME, "Layla"), region(ACME, "Acme", "ORG")]
        results[0]["id"], results[1]["id"], results[2]["id"] = "x", "s", "s"
        place = results[1]["value"] | {"choices": ["sure"]}
        sure = {"id": "s", "from_name": "certainty", "type": "choices", "value": place}
        corpus = Foreign(tmp_path / str(number))
        corpus.ingest(ACME)
        corpus.pull([task(ACME, *(results[each] for each in order), arrow, sure)], "--layer", "ner")
        assert corpus.errors() == ["region-id-twice", "relation-dangling"]
        given = {each["text"]: each["attributes"] for each in corpus.records()[0]["spans"]}
        assert given == {"Sami": {}, "Layla": {"certainty": "sure"}, "Acme": {}}


MALFORMED = {
    "results a number": (edited(lambda annotation: annotation.update(result=5)), "result-unreadable"),
    "results a text": (edited(lambda annotation: annotation.update(result="x")), "result-unreadable"),
    "results an object": (edited(lambda annotation: annotation.update(result={})), "result-unreadable"),
    "results null": (edited(lambda annotation: annotation.update(result=None)), "result-unreadable"),
    "no results": (edited(lambda annotation: annotation.pop("result")), "result-unreadable"),
    "labels a number": (each_region(lambda result: result["value"].update(labels=5)), "result-unreadable"),
    "labels of numbers": (each_region(lambda result: result["value"].update(labels=[5])), "result-unreadable"),
    "labels null": (each_region(lambda result: result["value"].update(labels=None)), "region-unlabelled"),
    "labels an object": (each_region(lambda result: result["value"].update(labels={})), "result-unreadable"),
    "value a list": (each_region(lambda result: result.update(value=[])), "offset-unreadable"),
    "no value": (each_region(lambda result: result.pop("value")), "offset-unreadable"),
    "type a list": (each_region(lambda result: result.update(type=["labels"])), "result-unsupported"),
    "no type": (each_region(lambda result: result.pop("type")), "result-unsupported"),
    "control a list": (each_region(lambda result: result.update(from_name=["ner"])), "foreign-control"),
    "start true": (each_region(lambda result: result["value"].update(start=True)), "offset-unreadable"),
    "start null": (each_region(lambda result: result["value"].update(start=None)), "offset-unreadable"),
    "start an object": (each_region(lambda result: result["value"].update(start={})), "offset-unreadable"),
    "start a huge number": (each_region(lambda result: result["value"].update(start=10**300)), "offset-unreadable"),
    "start a huge float": (each_region(lambda result: result["value"].update(start=1e300)), "offset-unreadable"),
    "start a huge text": (each_region(lambda result: result["value"].update(start="9" * 5000)), "offset-unreadable"),
    "start a fraction": (each_region(lambda result: result["value"].update(start=0.5)), "offset-unreadable"),
    "end far outside": (each_region(lambda result: result["value"].update(end=10**12)), "offset-range"),
    "surface of another place": (each_region(lambda result: result["value"].update(text="Zoe")), "surface-differs"),
    "ids a list": (each_region(lambda result: result.update(id=[1])), None),
    "ids an object": (each_region(lambda result: result.update(id={"x": 1})), None),
    "surface a list": (each_region(lambda result: result["value"].update(text=["x"])), None),
    "text of a region a list": (each_region(lambda result: result.update(to_name=["text"])), None),
    "a label as a text": (each_region(lambda result: result["value"].update(labels=result["value"]["labels"][0])), None),
    "cancelled a text": (edited(lambda annotation: annotation.update(was_cancelled="no")), "field-unreadable"),
    "times of odd types": (edited(lambda annotation: annotation.update(created_at=[1], updated_at={})), "field-unreadable"),
    "a time that is none": (edited(lambda annotation: annotation.update(created_at="yesterday")), "field-unreadable"),
    "a lead time of text": (edited(lambda annotation: annotation.update(lead_time="x")), "field-unreadable"),
    "a lead time below 0": (edited(lambda annotation: annotation.update(lead_time=-5)), "field-unreadable"),
    "an arrow without ends": (marked({"type": "relation"}), "result-unreadable"),
    "an arrow of lists": (marked({"type": "relation", "from_id": [1], "to_id": {}}), "result-unreadable"),
    "arrow labels a number": (marked({"type": "relation", "from_id": "r0-4", "to_id": "r8-12", "labels": 5}), "result-unreadable"),
    "an arrow's direction a list": (marked({"type": "relation", "from_id": "r0-4", "to_id": "r8-12", "direction": [1]}), "field-unreadable"),
    "an arrow's direction a word": (marked({"type": "relation", "from_id": "r0-4", "to_id": "r8-12", "direction": "up"}), "field-unreadable"),
    "an arrow's direction null": (marked({"type": "relation", "from_id": "r0-4", "to_id": "r8-12", "direction": None}), None),
    "a choice of no control": (marked({"type": "choices", "value": {"choices": ["x"]}}), "result-unreadable"),
    "a choice that is a number": (marked({"id": "r0-4", "from_name": "certainty", "type": "choices", "value": {"choices": 5}}), "result-unreadable"),
    "a choice without value": (marked({"id": "r0-4", "from_name": "certainty", "type": "choices"}), "result-unreadable"),
    "a choice of odd things": (marked({"id": "r0-4", "from_name": "certainty", "type": "choices", "value": {"choices": [{}]}}), "value-unknown"),
    "one topic and another": (marked(*({"id": each, "from_name": "topic", "type": "choices", "value": {"choices": [each]}} for each in ("sport", "trade"))), "attribute-twice"),
    "task id a list": ({**marked(), "id": [1]}, None),
    "task id huge": ({**marked(), "id": 10**300}, None),
    "project an object": ({**marked(), "project": {"id": 1}}, None),
    "project a text": ({**marked(), "project": "1"}, None),
    "annotation id a list": (edited(lambda annotation: annotation.update(id=["x"])), None),
    "annotation id huge": (edited(lambda annotation: annotation.update(id=10**300)), None),
    "no ids at all": (edited(lambda annotation: annotation.pop("id")), None),
}  # fmt: skip


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_value_is_journalled_and_found_and_all_else_goes_on(foreign, kind):
    """Some of these stopped every later command on the layer, for the journal keeps what it has."""
    odd, check = MALFORMED[kind]
    corpus = foreign()
    corpus.ingest(ACME, SAMI)
    done = corpus.pull([odd, task(SAMI, region(SAMI, "Layla"), number=2)], "--layer", "ner")
    assert done.exit_code == 0
    found = {each["check"]: each for each in corpus.findings() if each["level"] < 5}
    assert set(found) <= {check, "region-unlabelled", "label-unknown"}
    assert check is None or check in found
    assert "annotation-unreadable" not in found
    assert ("PER", "Layla") in [
        (span["label"], span["text"]) for record in corpus.records() for span in record["spans"]
    ]
    assert corpus.run("pull", "--rebuild").exit_code == 0
    assert "0 new versions" in corpus.pull([odd], "--layer", "ner").output


def test_a_journal_of_an_earlier_version_with_malformed_values_is_read_with_findings(foreign):
    """Earlier versions appended what they then could not read."""
    corpus = foreign()
    corpus.ingest(ACME, SAMI)
    article = sorted(each["id"] for each in corpus.articles())
    opened = journal.load(corpus.folder / "exports" / "journal" / "ner.a1.jsonl")
    good = marked()["annotations"][0]
    odd = [
        '{"id": 1, "result": 5}',
        '{"id": 2, "completed_by": ["x"], "result": [{"type": ["x"]}]}',
        '{"id": 3, "updated_at": "2030-01-01", "result": [1e999]}',
    ]
    for number, each in enumerate([json.dumps(good), *odd]):
        entry = Entry(
            key=f"{article[number % 2]}/{number}",
            article_id=article[number % 2],
            scheme_version="1",
            task={"id": [5], "data": 5, "layers": 5},
            annotation=msgspec.Raw(each.encode()),
        )
        opened.append([entry])
    done = corpus.run("pull", "--rebuild")
    assert (done.exit_code, "annotation-unreadable" in done.output) == (1, True)
    assert {"annotation-unreadable", "result-unreadable"} <= set(corpus.errors())
    (bad,) = [
        each
        for each in corpus.findings()
        if each["check"] == "annotation-unreadable" and each["article_id"] == article[1]
    ]
    assert "exports/journal/ner.a1.jsonl, line 4: " in bad["message"]


@pytest.mark.parametrize(
    "nest",
    [
        lambda text: {"doc": {"body": text}},
        lambda text: {"title": "x", "docs": [{"t": "other"}, {"t": text}]},
        lambda text: {"text": [text]},
    ],
    ids=["object", "list-of-objects", "list"],
)
def test_a_text_below_another_field_is_found_and_named(foreign, nest):
    """<Text value="$doc.body"/> and "$docs[1].t": Label Studio shows fields by their path."""
    corpus = foreign()
    text = "وصل سامي\r\nإلى عمان"
    corpus.ingest(text)
    given = task(text, region(text.replace("\r\n", "\n"), "عمان"))
    given["data"] = nest(text.replace("\r\n", "\n"))
    assert corpus.pull([given], "--layer", "ner").exit_code == 0
    assert corpus.spans() == [("PER", "عمان")]
    assert not corpus.errors()
    given["data"] = nest("another text")
    done = corpus.pull([given], "--layer", "ner")
    path = {"doc": "doc.body", "docs": "docs[1].t", "text": "text[0]"}
    said = next(path[name] for name in given["data"] if name in path)
    assert said in str(done.exception)


def test_fields_of_a_task_that_are_many_or_deep_are_no_trouble(foreign):
    """A dialogue of a thousand turns, and a list that a script nested in itself."""
    corpus = foreign()
    corpus.ingest("Ada came.")
    deep = []
    for _ in range(80):
        deep = [deep]
    given = task("x")
    given["data"] = {"turns": [{"text": f"turn {n}"} for n in range(1000)], "deep": deep}
    said = str(corpus.pull([given], "--layer", "ner").exception)
    assert "turns[0].text" in said
    assert len(said) < 1000


@pytest.mark.parametrize("odd", [["Post"], {"name": "Post"}, 7, None, "Post"])
def test_a_text_of_two_articles_is_placed_whatever_the_other_fields_of_a_task_hold(foreign, odd):
    """What a task says of its source tells which of them is meant; other tools write lists and objects."""
    corpus = foreign()
    path = corpus.folder / "texts.jsonl"
    texts = ({"text": SAMI, "source": source} for source in ("Herald", "Post"))
    path.write_text("\n".join(map(json.dumps, texts)), "utf-8")
    corpus.made("ingest", str(path))
    given = task(SAMI, region(SAMI, "Sami"))
    for field in ("source", "id", "url", "title", "date"):
        given["data"][field] = odd
    assert corpus.pull([given], "--layer", "ner").exit_code == 0
    (record,) = corpus.records()
    source = {each["id"]: each["source"] for each in corpus.articles()}
    assert odd != "Post" or source[record["article_id"]] == "Post"


@pytest.mark.parametrize("gap", [" ", "\n", "\u200b", "\u200f", "\n ", "\u00a0"])
def test_a_note_with_a_long_run_of_white_space_is_read(foreign, gap):
    """As cells of spreadsheets have it: the search for the edges of lines went over the run again from
    each of its characters."""
    corpus = foreign()
    corpus.ingest(SAMI)
    note = region(SAMI, "Sami") | {"from_name": "note", "type": "textarea"}
    note["value"] = {**note["value"], "text": [f"sure\n{gap * 30_000}or not{gap * 30_000}"]}
    assert corpus.pull([task(SAMI, region(SAMI, "Sami"), note)], "--layer", "ner").exit_code == 0
    (record,) = corpus.records()
    said = record["spans"][0]["attributes"]["note"]
    assert (said[:5], said[-6:]) == ("sure\n", "or not")


@pytest.mark.parametrize("own", [6, "6", 6.0])
@pytest.mark.parametrize("field", ["id", "source_id"])
def test_a_text_of_two_articles_is_placed_by_a_number_too(foreign, field, own):
    """Records and tasks have numbers for ids; articles keep them as texts."""
    corpus = foreign()
    path = corpus.folder / "texts.jsonl"
    texts = ({"text": SAMI, "source": each, "id": n} for n, each in ((5, "A"), (6, "B"), (7, "C")))
    path.write_text("\n".join(map(json.dumps, texts)), "utf-8")
    corpus.made("ingest", str(path))
    given = task(SAMI, region(SAMI, "Sami"))
    given["data"][field] = own
    assert corpus.pull([given], "--layer", "ner").exit_code == 0
    (record,) = corpus.records()
    source = {each["id"]: each["source"] for each in corpus.articles()}
    assert source[record["article_id"]] == "B"


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("typed", ["Sami Noor", "Sami Noor ", "S. Noor"])
def test_a_name_that_was_chosen_and_typed_is_one_in_whatever_order_that_was(foreign, turned, typed):
    """Who typed first and then chose the same was said to give it twice; who did it the other way, was not."""
    corpus = foreign()
    path = corpus.folder / "label_config" / "ner.yaml"
    path.write_text(path.read_text("utf-8").replace("kind: text}", "kind: text, suggest: names}"))
    corpus.ingest(SAMI)
    mark = region(SAMI, "Sami")
    said = [
        {**mark, "from_name": "note", "type": "choices", "value": {"choices": ["Sami Noor"]}},
        {**mark, "from_name": "note_typed", "type": "textarea", "value": {"text": [typed]}},
    ]
    given = task(SAMI, mark, *(said[::-1] if turned else said))
    assert corpus.pull([given], "--layer", "ner").exit_code == 0
    (record,) = corpus.records()
    assert record["spans"][0]["attributes"] == {"note": typed.strip()}
    told = [each["message"] for each in corpus.findings() if each["check"] == "attribute-twice"]
    assert told == (["note was chosen and typed"] if typed == "S. Noor" else [])


@pytest.mark.parametrize("skipped", [False, True])
def test_work_without_results_is_of_the_only_layer(foreign, skipped):
    """Who found nothing, or skipped the task, has done it; `adopt` takes it, and `pull` left it out. With two
    layers it is of neither unless one is given."""
    corpus, empty = foreign(), task("Sami spoke.", was_cancelled=skipped)
    corpus.ingest("Sami spoke.")
    done = corpus.pull([empty])
    assert (done.exit_code, "LEFT OUT" in done.output) == (0, False)
    status = "skipped" if skipped else "submitted"
    assert [(each["status"], each["spans"]) for each in corpus.records()] == [(status, [])]


def test_work_without_results_is_of_no_layer_where_there_are_two(foreign):
    corpus, empty = foreign("ner", "other"), task("Sami spoke.")
    corpus.ingest("Sami spoke.")
    left = corpus.pull([empty])
    assert (left.exit_code, "of no layer (give --layer)" in left.output) == (1, True)
    assert corpus.pull([empty], "--layer", "other").exit_code == 0
    assert [each["spans"] for each in corpus.records("other")] == [[]]


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_a_page_whose_offsets_count_utf16_is_repaired_by_the_words_of_its_regions(foreign, moved):
    """Behind an emoji they lead one too far: the regions were left in the journal, with no repair. What
    stands at neither place is left there still."""
    corpus, text = foreign(), "\U0001f600 Sami spoke to Omar."
    corpus.ingest(text)
    results = [region(text, "Sami"), region(text, "Omar")]
    for each in results:
        value = each["value"]
        at = {name: value[name] + moved for name in ("start", "end")}
        path = {"start": "/text()[1]", "end": "/text()[1]", "globalOffsets": at}
        labels = {"hypertextlabels": value["labels"], "text": value["text"]}
        each.update(type="hypertextlabels", value=path | labels)
    corpus.pull([task(text, *results)])
    errors = [[], ["edge-whitespace", "surface-differs"], ["offset-unreadable"]][moved]
    assert corpus.errors() == errors
    corpus.run("validate", "--fix")
    assert corpus.spans() == ([("PER", "Sami"), ("PER", "Omar")] if moved < 2 else [])
    assert corpus.errors() == (errors if moved == 2 else [])


def test_an_annotation_of_two_layers_is_left_out_once(foreign):
    """It was counted in each layer: "LEFT OUT: 2 annotations" of an export that has one."""
    corpus = foreign("ner", "quo")
    corpus.ingest(SAMI, "Omar came.")
    mixed = [region(SAMI, "Sami"), region(SAMI, "Layla", layer="quo")]
    unclear = task(SAMI, *mixed, completed_by=[1, 2])
    other = task("Omar came.", region("Omar came.", "Omar"), number=2)
    said = corpus.pull([unclear, other]).output
    assert "1 × annotation of several people" in said
    assert "LEFT OUT: 1 annotation, as listed above" in said
    given = task(SAMI, *mixed)
    given["annotations"] = [
        {**given["annotations"][0], "id": number, "updated_at": f"2026-01-0{number}T00:00:00Z"}
        for number in (1, 2, 3)
    ]
    said = corpus.pull([given, other]).output
    twice = [line for line in said.splitlines() if line.startswith("twice: ")]
    assert [line.split(":")[1] for line in twice] == [" ner, quo by a1"] * 2
    assert "LEFT OUT: 2 annotations, as listed above" in said
