"""Level 4: does a record follow the rules of its scheme, and of every scheme (C1, C3)?"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import regex

from qawl.core.findings import finding
from qawl.core.records import Annotation, Article, Finding, Span, ends
from qawl.core.text import CLOSING, OPENING, PROCLITICS
from qawl.core.words import in_word, word_end, word_start
from qawl.scheme.model import Scheme
from qawl.scheme.rules import Marks, NoCrossing, RelationCount, applies

ARTICLE = "ال"
_LEADS = regex.compile(rf"[{''.join(sorted(PROCLITICS))}]{{1,2}}|[משהוכלב]{{1,4}}")
"""What may be written to a word before it, in Arabic and in Hebrew (ובירושלים)."""
_PARTICLES = regex.compile(
    r"(?:[이가은는을를의에와과랑도만로께측들씨님]|에서|에게|한테|께서|으로|로?서|로?써|까지|부터|조차|마저|마다|보다|처럼"
    r"|같이|이랑|이나|나|이?라[고는며]|이?란|이[다며고]|였다|이었다){1,4}"
)
"""Korean particles, which are written to the word before them (정부는)."""


def check(record: Annotation, article: Article, scheme: Scheme) -> Iterator[Finding]:
    """What of the guideline a record does not follow."""
    yield from rules(record, scheme)
    mentions, text = scheme.labels_of("mention"), article.text
    for span in record.spans:
        if span.text[-1:] == "." and span.text[-2:] != "..":
            yield finding("final-stop", "it ends with a full stop", record, span)
        if span.label in mentions and _may_be_cut(span, text):
            yield from _proclitic(record, span, text)


def rules(record: Annotation, scheme: Scheme) -> Iterator[Finding]:
    """Which rules of its scheme a record does not follow: errors, as the wording of spans is none."""
    for rule in scheme.rules:
        if isinstance(rule, NoCrossing):
            yield from _crossing(record, rule)
        elif isinstance(rule, RelationCount):
            yield from _relation_count(record, rule)
        else:
            yield from _marks(record, rule)


def _crossing(record: Annotation, rule: NoCrossing) -> Iterator[Finding]:
    """Spans come sorted by start, longer first: one crosses an open one if it ends beyond it."""
    chosen: Sequence[Span] = record.spans
    if rule.labels:
        chosen = [span for span in chosen if span.label in rule.labels]
    if all(one.start <= one.end <= other.start for one, other in pairwise(chosen)):
        return
    opened: list[Span] = []
    for span in sorted(chosen, key=lambda each: (each.start, -each.end)):
        opened = [each for each in opened if each.end > span.start]
        for other in opened:
            if other.start < span.start and span.end > other.end:
                yield finding(
                    "spans-cross", f"it crosses {other.label} {other.text!r}", record, span
                )
        opened.append(span)


def _relation_count(record: Annotation, rule: RelationCount) -> Iterator[Finding]:
    count = Counter(ends(each)[0] for each in record.relations if each.label == rule.relation)
    for span in record.spans:
        if span.label != rule.of or not applies(span.attributes, rule.where, rule.unless):
            continue
        found = count[span.id]
        if found < rule.min:
            message = f"{_begun(found, rule.relation)}; the scheme asks for {rule.min}"
            yield finding("relation-missing", message, record, span)
        elif rule.max is not None and found > rule.max:
            message = f"{_begun(found, rule.relation)}; the scheme allows {rule.max}"
            yield finding("relation-excess", message, record, span)


def _begun(found: int, relation: str) -> str:
    """How many relations of one label start at a span, in words."""
    return f"{found or 'no'} {relation} {'starts' if found < 2 else 'start'} here"


def _marks(record: Annotation, rule: Marks) -> Iterator[Finding]:
    for span in record.spans:
        if span.label != rule.of or not applies(span.attributes, rule.where, {}):
            continue
        if span.text[:1] not in OPENING or span.text[-1:] not in CLOSING:
            message = "it does not start and end with a quotation mark"
            yield finding("marks-missing", message, record, span)


def _may_be_cut(span: Span, text: str) -> bool:
    """Whether a word goes on at a bound of a mention, or the article stands behind its first letter."""
    start, end = span.start, span.end
    return 0 <= start < end <= len(text) and (
        (start > 0 and in_word(text[start - 1]))
        or (end < len(text) and in_word(text[end]))
        or span.text[1:3] == ARTICLE
    )


def _proclitic(record: Annotation, span: Span, text: str) -> Iterator[Finding]:
    """What can be judged of C1 without a lexicon: cuts, and in Arabic proclitic and article."""
    start, end = span.start, span.end
    before = text[word_start(text, start) : start]
    if before and not _LEADS.fullmatch(before):
        message = f"the mention starts inside a word, behind {before!r}"
        yield finding("proclitic-cut", message, record, span)
    after = text[end : word_end(text, end)]
    if after and text[end - 1 : end].isalnum() and not _PARTICLES.fullmatch(after):
        message = f"the mention ends inside a word, before {after!r}"
        yield finding("proclitic-cut", message, record, span)
    if not before and _keeps_proclitic(span.text):
        message = f"{span.text[0]!r} is a proclitic: the mention is {span.text[1:]!r}"
        yield finding("proclitic-kept", message, record, span)


def _keeps_proclitic(surface: str) -> bool:
    """و ف ب ك before the article, in words long enough not to be one of their own (والد, بالون)."""
    if surface[:1] not in PROCLITICS or surface[1:3] != ARTICLE:
        return False
    word = surface.split(maxsplit=1)[0]
    return len(word) >= 6 and not word.startswith("والد")
