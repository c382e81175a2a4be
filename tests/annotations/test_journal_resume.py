"""Files of a journal that git wrote anew: only what has changed is read, and the index is as if made new."""

import gzip
import json
import random
import shutil
import sqlite3

import pytest
from test_journal_index import entry, holds

from corpora import main, qawl
from qawl.annotations import (
    journal,
    journal_entries,
    journal_index,
    latest_entries,
    open_journal,
    segments,
)
from qawl.core.errors import JournalError

TABLES = (
    "SELECT * FROM line ORDER BY 1",
    "SELECT * FROM seen ORDER BY 1",
    "SELECT number, key FROM number ORDER BY rowid",
    "SELECT * FROM annotation ORDER BY rowid",
    "SELECT key, sealed.line FROM sealed JOIN annotation USING (key) WHERE segment ORDER BY 1",
    "SELECT versions, last, start, sealed FROM state",
)


@pytest.fixture
def corpus(make_corpus, monkeypatch):
    monkeypatch.setattr(segments, "SEAL", 3000)  # seven lines
    return make_corpus("A text.")


@pytest.fixture
def path(corpus):
    """A journal of sixty versions in several segments, twenty annotations with three versions each."""
    path = corpus.journal_file("quote", "a1")
    for value in (1, 2, 3):
        journal.opened_at(corpus, path).append(entry(number, value) for number in range(20))
    assert len(segments.sealed(path)) > 5
    return path


@pytest.fixture
def noted(monkeypatch):
    """The lines that an index had to learn."""
    seen = []
    note = open_journal.Journal.note

    def counted(opened, digest, version, at):
        seen.append(at)
        note(opened, digest, version, at)

    monkeypatch.setattr(open_journal.Journal, "note", counted)
    return seen


def said(corpus, path):
    """All that the index of a journal holds, as it stands."""
    opened = journal.opened_at(corpus, path)
    return [opened.holds.db.execute(each).fetchall() for each in TABLES], holds(opened)


def anew(corpus, path):
    """The same of an index that is made from the first line."""
    aside = journal.index(corpus, path).with_name("aside.sqlite")
    journal_index.remove(aside)
    opened = journal.load(path, aside)
    made = [opened.holds.db.execute(each).fetchall() for each in TABLES], holds(opened)
    journal_index.remove(aside)
    return made


def same(corpus, path):
    """Whether the index is as if it were made from the first line, and the next opening reads nothing."""
    assert said(corpus, path) == anew(corpus, path)
    return True


def files(corpus):
    return {each: each.read_bytes() for each in corpus.journal.iterdir()}


def checkout(corpus, state):
    """Puts a state in the place of what is there, as git does: what is the same it leaves alone."""
    for each in corpus.journal.iterdir():
        if each not in state:
            each.unlink()
    for each, content in state.items():
        if not each.exists() or each.read_bytes() != content:
            each.unlink(missing_ok=True)
            each.write_bytes(content)


def rewritten(*names):
    def write(path):
        for each in segments.parts(path):
            if not names or each.name in names:
                content = each.read_bytes()
                each.unlink()
                each.write_bytes(content)

    return write


@pytest.mark.parametrize(
    "how",
    [
        rewritten(),
        rewritten("quote.a1.jsonl"),
        rewritten("quote.a1.0001.jsonl.gz", "quote.a1.0003.jsonl.gz"),
        lambda path: path.touch(),
        lambda path: [
            shutil.copy(path, path.with_suffix(".x")),
            path.with_suffix(".x").replace(path),
        ],
    ],
)
def test_files_that_were_written_anew_and_say_the_same_are_not_noted_again(
    corpus, path, noted, how
):
    how(path)
    noted.clear()
    opened = journal.opened_at(corpus, path)
    assert not noted
    assert opened.count == 60
    assert same(corpus, path)


def test_the_older_state_and_then_the_newer_cost_what_differs(corpus, path, noted):
    older = files(corpus)
    journal.opened_at(corpus, path).append([entry(3, 4)])
    newer = files(corpus)
    for state, lines in ((older, 0), (newer, 1), (older, 0), (newer, 1)):
        checkout(corpus, state)
        noted.clear()
        assert journal.opened_at(corpus, path).count == 60 + (state is newer)
        assert len(noted) == lines
        assert same(corpus, path)


