"""Journals past the size that seals: segments are read, checked, joined and cleaned as one journal."""

import gzip
import json
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from test_journal_index import entry, holds

from corpora import main, qawl
from qawl.annotations import heads, journal, journal_entries, latest_entries, segments
from qawl.core import project as projects
from qawl.core.errors import JournalError

SIZE = 3000
"""Bytes that seal, in place of `segments.SEAL`: about ten lines."""


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(segments, "SEAL", SIZE)


@pytest.fixture
def corpus(make_corpus):
    return make_corpus("A text.")


@pytest.fixture
def entries():
    """Three versions of each of twenty annotations."""
    return [entry(number, value) for value in (1, 2, 3) for number in range(20)]


@pytest.fixture
def path(corpus, small, entries):
    """A journal of several segments, in two appends."""
    path = corpus.journal_file("quote", "a1")
    journal.opened_at(corpus, path).append(entries[:25])
    journal.opened_at(corpus, path).append(entries[25:])
    return path


def said(path):
    """The lines of a journal, whatever files they stand in."""
    found = []
    for each in segments.parts(path):
        content = each.read_bytes()
        found += (gzip.decompress(content) if each.suffix == ".gz" else content).splitlines()
    return found


def test_the_lines_of_all_segments_are_those_of_a_journal_in_one_file(
    corpus, path, entries, tmp_path, monkeypatch
):
    assert len(segments.sealed(path)) >= 3
    sizes = [len(gzip.decompress(each.read_bytes())) for each in segments.sealed(path).values()]
    assert max(*sizes, path.stat().st_size) <= SIZE
    assert list(journal_entries.entries(path)) == entries
    monkeypatch.setattr(segments, "SEAL", 10**9)
    one = tmp_path / "quote.a1.jsonl"
    opened = journal.load(one)
    opened.append(entries)
    assert said(one) == said(path)
    assert not segments.sealed(one)
    there = journal.opened_at(corpus, path)
    assert (there.last, there.count, there.alive) == (opened.last, opened.count, opened.alive)


def test_segments_are_the_same_bytes_whenever_they_are_made(corpus, path, entries, monkeypatch):
    made = {each.name: each.read_bytes() for each in segments.parts(path)}
    for each in segments.parts(path):
        each.unlink()
    (corpus.journal / "heads.json").unlink()
    monkeypatch.setattr(time, "time", lambda: 1e9)
    journal.opened_at(corpus, path).append(entries)
    assert {each.name: each.read_bytes() for each in segments.parts(path)} == made


def test_heads_say_where_each_segment_ends(corpus, path):
    head = heads.of(path)
    ends = [
        json.loads(gzip.decompress(each.read_bytes()).splitlines()[-1])["sha256"]
        for each in segments.sealed(path).values()
    ]
    assert [each.sha256 for each in head.sealed] == ends
    assert head.versions == 60
    for each in head.sealed:
        assert json.loads(said(path)[each.versions - 1])["sha256"] == each.sha256


def test_an_opened_journal_knows_all_and_reads_no_segment(corpus, path, entries, monkeypatch):
    whole = holds(journal.load(path))
    monkeypatch.setattr(segments, "unpacked", None)
    opened = journal.opened_at(corpus, path)
    assert holds(opened) == whole
    assert opened.append(entries) == []
    assert opened.append([entry(3, 9)]) == ["a"]
    with latest_entries.opened() as at:
        latest = {
            at(each).annotation["id"]: at(each).annotation["result"]
            for each in latest_entries.places(corpus, "quote")
        }
    assert latest == {number: [9 if number == 3 else 3] for number in range(20)}


def test_deleting_what_stands_in_a_segment_tells_of_it(corpus, path):
    opened = journal.opened_at(corpus, path)
    opened.append(entry(number, 4) for number in range(50, 70))
    assert opened.delete(["a/3", "a/4"], [3]) == 1
    *_, one, two = journal_entries.entries(path)
    assert [(each.key, each.event) for each in (one, two)] == [
        ("a/3", "deleted"),
        ("a/4", "task-deleted"),
    ]
    assert holds(journal.opened_at(corpus, path)) == holds(journal.load(path))


