"""Tables in shards, and how little of a release changes with one article of it."""

import json
import random
import shutil

import pyarrow.parquet as pq
import pytest
from datasets import load_dataset

from corpora import corpus, mark, pull, qawl, scheme, work
from qawl.core import shards
from qawl.release.tables import table_file
from table_files import small_blocks

WORDS = [
    "قال",
    "الوزير",
    "إن",
    "المحطة",
    "ستعمل",
    "غدا",
    "في",
    "المدينة",
    "القديمة",
    "بعد",
    "الاتفاق",
    "the",
    "new",
    "line",
    "opens",
    "soon",
]
COUNT = 240


@pytest.fixture
def made(tmp_path, once):
    """A corpus of many short articles with entities, done by two annotators."""
    return once("many short", tmp_path / "corpus", lambda to: annotated(to, COUNT, 300))


def annotated(folder, count, words):
    """A corpus of so many articles of so many words."""
    chance = random.Random(3)
    texts = {
        f"t{number}": " ".join([*chance.choices(WORDS, k=words), str(number)])
        for number in range(count)
    }
    current = scheme("thing", ["A", "B"])
    corpus(folder, current, texts, ["a1", "a2"])
    done = {
        user: {
            name: work([mark(f"m{n}", "B", n * 9, n * 9 + 5) for n in range(20)]) for name in texts
        }
        for user in (1, 2)
    }
    pull(folder, "thing", texts, done)
    return folder


def released(folder, version="0.1.0"):
    qawl(folder, "release", version, "--draft")
    return folder / "exports/releases" / version


def tables(release):
    return {
        path.relative_to(release).as_posix(): path.read_bytes()
        for path in sorted(release.rglob("*.parquet"))
    }


def test_names_of_shards_lead_to_their_split(tmp_path):
    assert shards.name("train", 0, 1) == "train.parquet"
    assert shards.name("dev_2", 3, 12) == "dev_2-00003-of-00012.parquet"
    for name in ("train.parquet", *(shards.name("train", at, 2) for at in (0, 1)), "a-b.parquet"):
        (tmp_path / name).touch()
    found = {
        split: [path.name for path in paths] for split, paths in shards.splits(tmp_path).items()
    }
    assert found == {
        "a-b": ["a-b.parquet"],
        "train": ["train-00000-of-00002.parquet", "train-00001-of-00002.parquet", "train.parquet"],
    }


def test_a_release_in_shards_is_the_same_dataset(made, tmp_path, monkeypatch):
    whole = released(made)
    monkeypatch.setattr(table_file, "SHARD", 6000)
    small_blocks(monkeypatch, 4, 4)
    other = tmp_path / "other"
    shutil.copytree(made, other)
    shutil.rmtree(other / "exports/releases")
    parts = released(other)
    assert len(list((parts / "articles").glob("train-*-of-*.parquet"))) > 2
    assert not list(parts.rglob(".*"))
    said = [json.loads((each / "manifest.json").read_bytes()) for each in (whole, parts)]
    assert said[0]["content_sha256"] == said[1]["content_sha256"]
    qawl(made, "verify", parts)
    for config in ("articles", "thing"):
        one, other = (
            load_dataset(
                str(each), config, cache_dir=str(tmp_path / ("one" if each is whole else "two"))
            )
            for each in (whole, parts)
        )
        assert {split: one[split].to_list() for split in one} == {
            split: other[split].to_list() for split in other
        }


def test_a_release_in_shards_is_built_with_the_same_bytes(made, tmp_path, monkeypatch):
    monkeypatch.setattr(table_file, "SHARD", 6000)
    small_blocks(monkeypatch, 4, 4)
    first = tables(released(made))
    shutil.rmtree(made / "exports/releases")
    assert tables(released(made)) == first


def test_a_damaged_or_missing_shard_is_found(made, monkeypatch):
    monkeypatch.setattr(table_file, "SHARD", 6000)
    small_blocks(monkeypatch, 4, 4)
    release = released(made)
    path = sorted((release / "articles").glob("train-*"))[1]
    path.unlink()
    with pytest.raises(AssertionError, match="is missing"):
        qawl(made, "verify", release)


def chunks(release):
    """The bytes of each column of each row group: what a store that cuts by content finds again."""
    for path in sorted(release.rglob("*.parquet")):
        content = path.read_bytes()
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                for number in range(file.metadata.num_columns):
                    column = file.metadata.row_group(group).column(number)
                    start = column.dictionary_page_offset or column.data_page_offset
                    yield content[start : start + column.total_compressed_size]


def share_of(known, release):
    """The share of the bytes of a release that stand in chunks of an earlier one."""
    before, after = set(chunks(known)), list(chunks(release))
    return sum(len(each) for each in after if each in before) / sum(map(len, after))


def changed(folder, number):
    """The labels of one annotation change."""
    path = folder / "exports/annotations/thing.jsonl"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    lines[number] = lines[number].replace('"label":"B"', '"label":"A"', 3)
    path.write_text("".join(lines), "utf-8")


def test_a_change_in_one_article_changes_few_chunks(made, tmp_path, monkeypatch):
    """Row groups end behind the same articles, so what stands in the others keeps its bytes."""
    small_blocks(monkeypatch, 2, 2)
    before = released(made)
    changed(made, 101)
    assert 0.95 <= share_of(before, released(made, "0.2.0")) < 1


def test_an_article_more_changes_few_chunks_too(made, monkeypatch):
    """Rows behind it move, and their row groups don't change."""
    small_blocks(monkeypatch, 2, 2)
    first = json.loads((made / "corpus/articles.jsonl").read_text("utf-8").splitlines()[40])
    after = released(made)
    qawl(made, "withdraw", first["id"], "--reason", "asked for")
    assert 0.95 <= share_of(released(made, "0.2.0"), after) < 1


def test_wherever_one_of_3000_articles_changes_few_chunks_do(tmp_path):
    """With row groups as they are in use; they were up to eight times the mean, and so was what changed."""
    folder = annotated(tmp_path / "corpus", 3000, 30)
    before = released(folder)
    for version, number in {"0.2.0": 10, "0.3.0": 3001, "0.4.0": 5990}.items():
        changed(folder, number)
        after = released(folder, version)
        assert 0.95 <= share_of(before, after) < 1
        before = after


def test_row_groups_end_where_articles_say(made, monkeypatch):
    small_blocks(monkeypatch, 2, 2)
    release = released(made)
    for path in release.glob("*/train.parquet"):
        with pq.ParquetFile(path) as file:
            assert file.num_row_groups > 10