def test_segments_that_another_machine_sealed_are_read_and_no_others(corpus, path, noted):
    before = files(corpus)
    journal.opened_at(corpus, path).append(entry(number, 4) for number in range(20))
    after = files(corpus)
    sealed = len(segments.sealed(path))
    checkout(corpus, before)
    open_lines = len(path.read_bytes().splitlines())
    assert journal.opened_at(corpus, path).count == 60
    assert same(corpus, path)
    checkout(corpus, after)
    noted.clear()
    assert journal.opened_at(corpus, path).count == 80
    assert {each.segment for each in noted} <= {*range(sealed - 3, sealed + 1), 0}
    assert len(noted) == 20 + open_lines
    assert same(corpus, path)


def test_any_way_through_branches_is_as_if_the_index_were_made_new(corpus, noted):
    """Branches that part anywhere, in open files and before segments, and deletions in them."""
    chance = random.Random(3)
    path = corpus.journal_file("quote", "a1")
    journal.opened_at(corpus, path).append([entry(1, 1)])
    states = [files(corpus)]
    read = whole = 0
    for number in range(60):
        noted.clear()
        checkout(corpus, chance.choice(states[-4:]))
        opened = journal.opened_at(corpus, path)
        read, whole = read + len(noted), whole + opened.count
        assert same(corpus, path), number
        for _ in range(chance.randint(1, 2)):
            some = (entry(chance.randint(1, 15), number % 50) for _ in range(chance.randint(1, 12)))
            opened.append(some, live=chance.random() < 0.5)
            if chance.random() < 0.3:
                opened.delete([next(iter(opened.alive))])
        assert same(corpus, path), number
        states.append(files(corpus))
    assert read < whole / 2


def test_a_changed_line_is_found_in_a_file_that_the_index_knew(corpus, path):
    for number in range(len(path.read_bytes().splitlines())):
        lines = path.read_bytes().splitlines(keepends=True)
        whole = b"".join(lines)
        lines[number] = lines[number].replace(b'"result": [', b'"result":  [')
        path.write_bytes(b"".join(lines))
        with pytest.raises(JournalError, match=f"line {number + 1}: the journal was changed"):
            journal.opened_at(corpus, path)
        path.write_bytes(whole)
        assert same(corpus, path)


def test_lines_that_say_the_same_at_another_place_are_noted_there(corpus, path):
    """A tool that formats JSON leaves the chain as it is and moves the lines."""
    lines = path.read_bytes().splitlines(keepends=True)
    lines[0] = lines[0].replace(b'{"format":1,"prev"', b'{"format":1,  "prev"')
    path.write_bytes(b"".join(lines))
    assert same(corpus, path)
    with latest_entries.opened() as at:
        assert all(at(each) for each in latest_entries.places(corpus, "quote"))


def packed_anew(path):
    """A tool packed a segment again: other bytes, the same lines."""

    first = segments.named(path, 2)
    first.write_bytes(gzip.compress(gzip.decompress(first.read_bytes()), 1))


def test_a_segment_that_was_packed_anew_is_read_again(corpus, path, noted):
    packed_anew(path)
    noted.clear()
    journal.opened_at(corpus, path)
    assert noted
    assert same(corpus, path)


def test_rebuild_and_doctor_read_every_line_all_the_same(recorded, noted):
    qawl(recorded.root, "pull", "--rebuild")
    for path in segments.journals(recorded.journal):
        rewritten()(path)
    noted.clear()
    qawl(recorded.root, "validate")
    assert not noted
    qawl(recorded.root, "pull", "--rebuild")
    assert len(noted) == sum(
        len(each.read_bytes().splitlines()) for each in segments.journals(recorded.journal)
    )