@pytest.mark.parametrize("fresh", [0, 1])
def test_a_journal_of_before_is_sealed_at_the_next_append(corpus, entries, monkeypatch, fresh):
    """One that is many times as large as a segment; nothing new has to come for that."""
    path = corpus.journal_file("quote", "a1")
    journal.opened_at(corpus, path).append(entries)
    before = said(path)
    monkeypatch.setattr(segments, "SEAL", SIZE)
    journal.opened_at(corpus, path).append([entry(1, 8)] * fresh)
    assert len(segments.sealed(path)) >= 3
    assert said(path)[:60] == before
    assert len(said(path)) == 60 + fresh
    opened = journal.opened_at(corpus, path)
    assert holds(opened) == holds(journal.load(path))
    assert not opened.append([entry(1, 8)] * fresh)
    list(latest_entries.places(corpus, "quote"))


def test_a_line_that_is_larger_than_a_segment_is_one_of_its_own(corpus, small):
    path = corpus.journal_file("quote", "a1")
    large = [entry(number, 1, changed=f"{number}" * SIZE) for number in range(1, 5)]
    journal.opened_at(corpus, path).append([entry(0, 1), *large, entry(9, 1)])
    assert len(list(journal_entries.entries(path))) == 6
    assert len(segments.sealed(path)) == 5


def cut(path):
    path.write_bytes(path.read_bytes()[:-30])


def swapped(path):
    """Another segment of the same journal in its place."""
    other = next(each for each in path.parent.glob("quote.a1.*.gz") if each != path)
    path.write_bytes(other.read_bytes())


def shorter(path):
    """Without its last line, packed anew."""
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join(lines[:-1])))


def torn(path):
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes())[:-5]))


def changed(path):
    path.write_bytes(
        gzip.compress(
            gzip.decompress(path.read_bytes()).replace(b'"result": [', b'"result":  [', 1)
        )
    )


DAMAGE = {
    "gone": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "no gzip": lambda path: path.write_bytes(b"x" * 500),
    "a bit turned": lambda path: path.write_bytes(
        path.read_bytes()[:200] + bytes([path.read_bytes()[200] ^ 1]) + path.read_bytes()[201:]
    ),
    "an empty gzip": lambda path: path.write_bytes(gzip.compress(b"")),
    "cut": cut,
    "another's": swapped,
    "shorter": shorter,
    "torn": torn,
    "changed": changed,
}


@pytest.mark.parametrize("which", ["first", "middle", "last"])
@pytest.mark.parametrize("how", DAMAGE)
def test_a_segment_that_is_damaged_is_named_and_nothing_is_written(corpus, path, how, which):
    there = list(segments.sealed(path).values())
    hurt = {"first": there[0], "middle": there[1], "last": there[-1]}[which]
    DAMAGE[how](hurt)
    before = {each: each.read_bytes() for each in corpus.journal.iterdir()}
    for work in (
        lambda: journal.opened_at(corpus, path),
        lambda: journal.reading(corpus, path),
        lambda: list(latest_entries.places(corpus, "quote")),
        lambda: journal_entries.check(path),
        lambda: list(journal.mend(corpus, "quote")),
    ):
        with pytest.raises(
            JournalError, match=r"quote\.a1\.[0-9]{4}\.jsonl\.gz|quote\.a1\.jsonl"
        ) as error:
            work()
        named = hurt.name in str(error.value)
        following = which != "last" and how in {"shorter", "an empty gzip", "empty"}
        assert named or following or how in {"shorter", "an empty gzip", "empty"}, error.value
    assert {each: each.read_bytes() for each in corpus.journal.iterdir()} == before


@pytest.mark.parametrize("what", ["open", "heads", "open and heads"])
def test_what_is_gone_beside_segments(corpus, path, what):
    if "open" in what:
        path.unlink()
    if "heads" in what:
        (corpus.journal / "heads.json").unlink()
    if what == "open":
        with pytest.raises(JournalError, match=r"quote\.a1\.jsonl.*it is gone"):
            journal.opened_at(corpus, path)
    else:
        assert (
            journal.opened_at(corpus, path).count == len(said(path) if path.exists() else []) or 1
        )
        assert [name for name, _ in journal.files(corpus, "quote")] == ["a1"]


def test_the_last_segment_gone_with_heads_is_found_by_the_open_file(corpus, path):
    (corpus.journal / "heads.json").unlink()
    list(segments.sealed(path).values())[-1].unlink()
    with pytest.raises(JournalError, match="line 1: the journal was changed"):
        journal.opened_at(corpus, path)


