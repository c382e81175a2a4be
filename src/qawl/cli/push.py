"""`qawl push`."""

from pathlib import Path

import click


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
            from qawl import recover as recovery

            sync.bring(client, corpus)
            click.echo(f"{recovery.recover(client, corpus)} annotations put back")
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
    click.echo(f"{len(open_steps)} projects brought in step at {client.url}")
