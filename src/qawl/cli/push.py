"""`qawl push`."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qawl.cli.terminal import progress, say
from qawl.core.excerpts import many

if TYPE_CHECKING:
    from qawl.core.project import Project
    from qawl.studio.client import Client


@click.command()
@click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
@click.option(
    "--recover", is_flag=True, help="Put annotations that the server lost back from the journal."
)
def command(dry_run: bool, recover: bool) -> None:
    """Update projects, configs and tasks in Label Studio to match the corpus.

    Each annotator gets a project for each layer. With label_studio.pool in qawl.yaml, annotators share
    projects, and each has a tab. The command shows its plan, then carries it out. A second run has an
    empty plan. The command never removes tasks that an annotator has begun.
    """
    from qawl.core import project
    from qawl.core.errors import ServerError
    from qawl.studio import client as studio_client
    from qawl.studio import plan, push
    from qawl.studio import recover as studio_recover

    corpus = project.load(Path())
    with project.lock(corpus, "push"), studio_client.connect(corpus) as client:
        if recover:
            _recover(client, corpus, dry_run)
            return
        steps = plan.plan(client, corpus, say=partial(say, err=True))
        for step in steps:
            for line in step.lines():
                say(line)
        if known := studio_recover.done_before(corpus, steps):
            say(
                f"{many(known, 'of these tasks is done', 'of these tasks are done')}: the journal has "
                "the work, and Label Studio does not. Run `qawl push --recover` next, or people do it "
                "again"
            )
        open_steps = [step for step in steps if not step.empty]
        if not open_steps:
            if not dry_run:
                push.note_told(corpus)
            say("nothing to do: Label Studio matches the corpus")
            return
        if dry_run:
            say("dry run: nothing was changed")
            return
        for step in progress(open_steps, "push"):
            try:
                push.apply(client, step)
            except ServerError as error:
                say(f"planned again after: {error}", err=True)
                break
        push.bring(client, corpus)
    say(f"{many(len(open_steps), 'project')} updated at {client.url}")


def _recover(client: "Client", corpus: "Project", dry_run: bool) -> None:
    """Puts back what the server lost; exit code 1 where something is left."""
    from qawl.studio import recover as studio_recover

    if dry_run:
        lost = many(studio_recover.lost(client, corpus), "journalled annotation")
        say(f"{lost} not on the server\ndry run: nothing was changed")
        return
    back = studio_recover.recover(client, corpus, watch=lambda those: progress(those, "recover"))
    say(f"{many(back.count, 'annotation')} put back")
    if back.count:
        pooled = corpus.settings.label_studio.pool
        whose = "work of the users who made them" if pooled else "yours"
        say(f"the server counts them as {whose}; `qawl pull` collects them again")
    for line in back.left:
        say(f"LEFT OUT: {line}")
    if back.left:
        raise SystemExit(1)