def test_the_journal_of_another_time_is_noticed(corpus, path, entries):
    """As `git checkout` of an older and then of the newer commit leaves it; new segments stay there."""
    newer = {each: each.read_bytes() for each in corpus.journal.iterdir()}
    for each in newer:
        each.unlink()
    journal.opened_at(corpus, path).append(entries[:25])
    older = {each: each.read_bytes() for each in corpus.journal.iterdir()}
    for state, count in ((newer, 60), (older, 25), (newer, 60)):
        for each in state:
            each.write_bytes(state[each])
        opened = journal.opened_at(corpus, path)
        assert opened.count == count
        assert holds(opened) == holds(journal.load(path))


def test_segments_that_are_none_of_the_journal_are_put_aside_when_it_seals(
    corpus, path, entries, caplog
):
    """As a merge leaves them: the open file and heads.json are ours, a further segment is theirs."""
    newer = {each: each.read_bytes() for each in corpus.journal.iterdir()}
    for each in newer:
        each.unlink()
    other = [entry(number, 5) for number in range(100, 106)]
    journal.opened_at(corpus, path).append(other)
    theirs = {each: newer[each] for each in newer if each.suffix == ".gz"}
    for each, content in theirs.items():
        each.write_bytes(content)
    opened = journal.opened_at(corpus, path)
    opened.append(entries[:1])
    assert opened.count == 7
    opened.append(entries)
    assert list(journal_entries.entries(path)) == [*other, *entries]
    aside = [each for each in corpus.journal.iterdir() if each.name.endswith(".aside")]
    assert {each.read_bytes() for each in aside} == {*theirs.values()}
    assert "put aside" in caplog.text


def test_commands_on_a_corpus_with_segments_say_what_they_said_before(recorded, monkeypatch):
    root = recorded.root
    qawl(root, "pull", "--rebuild")
    files = sorted((recorded.exports / "annotations").iterdir())
    before = {each: each.read_bytes() for each in files}
    lines = {path: said(path) for path in segments.journals(recorded.journal)}
    monkeypatch.setattr(segments, "SEAL", 1500)
    for layer in recorded.settings.layers:
        for _, path in journal.files(recorded, layer):
            journal.opened_at(recorded, path).append([])
    assert any(map(segments.sealed, lines))
    assert {path: said(path) for path in lines} == lines
    qawl(root, "validate")
    qawl(root, "pull", "--rebuild")
    qawl(root, "adjudicate")
    assert {each: each.read_bytes() for each in files} == before
    import qawl as api

    there = [each for layer in recorded.settings.layers for each in api.Corpus(root).journal(layer)]
    assert len(there) == sum(map(len, lines.values()))


def test_cleaning_takes_out_of_segments_too_what_is_no_longer_kept(corpus, small, monkeypatch):
    """Also where it is killed at any of its file operations: none of it is left, in the index neither."""
    path = corpus.journal_file("quote", "a1")
    old = [entry(number, 1) for number in range(40)]
    for each in old:
        each.task["data"]["secret"] = "s"
        each.task["comment_authors"] = [{"email": "nada@example.org"}]
    journal.opened_at(corpus, path).append(old)
    assert len(segments.sealed(path)) > 2
    qawl(corpus.root, "pull", "--clean-journal")
    assert len(list(journal_entries.entries(path))) == 40
    assert b"nada@example.org" not in b"".join(said(path))
    kept = [each.read_bytes() for each in corpus.state.rglob("*") if each.is_file()]
    assert not any(b"nada@example.org" in each for each in kept)
    assert len(segments.sealed(path)) > 2
    assert holds(journal.opened_at(corpus, path)) == holds(journal.load(path))
    assert "nothing to clean" in qawl(corpus.root, "pull", "--clean-journal").output


RUN = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = {tests!r}
from test_journal_index import entry
from qawl.annotations import journal, segments
from qawl.core import project
left = {left}
OPERATIONS = {{"os.rename", "os.remove", "os.truncate", "os.chmod"}}

def note(event, arguments):
    global left
    write = os.O_WRONLY | os.O_RDWR
    opened = event == "open" and isinstance(arguments[2], int) and arguments[2] & write
    if opened or event in OPERATIONS:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

segments.SEAL = {size}
corpus = project.load(Path({root!r}))
path = corpus.journal_file("quote", "a1")
if left:
    sys.addaudithook(note)
for value in range(1, 60):
    opened = journal.opened_at(corpus, path)
    opened.append(entry(number, value) for number in range(20))
