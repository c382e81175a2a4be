"""`qawl push`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from qawl.label_studio import Client
    from qawl.project import Project


@click.command()
@click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
@click.option(
    "--recover", is_flag=True, help="Put journalled annotations back that the server lost."
)
def command(dry_run: bool, recover: bool) -> None:
    """Bring projects, configs and tasks in Label Studio in step with the corpus.

    One project for each layer and annotator. The plan is shown, then carried out; a second run has
    an empty plan. Tasks on which somebody has worked are never removed.
    """
    from qawl import label_studio, project, sync
    from qawl.cli.progress import progress
    from qawl.errors import ServerError

    corpus = project.load(Path())
    with project.lock(corpus, "push"), label_studio.connect(corpus) as client:
        if recover:
            _recover(client, corpus, dry_run)
            return
        steps = sync.plan(client, corpus)
        for step in steps:
            for line in step.lines():
                click.echo(line)
        open_steps = [step for step in steps if not step.empty]
        if not open_steps:
            click.echo("nothing to do: Label Studio is in step")
            return
        if dry_run:
            click.echo("dry run: nothing was changed")
            return
        for step in progress(open_steps, "push"):
            try:
                sync.apply(client, step)
            except ServerError as error:
                click.echo(f"looked up and tried again after: {error}", err=True)
                break
        sync.bring(client, corpus)
    click.echo(f"{sync.counted(len(open_steps), 'project')} brought in step at {client.url}")


def _recover(client: "Client", corpus: "Project", dry_run: bool) -> None:
    """Puts back what the server lost, once every task is there."""
    from qawl import recover, sync
    from qawl.cli.progress import progress

    if dry_run:
        lost = sync.counted(recover.lost(client, corpus), "journalled annotation")
        click.echo(f"{lost} not on the server\ndry run: nothing was changed")
        return
    sync.bring(client, corpus)
    back = recover.recover(client, corpus, watch=lambda those: progress(those, "recover"))
    click.echo(f"{sync.counted(back, 'annotation')} put back")
    if back:
        click.echo("the server counts them as yours; `qawl pull` collects them again")
