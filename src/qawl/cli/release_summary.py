"""What a release did, in lines: what is in it, then what is wrong with it and what was left out."""

from collections import Counter
from typing import TYPE_CHECKING

from qawl.cli import judging
from qawl.core.excerpts import listed, many
from qawl.release.build import AS_DRAFT
from qawl.release.gates import NAMED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qawl.core.project import Project
    from qawl.release.build import Built


def told(built: "Built", corpus: "Project") -> "Iterator[str]":
    """What is in the release."""
    folder = built.folder.relative_to(corpus.root)
    for name, said in built.manifest.content.items():
        yield f"{name}: {many(said.rows, 'row')}"
    settings = corpus.settings.release
    for name, share in settings.splits.items():
        asked = share or name in settings.split_from
        if asked and not built.manifest.articles.splits.get(name):
            yield f"{name}: no article; with few articles a split may stay empty"
    word = "built" if built.fresh else "is there already, with the same bytes"
    yield f"{folder} {word}; content {built.manifest.content_sha256[:16]}"
    yield f"the annotations are under {corpus.settings.release.license} (release.license in qawl.yaml)"


def left_out(built: "Built") -> "Iterator[str]":
    """What is wrong with the release, then what was left out of it, by reason."""
    if built.manifest.draft:
        yield from (f"gate: {each}" for each in built.manifest.open_gates if each != AS_DRAFT)
        yield "this is a draft: it can't be published"
    for each in built.manifest.let_pass or ():
        yield f"let pass: {each.check}: {each.count} ({each.reason})"
    for name in built.stale_scores:
        yield (
            f"exports/scores/{name} is of other content than this release, so the card leaves it out: "
            f"score {built.manifest.version}, and the next release shows it (docs/scoring.md)"
        )
    for reason, count in built.silver_left_out.most_common():
        yield f"left out of silver: {count}, because {reason}"
    for layer, ids in built.unannotated.items():
        if ids:
            yield (
                f"left out of {layer}: {_articles(ids)} that nobody has annotated yet "
                f"({listed(ids, NAMED)}), released without annotations"
            )
    yield from _open(built)
    yield from _not_held(built)
    yield from _withheld(built)
    if built.hidden:
        yield (
            f"WITHHELD: {len(built.hidden)} × a free text with 20 letters of another article, whose text "
            f"is withheld ({listed(list(built.hidden), NAMED)}); no `qawl restore` brings it back. To "
            "release it, let the annotator say it in other words, then pull"
        )


def dropped(built: "Built", corpus: "Project") -> "Iterator[str]":
    """The layers of the last release that qawl.yaml has no more."""
    from qawl.articles import released

    version = built.manifest.version
    before = released.last_version(corpus, below=version)
    gone = released.annotated_layers(corpus, below=version) - {*corpus.settings.layers}
    for layer in sorted(gone):
        yield (
            f"left out: all of the layer {layer}, which release {before} has: layers in qawl.yaml does "
            "not name it"
        )


def back(built: "Built", corpus: "Project") -> "Iterator[str]":
    """The articles that this release has or shows and the last does not: what said so may be lost."""
    from qawl.articles import released
    from qawl.articles import store as article_store
    from qawl.release.versions import manifest

    before = released.last_version(corpus, below=built.manifest.version)
    if before is None:
        return
    then, now = manifest.load(corpus.release(before)).articles, built.manifest.articles
    known = article_store.by_id(corpus) if then.withdrawn or then.withheld else ()
    ids = [each for each in then.withdrawn if each not in now.withdrawn and each in known]
    if ids:
        yield (
            f"BACK IN: {_articles(ids)}, withdrawn as release {before} says ({listed(ids, NAMED)}): "
            "corpus/withdrawn.jsonl has no line for it any more; if that was lost, "
            "bring it back from version control, or run `qawl withdraw` again"
        )
    shown = sorted(({*then.withheld} & {*known}) - {*now.withheld, *now.withdrawn})
    if shown:
        yield (
            f"SHOWN NOW: the text of {_articles(shown)}, which release {before} withholds "
            f"({listed(shown, NAMED)}): corpus/articles.jsonl says redistribute: true; if that is an "
            "older copy, bring the newer one back from version control"
        )


def waiting(corpus: "Project") -> "Iterator[str]":
    """How many corrections of readers gold has not followed, as nothing is decided."""
    from qawl.release import corrections

    every = [*corrections.states(corpus)]
    counts = Counter(state for _, state in every)
    if here := {name: counts[name] for name in ("pending", "undecided") if counts[name]}:
        count = sum(here.values())
        are = many(count, "correction of a reader waits", "corrections of readers wait")
        named = ", ".join(f"{number} {name}" for name, number in here.items())
        layers = sorted({each.layer for each, state in every if state in here})
        yield (
            f"{are} for a decision ({named}; `qawl correct` lists them; run `qawl adjudicate`, then "
            f"{judging.tasks(layers)})"
        )


def _withheld(built: "Built") -> "Iterator[str]":
    """How many articles are there without their texts."""
    if ids := built.manifest.articles.withheld:
        every = built.withheld_for.most_common()
        reasons = ", ".join(f"{count} × {why}" for why, count in every)
        yield (
            f"WITHHELD: the text of {_articles([*ids])} ({reasons}); "
            "`qawl restore` puts them back from your own copies. To release them, give license and "
            "redistribute (docs/corpus.md)"
        )


def _open(built: "Built") -> "Iterator[str]":
    """What waits in gold, by layer; what to do is said once, with the last layer."""
    alone = {
        layer: waits.one_alone for layer, waits in sorted(built.open.items()) if waits.one_alone
    }
    keys = ", ".join(f"overlap.{layer}" for layer in alone)
    advice = f" (set {keys} to 1 in qawl.yaml if one is enough)"
    for layer, ids in alone.items():
        yield (
            f"left out of {layer}: what waits for further annotators in {_articles(ids)} that one "
            f"alone did ({listed(ids, NAMED)}), released as not complete"
            f"{advice if layer == max(alone) else ''}"
        )
    judged = {layer: waits for layer, waits in sorted(built.open.items()) if waits.to_judge}
    advice = f" (`qawl adjudicate`, then {judging.tasks(judged)})" if judged else ""
    for layer, waits in judged.items():
        ids = waits.to_judge
        yield (
            f"left out of {layer}: what waits for a judge in {_articles(ids)} ({listed(ids, NAMED)}), "
            f"released as not complete{advice if layer == max(judged) else ''}"
        )


def _articles(ids: list[str]) -> str:
    return many(len(ids), "article")


def _not_held(built: "Built") -> "Iterator[str]":
    """What of gold no table can hold, by reason."""
    if built.not_held:
        yield (
            "LEFT OUT, since no table can hold it (`qawl validate` shows where; what gold lacks is "
            "undecided there, and stands in the table annotations):"
        )
    for reason, ids in built.not_held.items():
        yield f"            {len(ids)} × {reason} ({listed([*dict.fromkeys(ids)], NAMED)})"
