"""Reading and writing files: whole or not at all, never nothing where something can't be read."""

import errno
import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from qawl.core import files, project, temporary
from qawl.core.errors import InputError
from qawl.core.records import Article


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(("umask", "wanted"), [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600)])
def test_a_new_file_follows_the_umask(tmp_path, umask, wanted):
    before = os.umask(umask)
    try:
        files.write_text(tmp_path / "a", "x")
        files.write_text(tmp_path / "secret", "x", private=True)
    finally:
        os.umask(before)
    assert mode(tmp_path / "a") == wanted
    assert mode(tmp_path / "secret") == 0o600


def test_a_file_that_is_there_keeps_its_mode_unless_it_holds_a_secret(tmp_path):
    path = tmp_path / "a"
    path.write_text("x")
    path.chmod(0o660)
    files.write_text(path, "y")
    assert mode(path) == 0o660
    files.write_text(path, "z", private=True)
    assert mode(path) == 0o600


def test_a_link_stays_a_link_also_where_it_leads_nowhere_yet(tmp_path):
    """Teams keep the corpus on a larger disk and link to it."""
    real = tmp_path / "disk" / "articles.jsonl"
    real.parent.mkdir()
    for content in ("one", "two"):
        link = tmp_path / "articles.jsonl"
        if not link.is_symlink():
            link.symlink_to(real)
        files.write_text(link, content)
        assert link.is_symlink()
        assert real.read_text() == content
    assert [each.name for each in real.parent.iterdir()] == ["articles.jsonl"]


@pytest.mark.parametrize(
    ("place", "path"), [("write", "a.jsonl"), ("flush", "a.jsonl"), ("fsync", "deep/er/a.jsonl")]
)
def test_a_full_disk_names_the_file_that_was_to_be_written(tmp_path, monkeypatch, place, path):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    class Full:
        def __init__(self, file):
            self._file = file

        def __getattr__(self, name):
            return full if name == place else getattr(self._file, name)

        def __enter__(self):
            self._file.__enter__()
            return self

        def __exit__(self, *args):
            return self._file.__exit__(*args)

    if place == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        real = os.fdopen
        monkeypatch.setattr(os, "fdopen", lambda *args: Full(real(*args)))
    target = tmp_path / path
    with pytest.raises(OSError, match="No space left") as raised:
        files.write_text(target, "x" * 100)
    assert raised.value.filename == str(target)
    assert not [each for each in target.parent.iterdir() if each.is_file()]


def test_an_error_below_a_temporary_folder_names_what_it_should_become(tmp_path):
    target = tmp_path / "exports" / "0.1.0"
    with (
        pytest.raises(FileNotFoundError) as raised,
        files.naming(target),
        temporary.folder(target) as building,
    ):
        (building / "articles" / "train.parquet").write_text("x")
    assert raised.value.filename == str(target / "articles" / "train.parquet")
    assert list(target.parent.iterdir()) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from qawl.core import files, temporary
target = Path(sys.argv[1])
def chunks():
    yield b"half"
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "file":
    files.write_bytes(target, chunks())
else:
    with temporary.folder(target) as made:
        (made / "inside").mkdir()
        (made / "inside" / "file").write_text("x")
        list(chunks())
"""


@pytest.mark.parametrize("kind", ["file", "folder"])
@pytest.mark.parametrize("where", ["corpus", "exports/releases", "exports", "."])
def test_what_a_killed_run_left_is_removed_under_the_next_lock(make_corpus, kind, where):
    corpus = make_corpus("a")
    (corpus.root / where).mkdir(exist_ok=True, parents=True)
    target = corpus.root / where / "target"
    done = subprocess.run([sys.executable, "-c", KILLED, target, kind], check=False)
    assert done.returncode == -signal.SIGKILL
    assert list(target.parent.glob(f"*{temporary.ENDING}"))
    with project.lock(corpus, "test"):
        assert not list(corpus.root.rglob(f"*{temporary.ENDING}"))
    assert not target.exists()


def test_the_temporary_file_of_a_living_run_stays(make_corpus):
    corpus = make_corpus("a")
    with files.replacing(corpus.root / "page.html") as file:
        file.write(b"x")
        with project.lock(corpus, "another command"):
            pass
        files.write_text(corpus.root / "page.html", "by the other")
    assert (corpus.root / "page.html").read_bytes() == b"x"


def test_what_a_killed_run_left_among_temporary_files_of_the_system_goes_with_the_next(tmp_path):
    """`qawl adopt` puts a whole project there before there is a corpus; a living one's folder stays."""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    said = "import sys; from qawl.core import temporary\nwith temporary.aside() as made:\n    "
    code = [sys.executable, "-c"]
    die = f"{said}import os; os.kill(os.getpid(), 9)"
    assert subprocess.run([*code, die], env=environment, check=False).returncode == -signal.SIGKILL
    assert [each.stat().st_mode & 0o77 for each in tmp_path.iterdir()] == [0]
    waits = f"{said}print(made, flush=True); input()"
    with subprocess.Popen(
        [*code, waits], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as living:
        made = Path(living.stdout.readline().strip())
        subprocess.run([*code, f"{said}pass"], env=environment, check=True)
        assert list(tmp_path.iterdir()) == [made]
        living.communicate("\n")
    assert not list(tmp_path.iterdir())


def test_a_file_outside_every_corpus_loses_its_leftover_with_the_next_write(tmp_path):
    target = tmp_path / "page.html"
    subprocess.run([sys.executable, "-c", KILLED, target, "file"], check=False)
    files.write_text(target, "x")
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]


