"""What an ingest did, and why articles stand in one group, in words."""

import json
import shlex
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from qawl.articles import store as article_store
from qawl.articles.cleaning import CHROME_LINES, RECURRING
from qawl.articles.duplicates.near import near
from qawl.articles.duplicates.shingles import shingles, similarity
from qawl.articles.frozen_index import UNNAMED
from qawl.articles.ingested import Ingested
from qawl.articles.metadata import FIELDS, respellings
from qawl.core.errors import InputError
from qawl.core.excerpts import listed, many
from qawl.core.project import Project
from qawl.core.records import Article
from qawl.core.text import printable

if TYPE_CHECKING:
    from qawl.articles.received import SetAside

_SHOWN, _FIELDS, _LONGEST, _EXAMPLES, _BEGINS = 5, 12, 300, 3, 60
_RULES = {
    CHROME_LINES: (
        ("line that sites add", "lines that sites add"),
        (
            "to keep such lines, set default_chrome: false (or take your own pattern out of chrome) "
            "below ingest: in qawl.yaml before you ingest"
        ),
    ),
    RECURRING: (
        ("line that recurs in its source", "lines that recur in their source"),
        "to keep such lines, set recurring_articles: 0 below ingest: in qawl.yaml before you ingest",
    ),
}
"""Rules that remove whole lines, in words, and what keeps these."""


def lines(outcome: Ingested) -> Iterator[str]:
    """The outcome for people, one thing a line."""
    yield f"read        {outcome.read}"
    again = f" ({many(outcome.known, 'was', 'were')} there already)" if outcome.known else ""
    yield f"frozen      {outcome.frozen}{again}"
    if outcome.updated:
        yield f"updated     {outcome.updated}: new metadata, the same text"
    yield from _cleaned(outcome)
    yield (
        f"duplicates  {many(outcome.copies, 'copy', 'copies')} set aside (same source and text), "
        f"{outcome.same_text} with the text of another source, {outcome.near} near; "
        f"{many(outcome.groups, 'group')}"
    )
    yield from _findings(outcome)
    yield from _foreign(outcome)
    yield from _tagged(outcome)
    yield from _undecided(outcome)
    yield from _withheld(outcome)
    yield from _unread(outcome)
    yield from _set_aside(outcome)
    if outcome.nowhere:
        yield f"NOT TAKEN: no record has a field that --map names: {', '.join(outcome.nowhere)}"
    yield from _annotated(outcome)
    yield from _left_out(outcome)
    if not outcome.changed:
        yield "nothing to do"


def _cleaned(outcome: Ingested) -> Iterator[str]:
    """The whole lines that were removed by each rule, and some of them."""
    for rule, (what, keep) in _RULES.items():
        count, articles = outcome.cleaned.lines[rule], outcome.cleaned.articles[rule]
        if count:
            yield (
                f"cleaned     {many(count, *what)} in {many(articles, 'article')} "
                f"(edits of rule {rule}), such as:"
            )
            yield from (f"            {printable(line)}" for line in outcome.cleaned.examples[rule])
            yield f"            {keep}"


def _findings(outcome: Ingested) -> Iterator[str]:
    for finding in outcome.findings[:_SHOWN]:
        yield f"{finding.severity}: {finding.check}: {finding.message}"
    if (more := len(outcome.findings) - _SHOWN) > 0:
        yield f"and {many(more, 'more such finding')} (--json shows all)"


def _annotated(outcome: Ingested) -> Iterator[str]:
    """The fields whose annotations were not taken."""
    if not outcome.annotated:
        return
    yield "NOT TAKEN: records hold annotations (spans, labels, relations), and ingest takes texts alone;"
    yield "exports of Label Studio come by `qawl pull --from`:"
    for name, count in outcome.annotated.most_common():
        yield f"            {count} × field {name}"


def _left_out(outcome: Ingested) -> Iterator[str]:
    """What Word documents hold beside the running text that is taken."""
    if outcome.left_out.times:
        yield "NOT TAKEN: Word documents hold more than their running text:"
        yield from (f"            {printable(line)}" for line in outcome.left_out.lines())


def _foreign(outcome: Ingested) -> Iterator[str]:
    """Language tags that were written otherwise; articles that are hardly in the language that they are
    taken for."""
    if outcome.respelt:
        yield f"language    {respellings(outcome.respelt)}"
    if not outcome.foreign:
        return
    count = len(outcome.foreign)
    yield f"language    {count} taken for the language of qawl.yaml, but written in other letters (give"
    yield "            language in a _source.yaml or ARTICLE.yaml beside them and ingest them again):"
    yield f"            {listed(outcome.foreign, _SHOWN)}"


def _tagged(outcome: Ingested) -> Iterator[str]:
    """Texts that are HTML, or have what a program took for it."""
    if outcome.tagged:
        count = many(len(outcome.tagged), "text has", "texts have")
        yield f"html        {count} tags or references (<br>, &amp;), which annotators will see."
        yield "            Take them out, or save such a text as .html with <html> around it:"
        yield f"            {listed(outcome.tagged, _SHOWN)}"


def _unread(outcome: Ingested) -> Iterator[str]:
    """The fields of records that were not read, and how to have those read that look like ours."""
    if not outcome.unread:
        return
    counts: Counter[str] = Counter()
    for (name, _), count in outcome.unread.items():
        counts[name] += count
    yield f"not read    fields {listed([printable(each) for each, _ in counts.most_common()], _FIELDS)}"
    ours = {likely: name for name, likely in sorted(outcome.unread) if likely is not None}
    if ours:
        pairs = ",".join(f"{each}={ours[each]}" for each in FIELDS if each in ours)
        yield f"            to read those that Qawl knows, add to --map: {shlex.quote(pairs)}"


