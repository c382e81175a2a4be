"""What reaches a terminal, and how a command ends: through the command itself, in a process of its own."""

import html
import json
import os
import pty
import random
import signal
import subprocess
import sys
import time

import pytest

QAWL = [sys.executable, "-m", "qawl"]
ESC = "\x1b]0;title\x07\x1b[2J\x9b31m"
"""Sets the title of the terminal, clears it, turns it red: by both forms of the escape."""


def run(folder, *args, **environment):
    return subprocess.run(
        [*QAWL, "-C", folder, *args],
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
    )


def on_a_terminal(folder, *args):
    """What a terminal gets to see."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([*QAWL, "-C", folder, *args], stdout=theirs, stderr=theirs)
    os.close(theirs)
    seen = b""
    while True:
        try:
            piece = os.read(ours, 1 << 16)
        except OSError:
            break
        if not piece:
            break
        seen += piece
    process.wait()
    os.close(ours)
    return seen.decode()


def tampered(corpus, old, new):
    """A corpus in which a text of the annotations is another."""
    path = corpus.annotations_file("entity")
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def test_control_characters_of_strangers_are_shown_not_sent(recorded):
    """A label, a file name, a reason, an argument: whoever wrote it, it reaches no terminal as it is."""
    escaped = json.dumps(ESC)[1:-1]
    tampered(recorded, '"label":"GPE"', f'"label":"{escaped}"')
    (recorded.root / "corpus" / "sources" / f"odd{ESC.replace('/', '')}.xyz").write_text("x")
    for args in (
        ["validate"],
        ["agreement"],
        ["ingest", str(recorded.root / "corpus" / "sources")],
        ["withdraw", f"id{ESC}", "--reason", "x"],
        ["export", f"brat{ESC}", "--to", "/nowhere"],
        [f"no{ESC}"],
        ["validate", "--check", ESC],
        ["diff", ESC, ESC],
    ):
        seen = on_a_terminal(recorded.root, *args)
        for each in ("\x1b]0", "\x1b[2J", "\x07", "\x9b"):
            assert each not in seen, (args, seen)
        assert "\\u001b" in seen or "\\x1b" in seen or args[0] in {"agreement", "ingest"}, (
            args,
            seen,
        )


def test_markup_of_rich_in_a_label_is_text(recorded):
    tampered(recorded, '"label":"GPE"', '"label":"[/bold][red]x[blink]"')
    done = run(recorded.root, "agreement")
    assert done.returncode == 0, done.stderr
    assert b"[/bold][red]x[blink]" in done.stdout


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "latin-1"},
    ],
)
def test_every_locale_works(recorded, locale):
    """Arabic texts, names of files in Arabic, and what is printed of both."""
    article = recorded.articles_file.read_text("utf-8")
    identity = json.loads(article.splitlines()[0])["id"]
    source = recorded.root / "corpus" / "sources" / "مقال.txt"
    source.write_text("خبر قصير عن السوق القديم في المدينة.", "utf-8")
    for args, code in (
        (["ingest", str(source)], 0),
        (["validate"], 0),
        (["validate", "--json"], 0),
        (["agreement"], 0),
        (["agreement", "--json"], 0),
        (["tasks", "--layer", "entity"], 0),
        (["withdraw", identity, "--reason", "طلب الناشر"], 0),
        (["withdraw", "معرف", "--reason", "طلب"], 1),
    ):
        done = run(recorded.root, *args, **locale)
        said = done.stderr.decode("latin-1")
        assert done.returncode == code, (args, said)
        assert "fault" not in said
        if "--json" in args:
            json.loads(done.stdout)
    frozen = recorded.articles_file.read_bytes().splitlines()
    received = [json.loads(line)["received"] for line in frozen]
    assert "corpus/sources/مقال.txt" in received
    withdrawn = json.loads(recorded.withdrawn_file.read_bytes())
    assert withdrawn["reason"] == "طلب الناشر"


def test_json_keeps_its_meaning_where_the_terminal_lacks_its_characters(recorded):
    plain = json.loads(run(recorded.root, "tasks", "--layer", "entity").stdout)
    narrow = run(recorded.root, "tasks", "--layer", "entity", PYTHONIOENCODING="ascii").stdout
    assert narrow.isascii()
    assert json.loads(narrow) == plain


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_page_keeps_its_letters_where_the_terminal_lacks_them(recorded, encoding):
    """Escapes of JSON mean nothing in HTML, and bytes of Latin-1 are none of the page's UTF-8."""
    plain = run(recorded.root, "guidelines", PYTHONIOENCODING="utf-8").stdout.decode()
    narrow = run(recorded.root, "guidelines", PYTHONIOENCODING=encoding).stdout
    assert not plain.isascii()
    assert html.unescape(narrow.decode()) == html.unescape(plain)


