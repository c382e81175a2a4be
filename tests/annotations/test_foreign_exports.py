"""Exports of other tools, scripts and versions, through the commands: each is read right or told.

A corpus has one layer `ner`, as small as can be; its texts are ingested as they were received.
"""

import json
import unicodedata

import pytest
from click.testing import CliRunner

from qawl import cli

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
        self.run("init", str(folder), "--name", "case", at=folder.parent)
        for layer in layers:
            (folder / "label_config" / f"{layer}.yaml").write_text(NER.format(layer=layer), "utf-8")
        listed = ", ".join(layers)
        (folder / "qawl.yaml").write_text(
            f"name: case\nlanguage: en\nlayers: [{listed}]\n", "utf-8"
        )

    def run(self, *words, at=None):
        done = CliRunner().invoke(cli.group, ["-C", str(at or self.folder), *words])
        known = done.exception is None or isinstance(done.exception, SystemExit | cli.QawlError)
        assert known, done.exc_info
        return done

    def ingest(self, *texts):
        path = self.folder / "texts.jsonl"
        lines = (json.dumps({"id": str(n), "text": text}) for n, text in enumerate(texts, 1))
        path.write_text("\n".join(lines), "utf-8")
        assert self.run("ingest", str(path)).exit_code == 0

    def pull(self, tasks, *words):
        path = self.folder / "export.json"
        path.write_text(tasks if isinstance(tasks, str) else json.dumps(tasks), "utf-8")
        return self.run("pull", "--from", str(path), *words)

    def records(self, layer="ner"):
        path = self.folder / "exports" / "annotations" / f"{layer}.jsonl"
        return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]

    def spans(self, layer="ner"):
        """(label, surface) of each span, after a look at every slice."""
        path = self.folder / "corpus" / "articles.jsonl"
        lines = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
        text = {each["id"]: each["text"] for each in lines}
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
        "id": f"{identity}{start}",
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
