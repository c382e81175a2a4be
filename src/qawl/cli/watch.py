"""`qawl pull --watch`: pulls again and again, at once where a webhook calls; what is new and wrong."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from qawl.cli.terminal import progress, say
from qawl.core.excerpts import many

if TYPE_CHECKING:
    from qawl.annotations.pulled import Pulled
    from qawl.core.project import Project
    from qawl.studio.client import Client
    from qawl.studio.webhooks import Hooks

SETTLE = 1.0
"""Seconds from a call to the pull: Label Studio calls before it has stored what it calls for."""
AGAIN = 10.0
"""Seconds after which a project of which a call told is read once more: it may have called too early."""
PAUSE = 30
"""Seconds to wait at most when the server is away or the corpus in use."""


def watch(corpus: "Project", every: int, hooks: "Hooks | None") -> None:
    """Pulls until Ctrl-C (exit code 130); each new annotation that has findings is named with its task.

    The corpus is held only while it pulls, so that other commands run beside it. What goes wrong in
    the first pull ends it; later, a server that is away or a corpus in use is waited for.
    """
    from qawl.cli.pull_summary import not_read

    for line in not_read(corpus):
        say(line)
    say(f"pulling every {every} s; Ctrl-C ends it", err=True)
    with _called(corpus, hooks):
        _loop(corpus, every, hooks)


def tried(corpus: "Project", hooks: "Hooks") -> None:
    """Says which webhooks `watch` would make, and makes none."""
    with _connected(corpus) as client:
        for line in hooks.tried(client, _projects(client, corpus)):
            say(line)
    say("dry run: nothing was changed")


def _projects(client: "Client", corpus: "Project") -> list[int]:
    """The projects of the server that are pulled."""
    from qawl.studio import adopted_projects, plan

    there = (*plan.remotes(client, corpus), *adopted_projects.remotes(client, corpus))
    return [each.id for each in there]


@contextmanager
def _called(corpus: "Project", hooks: "Hooks | None") -> Iterator[None]:
    """While the block runs, what is called is heard; in the end the hooks go from the server."""
    from qawl.core.errors import ServerError

    if hooks is None:
        yield
        return
    with hooks.listening():
        say(f"Label Studio calls {hooks.url} when work is submitted", err=True)
        try:
            yield
        finally:
            try:
                with _connected(corpus) as client:
                    hooks.remove(client)
            except ServerError as error:
                say(f"webhooks may be left on the server: {error}", err=True)


def _loop(corpus: "Project", every: int, hooks: "Hooks | None") -> None:
    """Pulls all projects every so often, and at once those of which a call tells."""
    from qawl.core.errors import CorpusLocked, ServerError
    from qawl.studio.webhooks import told

    turns, only, first, refused = _Turns(every, hooks), None, True, 0
    said = set[str]()
    while True:
        try:
            _pull(corpus, hooks, only, said)
            turns.done(only)
            first = False
        except (ServerError, CorpusLocked) as error:
            if first:
                raise
            pause = turns.failed()
            say(f"waiting {pause} s: {error}", err=True)
        if hooks and hooks.refused.total() > refused:
            refused = hooks.refused.total()
            say(told(hooks.refused), err=True)
        only = turns.next()


class _Turns:
    """When to pull what: all projects in turn, and those of which a call told, then and once more."""

    def __init__(self, every: int, hooks: "Hooks | None") -> None:
        self._every, self._hooks = every, hooks
        self._all = time.monotonic()
        self._again: tuple[float, frozenset[int]] | None = None

    def done(self, only: frozenset[int] | None) -> None:
        """What was pulled: these projects, or None for all."""
        if only is None:
            self._all = time.monotonic() + self._every
        elif self._again is None or self._again[1] != only:
            self._again = time.monotonic() + AGAIN, only
        else:
            self._again = None

    def failed(self) -> int:
        """A pull failed: all are pulled after so many seconds."""
        pause = min(self._every, PAUSE)
        self._all, self._again = time.monotonic() + pause, None
        return pause

    def next(self) -> frozenset[int] | None:
        """Waits; then the projects to pull, or None for all."""
        while (left := self._all - time.monotonic()) > 0:
            if self._hooks is None:
                time.sleep(left)
            elif self._hooks.spool.wait(self._left(left)):
                time.sleep(SETTLE)
                found = self._hooks.spool.take()
                if found or found is None:
                    self._again = None
                    return found
            elif self._again and time.monotonic() >= self._again[0]:
                return self._again[1]
        return None

    def _left(self, left: float) -> float:
        """Seconds to wait for a call at most."""
        if self._again is None:
            return left
        return max(0.0, min(left, self._again[0] - time.monotonic()))


def _pull(
    corpus: "Project", hooks: "Hooks | None", only: frozenset[int] | None, said: set[str]
) -> None:
    """Pulls these projects, or all, and those that came since; then each has a webhook.

    Says what came and what is wrong with it; what was left out, as every pull leaves it out again, only
    where it was not `said` before, or beside news.
    """
    from qawl.cli.pull_summary import left_out
    from qawl.core import project
    from qawl.studio import pull

    with project.lock(corpus, "pull --watch"), _connected(corpus) as client:
        if hooks:
            new = hooks.register(client, _projects(client, corpus))
            only = None if only is None else only | new
        outcome = pull.pull(client, corpus, watch=partial(progress, what="pull"), only=only)
        for line in _news(corpus, outcome):
            say(line)
    lines = left_out(outcome)
    for line in lines:
        if outcome.changed or line not in said:
            say(line)
    said.update(lines)


def _connected(corpus: "Project") -> "Client":
    from qawl.studio import client

    return client.connect(corpus)


def _news(corpus: "Project", outcome: "Pulled") -> Iterator[str]:
    """In lines, what came and what is wrong with it."""
    from qawl.cli.validate import line
    from qawl.validation import validate

    yield from (f"ALARM: {alarm}" for alarm in outcome.alarms)
    if not outcome.changed:
        return
    yield from outcome.notes
    # What is of a whole collection names no article: it is said to whom it is about.
    people = {(layer, None, annotator) for layer, _, annotator in outcome.changed}
    found = [
        each
        for each in validate.validate(corpus)
        if (each.layer, each.article_id, each.annotator) in outcome.changed | people
    ]
    ill = len({(each.layer, each.article_id, each.annotator) for each in found} - people)
    yield f"{many(len(outcome.changed), 'new or changed annotation')}, {ill} with findings"
    yield from (f"{each.severity} {each.check} {line(each)}" for each in found)
    yield from _empty(corpus, outcome)


def _empty(corpus: "Project", outcome: "Pulled") -> Iterator[str]:
    """New submissions in which nothing is marked and nothing said."""
    from qawl.annotations import derive
    from qawl.annotations.addresses import Addresses

    addresses = Addresses(corpus)
    for layer in sorted({layer for layer, *_ in outcome.changed}):
        for record in derive.read(corpus, layer):
            new = (layer, record.article_id, record.annotator) in outcome.changed
            if new and record.status == "submitted" and not (record.spans or record.attributes):
                where = f"{layer} {record.article_id} {record.annotator}"
                yield f"empty [{where}] submitted without a mark {addresses.of(record) or ''}"
