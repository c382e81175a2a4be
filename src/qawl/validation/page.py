"""The findings of a corpus as one self-contained page, to hand to annotators."""

import re
from collections.abc import Iterable
from functools import cache
from itertools import groupby

from qawl.articles import store as article_store
from qawl.articles.by_id import Articles
from qawl.core import templates
from qawl.core.excerpts import around
from qawl.core.findings import CHECKS
from qawl.core.phrases import ENGLISH, Phrases, phrases
from qawl.core.project import Project
from qawl.core.records import Finding
from qawl.scheme import scheme
from qawl.scheme.languages import is_rtl
from qawl.scheme.model import Scheme
from qawl.validation.validate import Summary

AROUND = 60
"""Code points of text shown on either side of a span."""


def page(project: Project, found: Iterable[Finding], counts: Summary) -> str:
    """The page, in the order of `found`; each with the text around it and the address of its task."""
    articles = article_store.by_id(project)
    say = phrases(project.settings.language)
    schemes = scheme.load_all(project)

    def called(layer: str | None, name: str) -> str:
        return schemes[layer].called(name, say.language) if layer in schemes else name

    def detail(found: Finding) -> str:
        current = schemes.get(found.layer or "")
        return _detail(found, current, say)

    return templates.page("qawl.validation", "findings.html.j2").render(
        name=project.settings.name,
        say=say,
        rtl=is_rtl(say.language),
        right=frozenset(each.id for each in article_store.heads(project) if is_rtl(each.language)),
        counts=counts,
        checks=CHECKS,
        explained={
            each.id: say.get(f"check.{each.id}", each.explanation) for each in CHECKS.values()
        },
        titles=scheme.titles(schemes, say.language),
        called=called,
        detail=detail,
        groups=[
            (check, [(each, _around(each, articles)) for each in group])
            for check, group in groupby(found, key=lambda each: each.check)
        ],
    )


def _detail(found: Finding, current: Scheme | None, say: Phrases) -> str:
    """What a finding says beside its heading: in English its message, by titles; in another language, as
    messages are English, the titles of what it names and the words that it quotes. What names and quotes
    nothing is said as it is, unless its heading says it already."""
    if found.check == "unsure":
        return found.message
    named = _names(current)
    if say.language == ENGLISH:
        return _titled(found.message, named, current, say) if named else found.message
    told = [_called(each, current, say) for each in named.findall(found.message)] if named else []
    told += [f"«{one or other}»" for one, other in _QUOTED.findall(found.message)]
    if not told and CHECKS[found.check].level in _OF_THE_TEAM:
        return found.message
    return say("words.list").join(dict.fromkeys(told))


_QUOTED = re.compile(r"(?<!\w)'([^']+)'(?!\w)|(?<!\w)\"([^\"]+)\"(?!\w)")
"""Words that a message quotes."""
_OF_THE_TEAM = frozenset({1, 5})
"""Levels whose findings are for the lead: of files, and of the whole collection."""


def _titled(message: str, named: re.Pattern[str], current: Scheme | None, say: Phrases) -> str:
    return named.sub(lambda name: f"“{_called(name[0], current, say)}”", message)


def _called(name: str, current: Scheme | None, say: Phrases) -> str:
    return current.called(name, say.language) if current else name


@cache
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """What finds these names; one that could be a word of the message is looked for where it begins."""
    found = (
        rf"\A{re.escape(each)}(?= )"
        if _is_word(each)
        else rf"(?<![\w'-]){re.escape(each)}(?![\w'-])"
        for each in names
    )
    return re.compile("|".join(found))


def _names(current: Scheme | None) -> re.Pattern[str] | None:
    """What finds the names of a scheme in a message."""
    if current is None:
        return None
    every = (current.labels, current.attributes, current.relations)
    given = {each.name for those in every for each in those}
    return _pattern(tuple(sorted(given, key=lambda each: (-len(each), each)))) if given else None


def _is_word(name: str) -> bool:
    return name.isascii() and name.isalpha() and name.islower()


def _around(found: Finding, articles: Articles) -> tuple[str, str, str] | None:
    """The text before, in and after a span."""
    article = articles.get(found.article_id or "")
    if found.span is None or article is None:
        return None
    return around(article.text, found.span.start, found.span.end, AROUND)
