"""Gold from annotations: by rule where annotators agree, by a judge where they don't.

Spans are decided first, then the attributes of decided spans, then relations between them. What would
make a record that does not validate is not decided but left to the judge.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, partial
from hashlib import sha256

import msgspec
from msgspec import Struct

from qawl.agreement import disagreements
from qawl.agreement.readings import Mark, Reader, Reading, readings, text_order
from qawl.annotations import derive, verdicts
from qawl.annotations.verdicts import basis, digest, fits
from qawl.articles import store as article_store
from qawl.articles import withdrawal
from qawl.core import gold_file, result_cache
from qawl.core.ahead import Ahead
from qawl.core.findings import finding
from qawl.core.project import Project
from qawl.core.records import (
    JUDGE,
    Annotation,
    Article,
    Attributes,
    AttributeValue,
    DecidedBy,
    Disagreement,
    Finding,
    Gold,
    Status,
    as_annotation,
    to_json,
)
from qawl.core.settings import Adjudication
from qawl.gold.record import Decided, filled
from qawl.gold.vote import Vote
from qawl.scheme import scheme
from qawl.scheme.model import Scheme
from qawl.validation import level3_labels, validate
from qawl.validation.dispensations import Passes, in_force, nothing_passes, passing

Read = Callable[[Sequence[Annotation]], Sequence[Reading]]
"""How the annotations of an article are read."""


class Verdict(Struct, frozen=True):
    """A judge's annotation and the digest of the annotations that it was made from."""

    annotation: Annotation
    basis: str | None


_KEPT = "gold/{}"


class Decider:
    """Decides an article of a layer by the corpus's rule, its judge and its dispensations.

    What `adjudicate` decided is taken from exports/gold where nothing that goes into it has changed, if
    articles are asked for in the order of their ids. With `below`, dispensations that run out count as
    they did before that version was released.
    """

    def __init__(self, project: Project, layer: str, *, below: str | None = None) -> None:
        self._project, self._layer, self._below = project, layer, below
        self._bases = cache(lambda: verdicts.bases(project, layer))
        self._scheme = scheme.load(project, layer)
        self.read = Reader(self._scheme.attribute)
        """What reads annotations: those of the article that was decided last are read already."""
        self._passes = passing(project, below=below)
        self._before = self._rules()
        self._made_from: list[str] = []
        kept = result_cache.read(project, _KEPT.format(layer), self._inputs(), str) or ()
        self._kept = Ahead(
            (each.article_id, (each, made_from))
            for each, made_from in zip(
                gold_file.read(project, layer) if kept else (), kept, strict=False
            )
        )

    def __call__(self, article: Article, records: Sequence[Annotation]) -> Gold:
        """The gold of one article from all records of it."""
        judged = [record for record in records if record.annotator == JUDGE]
        bases = [self._bases().get((article.id, record.provenance)) for record in judged]
        made_from = _digest(article, records, bases)
        self._made_from.append(made_from)
        if (kept := self._kept.take(article.id)) and kept[1] == made_from:
            return kept[0]
        annotations = [record for record in records if record.annotator != JUDGE]
        verdict = Verdict(judged[-1], bases[-1]) if judged else None
        rule, asked = (
            self._project.settings.adjudication,
            self._project.asked(self._layer, article.id),
        )
        return decide(
            annotations, article, self._scheme, rule, verdict, self._passes, asked, self.read
        )

    @property
    def made_from(self) -> str:
        """The digest of the last article that was decided, and of all work on it."""
        return self._made_from[-1]

    def keep(self) -> None:
        """Keeps in mind from what each article was decided, once all are written to exports/gold."""
        if self._rules() == self._before:
            name = _KEPT.format(self._layer)
            deque(
                result_cache.keeping(self._project, name, self._inputs, self._made_from), maxlen=0
            )

    def _rules(self) -> str:
        """The digest of all that gold is decided by, beside the article and its annotations."""
        project = self._project
        said = result_cache.settings(project), in_force(project, below=self._below)
        return result_cache.inputs(project, [project.scheme_file(self._layer)], *said)

    def _inputs(self) -> str:
        """The same, and the gold that was decided."""
        gold = result_cache.digest(self._project, [self._project.gold_file(self._layer)])
        return sha256(f"{self._rules()} {gold}".encode()).hexdigest()


