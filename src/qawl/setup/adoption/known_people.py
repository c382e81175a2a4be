"""Who of a corpus the users of an export are: what its journals tell of numbers on a server."""

from collections.abc import Iterable, Iterator
from itertools import count

import msgspec

from qawl.annotations import journal, users
from qawl.annotations.identity import Identity
from qawl.articles import store as article_store
from qawl.core import names
from qawl.core.project import Project
from qawl.core.records import JUDGE
from qawl.setup.adoption.people import JOURNAL, Evidence, People


def known(corpus: Project | None, given: Iterable[str]) -> People:
    """The annotators of a corpus that gets another layer, if it is one; who users are is `given` too.

    Raises InputError where that is no USER=NAME.
    """
    there = journal.annotators(corpus) if corpus else set[str]()
    listed = set(corpus.annotators) if corpus else set[str]()
    named = users.named(given, there | listed)
    # Before anybody has worked, the names in qawl.yaml are those that `qawl init` writes there.
    taken = {*map(names.folded, [*there, *named.values(), *(listed if there else ())])}
    free = (name for number in count(1) if (name := f"a{number}") not in taken)
    found = People(free=free, given=named, there=there - {JUDGE})
    if corpus:
        _learn(corpus, found)
    return found


def _learn(corpus: Project, found: People) -> None:
    """Takes over the servers that exports came from, and whose the numbers there are."""
    texts = {each.id: each.text_sha256 for each in article_store.heads(corpus)}
    servers: dict[int, Evidence] = {}
    numbers: dict[tuple[int, int], set[str]] = {}
    for annotator, each in _exported(corpus):
        said = msgspec.structs.replace(each, article=texts.get(each.article, ""))
        servers.setdefault(each.origin, Evidence(JOURNAL)).know(said)
        if each.user is not None and annotator != JUDGE:
            numbers.setdefault((each.origin, each.user), set()).add(annotator)
    order = sorted(servers)
    found.servers += [servers[each] for each in order]
    for (origin, user), people in numbers.items():
        if len(people) == 1:
            found.learn(order.index(origin), user, *people)


def _exported(corpus: Project) -> Iterator[tuple[str, Identity]]:
    """(annotator, annotation) of all that exports of Label Studio brought: of the rest the project says
    whose it is, or the number is of another tool."""
    for layer in corpus.settings.layers:
        for annotator, path in journal.files(corpus, layer):
            opened = journal.reading(corpus, path)  # held here: its index closes with it
            for each in opened.holds.all():
                if each.home is None and each.id and each.id.isdecimal():
                    yield annotator, each
