"""The journal is append-only, chained, and survives a crash."""

import json

import msgspec
import pytest

from qawl.annotations import journal, journal_entries
from qawl.annotations.journal_entries import Entry
from qawl.core.errors import JournalError


def entry(key, value):
    return Entry(
        key=key,
        article_id="a",
        scheme_version="0.1",
        annotation=msgspec.Raw(json.dumps({"result": [value]}).encode()),
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal" / "quote.a1.jsonl"


def test_every_version_is_kept_once(path):
    assert journal.load(path).append([entry("x", 1), entry("y", 1)]) == ["a", "a"]
    assert journal.load(path).append([entry("x", 1), entry("y", 2), entry("y", 2)]) == ["a"]
    assert journal.load(path).append([entry("x", 1), entry("y", 1)]) == ["a"]
    assert [(each.key, bytes(each.annotation)) for each in journal_entries.entries(path)] == [
        ("x", b'{"result": [1]}'),
        ("y", b'{"result": [1]}'),
        ("y", b'{"result": [2]}'),
        ("y", b'{"result": [1]}'),
    ]


@pytest.mark.parametrize("line", [0, 1])
@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace('"result": ', '"result":  '),
        lambda text: "",
        lambda text: "{}\n",
        lambda text: text.replace("a", "b"),
    ],
)
def test_a_changed_line_is_refused(path, line, damage):
    journal.load(path).append([entry("x", 1), entry("y", 1), entry("z", 1)])
    lines = path.read_text("utf-8").splitlines(keepends=True)
    lines[line] = damage(lines[line])
    path.write_text("".join(lines), "utf-8")
    with pytest.raises(JournalError, match=r"line \d: the journal was changed"):
        journal.load(path)


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_a_torn_last_line_is_mended_and_said(path, cut):
    journal.load(path).append([entry("x", 1)])
    heads = path.with_name("heads.json").read_bytes()
    journal.load(path).append([entry("y", 1)])
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    path.with_name("heads.json").write_bytes(heads)  # it is written once the journal is
    opened = journal.load(path)
    assert opened.mended
    assert list(opened.alive) == ["x"]
    opened.append([entry("y", 1)])
    assert path.read_bytes() == whole


def test_a_fault_in_the_middle_of_an_append_leaves_the_file_as_it_was(path):
    journal.load(path).append([entry("x", 1)])
    before = path.read_bytes()

    def failing():
        yield entry("y", 1)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        journal.load(path).append(failing())
    assert path.read_bytes() == before