def _digest(article: Article, records: Sequence[Annotation], bases: Sequence[str | None]) -> str:
    """The digest of an article with all work on it, and of what its verdicts were made from."""
    total = sha256()
    without_text = msgspec.structs.replace(article, text="")  # its digest stands for it
    for each in (without_text, *records, bases):
        content = to_json(each)
        total.update(b"%d\n" % len(content) + content)
    return total.hexdigest()[:32]


def differing(project: Project, layer: str) -> Iterator[str]:
    """The articles whose gold in exports/gold is not what the annotations give that it is from: it was
    edited there, or the scheme or a rule has changed. What has new work is not among them."""
    out = withdrawal.ids(project)
    stored = Ahead((each.article_id, each) for each in gold_file.read(project, layer))
    for each in gold(project, layer):
        there = stored.take(each.article_id)
        if there is None or there == each or each.article_id in out:
            continue
        if there.decided_from == each.decided_from:
            yield each.article_id
    stored.finish()


def gold(project: Project, layer: str) -> Iterator[Gold]:
    """The gold of a layer, derived from the annotations on disk, in the order of article ids."""
    decide_one = Decider(project, layer)
    articles = article_store.by_id(project)
    for article, records in derive.beside(project, layer, articles):
        yield decide_one(article, records)


def decide(
    records: Sequence[Annotation],
    article: Article,
    current: Scheme,
    rule: Adjudication = Adjudication(),  # noqa: B008 - a frozen value
    verdict: Verdict | None = None,
    passes: Passes = nothing_passes,
    asked: int = 1,
    read: Read | None = None,
) -> Gold:
    """The gold of one article from everybody's annotations of it and, where there is one, a verdict.

    Who skipped the article or worked on another text has no vote; where all skipped it, it is skipped. A
    verdict counts while the annotations are those that the judge saw. `asked` is how many annotators
    the plan gives the article: where it is several, one alone does not complete it.
    """
    submitted = [each for each in records if each.status == "submitted" and _fits(each, article)]
    if verdict and _counts(verdict, records, article):
        return _judged(verdict.annotation, submitted, article, current, passes)
    every = partial(readings, known=current.attribute) if read is None else read
    voting = partial(
        _Voting, article=article, current=current, rule=rule, passes=passes, read=every
    )
    trusted = [each for each in submitted if each.annotator == rule.trusted]
    if trusted:
        return voting(trusted).gold()
    skipped = [each for each in records if each.status == "skipped"]
    if submitted:
        made = voting(submitted).gold()
    elif skipped:
        made = _empty(skipped, article, "skipped", rule)
    else:
        usable = records or [verdict.annotation for verdict in (verdict,) if verdict]
        made = _empty(usable, article, "submitted", rule)
    if len(submitted or skipped) >= min(asked, 2):
        return made
    return _opened(made, [_unfinished(records, article)])


def _fits(record: Annotation, article: Article) -> bool:
    return record.text_sha256 == article.text_sha256


def _counts(verdict: Verdict, records: Sequence[Annotation], article: Article) -> bool:
    """Whether a verdict decides: it was made from these annotations, or there are none any more."""
    judged = verdict.annotation.status == "submitted" and _fits(verdict.annotation, article)
    left = any(each.status == "submitted" for each in records)
    return judged and (not left or fits(verdict.basis, basis(records)))


def _unfinished(records: Sequence[Annotation], article: Article) -> Disagreement:
    """That too few annotated the article: nobody can agree or differ."""
    return Disagreement(
        kind="article",
        start=0,
        end=len(article.text),
        label="",
        name="annotators",
        readings={each.annotator: each.status for each in records},
    )


