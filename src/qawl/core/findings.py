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


_VALIDATED: dict[int, dict[str, tuple[Severity, str]]] = {
    1: {
        "format": ("error", "a record does not fit the JSON Schema of annotations"),
        "id-duplicate": ("error", "two spans of an annotation have the same id"),
        "annotation-unreadable": ("error", "an annotation in the journal can't be read"),
        "annotation-copied": ("error", "an annotation stands in the journals of two annotators"),
        "result-unreadable": ("error", "a part of an annotation is not as Label Studio writes it"),
        "region-id-twice": ("error", "two regions of an annotation have the same id"),
        "field-unreadable": (
            "warning",
            "a time, a length of time, a state or an arrow's direction can't be read",
        ),
        "journal-missing": ("error", "there are annotations, but no journal that they come from"),
        "annotations-stale": ("error", "exports/annotations is not derived from this journal"),
        "corrections-unreadable": ("error", "a line of exports/corrections.jsonl can't be read"),
        "file-foreign": ("warning", "a file beside journals, annotations or gold that is not read"),
        "gold-unreadable": ("error", "exports/gold can't be read"),
        "licence-unknown": (
            "error",
            "the licence of an article is none that the Hub or SPDX knows",
        ),
        "language-unknown": ("error", "the language of an article is no tag of BCP 47"),
    },
    2: {
        "text-changed": ("error", "the annotation was made on another text than the frozen one"),
        "offset-range": ("error", "a span reaches outside the text, or ends before it starts"),
        "span-empty": ("error", "a span covers nothing"),
        "surface-differs": ("error", "a span's surface is not the text between its offsets"),
        "edge-whitespace": ("error", "a span starts or ends with white space (C3)"),
        "grapheme-split": ("error", "a span starts or ends inside a character as readers see it"),
        "mid-word": ("error", "a clause starts or ends in the middle of a word (C2)"),
        "task-text-mapped": (
            "warning",
            "the task's text differs from the frozen one only by what ingest cleans; offsets were mapped",
        ),
        "task-text-differs": ("error", "the task's text is not the frozen text of its article"),
        "offset-unreadable": ("error", "a region has no offsets that can be read"),
        "result-elsewhere": (
            "warning",
            "a result is of another text or layer; it stays in the journal",
        ),
        "article-unknown": ("error", "an annotation's article is not in the corpus"),
    },
    3: {
        "label-unknown": ("error", "the scheme has no such label"),
        "span-duplicate": ("error", "an annotation has a span twice"),
        "attribute-unknown": ("error", "the scheme has no such attribute for this label"),
        "value-unknown": ("error", "the scheme has no such value for this attribute"),
        "value-several": ("error", "an attribute that takes one value has several"),
        "value-twice": ("error", "an attribute of several values has one twice"),
        "attribute-unasked": ("error", "an attribute is set where the scheme does not ask for it"),
        "attribute-missing": ("error", "a required attribute is not set"),
        "relation-unnamed": (
            "error",
            "an arrow has no name, and no relation of the scheme joins these labels, or several do",
        ),
        "relation-unknown": ("error", "the scheme has no such relation"),
        "relation-dangling": ("error", "a relation's end is not a span of the annotation"),
        "relation-self": ("error", "a relation leads from a span to itself"),
        "relation-ends": ("error", "a relation joins labels that the scheme does not let it join"),
        "relation-duplicate": ("error", "an annotation has a relation twice"),
        "relation-cycle": ("error", "pieces continue one another in a circle"),
        "foreign-control": ("warning", "a region was made with a control that is not the layer's"),
        "region-unlabelled": ("error", "a region has no label"),
        "attribute-orphan": ("error", "an attribute belongs to a region that has no label"),
        "attribute-twice": ("warning", "a name was both chosen and typed; the typed one counts"),
        "result-unsupported": (
            "error",
            "a result is of a type that Qawl does not read; it stays in the journal",
        ),
        "scheme-brought": (
            "warning",
            "annotations of an older version of the scheme are read by the steps that it states",
        ),
        "scheme-step": ("warning", "a step of the scheme changes what older annotations say"),
        "scheme-split": (
            "warning",
            "an older annotation took the default of a split: a person should look at it",
        ),
    },
    4: {
        "spans-cross": ("error", "two spans cross where they may only nest or touch"),
        "relation-missing": ("error", "a span lacks a relation that the guideline asks for"),
        "relation-excess": (
            "error",
            "a span has more relations of a kind than the guideline allows",
        ),
        "marks-missing": ("error", "content that should be inside quotation marks is not"),
        "final-stop": ("warning", "a span ends with the full stop of its sentence (C3)"),
        "proclitic-kept": (
            "warning",
            "a mention starts with a proclitic that should be left out (C1)",
        ),
        "proclitic-cut": (
            "warning",
            "a mention starts or ends inside a word, and what is cut off is no clitic (C1)",
        ),
        "rule": ("error", "a check that a plug-in adds found something"),
    },
    5: {
        "unsure": ("warning", "an annotator is unsure, and says so to the lead"),
        "article-unannotated": ("warning", "nobody has annotated an article of the layer yet"),
        "annotator-missing": ("warning", "an article has fewer annotators than planned"),
        "annotator-outlier": ("warning", "an annotator agrees far less than the others do"),
        "annotator-hurried": ("warning", "an annotator takes far less time a task than the others"),
        "label-slip": ("warning", "a surface has another label in one place than everywhere else"),
        "surface-mixed": ("warning", "the same surface is labelled in several ways"),
        "gold-stale": ("warning", "gold does not fit the articles or the scheme as they are now"),
        "gold-missing": (
            "warning",
            "an article that all who were asked annotated has no gold, and others have",
        ),
        "gold-orphan": ("error", "gold is of an article that the corpus has lost"),
        "split-leak": ("error", "the same text is in two splits"),
        "label-unused": ("warning", "no annotation of the layer uses these labels"),
        "annotation-duplicate": (
            "warning",
            "an annotator has several annotations of one article; the latest counts",
        ),
        "annotator-several": ("warning", "several users worked under one pseudonym"),
        "annotator-other": (
            "warning",
            "an annotator did a task of a pool that is assigned to another",
        ),
        "annotation-deleted": ("warning", "an annotation was deleted in Label Studio"),
    },
}
"""Checks of `qawl validate` by level: name → severity and sentence."""

_GATHERED = frozenset(
    {
        "field-unreadable",
        "task-text-mapped",
        "result-elsewhere",
        "foreign-control",
        "result-unsupported",
        "scheme-brought",
        "scheme-step",
    }
)
"""Checks of which each cause is said once in a layer, with how often it was found."""

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


def _checked() -> list[Check]:
    """What `qawl validate` finds."""
    return [
        Check(name, level, severity, said, name in _GATHERED)
        for level, checks in _VALIDATED.items()
        for name, (severity, said) in checks.items()
    ]


REGISTER: dict[str, Check] = {
    check.id: check
    for check in (
        *_checked(),
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
