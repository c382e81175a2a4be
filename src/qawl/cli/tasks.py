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
    label_config/<layer>.xml. With label_studio.pool in qawl.yaml, each task says whose it is.
    """
    import json

    from msgspec import to_builtins

    from qawl.annotations.tasks import assigned
    from qawl.core import files, project
    from qawl.studio import assignment
    from qawl.suggest import tasks

    corpus = project.load(Path())
    if layer not in corpus.settings.layers:
        raise click.BadParameter(f"{layer}: not one of {', '.join(corpus.settings.layers)}")
    every = list(tasks.served(corpus, layer))
    if annotator is not None and annotator not in corpus.annotators:
        raise click.BadParameter(f"{annotator}: not one of {', '.join(corpus.annotators)}")
    pooled = corpus.settings.label_studio.pool is not None
    if annotator is not None or pooled:
        shares = assignment.plan(
            [each.article_id for each in every],
            [name for name, each in corpus.annotators.items() if not each.away],
            corpus.overlap(layer),
            shares={name: each.share for name, each in corpus.annotators.items()},
            training=corpus.settings.training,
            seed=corpus.settings.seed,
        )
        names = [annotator] if annotator is not None else [*shares]
        every = [
            assigned(each, name if pooled else None)
            for name in names
            for each in every
            if each.article_id in shares.get(name, set())
        ]
    text = json.dumps(to_builtins(every), ensure_ascii=False, indent=1)
    if out is None:
        say(text)
    else:
        files.write_text(out, text + "\n")
        say(f"{out}: {len(every)} tasks")
