"""Blocks of a release that are kept: whatever comes from them, the release has the same bytes."""

import hashlib
import json
import random
import shutil

import pytest

from corpora import corpus, mark, pull, qawl, scheme, work
from qawl.release.tables import rows, table_file
from table_files import small_blocks

COUNT = 60


@pytest.fixture(autouse=True)
def blocks_of_four(monkeypatch):
    """Blocks of about four articles; row groups are longer where articles have no rows."""
    small_blocks(monkeypatch, 2, 3)


@pytest.fixture
def made(tmp_path, once):
    """A corpus of two splits in which some articles have no mark, some no work at all."""
    return once("two splits in blocks", tmp_path / "corpus", _made)


def _made(folder):
    chance = random.Random(5)
    words = ["قال", "the", "Ω", "ستعمل", "😀", "soon."]
    texts = {
        f"t{number}": " ".join([*chance.choices(words, k=30), str(number)])
        for number in range(COUNT)
    }
    corpus(folder, scheme("thing", ["A", "B"]), texts, ["a1", "a2"])
    with (folder / "qawl.yaml").open("a") as settings:
        settings.write("\nrelease: {splits: {train: 0.7, test: 0.3}}\n")
    pull(folder, "thing", texts, {user: done(texts) for user in (1, 2)})


def done(texts, **changed):
    """Work on most texts: on every third article there is nothing to mark."""
    plain = {
        name: work([mark("m", "B", 0, 3)] if number % 3 else [])
        for number, name in enumerate(texts)
        if number % 7
    }
    return plain | changed


def released(folder, version):
    qawl(folder, "release", version, "--draft")
    made = folder / "exports/releases" / version
    return {
        path.relative_to(made).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in made.rglob("*")
        if path.is_file()
    }


def kept(folder):
    return sorted((folder / ".qawl/derived/tables").iterdir())


def changed(folder):
    """One annotation changes; the article that it is of."""
    path = folder / "exports/annotations/thing.jsonl"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    at = next(number for number, each in enumerate(lines) if '"label":"B"' in each)
    lines[at] = lines[at].replace('"label":"B"', '"label":"A"')
    path.write_text("".join(lines), "utf-8")


@pytest.fixture
def counted(monkeypatch):
    """The articles whose rows are made."""
    seen = []
    plain = rows.Maker.cells

    def cells(maker, items):
        seen.extend(each.article.id for each in items)
        return plain(maker, items)

    monkeypatch.setattr(rows.Maker, "cells", cells)
    return seen


def test_a_release_has_the_same_bytes_from_kept_blocks(made, counted):
    first = released(made, "0.1.0")
    assert len(counted) == COUNT
    shutil.rmtree(made / "exports/releases")
    assert released(made, "0.1.0") == first
    assert len(counted) == COUNT


def test_one_changed_annotation_makes_one_block_anew(made, counted, tmp_path):
    released(made, "0.1.0")
    before = kept(made)
    changed(made)
    counted.clear()
    warm = released(made, "0.2.0")
    assert 1 <= len(counted) <= 12
    tables = len([*(made / "exports/releases/0.1.0").glob("*/train.parquet")])
    fresh, gone = {*kept(made)} - {*before}, {*before} - {*kept(made)}
    assert len(fresh) == len(gone) <= tables, (
        "a row group a table, and what is in none any more goes"
    )
    shutil.rmtree(made / "exports/releases/0.2.0")
    shutil.rmtree(made / ".qawl/derived")
    assert released(made, "0.2.0") == warm


def test_articles_that_wait_long_for_a_row_group_give_the_same_bytes(made, counted, monkeypatch):
    """So that few wait in memory the rows of the first of them are made, though they may not be asked for."""
    first = released(made, "0.1.0")
    changed(made)
    second = released(made, "0.2.0")
    shutil.rmtree(made / "exports/releases/0.2.0")
    monkeypatch.setattr(table_file, "WAITING", 1)
    counted.clear()
    assert released(made, "0.2.0") == second != first
    assert counted


