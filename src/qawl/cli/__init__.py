"""The command line: parses, calls one function that does the work, prints what it returned.

Each command stands in a module of its own that is imported when it runs, so that `qawl --help`
imports nothing heavy. A QawlError ends as one line on stderr and exit code 1.
"""

import gc
import importlib
import os
import sys
from pathlib import Path

import click

from qawl import __version__
from qawl.core.errors import QawlError

# In the order of work; a test compares each line with the docstring of its command.
COMMANDS: dict[str, str] = {
    "init": "Make a new corpus: the folders, the three schemes, qawl.yaml.",
    "adopt": "Make a corpus of what a team has already annotated elsewhere.",
    "ingest": "Freeze articles into corpus/articles.jsonl: cleaned, grouped, rights recorded.",
    "scheme": "Make the Label Studio configs and the schemas from the YAML schemes.",
    "suggest": "Suggest spans, arrows, types and names, which `push` shows to annotators.",
    "tasks": "Write what `push` would send, for import by hand.",
    "serve": "Run a local Label Studio, set up for this corpus.",
    "push": "Bring projects, configs and tasks in Label Studio in step with the corpus.",
    "status": "Show per layer and annotator what is assigned, done, skipped and left.",
    "pull": "Collect every new annotation version into the journal.",
    "validate": "Check everything collected, in five levels.",
    "agreement": "Measure how far annotators agree, with intervals.",
    "adjudicate": "Make gold where annotators agree, and a judge's tasks for the rest.",
    "release": "Build a release of the dataset, offline and reproducible.",
    "diff": "Show what changed between two releases, and the version it calls for.",
    "score": "Score predictions against the gold of a release.",
    "restore": "Put withheld text back from your own copy, checked by hash.",
    "verify": "Check a release against its manifest.",
    "withdraw": "Take an article out of the next release and out of what is served.",
    "export": "Write gold or annotations in other formats, and say what these can't carry.",
    "publish": "Publish a release on the Hugging Face Hub: one commit and one tag.",
    "doctor": "Say what is wrong with the set-up, and what to do about it.",
    "demo": "Run the whole loop on this machine with a real Label Studio.",
}

RARELY = 10_000
"""Objects from one run of the garbage collector to the next: records come by the thousand, and none
refers to itself."""


class Commands(click.Group):
    """Commands in the order of work, each imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of work."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; None if there is none."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"qawl.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of `--help`, made from the table so that nothing is imported for it."""
        del ctx
        with formatter.section("Commands, in the order of work"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="qawl")
@click.option(
    "-C",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Run as if started in this folder.",
)
@click.pass_context
def group(ctx: click.Context, folder: Path | None) -> None:
    """From news articles to a citable dataset of entities, quotes and claims."""
    ctx.obj = Path.cwd()
    if folder is not None:
        os.chdir(folder)


def main() -> None:
    """Entry point: runs a command and turns every known failure into one line."""
    gc.set_threshold(RARELY)
    try:
        code = group.main(standalone_mode=False)
    except QawlError as error:
        _stop(str(error))
    except click.exceptions.Abort:
        _stop("interrupted", code=130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _stop(f"{where}{error.strerror or error}")
    except Exception as error:  # no traceback reaches a user who did not ask for it
        if os.environ.get("QAWL_TRACEBACK"):
            raise
        _stop(
            f"a fault in qawl itself ({type(error).__name__}: {error}); QAWL_TRACEBACK=1 shows where"
        )
    sys.exit(code if isinstance(code, int) else 0)


def _stop(message: str, *, code: int = 1) -> None:
    click.echo(f"qawl: {message}", err=True)
    sys.exit(code)
