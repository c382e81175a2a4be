"""Text that may not be redistributed: no run of it, its title or context may stand in what is shipped."""

import json
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain

import numpy as np

from qawl.articles import store as article_store
from qawl.articles import withdrawal
from qawl.core.project import Project
from qawl.core.records import Article, to_json
from qawl.release.rights.own_words import own_words
from qawl.release.rights.runs import RUN, Hashes, Mask, Runs, Spelt, decoded, folded, hashes
from qawl.scheme import scheme

NAME = 15
"""Code points of a run that stand in a name which a release publishes, so that it is no passage."""
LONGEST_NAME = 100
"""Code points of the longest name; what is longer is a text in the wrong field."""

SHOWN: dict[Spelt, int] = {str: RUN - 1, folded: NAME}
"""Code points of a run that stand in what is free, by its spelling, so that it is none in a document: the
others are white space and words of the document, at an end of what it shows."""

CHUNK = 1 << 18
"""Code points that are hashed at a time."""


class Guard:
    """Knows the runs of all that is withheld, that stand in nothing that may be redistributed.

    A run is free that stands in the text, title or context of an article that may be redistributed, and
    what is a name that a release publishes, but for some code points: texts name their paper, and what
    schemes call values. Addresses free nothing: many spell the headline.
    """

    def __init__(
        self,
        articles: Callable[[], Iterable[Article]],
        out: Container[str] = frozenset(),
        names: Iterable[str] = (),
        public: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        """`articles` gives all of them anew each time it is called; those `out` are withheld too. `names`
        are published, as those of sources are; what is `public` frees its runs."""
        self._articles, self._out, self._names = articles, out, {*names}
        self._public = public
        self._named: dict[Spelt, str] = {}
        self._texts: dict[Spelt, Runs] = {each: Runs(each) for each in (str, folded)}
        self._beside: dict[Spelt, Runs] = {each: Runs(each) for each in (str, folded)}
        self._hold()
        self._freed = not self.watches

    @property
    def watches(self) -> bool:
        """Whether there is anything withheld at all."""
        return any(len(each.hashes) for each in self._all())

    def run_in(self, text: str, *, exact: bool = False, document: bool = False) -> str | None:
        """The first run of what is withheld that stands in this text; `exact`: of a text, spelt as it is
        there. A `document` shows what is free beside words of its own."""
        if not self.watches or len(unicodedata.normalize("NFKC", text)) < RUN:
            return None
        if exact:
            return self._first(text, str, [self._texts[str]])
        plain = decoded(text)
        for each in (text,) if plain == text else (text, plain):
            for spelt in (str, folded):
                if found := self._first(each, spelt, document=document):
                    return found
        return None

    def run_as_it_stands(self, text: str) -> str | None:
        """The first run of what is withheld, spelt as it is there."""
        return self._first(text, str) if self.watches else None

    def known(self, letters: str) -> Mask:
        """For each run of a folded text whether it is withheld."""
        return self._known(hashes(letters), [self._texts[folded], self._beside[folded]])

    def _all(self) -> Iterator[Runs]:
        yield from (*self._texts.values(), *self._beside.values())

    def _shows(self, article: Article) -> bool:
        return article.redistribute and article.id not in self._out

    def _hold(self) -> None:
        """Takes the runs of all that is withheld."""
        held: dict[Runs, list[Hashes]] = {each: [] for each in self._all()}
        for article in self._articles():
            if not self._shows(article):
                for runs in self._texts.values():
                    held[runs].append(hashes(runs.spelt(article.text)))
                for runs in self._beside.values():
                    held[runs] += [hashes(runs.spelt(each)) for each in beside(article)]
        for runs, found in held.items():
            runs.hold(found)

    def _free(self) -> None:
        """Leaves out the runs that are free: found once one of those that are held is met."""
        self._freed = True
        for text in self._free_texts():
            self._free_runs(text)
        self._named = {each: "\0".join(map(each, self._short_names())) for each in self._texts}
        for each in self._all():
            each.drop()

    def _free_texts(self) -> Iterator[str]:
        """What frees its runs; the source of each article is taken for a name."""
        for article in self._articles():
            self._names.add(article.source or "")
            if self._shows(article):
                yield from (article.text, *beside(article))
        yield from (*self._short_names(), *self._public())

    def _short_names(self) -> list[str]:
        return [each for each in self._names if len(each) <= LONGEST_NAME]

    def _free_runs(self, text: str) -> None:
        """Notes the runs of a text as free."""
        for spelt, runs in self._texts.items():
            found = hashes(spelt(text))
            runs.free(found)
            self._beside[spelt].free(found)

    @cached_property
    def _shared(self) -> dict[Spelt, Runs]:
        """What is withheld and free, by spelling, in runs as short as documents show them."""
        found = {spelt: Runs(spelt) for spelt in SHOWN}
        for spelt, runs in found.items():
            held = (each for each in self._articles() if not self._shows(each))
            texts = (text for each in held for text in (each.text, *beside(each)))
            runs.hold([hashes(spelt(text), SHOWN[spelt]) for text in texts])
        for text in self._free_texts():
            for spelt, runs in found.items():
                runs.free(hashes(spelt(text), SHOWN[spelt]))
        for runs in found.values():
            runs.drop(free=False)
        return found

    def _is_name(self, run: str, spelt: Spelt) -> bool:
        """Whether a run is a name that is published, but for some code points around it."""
        return any(run[at : at + NAME] in self._named[spelt] for at in range(RUN - NAME + 1))

    def _is_shown(self, run: str, spelt: Spelt) -> bool:
        """Whether a run of a document is an end of something free, and what stands beside it there."""
        return bool(self._shared[spelt].known(hashes(run, SHOWN[spelt])).any())

    def _known(self, wanted: Hashes, runs: Sequence[Runs]) -> Mask:
        """Which of these hashes are withheld in one of these spellings."""
        known = np.zeros(len(wanted), bool)
        for each in runs:
            known |= each.known(wanted)
        if known.any() and not self._freed:
            self._free()
            return self._known(wanted, runs)
        return known

    def _first(
        self,
        text: str,
        spelt: Spelt,
        runs: Sequence[Runs] | None = None,
        *,
        document: bool = False,
    ) -> str | None:
        """The first run in a text."""
        runs = runs or [self._texts[spelt], self._beside[spelt]]
        letters = spelt(text)
        for start in range(0, max(len(letters) - RUN + 1, 0), CHUNK):
            piece = letters[start : start + CHUNK + RUN - 1]
            for at in np.flatnonzero(self._known(hashes(piece), runs)):
                run = piece[at : at + RUN]
                if not (self._is_name(run, spelt) or (document and self._is_shown(run, spelt))):
                    return run
        return None


def of_release(project: Project) -> Guard:
    """Knows what a release of a corpus withholds; free withdrawn articles are not in it."""
    if not article_store.withholds(project):
        return Guard(tuple)
    out = withdrawal.ids(project)
    return Guard(
        lambda: (
            each
            for each in article_store.articles(project)
            if not each.redistribute or each.id not in out
        ),
        names=names(project),
        public=lambda: _public(project),
    )


def of_withdrawn(project: Project, *more: str) -> Guard | None:
    """Knows what stands in withdrawn articles, and in those that are to be; None where there are none."""
    out = withdrawal.ids(project) | {*more}
    if not out:
        return None
    return Guard(
        lambda: (
            each for each in article_store.articles(project) if each.redistribute or each.id in out
        ),
        out,
        names=(*names(project), *(each.source or "" for each in article_store.heads(project))),
        public=lambda: _public(project),
    )


def names(project: Project) -> list[str]:
    """The names that a release publishes beside those of sources: who is cited and where they work, and
    what schemes call their labels, attributes, values and relations."""
    authors = project.settings.release.authors
    called = (_called(json.loads(to_json(each))) for each in scheme.load_all(project).values())
    return [
        *(each.shown for each in authors),
        *(each.affiliation or "" for each in authors),
        *chain.from_iterable(called),
    ]


_NAMING = ("name", "title", "changes", "projections")
"""Keys of a scheme that have nothing but names and titles."""


def _called(value: object) -> Iterator[str]:
    """The names and titles in a scheme, also those of older versions and of other label sets."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from strings(each, keys=False) if key in _NAMING else _called(each)
    elif isinstance(value, list):
        yield from chain.from_iterable(map(_called, value))


def _public(project: Project) -> Iterator[str]:
    """What is no passage of an article: Qawl's own words, and the names in each list of a scheme one
    after another, as documents and tables have them: news lists topics too."""
    yield from own_words()
    for each in scheme.load_all(project).values():
        yield from _listed(json.loads(to_json(each)))


def _listed(value: object) -> Iterator[str]:
    """The names in each list of a scheme, one after another."""
    if isinstance(value, dict):
        yield from chain.from_iterable(map(_listed, value.values()))
    elif isinstance(value, list):
        named = (each["name"] for each in value if isinstance(each, dict) and "name" in each)
        yield ", ".join(each for each in named if len(each) <= LONGEST_NAME)
        yield from chain.from_iterable(map(_listed, value))


def beside(article: Article) -> Iterator[str]:
    """What is withheld with the text of an article: its title and its context."""
    if article.title:
        yield article.title
    yield from strings(article.context or {}, keys=False)


def strings(values: object, *, keys: bool = True) -> Iterator[str]:
    """All strings in nested lists and mappings, the keys of which may be left out."""
    if isinstance(values, str):
        yield values
    elif isinstance(values, dict):
        if keys:
            yield from strings([*values])
        yield from strings([*values.values()], keys=keys)
    elif isinstance(values, list):
        for each in values:
            yield from strings(each, keys=keys)
