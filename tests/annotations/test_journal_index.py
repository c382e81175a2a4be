"""The index of a journal: opening reads the last line alone, and an index that is wrong is noticed."""

import gc
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading

import msgspec
import pytest
from test_foreign_exports import Foreign, region

from corpora import main, qawl
from qawl.annotations import journal, journal_entries, journal_index, journal_lines, latest_entries
from qawl.annotations.journal_entries import Entry
from qawl.core import project
from qawl.core.errors import JournalError


def entry(number, value, *, home="2026-01-01T00:00:00Z", changed=None):
    when = f"2026-01-01T00:00:{value:02}Z" if changed is None else changed
    annotation = {"id": number, "result": [value], "updated_at": when}
    return Entry(
        key=f"a/{number}",
        article_id="a",
        scheme_version="0.1",
        task={"id": number, "project": 1, "project_created_at": home, "data": {}},
        annotation=msgspec.Raw(json.dumps(annotation).encode()),
    )


@pytest.fixture
def corpus(make_corpus):
    return make_corpus("A text.")


@pytest.fixture
def path(corpus):
    """A journal of ten annotations with two versions each."""
    path = corpus.journal_file("quote", "a1")
    opened = journal.opened_at(corpus, path)
    opened.append(entry(number, value) for value in (1, 2) for number in range(10))
    return path


@pytest.fixture
def read(monkeypatch):
    """The journals that were read, not their last line alone."""
    seen = []
    lines = journal_lines.lines

    def counted(path, *since):
        seen.append(path)
        return lines(path, *since)

    monkeypatch.setattr(journal_lines, "lines", counted)
    return seen


def holds(opened):
    """All that a journal says of what it holds."""
    there = opened.holds
    return (
        opened.count,
        opened.last,
        there.alive,
        list(there.places()),
        sorted(there.held((1, "2026-01-01T00:00:00Z"))),
        there.count((1, "2026-01-01T00:00:00Z")),
    )


def test_opening_reads_the_last_line_alone(corpus, path, read):
    opened = journal.opened_at(corpus, path)
    assert not read
    whole = journal.load(path)
    assert read == [path]
    assert holds(opened) == holds(whole)
    assert opened.count == 20
    assert len(opened.alive) == 10


def test_what_is_known_is_not_added_again_and_what_is_new_is(corpus, path, read):
    opened = journal.opened_at(corpus, path)
    assert opened.append(entry(number, value) for value in (2, 1) for number in range(10)) == []
    assert opened.append([entry(3, 3), entry(11, 1)]) == ["a", "a"]
    assert not read
    assert holds(journal.opened_at(corpus, path)) == holds(journal.load(path))


def test_every_head_of_its_past_is_known(corpus, path):
    opened = journal.opened_at(corpus, path)
    heads = [json.loads(line)["sha256"] for line in path.read_bytes().splitlines()]
    assert all(map(opened.knows, [journal_lines.START, *heads]))
    assert not opened.knows("f" * 64)


def test_deleting_tells_of_the_version_that_counts(corpus, path, read):
    opened = journal.opened_at(corpus, path)
    assert opened.delete(["a/3", "a/4"], [3]) == 1
    assert not read
    *_, one, two = journal_entries.entries(path)
    assert [(each.key, each.event) for each in (one, two)] == [
        ("a/3", "deleted"),
        ("a/4", "task-deleted"),
    ]
    assert "a/3" not in journal.opened_at(corpus, path).alive


@pytest.mark.parametrize("number", [0, 7, 19])
def test_a_changed_line_is_found_also_with_an_index(corpus, path, number):
    lines = path.read_bytes().splitlines(keepends=True)
    lines[number] = lines[number].replace(b'"result": [', b'"result":  [')
    path.write_bytes(b"".join(lines))
    with pytest.raises(JournalError, match=f"line {number + 1}: the journal was changed"):
        journal.opened_at(corpus, path)
    with pytest.raises(JournalError, match=f"line {number + 1}: the journal was changed"):
        list(latest_entries.places(corpus, "quote"))