"""


def run(corpus, left):
    """Appends, and dies before the file operation of that number; with 0 goes on until it is killed."""
    code = RUN.format(
        tests=[str(each) for each in Path(__file__).parents[:2]],
        left=left,
        size=SIZE,
        root=str(corpus.root),
    )
    return subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE)


def written_anew(corpus, chance, states):
    """Some files are written anew with the same bytes, or an earlier state is looked at before, as git
    does."""
    corpus.journal.mkdir(parents=True, exist_ok=True)
    now = {each: each.read_bytes() for each in corpus.journal.iterdir()}
    for state in (chance.choice(states[-3:] or [now]), now):
        for each in corpus.journal.iterdir():
            if each not in state or chance.random() < 0.5:
                each.unlink()
        for each, content in state.items():
            if not each.exists() or each.read_bytes() != content:
                each.unlink(missing_ok=True)
                each.write_bytes(content)
        path = corpus.journal_file("quote", "a1")
        if chance.random() < 0.5:
            with suppress(JournalError):  # a torn line
                journal.reading(corpus, path)


def killed(corpus, times, seed):
    """Kills runs at file operations and moments of chance; after each the journal is whole, nothing is
    lost or twice, and the segments are of the journal."""
    chance = random.Random(seed)
    path = corpus.journal_file("quote", "a1")
    before: list[bytes] = []
    states: list[dict[Path, bytes]] = []
    for number in range(times):
        process = run(corpus, chance.randint(1, 60) if number % 2 else 0)
        if number % 2 == 0:
            time.sleep(chance.uniform(0.2, 2))
            process.send_signal(signal.SIGKILL)
        _, wrong = process.communicate()
        assert process.returncode in (0, -signal.SIGKILL), wrong.decode()
        written_anew(corpus, chance, states)
        opened = journal.opened_at(corpus, path)
        assert holds(opened) == holds(journal.load(path))
        states.append({each: each.read_bytes() for each in corpus.journal.iterdir()})
        versions = [bytes(each.annotation) for each in journal_entries.entries(path)]
        assert versions[: len(before)] == before
        assert len(versions) == len(set(versions)) == opened.count
        if len(versions) > 1000:
            for each in [*segments.parts(path), corpus.journal / "heads.json"]:
                each.unlink()
            versions = []
        before = versions


def test_a_run_that_is_killed_while_it_seals_leaves_nothing_lost_or_doubled(corpus, small):
    killed(corpus, 6, seed=1)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_two_hundred_runs_that_are_killed_while_they_seal(corpus, small, tried):
    killed(corpus, 200, seed=2)
    tried("appends with sealing killed at an operation or a moment of chance", 200)


def test_two_branches_that_both_sealed_are_joined(make_corpus, small, tmp_path):
    corpus = make_corpus("A text.")
    path = corpus.journal_file("quote", "a1")
    base = [entry(number, 1) for number in range(15)]
    mine = [entry(number, 2) for number in range(100, 130)]
    theirs = [entry(number, 3) for number in (*range(10), *range(200, 230))]
    journal.opened_at(corpus, path).append([*base, *mine])
    other = tmp_path / "other" / "quote.a1.jsonl"
    journal.load(other).append([*base, *theirs])
    assert len(segments.sealed(path)) >= 3
    assert len(segments.sealed(other)) >= 3
    for added in (40, 0):
        _, told = main(corpus.root, "pull", "--merge", str(other.parent))
        assert f"quote.a1: {added} of 55 versions" in told
    there = list(journal_entries.entries(path))
    assert there[:45] == [*base, *mine]
    assert {each.key: json.loads(bytes(each.annotation)) for each in there} == {
        each.key: json.loads(bytes(each.annotation)) for each in [*base, *mine, *theirs]
    }
    assert len(there) == 85


@pytest.mark.parametrize("sealed", ["neither since", "ours", "theirs", "both"])
def test_git_joins_open_files_that_follow_the_same_line_and_is_told_where_they_do_not(
    make_corpus, small, tmp_path, sealed
):
    """The driver sees the two open files alone, under names of git's own."""
    base = [entry(number, 1) for number in range(15)]
    paths = []
    for who in ("ours", "theirs"):
        path = tmp_path / who / "quote.a1.jsonl"
        journal.load(path).append(base)
        count = 30 if sealed in (who, "both") else 2
        first = 100 if who == "ours" else 200
        journal.load(path).append(entry(first + number, 2) for number in range(count))
        given = tmp_path / f".merge_file_{who}"
        given.write_bytes(path.read_bytes())
        paths.append(given)
    corpus = make_corpus("A text.")
    if sealed == "neither since":
        qawl(corpus.root, "pull", "--merge-file", *map(str, paths))
        name = tmp_path / "ours" / "quote.a1.jsonl"
        name.write_bytes(paths[0].read_bytes())
        assert len(list(journal_entries.entries(name))) == 19
        return
    code, told = main(corpus.root, "pull", "--merge-file", *map(str, paths))
    assert (code, "qawl pull --merge MERGE_HEAD" in told) == (1, True)
    assert paths[0].read_bytes() == (tmp_path / "ours" / "quote.a1.jsonl").read_bytes()


