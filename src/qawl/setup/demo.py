"""The whole loop on this machine, with a real Label Studio: a corpus out, its recorded work back in.

What annotators did is recorded in exports/annotations of the corpus; here it is submitted to a server
in their place, pulled again and compared.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from pathlib import Path

import msgspec

from qawl.agreement import report
from qawl.annotations import derive
from qawl.annotations.to_label_studio import write_results
from qawl.core import files, project
from qawl.core.errors import ProjectError, QawlError
from qawl.core.excerpts import many
from qawl.core.project import Project
from qawl.core.records import Annotation, Provenance, to_json
from qawl.gold import judge
from qawl.release import build
from qawl.release.documents import leaderboard
from qawl.scheme import scheme
from qawl.scoring import score
from qawl.scoring.baseline import Baseline, texts_of
from qawl.scoring.figures import LayerScores
from qawl.studio import client as studio_client
from qawl.studio import plan, pull, push, server
from qawl.suggest import store as suggestions
from qawl.validation import validate

VERSION = "0.1.0"
COPIED = ("qawl.yaml", "corpus", "label_config", "schemas")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What `datasets` reads from the release: the rows of each config and split; and what the rules of
    `qawl suggest` score on it, by layer, with the share of gold that needs no touch. `served` is the
    address of the server, and how to sign in."""

    folder: Path
    served: str
    rows: list[tuple[str, str, int]]
    scores: Mapping[str, LayerScores]
    untouched: dict[str, float]


@contextmanager
def demo(recorded: Project, folder: Path | None, say: Say) -> Iterator[Loaded]:
    """Runs the loop in a folder (a temporary one by default); the server runs until the context ends."""
    with tempfile.TemporaryDirectory(prefix="qawl-demo-") as temporary:
        corpus = _copy(recorded, folder or Path(temporary) / "corpus")
        say(f"corpus of {recorded.settings.name} copied to {corpus.root}")
        with server.running(corpus, port=server.free_port(), say=say) as access:
            say(f"Label Studio runs at {access.url}")
            with studio_client.connect(corpus, access) as client:
                _push(client, corpus, say)
                _submit(client, corpus, recorded, say)
                _pull(client, corpus, say)
                _validate(corpus, say)
                _agree(corpus, say)
                _judge(client, corpus, recorded, say)
                _compare(corpus, recorded, say)
            scores = _score(corpus, build.build(corpus, VERSION, notes=[build.AS_DRAFT]).folder)
            built = build.build(corpus, VERSION, notes=[])
            say(f"release {VERSION} built: {built.manifest.content_sha256[:16]}")
            rows = list(_load(built.folder, Path(temporary) / "cache"))
            say("release loaded with datasets")
            served = f"{access.url} (sign in as {access.username} with {access.password})"
            yield Loaded(built.folder, served, rows, scores, _untouched(corpus))


def _copy(recorded: Project, folder: Path) -> Project:
    if not any(True for layer in recorded.settings.layers for _ in derive.read(recorded, layer)):
        raise ProjectError(
            f"{recorded.root} has no recorded annotations to show: run the demo in a checkout of Qawl"
        )
    if folder.exists() and any(folder.iterdir()):
        raise ProjectError(f"{folder} is not empty: name a new folder for the demo")
    folder.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        source = recorded.root / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        else:
            shutil.copy(source, folder / name)
    return project.load(folder)


def _push(client: studio_client.Client, corpus: Project, say: Say) -> None:
    steps = [step for step in plan.plan(client, corpus) if step.add]
    for step in steps:
        push.apply(client, step)
    say(
        f"pushed {many(sum(len(step.add) for step in steps), 'task')} into {many(len(steps), 'project')}"
    )


def _submit(client: studio_client.Client, corpus: Project, recorded: Project, say: Say) -> None:
    """Submits what each annotator recorded, in that annotator's project, where it is not done yet."""
    count = 0
    for remote in plan.remotes(client, corpus):
        current = scheme.load(corpus, remote.layer)
        mine = {
            record.article_id: record
            for record in derive.read(recorded, remote.layer)
            if record.annotator == remote.annotator
        }
        for task in plan.remote_tasks(client, remote):
            record = mine.get(task.article_id)
            if record and not task.worked_on:
                client.submit(task.id, _submission(record, write_results(record, current)))
                count += 1
    say(f"submitted {many(count, 'recorded annotation')}")


