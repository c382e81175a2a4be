"""The one register of findings: every name that a command can print, with level, severity and sentence.

`validate` looks at annotations in five levels; `ingest`, `pull` and `adopt` find what is wrong with what
they read, or set it aside. docs/checks.md is made from the register by tools/make_checks.py.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from qawl.core.excerpts import many
from qawl.core.records import Annotation, Finding, Severity, Span, span_ref

By = Literal["validate", "ingest", "reading", "pull"]
"""Who finds it: `reading` is `ingest` and `adopt`, where something is set aside."""


class Check(Struct, frozen=True):
    """A named check; `level` is 1 to 5.

    What is `gathered` is said once for each cause in a layer, with how often it was found. `by` says
    what finds it.
    """

    id: str
    level: int
    severity: Severity
    explanation: str
    gathered: bool = False
    by: By = "validate"


_VALIDATED = (
    Check("format", 1, "error", "a record does not fit the JSON Schema of annotations"),
    Check("id-duplicate", 1, "error", "two spans of an annotation have the same id"),
    Check("annotation-unreadable", 1, "error", "an annotation in the journal can't be read"),
    Check(
        "annotation-copied", 1, "error", "an annotation stands in the journals of two annotators"
    ),
    Check(
        "result-unreadable", 1, "error", "a part of an annotation is not as Label Studio writes it"
    ),
    Check("region-id-twice", 1, "error", "two regions of an annotation have the same id"),
    Check(
        "field-unreadable",
        1,
        "warning",
        "a time, a length of time, a state or an arrow's direction can't be read",
        gathered=True,
    ),
    Check(
        "journal-missing", 1, "error", "there are annotations, but no journal that they come from"
    ),
    Check(
        "annotations-stale",
        1,
        "error",
        "exports/annotations is not derived from this journal",
    ),
    Check(
        "corrections-unreadable", 1, "error", "a line of exports/corrections.jsonl can't be read"
    ),
    Check(
        "file-foreign", 1, "warning", "a file beside journals, annotations or gold that is not read"
    ),
    Check("gold-unreadable", 1, "error", "exports/gold can't be read"),
    Check(
        "licence-unknown",
        1,
        "error",
        "the licence of an article is none that the Hub or SPDX knows",
    ),
    Check("language-unknown", 1, "error", "the language of an article is no tag of BCP 47"),
    Check(
        "text-changed", 2, "error", "the annotation was made on another text than the frozen one"
    ),
    Check("offset-range", 2, "error", "a span reaches outside the text, or ends before it starts"),
    Check("span-empty", 2, "error", "a span covers nothing"),
    Check("surface-differs", 2, "error", "a span's surface is not the text between its offsets"),
    Check("edge-whitespace", 2, "error", "a span starts or ends with white space (C3)"),
    Check(
        "grapheme-split", 2, "error", "a span starts or ends inside a character as readers see it"
    ),
    Check("mid-word", 2, "error", "a clause starts or ends in the middle of a word (C2)"),
    Check("label-unknown", 3, "error", "the scheme has no such label"),
    Check("span-duplicate", 3, "error", "an annotation has a span twice"),
    Check("attribute-unknown", 3, "error", "the scheme has no such attribute for this label"),
    Check("value-unknown", 3, "error", "the scheme has no such value for this attribute"),
    Check("value-several", 3, "error", "an attribute that takes one value has several"),
    Check("value-twice", 3, "error", "an attribute of several values has one twice"),
    Check(
        "attribute-unasked", 3, "error", "an attribute is set where the scheme does not ask for it"
    ),
    Check("attribute-missing", 3, "error", "a required attribute is not set"),
    Check(
        "relation-unnamed",
        3,
        "error",
        "an arrow has no name, and no relation of the scheme joins these labels, or several do",
    ),
    Check("relation-unknown", 3, "error", "the scheme has no such relation"),
    Check("relation-dangling", 3, "error", "a relation's end is not a span of the annotation"),
    Check("relation-self", 3, "error", "a relation leads from a span to itself"),
    Check(
        "relation-ends", 3, "error", "a relation joins labels that the scheme does not let it join"
    ),
    Check("relation-duplicate", 3, "error", "an annotation has a relation twice"),
    Check("relation-cycle", 3, "error", "pieces continue one another in a circle"),
    Check("spans-cross", 4, "error", "two spans cross where they may only nest or touch"),
    Check("relation-missing", 4, "error", "a span lacks a relation that the guideline asks for"),
    Check(
        "relation-excess",
        4,
        "error",
        "a span has more relations of a kind than the guideline allows",
    ),
    Check("marks-missing", 4, "error", "content that should be inside quotation marks is not"),
    Check("final-stop", 4, "warning", "a span ends with the full stop of its sentence (C3)"),
    Check(
        "proclitic-kept",
        4,
        "warning",
        "a mention starts with a proclitic that should be left out (C1)",
    ),
    Check(
        "proclitic-cut",
        4,
        "warning",
        "a mention starts or ends inside a word, and what is cut off is no clitic (C1)",
    ),
    Check("rule", 4, "error", "a check that a plug-in adds found something"),
    Check("unsure", 5, "warning", "an annotator is unsure, and says so to the lead"),
    Check("article-unannotated", 5, "warning", "nobody has annotated an article of the layer yet"),
    Check("annotator-missing", 5, "warning", "an article has fewer annotators than planned"),
    Check("annotator-outlier", 5, "warning", "an annotator agrees far less than the others do"),
    Check(
        "annotator-hurried", 5, "warning", "an annotator takes far less time a task than the others"
    ),
    Check(
        "label-slip",
        5,
        "warning",
        "a surface has another label in one place than everywhere else",
    ),
    Check("surface-mixed", 5, "warning", "the same surface is labelled in several ways"),
    Check(
        "gold-stale", 5, "warning", "gold does not fit the articles or the scheme as they are now"
    ),
    Check(
        "gold-missing",
        5,
        "warning",
        "an article that all who were asked annotated has no gold, and others have",
    ),
    Check("gold-orphan", 5, "error", "gold is of an article that the corpus has lost"),
    Check("split-leak", 5, "error", "the same text is in two splits"),
    Check("label-unused", 5, "warning", "no annotation of the layer uses these labels"),
    Check(
        "task-text-mapped",
        2,
        "warning",
        "the task's text differs from the frozen one only by what ingest cleans; offsets were mapped",
        gathered=True,
    ),
    Check("task-text-differs", 2, "error", "the task's text is not the frozen text of its article"),
    Check("offset-unreadable", 2, "error", "a region has no offsets that can be read"),
    Check(
        "result-elsewhere",
        2,
        "warning",
        "a result is of another text or layer; it stays in the journal",
        gathered=True,
    ),
    Check(
        "foreign-control",
        3,
        "warning",
        "a region was made with a control that is not the layer's",
        gathered=True,
    ),
    Check("region-unlabelled", 3, "error", "a region has no label"),
    Check("attribute-orphan", 3, "error", "an attribute belongs to a region that has no label"),
    Check(
        "attribute-twice", 3, "warning", "a name was both chosen and typed; the typed one counts"
    ),
    Check(
        "result-unsupported",
        3,
        "error",
        "a result is of a type that Qawl does not read; it stays in the journal",
        gathered=True,
    ),
    Check(
        "scheme-brought",
        3,
        "warning",
        "annotations of an older version of the scheme are read by the steps that it states",
        gathered=True,
    ),
    Check(
        "scheme-step",
        3,
        "warning",
        "a step of the scheme changes what older annotations say",
        gathered=True,
    ),
    Check(
        "scheme-split",
        3,
        "warning",
        "an older annotation took the default of a split: a person should look at it",
    ),
    Check(
        "annotation-duplicate",
        5,
        "warning",
        "an annotator has several annotations of one article; the latest counts",
    ),
    Check("annotator-several", 5, "warning", "several users worked under one pseudonym"),
    Check(
        "annotator-other",
        5,
        "warning",
        "an annotator did a task of a pool that is assigned to another",
    ),
    Check("annotation-deleted", 5, "warning", "an annotation was deleted in Label Studio"),
    Check("article-unknown", 2, "error", "an annotation's article is not in the corpus"),
)

STATED = ("scheme-brought", "scheme-step")
"""Checks that find what the scheme itself says: nothing is wrong with it."""

_INGESTED = {
    "source-changed": "an article's file or row has another text or source now: it is a new article",
    "date-refused": "the date that a source gives can't be read; the article has no date",
}
_SET_ASIDE = {
    "file-unreadable": "can't be read",
    "file-name": "its name is not UTF-8, and another file has the name that it gets in UTF-8: rename it",
    "file-outside": "a link that leaves the folder",
    "file-special": "not a file, or a folder that can't be opened",
    "file-kind": "not a kind of file that is read",
    "file-empty": "empty file",
    "file-damaged": "cut off or damaged",
    "file-no-lines": "no lines",
    "file-no-rows": "no rows",
    "metadata-wrong": "its metadata is wrong",
    "note-foreign": "named like a file of articles, and by its shape no metadata of it",
    "binary": "binary, not text",
    "encoding-unknown": "the encoding is unknown",
    "encoding-mixed": "not in the encoding of the file",
    "not-utf-8": "not UTF-8",
    "not-json": "not JSON",
    "not-object": "not a JSON object",
    "not-parquet": "not parquet",
    "not-page": "not an HTML page",
    "not-docx": "not a Word document (.docx)",
    "file-password": "protected with a password: save it without one",
    "page-empty": "no article found in the page",
    "columns-twice": "two columns of one name",
    "column-missing": "no column",
    "row-ragged": "fields and columns differ in number",
    "quotes-open": "unclosed or mixed quotation marks",
    "value-unreadable": "a value that can't be read",
    "field-wrong": "a field has the wrong form",
    "text-missing": "no field `text` with a text in it",
    "text-empty": "no text, or white space only",
    "text-long": "too long for an article",
    "text-half": "half a surrogate pair, which is not a character",
    "text-cleaned": "nothing is left of the text after cleaning",
    "article-copy": "a copy, of the same source",
    "id-twice": "two articles with one id",
    "groups-joined": "it would join two released groups",
}
_LEFT_OUT = {
    "task-unplaced": "task of no article",
    "task-unreadable": "task that can't be read",
    "task-no-list": "task without a list of annotations",
    "annotation-no-object": "annotation that is not an object",
    "annotation-no-layer": "annotation of no layer (give --layer)",
    "annotation-long": "annotation that is too long",
    "annotation-unattributed": (
        "annotation of several people, or of what is no user (give --annotator NAME)"
    ),
    "annotation-timeless": "version without an updated_at that can be read: one with a time counts",
}


def _registered(by: By, severity: Severity, sentences: dict[str, str]) -> list[Check]:
    """What is found before there are records to look at: level 1."""
    return [Check(name, 1, severity, said, by=by) for name, said in sentences.items()]


REGISTER: dict[str, Check] = {
    check.id: check
    for check in (
        *sorted(_VALIDATED, key=lambda check: check.level),
        *_registered("ingest", "warning", _INGESTED),
        *_registered("reading", "warning", _SET_ASIDE),
        *_registered("pull", "error", _LEFT_OUT),
    )
}
"""Everything that can be found, by its name."""

CHECKS: dict[str, Check] = {
    name: check for name, check in REGISTER.items() if check.by == "validate"
}
"""The checks of `qawl validate`, in the order of their levels."""


class Reason(NamedTuple):
    """Why something is set aside: the name in the register, and the words."""

    check: str
    words: str


def reason(check: str, more: str = "", *, in_words: str | None = None) -> Reason:
    """Why something is set aside: the sentence of the register with `more`, or closer words for it."""
    return Reason(check, in_words or REGISTER[check].explanation + more)


def finding(
    check: str,
    message: str,
    record: Annotation | None = None,
    span: Span | None = None,
    *,
    layer: str | None = None,
    article_id: str | None = None,
    annotator: str | None = None,
) -> Finding:
    """A finding about a record, or one of its spans: the one way to make one."""
    known = REGISTER[check]
    return Finding(
        check=check,
        level=known.level,
        severity=known.severity,
        article_id=record.article_id if record else article_id,
        layer=record.layer if record else layer,
        annotator=record.annotator if record else annotator,
        span=span_ref(span) if span else None,
        message=message,
    )


class Gathered:
    """Findings that are said once for each cause, with how often they were made."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], Finding] = {}
        self._places: dict[tuple[str, str], Counter[tuple[str | None, str | None]]] = {}

    def but(self, found: Iterable[Finding]) -> Iterator[Finding]:
        """Those findings that are not gathered; the others are added here."""
        for each in found:
            if not REGISTER[each.check].gathered:
                yield each
                continue
            cause = each.check, each.message
            self._first.setdefault(cause, each)
            self._places.setdefault(cause, Counter())[each.article_id, each.annotator] += 1

    def findings(self) -> Iterator[Finding]:
        """One finding a cause; it names an article where all were made in one annotation."""
        for cause, first in self._first.items():
            places = self._places[cause]
            if places.total() == 1:
                yield first
                continue
            alone = len(places) == 1
            where = "one annotation" if alone else many(len(places), "annotation")
            since = "" if alone else f", first in article {first.article_id}"
            yield msgspec.structs.replace(
                first,
                message=f"{first.message} ({places.total()} times in {where}{since})",
                article_id=first.article_id if alone else None,
                annotator=first.annotator if alone else None,
                span=None,
            )