def test_the_state_of_a_corpus_is_shut_whoever_made_it(make_corpus):
    corpus = make_corpus("a")
    corpus.state.mkdir(exist_ok=True)
    corpus.state.chmod(0o755)
    corpus.make_state()
    assert mode(corpus.state) == 0o700
    assert (corpus.state / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize("line", [b"<<<<<<< HEAD", b"=======", b">>>>>>> theirs", b"||||||| base"])
def test_marks_of_a_merge_are_named_with_their_line(tmp_path, line):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n" + line + b"\n")
    with pytest.raises(InputError, match="line 2: git could not merge"):
        list(files.read(path, Article))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"x": ' + b"[" * 100_000, "nested too deeply"),
        (b'{"id": "\xff"}', "UTF-8"),
        (b"{", "truncated"),
        (b'\xef\xbb\xbf{"id": "a"}', "byte order mark.*without one"),  # editors on Windows write it
        (b'{"id": 5}', r"\$\.id"),
        (b'{"id": "\\ud800"}', "half a character"),  # half a surrogate pair
    ],
)
def test_a_line_that_is_no_record_is_an_error_with_its_place(tmp_path, content, said):
    path = tmp_path / "a.jsonl"
    path.write_bytes(content + b"\n")
    with pytest.raises(InputError, match=rf"a\.jsonl, line 1: .*{said}"):
        list(files.read(path, Article))


def test_a_folder_that_is_none_or_turns_in_a_circle_is_not_an_empty_one(tmp_path):
    """`Path.glob` takes both for empty, as it does with a folder that may not be read."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "circle").symlink_to("circle")
    for name in ("file", "circle"):
        assert list((tmp_path / name).glob("*")) == []
        with pytest.raises(OSError, match=name):
            files.listed(tmp_path / name)
        with pytest.raises(OSError, match=name):
            list(files.below(tmp_path / name))
    assert files.listed(tmp_path / "none") == []


def test_a_folder_that_may_not_be_read_is_an_error():
    """In a process without root's rights: root reads everything."""
    script = """
import os, sys
from pathlib import Path
from qawl.core import files
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    files.listed(Path(sys.argv[1]))
except PermissionError:
    sys.exit(7)
"""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        shut = Path(folder) / "shut"
        shut.mkdir(mode=0)
        done = subprocess.run([sys.executable, "-c", script, str(shut)], check=False)
        shut.chmod(0o700)
    assert done.returncode == 7


def test_a_damaged_file_that_can_be_made_anew_is_put_aside_and_said(tmp_path, caplog):
    path = tmp_path / "pulled.json"
    assert files.load_if_whole(path, dict[str, int]) is None
    for content in (b"{", b'{"a": "b"}', b"\xff", b"[" * 100_000, b""):
        path.write_bytes(content)
        caplog.clear()
        assert files.load_if_whole(path, dict[str, int]) is None
        assert not path.exists()
        assert (tmp_path / "pulled.json.damaged").read_bytes() == content
        assert "put aside as pulled.json.damaged" in caplog.text


def test_nothing_but_core_files_writes_a_file():
    """One way to write: else links, umask, full disks and kills are met anew each time.

    Allowed: what goes into a temporary folder, and logs of another process.
    """
    import re

    source = Path(project.__file__).parents[1]
    writing = re.compile(
        r"\.write_text\(|\.write_bytes\(|copyfile\(|(?<!_)open\(\"[wax]|\.open\(\"w|tempfile"
    )
    found = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if writing.search(line) and not re.search(r">>> |files\.write_(text|bytes)\(", line)
    }
    assert found <= {
        "core/temporary.py",  # what a killed run left there goes with the next
        "cli/failures.py",  # names the folder of temporary files
        "cli/places.py",  # files of a branch, in a temporary folder
        "annotations/import_files.py",  # spools in a temporary folder
        "annotations/open_journal.py",  # appends
        "articles/ingest.py",  # stages in a temporary folder
        "articles/shards.py",  # stages in a temporary folder
        "articles/adding.py",  # stages in a temporary folder
        "gold/judge.py",  # takes away a file of earlier versions
        "setup/adoption/server.py",  # spools in a temporary folder
        "setup/adoption/spool.py",  # spools in a temporary folder
        "setup/adoption/corpus_writer.py",  # spools in a temporary folder
        "studio/adopted_projects.py",  # spools in a temporary folder
        "formats/export.py",
        "formats/job.py",  # a folder that is being written
        "hub/client.py",  # caches of the Hub's client
        "articles/duplicates/near.py",  # a folder that goes again
        "hub/publish.py",
        "release/restore.py",  # a folder that is being written
        "release/tables/table_file.py",  # a table of a release that is being built
        "setup/demo.py",
        "studio/server.py",  # the server's log
        "studio/webhooks.py",  # appends to its spool
    }


@pytest.mark.parametrize("linked", [False, True])
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path, linked):
    """As `/dev/null` and the shell's `>(…)` are; a root user's run would replace the device."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    path = tmp_path / "link" if linked else pipe
    if linked:
        path.symlink_to(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    files.write_text(path, "said")
    assert os.read(reader, 10) == b"said"
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted({"pipe", path.name})
    os.close(reader)