def _submission(record: Annotation, results: list[dict[str, object]]) -> dict[str, object]:
    return {
        "result": results,
        "was_cancelled": record.status == "skipped",
        "lead_time": record.provenance.lead_time,
    }


def _pull(client: studio_client.Client, corpus: Project, say: Say) -> None:
    outcome = pull.pull(client, corpus)
    say(f"pulled {many(outcome.new.total(), 'annotation')} into the journal")


def _agree(corpus: Project, say: Say) -> None:
    """Measures agreement and shows one figure a layer."""
    found = report.report(corpus)
    report.store(corpus, found)
    for layer, said in found.layers.items():
        value = said.figures["exact_f1"].value
        shown = "undefined" if value is None else f"{value:.2f}"
        say(
            f"agreement on {layer}: exact F1 {shown} over {many(said.articles_compared, 'article')}"
        )


def _judge(client: studio_client.Client, corpus: Project, recorded: Project, say: Say) -> None:
    """Sends what is open to the judge, submits the recorded verdicts, and takes them in."""
    left = sum(judge.adjudicate(corpus).incomplete.values())
    say(f"adjudicated: {many(left, 'article waits', 'articles wait')} for a judge")
    if not left:
        return
    _push(client, corpus, say)
    _submit(client, corpus, recorded, say)
    _pull(client, corpus, say)
    left = sum(judge.adjudicate(corpus).incomplete.values())
    say(f"adjudicated with the judge's verdicts: {many(left, 'article')} left open")


def _compare(corpus: Project, recorded: Project, say: Say) -> None:
    """Holds what came back against what was recorded."""
    annotations = spans = relations = 0
    for layer in corpus.settings.layers:
        before = {_key(each): _work(each) for each in derive.read(recorded, layer)}
        after = {_key(each): _work(each) for each in derive.read(corpus, layer)}
        if before != after:
            lost = [key for key in before if before[key] != after.get(key)]
            raise QawlError(f"{layer}: what came back differs from what was submitted: {lost[:3]}")
        annotations += len(after)
        spans += sum(len(each.spans) for each in after.values())
        relations += sum(len(each.relations) for each in after.values())
    say(
        f"{many(annotations, 'annotation')} with {many(spans, 'span')} and {many(relations, 'relation')} "
        "came back as submitted, to the letter"
    )


def _key(record: Annotation) -> tuple[str, str]:
    return record.article_id, record.annotator


def _work(record: Annotation) -> Annotation:
    """An annotation without where and when it was made."""
    return msgspec.structs.replace(record, provenance=Provenance())


def _validate(corpus: Project, say: Say) -> None:
    counts = validate.summary(validate.validate(corpus))
    if counts.errors:
        raise QawlError(f"{corpus.root}: {many(counts.errors, 'error')}, see `qawl validate`")
    say(f"validated: no errors, {many(counts.warnings, 'warning')}")


def _score(corpus: Project, folder: Path) -> Mapping[str, LayerScores]:
    """The score of the rules on a draft, kept for the card of the release; returns it by layer."""
    path = corpus.root / "rules.jsonl"
    files.write(path, Baseline.of(folder, None, texts_of(corpus)).predictions())
    found = score.score(score.Request(folder, path))
    files.write_text(leaderboard.folder(corpus) / "rules.json", to_json(found.plain()).decode())
    return found.layers


def _untouched(corpus: Project) -> dict[str, float]:
    """The share of gold spans for which the rules have an identical suggestion, by layer."""
    found = suggestions.score(corpus, corpus.settings.layers)
    return {layer: said.untouched or 0 for layer, said in found.layers.items()}


def _load(folder: Path, cache: Path) -> Iterator[tuple[str, str, int]]:
    """The rows of every config and split, as `datasets.load_dataset` gives them."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # read at import: nothing here needs the Hub
    import datasets  # noqa: PLC0415 - takes seconds, and only the last step needs it

    datasets.disable_progress_bars()
    with Path(os.devnull).open("w") as quiet, redirect_stderr(quiet):
        for config in datasets.get_dataset_config_names(str(folder)):
            for split, rows in datasets.load_dataset(
                str(folder), config, cache_dir=str(cache)
            ).items():
                yield config, str(split), len(rows)
