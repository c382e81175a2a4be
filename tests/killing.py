"""A command in a process of its own, killed at one of its file operations."""

import subprocess
import sys

OPERATIONS = frozenset(
    {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod"}
)
"""What changes files; of `open`, what opens one to write."""
_CODE = """
import os, signal, sys
import qawl.cli
{before}
left = int(sys.argv[1])

def note(event, arguments):
    global left
    write = os.O_WRONLY | os.O_RDWR
    reads = event == "open" and not (isinstance(arguments[2], int) and arguments[2] & write)
    if event in {operations} and not reads:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(note)
sys.argv = ["qawl", *sys.argv[2:]]
qawl.cli.run()
"""


def run(folder, at, words, *, before="", operations=OPERATIONS):
    """Runs a command in a corpus and kills it before its operation of that number, if it gets there.

    `before` is a line of Python that runs first.
    """
    code = _CODE.format(before=before, operations=sorted(operations))
    return subprocess.run(
        [sys.executable, "-c", code, str(at), "-C", str(folder), *map(str, words)],
        capture_output=True,
        check=False,
        cwd=folder.parent,
    )
