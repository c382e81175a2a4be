"""The command line: parses, calls one function that does the work, prints what it returned.

Offers `run`, `main` and the commands. May import every package; each command imports what it needs when
it runs.

Each command stands in a module of its own that is imported when it runs, so that `qawl --help`
imports nothing heavy. Every failure that is known ends as one line on stderr and exit code 1, Ctrl-C
at any moment as one line and exit code 130: what takes time to import is imported below `main`.
"""

import _thread
import atexit
import os
import signal
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qawl.cli.commands import group

__all__ = ["COMMANDS", "group", "main", "run"]

# In the order of work; a test compares each line with the docstring of its command.
COMMANDS: dict[str, str] = {
    "init": "Make a new corpus: the folders, the three schemes, qawl.yaml.",
    "adopt": "Make a corpus from annotations that a team made in another tool.",
    "ingest": "Freeze articles into corpus/articles.jsonl: cleaned, grouped, rights recorded.",
    "scheme": "Make the Label Studio configs and the schemas from the YAML schemes.",
    "guidelines": "Write the annotators' guidelines as a page, from the schemes and gold.",
    "suggest": "Suggest spans, relations and values, which `push` shows to annotators.",
    "tasks": "Write the tasks that `push` would send, for import by hand.",
    "serve": "Run a local Label Studio, set up for this corpus.",
    "push": "Update projects, configs and tasks in Label Studio to match the corpus.",
    "status": "Show per layer and annotator what is assigned, done, skipped and left.",
    "pull": "Collect every new annotation version into the journal.",
    "validate": "Check everything collected, in five levels.",
    "agreement": "Measure how far annotators agree, with intervals.",
    "adjudicate": "Make gold where annotators agree, and say what waits for a judge.",
    "release": "Build a release of the dataset, offline and reproducible.",
    "diff": "Show what changed between two releases, and which version number it requires.",
    "score": "Score predictions against the gold of a release.",
    "restore": "Put withheld text back from your own copy, checked by hash.",
    "verify": "Check a release against its manifest.",
    "withdraw": "Withdraw an article from annotation and from the next release.",
    "correct": "Pass a reader's correction of a released span to the judge.",
    "export": "Write gold or annotations in other formats, and count what is lost.",
    "publish": "Publish a release on the Hugging Face Hub: one commit and one tag.",
    "doctor": "Say what is wrong with the set-up, and what to do about it.",
    "demo": "Run the whole loop on this machine with a real Label Studio.",
}

RARELY = 100_000
"""Objects from one run of the garbage collector to the next: records come by the thousand, and none
refers to itself."""

AT_ONCE = "4"
"""How soon numpy's threads sleep that have nothing to do, as a power of 2 in ticks of the processor:
unless told they spin for a while once numpy is loaded, which takes more than to load it."""

A_MOMENT = 0.02
"""Seconds after which an interrupt that was thrown away comes again."""


def __getattr__(name: str) -> object:
    if name != "group":
        raise AttributeError(f"module 'qawl.cli' has no attribute {name!r}")
    from qawl.cli.commands import group

    return group


def run() -> None:
    """What the program calls: `main`, after which the process ends at once."""
    try:
        main()
    except SystemExit as error:
        _leave(error.code)


def _leave(code: object) -> None:
    """Ends the process with what its modules left to do at the end, but without taking it apart: to free
    object by object what the system frees at once would take up to a tenth of a command's time.

    Where a thread is still at work, or what was said can't be written, Python ends as it always does.
    """
    import threading

    if any(not each.daemon for each in threading.enumerate()[1:]):
        sys.exit(code if isinstance(code, int) else 0)
    atexit._run_exitfuncs()  # noqa: SLF001
    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
    except (OSError, ValueError):
        sys.exit(code if isinstance(code, int) else 0)
    os._exit(code if isinstance(code, int) else 0)


def main() -> None:
    """Runs a command and turns every known failure into one line."""
    interrupts: list[int] = []
    try:
        message, code = _ended(interrupts)
    except KeyboardInterrupt:  # that came when all was done, or before anything was
        message, code = "interrupted", 130
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done: Ctrl-C changes nothing any more
    exec("")  # noqa: S102 - an interrupt that came within an exec would else end Python by its signal
    if message:
        sys.stderr.write(f"qawl: {message}\n")
    sys.exit(code if isinstance(code, int) else 0)


def _ended(interrupts: list[int]) -> tuple[str, object]:
    """Runs the command; what is to be said of its end, and its exit code."""
    message, code = "", None
    try:
        _watch(interrupts)
        code = _run()
    except SystemExit as error:
        code = error.code
    except BaseException as error:  # noqa: BLE001 - what an interrupt broke is an interrupt too
        message, code = _told(error, interrupts)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return message, code


def _told(error: BaseException, interrupts: list[int]) -> tuple[str, int]:
    """The line that says what ended a command, and the exit code."""
    if interrupts or isinstance(error, KeyboardInterrupt):
        return "interrupted", 130
    from qawl.cli.failures import explain

    return explain(error)


def _run() -> object:
    """Runs the command that was asked for; its exit code, if it has one."""
    import gc

    gc.set_threshold(RARELY)
    from qawl.cli import terminal
    from qawl.cli.commands import called

    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", AT_ONCE)
    # Arrow's own allocator keeps what is free, up to a third of what a command takes.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    _in_utf8()
    terminal.prepare()
    return called(sys.argv[1:])


def _watch(seen: list[int]) -> None:
    """Notes the interrupts that come from now on, and raises each where the command is.

    One that is raised where Python throws errors away (a destructor) is raised again, a moment later: the
    hook is such a place, too.
    """

    def note(number: int, _frame: object) -> None:
        seen.append(number)
        raise KeyboardInterrupt

    def again(thrown: "sys.UnraisableHookArgs") -> None:
        if issubclass(thrown.exc_type, KeyboardInterrupt):
            _thread.start_new_thread(_once_more, (_thread.get_ident(),))
        else:
            sys.__unraisablehook__(thrown)

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, note)
        sys.unraisablehook = again


def _once_more(main: int) -> None:
    """Interrupts the main thread, also where it waits."""
    time.sleep(A_MOMENT)
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:
        signal.pthread_kill(main, signal.SIGINT)


def _in_utf8() -> None:
    """Starts Python again in its UTF-8 mode where the locale has another encoding for names of files."""
    if sys.getfilesystemencoding() == "utf-8" or sys.flags.utf8_mode:
        return
    told = os.environ | {"PYTHONIOENCODING": sys.stdout.encoding}
    os.execve(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]], told)  # noqa: S606
