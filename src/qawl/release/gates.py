"""What must hold before a release: each gate that fails says how to pass it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from qawl.agreement import report
from qawl.articles import released, withdrawal
from qawl.articles import store as article_store
from qawl.articles.splits import splits_of
from qawl.core.excerpts import listed, many
from qawl.core.findings import CHECKS, STATED
from qawl.core.project import Project
from qawl.core.strict_yaml import written
from qawl.release.documents import card
from qawl.release.rights import privacy
from qawl.release.versions import manifest
from qawl.scheme import generated
from qawl.validation import validate

NAMED = 5
"""How many places a gate names."""


def failing(
    project: Project, checks: Mapping[str, int] | None = None, *, below: str | None = None
) -> Iterator[str]:
    """The gates that fail, in words; `checks` counts what `validation.validate` finds, if known.

    With `below`, the last release is the one before that version.
    """
    stale = [path.relative_to(project.root).as_posix() for path in generated.stale(project)]
    if stale:
        yield f"stale: {', '.join(stale)} (run `qawl scheme`)"
    if checks is None:
        checks = validate.counts(project, below=below)
    errors = {each: n for each, n in checks.items() if CHECKS[each].severity == "error"}
    if errors:
        yield _errors(project, errors, below)
    yield from _new_kinds(project, checks, below)
    yield from _moved(project, below)
    articles = list(_releasable(project))
    yield from _undecided(articles)
    yield from _unfilled(project, len(articles))
    yield from _without_agreement(project)
    yield from _personal(project)


def _errors(project: Project, errors: Mapping[str, int], below: str | None) -> str:
    """How many findings are errors, and before the first release how to let them pass; later the gate of
    new kinds says so."""
    count = sum(errors.values())
    are = many(count, "finding is an error", "findings are errors")
    said = f"{are} (see `qawl validate`): {', '.join(sorted(errors))}"
    if released.last_version(project, below=below) is not None:
        return said
    return (
        f"{said}: correct them, or let them pass{_in_gold(errors)}. To let them pass, paste into "
        f"qawl.yaml, with your reason: "
        f"{_dispensing(project, sorted(errors))}"
    )


def _releasable(project: Project) -> Iterator[article_store.Head]:
    """The articles that the release would have."""
    out = withdrawal.ids(project)
    return (each for each in article_store.heads(project) if each.id not in out)


def _undecided(articles: Iterable[article_store.Head]) -> Iterator[str]:
    """Sources that have a name and no licence: nobody has decided what may be done with their texts. One
    that only holds the place of a licence and is to grant something is a finding."""
    sources = Counter(
        article.source
        for article in articles
        if article.source
        and card.is_placeholder(article.license)
        and not (article.redistribute and article.license)
    )
    if sources:
        named = [f"{source} ({count})" for source, count in sorted(sources.items())]
        yield (
            f"no licence decision for {listed(named, NAMED)}: give license and redistribute in a "
            "_source.yaml beside the articles (LicenseRef-unknown with redistribute: false withholds "
            "the texts) and ingest them again"
        )


def _unfilled(project: Project, count: int) -> Iterator[str]:
    """Fields of the card that wait for an answer, where so many articles are released."""
    if fields := list(card.unfilled(project.settings.release.card, count)):
        keys = [f"release.card.{name}" for name in fields]
        yield (
            f"the card is unfilled: {', '.join(fields)} (fill {', '.join(keys)} in qawl.yaml; "
            "'not stated' is an answer)"
        )


def _without_agreement(project: Project) -> Iterator[str]:
    """Layers that the plan gives to several annotators, and that no article of which two did.

    The plan asks for several where qawl.yaml sets an overlap for the layer, or where several annotate.
    """
    lacking: dict[int, list[str]] = {}
    for layer, said in report.fresh(project).items():
        wanted, there = project.overlap(layer), len(said.annotators)
        asked = wanted > 1 and (layer in project.settings.overlap or there > 1)
        if there and asked and not said.articles_compared:
            lacking.setdefault(wanted, []).append(layer)
    for wanted, layers in lacking.items():
        keys = ", ".join(f"overlap.{each}" for each in layers)
        yield (
            f"{', '.join(layers)}: the plan asks for {wanted} annotators an article and none has two, "
            f"so there is no agreement (have a second one do some, or set {keys} to 1 in qawl.yaml)"
        )


def _personal(project: Project) -> Iterator[str]:
    """Addresses and names of people in what annotators or the corpus lead wrote."""
    if places := list(privacy.found(project)):
        yield (
            f"an e-mail address or the name of a person is in {listed(places, NAMED)} (correct it in "
            "Label Studio and pull, or where it is written)"
        )


def _moved(project: Project, below: str | None) -> Iterator[str]:
    """Articles that would stand in another split than in the last release."""
    now = splits_of(project)
    before = released.splits_of_last(project, below=below)
    moved = sorted(each for each, split in before.items() if now.get(each, split) != split)
    if moved:
        yield (
            f"{many(len(moved), 'article')} would change split ({listed(moved, NAMED)}): set "
            "release.splits, locked_test and split_from back to what they were"
        )


def _new_kinds(project: Project, checks: Mapping[str, int], below: str | None) -> Iterator[str]:
    """A check that had no findings in the last release may not have any in the next.

    The steps that a scheme states are decided; the changelog names them.
    """
    last = released.last_version(project, below=below)
    if last is None:
        return
    before = manifest.load(project.release(last)).findings
    if fresh := sorted({*checks} - {*before, *STATED}):
        counted = ", ".join(f"{each} ({checks[each]})" for each in fresh)
        yield (
            f"new kinds of findings since {last}: {counted}: correct what `qawl validate` shows, or let "
            f"it pass{_in_gold(fresh)}. To let it pass, paste into qawl.yaml, with your reason: "
            f"{_dispensing(project, fresh)}"
        )


def _in_gold(checks: Iterable[str]) -> str:
    """What becomes of spans and values whose findings pass, in words, where these are errors."""
    found = (CHECKS[each] for each in checks)
    lasts = any(each.severity == "error" and each.level in (2, 3, 4) for each in found)
    return " (gold then keeps these spans and values as they are)" if lasts else ""


def _dispensing(project: Project, checks: Iterable[str]) -> str:
    """The line of qawl.yaml by which these checks pass too, all that is let pass already in it."""
    given = [
        {name: value for name, value in msgspec.to_builtins(each).items() if value}
        for each in project.settings.dispensations
    ]
    given += [{"check": each, "reason": "say why"} for each in checks]
    instead = "  # in place of the line that is there" if project.settings.dispensations else ""
    return f"dispensations: {written(given)}{instead}"
