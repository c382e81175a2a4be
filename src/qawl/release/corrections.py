"""`qawl correct`: what a reader reports of a released span, checked against the release and gold."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from unicodedata import normalize

from qawl.annotations import corrections, derive, verdicts
from qawl.annotations.corrections import Correction, Mark
from qawl.articles import released, withdrawal
from qawl.articles import store as article_store
from qawl.core.errors import InputError
from qawl.core.project import Project
from qawl.core.records import JUDGE, Article, AttributeValue, Gold, GoldSpan, Span
from qawl.core.text import blank, has_address
from qawl.gold import decide
from qawl.release.reading import Release
from qawl.scheme import scheme
from qawl.scheme.model import Scheme

_ADDRESS = re.compile(
    r"(?P<dataset>.+)@(?P<version>\d+\.\d+\.\d+)#(?P<article>[^:#\s]+):(?P<span>\S+)",
    re.ASCII,
)
_NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029@<>]{1,100}")
"""A name of a person as a release can print it: one line, no address."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader says of the span of an address: what is right, why, and who they are."""

    address: str
    reason: str
    reporter: str
    label: str | None = None
    start: int | None = None
    end: int | None = None
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    delete: bool = False
    credit: bool = False


def correct(project: Project, asked: Asked) -> Correction | None:
    """Keeps a correction for the judge and returns it; None where the same was reported before.

    Raises InputError where the address leads to nothing that stands in gold now, or nothing is corrected.
    """
    _check_words(asked)
    parts = _parsed(project, asked.address)
    _refuse_withdrawn(project, parts["article"])
    layer, was = _released(project, asked.address, parts)
    article = _article(project, parts["article"])
    current = scheme.load(project, layer)
    span = _now(project, layer, article, was, asked.address)
    asked = _as_written(asked, current)
    right = _right(asked, span, current, article)
    values = {} if right is None else _values(asked, right, current)
    had = {name: span.attributes.get(name) for name in values}
    mark = Mark(*span.place)
    if right == mark and all(had[name] == value for name, value in values.items()):
        raise InputError(f"{asked.address}: that is what gold has: say what is to be changed")
    return corrections.add(
        project,
        Correction(
            address=asked.address,
            layer=layer,
            article_id=article.id,
            was=mark,
            had=had,
            right=right,
            values=values,
            reason=asked.reason,
            reporter=asked.reporter,
            credit=asked.credit,
        ),
    )


def _as_written(asked: Asked, current: Scheme) -> Asked:
    """The same with names as the scheme writes them and all else composed: some keyboards and shells
    write letters and their marks apart."""

    def written(word: str) -> str:
        plain = normalize("NFC", word)
        return current.decomposed.get(plain, plain)

    values = {written(name): [*map(written, words)] for name, words in asked.values.items()}
    return replace(asked, label=asked.label and written(asked.label), values=values)


def states(project: Project) -> list[tuple[Correction, str]]:
    """Every correction with what became of it, by layer and article in the order of their first; of a
    withdrawn article, or of a layer that the corpus has no more, that it is so."""
    known, out = corrections.by_article(project), withdrawal.ids(project)
    decided = cache(lambda layer: _decided(project, layer, known))
    found: list[tuple[Correction, str]] = []
    for (layer, identity), mine in known.items():
        if identity in out:
            found += [(each, "withdrawn") for each in mine]
        elif layer not in project.settings.layers:
            found += [(each, "of no layer") for each in mine]
        else:
            found += corrections.states(mine, *decided(layer).get(identity, (None, None)))
    return found


def _decided(
    project: Project, layer: str, known: corrections.Known
) -> dict[str, tuple[Gold, str | None]]:
    """The gold of articles of a layer that have corrections, with the basis of a verdict that counts."""
    bases = verdicts.bases(project, layer)
    golds = {
        each.article_id: each
        for each in decide.gold(project, layer)
        if (layer, each.article_id) in known
    }
    judged = {
        each.article_id: bases.get((each.article_id, each.provenance))
        for each in derive.read(project, layer)
        if each.annotator == JUDGE and each.article_id in golds
    }
    return {
        identity: (gold, judged.get(identity) if gold.decided_by == "adjudicator" else None)
        for identity, gold in golds.items()
    }


def _check_words(asked: Asked) -> None:
    if blank(asked.reason) and blank(asked.reporter):
        raise InputError("a name and a reason are needed: give --by NAME and --reason WHY")
    if blank(asked.reason):
        raise InputError("a reason is needed: give --reason WHY")
    if has_address(asked.reason):
        raise InputError("an e-mail address is in the reason, which the corpus keeps: leave it out")
    if blank(asked.reporter):
        raise InputError("the name of the reader is needed: give --by NAME (--credit publishes it)")
    if not _NAME.fullmatch(asked.reporter) or has_address(asked.reporter):
        raise InputError(
            f"{asked.reporter!r} is not a name that can be printed: give --by NAME in one line, of at "
            "most 100 characters, without an address"
        )
    changes = (asked.label, asked.start, asked.end)
    if asked.delete and (asked.values or any(each is not None for each in changes)):
        raise InputError(
            "--delete takes no other change: a removed span has no label, place or values"
        )
    if not asked.delete and not asked.values and all(each is None for each in changes):
        raise InputError("say what is right: --label, --start, --end, --set, --unset or --delete")


