"""`qawl demo`."""

import signal
import sys
from pathlib import Path

import click

from qawl.cli.terminal import boxed, say


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--no-wait", is_flag=True, help="End at once instead of serving until Ctrl-C.")
def command(folder: Path | None, no_wait: bool) -> None:
    """Run the whole loop on this machine with a real Label Studio.

    Copies this corpus to FOLDER (a temporary one by default), starts Label Studio, pushes, submits
    the recorded annotations, pulls, validates, releases and loads the release.
    """
    from qawl.core import project
    from qawl.setup import demo

    with demo.demo(project.load(Path()), folder, lambda line: say(f"· {line}")) as loaded:
        counted = [(config, split, str(rows)) for config, split, rows in loaded.rows]
        boxed(f"in the dataset ({loaded.folder.name})", ("table", "split", "rows"), counted)
        for layer, said in loaded.scores.items():
            figures = said.spans.agreement.figures if said.spans else {}
            exact, overlap = (
                figures[name].value if name in figures else None
                for name in ("exact_f1", "overlap_f1")
            )
            say(
                f"suggestions of `qawl suggest` against gold, {layer}: "
                f"exact F1 {exact or 0:.2f}, overlap F1 {overlap or 0:.2f}"
            )
        shares = ", ".join(f"{layer} {share:.0%}" for layer, share in loaded.untouched.items())
        say(f"gold spans that were suggested exactly so: {shares}")
        if not no_wait and sys.stdin.isatty():
            say(f"look at the tasks: {loaded.served}")
            after = "" if folder else ", which then removes the demo's corpus"
            say(f"Label Studio runs until you press Ctrl-C{after}")
            try:
                signal.pause()
            except KeyboardInterrupt:
                say("stopped")