READY = """
import signal, sys, qawl.cli
signal.signal(signal.SIGINT, signal.default_int_handler)
watch = qawl.cli._watch
qawl.cli._watch = lambda seen: (watch(seen), print(flush=True))[0]
sys.argv[0] = "qawl"
qawl.cli.run()
"""
"""Runs a command, and says first that `main` looks out for Ctrl-C: before that Python alone answers it.
Where the tests run in the background, the shell has Ctrl-C ignored by all that they start."""


def test_ctrl_c_at_any_moment_is_one_line(recorded):
    """While modules are imported, files read, numbers counted, and at the end."""
    choose = random.Random(16)
    commands = (["validate"], ["agreement"], ["release", "0.1.0", "--draft"], ["pull", "--rebuild"])
    ended = 0
    for number in range(16):
        process = subprocess.Popen(
            [sys.executable, "-c", READY, "-C", recorded.root, *commands[number % len(commands)]],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        process.stdout.readline()
        time.sleep(choose.choice([0.002, 0.8]) * choose.random())
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1].decode()
        if process.returncode == 130:
            assert said == "qawl: interrupted\n"
            ended += 1
        else:
            assert process.returncode in {0, 1}, said
    assert ended >= 4


LOST = """
import signal, sys, threading, time, qawl.cli
signal.signal(signal.SIGINT, signal.default_int_handler)
class Thing:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)
def work():
    Thing()
    {wait}
    print("went on")
qawl.cli._run = work
qawl.cli.run()
"""
"""A command that is interrupted while a destructor runs, where Python throws every error away."""


@pytest.mark.parametrize(
    "wait",
    [
        "time.sleep(60)",
        "threading.Event().wait(60)",
        "for _ in range(10**9): pass",
    ],
)
def test_ctrl_c_that_python_throws_away_ends_the_command_all_the_same(wait):
    """`qawl pull --watch` went on, and showed a traceback: of a hundred Ctrl-C one was lost."""
    done = subprocess.run(
        [sys.executable, "-c", LOST.format(wait=wait)],
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"qawl: interrupted\n")


def test_a_closed_pipe_is_no_error(recorded):
    done = subprocess.run(
        f"{sys.executable} -m qawl -C {recorded.root} validate --list | head -n 1",
        shell=True,
        capture_output=True,
        check=False,
    )
    assert done.stderr == b""


ENDING = """
import atexit, sys, threading, time, qawl.cli
atexit.register(print, "at the end")
def work():
    time.sleep(0.3)
    print("by the thread")
if sys.argv[1] == "thread":
    threading.Thread(target=work).start()
sys.argv = ["qawl", *sys.argv[2:]]
qawl.cli.run()
"""
"""A command in a process in which other modules (of plug-ins, of Ray) have something to do at the end."""


@pytest.mark.parametrize(
    ("words", "code"), [(["--version"], 0), (["release", "0.1"], 1), (["no"], 2)]
)
@pytest.mark.parametrize("other", ["alone", "thread"])
def test_a_process_ends_at_once_but_leaves_nothing_undone(recorded, other, words, code):
    """It is not taken apart, but all that was written to a pipe arrives, what is registered for the end is
    done, and a thread at work is waited for."""
    done = subprocess.run(
        [sys.executable, "-c", ENDING, other, "-C", str(recorded.root), *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    *said, last = done.stdout.splitlines()
    assert last == "at the end"
    assert ("by the thread" in said) == (other == "thread")
    assert "version" in done.stdout or "qawl: " in done.stderr


def test_a_shell_is_told_how_a_command_line_may_go_on():
    asked = {"_QAWL_COMPLETE": "bash_complete", "COMP_WORDS": "qawl va", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "qawl"],
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["plain,validate"]


@pytest.mark.parametrize("watched", [True, False])
def test_work_that_takes_long_says_so_on_a_terminal_alone(recorded, watched):
    """`release`, `export`, `adjudicate` and others were silent for minutes on a large corpus: did they hang?"""
    soon = "from qawl.cli import main, terminal; terminal.SOON = 0.0; main()"
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", soon, "-C", recorded.root, "adjudicate"],
        stdout=theirs,
        stderr=theirs if watched else subprocess.DEVNULL,
    )
    process.wait()
    seen = os.read(ours, 1 << 16).decode()
    for each in (ours, theirs):
        os.close(each)
    assert ("at work: 0 s\r" in seen) is watched
    # The line that stands in its place has nothing left of it.
    assert (f"{' ' * len('at work: 0 s')}\rentity: gold for" in seen) is watched
    assert "entity: gold for" in seen