def _undecided(outcome: Ingested) -> Iterator[str]:
    """The sources without a licence, those with most articles first."""
    sources = +outcome.undecided
    if not sources:
        return
    yield "no licence  releases withhold the texts of these articles. No release is built while a source"
    yield "            with a name has no licence. Write license (LicenseRef-unknown if nobody knows it)"
    yield "            and redistribute into a _source.yaml beside the articles, and ingest them again:"
    yield from _of_sources(sources)
    if UNNAMED in sources:
        yield "            A _source.yaml is for the files in its own folder, not for folders in it."
        yield "            Write source into it too: the id of an article is made from it. If nothing is"
        yield "            annotated yet, delete corpus/articles.jsonl, then ingest everything again."
        yield "            Otherwise: docs/corpus.md"


def _withheld(outcome: Ingested) -> Iterator[str]:
    """The sources that have a licence and whose texts releases may not show."""
    if sources := +outcome.withheld:
        yield "withheld    these articles have a licence, but not redistribute: true, so releases leave"
        yield "            their texts out. If a release may show them, write redistribute: true into a"
        yield "            _source.yaml beside the articles, and ingest the articles again:"
        yield from _of_sources(sources)


def _of_sources(sources: Counter[str]) -> Iterator[str]:
    """How many articles each source has, the largest first."""
    for source, count in sorted(sources.items(), key=lambda each: (-each[1], each[0])):
        yield f"            {count} × {source}"


def _set_aside(outcome: Ingested) -> Iterator[str]:
    """How many were set aside, by reason, with the first that say something else in full."""
    yield f"set aside   {len(outcome.set_aside)}"
    shown: dict[str, dict[str, SetAside]] = {}
    for each in outcome.set_aside:
        if len(those := shown.setdefault(each.summary, {})) < _EXAMPLES:
            those.setdefault(each.reason, each)
    for reason, count in outcome.reasons.most_common():
        yield f"            {count} × {reason}"
        for each in shown[reason].values():
            if more := each.reason.removeprefix(reason).removeprefix(": "):
                yield f"                {each.place}: {more[:_LONGEST]}"
    if outcome.set_aside:
        yield "            each with its place and reason in corpus/set-aside.jsonl"


def as_json(outcome: Ingested) -> Iterator[str]:
    """The outcome for machines: one object."""
    counts = {
        name: getattr(outcome, name)
        for name in (
            *("read", "known", "frozen", "updated", "copies", "same_text", "near", "groups"),
            "changed",
        )
    }
    cleaned = outcome.cleaned
    findings = [
        {"check": each.check, "article_id": each.article_id, "message": each.message}
        for each in outcome.findings
    ]
    more = {
        "recurring": cleaned.articles[RECURRING],
        "lines_removed": dict(cleaned.lines),
        "lines_removed_examples": {rule: [*shown] for rule, shown in cleaned.examples.items()},
        "set_aside": dict(outcome.reasons),
        "rights_undecided": dict(+outcome.undecided),
        "not_redistributed": dict(+outcome.withheld),
        "annotations_not_taken": dict(outcome.annotated),
        "documents_left_out": dict(outcome.left_out.times),
        "fields_not_read": sorted({name for name, _ in outcome.unread}),
        "map_not_found": outcome.nowhere,
        "in_other_letters": outcome.foreign,
        "with_html": outcome.tagged,
        "languages_respelt": dict(outcome.respelt),
        "findings": findings,
    }
    yield json.dumps(counts | more, ensure_ascii=False)


def explain(project: Project, identity: str) -> Iterator[str]:
    """What an article is, and each other article of its group, with how like the two are.

    Raises InputError for no article.
    """
    articles = article_store.by_id(project)
    if identity not in articles:
        raise InputError(article_store.unknown(project, identity))
    article = articles[identity]
    begins = printable(" ".join((article.title or article.text[:200]).split())[:_BEGINS])
    yield f"{identity}  {begins} ({article.source or 'no source'}, {article.received})"
    others = [
        each
        for each in article_store.articles(project)
        if each.group == article.group and each.id != identity
    ]
    if not others:
        yield f"{identity} is in no group: no other article is a near-duplicate of it"
        return
    yield f"{identity} is in group {article.group} with"
    for other in others:
        yield f"  {other.id}  {other.source or 'no source'}, {other.received}"
        yield f"      {_why(article, other, others)}"


def _why(article: Article, other: Article, others: list[Article]) -> str:
    """What makes two articles duplicates, or the one that both are duplicates of."""
    if article.text == other.text:
        return "the same text"
    jaccard, contained = _likeness(article, other)
    figures = f"Jaccard {jaccard:.2f}, {contained:.0%} of the shorter in the longer"
    if near(jaccard, contained):
        return figures
    links = [each for each in others if each.id != other.id and near(*_likeness(other, each))]
    through = f", but near to {links[0].id}" if links else ", since it was grouped before"
    return f"{figures}: not near{through}"


def _likeness(one: Article, other: Article) -> tuple[float, float]:
    found = shingles([one.text, other.text])
    return similarity(found.of(0), found.of(1))