@pytest.mark.parametrize("number", [1, 3])
def test_heads_of_another_journal_are_noticed_though_segments_are_skipped(corpus, path, number):

    head = corpus.journal / "heads.json"
    told = json.loads(head.read_bytes())
    told["journals"]["quote.a1"]["sealed"][number]["sha256"] = "f" * 64
    head.write_text(json.dumps(told))
    rewritten()(path)
    with pytest.raises(JournalError, match=rf"quote\.a1\.000{number + 1}\.jsonl\.gz, line "):
        journal.opened_at(corpus, path)


def test_heads_that_count_to_within_a_segment_make_all_be_read(corpus, path, noted):
    """A run that was killed before it could write heads.json, and git then."""

    head = corpus.journal / "heads.json"
    told = json.loads(head.read_bytes())
    hashes = [digest for digest, _ in journal_entries.hashes(path)]
    told["journals"]["quote.a1"] = {"versions": 10, "sha256": hashes[9]}
    head.write_text(json.dumps(told))
    rewritten()(path)
    noted.clear()
    assert journal.opened_at(corpus, path).count == 60
    assert len(noted) == 60
    told["journals"]["quote.a1"] = {"versions": 10, "sha256": "f" * 64}
    head.write_text(json.dumps(told))
    rewritten()(path)
    with pytest.raises(JournalError, match="not the journal"):
        journal.opened_at(corpus, path)


def test_the_index_of_another_journal_that_began_the_same_is_no_harm(corpus, path):
    """A copied corpus, of which each side went on."""
    other = corpus.journal_file("quote", "a2")
    for each in segments.parts(path):
        shutil.copy(each, other.with_name(each.name.replace("a1", "a2")))
    journal.opened_at(corpus, other).append([entry(3, 9), entry(40, 1)])
    journal.opened_at(corpus, path).append([entry(3, 8)])
    journal_index.remove(journal.index(corpus, path))
    shutil.copy(journal.index(corpus, other), journal.index(corpus, path))
    assert same(corpus, path)


def test_a_damaged_index_is_made_new_when_the_files_were_written_anew(corpus, path):
    index = journal.index(corpus, path)
    journal.opened_at(corpus, path)
    content = bytearray(index.read_bytes())
    content[8192:] = bytes([0x5A]) * (len(content) - 8192)
    journal_index.remove(index)
    index.write_bytes(content)
    rewritten()(path)
    assert journal.opened_at(corpus, path).count == 60
    assert same(corpus, path)


def test_a_torn_line_is_dropped_and_what_was_known_before_it_stays(corpus, path, noted):
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"format":1,"prev":"')
    noted.clear()
    opened = journal.opened_at(corpus, path)
    assert (opened.mended, noted) == (20, [])
    assert path.read_bytes() == whole
    assert same(corpus, path)
    path.write_bytes(whole[:-5])
    with pytest.raises(JournalError, match=r"heads\.json says that it held 60"):
        journal.opened_at(corpus, path)


def test_an_unfinished_merge_is_said(corpus, path):
    path.write_bytes(path.read_bytes() + b"<<<<<<< HEAD\n")
    with pytest.raises(JournalError, match="git left an unfinished merge"):
        journal.opened_at(corpus, path)
    assert main(corpus.root, "validate")[0] == 1


def test_an_index_with_flipped_bytes_never_changes_an_annotation_or_accuses_the_journal(
    corpus, path
):
    """As a bad disk leaves it: what is read is what the journal has, or the index is said to be damaged."""

    def latest():
        with latest_entries.opened() as at:
            return [(each.article_id, at(each)) for each in latest_entries.places(corpus, "quote")]

    chance, index = random.Random(4), journal.index(corpus, path)
    right, whole, state = latest(), index.read_bytes(), files(corpus)
    noticed = 0
    for number in range(80):
        content = bytearray(whole)
        for _ in range(chance.choice((1, 3, 20))):
            content[chance.randrange(4096, len(content))] = chance.randrange(256)
        journal_index.remove(index)
        index.write_bytes(content)
        for each in state if number % 2 else [path]:
            each.unlink()
            each.write_bytes(state[each])
        try:
            assert latest() == right, number
        except sqlite3.DatabaseError:
            noticed += 1
    assert noticed