def _empty(
    used: Sequence[Annotation], article: Article, status: Status, rule: Adjudication
) -> Gold:
    """A record in which nothing is decided yet, made from these annotations."""
    newest = max(used, key=lambda each: _version_order(each.scheme_version))
    return Gold(
        article_id=article.id,
        layer=newest.layer,
        status=status,
        text_sha256=article.text_sha256,
        scheme_version=newest.scheme_version,
        decided_by=_how(len(used), len(used), rule.rule == "majority" and status == "submitted"),
        complete=True,
        decided_from={each.annotator: digest(each) for each in used},
    )


def _version_order(version: str) -> tuple[list[int], str]:
    return [int(each) for each in version.split(".") if each.isdecimal()], version


def _how(count: int, of: int, majority: bool = False) -> DecidedBy:
    if of == 1:
        return "single"
    return "majority" if majority or count < of else "unanimous"


def _opened(made: Gold, more: Iterable[Disagreement]) -> Gold:
    """The record with further open points."""
    points = tuple(disagreements.in_order([*made.open, *more]))
    return msgspec.structs.replace(made, open=points, complete=not points)


def _judged(
    record: Annotation,
    others: Sequence[Annotation],
    article: Article,
    current: Scheme,
    passes: Passes,
) -> Gold:
    """A verdict as gold; support are the annotators who had said so."""
    *every, judge = readings([*others, record])
    lost = _misplaced([judge], [record], article, passes)
    kept = {
        mark: span.attributes
        for mark, span in judge.spans.items()
        if _stands(mark, article) and mark not in lost
    }
    arrows = {each for each in judge.arrows if {each.start, each.end} <= kept.keys()}
    empty = _empty([*others, record], article, "submitted", Adjudication())
    empty = msgspec.structs.replace(
        empty, scheme_version=record.scheme_version, decided_by="adjudicator"
    )
    decided = Decided(kept, arrows, record.attributes)
    made = filled(empty, decided, article, current, every, lambda _: "adjudicator")
    return _opened(made, disagreements.spans([judge], judge.spans.keys() - kept.keys()))


def _stands(mark: Mark, article: Article) -> bool:
    """Whether a mark stands in the text."""
    return 0 <= mark.start < mark.end <= len(article.text)


def _misplaced(
    every: Sequence[Reading], records: Sequence[Annotation], article: Article, passes: Passes
) -> set[Mark]:
    """The marks of which everybody who made them says that other words stand there: their offsets are
    wrong, so nobody knows what was marked. Without those that are let pass."""
    text = article.text
    if all(each.text == text[each.start : each.end] for of in records for each in of.spans):
        return set()
    there = (
        {mark for mark, span in each.spans.items() if span.text == text[mark.start : mark.end]}
        for each in every
    )
    found = set[Mark]().union(*(each.spans for each in every)).difference(*there)
    return {mark for mark in found if not passes(_differs(mark, every, records))}


def _differs(mark: Mark, every: Sequence[Reading], records: Sequence[Annotation]) -> Finding:
    """What validation finds of a mark whose words do not stand there."""
    both = zip(every, records, strict=True)
    span, record = next((each.spans[mark], of) for each, of in both if mark in each.spans)
    return finding("surface-differs", "the surface is another", record, span)