def older(index, corpus, path):
    """An index from a backup, older than the journal."""
    kept = index.read_bytes()
    journal.opened_at(corpus, path).append([entry(30, 1)])
    journal_index.remove(index)
    index.write_bytes(kept)


def others(index, corpus, path):
    """The index of another annotator's journal in its place."""
    other = corpus.journal_file("quote", "a2")
    journal.opened_at(corpus, other).append([entry(50, 1)])
    shutil.copy(journal.index(corpus, other), index)


WRONG = {
    "missing": lambda index, *_: index.unlink(),
    "empty": lambda index, *_: index.write_bytes(b""),
    "no database": lambda index, *_: index.write_bytes(b"x" * 5000),
    "cut to its first page": lambda index, *_: index.write_bytes(index.read_bytes()[:100]),
    "older": older,
    "another's": others,
    "the journal written anew by git": lambda _, __, path: path.write_bytes(path.read_bytes()),
}


@pytest.mark.parametrize("how", WRONG)
def test_an_index_that_is_wrong_is_noticed_and_made_again(corpus, path, read, how):
    WRONG[how](journal.index(corpus, path), corpus, path)
    read.clear()
    opened = journal.opened_at(corpus, path)
    assert read == [path]
    assert holds(opened) == holds(journal.load(path))
    read.clear()
    assert holds(journal.opened_at(corpus, path)) == holds(opened)
    assert not read