@pytest.mark.parametrize("group", [0, 1, -1])
def test_wherever_a_row_group_changes_its_size_the_release_is_the_one_made_cold(made, group):
    """Readers take as many rows at a time as the first row group has: its size changes what all take."""
    plain = made.with_name("cold")
    released(made, "0.1.0")
    path = made / "exports/annotations/thing.jsonl"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    places = [number for number, each in enumerate(lines) if '"label":"B"' in each]
    at = places[len(places) // 2 if group == 1 else group]
    record = json.loads(lines[at])
    record["spans"] = []
    lines[at] = json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"
    path.write_text("".join(lines), "utf-8")
    shutil.copytree(made, plain, ignore=shutil.ignore_patterns("derived"))
    assert released(made, "0.2.0") == released(plain, "0.2.0")


def damaged(path, damage):
    """Damages a file; what it held."""
    content = path.read_bytes()
    wrong = bytes([content[100] ^ 1])
    path.write_bytes(
        {
            "cut": content[:-9],
            "changed": content[:100] + wrong + content[101:],
            "empty": b"",
        }[damage]
    )
    return content


@pytest.mark.parametrize("damage", ["cut", "changed", "empty"])
def test_what_is_known_of_blocks_is_made_anew_where_it_is_damaged(made, counted, damage):
    first = released(made, "0.1.0")
    (path,) = (made / ".qawl/derived/blocks").rglob("*.kept")
    content = damaged(path, damage)
    shutil.rmtree(made / "exports/releases")
    counted.clear()
    assert released(made, "0.1.0") == first
    assert len(counted) == COUNT
    assert path.read_bytes() == content


@pytest.mark.parametrize("damage", ["cut", "changed", "empty"])
def test_a_damaged_block_is_put_aside_and_made_anew(made, caplog, damage):
    first = released(made, "0.1.0")
    path = kept(made)[1]
    content = damaged(path, damage)
    shutil.rmtree(made / "exports/releases")
    assert released(made, "0.1.0") == first
    assert "put aside" in caplog.text
    assert path.read_bytes() == content


@pytest.mark.parametrize("what", ["a scheme", "a text that is withheld"])
def test_what_rows_depend_on_makes_all_blocks_anew(made, counted, what):
    released(made, "0.1.0")
    before = {*kept(made)}
    if what == "a scheme":
        path = made / "label_config/thing.yaml"
        path.write_text(path.read_text("utf-8") + " ", "utf-8")
    else:
        path = made / "corpus/articles.jsonl"
        text = path.read_text("utf-8")
        path.write_text(text.replace('"redistribute":true', '"redistribute":false', 1), "utf-8")
    counted.clear()
    released(made, "0.2.0")
    assert len(counted) == COUNT
    assert not before & {*kept(made)}


def test_where_nothing_can_be_kept_the_release_is_the_same(made):
    """As in a folder that may only be read: here a file stands where the blocks would."""
    first = released(made, "0.1.0")
    shutil.rmtree(made / "exports/releases")
    shutil.rmtree(made / ".qawl/derived/tables")
    (made / ".qawl/derived/tables").write_text("")
    assert released(made, "0.1.0") == first


def test_shards_of_kept_row_groups_have_the_bytes_of_those_made_cold(made, monkeypatch):
    """A row group is the first of another file than before, under another number."""
    released(made, "0.1.0")
    shutil.rmtree(made / "exports/releases")
    monkeypatch.setattr(table_file, "SHARD", 3000)
    warm = released(made, "0.1.0")
    assert any("-of-" in name for name in warm)
    shutil.rmtree(made / "exports/releases")
    shutil.rmtree(made / ".qawl/derived")
    assert released(made, "0.1.0") == warm


@pytest.mark.parametrize("change", ["withdrawn", "a new article", "another split"])
def test_a_corpus_that_changes_is_released_as_if_nothing_were_kept(made, change):
    released(made, "0.1.0")
    settings = made / "qawl.yaml"
    if change == "withdrawn":
        lines = (made / "corpus/articles.jsonl").read_text("utf-8").splitlines()
        qawl(made, "withdraw", json.loads(lines[7])["id"], "--reason", "asked for")
    elif change == "a new article":
        (made / "new.txt").write_text("قال الوزير: the line opens soon. 😀", "utf-8")
        qawl(made, "ingest", "new.txt")
    else:
        text = settings.read_text("utf-8")
        settings.write_text(text.replace("{train: 0.7, test: 0.3}", "{train: 0.4, test: 0.6}"))
    plain = made.with_name("cold")
    shutil.copytree(made, plain, ignore=shutil.ignore_patterns("derived"))
    assert released(made, "0.2.0") == released(plain, "0.2.0")