class _Voting:
    """One article put to the vote.

    What carries and would not validate is taken out and is open, whoever agreed on it: only a judge can
    say what should stand there.
    """

    def __init__(
        self,
        records: Sequence[Annotation],
        article: Article,
        current: Scheme,
        rule: Adjudication,
        passes: Passes,
        read: Read,
    ) -> None:
        self.records, self.article, self.scheme, self.passes = records, article, current, passes
        self.every = read(records)
        self.vote = Vote(self.every, rule.rule == "majority")
        self.empty = _empty(records, article, "submitted", rule)
        self.marks = self.vote.marks()
        self.arrows = self.vote.arrows(self.marks)
        self.told_of = {
            mark for each in self.every for mark, span in each.spans.items() if span.attributes
        }
        """The marks of which somebody says a value."""

    def gold(self) -> Gold:
        """What carries and validates, with what is open."""
        lost = _misplaced(self.every, self.records, self.article, self.passes)
        kept = {mark for mark in self.marks.decided - lost if _stands(mark, self.article)}
        made, errors = self._made(kept), []
        while len(self.records) > 1 and (errors := self._errors(made)):
            at_fault = {
                (each.span.label, each.span.start, each.span.end) for each in errors if each.span
            }
            if not at_fault:
                break
            kept = {mark for mark in kept if mark[:3] not in at_fault}
            made = self._made(kept)
        made = self._sound(made, errors)
        points = list(self._open(self.marks.decided - kept))
        return _opened(made, [*points, *self._broken(errors, points)])

    def _made(self, kept: AbstractSet[Mark]) -> Gold:
        arrows = {each for each in self.arrows.decided if {each.start, each.end} <= kept}
        marks = {
            mark: self._shared(
                [each.spans[mark].attributes for each in self.every if mark in each.spans]
            )
            if mark in self.told_of
            else {}
            for mark in kept
        }
        decided = Decided(marks, arrows, self._shared([each.attributes for each in self.every]))
        return filled(
            self.empty,
            decided,
            self.article,
            self.scheme,
            self.every,
            lambda count: _how(count, len(self.every)),
        )

    def _shared(self, given: Sequence[Attributes]) -> Attributes:
        """The attributes that carry, in the scheme's order."""
        if not any(given):
            return {}
        said = {name for each in given for name in each}
        known = [name for name in self.scheme.attribute if name in said]
        values = {
            name: self.vote.value([each.get(name) for each in given])
            for name in (*known, *sorted(said.difference(known)))
        }
        return {
            name: self._written(name, value) for name, value in values.items() if value is not None
        }

    def _written(self, name: str, value: AttributeValue) -> AttributeValue:
        """Several choices in the scheme's order, whoever chose them in which."""
        attribute = self.scheme.attribute.get(name)
        return attribute.in_order(value) if attribute else value

    def _errors(self, made: Gold) -> list[Finding]:
        """What is wrong with a record and not let pass."""
        return validate.errors(as_annotation(made), self.article, self.scheme, self.passes)

    def _sound(self, made: Gold, errors: Sequence[Finding]) -> Gold:
        """The record without those values of the article that break a rule of the scheme; that another
        value is missing beside them is no fault of theirs."""
        if not (wrong := _of_article(each for each in errors if each.check != "attribute-missing")):
            return made
        kept = {
            name: value
            for name, value in made.attributes.items()
            if wrong <= _of_article(self._errors(_without(made, name)))
        }
        return msgspec.structs.replace(made, attributes=kept)

    def _open(self, lost: AbstractSet[Mark]) -> Iterator[Disagreement]:
        """What did not carry, without what was voted out, and the marks that were taken out."""
        standing = self.marks.decided | self.marks.open
        values = [
            *disagreements.attributes(self.every, sorted(standing & self.told_of, key=text_order)),
            *disagreements.document(self.every),
        ]
        yield from disagreements.spans(self.every, self.marks.open | lost)
        yield from disagreements.relations(self.every, self.arrows.open)
        yield from (each for each in values if not self.vote.settles(each.readings.values()))

    def _broken(
        self, errors: Sequence[Finding], points: Sequence[Disagreement]
    ) -> Iterator[Disagreement]:
        """That values of the article break a rule of the scheme, if they do. That one is missing is no
        question of its own where annotators differ on it."""
        asked = {each.name for each in points if each.kind == "attribute" and not each.label}
        missing = {level3_labels.unset(name) for name in asked if name}
        if _of_article(errors) - missing:
            yield Disagreement(
                kind="article",
                start=0,
                end=len(self.article.text),
                label="",
                name="attributes",
                readings={each.annotator: each.status for each in self.records},
            )


def _of_article(errors: Iterable[Finding]) -> set[str]:
    """The errors about the article, not about a span, in words."""
    return {each.message for each in errors if each.span is None}


def _without(made: Gold, name: str) -> Gold:
    """A record without one value of the article."""
    rest = {other: value for other, value in made.attributes.items() if other != name}
    return msgspec.structs.replace(made, attributes=rest)
