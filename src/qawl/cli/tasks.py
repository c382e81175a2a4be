"""`qawl tasks`."""

from pathlib import Path

import click

from qawl.cli.terminal import say


@click.command()
@click.option("--layer", required=True, help="The layer to annotate.")
@click.option("--annotator", help="Only the share of this annotator.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
def command(layer: str, annotator: str | None, out: Path | None) -> None:
    """Write what `push` would send, for import by hand.

    It writes a JSON list for Label Studio's Import. The config of the project is
    label_config/<layer>.xml.
    """
    import json

    from msgspec import to_builtins

    from qawl.core import files, project
    from qawl.studio import assignment
    from qawl.suggest import tasks

    corpus = project.load(Path())
    if layer not in corpus.settings.layers:
        raise click.BadParameter(f"{layer}: not one of {', '.join(corpus.settings.layers)}")
    every = list(tasks.served(corpus, layer))
    if annotator is not None:
        if annotator not in corpus.annotators:
            raise click.BadParameter(f"{annotator}: not one of {', '.join(corpus.annotators)}")
        ids = [each.article_id for each in every]
        share = assignment.plan(
            ids,
            [name for name, each in corpus.annotators.items() if not each.away],
            corpus.overlap(layer),
            shares={name: each.share for name, each in corpus.annotators.items()},
            training=corpus.settings.training,
            seed=corpus.settings.seed,
        ).get(annotator, set())
        every = [each for each in every if each.article_id in share]
    text = json.dumps(to_builtins(every), ensure_ascii=False, indent=1)
    if out is None:
        say(text)
    else:
        files.write_text(out, text + "\n")
        say(f"{out}: {len(every)} tasks")
