"""Addresses and names of people in what a release would ship.

Texts and titles are left as they were published. Context, what annotators typed, what the corpus lead
wrote and the pseudonyms are searched. Findings name the place, never the address: they stand in drafts.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from qawl.articles import store as article_store
from qawl.articles import withdrawal
from qawl.core.errors import InputError
from qawl.core.project import Project
from qawl.core.records import Annotation, from_json, to_json
from qawl.core.text import bytes_may_have_address, has_address
from qawl.release.rights import withheld
from qawl.release.rights.withheld import strings
from qawl.scheme import scheme

NAMES = "names.txt"


def found(project: Project) -> Iterator[str]:
    """Where an address or a known name stands, in words."""
    names = known_names(project)
    yield from _pseudonyms(project)
    for place, text in chain(_written(project), _reasons(project), _context(project)):
        if is_personal(text, names):
            yield place
    for layer in project.settings.layers:
        yield from _typed(project, layer, names)


def written(project: Project) -> Iterator[tuple[str, str]]:
    """(place, text) of what people wrote and a release shows, but for the texts of articles."""
    own = project.settings.release
    yield "name in qawl.yaml", project.settings.name
    yield "release.title in qawl.yaml", own.title or ""
    for author in own.authors:
        yield "release.authors in qawl.yaml", f"{author.shown}\n{author.affiliation or ''}"
    for text in strings(_plain(own.card.contact)):
        yield "release.card.contact in qawl.yaml", text
    yield from _written(project)
    yield from _reasons(project)
    shown, out = set(), withdrawal.ids(project)
    for article in article_store.articles(project):
        if article.id in out:
            continue
        yield f"the source of article {article.id}", article.source or ""
        if article.redistribute:
            shown.add(article.id)
            yield f"the title of article {article.id}", article.title or ""
    for layer in project.settings.layers:
        for _, line in project.disk.lines(project.annotations_file(layer)):
            record = from_json(line, Annotation)
            if record.article_id in shown:
                yield from ((_by(place, record), text) for place, text in _free_texts(record))


def refuse_unpublishable(project: Project, article_id: str, reason: str) -> None:
    """Raises InputError where a release could not say why an article is withdrawn: the reason has a
    passage of the article or of another that is withdrawn, or a name of somebody who annotates.
    `release` looks for more."""
    guard = withheld.of_withdrawn(project, article_id)
    if guard and (found := guard.run_in(reason)):
        raise InputError(
            f"{found!r} in the reason is text of an article that is withdrawn, and releases publish the "
            "reason: say why in other words"
        )
    if has_name(reason, known_names(project)):
        raise InputError(
            f"a name of .qawl/{NAMES} is in the reason, which releases publish: leave it out"
        )


def is_personal(text: str, names: Iterable[str]) -> bool:
    """Whether a text has an e-mail address in it, or one of these names."""
    return has_address(text, but_reserved=True) or has_name(text, names)


def has_name(text: str, names: Iterable[str]) -> bool:
    """Whether one of these names stands in a text, as it is written there."""
    return any(re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text) for each in names)


def known_names(project: Project) -> tuple[str, ...]:
    """The names in .qawl/names.txt, one a line: who annotates, known on this machine alone."""
    path = project.state / NAMES
    lines = project.disk.text(path).splitlines() if path.is_file() else []
    return tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))


def _pseudonyms(project: Project) -> Iterator[str]:
    """Pseudonyms that are a name of somebody who is cited."""
    authors = project.settings.release.authors
    names = {
        name.casefold() for each in authors for name in (each.family, each.given, each.name) if name
    }
    for annotator in project.annotators:
        if annotator.casefold() in names:
            yield f"annotators in qawl.yaml: the pseudonym {annotator} is the name of an author"


def _written(project: Project) -> Iterator[tuple[str, str]]:
    """(place, text) of what the corpus lead wrote; authors and contact are published on purpose."""
    card = project.settings.release.card
    for name in card.__struct_fields__:
        if name != "contact":
            for text in strings(_plain(getattr(card, name))):
                yield f"release.card.{name} in qawl.yaml", text
    for annotator in project.contributors.values():
        yield f"annotators in qawl.yaml: how, of {annotator.name}", annotator.how or ""
    for given in project.settings.dispensations:
        yield f"dispensations in qawl.yaml: the reason of {given.check}", given.reason
    for layer in scheme.load_all(project).values():
        for text in strings(json.loads(to_json(layer))):
            yield f"label_config/{layer.layer}.yaml", text


def _reasons(project: Project) -> Iterator[tuple[str, str]]:
    """(place, text) of the reasons why articles were withdrawn."""
    for each in withdrawal.withdrawn(project):
        again = f"`qawl withdraw {each.article_id} --reason WHY` gives another"
        yield f"the reason why {each.article_id} was withdrawn ({again})", each.reason


def _context(project: Project) -> Iterator[tuple[str, str]]:
    """(place, text) of the context that is shipped: other fields of tasks, which nobody has published."""
    fields = {
        each.field for current in scheme.load_all(project).values() for each in current.context
    }
    out = withdrawal.ids(project) if fields else set()
    for article in article_store.articles(project) if fields else ():
        if article.redistribute and article.id not in out:
            for field in sorted(fields):
                yield (
                    f"{field} in the context of article {article.id}",
                    article.context_text(field) or "",
                )


def _plain(value: object) -> object:
    return value if isinstance(value, str | dict) else ""


def _typed(project: Project, layer: str, names: tuple[str, ...]) -> Iterator[str]:
    """Free texts of annotators; what stands in the text of their article was published with it.

    Lines without the sign of an address and without a name are not read: a corpus has many of them.
    """
    marks = tuple(name.encode() for name in names)
    articles = article_store.by_id(project)
    for _, line in project.disk.lines(project.annotations_file(layer)):
        if bytes_may_have_address(line) or any(mark in line for mark in marks):
            record = from_json(line, Annotation)
            article = articles.get(record.article_id)
            published = article.text if article and article.redistribute else ""
            for place, text in _free_texts(record):
                if text not in published and is_personal(text, names):
                    yield _by(place, record)


def _by(place: str, record: Annotation) -> str:
    """A place in an annotation, in words."""
    return f"{place} in article {record.article_id}, by {record.annotator} ({record.layer})"


def _free_texts(record: Annotation) -> Iterator[tuple[str, str]]:
    for name, value in record.attributes.items():
        yield from ((name, text) for text in strings(value))
    for span in record.spans:
        for name, value in span.attributes.items():
            yield from ((f"{name} of span {span.id}", text) for text in strings(value))