def _parsed(project: Project, address: str) -> dict[str, str]:
    """The parts of an address of this dataset."""
    found = _ADDRESS.fullmatch(address)
    if not found:
        raise InputError(
            f"{address!r} is not an address: write DATASET@VERSION#ARTICLE:SPAN, as in "
            f"{project.settings.name}@1.0.0#273fd3b431ad:s0123456789"
        )
    names = {project.settings.name, project.settings.release.repo or project.settings.name}
    if found["dataset"] not in names:
        raise InputError(
            f"{address}: this corpus is {project.settings.name}, not {found['dataset']}: run it in the "
            "corpus of that dataset"
        )
    return found.groupdict()


def _released(project: Project, address: str, parts: Mapping[str, str]) -> tuple[str, Span]:
    """(layer, span) as the release has it."""
    version = parts["version"]
    known = [path.parent.name for path in released.manifests(project)]
    if version not in known:
        raise InputError(
            f"{address}: this corpus has no release {version}: it has {', '.join(known) or 'none'}"
        )
    release = Release(project.release(version))
    article = next((each for each in release.articles(None) if each.id == parts["article"]), None)
    if article is None:
        raise InputError(f"{address}: {version} has no article {parts['article']}")
    for layer, record in article.gold.items():
        for span in record.spans:
            if span.id == parts["span"]:
                if layer not in project.settings.layers:
                    raise InputError(f"{address}: the corpus has no layer {layer} any more")
                return layer, span
    raise InputError(f"{address}: article {article.id} of {version} has no span {parts['span']}")


def _refuse_withdrawn(project: Project, identity: str) -> None:
    for each in withdrawal.withdrawn(project):
        if each.article_id == identity:
            reason = " ".join(each.reason.split())
            raise InputError(
                f"article {identity} was withdrawn ({reason}): nothing is left to correct"
            )


def _article(project: Project, identity: str) -> Article:
    article = article_store.by_id(project).get(identity)
    if article is None:
        raise InputError(f"article {identity} is not in the corpus any more")
    return article


def _now(project: Project, layer: str, article: Article, was: Span, address: str) -> GoldSpan:
    """The span as gold has it now: what it is makes its id, so one that did not change is found."""
    gold = next((g for g in decide.gold(project, layer) if g.article_id == article.id), None)
    if gold is None:
        raise InputError(f"{address}: no annotation of the article is left in {layer}")
    span = corrections.at(gold, Mark(*was.place))
    if span is not None:
        return span
    raise InputError(f"{address}: the span was changed since: {_instead(project, gold, was)}")


def _instead(project: Project, gold: Gold, was: Span) -> str:
    """What stands where a span was, with its address in the last release."""
    near = [each for each in gold.spans if each.start < was.end and was.start < each.end]
    if not near:
        return "nothing is marked there now"
    best = max(near, key=lambda each: min(each.end, was.end) - max(each.start, was.start))
    version = released.last_version(project) or "0.0.0"
    address = f"{project.settings.name}@{version}#{gold.article_id}:{best.id}"
    return f"now it is {best.label} {best.start}-{best.end}, in a release that has it {address}"


def _right(asked: Asked, span: GoldSpan, current: Scheme, article: Article) -> Mark | None:
    """The mark as it should be."""
    if asked.delete:
        return None
    label = asked.label or span.label
    if label not in current.label:
        raise InputError(f"no label {label}: {current.layer} has {', '.join(current.label)}")
    start = span.start if asked.start is None else asked.start
    end = span.end if asked.end is None else asked.end
    if not 0 <= start < end <= len(article.text):
        raise InputError(
            f"{start} to {end} is not a place in the text of {len(article.text)} code points"
        )
    return Mark(label, start, end)


def _values(asked: Asked, right: Mark, current: Scheme) -> dict[str, AttributeValue | None]:
    """The values as records have them; no words are no value."""
    allowed = {each.name: each for each in current.attributes_of(right.label)}
    found: dict[str, AttributeValue | None] = {}
    for name, words in asked.values.items():
        if name not in allowed:
            raise InputError(
                f"{right.label} has no attribute {name}: it has {', '.join(allowed) or 'none'}"
            )
        given: object = list(words) if len(words) > 1 else (words[0] if words else None)
        value = None if given is None else allowed[name].read(given)
        if value is not None:
            for problem in allowed[name].problems(value):
                raise InputError(problem.message)
        found[name] = value
    return found