@pytest.mark.parametrize(
    "name",
    [
        "quote.a1.0001.jsonl",
        "quote.a1.00001.jsonl.gz",
        "quote.a1.0000.jsonl.gz",
        "quote.0001.jsonl.gz",
        "a.b.c.0001.jsonl.gz",
    ],
)
def test_other_files_are_no_segments(corpus, path, name):
    (corpus.journal / name).write_bytes(b"x")
    assert journal.opened_at(corpus, path).count == 60
    assert [each for each, _ in journal.files(corpus, "quote")] == ["a1"]


def test_names_with_digits_are_told_from_segments(make_corpus, small):
    corpus = make_corpus("A text.")
    for name in ("0001", "a1", "a10", "٠٠٠١"):
        path = corpus.journal_file("quote", name)
        journal.opened_at(corpus, path).append(entry(number, 1) for number in range(30))
    assert sorted(name for name, _ in journal.files(corpus, "quote")) == [
        "0001",
        "a1",
        "a10",
        "٠٠٠١",
    ]
    assert projects.load(corpus.root).journal_file("quote", "0001").name == "quote.0001.jsonl"
    for name, path in journal.files(corpus, "quote"):
        assert len(list(journal_entries.entries(path))) == 30, name


def git(folder, *words):
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    return subprocess.run(
        ["git", *who, *words], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("sealed", ["ours", "theirs", "both", "neither"])
def test_branches_of_git_are_joined_as_the_docs_have_it(make_corpus, small, sealed):
    """With the driver; where it reports a conflict, by the lines for that. Nothing is lost or twice, and
    later pulls seal over what the merge left."""
    corpus = make_corpus("A text.")
    root, path = corpus.root, corpus.journal_file("quote", "a1")
    driver = f"{sys.executable} -m qawl pull --merge-file %A %B"
    for words in (
        ("init", "-q", "-b", "one"),
        ("config", "merge.qawl.driver", driver),
        ("config", "merge.ours.driver", "true"),
    ):
        assert git(root, *words).returncode == 0
    (root / ".gitattributes").write_text(
        "exports/journal/*.jsonl merge=qawl\nexports/journal/*.gz binary\n"
        "exports/journal/heads.json merge=ours\n"
    )
    base = [entry(number, 1) for number in range(15)]
    sides = {"one": [], "two": []}
    for branch in ("one", "two"):
        if branch == "one":
            journal.opened_at(corpus, path).append(base)
            git(root, "add", "-A")
            git(root, "commit", "-qm", "base")
            git(root, "branch", "two")
        git(root, "checkout", "-q", branch)
        count = 30 if sealed in ({"one": "ours", "two": "theirs"}[branch], "both") else 2
        first = 100 if branch == "one" else 200
        sides[branch] = [entry(first + number, 2) for number in range(count)]
        journal.opened_at(corpus, path).append(sides[branch])
        git(root, "add", "-A")
        git(root, "commit", "-qm", branch)
    git(root, "checkout", "-q", "one")
    done = git(root, "merge", "two", "-m", "joined")
    assert (done.returncode == 0) == (sealed == "neither"), done.stdout + done.stderr
    if done.returncode:
        assert git(root, "checkout", "--ours", "exports/journal").returncode == 0
        main(root, "pull", "--merge", "MERGE_HEAD")
        git(root, "add", "-A", "exports")
        assert git(root, "commit", "-qm", "joined").returncode == 0
    later = [entry(number, 3) for number in range(300, 330)]
    opened = journal.opened_at(corpus, path)
    opened.append(later)
    assert holds(journal.opened_at(corpus, path)) == holds(journal.load(path))
    there = [each.key for each in journal_entries.entries(path)]
    assert sorted(there) == sorted(
        each.key for each in [*base, *sides["one"], *sides["two"], *later]
    )