def test_a_damaged_index_is_said_in_one_line_and_rebuild_makes_it_again(recorded):
    qawl(recorded.root, "pull", "--rebuild")
    index = journal.index(recorded, recorded.journal_file("quote", "a1"))
    content = bytearray(index.read_bytes())
    for at in range(8192, len(content)):  # past the table that says how far it was checked
        content[at] = 0x5A
    journal_index.remove(index)
    index.write_bytes(content)
    shutil.rmtree(recorded.state / "derived")
    done = subprocess.run(
        [sys.executable, "-m", "qawl", "validate"],
        cwd=recorded.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "qawl pull --rebuild" in done.stderr
    qawl(recorded.root, "pull", "--rebuild")
    qawl(recorded.root, "validate")


def test_where_no_index_can_be_made_the_journal_is_read(corpus, path, read, monkeypatch):
    """A disk that can't lock, a folder that may only be read."""

    def refused(_):
        raise journal_index.sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr(journal_index, "opened", refused)
    opened = journal.opened_at(corpus, path)
    assert read == [path]
    assert opened.append([entry(3, 3)]) == ["a"]
    assert holds(journal.opened_at(corpus, path)) == holds(journal.load(path))


def test_doctor_and_rebuild_check_every_line(recorded, read):
    qawl(recorded.root, "pull", "--rebuild")
    read.clear()
    qawl(recorded.root, "validate")
    assert not read
    qawl(recorded.root, "pull", "--rebuild")
    assert len(read) == len(list(recorded.journal.glob("*.*.jsonl")))


ODD = [
    {"id": 2**80, "completed_by": 2**70},
    {"id": -(2**70)},
    {"id": 1.5, "project": 1.5},
    {"id": [1]},
    {"id": "x" * 100_000},
    {"id": "'; DROP TABLE seen; --"},
    {"id": "\x00", "unique_id": "\x00"},
    {"id": 9, "updated_at": 1e300},
    {"id": 10, "updated_at": "2026-13-45"},
    {"id": True, "updated_at": -1},
    {},
]
"""What other tools, merges and slips put in the place of numbers and times."""


@pytest.mark.parametrize("number", range(len(ODD)))
@pytest.mark.parametrize("project", [1, 2**70, None, "p"])
def test_whatever_stands_in_the_place_of_numbers_is_held(corpus, number, project):
    path = corpus.journal_file("quote", "a1")
    sent = Entry(
        key="a/'\x00\u0627",
        article_id="a",
        scheme_version="0.1",
        task={"id": 2**65, "project": project, "project_created_at": "2026"},
        annotation=msgspec.Raw(json.dumps(ODD[number]).encode()),
    )
    assert journal.opened_at(corpus, path).append([sent]) == ["a"]
    opened = journal.opened_at(corpus, path)
    assert holds(opened) == holds(journal.load(path))
    assert opened.append([sent]) == []
    if isinstance(project, int):
        assert opened.holds.count((project, "2026")) == 1
        assert [key for key, _ in opened.holds.held((project, "2026"))] == [sent.key]


TEXT = "Sami met Layla."


def export(label="PER", **times):
    """What Label Studio exports of one annotation; other tools leave times out or break them."""
    made = {"id": 1, "completed_by": 1, "result": [region(TEXT, "Sami", label)], **times}
    return [{"id": 1, "project": 1, "data": {"text": TEXT}, "annotations": [made]}]


FIRST, LATER = {"updated_at": "2026-01-01T10:00:00Z"}, {"updated_at": "2026-01-02T10:00:00Z"}
COURSE = [
    (export(**FIRST), 1),
    (export(), 0),  # it lost its time
    (export(updated_at="yesterday"), 0),
    (export(updated_at={"x": 1}), 0),
    (export("ORG", **LATER), 1),
    (export("ORG"), 0),
    (export(**FIRST), 0),  # an old export again
    (export("ORG", updated_at=None), 0),
    (export("ORG", **LATER), 0),
    (
        export("PER", updated_at=""),
        1,
        1,
    ),  # other work without a time: what has one counts, and that is said
    (export("PER"), 0, 1),
    (export("ORG", **LATER), 0),
]
"""Exports in the order in which they are pulled, how many new versions each brings, and an exit code but 0."""


def absent(index):
    index.unlink(missing_ok=True)


def rubbish(index):
    index.parent.mkdir(parents=True, exist_ok=True)
    index.write_bytes(b"SQLite format 3\x00" + bytes(200))


def earlier(index):
    """An index of an earlier state, as a copy of a folder or a backup brings it."""
    kept = index.with_suffix(".kept")
    if kept.exists():
        shutil.copy(kept, index)
    elif index.exists():
        shutil.copy(index, kept)


@pytest.mark.parametrize("how", [lambda index: None, absent, rubbish, earlier])
def test_what_is_new_is_the_same_whatever_became_of_the_index(tmp_path, how):
    corpus = Foreign(tmp_path / "corpus")
    corpus.ingest(TEXT)
    for number, (tasks, new, *code) in enumerate(COURSE):
        how(tmp_path / "corpus/.qawl/journal/ner.a1.sqlite")
        done = corpus.pull(tasks, "--layer", "ner")
        assert ([done.exit_code], f": {new} new version" in done.output) == (code or [0], True), (
            f"{number}: {done.output}"
        )
    (record,) = corpus.records()
    assert record["spans"][0]["label"] == "ORG"


def test_a_time_that_was_known_stays_where_an_export_lost_it(tmp_path):
    corpus = Foreign(tmp_path / "corpus")
    corpus.ingest(TEXT)
    for tasks in (export(**FIRST), export()):
        corpus.pull(tasks, "--layer", "ner")
    assert corpus.records()[0]["provenance"]["updated_at"] == FIRST["updated_at"]


PULLING = """
import os, signal, sys, threading, time
import qawl.cli

def die(after):
    time.sleep(after)
    os.kill(os.getpid(), signal.SIGKILL)

def note(event, arguments):
    if event == "sqlite3.connect" and begun.acquire(blocking=False):
        threading.Thread(target=die, args=[after], daemon=True).start()

begun, after = threading.Lock(), float(sys.argv.pop(1))
sys.addaudithook(note)
sys.argv = ["qawl", *sys.argv[1:]]
qawl.cli.main()
"""
"""A command that is killed some time after it opened an index."""
SIZE = 40


def grown(number):
    """An export in which each of its annotations has one version more than in the one before."""
    when = f"2026-01-01T{number // 60:02}:{number % 60:02}:00Z"
    made = {"completed_by": 1, "result": [region(TEXT, "Sami")], "updated_at": when}
    return [
        {
            "id": each,
            "project": 1,
            "data": {"text": TEXT},
            "annotations": [{"id": each, **made}],
        }
        for each in range(1, SIZE + 1)
    ]


def cut(index):
    if index.exists():
        os.truncate(index, index.stat().st_size // 2)


def empty(index):
    if index.exists():
        index.write_bytes(b"")


def page_of_zeros(index):
    if index.exists() and index.stat().st_size > 8192:
        with index.open("r+b") as file:
            file.seek(4096)
            file.write(bytes(4096))


def other_log(index):
    """What was to be written to the index is not what it was."""
    log = index.with_name(f"{index.name}-wal")
    if log.exists():
        log.write_bytes(log.read_bytes()[::-1])


def no_log(index):
    index.with_name(f"{index.name}-wal").unlink(missing_ok=True)


def anew(index):
    """Git checked out another branch and this one again."""
    path = index.parents[2] / "exports" / "journal" / f"{index.stem}.jsonl"
    if path.exists():
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)


def earlier_and_anew(index):
    earlier(index)
    anew(index)


def zeros_and_anew(index):
    page_of_zeros(index)
    anew(index)


BECAME = [
    anew,
    earlier_and_anew,
    zeros_and_anew,
    lambda index: None,
    absent,
    rubbish,
    earlier,
    cut,
    empty,
    page_of_zeros,
    other_log,
    no_log,
]


def killed(folder, times):
    """Kills pulls near the writing of the index, which may be damaged then; the next pull ends what was
    begun, with nothing lost or doubled. How many were killed."""
    chance, count = random.Random(5), 0
    within = 0.06  # seconds in which a kill comes: narrower after a pull that had ended before
    corpus = Foreign(folder)
    corpus.ingest(TEXT)
    export, index = folder / "export.json", folder / ".qawl/journal/ner.a1.sqlite"
    words = ["pull", "--from", str(export), "--layer", "ner", "--partial"]
    for number in range(times):
        export.write_text(json.dumps(grown(number)), "utf-8")
        code = [sys.executable, "-c", PULLING, str(chance.uniform(0, within)), "-C", str(folder)]
        done = subprocess.run([*code, *words], capture_output=True, check=False)
        noticed = b"makes it again" in done.stderr  # the damage of the last round
        assert noticed or done.returncode in (-signal.SIGKILL, 0), done.stderr
        killed_now = done.returncode == -signal.SIGKILL
        count += killed_now
        within = min(within * 1.1, 0.06) if killed_now else within * 0.7
        how = chance.choice(BECAME)
        how(index)
        again = main(folder, *words)
        if "makes it again" in again[1]:  # SQLite met the damage on its way
            assert main(folder, "pull", "--rebuild")[0] == 0
            again = main(folder, *words)
        assert again[0] == 0, f"{number}, {how}: {again[1]}"
        made = project.load(folder)
        path = made.journal_file("ner", "a1")
        assert holds(journal.opened_at(made, path)) == holds(journal.load(path)), (number, how)
        versions = [json.loads(bytes(each.annotation)) for each in journal_entries.entries(path)]
        there = {(each["id"], each["updated_at"]) for each in versions}
        assert len(versions) == len(there) == SIZE * (number + 1), (number, how)
        assert not list(folder.rglob("*.qawl-tmp"))
    return count


def test_a_pull_that_is_killed_at_its_index_is_ended_by_the_next(tmp_path):
    assert killed(tmp_path / "corpus", 9)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_many_pulls_that_are_killed_at_their_index(tmp_path, tried):
    count = killed(tmp_path / "corpus", 300)
    assert count >= 200
    tried("pulls killed while they wrote the index, which was then damaged, and run again", count)


def test_an_index_may_be_collected_in_any_thread(recorded, monkeypatch):
    """An error keeps what it met in a circle, and threads of a pull collect circles too: users had read
    "Exception ignored in: … SQLite objects created in a thread can only be used in that same thread"."""
    said = []
    monkeypatch.setattr(sys, "unraisablehook", said.append)
    gc.collect()
    circle = [journal.opened_at(recorded, recorded.journal_file("quote", "a1"))]
    circle.append(circle)
    del circle
    collector = threading.Thread(target=gc.collect)
    collector.start()
    collector.join()
    assert said == []
