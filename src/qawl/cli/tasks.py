"""`qawl tasks`."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qawl.cli.options import COMPOSED
from qawl.cli.paths import Written
from qawl.cli.terminal import say
from qawl.core.excerpts import many

if TYPE_CHECKING:
    from qawl.annotations.tasks import Task
    from qawl.core.project import Project


@click.command()
@click.option("--layer", required=True, help="The layer to annotate.")
@click.option("--annotator", type=COMPOSED, help="Only the share of this annotator.")
@click.option(
    "--judge", is_flag=True, help="The judge's tasks, for what `adjudicate` has left open."
)
@click.option(
    "--config",
    type=Written(dir_okay=False),
    help="Write the config of the project to this file; the judge's differs from the annotators'.",
)
@click.option(
    "--out", type=Written(dir_okay=False), help="Write to this file; by default to the terminal."
)
def command(
    layer: str, annotator: str | None, judge: bool, config: Path | None, out: Path | None
) -> None:
    """Write the tasks that `push` would send, for import by hand.

    It writes a JSON list for Label Studio's Import. The config of the project is
    label_config/<layer>.xml. With label_studio.pool in qawl.yaml, each task says whose it is.

    --judge writes the tasks in which a judge decides what is open. Their project has a config of its own:
    write it with --config. `qawl pull --from FILE` recognises their export as the judge's.
    """
    import json

    from msgspec import to_builtins

    from qawl.cli import options
    from qawl.core import files, git_files, project

    if judge and annotator is not None:
        raise click.UsageError("give --judge or --annotator")
    corpus = project.load(Path())
    options.known_layers(corpus, layer)
    if annotator is not None and annotator not in corpus.annotators:
        raise click.BadParameter(f"{annotator}: not one of {', '.join(corpus.annotators)}")
    git_files.need_left_out(corpus)
    every = _judges(corpus, layer) if judge else _served(corpus, layer, annotator)
    if config is not None:
        files.write_text(config, _config(corpus, layer, judge=judge))
        say(f"{config}: the config of the project", err=True)
    elif judge and every:
        say("the judge's project has a config of its own: --config FILE writes it", err=True)
    text = json.dumps(to_builtins(every), ensure_ascii=False, indent=1)
    if out is None:
        say(text)
    else:
        files.write_text(out, text + "\n")
        say(f"{out}: {many(len(every), 'task')}")


def _config(corpus: "Project", layer: str, *, judge: bool) -> str:
    """The config of the annotators' or the judge's project."""
    from qawl.scheme import scheme
    from qawl.scheme.label_config import config_xml

    return config_xml(scheme.load(corpus, layer), corpus.settings.language, judging=judge)


def _judges(corpus: "Project", layer: str) -> "list[Task]":
    """The judge's tasks that nobody has decided yet."""
    from qawl.gold.judge_tasks import judge_tasks, need_gold

    need_gold(corpus, layer)
    return list(judge_tasks(corpus, layer, partial(say, err=True)))


def _served(corpus: "Project", layer: str, annotator: str | None) -> "list[Task]":
    """The tasks of a layer, or an annotator's share; with a pool, each says whose it is."""
    from qawl.annotations.tasks import assigned
    from qawl.studio import assignment
    from qawl.suggest import tasks

    every = list(tasks.served(corpus, layer))
    pooled = bool(corpus.settings.label_studio.pool)
    if annotator is not None or pooled:
        articles = [each.article_id for each in every]
        shares = assignment.planned(corpus, layer, articles, assignment.working(corpus))
        names = [annotator] if annotator is not None else [*shares]
        every = [
            assigned(each, name if pooled else None)
            for name in names
            for each in every
            if each.article_id in shares.get(name, set())
        ]
    return every
