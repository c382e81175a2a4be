"""A build compares what its manifest counts with what loads, and writes no release where they differ."""

from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from qawl import cli
from qawl.core.errors import ReleaseError
from qawl.release import build
from qawl.release.documents import card
from qawl.release.documents.facts import Facts
from qawl.release.tables.table_file import TableFile
from table_files import small_blocks

TEXTS = ("Eins und nichts mehr.", "Zwei sind hier genug.", "Drei an der Zahl, so viele.")
SETTINGS = "layers: [entity]\nannotators: [a1]\nrelease: {splits: {train: 0.5, dev: 0.5}}"


@pytest.fixture
def release(make_corpus, monkeypatch):
    """release(…) → what `qawl release` said, once a part of the build is replaced."""
    made = make_corpus(*TEXTS, settings=SETTINGS, redistribute=True)
    monkeypatch.chdir(made.root)

    def run(where=None, name=None, new=None):
        if where:
            monkeypatch.setattr(where, name, new(getattr(where, name)))
        done = CliRunner().invoke(cli.group, ["release", "0.1.0", "--draft"])
        if done.exit_code:
            assert isinstance(done.exception, ReleaseError), done.exception
            assert not made.release("0.1.0").exists()
            return str(done.exception)
        return "released"

    return run


def test_what_is_counted_loads(release):
    """Both splits have articles, else the tests below would say nothing."""
    assert release() == "released"
    assert {path.stem for path in Path("exports/releases/0.1.0/articles").iterdir()} == {
        "train",
        "dev",
    }


def replaced(old, new):
    return lambda make: lambda described: make(described).replace(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("path: articles/dev.parquet", "path: articles/validation.parquet"),  # another name
        ("path: articles/dev.parquet", "path: articles/*.parquet"),  # a pattern that takes too much
        ("split: dev", "split: all"),  # no split to `datasets`
        ("split: dev", "split: dev-1"),
        ("config_name: articles", "config_name: article"),
        ("num_examples: ", "num_examples: 1"),
    ],
)
def test_a_card_by_which_other_rows_load_is_refused(release, old, new):
    said = release(card, "metadata", replaced(old, new))
    assert "would not load as its manifest counts" in said
    assert "articles/" in said
    assert "\n" not in said


def test_a_table_that_lacks_a_row_is_refused(release):
    def lying(summary):
        def made(self, folder):
            found = summary(self, folder)
            return msgspec.structs.replace(found, rows=found.rows + 1)

        return made

    said = release(TableFile, "summary", lying)
    assert "would not load as its manifest counts" in said


def test_articles_that_are_counted_in_another_split_are_refused(release):
    def moved(splits):
        def made(self, of):
            found = splits(self, of)
            found["train"], found["dev"] = 3, 0
            return found

        return made

    said = release(Facts, "splits", moved)
    assert "split dev: the manifest counts 0 articles" in said


@pytest.mark.parametrize("articles", [1, 112])
def test_the_size_in_memory_is_that_of_a_reader(recorded, monkeypatch, articles):
    """All types of columns, with and without nulls; row groups of one article are read in several
    batches, the first one's rows at a time."""
    small_blocks(monkeypatch, articles)
    made = build.build(recorded, "0.1.0", notes=[])
    for said in made.manifest.content.values():
        with pq.ParquetFile(made.folder / said.path) as file:
            rows = file.metadata.row_group(0).num_rows
            groups = range(file.num_row_groups)
            read = [each for at in groups for each in file.iter_batches(rows, row_groups=[at])]
            assert sum(each.nbytes for each in read) == said.loaded_bytes
